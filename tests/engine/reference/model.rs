//! The model: it walks day by day, knows no pointers into a rule, and forgets nothing.

use care::clock::{Day, Instant};
use care::reminder::recurrence::{End, Frequency, Rule};
use care::reminder::{Reminder, Status, ZoneMode, delivery_id};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::HashMap;
use uuid::Uuid;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// All reminders of the patient.
pub(super) struct Model {
    zone: String,
    all: Vec<Kept>,
}

/// One reminder.
pub(super) struct Kept {
    pub(super) id: Uuid,
    pub(super) fixed: bool,
    pub(super) zone: String,
    pub(super) next: Option<Instant>,
    rule: Rule,
    limit: i64,
    status: Status,
    created_at: Instant,
    /// Each occurrence that was decided.
    decided: HashMap<Uuid, Decided>,
}

struct Decided {
    expired: bool,
    expires_at: Instant,
    put_off: u32,
    /// When it comes again.
    again: Option<Instant>,
    canceled: bool,
}

struct Occurrence {
    id: Uuid,
    due_at: Instant,
}

impl Model {
    pub(super) fn new(zone: &str) -> Self {
        Self { zone: zone.to_owned(), all: Vec::new() }
    }

    pub(super) fn add(&mut self, kept: Kept) {
        self.all.push(kept);
    }

    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.all.iter().map(|kept| kept.id).collect()
    }

    pub(super) fn kept(&self, id: Uuid) -> &Kept {
        self.all.iter().find(|kept| kept.id == id).unwrap()
    }

    fn kept_mut(&mut self, id: Uuid) -> &mut Kept {
        self.all.iter_mut().find(|kept| kept.id == id).unwrap()
    }

    /// Every occurrence that was decided, and whether it was too late.
    pub(super) fn decided(&self) -> HashMap<Uuid, bool> {
        let all = self.all.iter().flat_map(|kept| &kept.decided);
        all.map(|(id, decided)| (*id, decided.expired)).collect()
    }

    pub(super) fn edit(&mut self, changed: &Reminder, now: Instant) {
        let kept = self.kept_mut(changed.id);
        kept.rule = changed.rule.clone();
        kept.fixed = changed.zone_mode == ZoneMode::Fixed;
        kept.zone.clone_from(&changed.time_zone);
        kept.limit = i64::from(changed.late_limit_minutes) * MINUTE;
        if kept.status == Status::Ended {
            kept.status = Status::Active;
        }
        kept.go_on_after(now);
    }

    pub(super) fn rest(&mut self, id: Uuid, paused: bool, now: Instant) {
        let kept = self.kept_mut(id);
        let wanted = if paused { Status::Paused } else { Status::Active };
        if kept.status != wanted {
            kept.status = wanted;
            kept.go_on_after(now);
        }
    }

    pub(super) fn travel(&mut self, zone: &str, now: Instant) {
        if self.zone == zone {
            return;
        }
        zone.clone_into(&mut self.zone);
        for kept in self.all.iter_mut().filter(|kept| !kept.fixed && kept.zone != zone) {
            zone.clone_into(&mut kept.zone);
            if kept.status != Status::Active {
                continue;
            }
            let since = now.plus(-kept.limit).max(kept.created_at);
            let missed = kept.occurrences(now).into_iter().rfind(|it| since <= it.due_at && it.due_at <= now);
            match missed {
                Some(missed) => kept.next = Some(missed.due_at),
                None => kept.go_on_after(now),
            }
        }
    }

    /// What went out and can be put off.
    pub(super) fn can_be_put_off(&self) -> Vec<Uuid> {
        let all = self.all.iter().flat_map(|kept| &kept.decided);
        let went_out = all.filter(|(_, decided)| !decided.expired && !decided.canceled);
        let mut ids: Vec<_> = went_out.map(|(id, decided)| (decided.expires_at, *id)).collect();
        ids.sort_unstable();
        ids.into_iter().rev().map(|(_, id)| id).collect()
    }

    /// Whether it can be.
    pub(super) fn put_off(&mut self, id: Uuid, minutes: u32, now: Instant) -> bool {
        let decided = self.all.iter_mut().find_map(|kept| kept.decided.get_mut(&id)).unwrap();
        let until = now.plus(i64::from(minutes) * MINUTE);
        let can = decided.put_off < 5 && until <= decided.expires_at;
        if can {
            decided.put_off += 1;
            decided.again = Some(until);
        }
        can
    }

    /// What goes out at `now`.
    pub(super) fn tick(&mut self, now: Instant) -> Vec<Uuid> {
        let mut out: Vec<Uuid> = self.all.iter_mut().flat_map(|kept| kept.come_due(now)).collect();
        for kept in &mut self.all {
            let rests = kept.status == Status::Paused;
            for (id, decided) in &mut kept.decided {
                if decided.again.is_none_or(|again| again > now) {
                    continue;
                }
                decided.again = None;
                decided.canceled = rests || decided.expires_at <= now;
                out.extend((!decided.canceled).then_some(*id));
            }
        }
        out
    }
}

impl Kept {
    pub(super) fn new(made: &Reminder, now: Instant) -> Self {
        let mut kept = Self {
            id: made.id,
            fixed: made.zone_mode == ZoneMode::Fixed,
            zone: made.time_zone.clone(),
            next: None,
            rule: made.rule.clone(),
            limit: i64::from(made.late_limit_minutes) * MINUTE,
            status: Status::Active,
            created_at: now,
            decided: HashMap::new(),
        };
        kept.go_on_after(now);
        kept
    }

    fn go_on_after(&mut self, now: Instant) {
        let next = self.occurrences(now).into_iter().find(|it| it.due_at > now);
        self.next = next.map(|it| it.due_at).filter(|_| self.status == Status::Active);
        if self.status == Status::Active && self.next.is_none() {
            self.status = Status::Ended;
        }
    }

    /// The newest of what has come due goes out if it is not too late; what is older never does, nor what a gap has
    /// moved onto the same instant from an earlier slot.
    fn come_due(&mut self, now: Instant) -> Vec<Uuid> {
        let Some(next) = self.next.filter(|next| *next <= now) else { return Vec::new() };
        let since = next.max(now.plus(-DAY - self.limit));
        let came: Vec<_> =
            self.occurrences(now).into_iter().filter(|it| since <= it.due_at && it.due_at <= now).collect();
        let newest = came.last().map(|it| it.id);
        let mut out = Vec::new();
        for it in came {
            if self.decided.contains_key(&it.id) {
                continue;
            }
            let expires_at = it.due_at.plus(self.limit);
            let expired = Some(it.id) != newest || expires_at <= now;
            out.extend((!expired).then_some(it.id));
            let decided = Decided { expired, expires_at, put_off: 0, again: None, canceled: false };
            self.decided.insert(it.id, decided);
        }
        self.go_on_after(now);
        out
    }

    /// Everything the rule names until a month after `now`, by when it comes due.
    fn occurrences(&self, now: Instant) -> Vec<Occurrence> {
        let zone = TimeZone::get(&self.zone).unwrap();
        let last = now.plus(40 * DAY).date_in(&TimeZone::UTC).0;
        let (mut date, mut left) = (self.rule.start_on, u32::MAX);
        if let End::Count(count) = self.rule.end {
            left = count;
        }
        let mut all = Vec::new();
        while date <= last {
            for time in self.rule.times.iter().filter(|_| self.names(date)) {
                if left == 0 {
                    break;
                }
                left -= 1;
                let slot = i32::from(time.hour()) * 60 + i32::from(time.minute());
                let shown = zone.to_ambiguous_timestamp(date.to_datetime(*time)).compatible().unwrap();
                if exists(&zone, date) {
                    all.push(Occurrence { id: delivery_id(self.id, Day(date), slot), due_at: shown.into() });
                }
            }
            date = date.tomorrow().unwrap();
        }
        all.sort_by_key(|it| it.due_at);
        all
    }

    fn names(&self, date: Date) -> bool {
        let start = self.rule.start_on;
        match &self.rule.frequency {
            Frequency::Daily { every_days } => {
                start.until(date).unwrap().get_days() % i32::from(*every_days) == 0
            }
            Frequency::Weekly { every_weeks, weekdays } => {
                let monday = |date: Date| date - i64::from(date.weekday().to_monday_zero_offset()).days();
                let weeks = monday(start).until(monday(date)).unwrap().get_days() / 7;
                let named = weekdays
                    .iter()
                    .any(|day| i64::from(*day as u8) == i64::from(date.weekday().to_monday_zero_offset()));
                named && weeks % i32::from(*every_weeks) == 0
            }
        }
    }
}

/// Whether the clock of the zone shows the date at all.
fn exists(zone: &TimeZone, date: Date) -> bool {
    let utc: Timestamp = date.to_zoned_datetime(TimeZone::UTC).unwrap().timestamp();
    (-26..=26_i64).any(|hours| zone.to_datetime(utc + hours.hours()).date() == date)
}
