//! Progress over a stretch of days, as it is answered.

use super::SkipReason;
use crate::id;
use crate::library::Exercise;
use crate::scalar::LocalDate;
use crate::today::Adherence;
use async_graphql::{Enum, ID, SimpleObject};
use care::id::Kind;

/// The pain told in sessions on one day.
#[derive(SimpleObject)]
pub(crate) struct PainDay {
    /// The patient-local date.
    date: LocalDate,
    /// Mean of the ratings before sessions, 0 to 10.
    before: Option<f64>,
    /// Mean of the ratings after sessions, 0 to 10.
    after: Option<f64>,
    /// The highest rating while exercising, 0 to 10.
    during: Option<i32>,
}

impl From<care::progress::PainDay> for PainDay {
    fn from(day: care::progress::PainDay) -> Self {
        let (before, after) = (day.before, day.after);
        Self { date: LocalDate(day.date), before, after, during: day.during.map(i32::from) }
    }
}

/// What a personal best counts in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::BestKind")]
pub(crate) enum PersonalBestKind {
    /// Repetitions.
    Reps,
    /// Seconds held or worked.
    Seconds,
    /// Meters.
    Metres,
    /// Kilograms.
    LoadKg,
}

/// The most of an exercise that the patient has done in one set, of all time.
#[derive(SimpleObject)]
pub(crate) struct PersonalBest {
    /// The exercise.
    exercise: Exercise,
    /// What it counts in.
    kind: PersonalBestKind,
    /// How much, in the unit of its kind.
    value: f64,
    /// The patient-local date on which it was first reached.
    reached_on: LocalDate,
    /// The log in which it was.
    log_id: ID,
    /// Whether that was in this stretch of days.
    is_new: bool,
}

/// How often a reason for skipping was given.
#[derive(SimpleObject)]
pub(crate) struct SkipCount {
    /// The reason.
    reason: SkipReason,
    /// Results that were skipped for it.
    count: i32,
}

/// Progress over a stretch of days.
#[derive(SimpleObject)]
pub(crate) struct ProgressSummary {
    /// First date.
    from: LocalDate,
    /// Last date, included.
    to: LocalDate,
    /// How much of what was scheduled was done.
    adherence: Adherence,
    /// Sessions logged, those of pain alone too.
    logs: i32,
    /// Sessions with a performed set.
    sessions: i32,
    /// Time under exercise in seconds: as it was logged, and 3 seconds for each repetition of a set that says
    /// nothing of it (basis: default). Rests and distances are left out.
    seconds_spent: i32,
    /// How often which reason for skipping was given, most often first; only those that were.
    skips: Vec<SkipCount>,
    /// The days on which pain was told in sessions, in order.
    pain: Vec<PainDay>,
    /// The most done of each exercise in one set, of all time, in the order of the library.
    personal_bests: Vec<PersonalBest>,
}

impl From<care::progress::Summary> for ProgressSummary {
    fn from(summary: care::progress::Summary) -> Self {
        let (from, to) = (summary.from, summary.to);
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let best = |best: care::progress::PersonalBest| PersonalBest {
            exercise: best.exercise.into(),
            kind: best.kind.into(),
            value: best.value,
            reached_on: LocalDate(best.reached_on),
            log_id: id::encode(Kind::ProgressLog, best.log_id),
            is_new: (from..=to).contains(&best.reached_on),
        };
        let skip = |(reason, count): (care::progress::SkipReason, usize)| SkipCount {
            reason: reason.into(),
            count: number(count),
        };
        Self {
            from: LocalDate(from),
            to: LocalDate(to),
            adherence: Adherence::new(&summary.adherence, from.until(to) + 1, summary.adherence.streak),
            logs: number(summary.logs),
            sessions: summary.sessions,
            seconds_spent: summary.seconds,
            skips: summary.skips.into_iter().map(skip).collect(),
            pain: summary.pain.into_iter().map(PainDay::from).collect(),
            personal_bests: summary.bests.into_iter().map(best).collect(),
        }
    }
}
