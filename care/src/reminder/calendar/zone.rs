//! A time zone as a calendar tells it (RFC 5545, section 3.6.5): each change of its clock within some years, so that
//! programs that do not know the zone by its name read it all the same.

use super::lines::{Lines, local};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// Adds the zone of this name as it is from `span.0` until `span.1`.
pub(super) fn add(lines: &mut Lines, name: &str, span: (Timestamp, Timestamp)) {
    let zone = TimeZone::get(name).unwrap_or(TimeZone::UTC);
    lines.add("BEGIN", "VTIMEZONE");
    lines.add("TZID", name);
    let before = zone.preceding(span.0).next();
    match &before {
        Some(change) => {
            observance(lines, &zone, (change.timestamp(), change.offset()), change.dst().is_dst());
        }
        None => observance(lines, &zone, (Timestamp::UNIX_EPOCH, zone.to_offset(span.0)), false),
    }
    for change in zone.following(span.0).take_while(|change| change.timestamp() < span.1) {
        observance(lines, &zone, (change.timestamp(), change.offset()), change.dst().is_dst());
    }
    lines.add("END", "VTIMEZONE");
}

/// What the clock shows from `at` on, told by what it showed before.
fn observance(lines: &mut Lines, zone: &TimeZone, (at, to): (Timestamp, Offset), daylight: bool) {
    let before =
        at.checked_sub(jiff::SignedDuration::from_nanos(1)).map_or(to, |before| zone.to_offset(before));
    let name = if daylight { "DAYLIGHT" } else { "STANDARD" };
    lines.add("BEGIN", name);
    lines.add("DTSTART", &local(before.to_datetime(at)));
    lines.add("TZOFFSETFROM", &offset(before));
    lines.add("TZOFFSETTO", &offset(to));
    lines.add("END", name);
}

/// `-0400`, with seconds where there are any.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let rest = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{hours:02}{minutes:02}{rest}")
}
