//! Where Prometheus reads.

use super::{Fault, Server};
use std::net::SocketAddr;

impl Server {
    /// Where Prometheus reads; `None` for nowhere.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_listen.parse().ok()
    }

    /// What is wrong with it.
    pub(super) fn metrics_fault(&self) -> Option<Fault> {
        let what = match self.metrics_address() {
            None if !self.metrics_listen.is_empty() => "This is no address with a port.",
            Some(address) if address == self.listen && address.port() != 0 => {
                "This is server.listen, where everybody comes."
            }
            _ => return None,
        };
        Some(Fault::new("server.metrics_listen", what, "Give one such as 127.0.0.1:9464, or nothing."))
    }
}
