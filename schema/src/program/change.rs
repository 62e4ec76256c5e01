//! Writing, revising, activating, holding, releasing and ending programs.

use super::Program;
use super::caution::ProgramCaution;
use super::input::{PhaseInput, PrescriptionInput, prescriptions};
use crate::context::scope;
use crate::error::{UserError, payload, settle};
use crate::id::{self, chosen};
use crate::scalar::LocalDate;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::error::{Code, Error, FieldError};
use care::id::Kind;
use care::program::{Activate, ChangePhase, CreateProgram, NewPhase, ReviseProgram, Saved, Source};

/// A new program.
#[derive(InputObject)]
pub(crate) struct CreateProgramInput {
    /// TypeID `program_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// A template or protocol it is made from, in exactly this version. What is given beside it stands
    /// instead. A protocol counts from the patient's day of surgery.
    template_id: Option<ID>,
    /// A program it is made from, as its newest revision has it, instead of a template. The patient begins in
    /// its first phase.
    copy_of: Option<ID>,
    /// Title, 1 to 200 characters; that of the template or program it is made from when missing. A copy of
    /// another patient's program needs its own.
    title: Option<String>,
    /// First day, on the patient's calendar: today, or within twelve months; today when missing.
    starts_on: Option<LocalDate>,
    /// Last day, at most three years after the first; open when missing.
    ends_on: Option<LocalDate>,
    /// At most 12 phases, end to end from the first day, or from the day of surgery; those of the template or
    /// program it is made from when empty.
    #[graphql(default)]
    phases: Vec<PhaseInput>,
    /// 1 to 30 exercises, in the order they are to be done; those of the template or program it is made from
    /// when empty.
    #[graphql(default)]
    prescriptions: Vec<PrescriptionInput>,
    /// Why, at most 4,000 characters.
    note: Option<String>,
}

impl CreateProgramInput {
    fn parse(self) -> care::error::Result<CreateProgram> {
        let mut faults = Vec::new();
        let id = chosen(Kind::Program, self.id.as_ref()).map_err(|fault| faults.push(fault)).ok();
        let patient_id = id::input(Kind::Patient, "patientId", &self.patient_id);
        let patient_id = patient_id.map_err(|fault| faults.push(fault)).ok();
        let source = source("copyOf", self.template_id.as_ref(), self.copy_of.as_ref());
        let source = source.map_err(|fault| faults.push(fault)).ok();
        let prescriptions = prescriptions(self.prescriptions).map_err(|more| faults.extend(more)).ok();
        let (Some(id), Some(patient_id), Some(source), Some(prescriptions)) =
            (id, patient_id, source, prescriptions)
        else {
            return Err(Error::Invalid(faults));
        };
        Ok(CreateProgram {
            id,
            patient_id,
            source,
            title: self.title.unwrap_or_default(),
            starts_on: self.starts_on.map(|date| date.0),
            ends_on: self.ends_on.map(|date| date.0),
            phases: self.phases.into_iter().map(NewPhase::from).collect(),
            prescriptions,
            note: self.note,
        })
    }
}

/// What something is made from: a template, or the program that the other field names.
pub(super) fn source(
    field: &str,
    template: Option<&ID>,
    program: Option<&ID>,
) -> Result<Option<Source>, FieldError> {
    match (template, program) {
        (Some(_), Some(_)) => {
            Err(FieldError::new(field, Code::Mismatch, "Give a template or a program, not both."))
        }
        (Some(id), None) => id::input(Kind::Template, "templateId", id).map(|id| Some(Source::Template(id))),
        (None, Some(id)) => id::input(Kind::Program, field, id).map(|id| Some(Source::Program(id))),
        (None, None) => Ok(None),
    }
}

/// A change of a program: its next revision, told as a whole.
#[derive(InputObject)]
pub(crate) struct ReviseProgramInput {
    /// The program.
    program_id: ID,
    /// Number of the newest revision that this change was made from; `CONFLICT` when another has
    /// come meanwhile.
    expected_revision: i32,
    /// First day it is in force, on the patient's calendar: today or later, and not before the
    /// newest revision; the earliest such day when missing.
    effective_from: Option<LocalDate>,
    /// New title, 1 to 200 characters; kept when missing.
    title: Option<String>,
    /// At most 12 phases, end to end from the first day of the program or the day of surgery. One that
    /// the revision before has too, by its id or its name, goes on: it keeps its id and, where the patient has
    /// entered it, its first day. Phases that would bring the patient past criteria need a reason.
    #[graphql(default)]
    phases: Vec<PhaseInput>,
    /// 1 to 30 exercises, in the order they are to be done.
    prescriptions: Vec<PrescriptionInput>,
    /// Why, at most 4,000 characters.
    note: Option<String>,
    /// Why rules that warn are gone past, 10 to 500 characters; needed where one asks for it and the patient
    /// follows the program.
    override_reason: Option<String>,
}

impl ReviseProgramInput {
    fn parse(self) -> care::error::Result<ReviseProgram> {
        let mut faults = Vec::new();
        let program_id = id::input(Kind::Program, "programId", &self.program_id);
        let program_id = program_id.map_err(|fault| faults.push(fault)).ok();
        let prescriptions = prescriptions(self.prescriptions).map_err(|more| faults.extend(more)).ok();
        let (Some(program_id), Some(prescriptions)) = (program_id, prescriptions) else {
            return Err(Error::Invalid(faults));
        };
        Ok(ReviseProgram {
            program_id,
            expected_revision: self.expected_revision,
            effective_from: self.effective_from.map(|date| date.0),
            title: self.title,
            phases: self.phases.into_iter().map(NewPhase::from).collect(),
            prescriptions,
            note: self.note,
            override_reason: self.override_reason,
        })
    }
}

/// Which phase a patient is to be in.
#[derive(InputObject)]
pub(crate) struct ChangePhaseInput {
    /// The program.
    program_id: ID,
    /// Number of the newest revision that this was decided from; `CONFLICT` when another has come
    /// meanwhile.
    expected_revision: i32,
    /// The phase to enter, of the newest revision.
    phase_id: ID,
    /// The criteria that are met, in their own words: those to leave the phases before it, and to enter it.
    /// Going back needs none.
    #[graphql(default)]
    criteria_met: Vec<String>,
    /// Why, at most 4,000 characters.
    note: Option<String>,
    /// Why criteria that are not met or rules that warn are gone past, 10 to 500 characters.
    override_reason: Option<String>,
}

/// Which draft the patient is to follow.
#[derive(InputObject)]
pub(crate) struct ActivateProgramInput {
    /// The program.
    program_id: ID,
    /// Whether another program that the patient follows is completed by this.
    #[graphql(default = false)]
    replace_current: bool,
    /// The criteria to enter its first phase that are met, in their own words; those that are not need a
    /// reason.
    #[graphql(default)]
    criteria_met: Vec<String>,
    /// Why criteria that are not met or rules that warn are gone past, 10 to 500 characters; needed where one
    /// asks for it.
    override_reason: Option<String>,
}

/// Which program is to rest, and why.
#[derive(InputObject)]
pub(crate) struct HoldProgramInput {
    /// The program.
    program_id: ID,
    /// Why, 1 to 1,000 characters; the patient reads it.
    reason: String,
}

/// Which program is to go on.
#[derive(InputObject)]
pub(crate) struct ReleaseProgramInput {
    /// The program.
    program_id: ID,
    /// Why rules that warn are gone past, 10 to 500 characters; needed where one asks for it, as the patient is
    /// known now.
    override_reason: Option<String>,
}

/// What writing a program answers.
#[derive(SimpleObject)]
pub(crate) struct CreateProgramPayload {
    /// The program, a draft.
    program: Option<Program>,
    /// The rules that warn of it; where it was not done, `checkProgram` tells them.
    cautions: Vec<ProgramCaution>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What revising a program answers.
#[derive(SimpleObject)]
pub(crate) struct ReviseProgramPayload {
    /// The program with its new revision.
    program: Option<Program>,
    /// The rules that warn of it; where it was not done, `checkProgram` tells them.
    cautions: Vec<ProgramCaution>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What changing the phase answers.
#[derive(SimpleObject)]
pub(crate) struct ChangePhasePayload {
    /// The program with its new revision.
    program: Option<Program>,
    /// The rules that warn of it; where it was not done, `checkProgram` tells them.
    cautions: Vec<ProgramCaution>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What activating a program answers.
#[derive(SimpleObject)]
pub(crate) struct ActivateProgramPayload {
    /// The program.
    program: Option<Program>,
    /// The rules that warn of it; where it was not done, `checkProgram` tells them.
    cautions: Vec<ProgramCaution>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

payload! {
    /// What holding a program answers.
    HoldProgramPayload {
        /// The program.
        program: Program
    }
}

/// Which program has reached its end.
#[derive(InputObject)]
pub(crate) struct CompleteProgramInput {
    /// The program.
    program_id: ID,
}

/// Which program ends early.
#[derive(InputObject)]
pub(crate) struct DiscontinueProgramInput {
    /// The program.
    program_id: ID,
}

payload! {
    /// What completing a program answers.
    CompleteProgramPayload {
        /// The program.
        program: Program
    }
}

payload! {
    /// What discontinuing a program answers.
    DiscontinueProgramPayload {
        /// The program.
        program: Program
    }
}

payload! {
    /// What releasing a program answers.
    ReleaseProgramPayload {
        /// The program.
        program: Program
    }
}

pub(crate) type SavedParts = (Option<Program>, Vec<ProgramCaution>, Vec<UserError>);

/// The parts of what a program that was written answers.
pub(crate) fn saved(saved: care::error::Result<Saved>) -> Result<SavedParts> {
    let (saved, user_errors) = settle(saved)?;
    let (program, warnings) = saved.map(|saved| (saved.program.into(), saved.warnings)).unzip();
    let cautions = warnings.unwrap_or_default().into_iter().map(ProgramCaution::from).collect();
    Ok((program, cautions, user_errors))
}

#[derive(Default)]
pub(crate) struct ProgramMutation;

#[Object]
impl ProgramMutation {
    /// Writes a patient a program, as a draft. Therapists of the care team only.
    async fn create_program(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The program.")] input: CreateProgramInput,
    ) -> Result<CreateProgramPayload> {
        let scope = scope(context)?;
        let created = async { care::program::create(scope, input.parse()?).await };
        let (program, cautions, user_errors) = saved(created.await)?;
        Ok(CreateProgramPayload { program, cautions, user_errors })
    }

    /// Changes a program from today or a later day on; what was in force before stays as it was.
    /// Therapists of the care team only.
    async fn revise_program(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change.")] input: ReviseProgramInput,
    ) -> Result<ReviseProgramPayload> {
        let scope = scope(context)?;
        let revised = async { care::program::revise(scope, input.parse()?).await };
        let (program, cautions, user_errors) = saved(revised.await)?;
        Ok(ReviseProgramPayload { program, cautions, user_errors })
    }

    /// Lets the patient enter another phase from today on, by a new revision. Forward, the criteria are to be
    /// met or a reason is needed, and no signs of danger may wait. Therapists of the care team only.
    async fn change_phase(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The phase, and what is met.")] input: ChangePhaseInput,
    ) -> Result<ChangePhasePayload> {
        let scope = scope(context)?;
        let changed = async {
            let change = ChangePhase {
                program_id: id::input(Kind::Program, "programId", &input.program_id)?,
                expected_revision: input.expected_revision,
                phase_id: id::input(Kind::Phase, "phaseId", &input.phase_id)?,
                criteria_met: input.criteria_met,
                note: input.note,
                override_reason: input.override_reason,
            };
            care::program::change_phase(scope, change).await
        };
        let (program, cautions, user_errors) = saved(changed.await)?;
        Ok(ChangePhasePayload { program, cautions, user_errors })
    }

    /// Makes a draft the program that the patient follows, from today or its later first day on.
    /// Therapists of the care team only.
    async fn activate_program(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The draft.")] input: ActivateProgramInput,
    ) -> Result<ActivateProgramPayload> {
        let scope = scope(context)?;
        let activated = async {
            let program_id = id::input(Kind::Program, "programId", &input.program_id)?;
            let activate = Activate {
                program_id,
                replace_current: input.replace_current,
                criteria_met: input.criteria_met,
                override_reason: input.override_reason,
            };
            care::program::activate(scope, activate).await
        };
        let (program, cautions, user_errors) = saved(activated.await)?;
        Ok(ActivateProgramPayload { program, cautions, user_errors })
    }

    /// Holds an active program: nothing is due until it is released. Therapists of the care team
    /// only.
    async fn hold_program(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The program and the reason.")] input: HoldProgramInput,
    ) -> Result<HoldProgramPayload> {
        let scope = scope(context)?;
        let held = async {
            let program_id = id::input(Kind::Program, "programId", &input.program_id)?;
            care::program::hold(scope, program_id, &input.reason).await
        };
        HoldProgramPayload::of(held.await)
    }

    /// Ends a program as planned: today is its last day. Therapists of the care team only.
    async fn complete_program(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The program.")] input: CompleteProgramInput,
    ) -> Result<CompleteProgramPayload> {
        let scope = scope(context)?;
        let completed = async {
            let program_id = id::input(Kind::Program, "programId", &input.program_id)?;
            care::program::complete(scope, program_id).await
        };
        CompleteProgramPayload::of(completed.await)
    }

    /// Ends a program early: from today on nothing of it is due. Therapists of the care team only.
    async fn discontinue_program(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The program.")] input: DiscontinueProgramInput,
    ) -> Result<DiscontinueProgramPayload> {
        let scope = scope(context)?;
        let discontinued = async {
            let program_id = id::input(Kind::Program, "programId", &input.program_id)?;
            care::program::discontinue(scope, program_id).await
        };
        DiscontinueProgramPayload::of(discontinued.await)
    }

    /// Releases a program from its hold; today counts again. Therapists of the care team only.
    async fn release_program(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The program.")] input: ReleaseProgramInput,
    ) -> Result<ReleaseProgramPayload> {
        let scope = scope(context)?;
        let released = async {
            let program_id = id::input(Kind::Program, "programId", &input.program_id)?;
            care::program::release(scope, program_id, input.override_reason.as_deref()).await
        };
        ReleaseProgramPayload::of(released.await)
    }
}
