//! What Prometheus is told of this process.

use super::{http_settings, listen_as};
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::http::serve_metrics;
use care::access::Worker;
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use reminders::engine::measure::{self, LATENESS_SECONDS};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How often it is counted how the reminders stand.
const EVERY: Duration = Duration::from_secs(15);
/// The upper ends of the buckets of other times, in seconds.
const SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0];

/// The numbers of this process and where they are read.
pub struct Prometheus {
    numbers: PrometheusHandle,
    listener: TcpListener,
}

impl Prometheus {
    /// Counts from now on, to be read where `server.metrics_listen` says; `None` where it says nothing. Once in a
    /// process.
    pub async fn open(configuration: &Configuration) -> Result<Option<Self>, Failure> {
        let Some(address) = configuration.server.metrics_address() else { return Ok(None) };
        let listener = listen_as(address, "server.metrics_listen").await?;
        let recorder =
            recorder().map_err(|error| Failure::new(format!("Nothing can be counted: {error}.")))?;
        let numbers = recorder.handle();
        metrics::set_global_recorder(recorder)
            .map_err(|_| Failure::new("Something else counts in this process already."))?;
        describe();
        measure::describe();
        Ok(Some(Self { numbers, listener }))
    }

    /// What is read.
    pub fn page(&self) -> String {
        self.numbers.render()
    }

    /// Where it is read.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves `/metrics` until `stop` turns true, and counts how the reminders stand.
    pub async fn serve(self, worker: &Worker, configuration: &Configuration, stop: watch::Receiver<bool>) {
        if let Some(address) = self.address() {
            tracing::info!(%address, "serving /metrics");
        }
        let connections = http_settings(configuration).connections;
        let counting = count(&self.numbers, worker, stop.clone());
        tokio::join!(serve_metrics(self.listener, self.numbers.clone(), connections, stop), counting);
    }
}

fn recorder() -> Result<metrics_exporter_prometheus::PrometheusRecorder, BuildError> {
    let lateness = Matcher::Full("plumbline_reminder_lateness_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS)?;
    Ok(builder.set_buckets_for_metric(lateness, &LATENESS_SECONDS)?.build_recorder())
}

async fn count(numbers: &PrometheusHandle, worker: &Worker, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        numbers.run_upkeep();
        take_census(worker).await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

/// Counts how the reminders of the installation stand.
#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
pub async fn take_census(worker: &Worker) {
    let census = care::reminder::census(worker, worker.now()).await;
    gauge!("plumbline_database_up").set(if census.is_ok() { 1.0 } else { 0.0 });
    let Ok(census) = census else { return };
    gauge!("plumbline_reminders_overdue").set(census.overdue as f64);
    gauge!("plumbline_reminders_oldest_overdue_seconds").set(census.oldest_overdue_ms as f64 / 1_000.0);
    gauge!("plumbline_reminder_deliveries_waiting").set(census.waiting as f64);
    gauge!("plumbline_reminder_dead_letters").set(census.dead as f64);
    gauge!("plumbline_reminders_set_aside").set(census.set_aside as f64);
}

fn describe() {
    describe_gauge!("plumbline_build_info", "1, with the version of the program.");
    describe_gauge!("plumbline_database_up", "1 while the database answers what is counted here.");
    describe_gauge!("plumbline_reminders_overdue", "Reminders that are due and not decided yet.");
    describe_gauge!(
        "plumbline_reminders_oldest_overdue_seconds",
        "For how long the reminder has been due that waits longest."
    );
    describe_gauge!("plumbline_reminder_deliveries_waiting", "Deliveries whose time has come again.");
    describe_gauge!(
        "plumbline_reminder_dead_letters",
        "Deliveries of the last 24 hours that never got through."
    );
    describe_gauge!("plumbline_reminders_set_aside", "Reminders that are set aside.");
    describe_gauge!(
        "plumbline_clock_ahead_seconds",
        "How far this machine's clock is ahead of PostgreSQL's, by which everything goes."
    );
    describe_counter!("plumbline_http_requests_total", "Requests, by the class of the answer's status.");
    gauge!("plumbline_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    for class in ["2xx", "4xx", "5xx"] {
        counter!("plumbline_http_requests_total", "class" => class).absolute(0);
    }
}
