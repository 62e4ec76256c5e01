//! Rules that warn of a program, and why they were gone past.

use super::input::{PhaseInput, PrescriptionInput, prescriptions};
use crate::context::{language, scope};
use crate::error::raise;
use crate::id::{self, encode};
use crate::library::RuleBasis;
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use care::error::Error;
use care::id::Kind;
use care::library::Caution;
use care::program::NewPhase;
use care::program::caution::{CautionOverride as Override, Draft, Warning};

/// A rule that warns of a program. It forbids nothing, and its silence clears nobody.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(complex)]
pub(crate) struct ProgramCaution {
    #[graphql(skip)]
    caution: &'static Caution,
    /// The key of the rule.
    rule: String,
    /// Where the rule is from.
    basis: RuleBasis,
    /// Its source, or who is to review it.
    source: String,
    /// The prescriptions concerned, by their places from 0; empty: the program as a whole.
    prescriptions: Vec<i32>,
    /// Whether `overrideReason` is asked for before a patient follows this. Once given, it holds for the
    /// same exercises in the same program.
    reason_needed: bool,
}

impl From<Warning> for ProgramCaution {
    fn from(warning: Warning) -> Self {
        let place = |at: &usize| i32::try_from(*at).unwrap_or(i32::MAX);
        Self {
            caution: warning.caution,
            rule: warning.caution.key.clone(),
            basis: warning.caution.basis.into(),
            source: warning.caution.source.clone(),
            prescriptions: warning.prescriptions.iter().map(place).collect(),
            reason_needed: warning.reason_needed,
        }
    }
}

#[ComplexObject]
impl ProgramCaution {
    /// What is to be thought of, one sentence in the language asked for.
    async fn text(&self, context: &Context<'_>) -> Result<&str> {
        Ok(self.caution.text(language(context)?))
    }
}

/// Rules that were gone past, and why.
#[derive(SimpleObject)]
struct ProgramOverride {
    /// The keys of the rules.
    rules: Vec<String>,
    /// Why, in the words of who did it.
    reason: String,
    /// The member who did it.
    made_by: ID,
    /// When.
    made_at: DateTime,
}

impl From<Override> for ProgramOverride {
    fn from(made: Override) -> Self {
        let made_by = encode(Kind::Member, made.made_by);
        Self { rules: made.cautions, reason: made.reason, made_by, made_at: made.made_at.into() }
    }
}

/// A program that is thought of.
#[derive(InputObject)]
struct CheckProgramInput {
    /// The patient.
    patient_id: ID,
    /// The first day it would be in force, on the patient's calendar; today when missing.
    starts_on: Option<LocalDate>,
    /// The last day it would be in force; open when missing.
    ends_on: Option<LocalDate>,
    /// At most 12 phases.
    #[graphql(default)]
    phases: Vec<PhaseInput>,
    /// The day from which the phases count, such as the day of surgery; the first day when missing.
    phases_count_from: Option<LocalDate>,
    /// 1 to 30 exercises.
    prescriptions: Vec<PrescriptionInput>,
}

/// What is asked about rules.
#[derive(Default)]
pub(crate) struct CautionQuery;

#[Object]
impl CautionQuery {
    /// Holds a program against the rules: movements that a condition or the weeks after surgery speak
    /// against, loads, too many exercises, no rest, unusual doses, duplicates. Changes nothing; saving does
    /// the same. Clinicians only.
    async fn check_program(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The program that is thought of.")] input: CheckProgramInput,
    ) -> Result<Vec<ProgramCaution>> {
        let scope = scope(context)?;
        let checked = async {
            let patient_id = id::input(Kind::Patient, "patientId", &input.patient_id)?;
            let prescriptions = prescriptions(input.prescriptions).map_err(Error::Invalid)?;
            let draft = Draft {
                patient_id,
                starts_on: input.starts_on.map(|date| date.0),
                ends_on: input.ends_on.map(|date| date.0),
                phases_count_from: input.phases_count_from.map(|date| date.0),
                phases: input.phases.into_iter().map(NewPhase::from).collect(),
                prescriptions,
            };
            care::program::caution::check(scope, &draft).await
        };
        Ok(checked.await.map_err(raise)?.into_iter().map(ProgramCaution::from).collect())
    }

    /// The reasons for which rules were gone past in a program, oldest first. Clinicians only.
    async fn program_overrides(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The program.")] program_id: ID,
    ) -> Result<Vec<ProgramOverride>> {
        let program_id =
            id::input(Kind::Program, "programId", &program_id).map_err(|_| raise(Error::NotFound))?;
        let made = care::program::caution::overrides(scope(context)?, program_id).await.map_err(raise)?;
        Ok(made.into_iter().map(ProgramOverride::from).collect())
    }
}
