//! An identity provider on loopback: it publishes keys, and signs whatever the test asks for.

use api::configuration::Issuer;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::rand_core::{OsRng, RngCore};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

/// The name of our apps at the provider.
pub const AUDIENCE: &str = "plumbline-apps";

/// A key to sign with.
pub struct SigningKey {
    /// What tokens and the published set call it.
    pub id: String,
    /// How it signs.
    pub algorithm: Algorithm,
    key: EncodingKey,
}

impl SigningKey {
    /// A new key.
    pub fn new(id: &str, algorithm: Algorithm) -> Self {
        let mut secret = [0; 32];
        OsRng.fill_bytes(&mut secret);
        // PKCS #8 around a bare secret of these curves (RFC 5915, RFC 8410).
        let wrapped = |head: &str| [decode_hex(head), secret.to_vec()].concat();
        let key = match algorithm {
            Algorithm::ES256 => EncodingKey::from_ec_der(&wrapped(
                "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420",
            )),
            Algorithm::EdDSA => EncodingKey::from_ed_der(&wrapped("302e020100300506032b657004220420")),
            _ => {
                let key = rsa::RsaPrivateKey::new(&mut OsRng, 2048).unwrap();
                EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes())
            }
        };
        Self { id: id.to_owned(), algorithm, key }
    }

    /// The key as it is published.
    pub fn public(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.id.clone());
        serde_json::to_value(jwk).unwrap()
    }

    /// The header of its tokens.
    pub fn header(&self) -> Header {
        Header { kid: Some(self.id.clone()), ..Header::new(self.algorithm) }
    }

    /// A token that says this.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        self.sign_with(&self.header(), claims)
    }

    /// A token of this header that says this.
    pub fn sign_with(&self, header: &Header, claims: &impl Serialize) -> String {
        encode(header, claims, &self.key).unwrap()
    }
}

fn decode_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// A part of a token.
pub fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

/// How the provider answers who asks for its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// With the keys.
    Keys,
    /// That something is wrong on its side.
    Failure,
    /// That they are elsewhere.
    Elsewhere,
    /// With more than anybody wants to read.
    Flood,
    /// With something else.
    Nonsense,
}

#[derive(Debug)]
struct Published {
    keys: Vec<Value>,
    answers: Answers,
    fetched: usize,
}

/// A running identity provider.
pub struct TestIssuer {
    /// Its settings with us.
    pub settings: Issuer,
    published: Arc<Mutex<Published>>,
    _serving: JoinSet<()>,
}

impl TestIssuer {
    /// Starts one that publishes these keys.
    pub async fn start(keys: &[&SigningKey]) -> Self {
        let keys = keys.iter().map(|key| key.public()).collect();
        let published = Arc::new(Mutex::new(Published { keys, answers: Answers::Keys, fetched: 0 }));
        let router = Router::new()
            .route("/keys", get(answer))
            .route("/elsewhere", get(answer))
            .with_state(Arc::clone(&published));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let settings = Issuer {
            issuer: url.clone(),
            audiences: vec![AUDIENCE.to_owned()],
            algorithms: vec![Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA],
            keys_url: format!("{url}/keys"),
        };
        Self { settings, published, _serving: serving }
    }

    /// Publishes these keys instead.
    pub fn publish(&self, keys: Vec<Value>) {
        self.published.lock().unwrap().keys = keys;
    }

    /// Answers like this from now on.
    pub fn answer(&self, answers: Answers) {
        self.published.lock().unwrap().answers = answers;
    }

    /// How often the keys were asked for.
    pub fn fetched(&self) -> usize {
        self.published.lock().unwrap().fetched
    }

    /// What a token for us about this person says, made at this second and good for ten minutes.
    pub fn claims(&self, subject: &str, now: i64) -> Value {
        json!({ "iss": self.settings.issuer, "sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + 600 })
    }
}

async fn answer(State(published): State<Arc<Mutex<Published>>>, uri: axum::http::Uri) -> Response {
    let mut published = published.lock().unwrap();
    published.fetched += 1;
    let keys = json!({ "keys": published.keys });
    match published.answers {
        Answers::Elsewhere if uri.path() == "/keys" => {
            (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response()
        }
        Answers::Keys | Answers::Elsewhere => keys.to_string().into_response(),
        Answers::Failure => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Answers::Flood => {
            format!("{{\"padding\":\"{}\",{}", "x".repeat(300_000), &keys.to_string()[1..]).into_response()
        }
        Answers::Nonsense => "<html>Sign in</html>".into_response(),
    }
}
