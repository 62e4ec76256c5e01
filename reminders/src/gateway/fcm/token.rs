//! Access tokens: asked for by an assertion, used for about an hour, renewed before they run out.

use super::super::client::NoBearer;
use super::super::pool::{Origin, Pool, Reply};
use super::account::Account;
use care::clock::Instant;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};

/// A token is renewed so long before it runs out, in milliseconds.
const EARLY: i64 = 5 * 60_000;
/// How long pushes wait where the token's issuer does not answer, in milliseconds.
const AGAIN: i64 = 5_000;

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
}

/// Asks for access tokens and keeps the newest.
#[derive(Debug)]
pub(super) struct Tokens {
    account: Account,
    origin: Origin,
    path: String,
    pool: Pool,
    kept: Mutex<Option<Token>>,
    /// Held by who asks: others wait for what comes.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Token {
    header: HeaderValue,
    asked_at: Instant,
    expires_at: Instant,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Token").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Tokens {
    pub(super) fn new(account: Account, origin: Origin, path: String, pool: Pool) -> Self {
        Self { account, origin, path, pool, kept: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    fn kept(&self, margin: i64, now: Instant) -> Option<HeaderValue> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // One from the future is of a clock that has been set back.
        let counts =
            |token: &&Token| token.asked_at <= now.plus(60_000) && now.plus(margin) < token.expires_at;
        kept.as_ref().filter(counts).map(|token| token.header.clone())
    }

    /// The header of the token in use, while it need not be renewed.
    pub(super) fn current(&self, now: Instant) -> Option<HeaderValue> {
        self.kept(EARLY, now)
    }

    /// The header of a token that is not `spent`. One that still counts does where no other is to be had.
    pub(super) async fn renew(
        &self,
        spent: Option<&HeaderValue>,
        now: Instant,
    ) -> Result<HeaderValue, NoBearer> {
        let _turn = self.turn.lock().await;
        if let Some(current) = self.current(now).filter(|current| Some(current) != spent) {
            return Ok(current);
        }
        match self.ask(now).await {
            Ok(token) => {
                let header = token.header.clone();
                *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
                Ok(header)
            }
            Err(NoBearer::Later(after_ms)) => {
                self.kept(0, now).filter(|old| Some(old) != spent).ok_or(NoBearer::Later(after_ms))
            }
            Err(refused) => Err(refused),
        }
    }

    async fn ask(&self, now: Instant) -> Result<Token, NoBearer> {
        let refused = |code: &'static str| NoBearer::Refused(code.into());
        let body = self.account.assertion(now).ok_or(refused("no signature"))?;
        let body = Bytes::from(body);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let request = || {
            let request = Request::post(self.origin.uri(&self.path)?).header(CONTENT_TYPE, &form);
            request.body(Full::new(body.clone())).ok()
        };
        let reply = self.pool.send(request).await.map_err(|_| NoBearer::Later(AGAIN))?;
        granted(&reply, now)
    }
}

/// The token in an answer.
fn granted(reply: &Reply, now: Instant) -> Result<Token, NoBearer> {
    match reply.status {
        200 => {}
        400 | 401 | 403 => {
            return Err(NoBearer::Refused(format!("{} at the token_uri", reply.status).into()));
        }
        _ => return Err(NoBearer::Later(AGAIN)),
    }
    let granted = serde_json::from_slice::<Granted>(&reply.body).ok();
    let token = granted.and_then(|granted| {
        let header = HeaderValue::from_str(&format!("Bearer {}", granted.access_token)).ok()?;
        let expires_at = now.plus(granted.expires_in.saturating_mul(1_000));
        Some(Token { header, asked_at: now, expires_at })
    });
    token.ok_or(NoBearer::Later(AGAIN))
}
