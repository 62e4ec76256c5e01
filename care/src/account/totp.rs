//! Codes of authenticator apps (RFC 6238): six digits of HMAC-SHA-1 over the half minute, as every
//! app knows them.

use crate::clock::Instant;
use crate::error::{Error, Result};
use totp_rs::{Algorithm, TOTP};

/// Bytes of a secret: as many as the hash has (RFC 4226, section 4).
pub(crate) const SECRET: usize = 20;
/// How long a code is shown, in seconds.
const STEP: i64 = 30;
/// Steps before and after the present one that are taken: clocks differ.
const SKEW: i64 = 1;

/// The rule of `secret`; `name` is what the app shows beside the codes.
pub(crate) fn rule(secret: Vec<u8>, name: &str) -> Result<TOTP> {
    // Where a name holds a colon, the app could not tell where it begins.
    let name = name.replace(':', " ");
    let issuer = Some("Plumbline".to_owned());
    TOTP::new(Algorithm::SHA1, 6, 0, STEP.unsigned_abs(), secret, issuer, name).map_err(|_| Error::Internal)
}

/// The step of which `code` is at `now`; none when it is wrong or not later than `last`, the step of
/// the last code that was taken.
pub(crate) fn step(rule: &TOTP, code: &str, now: Instant, last: i64) -> Option<i64> {
    let present = now.0.div_euclid(STEP * 1_000);
    let right = |step: &i64| u64::try_from(step * STEP).is_ok_and(|second| rule.check(code, second));
    (present - SKEW..=present + SKEW).filter(|step| *step > last).find(right)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn example() -> TOTP {
        rule(b"12345678901234567890".to_vec(), "ada@clinic.example").unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the last six of the eight digits for SHA-1.
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(step(&example(), code, Instant(second * 1_000), 0), Some(second / 30));
        }
    }

    proptest! {
        #[test]
        fn a_code_works_for_its_half_minute_and_one_on_either_side_and_once(
            second in 1_000_000_000_i64..3_000_000_000,
            off in -150_i64..150,
        ) {
            let code = example().generate(u64::try_from(second).unwrap());
            let (made, now) = (second / STEP, Instant((second + off) * 1_000));
            let near = ((second + off) / STEP - made).abs() <= SKEW;
            let found = step(&example(), &code, now, 0);
            // One in 300,000 codes is, by chance, that of a neighbor too.
            prop_assert!(!near || found.is_some());
            prop_assert!(near || found != Some(made));
            if let Some(taken) = found {
                prop_assert_ne!(step(&example(), &code, now, taken), Some(taken), "it worked twice");
            }
        }
    }
}
