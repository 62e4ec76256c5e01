//! The engine against an obvious, slow model of it: random rules, zones, journeys, edits, rests, put-off occurrences and
//! a clock that jumps. The same occurrences come, each once, none early.

mod model;

use super::Rounds;
use care::access::Scope;
use care::clock::Instant;
use care::library::schedule::Weekday;
use care::reminder::{
    self, CreateReminder, Kind, QuietPolicy, Reminder, Status, UpdateReminder, When, ZoneMode,
};
use model::{Kept, Model};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::HashMap;
use tests::{Stack, at, cases, register_device};
use uuid::Uuid;

const MINUTE: i64 = 60_000;
/// Steps of a case.
const STEPS: u32 = 150;

/// Some clocks that change, some that do not, and the ends of the world.
const ZONES: [&str; 10] = [
    "America/New_York",
    "Europe/London",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Europe/Berlin",
];

/// Shortly before clocks are changed somewhere, and one date that a zone skipped.
const STARTS: [&str; 8] = [
    "2026-03-07T12:00:00Z",
    "2026-03-28T12:00:00Z",
    "2026-04-04T06:00:00Z",
    "2026-04-23T06:00:00Z",
    "2026-10-03T06:00:00Z",
    "2026-10-24T12:00:00Z",
    "2026-10-31T18:00:00Z",
    "2011-12-29T06:00:00Z",
];

/// Repeatable chance.
struct Chance(u64);

impl Chance {
    /// A number below `end`.
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(end)).unwrap()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(u32::try_from(all.len()).unwrap()) as usize]
    }

    fn minutes(&mut self, end: u32) -> i64 {
        i64::from(self.below(end)) * MINUTE
    }

    fn when(&mut self, now: Instant) -> When {
        let time = |chance: &mut Self| {
            let (hour, minute) = (chance.below(24), chance.below(12) * 5);
            jiff::civil::time(i8::try_from(hour).unwrap(), i8::try_from(minute).unwrap(), 0, 0)
        };
        let mut times: Vec<_> = (0..=self.below(4)).map(|_| time(self)).collect();
        times.sort_unstable();
        times.dedup();
        let week = [Weekday::Monday, Weekday::Wednesday, Weekday::Saturday, Weekday::Sunday];
        let first = self.below(4) as usize;
        let weekdays = if self.below(3) == 0 { week[first..].to_vec() } else { Vec::new() };
        let today = now.date_in(&jiff::tz::TimeZone::UTC);
        When {
            every_days: (weekdays.is_empty() && self.below(3) == 0).then_some(2),
            every_weeks: (!weekdays.is_empty() && self.below(3) == 0).then_some(2),
            count: (self.below(4) == 0).then(|| i32::try_from(1 + self.below(6)).unwrap()),
            start_on: Some(today.plus(i32::try_from(self.below(4)).unwrap() - 2)),
            end_on: None,
            times,
            weekdays,
        }
    }
}

#[tokio::test]
async fn the_engine_does_what_the_model_says() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let mut occurrences = 0;
    for seed in 0..cases(60, 600) {
        occurrences += Case::begin(&rounds, seed).await.run().await;
    }
    assert!(occurrences > 1_000, "only {occurrences} occurrences");
}

/// One patient's reminders, in the engine and in the model.
struct Case<'a> {
    rounds: &'a Rounds,
    seed: u32,
    chance: Chance,
    patient: Scope,
    now: Instant,
    model: Model,
    /// Pushes that were there before.
    before: usize,
}

impl<'a> Case<'a> {
    async fn begin(rounds: &'a Rounds, seed: u32) -> Self {
        let mut chance = Chance(u64::from(seed) + 1);
        let now = at(STARTS[seed as usize % STARTS.len()]);
        rounds.clinic.clock.set(now);
        let patient = rounds.clinic.as_patient("ada").await;
        let zone = chance.of(&ZONES);
        register_device(&patient, "token of ada", zone).await;
        let before = rounds.gateway.pushes().len();
        Self { rounds, seed, chance, patient, now, model: Model::new(zone), before }
    }

    async fn run(mut self) -> usize {
        let engine = self.rounds.engine();
        for _ in 0..5 {
            self.create().await;
        }
        for _ in 0..STEPS {
            match self.chance.below(12) {
                0 => self.edit().await,
                1 => self.rest().await,
                2 => self.travel().await,
                3 | 4 => self.put_off().await,
                _ => {}
            }
            self.now = match self.chance.below(10) {
                0 => self.now.plus(-self.chance.minutes(120)),
                1 | 2 => self.now.plus(self.chance.minutes(300)),
                _ => self.now.plus(self.chance.minutes(60) + MINUTE),
            };
            self.rounds.work(&engine, self.now).await;
            let expected = self.model.tick(self.now);
            self.compare(expected);
        }
        let happened = self.happened().await;
        assert_eq!(happened, self.model.decided(), "case {}", self.seed);
        for id in self.model.ids() {
            reminder::delete(&self.patient, id).await.unwrap();
        }
        happened.len()
    }

    /// What was pushed in the last step is what the model says, and none of it early.
    fn compare(&mut self, mut expected: Vec<Uuid>) {
        let pushes = self.rounds.gateway.pushes();
        let (before, news) = pushes.split_at(self.before);
        for push in news.iter().filter(|push| push.due_at > self.now) {
            // One that was put off, after the clock was set back.
            assert!(before.iter().any(|other| other.id == push.id), "case {}: {push:?} is early", self.seed);
        }
        let mut ids: Vec<_> = news.iter().map(|push| push.id).collect();
        self.before = pushes.len();
        ids.sort_unstable();
        expected.sort_unstable();
        assert_eq!(ids, expected, "case {} at {}", self.seed, self.now);
    }

    async fn create(&mut self) {
        let input = CreateReminder {
            id: None,
            kind: Kind::CheckIn,
            title: None,
            when: self.chance.when(self.now),
            time_zone: (self.chance.below(3) == 0).then(|| self.chance.of(&ZONES).to_owned()),
            only_if_not_done: false,
            quiet_policy: QuietPolicy::Defer,
            late_limit_minutes: self.chance.of(&[15, 60, 600]),
        };
        let made = reminder::create(&self.patient, input).await.unwrap();
        self.model.add(Kept::new(&made, self.now));
        self.check(&made);
    }

    fn any(&mut self) -> Uuid {
        let ids = self.model.ids();
        self.chance.of(&ids)
    }

    async fn edit(&mut self) {
        let id = self.any();
        let zone = self.chance.of(&ZONES).to_owned();
        let change = UpdateReminder {
            when: (self.chance.below(2) == 0).then(|| self.chance.when(self.now)),
            time_zone: self.chance.below(3).checked_sub(1).map(|fixed| (fixed == 1).then_some(zone)),
            late_limit_minutes: Some(self.chance.of(&[15, 60, 600])),
            ..UpdateReminder::default()
        };
        let changed = reminder::update(&self.patient, id, change).await.unwrap();
        self.model.edit(&changed, self.now);
        self.check(&changed);
    }

    async fn rest(&mut self) {
        let (id, paused) = (self.any(), self.chance.below(3) == 0);
        let changed = reminder::set_paused(&self.patient, id, paused).await.unwrap();
        self.model.rest(id, paused, self.now);
        self.check(&changed);
    }

    async fn travel(&mut self) {
        let zone = self.chance.of(&ZONES);
        register_device(&self.patient, "token of ada", zone).await;
        self.model.travel(zone, self.now);
    }

    async fn put_off(&mut self) {
        let Some(id) = self.model.can_be_put_off().first().copied() else { return };
        let minutes = 1 + self.chance.below(90);
        let put_off = reminder::snooze(&self.patient, id, i32::try_from(minutes).unwrap()).await;
        assert_eq!(
            put_off.is_ok(),
            self.model.put_off(id, minutes, self.now),
            "case {}: {put_off:?}",
            self.seed
        );
    }

    /// The reminder stands as in the model.
    fn check(&self, reminder: &Reminder) {
        let kept = self.model.kept(reminder.id);
        let fixed = reminder.zone_mode == ZoneMode::Fixed;
        assert_eq!((fixed, &reminder.time_zone), (kept.fixed, &kept.zone), "case {}", self.seed);
        let stands = (reminder.status == Status::Active).then_some(reminder.next_due_at).flatten();
        assert_eq!(stands, kept.next, "case {} at {}: {reminder:?}", self.seed, self.now);
    }

    /// Every occurrence that was decided, and whether it was too late.
    async fn happened(&self) -> HashMap<Uuid, bool> {
        let database = self.rounds.clinic.database.connect().await;
        let select = Statement::from_string(
            DbBackend::Sqlite,
            "SELECT id, reminder_id, status FROM reminder_delivery",
        );
        let rows = database.query_all_raw(select).await.unwrap();
        let ids = self.model.ids();
        let row = |row: &sea_orm::QueryResult| {
            let (id, of): (Uuid, Uuid) =
                (row.try_get("", "id").unwrap(), row.try_get("", "reminder_id").unwrap());
            let status: String = row.try_get("", "status").unwrap();
            ids.contains(&of).then_some((id, status == "EXPIRED"))
        };
        rows.iter().filter_map(row).collect()
    }
}
