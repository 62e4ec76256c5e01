//! Apple's push service.

mod answer;
mod payload;
mod share;
mod token;

pub use share::{Alone, RedisShare, TokenShare};

use super::client::{Client, NoBearer, Provider};
use super::meaning::Meaning;
use super::pool::{Origin, Pool, Reply, Settings, tls};
use super::{Ports, Push, Unusable};
use care::clock::Instant;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use token::Tokens;

/// Where Apple takes pushes for apps of the App Store and `TestFlight`.
pub const PRODUCTION: &str = "https://api.push.apple.com";
/// Where Apple takes pushes for apps in development.
pub const SANDBOX: &str = "https://api.sandbox.push.apple.com";

/// By what we are known to Apple, and where it is.
#[derive(Clone)]
pub struct Credentials {
    /// The key of the team (.p8), PEM.
    pub key: Vec<u8>,
    /// Its id, ten characters.
    pub key_id: String,
    /// The id of the team, ten characters.
    pub team_id: String,
    /// The app's bundle id.
    pub topic: String,
    /// [`PRODUCTION`], [`SANDBOX`], or another that speaks like them.
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
        formatter.debug_struct("Credentials").field("topic", &self.topic).finish_non_exhaustive()
    }
}

/// Speaks to Apple.
#[derive(Debug)]
pub(super) struct Apns {
    origin: Origin,
    topic: HeaderValue,
    tokens: Tokens,
}

/// A client by these credentials.
pub(super) fn client(
    credentials: &Credentials,
    share: Arc<dyn TokenShare>,
    ports: &Ports,
) -> Result<Client<Apns>, Unusable> {
    let (origin, _) = Origin::parse(&credentials.address).ok_or(Unusable::Address)?;
    let topic = HeaderValue::from_str(&credentials.topic).map_err(|_| Unusable::Topic)?;
    let tokens = Tokens::new(&credentials.key, &credentials.key_id, &credentials.team_id, share);
    let tokens = tokens.ok_or(Unusable::Key)?;
    let tls = tls(credentials.authorities.as_deref()).ok_or(Unusable::Authorities)?;
    let settings = Settings::of(credentials.connections);
    let pool = Pool::new(Apns::NAME, origin.clone(), tls, settings, ports.clone());
    Ok(Client::new(Apns { origin, topic, tokens }, pool, credentials.per_second, ports.clone()))
}

/// Values that differ from push to push are kept out of the table by which headers are packed.
fn passing(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Provider for Apns {
    const NAME: &'static str = "apns";

    fn bearer(&self, now: Instant) -> Option<HeaderValue> {
        self.tokens.current(now)
    }

    async fn renew(&self, spent: Option<&HeaderValue>, now: Instant) -> Result<HeaderValue, NoBearer> {
        self.tokens.renew(spent, now).await
    }

    fn changed_too_soon(&self, bearer: &HeaderValue, now: Instant) {
        self.tokens.go_back(bearer, now);
    }

    fn request(&self, push: &Push, bearer: &HeaderValue) -> Option<Request<Full<Bytes>>> {
        let token = &push.target.token;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if token.is_empty() || token.len() > 200 || !token.bytes().all(plain) {
            return None;
        }
        let id = passing(&push.id.hyphenated().to_string())?;
        // Zero would mean: now or never.
        let expiration = passing(&push.expires_at.0.div_euclid(1_000).max(1).to_string())?;
        let name = HeaderName::from_static;
        let request = Request::post(self.origin.uri(&format!("/3/device/{token}"))?)
            .header(hyper::header::AUTHORIZATION, bearer)
            .header(name("apns-topic"), &self.topic)
            .header(name("apns-push-type"), HeaderValue::from_static("alert"))
            .header(name("apns-priority"), HeaderValue::from_static("10"))
            .header(name("apns-expiration"), expiration)
            .header(name("apns-collapse-id"), id.clone())
            .header(name("apns-id"), id);
        request.body(Full::from(payload::payload(push.id, push.kind))).ok()
    }

    fn read(&self, reply: &Reply, _: Instant) -> (Meaning, Cow<'static, str>) {
        answer::read(reply.status, &reply.body)
    }
}

#[cfg(test)]
#[path = "apns_tests.rs"]
mod tests;
