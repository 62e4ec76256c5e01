//! Settings that must not be seen in logs and errors.

use serde::Deserialize;
use std::fmt;

/// A text that `Debug` does not show.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_empty() { "empty" } else { "***" })
    }
}

/// `url` as it may be shown: without its password and its parameters.
pub fn masked_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let separator = if scheme.is_empty() { "" } else { "://" };
    // The last `@`, since a password that was not encoded may hold others.
    let (user, place) = match rest.rsplit_once('@') {
        Some((credentials, place)) => (credentials.split_once(':').map(|(user, _)| user), place),
        None => (None, rest),
    };
    let place = place.split_once('?').map_or(place, |(place, _)| place);
    let user = match (user, rest.contains('@')) {
        (Some(user), _) => format!("{user}:***@"),
        (None, true) => "***@".to_owned(),
        (None, false) => String::new(),
    };
    format!("{scheme}{separator}{user}{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_parameters_are_masked_and_the_place_is_shown() {
        for (url, shown) in [
            ("postgres://app:secret@db.example/plumbline", "postgres://app:***@db.example/plumbline"),
            ("postgres://app:se@cr?et@db:5432/p?sslmode=x", "postgres://app:***@db:5432/p"),
            ("postgres://db/p?user=app&password=secret", "postgres://db/p"),
            ("redis://secret@cache:6379", "redis://***@cache:6379"),
            ("redis://:secret@cache", "redis://:***@cache"),
            ("sqlite://data/plumbline.sqlite3?mode=rwc", "sqlite://data/plumbline.sqlite3"),
            ("app:secret@db", "app:***@db"),
            ("", ""),
        ] {
            assert_eq!(masked_url(url), shown);
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?} {:?}", Secret::new("abc"), Secret::default()), "*** empty");
    }
}
