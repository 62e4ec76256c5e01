//! What carries pushes.

use crate::configuration::{Configuration, Gateway, Role, unusable_push};
use crate::failure::Failure;
use care::clock::{Clock, SystemRandom};
use reminders::gateway::apns::{Alone, RedisShare, TokenShare};
use reminders::gateway::console::Console;
use reminders::gateway::providers::Providers;
use reminders::gateway::{Ports, PushGateway};
use reminders::timetable::redis::connect;
use std::sync::Arc;

/// The gateway that the configuration names. A failure where its credentials cannot be used. A process that only
/// answers requests sends nothing, and needs none.
pub(super) fn of(
    configuration: &Configuration,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn PushGateway>, Failure> {
    let sends = configuration.server.role != Role::Api;
    match configuration.push.gateway {
        Gateway::Providers if sends => Ok(Arc::new(providers(configuration, clock)?)),
        Gateway::Providers | Gateway::Console => Ok(Arc::new(Console)),
    }
}

/// The gateway to Apple and Google.
pub fn providers(configuration: &Configuration, clock: &Arc<dyn Clock>) -> Result<Providers, Failure> {
    let (all, clinics) = configuration.push.credentials()?;
    let redis = &configuration.redis;
    // An address that is not valid is told where the timetable is wired.
    let connection = (!redis.url.is_empty()).then(|| connect(&redis.url).ok()).flatten();
    let share: Arc<dyn TokenShare> = match connection {
        Some(connection) => Arc::new(RedisShare::new(connection, &redis.prefix)),
        None => Arc::new(Alone),
    };
    let ports = Ports { clock: Arc::clone(clock), random: Arc::new(SystemRandom) };
    Providers::new(&all, &clinics, &share, &ports).map_err(|faulty| unusable_push(&faulty).into())
}
