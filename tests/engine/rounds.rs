//! What goes out when.

use super::{Rounds, daily};
use care::id::Kind;
use care::live::Change;
use care::reminder::{self, DeliveryStatus, QuietPolicy, UpdateSettings};
use care::sync::changed_since;
use tests::{Stack, at, register_device};

#[tokio::test]
async fn a_reminder_goes_out_once_at_its_local_time() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        let reminder = rounds.reminder(&["08:00"]).await;
        assert_eq!(reminder.next_due_at, Some(at("2026-06-15T12:00:00Z")), "08:00 in New York");
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        rounds.work(&engine, at("2026-06-15T11:59:59Z")).await;
        assert!(rounds.gateway.pushes().is_empty(), "never early");
        for second in ["00", "01", "30"] {
            rounds.work(&engine, at(&format!("2026-06-15T12:00:{second}Z"))).await;
        }
        let pushes = rounds.gateway.pushes();
        assert_eq!(pushes.len(), 1, "{stack:?}");
        assert_eq!(pushes[0].id, reminder::delivery_id(reminder.id, "2026-06-15".parse().unwrap(), 480));
        rounds.work(&engine, at("2026-06-16T12:00:00Z")).await;
        assert_eq!(rounds.gateway.pushes().len(), 2, "and the next day");
    }
}

#[tokio::test]
async fn apps_are_told_once_when_it_is_known_what_became_of_a_push() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let (engine, reminder) = (rounds.engine(), rounds.reminder(&["08:00"]).await);
        let ada = rounds.clinic.as_patient("ada").await;
        let ada_id = ada.actor().person.patient_id().unwrap();
        let before = changed_since(&ada, ada_id, None).await.unwrap().place;
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        let mut heard = rounds.clinic.services.live.subscribe();
        rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
        let mut told = Vec::new();
        while let Ok(change) = heard.try_recv() {
            if let Change::Patient { patient_id, change, .. } = change {
                told.push((patient_id, change));
            }
        }
        assert_eq!(told, [(ada_id, before + 1)], "{stack:?}");
        let ada = rounds.clinic.as_patient("ada").await;
        let changed = changed_since(&ada, ada_id, Some(before)).await.unwrap();
        let delivery = reminder::delivery_id(reminder.id, "2026-06-15".parse().unwrap(), 480);
        assert_eq!(changed.place, before + 1, "{stack:?}");
        assert_eq!(
            changed.entities,
            [(Kind::Reminder, reminder.id), (Kind::Delivery, delivery)],
            "{stack:?}"
        );
    }
}

#[tokio::test]
async fn two_workers_push_once() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let (one, other) = (rounds.engine(), rounds.engine());
        rounds.reminder(&["08:00", "08:30", "09:00"]).await;
        one.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        for due in ["12:00:00", "12:30:00", "13:00:00"] {
            let now = at(&format!("2026-06-15T{due}Z"));
            tokio::join!(rounds.work(&one, now), rounds.work(&other, now));
        }
        let mut ids: Vec<_> = rounds.gateway.pushes().iter().map(|push| push.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!((count, ids.len()), (3, 3), "{stack:?}");
    }
}

#[tokio::test]
async fn after_an_outage_only_the_newest_within_its_limit_goes_out() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        rounds.reminder(&["08:00", "08:20", "08:40"]).await;
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        rounds.work(&engine, at("2026-06-15T12:50:00Z")).await;
        assert_eq!(rounds.gateway.pushes().len(), 1);
        assert_eq!(rounds.gateway.pushes()[0].due_at, at("2026-06-15T12:40:00Z"));
        assert_eq!(
            rounds.statuses(20).await,
            [DeliveryStatus::Sent, DeliveryStatus::Expired, DeliveryStatus::Expired]
        );
        rounds.work(&engine, at("2026-06-16T18:00:00Z")).await;
        assert_eq!(rounds.gateway.pushes().len(), 1, "what is too late never goes out");
    }
}

#[tokio::test]
async fn what_is_done_already_is_left_out() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    let two_a_day = |input: &mut reminder::CreateReminder| input.only_if_not_done = true;
    rounds.reminder_of("ada", &["08:00", "18:00"], two_a_day).await;
    log_one_session(&rounds).await;
    rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
    assert!(rounds.gateway.pushes().is_empty(), "the morning's session is logged");
    rounds.work(&engine, at("2026-06-15T22:00:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 1, "the evening's is not");
    assert_eq!(rounds.statuses(20).await, [DeliveryStatus::Sent, DeliveryStatus::SkippedDone]);
}

pub(crate) async fn log_one_session(rounds: &Rounds) {
    let patient = rounds.clinic.as_patient("ada").await;
    let today = care::today::read(&patient, None).await.unwrap();
    let set = care::library::dose::DoneSet {
        reps: Some(10),
        seconds: None,
        metres: None,
        side: None,
        load_kg: None,
    };
    let log = care::progress::NewLog {
        id: rounds.clinic.services.new_id(),
        performed_at: at("2026-06-15T10:00:00Z"),
        offset_seconds: -4 * 3_600,
        time_zone: None,
        pain_before: Some(2),
        pain_after: Some(2),
        symptoms: None,
        note: None,
        results: vec![care::progress::NewResult {
            prescription_id: today.items[0].prescription.id,
            sets: vec![set],
            rpe: None,
            pain_during: None,
            skip_reason: None,
        }],
    };
    let outcomes = care::progress::log(&patient, vec![Ok(log)]).await.unwrap();
    assert_eq!(outcomes[0].status, care::progress::RowStatus::Accepted, "{:?}", outcomes[0].faults);
}

async fn sleep_from_ten_to_seven(rounds: &Rounds) {
    let patient = rounds.clinic.as_patient("ada").await;
    let quiet_hours = Some(Some(("22:00".parse().unwrap(), "07:00".parse().unwrap())));
    let settings = UpdateSettings { quiet_hours, ..UpdateSettings::default() };
    reminder::update_settings(&patient, settings).await.unwrap();
}

#[tokio::test]
async fn quiet_hours_defer_or_drop() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    sleep_from_ten_to_seven(&rounds).await;
    rounds.reminder(&["06:30"]).await;
    rounds.reminder_of("ada", &["06:31"], |input| input.quiet_policy = QuietPolicy::Drop).await;
    rounds.work(&engine, at("2026-06-15T10:31:00Z")).await;
    assert!(rounds.gateway.pushes().is_empty(), "06:30 and 06:31 are quiet");
    rounds.work(&engine, at("2026-06-15T10:59:59Z")).await;
    assert!(rounds.gateway.pushes().is_empty());
    rounds.work(&engine, at("2026-06-15T11:02:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 1, "the deferred one follows at 07:00");
    assert_eq!(rounds.statuses(20).await, [DeliveryStatus::Quiet, DeliveryStatus::Sent]);
}

#[tokio::test]
async fn a_snoozed_reminder_comes_again_within_its_limit() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    rounds.reminder(&["08:00"]).await;
    rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
    let id = rounds.gateway.pushes()[0].id;
    let patient = rounds.clinic.as_patient("ada").await;
    assert!(reminder::snooze(&patient, id, 90).await.is_err(), "past the late limit");
    reminder::snooze(&patient, id, 20).await.unwrap();
    rounds.work(&engine, at("2026-06-15T12:19:59Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
    rounds.work(&engine, at("2026-06-15T12:20:00Z")).await;
    let pushes = rounds.gateway.pushes();
    assert_eq!((pushes.len(), pushes[1].id), (2, id));
    let done = reminder::mark_done(&patient, id).await.unwrap();
    assert_eq!(done.status, DeliveryStatus::Done);
}

#[tokio::test]
async fn a_device_in_another_zone_takes_the_reminder_along_and_never_doubles_a_date() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    rounds.reminder(&["08:00"]).await;
    rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
    let patient = rounds.clinic.as_patient("ada").await;
    register_device(&patient, "token of ada", "America/Los_Angeles").await;
    rounds.work(&engine, at("2026-06-15T15:00:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 1, "08:00 in Los Angeles is the same date");
    rounds.work(&engine, at("2026-06-16T14:59:59Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
    rounds.work(&engine, at("2026-06-16T15:00:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 2, "08:00 in Los Angeles on the next date");
}

#[tokio::test]
async fn nobody_is_asked_to_exercise_while_the_program_is_on_hold() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        rounds.reminder(&["08:00"]).await;
        rounds.reminder_of("ada", &["08:01"], |input| input.kind = reminder::Kind::CheckIn).await;
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        let therapist = rounds.clinic.therapist().await;
        let patient = rounds.clinic.as_patient("ada").await;
        let program = care::today::read(&patient, None).await.unwrap().program.unwrap();
        care::program::hold(&therapist, program.id, "Wait for the scan").await.unwrap();
        rounds.work(&engine, at("2026-06-15T12:01:00Z")).await;
        let kinds: Vec<_> = rounds.gateway.pushes().iter().map(|push| push.kind).collect();
        assert_eq!(kinds, [reminder::Kind::CheckIn], "{stack:?}");
        assert_eq!(rounds.statuses(20).await, [DeliveryStatus::Sent, DeliveryStatus::Held]);
        let therapist = rounds.clinic.therapist().await;
        care::program::release(&therapist, program.id, None).await.unwrap();
        rounds.work(&engine, at("2026-06-16T12:00:00Z")).await;
        assert_eq!(rounds.gateway.pushes().len(), 2, "it goes on after the release");
    }
}

#[tokio::test]
async fn what_waits_for_the_quiet_hours_goes_with_the_rule_it_came_from() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        sleep_from_ten_to_seven(&rounds).await;
        let patient = rounds.clinic.as_patient("ada").await;
        let early = rounds.reminder(&["06:30"]).await;
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        rounds.work(&engine, at("2026-06-15T10:30:00Z")).await;
        let change =
            reminder::UpdateReminder { when: Some(daily(&["09:00"])), ..reminder::UpdateReminder::default() };
        reminder::update(&patient, early.id, change).await.unwrap();
        rounds.work(&engine, at("2026-06-15T11:05:00Z")).await;
        assert!(rounds.gateway.pushes().is_empty(), "{stack:?}: 06:30 is no more");
        assert_eq!(rounds.statuses(20).await, [DeliveryStatus::Canceled]);
    }
}

#[tokio::test]
async fn of_what_waited_for_the_end_of_the_quiet_hours_only_the_newest_goes_out() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        sleep_from_ten_to_seven(&rounds).await;
        rounds.reminder(&["06:15", "06:30", "06:45"]).await;
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        for minute in ["10:15", "10:30", "10:45", "11:02"] {
            rounds.work(&engine, at(&format!("2026-06-15T{minute}:00Z"))).await;
        }
        let due: Vec<_> = rounds.gateway.pushes().iter().map(|push| push.due_at).collect();
        assert_eq!(due, [at("2026-06-15T10:45:00Z")], "{stack:?}");
        let (sent, expired) = (DeliveryStatus::Sent, DeliveryStatus::Expired);
        assert_eq!(rounds.statuses(20).await, [sent, expired, expired]);
    }
}

#[tokio::test]
async fn a_push_repeated_into_quiet_hours_waits_or_is_dropped() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    sleep_from_ten_to_seven(&rounds).await;
    rounds.reminder(&["21:58"]).await;
    rounds.reminder_of("ada", &["21:59"], |input| input.quiet_policy = QuietPolicy::Drop).await;
    for minute in ["58", "59"] {
        rounds.gateway.answer_next(reminders::gateway::Answer::later(180_000, "503"));
        rounds.work(&engine, at(&format!("2026-06-16T01:{minute}:00Z"))).await;
    }
    assert_eq!(rounds.gateway.pushes().len(), 2);
    rounds.work(&engine, at("2026-06-16T02:02:00Z")).await;
    rounds.work(&engine, at("2026-06-16T10:59:59Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 2, "the night is quiet");
    rounds.work(&engine, at("2026-06-16T11:02:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 3, "the wait does not use up the late limit");
    assert_eq!(rounds.statuses(20).await, [DeliveryStatus::Quiet, DeliveryStatus::Sent]);
}
