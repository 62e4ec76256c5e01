//! The provider tokens that Apple accepts.

use super::script::Reply;
use care::clock::Instant;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};
use rcgen::KeyPair;
use serde::Deserialize;
use std::sync::Mutex;

pub(super) const KEY_ID: &str = "PLUMBKEY01";
pub(super) const TEAM_ID: &str = "PLUMBTEAM1";
const LIFE_MS: i64 = 60 * 60 * 1000;
/// A new token is not welcome sooner after the one before.
const REST_MS: i64 = 20 * 60 * 1000;
/// How far the clocks of a provider may be ahead.
const LEEWAY_MS: i64 = 60 * 1000;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
}

struct Accepted {
    token: String,
    issued_at: Instant,
    first_seen: Instant,
}

pub(super) struct ProviderTokens {
    pub(super) key_pem: String,
    key: DecodingKey,
    /// Oldest first. A token's signature is checked once.
    accepted: Mutex<Vec<Accepted>>,
}

impl ProviderTokens {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let public =
            Jwk::from_encoding_key(&EncodingKey::from_ec_der(key.serialized_der()), Algorithm::ES256);
        Self {
            key_pem: key.serialize_pem(),
            key: DecodingKey::from_jwk(&public.unwrap()).unwrap(),
            accepted: Mutex::default(),
        }
    }

    pub(super) fn seen(&self) -> usize {
        self.accepted.lock().unwrap().len()
    }

    /// Whether a request with this token may go on.
    pub(super) fn check(&self, token: Option<&str>, now: Instant) -> Result<(), Reply> {
        let Some(token) = token else { return Err(Reply::apple(403, "MissingProviderToken")) };
        let mut accepted = self.accepted.lock().unwrap();
        if let Some(known) = accepted.iter().rev().find(|known| known.token == token) {
            return in_time(known.issued_at, now);
        }
        let issued_at = self.read(token).ok_or_else(|| Reply::apple(403, "InvalidProviderToken"))?;
        in_time(issued_at, now)?;
        if accepted.last().is_some_and(|last| (0..REST_MS).contains(&(now.0 - last.first_seen.0))) {
            return Err(Reply::apple(429, "TooManyProviderTokenUpdates"));
        }
        accepted.push(Accepted { token: token.to_owned(), issued_at, first_seen: now });
        Ok(())
    }

    /// When the token was issued, if it is ours.
    fn read(&self, token: &str) -> Option<Instant> {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false);
        let read = jsonwebtoken::decode::<Claims>(token, &self.key, &validation).ok()?;
        let ours = read.header.kid.as_deref() == Some(KEY_ID) && read.claims.iss == TEAM_ID;
        ours.then_some(Instant(read.claims.iat.checked_mul(1000)?))
    }
}

fn in_time(issued_at: Instant, now: Instant) -> Result<(), Reply> {
    match now.0 - issued_at.0 {
        ..0 if issued_at.0 - now.0 > LEEWAY_MS => Err(Reply::apple(403, "InvalidProviderToken")),
        ..=LIFE_MS => Ok(()),
        _ => Err(Reply::apple(403, "ExpiredProviderToken")),
    }
}
