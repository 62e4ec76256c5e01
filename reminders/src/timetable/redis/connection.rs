//! The connection to Redis, and what its errors mean here.

use super::super::TimetableError;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{Client, ErrorKind, IntoConnectionInfo, RedisError};
use std::time::Duration;

/// A script that is answered later than this is given up here, while it may still run there.
const TIMEOUT: Duration = Duration::from_secs(4);

/// A connection to the Redis at `url` (`redis://user:password@host:port/database`). It is made
/// at the first call and again after every loss, so that Redis may be away at the start too.
///
/// Must be called within a Tokio runtime.
///
/// # Errors
/// [`TimetableError::Address`] if the URL is not valid.
pub fn connect(url: &str) -> Result<ConnectionManager, TimetableError> {
    let tcp = TcpSettings::default().set_nodelay(true);
    let config = ConnectionManagerConfig::new()
        .set_response_timeout(Some(TIMEOUT))
        .set_connection_timeout(Some(TIMEOUT))
        // Few and short: callers wait for the attempts, and have another timetable to turn to.
        .set_number_of_retries(1);
    url.into_connection_info()
        .and_then(|info| Client::open(info.set_tcp_settings(tcp)))
        .and_then(|client| ConnectionManager::new_lazy_with_config(client, config))
        .map_err(|error| {
            tracing::error!(kind = ?error.kind(), "the address of redis is not valid");
            TimetableError::Address
        })
}

/// Logs the error and says what it means for the caller.
pub(super) fn meaning(error: RedisError) -> TimetableError {
    let kind = error.kind();
    tracing::warn!(?kind, %error, "redis call failed");
    if let ErrorKind::Parse | ErrorKind::UnexpectedReturnType | ErrorKind::Client = kind {
        return TimetableError::Rejected;
    }
    let Some(failures) = error.into_server_errors() else {
        return TimetableError::Unavailable;
    };
    let any = |codes: &[&str]| failures.iter().any(|(_, failure)| codes.contains(&failure.code()));
    if any(&["OOM"]) {
        TimetableError::Full
    } else if any(&[
        "LOADING",
        "READONLY",
        "MASTERDOWN",
        "CLUSTERDOWN",
        "TRYAGAIN",
        "BUSY",
        "MISCONF",
        "NOREPLICAS",
    ]) {
        TimetableError::Unavailable
    } else {
        TimetableError::Rejected
    }
}
