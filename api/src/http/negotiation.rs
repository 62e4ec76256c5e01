//! Which media type a request has, and which one its answer gets.

use axum::http::{HeaderMap, header};

/// The media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: the status is 200 for every well-formed request.
    Json,
    /// `application/graphql-response+json`: the status tells request errors.
    GraphqlResponse,
}

impl Media {
    /// The value of the content-type header.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }
}

/// Whether the body is JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let json = parts.next().as_deref() == Some("application/json");
    json && parts
        .all(|part| part.strip_prefix("charset=").is_none_or(|charset| charset.trim_matches('"') == "utf-8"))
}

/// What carries the events of a subscription over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// `multipart/mixed;subscriptionSpec=1.0`, Apollo's protocol.
    Multipart,
    /// `text/event-stream`, the protocol of graphql-sse with a connection for each operation.
    EventStream,
}

/// What the client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Accepted {
    /// The media type of a single answer.
    pub(super) single: Option<Media>,
    /// The wire of a subscription.
    pub(super) stream: Option<Wire>,
}

/// What the client prefers of what it takes. Without `Accept` a single answer is JSON, which
/// every client takes.
pub(super) fn accepted(headers: &HeaderMap) -> Accepted {
    let values: Vec<_> = headers.get_all(header::ACCEPT).iter().collect();
    if values.is_empty() {
        return Accepted { single: Some(Media::Json), stream: None };
    }
    let texts = || values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let ranges: Vec<(String, f32)> = texts().map(range).collect();
    let multipart = texts().map(str::to_ascii_lowercase).any(|text| {
        text.trim().starts_with("multipart/mixed")
            && text.replace(['"', ' '], "").contains("subscriptionspec=1.0")
    });
    let stream = if multipart {
        Some(Wire::Multipart)
    } else {
        let taken = ranges.iter().any(|(name, quality)| name == "text/event-stream" && *quality > 0.0);
        taken.then_some(Wire::EventStream)
    };
    Accepted { single: single(&ranges), stream }
}

fn single(ranges: &[(String, f32)]) -> Option<Media> {
    let quality = |wanted: &str| {
        let specific = ranges.iter().find(|(name, _)| name == wanted);
        let any = || {
            ranges
                .iter()
                .find(|(name, _)| name == "application/*")
                .or_else(|| ranges.iter().find(|(name, _)| name == "*/*"))
        };
        specific.or_else(any).map_or(0.0, |(_, quality)| *quality)
    };
    let (new, json) = (quality("application/graphql-response+json"), quality("application/json"));
    match (new > 0.0, json > 0.0) {
        (false, false) => None,
        (true, _) if new >= json && names(ranges, "application/graphql-response+json") => {
            Some(Media::GraphqlResponse)
        }
        (_, true) => Some(Media::Json),
        (true, false) => Some(Media::GraphqlResponse),
    }
}

fn names(ranges: &[(String, f32)], wanted: &str) -> bool {
    ranges.iter().any(|(name, _)| name == wanted)
}

/// A media range and its quality.
fn range(text: &str) -> (String, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|quality| quality.parse().ok());
    (name, quality.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn accept(value: &'static str) -> Option<Media> {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]);
        accepted(&headers).single
    }

    #[test]
    fn the_preferred_media_type_is_answered() {
        assert_eq!(accepted(&HeaderMap::new()).single, Some(Media::Json));
        assert_eq!(accept("*/*"), Some(Media::Json));
        assert_eq!(accept("application/json"), Some(Media::Json));
        assert_eq!(accept("application/graphql-response+json"), Some(Media::GraphqlResponse));
        let both = "application/graphql-response+json, application/json;q=0.9";
        assert_eq!(accept(both), Some(Media::GraphqlResponse));
        let other = "application/graphql-response+json;q=0.5, application/json";
        assert_eq!(accept(other), Some(Media::Json));
        assert_eq!(accept("text/html"), None);
        assert_eq!(accept("application/json;q=0"), None);
    }

    #[test]
    fn the_wire_of_a_subscription_is_found_beside_single_answers() {
        let accepted =
            |value| accepted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]));
        let apollo =
            "multipart/mixed;subscriptionSpec=1.0,application/graphql-response+json,application/json";
        let both = Accepted { single: Some(Media::GraphqlResponse), stream: Some(Wire::Multipart) };
        assert_eq!(accepted(apollo), both);
        assert_eq!(
            accepted("multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"").stream,
            Some(Wire::Multipart)
        );
        assert_eq!(accepted("multipart/mixed;deferSpec=20220824, application/json").stream, None);
        let events = Accepted { single: None, stream: Some(Wire::EventStream) };
        assert_eq!(accepted("text/event-stream"), events);
    }

    #[test]
    fn only_json_in_utf_8_is_taken() {
        let taken =
            |value| is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]));
        assert!(taken("application/json") && taken("Application/JSON; charset=UTF-8"));
        assert!(!taken("text/plain") && !taken("application/json; charset=latin1"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
