//! Giving a patient a measure to answer.

use super::check::check_schedule;
use super::measure::Measure;
use super::table::outcome_assignment::{ActiveModel, Column, Entity, Model};
use super::text::has_text;
use super::{Assignment, Schedule, named};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

/// A measure that a patient is to answer.
#[derive(Debug, Clone)]
pub struct NewAssignment {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient.
    pub patient_id: Uuid,
    /// The key of the measure.
    pub measure: String,
    /// Whether it is asked on the first day.
    pub baseline: bool,
    /// Then after every so many weeks, 1 to 52.
    pub every_weeks: Option<i32>,
    /// Whether it is asked on the day on which the patient's care ends.
    pub at_discharge: bool,
    /// The first day, within a year of today; today when missing.
    pub start_on: Option<Day>,
    /// The last day on which it can fall due, within five years of the first.
    pub end_on: Option<Day>,
}

impl NewAssignment {
    fn fingerprint(&self, chart: &Chart) -> Vec<u8> {
        let Self { id: _, patient_id: _, measure, baseline, every_weeks, at_discharge, start_on, end_on } =
            self;
        let content = (measure, baseline, every_weeks, at_discharge, start_on, end_on);
        chart.fingerprint("outcome_assignment", &format!("{content:?}"))
    }
}

/// Gives a patient a measure to answer, by a schedule of its own. Therapists of the care team only. `NotAllowed`
/// where it is licensed and the clinic has no text of it, `Duplicate` where it is assigned already. The same id
/// and content answer the same assignment; other content is a `Conflict`.
pub async fn assign(scope: &Scope, input: NewAssignment) -> Result<Assignment> {
    let therapist = scope.therapist_id()?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let (id, now) = (input.id.unwrap_or_else(|| scope.services().new_id()), scope.services().now());
    let fingerprint = input.fingerprint(&chart);
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await? {
        let same = known.fingerprint == fingerprint && known.patient_id == chart.id();
        return if same { Ok(known.into()) } else { Err(Error::Conflict("the id is taken")) };
    }
    let (measure, today) = (named(&input.measure)?, chart.date_at(now));
    let start_on = input.start_on.unwrap_or(today);
    let (baseline, at_discharge, end_on) = (input.baseline, input.at_discharge, input.end_on);
    let weeks = check_schedule((baseline, input.every_weeks, at_discharge), (start_on, end_on), today)?;
    can_be_asked(&tx, &chart, measure, start_on).await?;
    let schedule = Schedule { baseline, every_weeks: weeks, at_discharge, start_on, end_on };
    let change = chart.raise(&tx, None).await?;
    let row = Model {
        clinic_id: chart.clinic_id(),
        id,
        patient_id: chart.id(),
        measure: measure.key.clone(),
        baseline: schedule.baseline,
        every_weeks: schedule.every_weeks.map(i16::from),
        at_discharge: schedule.at_discharge,
        start_on: schedule.start_on,
        end_on: schedule.end_on,
        assigned_by: therapist,
        assigned_at: now,
        fingerprint,
        ended_by: None,
        ended_at: None,
        change,
    };
    ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let object = (Kind::OutcomeAssignment, id);
    let entry = audit::Entry { action: "outcome.assign", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(row.into())
}

/// That there are words to ask it in, and that it is not asked already.
async fn can_be_asked(tx: &Tx, chart: &Chart, measure: &Measure, start_on: Day) -> Result<()> {
    if !has_text(tx, chart.clinic_id(), measure).await? {
        let message = "The text of this measure belongs to others, and your clinic has none of it. Who runs the server imports it by `plumbline measures import`; until then enter answers from paper.";
        return Err(Error::field("measure", Code::NotAllowed, message));
    }
    let open = Condition::any().add(Column::EndOn.is_null()).add(Column::EndOn.gte(start_on));
    let same = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::Measure.eq(&*measure.key))
        .filter(Column::EndedAt.is_null())
        .filter(open);
    if same.count(tx).await? > 0 {
        let message = "This measure is assigned already. Change that by updateOutcomeAssignment.";
        return Err(Error::field("measure", Code::Duplicate, message));
    }
    Ok(())
}
