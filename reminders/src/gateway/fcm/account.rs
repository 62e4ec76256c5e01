//! The service account by which we are known to Google: the JSON file of its key.

use care::clock::Instant;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an access token may be used for.
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// How long an assertion counts, in seconds.
const LIFETIME: i64 = 3_600;

#[derive(Deserialize)]
struct File {
    project_id: String,
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    token_uri: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'static str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

/// A service account.
pub(super) struct Account {
    pub(super) project_id: String,
    pub(super) token_uri: String,
    email: String,
    key: EncodingKey,
    key_id: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Account").field("project_id", &self.project_id).finish_non_exhaustive()
    }
}

impl Account {
    /// The account of a key file; `None` where this is none.
    pub(super) fn parse(json: &[u8]) -> Option<Self> {
        let file: File = serde_json::from_slice(json).ok()?;
        let key = EncodingKey::from_rsa_pem(file.private_key.as_bytes()).ok()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-:.".contains(&byte);
        if file.project_id.is_empty() || !file.project_id.bytes().all(plain) {
            return None;
        }
        let File { project_id, client_email: email, private_key_id: key_id, token_uri, .. } = file;
        let account = Self { project_id, token_uri, email, key, key_id };
        account.assertion(Instant(0)).is_some().then_some(account)
    }

    /// The body by which an access token is asked for at the `token_uri`.
    pub(super) fn assertion(&self, now: Instant) -> Option<String> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&self.key_id);
        let iat = now.0.div_euclid(1_000);
        let claims =
            Claims { iss: &self.email, scope: SCOPE, aud: &self.token_uri, iat, exp: iat + LIFETIME };
        let token = encode(&header, &claims, &self.key).ok()?;
        Some(format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={token}"))
    }
}
