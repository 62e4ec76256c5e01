//! The reminder engine on both stacks: due by a moved clock, pushed once, never lost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod clocks;
mod faults;
mod foreseen;
mod kills;
mod measures;
mod nights;
mod notices;
mod operate;
mod reference;
mod rounds;
mod storms;
mod timetables;
mod wired;
mod world;

use care::access::Scope;
use care::clock::Instant;
use care::page::Request;
use care::reminder::{CreateReminder, DeliveryStatus, Kind, QuietPolicy, Reminder, When};
use reminders::engine::Engine;
use reminders::gateway::recording::Recording;
use std::sync::Arc;
use tests::{Clinic, RedisServer, Stack};

/// A clinic whose patient `ada` has a device, with a gateway that remembers.
struct Rounds {
    clinic: Clinic,
    redis: Option<RedisServer>,
    gateway: Arc<Recording>,
}

impl Rounds {
    async fn open(stack: Stack) -> Self {
        Self::around(Clinic::open(stack).await, stack).await
    }

    async fn around(clinic: Clinic, stack: Stack) -> Self {
        let patient = clinic.patient("ada").await;
        clinic.program(&patient, &[1, 2, 4]).await;
        clinic.device("ada").await;
        let redis = (stack == Stack::Full).then(RedisServer::start);
        Self { clinic, redis, gateway: Arc::default() }
    }

    /// One more worker on the same servers.
    fn engine(&self) -> Engine {
        tests::engine(&self.clinic, self.redis.as_ref(), &self.gateway)
    }

    /// A reminder of `ada` at these times of day.
    async fn reminder(&self, times: &[&str]) -> Reminder {
        self.reminder_of("ada", times, |_| {}).await
    }

    async fn reminder_of(
        &self,
        name: &str,
        times: &[&str],
        change: impl FnOnce(&mut CreateReminder),
    ) -> Reminder {
        reminder(&self.clinic.as_patient(name).await, times, change).await
    }

    /// The statuses of ada's newest deliveries, newest first, at most `first`.
    async fn statuses(&self, first: i32) -> Vec<DeliveryStatus> {
        let patient = self.clinic.as_patient("ada").await;
        let page = care::reminder::history(&patient, &Request::first(first)).await.unwrap();
        page.entries.into_iter().map(|(_, delivery)| delivery.status).collect()
    }

    /// Moves the clock and lets `engine` do all its work.
    async fn work(&self, engine: &Engine, now: Instant) {
        self.clinic.clock.set(now);
        engine.tick(now).await.unwrap();
        engine.retry(now).await.unwrap();
    }
}

/// At these times of each day.
fn daily(times: &[&str]) -> When {
    When {
        times: times.iter().map(|time| time.parse().unwrap()).collect(),
        weekdays: Vec::new(),
        every_weeks: None,
        every_days: None,
        start_on: None,
        end_on: None,
        count: None,
    }
}

/// A reminder of this patient, without another sign-in.
async fn reminder(patient: &Scope, times: &[&str], change: impl FnOnce(&mut CreateReminder)) -> Reminder {
    let mut input = CreateReminder {
        id: None,
        kind: Kind::Exercise,
        title: Some("Back exercises".to_owned()),
        when: daily(times),
        time_zone: None,
        only_if_not_done: false,
        quiet_policy: QuietPolicy::Defer,
        late_limit_minutes: 60,
    };
    change(&mut input);
    care::reminder::create(patient, input).await.unwrap()
}
