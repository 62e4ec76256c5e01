//! The token by which we are known to Apple: a JWT that is signed by the team's key and renewed every half-hour.
//!
//! It is issued at the full half-hour, and the signature is deterministic (RFC 6979): workers that cannot ask each
//! other, and one that starts anew, make the same token, which Apple does not take for a change.

use super::super::client::NoBearer;
use super::share::TokenShare;
use care::clock::Instant;
use hyper::header::HeaderValue;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A token is used for so long, in milliseconds; Apple takes it for 60 minutes.
const RENEW: i64 = 30 * 60_000;
/// One that others made is still used at this age, in milliseconds.
const OLDEST: i64 = 50 * 60_000;
/// Apple refuses whoever renews a younger one, in milliseconds.
const YOUNGEST: i64 = 20 * 60_000;
/// Others are not waited for longer: what they would say is most likely what we have, and pushes wait for it.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
}

/// Makes and keeps the token.
pub(super) struct Tokens {
    key: EncodingKey,
    key_id: String,
    team_id: String,
    share: Arc<dyn TokenShare>,
    kept: Mutex<Option<Token>>,
    /// Held by who renews: others wait for what comes.
    turn: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tokens").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// A token; shared, it is `<issued_at> <token>`.
#[derive(Clone)]
struct Token {
    shared: String,
    header: HeaderValue,
    issued_at: Instant,
    /// For how long after that it is used, in milliseconds.
    used_for: i64,
}

impl Token {
    fn parse(shared: String) -> Option<Self> {
        let (issued_at, token) = shared.split_once(' ')?;
        let issued_at = Instant(issued_at.parse().ok()?);
        let header = HeaderValue::from_str(&format!("bearer {token}")).ok()?;
        Some(Self { shared, header, issued_at, used_for: RENEW })
    }

    /// Whether it is younger than `age`. One from the future is of a clock that has been set back.
    fn is_younger(&self, age: i64, now: Instant) -> bool {
        (-60_000..age).contains(&now.0.saturating_sub(self.issued_at.0))
    }
}

impl Tokens {
    /// `None` where `key` is no private key of the kind that Apple gives (PKCS #8, P-256, PEM).
    pub(super) fn new(key: &[u8], key_id: &str, team_id: &str, share: Arc<dyn TokenShare>) -> Option<Self> {
        let key = EncodingKey::from_ec_pem(key).ok()?;
        let (key_id, team_id) = (key_id.to_owned(), team_id.to_owned());
        let tokens =
            Self { key, key_id, team_id, share, kept: Mutex::default(), turn: tokio::sync::Mutex::default() };
        // A key of another curve shows itself only when it signs.
        tokens.sign(Instant(0)).is_some().then_some(tokens)
    }

    /// The header of the token in use, while it need not be renewed.
    pub(super) fn current(&self, now: Instant) -> Option<HeaderValue> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|token| token.is_younger(token.used_for, now)).map(|token| token.header.clone())
    }

    /// Uses the token of the half-hour before instead of `refused`, which Apple saw too soon after another, for as
    /// long as it may be.
    pub(super) fn go_back(&self, refused: &HeaderValue, now: Instant) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(token) = kept.as_ref().filter(|token| token.header == refused) else { return };
        let before = self.sign(token.issued_at.plus(-RENEW)).filter(|before| before.is_younger(OLDEST, now));
        if let Some(before) = before {
            *kept = Some(Token { used_for: OLDEST, ..before });
        }
    }

    /// The header of a token that is not `spent`, unless Apple would refuse to see it renewed already.
    pub(super) async fn renew(
        &self,
        spent: Option<&HeaderValue>,
        now: Instant,
    ) -> Result<HeaderValue, NoBearer> {
        let _turn = self.turn.lock().await;
        if let Some(current) = self.current(now).filter(|current| Some(current) != spent) {
            return Ok(current);
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let refused = kept.as_ref().filter(|token| Some(&token.header) == spent);
        if let Some(young) = refused.filter(|token| token.is_younger(YOUNGEST, now)) {
            return Ok(young.header.clone());
        }
        let half_hour = Instant(now.0 - now.0.rem_euclid(RENEW));
        // What was refused is not made again.
        let own =
            self.sign(half_hour).filter(|token| Some(&token.header) != spent).or_else(|| self.sign(now));
        let own = own.ok_or(NoBearer::Refused("no signature".into()))?;
        let token = self.agreed(kept.as_ref(), own, now).await;
        let header = token.header.clone();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
        Ok(header)
    }

    /// What all workers use; our own where they have nothing that still counts. What we had until now is spent.
    async fn agreed(&self, spent: Option<&Token>, own: Token, now: Instant) -> Token {
        let name = format!("apns:{}:{}", self.team_id, self.key_id);
        let lifetime = Duration::from_millis(RENEW.unsigned_abs());
        let spent = spent.map(|token| token.shared.as_str());
        let shared = self.share.agree(&name, spent, &own.shared, lifetime);
        let shared = tokio::time::timeout(PATIENCE, shared).await.ok().flatten();
        shared.and_then(Token::parse).filter(|token| token.is_younger(OLDEST, now)).unwrap_or(own)
    }

    fn sign(&self, now: Instant) -> Option<Token> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.key_id.clone());
        header.typ = None;
        let claims = Claims { iss: &self.team_id, iat: now.0.div_euclid(1_000) };
        let token = encode(&header, &claims, &self.key).ok()?;
        Token::parse(format!("{} {token}", now.0))
    }
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
