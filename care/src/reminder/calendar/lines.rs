//! The lines of a calendar (RFC 5545, section 3.1): folded at 75 octets, ended by CRLF, texts escaped.

use crate::clock::Instant;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The most octets of a line, its end apart.
const LONGEST: usize = 75;

/// Lines that were written.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds the line `name:value`, folded where it is long: never within a character.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        let mut used = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            if used + character.len_utf8() > LONGEST {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(character);
            used += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Adds the line `name:text`, the text escaped.
    pub(super) fn add_text(&mut self, name: &str, text: &str) {
        self.add(name, &escaped(text));
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// The text as a value (section 3.3.11): of control characters only the line break is kept.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => value.push_str("\\n"),
            '\\' | ';' | ',' => value.extend(['\\', character]),
            other if other.is_control() => {}
            other => value.push(other),
        }
    }
    value
}

/// `20260615T080000`.
pub(super) fn local(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// `20260615T120000Z`.
pub(super) fn utc(at: Instant) -> String {
    format!("{}Z", local(TimeZone::UTC.to_datetime(at.timestamp())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut lines = Lines::default();
        let text = format!("{}é, \\ and; more\r\nof it {}", "x".repeat(65), "ñ".repeat(100));
        lines.add_text("SUMMARY", &text);
        let written = lines.into_text();
        assert!(written.ends_with("\r\n"));
        let all: Vec<&str> = written.trim_end_matches("\r\n").split("\r\n").collect();
        assert!(all.len() > 3 && all.iter().all(|line| line.len() <= LONGEST), "{all:?}");
        assert!(all.iter().skip(1).all(|line| line.starts_with(' ')));
        let unfolded = written.replace("\r\n ", "");
        let expected =
            format!("SUMMARY:{}é\\, \\\\ and\\; more\\nof it {}\r\n", "x".repeat(65), "ñ".repeat(100));
        assert_eq!(unfolded, expected);
    }
}
