//! What makes an ID token ours (OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725).

use crate::configuration::Issuer;
use care::account::Identity;
use care::clock::Instant;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode};
use serde::Deserialize;

/// How far the clocks of a provider and ours may be apart, in seconds.
const LEEWAY: i64 = 30;
/// The longest subject that OpenID Connect allows.
const LONGEST_SUBJECT: usize = 255;

/// What a token says; a token that says less does not count.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    azp: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Whether the header is that of an ID token: other kinds of token say so (`at+jwt`, `logout+jwt`), and
/// what must be understood is not.
pub(super) fn is_id_token(header: &Header) -> bool {
    let kind = header.typ.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("JWT"));
    kind && header.crit.is_none()
}

/// Whom the token is about, if this key of the issuer has signed it, for us, and it is in force.
pub(super) fn verify(
    token: &str,
    algorithm: Algorithm,
    key: &Jwk,
    issuer: &Issuer,
    now: Instant,
) -> Option<Identity> {
    let key = DecodingKey::from_jwk(key).ok()?;
    let mut validation = Validation::new(algorithm);
    // The times are held against our clock below.
    validation.validate_exp = false;
    validation.set_issuer(&[&issuer.issuer]);
    validation.set_audience(&issuer.audiences);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Claims>(token, &key, &validation).ok()?.claims;
    let sound = claims.is_for(&issuer.audiences)
        && claims.is_in_force(now.0.div_euclid(1_000))
        && (1..=LONGEST_SUBJECT).contains(&claims.sub.len());
    sound.then(|| Identity {
        issuer: claims.iss,
        subject: claims.sub,
        ends_at: Instant(claims.exp.saturating_add(LEEWAY).saturating_mul(1_000)),
    })
}

impl Claims {
    /// A token for several must say that it was made for us.
    fn is_for(&self, audiences: &[String]) -> bool {
        let many = matches!(&self.aud, Audience::Many(all) if all.len() > 1);
        let ours = |party: &String| audiences.contains(party);
        let named = match &self.aud {
            Audience::One(party) => ours(party),
            Audience::Many(all) => all.iter().any(ours),
        };
        named && self.azp.as_ref().map_or(!many, ours)
    }

    fn is_in_force(&self, now: i64) -> bool {
        let begun = |at: Option<i64>| at.is_none_or(|at| at <= now.saturating_add(LEEWAY));
        self.exp > now.saturating_sub(LEEWAY) && begun(self.nbf) && begun(self.iat)
    }
}
