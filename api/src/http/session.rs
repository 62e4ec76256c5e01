//! Whom a wire speaks for.

use super::refusal::Refusal;
use super::{ClientAddress, Server};
use axum::http::{Extensions, HeaderMap, header};
use care::error::Error;
use care::library::Language;
use schema::Caller;
use std::net::IpAddr;
use std::sync::Arc;

/// What is known of a client: its access token, its language and its address.
#[derive(Clone, Default)]
pub(crate) struct Session {
    token: Option<String>,
    language: Language,
    address: Option<IpAddr>,
}

impl Session {
    /// By the head of a request.
    pub(crate) fn of(headers: &HeaderMap, extensions: &Extensions) -> Self {
        let address = extensions.get().map(|ClientAddress(address)| *address);
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        Self { token: value.and_then(bearer), language: language(headers), address }
    }

    /// The same with another `authorization`, such as a WebSocket tells after its headers.
    pub(crate) fn with_authorization(self, value: &str) -> Self {
        Self { token: bearer(value), ..self }
    }

    /// Who asks. Nobody without a token, and nobody when it is unknown or has ended: then what
    /// needs a person says `UNAUTHENTICATED`, and refreshing the session still works.
    pub(crate) async fn caller(&self, server: &Server, request_id: &str) -> Result<Caller, Refusal> {
        let scope = match &self.token {
            None => None,
            Some(token) => {
                let door = care::access::door(&server.services).seen_from(self.address);
                match care::access::authenticate(&door, token, request_id.to_owned()).await {
                    Ok(scope) => Some(Arc::new(scope)),
                    Err(Error::Unavailable) => return Err(Refusal::unavailable()),
                    Err(Error::Internal) => return Err(Refusal::internal()),
                    Err(_) => None,
                }
            }
        };
        let (language, address) = (self.language, self.address);
        Ok(Caller { scope, request_id: request_id.to_owned(), language, address })
    }

    /// Who asks, for what only a person may ask.
    pub(crate) async fn person(&self, server: &Server, request_id: &str) -> Result<Caller, Refusal> {
        let caller = self.caller(server, request_id).await?;
        if caller.scope.is_some() { Ok(caller) } else { Err(Refusal::signed_out()) }
    }
}

/// A fresh id for an operation that is no request of its own.
pub(crate) fn request_id(server: &Server) -> String {
    server.services.new_id().to_string()
}

fn bearer(value: &str) -> Option<String> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim().to_owned())
}

/// Of the languages that there are words in, the one that the client likes best; English where it likes none.
fn language(headers: &HeaderMap) -> Language {
    let value =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (0, Language::default());
    for range in value.split(',') {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let known = if tag.trim() == "*" { Some(Language::default()) } else { Language::of_tag(tag) };
        if let Some((weight, language)) = thousandths(weight).zip(known).filter(|liked| liked.0 > best.0) {
            best = (weight, language);
        }
    }
    best.1
}

/// A weight such as `q=0.8`, in thousandths; none for what is none.
fn thousandths(weight: &str) -> Option<u16> {
    let number = weight.trim().strip_prefix("q=")?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = format!("{part:0<3}");
    let sum = whole.parse::<u16>().ok()?.checked_mul(1_000)?.checked_add(part.parse().ok()?)?;
    Some(sum).filter(|sum| *sum <= 1_000 && part.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn liked(value: &str) -> Language {
        language(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value.parse().unwrap())]))
    }

    #[test]
    fn the_language_liked_best_of_those_that_there_are_is_chosen() {
        for spanish in [
            "es",
            "es-MX",
            "ES-mx",
            "es-419;q=0.8, en;q=0.5",
            "en;q=0.5,es;q=0.51",
            "fr, es;q=0.3, en;q=0.2",
            "es, en",
        ] {
            assert_eq!(liked(spanish), Language::Spanish, "{spanish}");
        }
        for english in [
            "",
            "en",
            "en-US,es;q=0.9",
            "de",
            "fr-CH, fr;q=0.9",
            "*",
            "es;q=0",
            "es;q=0.0, *",
            "es;q=x",
            "es;q=2",
            "es;q=0.5000",
            "es;q=-1",
            "es;q=",
            ";;,,q=1",
            "est",
            "*, es;q=0.5",
            "en, es",
            "es; q=1.001",
        ] {
            assert_eq!(liked(english), Language::English, "{english}");
        }
        assert_eq!(language(&HeaderMap::new()), Language::English);
    }
}
