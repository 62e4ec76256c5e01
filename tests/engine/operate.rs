//! What an operator sees of the engine, and mends.

use super::Rounds;
use care::clock::Instant;
use care::error::Error;
use care::id::Kind;
use care::reminder::{
    self, DeadLetters, DeliveryStatus, Filter, NotBack, QuietPolicy, Reminder, UpdateSettings, dead, explain,
    put_back,
};
use reminders::engine::EngineError;
use reminders::gateway::{Answer, Verdict};
use reminders::timetable::redis::{Held, RedisTimetable, connect};
use sea_orm::{ConnectionTrait, FromQueryResult, JsonValue, Statement};
use std::time::Duration;
use tests::{Clinic, Stack, at, register_device};
use uuid::Uuid;

const DUE: &str = "2026-06-15T12:00:00Z";

impl Rounds {
    async fn dead(&self) -> DeadLetters {
        dead(&self.clinic.worker(), &Filter::default(), 100).await.unwrap()
    }

    async fn back(&self, kind: Kind, id: Uuid) -> Option<NotBack> {
        put_back(&self.clinic.worker(), (kind, id)).await.unwrap()
    }

    /// All that is told of it, in one text.
    async fn explained(&self, kind: Kind, id: Uuid) -> String {
        let explained = explain(&self.clinic.worker(), (kind, id)).await.unwrap();
        [explained.standing, explained.deliveries].concat().join("\n")
    }

    async fn by_hand(&self, sql: &str) {
        let database = self.clinic.database.connect().await;
        database.execute_unprepared(sql).await.unwrap();
        database.close().await.unwrap();
    }

    /// How often something was put back, as the audit trail has it.
    async fn retries_audited(&self) -> usize {
        let database = self.clinic.database.connect().await;
        let sql = "SELECT role FROM audit_event WHERE action = 'reminder.retry'";
        let select = Statement::from_string(database.get_database_backend(), sql);
        let rows = JsonValue::find_by_statement(select).all(&database).await.unwrap();
        database.close().await.unwrap();
        assert!(rows.iter().all(|row| row["role"] == "SYSTEM"));
        rows.len()
    }
}

fn refused() -> Answer {
    Answer::new(Verdict::Refused, "400 BadTopic")
}

#[tokio::test]
async fn a_reminder_that_cannot_be_decided_is_set_aside_and_put_back_once_it_is_mended() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        for _ in 0..5 {
            rounds.reminder(&["08:00"]).await;
        }
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        rounds.by_hand("UPDATE reminder SET rule = '{}' WHERE id IN (SELECT id FROM reminder LIMIT 1)").await;
        rounds.work(&engine, at(DUE)).await;
        assert_eq!(rounds.gateway.pushes().len(), 4, "{stack:?}");
        let later = at(DUE).plus(30_000);
        assert_eq!(engine.scan_overdue(later).await.unwrap(), 0, "{stack:?}: it is not overdue for ever");
        let found = rounds.dead().await;
        let aside = found.reminders[0];
        assert_eq!((found.reminders.len(), found.deliveries.len()), (1, 0), "{stack:?}");
        assert_eq!((aside.set_aside_at, aside.next_due_at), (at(DUE), Some(at(DUE))));

        let patient = rounds.clinic.as_patient("ada").await;
        let listed = reminder::list(&patient).await.unwrap();
        assert!(listed.len() == 4 && listed.iter().all(|other| other.id != aside.id), "{stack:?}");
        assert_eq!(
            rounds.statuses(5).await,
            [DeliveryStatus::Sent; 4],
            "{stack:?}: the patient has the others"
        );

        let told = rounds.explained(Kind::Reminder, aside.id).await;
        assert!(told.contains("cannot be read") && told.contains("set aside since"), "{told}");
        assert_eq!(rounds.back(Kind::Reminder, aside.id).await, Some(NotBack::Unreadable));
        rounds
            .by_hand(
                "UPDATE reminder SET rule = (SELECT rule FROM reminder WHERE set_aside_at IS NULL LIMIT 1) \
                 WHERE set_aside_at IS NOT NULL",
            )
            .await;
        assert_eq!(rounds.back(Kind::Reminder, aside.id).await, None);
        assert_eq!(engine.scan_overdue(later).await.unwrap(), 1);
        rounds.work(&engine, later).await;
        assert_eq!(rounds.gateway.pushes().len(), 5, "{stack:?}: within its grace it goes out");
        assert!(rounds.dead().await.reminders.is_empty());
        let again = rounds.back(Kind::Reminder, aside.id).await;
        assert_eq!(again, Some(NotBack::NotDead("ACTIVE".to_owned())));
        assert_eq!(rounds.retries_audited().await, 1);
    }
}

#[tokio::test]
async fn the_patient_ends_the_setting_aside_by_a_change_and_not_by_traveling() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        let reminder = rounds.reminder(&["08:00"]).await;
        let worker = rounds.clinic.worker();
        assert!(reminder::set_aside(&worker, reminder.id, at("2026-06-15T10:00:00Z")).await.unwrap());
        assert!(!reminder::set_aside(&worker, reminder.id, at("2026-06-15T10:00:01Z")).await.unwrap());
        let patient = rounds.clinic.as_patient("ada").await;
        register_device(&patient, "token of ada", "America/Chicago").await;
        engine.feed(at("2026-06-15T11:00:00Z")).await.unwrap();
        rounds.work(&engine, at("2026-06-15T13:00:00Z")).await;
        assert!(rounds.gateway.pushes().is_empty(), "{stack:?}");
        assert_eq!(rounds.dead().await.reminders.len(), 1);
        reminder::set_paused(&patient, reminder.id, true).await.unwrap();
        assert!(rounds.dead().await.reminders.is_empty(), "{stack:?}");
        reminder::set_paused(&patient, reminder.id, false).await.unwrap();
        engine.feed(at("2026-06-16T11:00:00Z")).await.unwrap();
        rounds.work(&engine, at("2026-06-16T13:00:00Z")).await;
        assert_eq!(rounds.gateway.pushes().len(), 1, "{stack:?}");
    }
}

#[tokio::test]
async fn a_delivery_that_cannot_be_decided_again_dies_alone() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        for _ in 0..3 {
            rounds.reminder(&["08:00"]).await;
            rounds.gateway.answer_next(Answer::later(5_000, "503"));
        }
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        rounds.work(&engine, at(DUE)).await;
        assert_eq!(rounds.gateway.pushes().len(), 3);
        let spoil = "UPDATE reminder_delivery SET answers = '{}' WHERE id IN (SELECT id FROM reminder_delivery LIMIT 1)";
        rounds.by_hand(spoil).await;
        rounds.work(&engine, at(DUE).plus(5_000)).await;
        assert_eq!(rounds.gateway.pushes().len(), 5, "{stack:?}: the others go out");
        let found = rounds.dead().await;
        assert_eq!(found.deliveries.len(), 1, "{stack:?}");
        let said = &found.deliveries[0].answers;
        assert_eq!(
            (said.len(), said[0].device_id, said[0].code.as_str()),
            (1, None, "it could not be decided")
        );
        // The patient can read it again.
        let mut statuses = rounds.statuses(5).await;
        statuses.retain(|status| *status == DeliveryStatus::Sent);
        assert_eq!(statuses.len(), 2, "{stack:?}");
    }
}

#[tokio::test]
async fn where_nothing_can_be_decided_nothing_is_put_away_for_it() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    for _ in 0..11 {
        rounds.reminder(&["08:00"]).await;
    }
    rounds.by_hand("UPDATE reminder SET rule = '{}'").await;
    rounds.clinic.clock.set(at(DUE));
    assert!(engine.tick(at(DUE)).await.is_err());
    assert!(rounds.dead().await.reminders.is_empty());
}

#[tokio::test]
async fn a_reminder_whose_patient_is_locked_for_long_is_not_to_blame() {
    let clinic = Clinic::open_with(Stack::Full, Duration::from_millis(900)).await;
    let rounds = Rounds::around(clinic, Stack::Full).await;
    let engine = rounds.engine();
    rounds.reminder(&["08:00"]).await;
    engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
    let blocker = rounds.clinic.database.connect().await;
    blocker.execute_unprepared("BEGIN; SELECT id FROM patient FOR UPDATE").await.unwrap();
    rounds.clinic.clock.set(at(DUE));
    assert_eq!(engine.tick(at(DUE)).await, Err(EngineError::Care(Error::Unavailable)));
    assert!(rounds.dead().await.reminders.is_empty(), "the statement only took too long");
    blocker.execute_unprepared("ROLLBACK").await.unwrap();
    blocker.close().await.unwrap();
    rounds.work(&engine, at(DUE).plus(61_000)).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
}

#[tokio::test]
async fn a_dead_letter_is_listed_with_its_answers_and_put_back_within_its_grace() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        let reminder = rounds.reminder(&["08:00"]).await;
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        rounds.gateway.answer_next(refused());
        rounds.work(&engine, at(DUE)).await;
        let found = rounds.dead().await;
        let letter = &found.deliveries[0];
        assert_eq!((letter.reminder_id, letter.attempts), (reminder.id, 1), "{stack:?}");
        assert_eq!((letter.due_at, letter.expires_at), (at(DUE), at("2026-06-15T13:00:00Z")));
        assert_eq!(letter.answers[0].code, "400 BadTopic");
        for filter in [
            Filter { clinic_id: Some(Uuid::nil()), since: None },
            Filter { clinic_id: None, since: Some(at(DUE).plus(1)) },
        ] {
            let none = dead(&rounds.clinic.worker(), &filter, 100).await.unwrap();
            assert!(none.deliveries.is_empty(), "{stack:?}");
        }
        let these = Filter { clinic_id: Some(letter.clinic_id), since: Some(at(DUE)) };
        assert_eq!(dead(&rounds.clinic.worker(), &these, 100).await.unwrap().deliveries.len(), 1);

        rounds.clinic.clock.set(at(DUE).plus(60_000));
        let told = rounds.explained(Kind::Delivery, letter.id).await;
        assert!(told.contains("It can be put back until 2026-06-15T13:00:00Z"), "{told}");
        assert_eq!(rounds.back(Kind::Delivery, letter.id).await, None);
        rounds.work(&engine, at(DUE).plus(60_001)).await;
        assert_eq!(rounds.gateway.pushes().len(), 2, "{stack:?}");
        assert_eq!(rounds.statuses(5).await, [DeliveryStatus::Sent]);
        let again = rounds.back(Kind::Delivery, letter.id).await;
        assert_eq!(again, Some(NotBack::NotDead("SENT".to_owned())));
        assert_eq!(rounds.retries_audited().await, 1);
    }
}

/// A delivery of this reminder that was refused at [`DUE`].
async fn dead_letter(rounds: &Rounds, times: &[&str]) -> (Reminder, Uuid) {
    let reminder = rounds.reminder(times).await;
    rounds.gateway.answer_next(refused());
    rounds.work(&rounds.engine(), at(DUE)).await;
    let id = rounds.dead().await.deliveries[0].id;
    (reminder, id)
}

#[tokio::test]
async fn what_is_of_no_use_any_more_stays_dead_and_says_why() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let (reminder, late) = dead_letter(&rounds, &["08:00"]).await;
    let patient = rounds.clinic.as_patient("ada").await;
    reminder::set_paused(&patient, reminder.id, true).await.unwrap();
    assert_eq!(rounds.back(Kind::Delivery, late).await, Some(NotBack::AtRest));
    reminder::set_paused(&patient, reminder.id, false).await.unwrap();
    rounds.clinic.clock.set(at("2026-06-15T13:00:00Z"));
    assert_eq!(rounds.back(Kind::Delivery, late).await, Some(NotBack::TooLate(at("2026-06-15T13:00:00Z"))));
    assert_eq!(rounds.back(Kind::Delivery, Uuid::nil()).await, Some(NotBack::Unknown));
    assert_eq!(rounds.back(Kind::Reminder, Uuid::nil()).await, Some(NotBack::Unknown));
    assert_eq!(rounds.back(Kind::Patient, late).await, Some(NotBack::Unknown));
    assert_eq!(rounds.retries_audited().await, 0);

    let rounds = Rounds::open(Stack::Embedded).await;
    let (_, first) = dead_letter(&rounds, &["08:00", "08:30"]).await;
    rounds.work(&rounds.engine(), at("2026-06-15T12:30:00Z")).await;
    let superseded = rounds.back(Kind::Delivery, first).await;
    assert_eq!(superseded, Some(NotBack::Superseded(at("2026-06-15T12:30:00Z"))));
}

#[tokio::test]
async fn a_reminders_life_is_told_without_a_word_of_the_patients() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        let patient = rounds.clinic.as_patient("ada").await;
        let quiet = Some(Some(("22:00".parse().unwrap(), "07:00".parse().unwrap())));
        let settings = UpdateSettings { quiet_hours: quiet, ..UpdateSettings::default() };
        reminder::update_settings(&patient, settings).await.unwrap();
        let reminder = rounds
            .reminder_of("ada", &["06:30", "08:00"], |input| {
                input.quiet_policy = QuietPolicy::Defer;
                input.only_if_not_done = true;
            })
            .await;
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        let told = rounds.explained(Kind::Reminder, reminder.id).await;
        for words in [
            "every day at 06:30, 08:00, from 2026-06-15",
            "America/New_York, the patient's",
            "from 22:00 to 07:00 it waits for their end",
            "until 60 minutes after its time",
            "once the day's sessions are logged",
            "Status:    active",
            "2026-06-15T10:30:00Z (Monday 2026-06-15 06:30 on its clock); in the quiet hours; goes out after them, at 2026-06-15T11:0",
            "the database fires it at 2026-06-15T10:30:00Z",
        ] {
            assert!(told.contains(words), "{stack:?}: {words:?} is not in {told}");
        }
        if let Some(redis) = &rounds.redis {
            let timetable = RedisTimetable::new(connect(&redis.url()).unwrap(), "test");
            let fires = Held::Fires(at("2026-06-15T10:30:00Z").0);
            assert_eq!(timetable.look_up(reminder.id).await, Ok(fires));
            assert_eq!(timetable.look_up(Uuid::nil()).await, Ok(Held::Nowhere));
        }

        rounds.work(&engine, at("2026-06-15T10:30:00Z")).await;
        rounds.gateway.answer_next(Answer::later(5_000, "503 Shutdown"));
        rounds.work(&engine, at("2026-06-15T11:02:00Z")).await;
        let told = rounds.explained(Kind::Reminder, reminder.id).await;
        for words in [
            "due 2026-06-15T10:30:00Z (Monday 2026-06-15 06:30 on its clock), for 2026-06-15",
            "PENDING: on its way, or put off by the provider; 1 attempt",
            ": 503 Shutdown",
            "comes again at 2026-06-15T11:02:05Z",
            "2026-06-15T12:00:00Z (Monday 2026-06-15 08:00 on its clock); goes out at its time",
        ] {
            assert!(told.contains(words), "{stack:?}: {words:?} is not in {told}");
        }
        rounds.work(&engine, at("2026-06-15T11:02:05Z")).await;
        let told = rounds.explained(Kind::Reminder, reminder.id).await;
        assert!(told.contains("SENT: a provider took it at 2026-06-15T11:02:05Z; 2 attempts"), "{told}");
        // An id may have any letters in it, and stands as one word.
        let words: Vec<_> = told.split(|letter: char| !letter.is_alphanumeric()).collect();
        for word in ["Back", "ada", "token"] {
            assert!(!words.contains(&word), "{word} is in {told}");
        }
    }
}

#[tokio::test]
async fn what_hinders_the_next_occurrence_is_told() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let reminder = rounds.reminder(&["08:00"]).await;
    let next = async |now: Instant| {
        rounds.clinic.clock.set(now);
        rounds.explained(Kind::Reminder, reminder.id).await
    };
    let early = at("2026-06-15T11:00:00Z");
    let told = next(at("2026-06-15T12:01:00Z")).await;
    assert!(told.contains("overdue: a worker takes it within seconds, or no worker runs"), "{told}");
    let patient = rounds.clinic.as_patient("ada").await;
    let program = care::today::read(&patient, None).await.unwrap().program.unwrap();
    let therapist = rounds.clinic.therapist().await;
    care::program::hold(&therapist, program.id, "Wait for the scan").await.unwrap();
    assert!(next(early).await.contains("the program is on hold"));
    rounds.by_hand("UPDATE device SET retired_at = 1").await;
    assert!(next(early).await.contains("no device of the patient takes pushes"));
    reminder::set_paused(&patient, reminder.id, true).await.unwrap();
    let told = next(early).await;
    assert!(told.contains("Status:    paused") && told.contains("nothing is to come"), "{told}");
    let unknown = explain(&rounds.clinic.worker(), (Kind::Delivery, reminder.id)).await;
    assert_eq!(unknown.unwrap_err(), Error::NotFound);
}
