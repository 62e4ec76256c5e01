//! How long to wait before a next try.

use care::clock::{Instant, Random, random_bytes};
use hyper::HeaderMap;
use hyper::header::RETRY_AFTER;
use jiff::fmt::rfc2822;

/// The shortest back-off, in milliseconds.
const LEAST: i64 = 1_000;
/// The longest that a provider may ask us to wait, in milliseconds.
const LONGEST: i64 = 60 * 60 * 1_000;

/// 1, 2, 4 … 32 s after so many failures in a row before this one, in milliseconds.
pub(super) fn back_off(failures: u32) -> i64 {
    LEAST << failures.min(5)
}

/// Between three and five quarters of `ms`.
pub(super) fn jitter(ms: i64, random: &dyn Random) -> i64 {
    let [roll] = random_bytes::<1>(random);
    ms / 4 * 3 + ms / 2 * i64::from(roll) / 255
}

/// What Retry-After asks for, in milliseconds; at most an hour.
pub(super) fn retry_after(headers: &HeaderMap, now: Instant) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let ms = match text.parse::<i64>() {
        Ok(seconds) => seconds.saturating_mul(1_000),
        Err(_) => rfc2822::parse(text).ok()?.timestamp().as_millisecond().saturating_sub(now.0),
    };
    (ms >= 0).then_some(ms.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use care::clock::SeededRandom;

    #[test]
    fn back_off_doubles_up_to_its_longest() {
        assert_eq!([0, 1, 4, 5, 6, u32::MAX].map(back_off), [1_000, 2_000, 16_000, 32_000, 32_000, 32_000]);
    }

    #[test]
    fn jitter_stays_within_a_quarter() {
        let random = SeededRandom::new(1);
        assert!((0..1_000).all(|_| (3_000..=5_000).contains(&jitter(4_000, &random))));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Instant(784_111_777_000);
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(asked("120"), Some(120_000));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60_000));
        assert_eq!(asked("Sun, 06 Nov 1994 08:40:37 GMT"), None);
        assert_eq!(asked("99999999"), Some(LONGEST));
        assert_eq!([asked("soon"), asked("-1")], [None, None]);
    }
}
