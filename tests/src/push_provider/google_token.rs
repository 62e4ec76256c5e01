//! The access tokens that Google gives to a service account (RFC 7523).

use super::script::Reply;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use care::clock::Instant;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::OsRng;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

const EMAIL: &str = "plumbline@plumbline-example.iam.gserviceaccount.com";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Google's own addresses, which its libraries name as the audience whatever the key file says.
const AUDIENCES: [&str; 2] =
    ["https://oauth2.googleapis.com/token", "https://www.googleapis.com/oauth2/v4/token"];
/// What an assertion has to ask for to send messages.
const SCOPES: [&str; 2] =
    ["https://www.googleapis.com/auth/firebase.messaging", "https://www.googleapis.com/auth/cloud-platform"];

/// Takes a second to make: one for the whole process.
static KEY: LazyLock<rsa::RsaPrivateKey> =
    LazyLock::new(|| rsa::RsaPrivateKey::new(&mut OsRng, 2048).unwrap());

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    scope: String,
    iat: i64,
    exp: i64,
}

pub(super) struct AccessTokens {
    token_uri: String,
    key: DecodingKey,
    given: Mutex<Given>,
}

struct Given {
    life_seconds: i64,
    count: usize,
    /// When each that is good ends.
    good: HashMap<String, Instant>,
}

impl AccessTokens {
    pub(super) fn new(port: u16) -> Self {
        let private = EncodingKey::from_rsa_der(KEY.to_pkcs1_der().unwrap().as_bytes());
        let public = Jwk::from_encoding_key(&private, Algorithm::RS256).unwrap();
        Self {
            token_uri: format!("https://localhost:{port}/token"),
            key: DecodingKey::from_jwk(&public).unwrap(),
            given: Mutex::new(Given { life_seconds: 3599, count: 0, good: HashMap::new() }),
        }
    }

    pub(super) fn service_account(&self, project: &str) -> Value {
        let text = BASE64_STANDARD.encode(KEY.to_pkcs8_der().unwrap().as_bytes());
        let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        json!({
            "type": "service_account",
            "project_id": project,
            "private_key_id": "plumbline-example-key",
            "private_key":
                format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")),
            "client_email": EMAIL,
            "client_id": "100000000000000000000",
            "token_uri": self.token_uri,
        })
    }

    pub(super) fn set_life(&self, seconds: i64) {
        self.given.lock().unwrap().life_seconds = seconds;
    }

    pub(super) fn revoke(&self) {
        self.given.lock().unwrap().good.clear();
    }

    pub(super) fn given(&self) -> usize {
        self.given.lock().unwrap().count
    }

    pub(super) fn knows(&self, token: &str, now: Instant) -> bool {
        self.given.lock().unwrap().good.get(token).is_some_and(|end| now < *end)
    }

    /// Answers who asks for an access token.
    pub(super) fn give(&self, form: &[u8], now: Instant) -> Reply {
        if let Err((error, why)) = self.check(form, now) {
            return Reply::json(400, &json!({ "error": error, "error_description": why }));
        }
        let mut given = self.given.lock().unwrap();
        given.count += 1;
        let token = format!("ya29.simulated-{}", given.count);
        let end = now.plus(given.life_seconds * 1000);
        given.good.insert(token.clone(), end);
        let answer =
            json!({ "access_token": token, "expires_in": given.life_seconds, "token_type": "Bearer" });
        Reply::json(200, &answer)
    }

    fn check(&self, form: &[u8], now: Instant) -> Result<(), (&'static str, &'static str)> {
        let fields: HashMap<_, _> = form_urlencoded::parse(form).collect();
        if fields.get("grant_type").is_none_or(|grant| grant != GRANT) {
            return Err(("unsupported_grant_type", "Invalid grant_type"));
        }
        let assertion = fields.get("assertion").ok_or(("invalid_request", "Missing assertion"))?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false);
        let Claims { iss, aud, scope, iat, exp } =
            jsonwebtoken::decode::<Claims>(&**assertion, &self.key, &validation)
                .map_err(|_| ("invalid_grant", "Invalid JWT Signature."))?
                .claims;
        let now = now.0 / 1000;
        if iss != EMAIL {
            Err(("invalid_grant", "Invalid grant: account not found"))
        } else if aud != self.token_uri && !AUDIENCES.contains(&&*aud) {
            Err(("invalid_grant", "Invalid JWT: Failed audience check"))
        } else if iat > now + 60 || exp <= now || exp - iat > 3600 {
            Err((
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
            ))
        } else if !scope.split(' ').any(|scope| SCOPES.contains(&scope)) {
            Err(("invalid_scope", "Invalid OAuth scope or ID token audience provided."))
        } else {
            Ok(())
        }
    }
}
