//! Passwords: argon2id with 19 MiB, two passes, one lane.

use crate::clock::{Random, random_bytes};
use crate::error::{Code, Error, FieldError, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=1_024;

/// Hashing takes 19 MiB and a core for some 20 ms: no more than this many at once.
static HASHING: Semaphore = Semaphore::const_new(4);

/// What is verified when there is no account, so that both cases take the same time.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody has this password", &[7; 16]).unwrap_or_default());

/// Passwords that are guessed first.
const REFUSED: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "password",
    "password1",
    "password123",
    "passw0rd",
    "qwertyui",
    "qwerty123",
    "qwertyuiop",
    "1q2w3e4r",
    "1qaz2wsx",
    "11111111",
    "00000000",
    "88888888",
    "abcd1234",
    "abc12345",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "welcome1",
    "letmein1",
    "starwars",
    "whatever",
    "changeme",
    "computer",
    "asdfghjk",
    "asdfasdf",
    "12341234",
    "87654321",
    "987654321",
    "michelle",
    "jennifer",
    "corvette",
    "mercedes",
    "plumbline",
];

/// Checks a new password.
pub(crate) fn check(field: &str, password: &str) -> std::result::Result<(), FieldError> {
    if !LENGTH.contains(&password.chars().count()) {
        let message = format!("Choose {} to {} characters.", LENGTH.start(), LENGTH.end());
        return Err(FieldError::new(field, Code::OutOfRange, message));
    }
    if REFUSED.contains(&password.to_lowercase().as_str()) {
        return Err(FieldError::new(
            field,
            Code::NotAllowed,
            "This password is among the first that are guessed. Choose another.",
        ));
    }
    Ok(())
}

/// The hash of `password` in PHC form.
pub(crate) async fn hash(random: &dyn Random, password: &str) -> Result<String> {
    let (password, salt) = (password.to_owned(), random_bytes::<16>(random));
    off_the_runtime(move || hash_now(&password, &salt)).await?
}

/// Whether a hash was made by other parameters than those of today.
pub(crate) fn is_outdated(hash: &str) -> bool {
    let now = Argon2::default();
    let made = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    made.is_none_or(|made| {
        let of = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        of(&made) != of(now.params())
    })
}

/// Whether `password` has this hash; `None` takes as long and is never right.
pub(crate) async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    let password = password.to_owned();
    off_the_runtime(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let right = PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        known && right
    })
    .await
}

fn hash_now(password: &str, salt: &[u8]) -> Result<String> {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|_| Error::Internal)
}

async fn off_the_runtime<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _permit = HASHING.acquire().await.map_err(|_| Error::Internal)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Internal)
}
