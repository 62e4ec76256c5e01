//! A log as clients send it.

use super::{SkipReason, SymptomResponse};
use crate::id;
use crate::program::Side;
use crate::scalar::{DateTime, TimeZone};
use async_graphql::{ID, InputObject};
use care::error::{Code, FieldError};
use care::id::Kind;
use care::library::dose::DoneSet;
use care::progress::{NewLog, NewResult, Symptoms};

/// A set as it was performed. At least one of reps, seconds and meters.
#[derive(InputObject, Debug)]
pub(crate) struct SetInput {
    /// Repetitions, 0 to 1,000.
    reps: Option<i32>,
    /// Seconds of a hold or of continuous work, 0 to 86,400.
    seconds: Option<i32>,
    /// Meters, 0 to 100,000.
    metres: Option<i32>,
    /// Which side worked; both when missing.
    side: Option<Side>,
    /// Load in kilograms, 0 to 500.
    load_kg: Option<f64>,
}

/// What was done of one prescription.
#[derive(InputObject, Debug)]
pub(crate) struct ResultInput {
    /// The prescription, of one of the patient's programs.
    prescription_id: ID,
    /// At most 20 sets; none only with a reason for skipping.
    sets: Vec<SetInput>,
    /// Effort, 0 to 10.
    rpe: Option<i32>,
    /// Pain while exercising, 0 to 10.
    pain_during: Option<i32>,
    /// Why nothing was done.
    skip_reason: Option<SkipReason>,
}

/// What a session did to symptoms.
#[derive(InputObject, Debug)]
pub(crate) struct SymptomsInput {
    /// What became of them.
    response: SymptomResponse,
    /// Where they are felt now, at most 200 characters.
    location: Option<String>,
}

impl From<SymptomsInput> for Symptoms {
    fn from(input: SymptomsInput) -> Self {
        let location = input.location.filter(|location| !location.trim().is_empty());
        Self { response: input.response.into(), location }
    }
}

/// A session as performed, perhaps offline and some time ago.
#[derive(InputObject, Debug)]
pub(crate) struct ProgressLogInput {
    /// Chosen by the client (`log_…` with a UUIDv7): the same id and content again change nothing.
    pub(crate) id: ID,
    /// When it was performed, within the past year. Its offset decides the local date.
    performed_at: DateTime,
    /// The zone the patient was in, if known.
    time_zone: Option<TimeZone>,
    /// Pain before, 0 to 10.
    pain_before: Option<i32>,
    /// Pain after, 0 to 10.
    pain_after: Option<i32>,
    /// What the session did to symptoms.
    symptoms: Option<SymptomsInput>,
    /// At most 4,000 characters.
    note: Option<String>,
    /// At most 20 results, each of another prescription.
    results: Vec<ResultInput>,
}

impl ProgressLogInput {
    /// The log, or the faults of what cannot be read, with paths within it.
    pub(crate) fn read(self) -> Result<NewLog, Vec<FieldError>> {
        let mut faults = Vec::new();
        let id = Kind::ProgressLog.decode(&self.id);
        if id.is_none() {
            faults.push(FieldError::new("id", Code::Malformed, "Give a TypeID of the form log_…"));
        }
        let mut results = Vec::with_capacity(self.results.len());
        for (at, result) in self.results.into_iter().enumerate() {
            match result.read() {
                Ok(result) => results.push(result),
                Err(more) => faults.extend(more.into_iter().map(|fault| fault.under(at).under("results"))),
            }
        }
        let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(faults) };
        Ok(NewLog {
            id,
            performed_at: self.performed_at.instant,
            offset_seconds: self.performed_at.offset_seconds,
            time_zone: self.time_zone.map(|zone| zone.0),
            pain_before: self.pain_before,
            pain_after: self.pain_after,
            symptoms: self.symptoms.map(Symptoms::from),
            note: self.note,
            results,
        })
    }
}

impl ResultInput {
    fn read(self) -> Result<NewResult, Vec<FieldError>> {
        let mut faults = Vec::new();
        let prescription_id = id::input(Kind::Prescription, "prescriptionId", &self.prescription_id)
            .map_err(|fault| faults.push(fault))
            .unwrap_or_default();
        let mut sets = Vec::with_capacity(self.sets.len());
        for (at, set) in self.sets.into_iter().enumerate() {
            match set.read() {
                Ok(set) => sets.push(set),
                Err(more) => faults.extend(more.into_iter().map(|fault| fault.under(at).under("sets"))),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(NewResult {
            prescription_id,
            sets,
            rpe: self.rpe,
            pain_during: self.pain_during,
            skip_reason: self.skip_reason.map(Into::into),
        })
    }
}

impl SetInput {
    fn read(self) -> Result<DoneSet, Vec<FieldError>> {
        let mut faults = Vec::new();
        let set = DoneSet {
            reps: number("reps", self.reps, &mut faults),
            seconds: number("seconds", self.seconds, &mut faults),
            metres: number("metres", self.metres, &mut faults),
            side: self.side.map(Into::into),
            load_kg: self.load_kg,
        };
        if faults.is_empty() { Ok(set) } else { Err(faults) }
    }
}

/// A number as its field takes it; what does not fit is a fault, never cut off.
fn number<T: TryFrom<i32>>(field: &str, value: Option<i32>, faults: &mut Vec<FieldError>) -> Option<T> {
    let value = value?;
    let fitting = T::try_from(value).ok();
    if fitting.is_none() {
        faults.push(FieldError::new(field, Code::OutOfRange, "The number is out of range."));
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;
    use care::clock::Instant;

    fn paths(faults: &[FieldError]) -> Vec<String> {
        faults.iter().map(|fault| fault.path.join(".")).collect()
    }

    #[test]
    fn numbers_that_do_not_fit_are_faults_at_their_field() {
        let set = SetInput { reps: Some(70_000), seconds: Some(-1), metres: None, side: None, load_kg: None };
        assert_eq!(paths(&set.read().unwrap_err()), ["reps", "seconds"]);
    }

    #[test]
    fn numbers_that_fit_come_through_whole() {
        let (reps, metres, load_kg) = (Some(65_535), Some(i32::MAX), Some(12.5));
        let set =
            SetInput { reps, seconds: Some(0), metres, side: Some(Side::Left), load_kg }.read().unwrap();
        assert_eq!((set.reps, set.seconds, set.metres), (Some(65_535), Some(0), Some(2_147_483_647)));
        assert_eq!((set.side, set.load_kg), (Some(care::library::dose::Side::Left), Some(12.5)));
    }

    #[test]
    fn paths_lead_from_the_log_to_each_fault() {
        let set = |reps| SetInput { reps, seconds: None, metres: None, side: None, load_kg: None };
        let result = |prescription: &str, reps| ResultInput {
            prescription_id: prescription.into(),
            sets: vec![set(Some(10)), set(reps)],
            rpe: None,
            pain_during: None,
            skip_reason: None,
        };
        let known = id::encode(Kind::Prescription, uuid::Uuid::nil());
        let log = ProgressLogInput {
            id: "1".into(),
            performed_at: Instant(0).into(),
            time_zone: None,
            pain_before: None,
            pain_after: None,
            symptoms: None,
            note: None,
            results: vec![result("x", Some(1)), result(&known, Some(-1))],
        };
        let expected = ["id", "results.0.prescriptionId", "results.1.sets.1.reps"];
        assert_eq!(paths(&log.read().unwrap_err()), expected);
    }
}
