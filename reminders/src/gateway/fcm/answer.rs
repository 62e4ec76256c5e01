//! What Google's answers mean.

use super::super::delay::retry_after;
use super::super::meaning::{Meaning, code};
use care::clock::Instant;
use hyper::HeaderMap;
use serde::Deserialize;
use std::borrow::Cow;

/// How long to wait where Google says that it is too much and not for how long, in milliseconds.
const QUOTA: i64 = 60_000;

/// How Google says that a token is none, where it names no field.
const BAD_TOKEN: &str = "The registration token is not a valid FCM registration token";

/// The codes that Google documents; first the status, then the error code or else the status's name.
const KNOWN: &[&str] = &[
    "400 INVALID_ARGUMENT",
    "401 THIRD_PARTY_AUTH_ERROR",
    "401 UNAUTHENTICATED",
    "403 PERMISSION_DENIED",
    "403 SENDER_ID_MISMATCH",
    "404 NOT_FOUND",
    "404 UNREGISTERED",
    "429 QUOTA_EXCEEDED",
    "429 RESOURCE_EXHAUSTED",
    "500 INTERNAL",
    "503 UNAVAILABLE",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Fault,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fault {
    status: String,
    message: String,
    details: Vec<Detail>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    error_code: Option<String>,
    field_violations: Vec<Violation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Violation {
    field: String,
}

/// What this answer means, and its code.
pub(super) fn read(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    now: Instant,
) -> (Meaning, Cow<'static, str>) {
    if status == 200 {
        return (Meaning::Taken, Cow::Borrowed("200"));
    }
    let Body { error } = serde_json::from_slice(body).unwrap_or_default();
    let word = error.details.iter().find_map(|detail| detail.error_code.as_deref()).unwrap_or(&error.status);
    let mut violations = error.details.iter().flat_map(|detail| &detail.field_violations);
    let bad = error.message.starts_with(BAD_TOKEN);
    let meaning = match (status, word) {
        (400, _) if bad || violations.any(|violation| violation.field == "message.token") => {
            Meaning::Dead { since: None }
        }
        (401, "THIRD_PARTY_AUTH_ERROR") => Meaning::Misconfigured,
        (401, _) => Meaning::Expired,
        (403, "SENDER_ID_MISMATCH") | (404, "UNREGISTERED") => Meaning::Dead { since: None },
        // A project that is not there, or that has the service turned off.
        (403 | 404, _) => Meaning::Misconfigured,
        (429, _) => Meaning::Throttled { after_ms: retry_after(headers, now).unwrap_or(QUOTA) },
        (400..=499, _) => Meaning::Refused,
        _ => Meaning::Down { after_ms: retry_after(headers, now) },
    };
    (meaning, code(status, word, KNOWN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::RETRY_AFTER;
    use proptest::prelude::*;

    fn answered(status: u16, name: &str, details: &str, wait: Option<&str>) -> (Meaning, Cow<'static, str>) {
        let mut headers = HeaderMap::new();
        if let Some(wait) = wait {
            headers.insert(RETRY_AFTER, wait.parse().unwrap());
        }
        let body = format!(
            r#"{{"error":{{"code":{status},"message":"words","status":"{name}","details":[{details}]}}}}"#
        );
        read(status, &headers, body.as_bytes(), Instant(0))
    }

    fn fcm(code: &str) -> String {
        format!(r#"{{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"{code}"}}"#)
    }

    #[test]
    fn the_table() {
        let dead = Meaning::Dead { since: None };
        let down = Meaning::Down { after_ms: None };
        for (status, name, error, meaning, code) in [
            (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", Meaning::Refused, "400 INVALID_ARGUMENT"),
            (401, "UNAUTHENTICATED", "", Meaning::Expired, "401 UNAUTHENTICATED"),
            (
                401,
                "UNAUTHENTICATED",
                "THIRD_PARTY_AUTH_ERROR",
                Meaning::Misconfigured,
                "401 THIRD_PARTY_AUTH_ERROR",
            ),
            (403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", dead, "403 SENDER_ID_MISMATCH"),
            (403, "PERMISSION_DENIED", "", Meaning::Misconfigured, "403 PERMISSION_DENIED"),
            (404, "NOT_FOUND", "UNREGISTERED", dead, "404 UNREGISTERED"),
            (404, "NOT_FOUND", "", Meaning::Misconfigured, "404 NOT_FOUND"),
            (413, "", "", Meaning::Refused, "413"),
            (
                429,
                "RESOURCE_EXHAUSTED",
                "QUOTA_EXCEEDED",
                Meaning::Throttled { after_ms: 60_000 },
                "429 QUOTA_EXCEEDED",
            ),
            (500, "INTERNAL", "INTERNAL", down, "500 INTERNAL"),
            (503, "UNAVAILABLE", "UNAVAILABLE", down, "503 UNAVAILABLE"),
        ] {
            let details = if error.is_empty() { String::new() } else { fcm(error) };
            assert_eq!(
                answered(status, name, &details, None),
                (meaning, code.into()),
                "{status} {name} {error}"
            );
        }
        assert_eq!(read(200, &HeaderMap::new(), b"{}", Instant(0)).0, Meaning::Taken);
    }

    #[test]
    fn a_bad_request_kills_the_token_only_where_it_says_so() {
        let violation = |field: &str| {
            let kind = "type.googleapis.com/google.rpc.BadRequest";
            format!(r#"{{"@type":"{kind}","fieldViolations":[{{"field":"{field}","description":"x"}}]}}"#)
        };
        let of = |field| answered(400, "INVALID_ARGUMENT", &violation(field), None).0;
        assert_eq!(of("message.token"), Meaning::Dead { since: None });
        assert_eq!(of("message.android.ttl"), Meaning::Refused);
        let body = format!(r#"{{"error":{{"status":"INVALID_ARGUMENT","message":"{BAD_TOKEN}"}}}}"#);
        let told = read(400, &HeaderMap::new(), body.as_bytes(), Instant(0));
        assert_eq!(told, (Meaning::Dead { since: None }, "400 INVALID_ARGUMENT".into()));
    }

    #[test]
    fn retry_after_is_obeyed() {
        let of = |status| answered(status, "", "", Some("90")).0;
        assert_eq!(of(429), Meaning::Throttled { after_ms: 90_000 });
        assert_eq!(of(503), Meaning::Down { after_ms: Some(90_000) });
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic_or_is_repeated(status in 100u16..1000, body in "[ -~]{0,80}") {
            let (_, code) = read(status, &HeaderMap::new(), body.as_bytes(), Instant(0));
            prop_assert!(code.len() <= 3 || KNOWN.contains(&code.as_ref()));
        }
    }
}
