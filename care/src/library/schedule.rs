//! When an exercise is due.

use super::Language;
use crate::error::{Code, FieldError};
use jiff::civil::Date;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Weekday {
    /// The first day of the ISO week.
    Monday,
    /// The second day.
    Tuesday,
    /// The third day.
    Wednesday,
    /// The fourth day.
    Thursday,
    /// The fifth day.
    Friday,
    /// The sixth day.
    Saturday,
    /// The seventh day.
    Sunday,
}

impl Weekday {
    /// The weekday of `date`.
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            jiff::civil::Weekday::Monday => Self::Monday,
            jiff::civil::Weekday::Tuesday => Self::Tuesday,
            jiff::civil::Weekday::Wednesday => Self::Wednesday,
            jiff::civil::Weekday::Thursday => Self::Thursday,
            jiff::civil::Weekday::Friday => Self::Friday,
            jiff::civil::Weekday::Saturday => Self::Saturday,
            jiff::civil::Weekday::Sunday => Self::Sunday,
        }
    }

    /// Its name.
    pub fn name(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            Self::Monday => ("Monday", "lunes"),
            Self::Tuesday => ("Tuesday", "martes"),
            Self::Wednesday => ("Wednesday", "miércoles"),
            Self::Thursday => ("Thursday", "jueves"),
            Self::Friday => ("Friday", "viernes"),
            Self::Saturday => ("Saturday", "sábado"),
            Self::Sunday => ("Sunday", "domingo"),
        };
        match language {
            Language::English => english,
            Language::Spanish => spanish,
        }
    }
}

/// Which days an exercise falls on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Frequency {
    /// Every day.
    Daily,
    /// Every so many days, the first being the first day of the revision.
    EveryDays {
        /// Days from one occasion to the next, 2 to 90.
        days: u16,
    },
    /// On the named weekdays.
    Weekdays {
        /// At least one; each at most once; in any order.
        weekdays: Vec<Weekday>,
    },
    /// On so many days of each ISO week, which ones being up to the patient.
    TimesPerWeek {
        /// Days a week, 1 to 7.
        times: u8,
    },
}

/// On which days an exercise falls, and how often on each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Which days.
    #[serde(flatten)]
    pub frequency: Frequency,
    /// Occasions on each of these days, 1 to 24.
    pub times_per_day: u8,
}

impl Schedule {
    /// Whether it asks for so many times a week, on whatever days.
    pub fn is_by_week(&self) -> bool {
        matches!(self.frequency, Frequency::TimesPerWeek { .. })
    }

    /// Whether every number lies within its range and the weekdays are told once each.
    ///
    /// # Errors
    /// Every fault found, with the field's name.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let out_of_range = |right: bool, field: &str, text: &str| {
            (!right).then(|| FieldError::new(field, Code::OutOfRange, text))
        };
        let mut faults = match &self.frequency {
            Frequency::Daily => Vec::new(),
            Frequency::EveryDays { days } => {
                Vec::from_iter(out_of_range((2..=90).contains(days), "days", "The days lie from 2 to 90."))
            }
            Frequency::Weekdays { weekdays } => weekday_faults(weekdays),
            Frequency::TimesPerWeek { times } => Vec::from_iter(out_of_range(
                (1..=7).contains(times),
                "times",
                "The times a week lie from 1 to 7.",
            )),
        };
        let right = (1..=24).contains(&self.times_per_day);
        faults.extend(out_of_range(right, "timesPerDay", "The times a day lie from 1 to 24."));
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Whether the exercise can fall on `date` under a revision in force from `revision_start`.
    ///
    /// Nothing is due before the revision. With so many times a week every day is possible.
    pub fn is_due(&self, revision_start: Date, date: Date) -> bool {
        date >= revision_start
            && match &self.frequency {
                Frequency::Daily | Frequency::TimesPerWeek { .. } => true,
                Frequency::EveryDays { days } => {
                    (date - revision_start).get_days() % i32::from((*days).max(1)) == 0
                }
                Frequency::Weekdays { weekdays } => weekdays.contains(&Weekday::of(date)),
            }
    }

    /// The schedule in plain words: `2 times a day, Monday, Wednesday and Friday`.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::English => self.in_english(),
            Language::Spanish => self.in_spanish(),
        }
    }

    fn in_english(&self) -> String {
        let per_day = match self.times_per_day {
            1 => "Once a day".to_owned(),
            times => format!("{times} times a day"),
        };
        let days = match &self.frequency {
            Frequency::Daily => "every day".to_owned(),
            Frequency::EveryDays { days } => format!("every {days} days"),
            Frequency::Weekdays { weekdays } => listed(weekdays, Language::English, "and"),
            Frequency::TimesPerWeek { times: 1 } => "1 day a week".to_owned(),
            Frequency::TimesPerWeek { times } => format!("{times} days a week"),
        };
        format!("{per_day}, {days}")
    }

    fn in_spanish(&self) -> String {
        let per_day = match self.times_per_day {
            1 => "Una vez al día".to_owned(),
            times => format!("{times} veces al día"),
        };
        let days = match &self.frequency {
            Frequency::Daily => "todos los días".to_owned(),
            Frequency::EveryDays { days } => format!("cada {days} días"),
            Frequency::Weekdays { weekdays } => listed(weekdays, Language::Spanish, "y"),
            Frequency::TimesPerWeek { times: 1 } => "1 día por semana".to_owned(),
            Frequency::TimesPerWeek { times } => format!("{times} días por semana"),
        };
        format!("{per_day}, {days}")
    }
}

fn weekday_faults(weekdays: &[Weekday]) -> Vec<FieldError> {
    if weekdays.is_empty() {
        return vec![FieldError::new("weekdays", Code::Required, "Name at least one weekday.")];
    }
    let repeated = |&(at, day): &(usize, &Weekday)| weekdays.iter().take(at).any(|earlier| earlier == day);
    let fault = |(at, _): (usize, &Weekday)| {
        FieldError::new(&at.to_string(), Code::Duplicate, "Name each weekday once.").under("weekdays")
    };
    weekdays.iter().enumerate().filter(repeated).map(fault).collect()
}

/// The weekdays in the order of the week, as a list in a sentence.
fn listed(weekdays: &[Weekday], language: Language, and: &str) -> String {
    let mut days = weekdays.to_vec();
    days.sort_unstable();
    let names: Vec<_> = days.into_iter().map(|day| day.name(language)).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} {and} {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
