//! Fictional people and weeks of fictional data, for the demo.

use care::access::Services;
use care::error::Result;
use std::sync::Arc;

/// What is seeded.
#[derive(Debug, Clone, Copy)]
pub struct Seeds {
    /// How many patients, at least 1.
    pub patients: u32,
}

/// Seeds an empty database: a clinic, its staff, and patients with programs, logs and reminders.
#[allow(clippy::unused_async, reason = "the data are still to be written")]
pub async fn seed(_services: &Arc<Services>, _data: Seeds) -> Result<()> {
    Ok(())
}
