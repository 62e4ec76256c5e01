//! A time span as people write it.

/// The milliseconds of such as `90s`, `30m`, `24h` or `7d`.
pub(super) fn span(text: &str) -> Result<i64, String> {
    let wrong = || "give a whole number with s, m, h or d, such as 24h".to_owned();
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u32 = text.strip_suffix(unit).unwrap_or_default().parse().map_err(|_| wrong())?;
    i64::from(number).checked_mul(seconds * 1_000).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn spans_are_numbers_with_a_unit() {
        assert_eq!(span("90s"), Ok(90_000));
        assert_eq!(span("30m"), Ok(1_800_000));
        assert_eq!(span("24h"), Ok(86_400_000));
        assert_eq!(span("7d"), Ok(604_800_000));
        for bad in ["", "h", "24", "-1h", "1.5h", "1w", "1é", "99999999999h"] {
            assert!(span(bad).unwrap_err().contains("24h"), "{bad}");
        }
    }
}
