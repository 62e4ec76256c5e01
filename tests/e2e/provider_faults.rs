//! What an identity provider's tokens may look like, and what happens when its keys change or are not
//! to be had.

use api::oidc::Oidc;
use care::account::{Identity, Providers};
use care::clock::Instant;
use care::error::{Error, Result};
use futures::future::join_all;
use jsonwebtoken::{Algorithm, Header};
use serde_json::{Value, json};
use tests::issuer::{AUDIENCE, Answers, SigningKey, TestIssuer};
use tests::{MORNING, at};

const SECOND: i64 = 1_000;
const HOUR: i64 = 60 * 60 * SECOND;

struct Stage {
    provider: TestIssuer,
    key: SigningKey,
    oidc: Oidc,
    begin: Instant,
}

impl Stage {
    async fn set(algorithm: Algorithm) -> Self {
        let key = SigningKey::new("one", algorithm);
        let provider = TestIssuer::start(&[&key]).await;
        let oidc = Oidc::new(std::slice::from_ref(&provider.settings)).unwrap();
        Self { provider, key, oidc, begin: at(MORNING) }
    }

    /// What the program says to a sound token of this key, this long after the beginning.
    async fn after(&self, key: &SigningKey, millis: i64) -> Result<Option<Identity>> {
        let now = self.begin.plus(millis);
        self.oidc.identify(&key.sign(&self.claims(now)), now).await
    }

    fn claims(&self, now: Instant) -> Value {
        self.provider.claims("somebody", now.0 / SECOND)
    }

    async fn says(&self, token: &str) -> bool {
        self.oidc.identify(token, self.begin).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn each_algorithm_that_is_allowed_counts_and_so_does_what_a_provider_may_leave_out() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let stage = Stage::set(algorithm).await;
        let found = stage.after(&stage.key, 0).await.unwrap().unwrap();
        assert_eq!(
            (found.issuer.as_str(), found.subject.as_str()),
            (stage.provider.settings.issuer.as_str(), "somebody")
        );
        let bare = Header { kid: None, typ: None, ..stage.key.header() };
        assert!(
            stage.says(&stage.key.sign_with(&bare, &stage.claims(stage.begin))).await,
            "one key needs no name"
        );
        let now = stage.begin.0 / SECOND;
        for (claim, value) in [
            ("aud", json!([AUDIENCE])),
            ("azp", json!(AUDIENCE)),
            ("nbf", json!(now + 30)),
            ("iat", json!(now + 30)),
            ("exp", json!(now - 29)),
        ] {
            let mut claims = stage.claims(stage.begin);
            claims[claim] = value;
            assert!(stage.says(&stage.key.sign(&claims)).await, "{claims}");
        }
        let mut several = stage.claims(stage.begin);
        several["aud"] = json!(["another app", AUDIENCE]);
        several["azp"] = json!(AUDIENCE);
        assert!(stage.says(&stage.key.sign(&several)).await);
    }
}

#[tokio::test]
async fn unknown_keys_by_the_thousand_are_asked_for_now_and_then() {
    let stage = Stage::set(Algorithm::ES256).await;
    let rogue = SigningKey::new("", Algorithm::ES256);
    for number in 0..1_000 {
        let header = Header { kid: Some(format!("unknown {number}")), ..rogue.header() };
        let token = rogue.sign_with(&header, &stage.claims(stage.begin));
        assert!(!stage.says(&token).await);
    }
    assert_eq!(stage.provider.fetched(), 1);
    assert!(
        stage.after(&stage.key, 0).await.unwrap().is_some(),
        "who has a sound token does not wait for it"
    );
}

#[tokio::test]
async fn many_at_once_fetch_the_keys_once() {
    let stage = Stage::set(Algorithm::EdDSA).await;
    let all = join_all((0..50).map(|_| stage.after(&stage.key, 0))).await;
    assert!(all.into_iter().all(|one| one.unwrap().is_some()));
    assert_eq!(stage.provider.fetched(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_and_one_that_was_withdrawn_ends() {
    let stage = Stage::set(Algorithm::ES256).await;
    let next = SigningKey::new("two", Algorithm::ES256);
    assert!(stage.after(&stage.key, 0).await.unwrap().is_some());
    stage.provider.publish(vec![next.public()]);
    assert!(stage.after(&next, 29 * SECOND).await.unwrap().is_none(), "it is not asked so soon again");
    assert!(stage.after(&next, 30 * SECOND).await.unwrap().is_some());
    assert!(stage.after(&stage.key, 31 * SECOND).await.unwrap().is_none());
    stage.provider.publish(vec![]);
    assert!(stage.after(&next, HOUR).await.unwrap().is_some());
    assert!(stage.after(&next, HOUR + 31 * SECOND).await.unwrap().is_none(), "withdrawn within an hour");
}

#[tokio::test]
async fn a_provider_that_is_not_to_be_had_makes_sign_in_unavailable_and_known_keys_go_on() {
    for answers in [Answers::Failure, Answers::Elsewhere, Answers::Flood, Answers::Nonsense] {
        let stage = Stage::set(Algorithm::ES256).await;
        let unavailable = |answer: Result<Option<Identity>>| matches!(answer, Err(Error::Unavailable));
        stage.provider.answer(answers);
        assert!(unavailable(stage.after(&stage.key, 0).await), "{answers:?}");
        assert!(unavailable(stage.after(&stage.key, SECOND).await), "{answers:?}");
        assert_eq!(stage.provider.fetched(), 1, "{answers:?}: it is left in peace");
        stage.provider.answer(Answers::Keys);
        assert!(stage.after(&stage.key, 30 * SECOND).await.unwrap().is_some(), "{answers:?}: it is back");
        stage.provider.answer(answers);
        for millis in [HOUR + 30 * SECOND, 24 * HOUR] {
            assert!(stage.after(&stage.key, millis).await.unwrap().is_some(), "{answers:?}: {millis}");
        }
        assert!(unavailable(stage.after(&stage.key, 24 * HOUR + 30 * SECOND).await), "{answers:?}");
    }
}
