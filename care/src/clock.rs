//! Time and randomness as parameters: the only sources of either for everything above.

mod shared;

pub use shared::SharedClock;

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, TryRng};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// Tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The instant it is.
    fn now(&self) -> Instant;

    /// Is told that the database's clock showed `database` after this one showed `since` and before now. Answers how
    /// many milliseconds the machine's clock is ahead of it; `None` of a clock that goes by nothing else.
    fn agree(&self, since: Instant, database: Instant) -> Option<i64> {
        _ = (since, database);
        None
    }
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> Instant {
        Instant::from(Timestamp::now())
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(Mutex<Instant>);

impl ManualClock {
    /// A clock that shows `at`.
    pub fn new(at: Instant) -> Self {
        Self(Mutex::new(at))
    }

    /// Moves the clock to `at`, also backward.
    pub fn set(&self, at: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    /// Moves the clock on by `millis`.
    pub fn advance(&self, millis: i64) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = shown.plus(millis);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An instant: milliseconds since the epoch, UTC. Stored as a big integer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, DeriveValueType, Serialize, Deserialize,
)]
pub struct Instant(pub i64);

impl Instant {
    /// This instant and `millis` more.
    #[must_use]
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// The same instant for time arithmetic; the ends of jiff's range stand for what lies beyond.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// The local date in `zone`.
    pub fn date_in(self, zone: &jiff::tz::TimeZone) -> Day {
        Day(self.timestamp().to_zoned_datetime(zone.clone()).date())
    }
}

impl From<Timestamp> for Instant {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(formatter)
    }
}

/// A patient-local date. Stored as `YYYY-MM-DD`, which sorts as it reads.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize,
)]
#[sea_orm(value_type = "String")]
pub struct Day(pub jiff::civil::Date);

/// A date may be part of a key; none is made from a number.
impl sea_orm::TryFromU64 for Day {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Day"))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Day {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Day {
    /// Whole years from this date to `other`; negative when that is earlier.
    pub fn years_until(self, other: Self) -> i32 {
        let span = self.0.until((jiff::Unit::Year, other.0));
        span.map_or(0, |span| span.get_years().into())
    }

    /// Days from this date to `other`; negative when that is earlier.
    pub fn until(self, other: Self) -> i32 {
        self.0.until(other.0).map_or(0, |span| span.get_days())
    }

    /// When the date begins in `zone`; the ends of time stand for what lies beyond the calendar.
    pub(crate) fn begins_in(self, zone: &jiff::tz::TimeZone) -> Instant {
        let beyond = if self.0.year() < 0 { i64::MIN } else { i64::MAX };
        self.0.to_zoned_datetime(zone.clone()).map_or(Instant(beyond), |zoned| zoned.timestamp().into())
    }

    /// The date `days` later (earlier when negative), at most the end of the calendar.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }
}

/// A source of random bytes for ids, tokens, keys and nonces.
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::expect_used, reason = "without the system's randomness no key and no token may be made")]
    fn fill(&self, bytes: &mut [u8]) {
        SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}

/// A generator that repeats itself for the same seed: for demo data and tests, never for secrets.
#[derive(Debug)]
pub struct SeededRandom(Mutex<StdRng>);

impl SeededRandom {
    /// The generator of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// `N` random bytes.
pub fn random_bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}
