use super::*;
use async_trait::async_trait;
use jsonwebtoken::decode_header;

/// A key made for these tests alone: `openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 -nocrypt`.
const KEY: &[u8] = include_bytes!("test_key.pem");
const NOW: Instant = Instant(1_781_510_400_000);
const MINUTE: i64 = 60_000;

/// What all workers of a test agree on.
#[derive(Debug, Default)]
struct Board(Mutex<Option<String>>);

#[async_trait]
impl TokenShare for Board {
    async fn agree(&self, _: &str, spent: Option<&str>, candidate: &str, _: Duration) -> Option<String> {
        let mut held = self.0.lock().unwrap();
        if held.is_none() || held.as_deref() == spent {
            *held = Some(candidate.to_owned());
        }
        held.clone()
    }
}

fn worker(board: &Arc<Board>) -> Tokens {
    Tokens::new(KEY, "KEY0000000", "TEAM000000", Arc::clone(board) as _).unwrap()
}

#[tokio::test]
async fn a_token_says_who_signed_it_and_when() {
    let header = worker(&Arc::default()).renew(None, NOW).await.unwrap();
    let token = header.to_str().unwrap().strip_prefix("bearer ").unwrap();
    let head = decode_header(token).unwrap();
    assert_eq!((head.alg, head.kid.as_deref()), (Algorithm::ES256, Some("KEY0000000")));
    let claims = jsonwebtoken::dangerous::insecure_decode_claims::<serde_json::Value>(token).unwrap();
    assert_eq!(claims, serde_json::json!({ "iss": "TEAM000000", "iat": NOW.0 / 1_000 }));
}

#[tokio::test]
async fn it_is_kept_for_half_an_hour_and_not_over_a_clock_that_is_set_back() {
    let tokens = worker(&Arc::default());
    assert_eq!(tokens.current(NOW), None);
    let header = tokens.renew(None, NOW).await.unwrap();
    assert_eq!(tokens.current(NOW.plus(30 * MINUTE - 1)), Some(header));
    assert_eq!(tokens.current(NOW.plus(30 * MINUTE)), None);
    assert_eq!(tokens.current(NOW.plus(-2 * MINUTE)), None);
}

#[tokio::test]
async fn workers_use_the_same_and_one_of_them_renews_it() {
    let board = Arc::default();
    let (one, other) = (worker(&board), worker(&board));
    let first = one.renew(None, NOW).await.unwrap();
    assert_eq!(other.renew(None, NOW.plus(MINUTE)).await.unwrap(), first);
    let later = NOW.plus(30 * MINUTE);
    let renewed = one.renew(Some(&first), later).await.unwrap();
    assert_ne!(renewed, first);
    assert_eq!(other.renew(Some(&first), later.plus(1)).await.unwrap(), renewed);
}

#[tokio::test]
async fn workers_that_cannot_agree_make_the_same() {
    let alone = || Tokens::new(KEY, "KEY0000000", "TEAM000000", Arc::new(super::super::Alone)).unwrap();
    let first = alone().renew(None, NOW.plus(MINUTE)).await.unwrap();
    assert_eq!(alone().renew(None, NOW.plus(29 * MINUTE)).await.unwrap(), first);
    assert_ne!(alone().renew(None, NOW.plus(30 * MINUTE)).await.unwrap(), first);
}

/// Whoever asks waits for ever.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl TokenShare for Silent {
    async fn agree(&self, _: &str, _: Option<&str>, _: &str, _: Duration) -> Option<String> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn workers_that_get_no_answer_do_not_wait_for_it() {
    let silent = Tokens::new(KEY, "KEY0000000", "TEAM000000", Arc::new(Silent)).unwrap();
    let renewed = tokio::time::timeout(Duration::from_secs(10), silent.renew(None, NOW)).await;
    let header = renewed.expect("pushes wait for it").unwrap();
    assert_eq!(silent.current(NOW), Some(header));
}

#[tokio::test]
async fn what_was_changed_too_soon_is_changed_back() {
    let tokens = worker(&Arc::default());
    let first = tokens.renew(None, NOW.plus(29 * MINUTE)).await.unwrap();
    let second = tokens.renew(None, NOW.plus(31 * MINUTE)).await.unwrap();
    assert_ne!(second, first);
    tokens.go_back(&second, NOW.plus(31 * MINUTE));
    assert_eq!(tokens.current(NOW.plus(49 * MINUTE)), Some(first));
    assert_eq!(tokens.current(NOW.plus(50 * MINUTE)), None);
}

#[tokio::test]
async fn one_that_is_younger_than_twenty_minutes_is_not_renewed() {
    let tokens = worker(&Arc::default());
    let first = tokens.renew(None, NOW).await.unwrap();
    assert_eq!(tokens.renew(Some(&first), NOW.plus(19 * MINUTE)).await.unwrap(), first);
    assert_ne!(tokens.renew(Some(&first), NOW.plus(20 * MINUTE)).await.unwrap(), first);
}

#[tokio::test]
async fn nonsense_of_others_is_not_used() {
    let board = Arc::new(Board(Mutex::new(Some("1 old".to_owned()))));
    let header = worker(&board).renew(None, NOW).await.unwrap();
    assert!(header.to_str().unwrap().starts_with("bearer ey"));
}

#[test]
fn only_keys_of_apples_kind_are_taken() {
    for bad in [&b""[..], b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert!(Tokens::new(bad, "k", "t", Arc::<Board>::default()).is_none());
    }
}
