//! The program's worker as it is wired in production, around a clinic of which the test has the time.

use super::Rounds;
use api::configuration::{Role, Secret};
use api::wiring::{App, Ports};
use care::reminder::Kind;
use sea_orm::{ConnectionTrait, Statement};
use std::sync::Arc;
use std::time::Duration;
use tests::Stack;
use tokio::sync::watch;

impl Rounds {
    async fn app(&self) -> App {
        let mut configuration = api::configuration::load(None, &[]).unwrap();
        configuration.server.role = Role::Worker;
        configuration.database.url.clone_from(&self.clinic.database.url);
        configuration.redis.url = self.redis.as_ref().map(tests::RedisServer::url).unwrap_or_default();
        configuration.keys.installation_key = Secret::new(tests::INSTALLATION_KEY);
        configuration.reminders.smear_seconds = 0;
        let services = Arc::clone(&self.clinic.services);
        let ports = Ports {
            clock: Arc::clone(&services.clock),
            random: Arc::clone(&services.random),
            live: Arc::clone(&services.live),
            gateway: Arc::clone(&self.gateway) as _,
            mailer: Arc::new(api::mail::Console),
        };
        App::build(configuration, ports).await.unwrap()
    }

    async fn notices_of_visits(&self) -> usize {
        let database = self.clinic.database.connect().await;
        let sql = "SELECT id FROM reminder WHERE kind = 'APPOINTMENT'";
        let select = Statement::from_string(database.get_database_backend(), sql);
        let rows = database.query_all_raw(select).await.unwrap();
        database.close().await.unwrap();
        rows.len()
    }
}

/// Waits until it is so, for less than the half-minute after which the worker looks by itself.
async fn until(what: &str, it_is_so: impl AsyncFn() -> bool) {
    for _ in 0..250 {
        if it_is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: nothing came of it");
}

#[tokio::test]
async fn what_follows_from_care_is_told_as_soon_as_it_is_written() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let app = rounds.app().await;
        let (stop, stopped) = watch::channel(false);
        let care = async {
            rounds.write("How did the stairs go?").await;
            until("a message", async || !rounds.gateway.pushes().is_empty()).await;
            assert_eq!(rounds.gateway.pushes()[0].kind, Kind::Message, "{stack:?}");
            // The worker has looked once, and hears of this by the change feed alone.
            rounds.schedule("2026-06-17T14:00:00Z").await;
            until("a visit", async || rounds.notices_of_visits().await == 2).await;
            stop.send_replace(true);
        };
        let (served, ()) = tokio::join!(app.serve(None, stopped), care);
        served.unwrap();
    }
}
