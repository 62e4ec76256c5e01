//! Identity providers (OpenID Connect): from an ID token to who it is about.
//!
//! A token counts when a provider that the configuration names has signed it for us, by a key that the
//! provider itself publishes; nothing in the token says where to look for one.

mod keys;
mod token;

use crate::configuration::Issuer;
use crate::failure::Failure;
use async_trait::async_trait;
use care::account::{Identity, Providers};
use care::clock::Instant;
use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::decode_header;
use keys::Keys;
use reqwest::Client;
use reqwest::redirect::Policy;
use token::{Claims, is_id_token, verify};

/// The longest token, in bytes.
const LONGEST: usize = 16 * 1024;

/// The providers whose tokens count.
#[derive(Debug, Default)]
pub struct Oidc(Vec<(Issuer, Keys)>);

impl Oidc {
    /// These providers. Their keys are fetched when first needed. A failure where this machine has no
    /// certificates to trust.
    pub fn new(issuers: &[Issuer]) -> Result<Self, Failure> {
        crate::cryptography::install();
        if issuers.is_empty() {
            return Ok(Self::default());
        }
        let client = Client::builder().redirect(Policy::none()).build().map_err(|error| {
            Failure::new(format!("accounts.issuers: No client for the keys of providers can be made ({error}). Install the certificates of the authorities (ca-certificates)."))
        })?;
        let of = |issuer: &Issuer| (issuer.clone(), Keys::of(&issuer.keys_url, client.clone()));
        Ok(Self(issuers.iter().map(of).collect()))
    }
}

#[async_trait]
impl Providers for Oidc {
    async fn identify(&self, token: &str, now: Instant) -> care::error::Result<Option<Identity>> {
        if token.len() > LONGEST {
            return Ok(None);
        }
        let (Ok(header), Ok(claimed)) = (decode_header(token), insecure_decode_claims::<Claims>(token))
        else {
            return Ok(None);
        };
        // What the token says of its issuer only chooses whose keys it is held against.
        let Some((issuer, keys)) = self.0.iter().find(|(issuer, _)| issuer.issuer == claimed.iss) else {
            return Ok(None);
        };
        if !is_id_token(&header) || !issuer.algorithms.contains(&header.alg) {
            return Ok(None);
        }
        let Some(key) = keys.find(header.kid.as_deref(), header.alg, now).await? else { return Ok(None) };
        Ok(verify(token, header.alg, &key, issuer, now))
    }
}
