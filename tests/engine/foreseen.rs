//! What `upcoming` says is what then happens, and `history` says why.

use super::{Rounds, daily};
use DeliveryStatus::{Expired, Held, Muted, Sent};
use care::clock::Instant;
use care::page::Request;
use care::reminder::{self, CreateReminder, Delivery, DeliveryStatus, Kind, QuietPolicy, UpdateSettings};
use reminders::gateway::{Answer, Verdict};
use std::collections::HashMap;
use tests::{Stack, at, register_device};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;
/// How often the engine looks here.
const STEP: i64 = 5 * 60_000;

impl Rounds {
    /// What is expected until the end of the day on which it is: by id, the status and when it goes out.
    async fn expected(&self, until: &str) -> HashMap<Uuid, (DeliveryStatus, Option<Instant>)> {
        let patient = self.clinic.as_patient("ada").await;
        let all = reminder::upcoming(&patient, at(until), 100).await.unwrap();
        all.into_iter().map(|next| (next.id, (next.expected, next.goes_out_at))).collect()
    }

    async fn history(&self) -> Vec<Delivery> {
        let patient = self.clinic.as_patient("ada").await;
        let page = reminder::history(&patient, &Request::first(100)).await.unwrap();
        page.entries.into_iter().map(|(_, delivery)| delivery).collect()
    }
}

async fn sleep(rounds: &Rounds) {
    let quiet_hours = Some(Some(("22:00".parse().unwrap(), "07:00".parse().unwrap())));
    let settings =
        UpdateSettings { quiet_hours, muted: Some(vec![Kind::Posture]), ..UpdateSettings::default() };
    reminder::update_settings(&rounds.clinic.as_patient("ada").await, settings).await.unwrap();
}

#[tokio::test]
async fn what_is_foreseen_is_what_happens() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        sleep(&rounds).await;
        let kind = |kind| move |input: &mut CreateReminder| input.kind = kind;
        rounds.reminder_of("ada", &["06:10", "06:40", "12:00", "23:30"], kind(Kind::CheckIn)).await;
        rounds.reminder_of("ada", &["06:20", "13:00"], |input| input.quiet_policy = QuietPolicy::Drop).await;
        rounds.reminder_of("ada", &["14:00"], kind(Kind::Posture)).await;
        let fixed = |input: &mut CreateReminder| input.time_zone = Some("Asia/Kathmandu".to_owned());
        rounds.reminder_of("ada", &["22:15"], fixed).await;
        let therapist = rounds.clinic.therapist().await;
        let patient = rounds.clinic.as_patient("ada").await;
        let program = care::today::read(&patient, None).await.unwrap().program.unwrap();
        care::program::hold(&therapist, program.id, "Wait for the scan").await.unwrap();
        let day = "2026-06-16T12:00:00Z";
        let expected = rounds.expected(day).await;
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        let mut now = at("2026-06-15T10:00:00Z");
        while now < at(day) {
            rounds.work(&engine, now).await;
            now = now.plus(STEP);
        }
        let happened: HashMap<_, _> = rounds
            .history()
            .await
            .into_iter()
            .map(|delivery| (delivery.id, (delivery.status, delivery.sent_at)))
            .collect();
        assert_eq!(expected.len(), happened.len(), "{stack:?}: {expected:?} {happened:?}");
        for (id, (status, goes_out_at)) in &expected {
            let (became, sent_at) = happened[id];
            assert_eq!(became, *status, "{stack:?}");
            let looked_first = |at: Instant| at.plus(STEP - 1).0 / STEP;
            assert_eq!(sent_at.map(looked_first), goes_out_at.map(looked_first), "{stack:?}: {status:?}");
        }
        let count = |status| happened.values().filter(|(became, _)| *became == status).count();
        assert_eq!([Sent, Expired, Held, Muted].map(count), [3, 3, 4, 1], "{stack:?}");
    }
}

#[tokio::test]
async fn of_two_slots_that_a_gap_moves_onto_one_instant_the_later_stands_for_both() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        rounds.clinic.clock.set(at("2027-03-14T05:00:00Z"));
        let muted = |input: &mut CreateReminder| input.kind = Kind::Posture;
        for change in [|_: &mut CreateReminder| (), muted] {
            // 02:30 is not shown in this night.
            rounds.reminder_of("ada", &["02:30", "03:30"], change).await;
        }
        let settings = UpdateSettings { muted: Some(vec![Kind::Posture]), ..UpdateSettings::default() };
        reminder::update_settings(&rounds.clinic.as_patient("ada").await, settings).await.unwrap();
        let due = at("2027-03-14T07:30:00Z");
        let expected = rounds.expected("2027-03-14T12:00:00Z").await;
        engine.feed(at("2027-03-14T05:00:00Z")).await.unwrap();
        rounds.work(&engine, due).await;
        assert_eq!(rounds.gateway.pushes().len(), 1, "{stack:?}");
        let happened = rounds.history().await;
        assert_eq!((happened.len(), expected.len()), (4, 4), "{stack:?}");
        for Delivery { id, reminder, local_date, due_at, status, .. } in happened {
            let earlier = id == reminder::delivery_id(reminder.id, local_date, 150);
            let later = if reminder.kind == Kind::Posture { Muted } else { Sent };
            assert_eq!((status, due_at), (if earlier { Expired } else { later }, due), "{stack:?}");
            assert_eq!(expected[&id].0, status, "{stack:?}");
        }
    }
}

#[tokio::test]
async fn a_date_that_was_told_is_not_foreseen_again_in_another_zone() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    rounds.reminder(&["08:00"]).await;
    rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
    register_device(&rounds.clinic.as_patient("ada").await, "token of ada", "America/Los_Angeles").await;
    let expected = rounds.expected("2026-06-17T00:00:00Z").await;
    let sent = (DeliveryStatus::Sent, Some(at("2026-06-16T15:00:00Z")));
    assert_eq!(expected.into_values().collect::<Vec<_>>(), [sent]);
}

#[tokio::test]
async fn history_tells_attempts_and_their_times() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    rounds.reminder(&["08:00"]).await;
    rounds.gateway.answer_next(Answer::later(30_000, "503"));
    rounds.gateway.answer_next(Answer::new(Verdict::Held { after_ms: 30_000 }, "breaker"));
    let due = at("2026-06-15T12:00:00Z");
    for seconds in [0, 30, 60] {
        rounds.work(&engine, due.plus(seconds * 1_000)).await;
    }
    let [delivery] = &rounds.history().await[..] else { panic!("one came") };
    assert_eq!(delivery.status, DeliveryStatus::Sent);
    assert_eq!(delivery.attempts, 2, "the provider was not asked the second time");
    assert_eq!(delivery.answered_at, [due, due.plus(30_000), due.plus(60_000)]);
    assert_eq!((delivery.expires_at, delivery.snoozes), (due.plus(HOUR), 0));
    let patient = rounds.clinic.as_patient("ada").await;
    reminder::snooze(&patient, delivery.id, 10).await.unwrap();
    let again = rounds.expected("2026-06-15T13:00:00Z").await;
    assert_eq!(again[&delivery.id], (DeliveryStatus::Sent, Some(due.plus(11 * 60_000))));
    assert_eq!(rounds.history().await[0].snoozes, 1);
}

#[tokio::test]
async fn what_is_put_off_and_then_done_is_foreseen_as_done() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    let reminder = rounds.reminder_of("ada", &["08:00"], |input| input.only_if_not_done = true).await;
    assert_eq!(reminder.rule.times, daily(&["08:00"]).times);
    rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
    let patient = rounds.clinic.as_patient("ada").await;
    let id = rounds.gateway.pushes()[0].id;
    reminder::snooze(&patient, id, 20).await.unwrap();
    super::rounds::log_one_session(&rounds).await;
    assert_eq!(rounds.expected("2026-06-16T00:00:00Z").await[&id], (DeliveryStatus::SkippedDone, None));
    rounds.work(&engine, at("2026-06-15T12:20:00Z")).await;
    assert_eq!(rounds.statuses(1).await, [DeliveryStatus::SkippedDone]);
}
