//! What a provider's answer means, whichever provider it is.

use care::clock::Instant;
use std::borrow::Cow;

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It will be delivered.
    Taken,
    /// The token is dead, since this instant where the provider says so.
    Dead { since: Option<Instant> },
    /// The token is not one of this app in this environment: dead, unless many are.
    BadToken,
    /// Our own token has run out.
    Expired,
    /// Our credentials are not right: a matter of configuration.
    Misconfigured,
    /// The push is not one that this provider takes: a mistake of ours.
    Refused,
    /// We ask too much of it.
    Throttled { after_ms: i64 },
    /// It wants this push later, for a reason of the device's or the connection's.
    Later {
        after_ms: i64,
        /// Whether by another connection.
        leave: bool,
    },
    /// It cannot at present; it may say for how long.
    Down { after_ms: Option<i64> },
}

/// The text of a status and the provider's word for it, if that is one of `known`; other words are not repeated.
pub(super) fn code(status: u16, word: &str, known: &[&'static str]) -> Cow<'static, str> {
    let status = status.to_string();
    let fits = |code: &&&str| code.split_once(' ') == Some((status.as_str(), word));
    known.iter().find(fits).map_or(Cow::Owned(status.clone()), |code| Cow::Borrowed(*code))
}
