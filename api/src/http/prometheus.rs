//! The page that Prometheus reads, on a listener of its own.

use super::listener::{self, Connections};
use axum::Router;
use axum::http::header;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Serves `/metrics` until `stop` turns true.
pub async fn serve_metrics(
    listener: TcpListener,
    numbers: PrometheusHandle,
    connections: Connections,
    stop: watch::Receiver<bool>,
) {
    let page = async move || ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], numbers.render());
    let routes = Router::new().route("/metrics", get(page));
    listener::serve(listener, routes, connections, stop).await;
}
