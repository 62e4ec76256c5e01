//! Whom a wire speaks for.

use super::refusal::Refusal;
use super::{ClientAddress, Server};
use axum::http::{Extensions, HeaderMap, header};
use care::error::Error;
use schema::Caller;
use std::net::IpAddr;
use std::sync::Arc;

/// What is known of a client: its access token, its language and its address.
#[derive(Clone, Default)]
pub(crate) struct Session {
    token: Option<String>,
    language: String,
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
        let (language, address) = (self.language.clone(), self.address);
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

/// The first language that the client names.
fn language(headers: &HeaderMap) -> String {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let first = value.and_then(|value| value.split([',', ';']).next()).map(str::trim);
    first.filter(|tag| !tag.is_empty() && tag.len() <= 35 && *tag != "*").unwrap_or("en").to_owned()
}
