//! Google's push service: Firebase Cloud Messaging, HTTP v1.

mod account;
mod answer;
mod message;
mod token;

use super::client::{Client, NoBearer, Provider};
use super::meaning::Meaning;
use super::pool::{Origin, Pool, Reply, Settings, tls};
use super::{Ports, Push, Unusable};
use account::Account;
use care::clock::Instant;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Uri};
use std::borrow::Cow;
use std::fmt;
use token::Tokens;

/// Where Google takes pushes.
pub const ADDRESS: &str = "https://fcm.googleapis.com";
/// The longest token of a device, in bytes.
const LONGEST: usize = 4_096;

/// By what we are known to Google, and where it is.
#[derive(Clone)]
pub struct Credentials {
    /// The JSON file of the service account's key.
    pub service_account: Vec<u8>,
    /// [`ADDRESS`], or another that speaks like it.
    pub address: String,
    /// Authorities to trust beside those of this machine, PEM.
    pub authorities: Option<Vec<u8>>,
    /// The most connections.
    pub connections: usize,
    /// The most pushes a second.
    pub per_second: u32,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Speaks to Google.
#[derive(Debug)]
pub(super) struct Fcm {
    uri: Uri,
    tokens: Tokens,
    ports: Ports,
}

/// A client by these credentials.
pub(super) fn client(credentials: &Credentials, ports: &Ports) -> Result<Client<Fcm>, Unusable> {
    let (origin, _) = Origin::parse(&credentials.address).ok_or(Unusable::Address)?;
    let account = Account::parse(&credentials.service_account).ok_or(Unusable::Account)?;
    let (issuer, path) = Origin::parse(&account.token_uri).ok_or(Unusable::Account)?;
    let uri = origin.uri(&format!("/v1/projects/{}/messages:send", account.project_id));
    let uri = uri.ok_or(Unusable::Account)?;
    let tls = tls(credentials.authorities.as_deref()).ok_or(Unusable::Authorities)?;
    let issuing = Pool::new("google-oauth", issuer.clone(), tls.clone(), Settings::of(1), ports.clone());
    let tokens = Tokens::new(account, issuer, path, issuing);
    let pool = Pool::new(Fcm::NAME, origin, tls, Settings::of(credentials.connections), ports.clone());
    let fcm = Fcm { uri, tokens, ports: ports.clone() };
    Ok(Client::new(fcm, pool, credentials.per_second, ports.clone()))
}

impl Provider for Fcm {
    const NAME: &'static str = "fcm";

    fn bearer(&self, now: Instant) -> Option<HeaderValue> {
        self.tokens.current(now)
    }

    async fn renew(&self, spent: Option<&HeaderValue>, now: Instant) -> Result<HeaderValue, NoBearer> {
        self.tokens.renew(spent, now).await
    }

    fn request(&self, push: &Push, bearer: &HeaderValue) -> Option<Request<Full<Bytes>>> {
        if push.target.token.is_empty() || push.target.token.len() > LONGEST {
            return None;
        }
        let request = Request::post(self.uri.clone())
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.body(Full::from(message::message(push, self.ports.clock.now()))).ok()
    }

    fn read(&self, reply: &Reply, now: Instant) -> (Meaning, Cow<'static, str>) {
        answer::read(reply.status, &reply.headers, &reply.body, now)
    }
}

#[cfg(test)]
#[path = "fcm_tests.rs"]
mod tests;
