//! Which media type a request has, and which one its answer gets.

use axum::http::{HeaderMap, header};

/// The media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
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

/// The media type that the client prefers; `None` when it takes neither. Without `Accept` it is
/// JSON, which every client takes.
pub(super) fn answer(headers: &HeaderMap) -> Option<Media> {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return Some(Media::Json);
    }
    let ranges: Vec<(String, f32)> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(range)
        .collect();
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
        (true, _) if new >= json && names(&ranges, "application/graphql-response+json") => {
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
        answer(&headers)
    }

    #[test]
    fn the_preferred_media_type_is_answered() {
        assert_eq!(answer(&HeaderMap::new()), Some(Media::Json));
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
    fn only_json_in_utf_8_is_taken() {
        let taken =
            |value| is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]));
        assert!(taken("application/json") && taken("Application/JSON; charset=UTF-8"));
        assert!(!taken("text/plain") && !taken("application/json; charset=latin1"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
