//! The scalars beside GraphQL's own.

use async_graphql::{InputType, InputValueError, InputValueResult, Pos, Scalar, ScalarType, Value};
use care::clock::{Day, Instant};
use jiff::civil::Time;
use jiff::fmt::temporal::DateTimeParser;

/// Whether `value` is one of the scalar of this name; if not, one sentence says what would be. An
/// unknown scalar takes everything.
///
/// # Errors
///
/// What would be right.
pub fn check_scalar(name: &str, value: Value) -> Result<(), String> {
    fn check<T: ScalarType + InputType>(value: Value) -> Result<(), String> {
        <T as ScalarType>::parse(value)
            .map(drop)
            .map_err(|error| error.into_server_error(Pos::default()).message)
    }
    match name {
        "DateTime" => check::<DateTime>(value),
        "LocalDate" => check::<LocalDate>(value),
        "LocalTime" => check::<LocalTime>(value),
        "SyncCursor" => check::<SyncCursor>(value),
        "TimeZone" => check::<TimeZone>(value),
        _ => Ok(()),
    }
}

/// The scalar `DateTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateTime {
    pub(crate) instant: Instant,
    /// The offset from UTC that an input had, in seconds.
    pub(crate) offset_seconds: i32,
}

impl From<Instant> for DateTime {
    fn from(instant: Instant) -> Self {
        Self { instant, offset_seconds: 0 }
    }
}

/// An instant (RFC 3339). Answers are in UTC with `Z`; inputs need an offset or `Z`, and where a
/// local date is derived from them, the offset decides it.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let malformed = || InputValueError::custom("Give an instant such as 2026-03-01T18:30:00+01:00.");
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        // A date and time of day with seconds and an offset; nothing else that Temporal allows.
        let shaped = text.len() >= 20 && text.len() <= 40 && text.is_ascii() && !text.contains('[');
        let pieces =
            DateTimeParser::new().parse_pieces(text).ok().filter(|_| shaped).ok_or_else(malformed)?;
        let offset = pieces.to_numeric_offset().ok_or_else(malformed)?;
        let time = pieces.time().ok_or_else(malformed)?;
        let timestamp = offset.to_timestamp(pieces.date().to_datetime(time)).map_err(|_| malformed())?;
        Ok(Self { instant: timestamp.into(), offset_seconds: offset.seconds() })
    }

    fn to_value(&self) -> Value {
        Value::String(self.instant.to_string())
    }
}

/// The scalar `LocalDate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalDate(pub(crate) Day);

impl From<Day> for LocalDate {
    fn from(day: Day) -> Self {
        Self(day)
    }
}

impl From<LocalDate> for Day {
    fn from(date: LocalDate) -> Self {
        date.0
    }
}

/// A calendar date on the patient's clock: `YYYY-MM-DD`.
#[Scalar(name = "LocalDate", specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for LocalDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let date = text.parse::<Day>().ok().filter(|date| date.to_string() == *text);
        date.map(Self).ok_or_else(|| InputValueError::custom("Give a date such as 2026-03-01."))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// The scalar `LocalTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalTime(pub(crate) Time);

/// A time of day on the patient's clock: `HH:MM`.
#[Scalar(name = "LocalTime", specified_by_url = "https://scalars.graphql.org/andimarek/local-time")]
impl ScalarType for LocalTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let shaped = matches!(text.len(), 5 | 8) && text.as_bytes().get(2) == Some(&b':');
        let time = text.parse::<Time>().ok().filter(|time| shaped && time.second() == 0);
        time.map(Self).ok_or_else(|| InputValueError::custom("Give a time of day such as 08:30."))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.strftime("%H:%M").to_string())
    }
}

/// The scalar `SyncCursor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyncCursor(pub(crate) String);

/// An opaque place in what has changed of a patient.
#[Scalar(name = "SyncCursor", specified_by_url = "https://relay.dev/graphql/connections.htm#sec-Cursor")]
impl ScalarType for SyncCursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.len() <= 200 => Ok(Self(text)),
            Value::String(_) => Err(InputValueError::custom("Give a cursor that this API has given.")),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The scalar `TimeZone`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeZone(pub(crate) String);

/// The IANA name of a time zone, for example `Europe/Berlin`.
#[Scalar(name = "TimeZone", specified_by_url = "https://www.iana.org/time-zones")]
impl ScalarType for TimeZone {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        if jiff::tz::TimeZone::get(text).is_ok() {
            Ok(Self(text.clone()))
        } else {
            Err(InputValueError::custom("Give an IANA name such as Europe/Berlin."))
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
