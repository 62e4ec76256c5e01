//! Reminders that follow from care by themselves.

use super::Rounds;
use care::access::Scope;
use care::clock::Instant;
use care::message::{self, NewMessage};
use care::outcome::{self, NewAssignment, NewResponse};
use care::reminder::notice::keep;
use care::reminder::{self, DeliveryStatus, Kind, Status, UpdateReminder, UpdateSettings};
use care::visit::{self, RescheduleVisit, ScheduleVisit};
use reminders::engine::Engine;
use tests::{Stack, at};
use uuid::Uuid;

impl Rounds {
    async fn ada(&self) -> Scope {
        self.clinic.as_patient("ada").await
    }

    /// Moves the clock, and lets the worker see to notices and the engine do all its work.
    async fn notice(&self, engine: &Engine, now: &str) {
        self.clinic.clock.set(at(now));
        keep(&self.clinic.worker()).await.unwrap();
        engine.feed(at(now)).await.unwrap();
        self.work(engine, at(now)).await;
    }

    fn pushed(&self) -> Vec<(Kind, Instant)> {
        self.gateway.pushes().iter().map(|push| (push.kind, push.due_at)).collect()
    }

    /// What of this kind is to come within a month: when, and what is expected of it.
    async fn to_come(&self, kind: Kind) -> Vec<(Instant, DeliveryStatus)> {
        let until = self.clinic.services.now().plus(31 * 24 * 60 * 60_000);
        let all = reminder::upcoming(&self.ada().await, until, 100).await.unwrap();
        let of_kind = all.into_iter().filter(|next| next.reminder.kind == kind);
        of_kind.map(|next| (next.due_at, next.expected)).collect()
    }

    pub(super) async fn schedule(&self, starts_at: &str) -> Uuid {
        let input = ScheduleVisit {
            id: None,
            patient_id: reminder_owner(self).await,
            starts_at: at(starts_at),
            duration_minutes: 30,
            member_id: None,
            place: Some("Room with a view".to_owned()),
        };
        visit::schedule(&self.clinic.therapist().await, input).await.unwrap().id
    }

    pub(super) async fn write(&self, text: &str) -> Uuid {
        let patient_id = Some(reminder_owner(self).await);
        let input = NewMessage { id: None, patient_id, text: text.to_owned() };
        message::send(&self.clinic.therapist().await, input).await.unwrap().id
    }

    async fn ask(&self, start_on: &str) -> Uuid {
        let input = NewAssignment {
            id: None,
            patient_id: reminder_owner(self).await,
            measure: "nprs".to_owned(),
            baseline: true,
            every_weeks: Some(1),
            at_discharge: false,
            start_on: Some(start_on.parse().unwrap()),
            end_on: None,
        };
        outcome::assign(&self.clinic.therapist().await, input).await.unwrap().id
    }
}

async fn reminder_owner(rounds: &Rounds) -> Uuid {
    rounds.ada().await.actor().person.patient_id().unwrap()
}

#[tokio::test]
async fn a_visit_is_told_a_day_and_two_hours_before() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        rounds.schedule("2026-06-17T14:00:00Z").await;
        rounds.notice(&engine, "2026-06-15T10:00:01Z").await;
        let sent = DeliveryStatus::Sent;
        let expected = [(at("2026-06-16T14:00:00Z"), sent), (at("2026-06-17T12:00:00Z"), sent)];
        assert_eq!(rounds.to_come(Kind::Appointment).await, expected, "{stack:?}");
        rounds.notice(&engine, "2026-06-16T13:59:59Z").await;
        assert!(rounds.pushed().is_empty(), "never early");
        for now in
            ["2026-06-16T14:00:00Z", "2026-06-16T14:00:20Z", "2026-06-17T12:00:30Z", "2026-06-17T15:00:00Z"]
        {
            rounds.notice(&engine, now).await;
        }
        let pushed = expected.map(|(due, _)| (Kind::Appointment, due));
        assert_eq!(rounds.pushed(), pushed, "{stack:?}");
        assert!(reminder::list(&rounds.ada().await).await.unwrap().is_empty(), "what is over is no reminder");
    }
}

#[tokio::test]
async fn a_moved_visit_takes_its_notices_along_and_a_canceled_one_has_none() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        let visit_id = rounds.schedule("2026-06-17T14:00:00Z").await;
        rounds.notice(&engine, "2026-06-16T14:00:00Z").await;
        assert_eq!(rounds.pushed().len(), 1);
        let starts_at = at("2026-06-18T14:00:00Z");
        let moved =
            RescheduleVisit { visit_id, starts_at, duration_minutes: None, member_id: None, place: None };
        visit::reschedule(&rounds.clinic.therapist().await, moved).await.unwrap();
        // No worker has seen to it yet: what fires is asked what has become of its visit.
        rounds.work(&engine, at("2026-06-17T12:00:00Z")).await;
        assert_eq!(rounds.pushed().len(), 1);
        assert_eq!(rounds.statuses(1).await, [DeliveryStatus::Canceled], "{stack:?}");
        rounds.notice(&engine, "2026-06-17T14:00:00Z").await;
        assert_eq!(rounds.pushed()[1], (Kind::Appointment, at("2026-06-17T14:00:00Z")), "{stack:?}");
        assert_eq!(rounds.to_come(Kind::Appointment).await.len(), 1);
        visit::cancel(&rounds.clinic.therapist().await, visit_id, "Ill").await.unwrap();
        rounds.notice(&engine, "2026-06-17T14:01:00Z").await;
        assert!(rounds.to_come(Kind::Appointment).await.is_empty());
        rounds.notice(&engine, "2026-06-18T12:00:00Z").await;
        assert_eq!(rounds.pushed().len(), 2, "{stack:?}");
    }
}

#[tokio::test]
async fn a_visit_is_not_told_after_it_began_nor_by_what_lay_before_it_was_scheduled() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    let quiet_hours = Some(Some(("22:00".parse().unwrap(), "07:00".parse().unwrap())));
    let settings = UpdateSettings { quiet_hours, ..UpdateSettings::default() };
    reminder::update_settings(&rounds.ada().await, settings).await.unwrap();
    // At 05:45 in New York, less than a day away: only two hours before is left, in the quiet hours.
    rounds.schedule("2026-06-16T09:45:00Z").await;
    rounds.notice(&engine, "2026-06-15T11:00:00Z").await;
    rounds.notice(&engine, "2026-06-16T07:45:00Z").await;
    rounds.notice(&engine, "2026-06-16T11:05:00Z").await;
    assert!(rounds.pushed().is_empty());
    assert_eq!(rounds.statuses(5).await, [DeliveryStatus::Expired]);
}

#[tokio::test]
async fn a_questionnaire_is_told_on_its_day_and_on_the_next_while_it_waits() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        rounds.ask("2026-06-16").await;
        rounds.notice(&engine, "2026-06-15T10:00:01Z").await;
        let sent = DeliveryStatus::Sent;
        let two = [(at("2026-06-16T13:00:00Z"), sent), (at("2026-06-17T13:00:00Z"), sent)];
        assert_eq!(rounds.to_come(Kind::Questionnaire).await, two, "at 09:00 in New York");
        for now in
            ["2026-06-16T13:00:00Z", "2026-06-17T13:00:00Z", "2026-06-18T04:00:00Z", "2026-06-18T13:00:00Z"]
        {
            rounds.notice(&engine, now).await;
        }
        assert_eq!(rounds.pushed(), two.map(|(due, _)| (Kind::Questionnaire, due)), "{stack:?}: and no more");
        // The next of the week is answered on its day, after it was told.
        rounds.notice(&engine, "2026-06-23T13:00:00Z").await;
        assert_eq!(rounds.pushed().len(), 3);
        let answer = NewResponse {
            id: None,
            patient_id: None,
            measure: "nprs".to_owned(),
            answered_at: rounds.clinic.services.now(),
            offset_seconds: -4 * 3_600,
            answers: vec![("1".to_owned(), 3)],
            activities: Vec::new(),
        };
        outcome::submit(&rounds.ada().await, answer).await.unwrap();
        rounds.work(&engine, at("2026-06-24T13:00:00Z")).await;
        assert_eq!(rounds.pushed().len(), 3);
        assert_eq!(rounds.statuses(1).await, [DeliveryStatus::SkippedDone], "{stack:?}");
        rounds.notice(&engine, "2026-06-24T13:01:00Z").await;
        assert_eq!(rounds.to_come(Kind::Questionnaire).await[0].0, at("2026-06-30T13:00:00Z"));
    }
}

#[tokio::test]
async fn messages_that_come_together_are_told_once_and_read_ones_not_at_all() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        let minute = |minute: u32, second: u32| format!("2026-06-15T10:{minute:02}:{second:02}Z");
        rounds.clinic.clock.set(at(&minute(10, 30)));
        rounds.write("One").await;
        rounds.notice(&engine, &minute(10, 31)).await;
        assert_eq!(rounds.pushed(), [(Kind::Message, at(&minute(10, 0)))], "{stack:?}");
        rounds.clinic.clock.set(at(&minute(12, 0)));
        let second = rounds.write("Two").await;
        rounds.notice(&engine, &minute(12, 1)).await;
        rounds.notice(&engine, &minute(30, 0)).await;
        assert_eq!(rounds.pushed().len(), 1, "{stack:?}: told together with the first");
        message::mark_read(&rounds.ada().await, None, second).await.unwrap();
        let third = rounds.write("Three").await;
        rounds.notice(&engine, &minute(31, 0)).await;
        assert_eq!(rounds.pushed().len(), 2, "{stack:?}: another, after the first were read");
        message::mark_read(&rounds.ada().await, None, third).await.unwrap();
        rounds.clinic.clock.set(at(&minute(40, 0)));
        let fourth = rounds.write("Four").await;
        keep(&rounds.clinic.worker()).await.unwrap();
        message::mark_read(&rounds.ada().await, None, fourth).await.unwrap();
        rounds.notice(&engine, &minute(40, 2)).await;
        assert_eq!(rounds.pushed().len(), 2, "{stack:?}: read before it fired");
        assert_eq!(rounds.statuses(1).await, [DeliveryStatus::SkippedDone]);
    }
}

#[tokio::test]
async fn articles_that_are_assigned_are_told_once() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    let articles: Vec<Uuid> =
        care::library::articles().iter().take(3).map(care::library::Article::id).collect();
    let patient_id = reminder_owner(&rounds).await;
    let therapist = rounds.clinic.therapist().await;
    care::education::assign(&therapist, patient_id, &articles[..2], None).await.unwrap();
    rounds.notice(&engine, "2026-06-15T10:00:02Z").await;
    care::education::mark_read(&rounds.ada().await, articles[0]).await.unwrap();
    rounds.notice(&engine, "2026-06-15T10:09:00Z").await;
    assert_eq!(rounds.pushed(), [(Kind::Article, at("2026-06-15T10:00:00Z"))]);
    let therapist = rounds.clinic.therapist().await;
    care::education::assign(&therapist, patient_id, &articles[2..], None).await.unwrap();
    care::education::unassign(&therapist, patient_id, &articles[2..]).await.unwrap();
    rounds.notice(&engine, "2026-06-15T10:09:02Z").await;
    assert_eq!(rounds.pushed().len(), 1, "it was taken back");
}

#[tokio::test]
async fn a_muted_kind_stays_silent_and_tells_so() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        rounds.reminder(&["08:00"]).await;
        rounds.schedule("2026-06-16T14:30:00Z").await;
        let muted = Some(vec![Kind::Exercise, Kind::Message, Kind::Exercise]);
        let settings = UpdateSettings { muted, ..UpdateSettings::default() };
        let patient = reminder::update_settings(&rounds.ada().await, settings).await.unwrap();
        assert_eq!(reminder::muted(&patient), [Kind::Exercise, Kind::Message]);
        rounds.write("Hello").await;
        rounds.notice(&engine, "2026-06-15T12:00:00Z").await;
        assert!(rounds.pushed().is_empty(), "{stack:?}");
        assert_eq!(rounds.statuses(5).await, [DeliveryStatus::Muted, DeliveryStatus::Muted]);
        assert_eq!(rounds.to_come(Kind::Exercise).await[0].1, DeliveryStatus::Muted);
        rounds.notice(&engine, "2026-06-15T14:30:00Z").await;
        assert_eq!(rounds.pushed().len(), 1, "{stack:?}: visits are not muted");
    }
}

#[tokio::test]
async fn nobody_changes_what_follows_from_care() {
    let rounds = Rounds::open(Stack::Embedded).await;
    rounds.schedule("2026-06-17T14:00:00Z").await;
    keep(&rounds.clinic.worker()).await.unwrap();
    let ada = rounds.ada().await;
    let all = reminder::list(&ada).await.unwrap();
    assert_eq!(
        all.iter().map(|one| (one.kind, one.status)).collect::<Vec<_>>(),
        [(Kind::Appointment, Status::Active); 2]
    );
    assert!(all.iter().all(|one| one.title.is_none() && one.subject.is_some()));
    let id = all[0].id;
    assert!(reminder::update(&ada, id, UpdateReminder::default()).await.is_err());
    assert!(reminder::set_paused(&ada, id, true).await.is_err());
    assert!(reminder::delete(&ada, id).await.is_err());
    let own = rounds.reminder(&["08:00"]).await;
    let first = reminder::list(&ada).await.unwrap()[0].id;
    assert_eq!(first, own.id, "one's own come first");
}

#[tokio::test]
async fn seeing_to_notices_again_or_twice_at_once_changes_nothing() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        rounds.schedule("2026-06-17T14:00:00Z").await;
        rounds.ask("2026-06-16").await;
        rounds.write("Hello").await;
        let worker = rounds.clinic.worker();
        let (one, other) = tokio::join!(keep(&worker), keep(&worker));
        assert!(one.unwrap() + other.unwrap() >= 1);
        let before = care::sync::changed_since(&rounds.ada().await, reminder_owner(&rounds).await, None)
            .await
            .unwrap();
        let all = reminder::list(&rounds.ada().await).await.unwrap();
        assert_eq!(all.len(), 4, "{stack:?}");
        assert_eq!(keep(&worker).await.unwrap(), 0, "{stack:?}: nothing was written since");
        // Something else of her changes: her notices do not.
        rounds.reminder(&["08:00"]).await;
        assert_eq!(keep(&worker).await.unwrap(), 1);
        let after = care::sync::changed_since(&rounds.ada().await, reminder_owner(&rounds).await, None)
            .await
            .unwrap();
        assert_eq!(after.place, before.place + 1, "{stack:?}");
        assert_eq!(keep(&worker).await.unwrap(), 0, "{stack:?}");
        // What the engine writes of her is no cause.
        let engine = rounds.engine();
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
        assert!(!rounds.pushed().is_empty());
        assert_eq!(keep(&worker).await.unwrap(), 0, "{stack:?}");
    }
}

#[tokio::test]
async fn with_the_end_of_care_notices_end() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    rounds.schedule("2026-06-16T14:30:00Z").await;
    rounds.reminder(&["08:00"]).await;
    rounds.notice(&engine, "2026-06-15T11:00:00Z").await;
    // Whoever was discharged cannot sign in anew.
    let ada = rounds.ada().await;
    let patient_id = reminder_owner(&rounds).await;
    care::patient::discharge(&rounds.clinic.therapist().await, patient_id).await.unwrap();
    rounds.notice(&engine, "2026-06-15T12:00:00Z").await;
    let page = reminder::history(&ada, &care::page::Request::first(1)).await.unwrap();
    assert_eq!(page.entries[0].1.status, DeliveryStatus::CareEnded);
    rounds.notice(&engine, "2026-06-15T14:30:00Z").await;
    assert!(rounds.pushed().is_empty());
    let all = reminder::list(&ada).await.unwrap();
    assert!(all.iter().all(|one| one.kind != Kind::Appointment), "{all:?}");
}
