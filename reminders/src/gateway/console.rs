//! A gateway that prints: for trying Plumbline out.

use super::{Answer, Push, PushGateway};
use async_trait::async_trait;
use care::id;
use std::io::Write;

/// Prints each push as one line of standard output that begins with `push`.
#[derive(Debug, Clone, Copy)]
pub struct Console;

#[async_trait]
impl PushGateway for Console {
    async fn push(&self, push: &Push) -> Answer {
        let line = format!(
            "push {} kind={:?} due={} expires={} platform={:?} device={}",
            id::Kind::Delivery.encode(push.id),
            push.kind,
            push.due_at,
            push.expires_at,
            push.target.platform,
            id::Kind::Device.encode(push.target.device_id),
        );
        match writeln!(std::io::stdout().lock(), "{line}") {
            Ok(()) => Answer::taken(),
            Err(_) => Answer::later(30_000, "closed output"),
        }
    }
}
