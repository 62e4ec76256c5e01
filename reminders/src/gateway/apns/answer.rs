//! What Apple's answers mean.

use super::super::meaning::{Meaning, code};
use care::clock::Instant;
use serde::Deserialize;
use std::borrow::Cow;

/// How long a push waits of whose device there were too many, in milliseconds.
const TOO_MANY: i64 = 30_000;

/// The codes that Apple documents.
const KNOWN: &[&str] = &[
    "400 BadCollapseId",
    "400 BadDeviceToken",
    "400 BadExpirationDate",
    "400 BadMessageId",
    "400 BadPriority",
    "400 BadTopic",
    "400 DeviceTokenNotForTopic",
    "400 DuplicateHeaders",
    "400 IdleTimeout",
    "400 InvalidPushType",
    "400 MissingDeviceToken",
    "400 MissingTopic",
    "400 PayloadEmpty",
    "400 TopicDisallowed",
    "403 BadCertificate",
    "403 BadCertificateEnvironment",
    "403 BadEnvironmentKeyIdInToken",
    "403 ExpiredProviderToken",
    "403 Forbidden",
    "403 InvalidProviderToken",
    "403 MissingProviderToken",
    "403 UnrelatedKeyIdInToken",
    "404 BadPath",
    "405 MethodNotAllowed",
    "410 ExpiredToken",
    "410 Unregistered",
    "413 PayloadTooLarge",
    "429 TooManyProviderTokenUpdates",
    "429 TooManyRequests",
    "500 InternalServerError",
    "503 ServiceUnavailable",
    "503 Shutdown",
];

#[derive(Debug, Default, Deserialize)]
struct Body {
    #[serde(default)]
    reason: String,
    timestamp: Option<i64>,
}

/// What this answer means, and its code.
pub(super) fn read(status: u16, body: &[u8]) -> (Meaning, Cow<'static, str>) {
    if status == 200 {
        return (Meaning::Taken, Cow::Borrowed("200"));
    }
    let Body { reason, timestamp } = serde_json::from_slice(body).unwrap_or_default();
    let meaning = match (status, reason.as_str()) {
        (400, "BadDeviceToken" | "DeviceTokenNotForTopic") => Meaning::BadToken,
        (400, "IdleTimeout") => Meaning::Down { after_ms: None },
        (403, "ExpiredProviderToken") => Meaning::Expired,
        (403, _) => Meaning::Misconfigured,
        (410, _) => Meaning::Dead { since: timestamp.map(Instant) },
        (429, "TooManyProviderTokenUpdates") => Meaning::Later { after_ms: TOO_MANY, leave: true },
        (429, _) => Meaning::Later { after_ms: TOO_MANY, leave: false },
        (400..=499, _) => Meaning::Refused,
        _ => Meaning::Down { after_ms: None },
    };
    (meaning, code(status, &reason, KNOWN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table() {
        let down = Meaning::Down { after_ms: None };
        let later = |leave| Meaning::Later { after_ms: 30_000, leave };
        for (status, reason, meaning, code) in [
            (200, "", Meaning::Taken, "200"),
            (400, "BadDeviceToken", Meaning::BadToken, "400 BadDeviceToken"),
            (400, "DeviceTokenNotForTopic", Meaning::BadToken, "400 DeviceTokenNotForTopic"),
            (400, "BadTopic", Meaning::Refused, "400 BadTopic"),
            (400, "PayloadEmpty", Meaning::Refused, "400 PayloadEmpty"),
            (400, "IdleTimeout", down, "400 IdleTimeout"),
            (400, "something new", Meaning::Refused, "400"),
            (403, "ExpiredProviderToken", Meaning::Expired, "403 ExpiredProviderToken"),
            (403, "InvalidProviderToken", Meaning::Misconfigured, "403 InvalidProviderToken"),
            (403, "something new", Meaning::Misconfigured, "403"),
            (404, "BadPath", Meaning::Refused, "404 BadPath"),
            (405, "MethodNotAllowed", Meaning::Refused, "405 MethodNotAllowed"),
            (413, "PayloadTooLarge", Meaning::Refused, "413 PayloadTooLarge"),
            (429, "TooManyRequests", later(false), "429 TooManyRequests"),
            (429, "TooManyProviderTokenUpdates", later(true), "429 TooManyProviderTokenUpdates"),
            (500, "InternalServerError", down, "500 InternalServerError"),
            (503, "Shutdown", down, "503 Shutdown"),
            (302, "", down, "302"),
        ] {
            let body = format!("{{\"reason\":\"{reason}\"}}");
            assert_eq!(read(status, body.as_bytes()), (meaning, code.into()), "{status} {reason}");
        }
    }

    #[test]
    fn a_dead_token_is_dead_since_the_timestamp() {
        let body = br#"{"reason":"Unregistered","timestamp":1454948015990}"#;
        let since = Some(Instant(1_454_948_015_990));
        assert_eq!(read(410, body), (Meaning::Dead { since }, "410 Unregistered".into()));
        let body = br#"{"reason":"ExpiredToken"}"#;
        assert_eq!(read(410, body), (Meaning::Dead { since: None }, "410 ExpiredToken".into()));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic_or_is_repeated(status in 100u16..1000, body in "[ -~]{0,80}") {
            let (_, code) = read(status, body.as_bytes());
            prop_assert!(code.len() <= 3 || KNOWN.contains(&code.as_ref()));
        }
    }
}
