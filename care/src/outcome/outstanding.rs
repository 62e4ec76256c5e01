//! What patients are to answer now.

use super::measure::measures;
use super::table::outcome_assignment::{Column, Entity};
use super::table::outcome_response;
use super::{Measure, Schedule, measure};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::patient::Chart;
use crate::patient::table::patient;
use crate::store::Tx;
use jiff::tz::TimeZone;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, SubQueryStatement};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// A measure that a patient is to answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Due {
    /// The measure.
    pub measure: &'static Measure,
    /// The patient-local date on which it fell due, the latest where several did.
    pub due_on: Day,
    /// Whether it has been waiting for more than a week.
    pub overdue: bool,
}

/// What a visible patient is to answer today, what waits longest first.
pub async fn due(scope: &Scope, patient_id: Uuid) -> Result<Vec<Due>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let today = chart.date_at(scope.services().now());
    let mut found = due_of_patients(&tx, chart.clinic_id(), &[(chart.id(), today)]).await?;
    Ok(found.remove(&chart.id()).unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    patient_id: Uuid,
    measure: String,
    baseline: bool,
    every_weeks: Option<i16>,
    at_discharge: bool,
    start_on: Day,
    end_on: Option<Day>,
    discharged_at: Option<Instant>,
    time_zone: String,
    /// The patient-local date of the last answers.
    answered_on: Option<Day>,
}

/// What each of these patients is to answer on their date, what waits longest first, in one statement. Patients who
/// are to answer nothing are left out. Whoever calls has seen to it that they are visible.
pub(crate) async fn due_of_patients(
    tx: &Tx,
    clinic_id: Uuid,
    patients: &[(Uuid, Day)],
) -> Result<HashMap<Uuid, Vec<Due>>> {
    let mut found = HashMap::<Uuid, Vec<Due>>::new();
    for row in rows(tx, clinic_id, patients).await? {
        let today = patients.iter().find(|(id, _)| *id == row.patient_id).map(|(_, today)| *today);
        let (Some(today), Some(measure)) = (today, measure(&row.measure)) else { continue };
        let Some(due) = row.due(measure, today) else { continue };
        let all = found.entry(row.patient_id).or_default();
        match all.iter_mut().find(|known| known.measure.key == measure.key) {
            Some(known) => {
                (known.due_on, known.overdue) =
                    (Ord::max(known.due_on, due.due_on), known.overdue || due.overdue);
            }
            None => all.push(due),
        }
    }
    for all in found.values_mut() {
        let place = |due: &Due| measures().iter().position(|measure| measure.key == due.measure.key);
        all.sort_by_key(|due| (!due.overdue, due.due_on, place(due)));
    }
    Ok(found)
}

/// The date of which each of these patients is to be told on their date, with the assignment that it comes from:
/// the latest on which a measure fell due yesterday or today and is not answered, else the first to come. In one
/// statement; patients without any are left out.
pub(crate) async fn next_due_of_patients(
    tx: &Tx,
    clinic_id: Uuid,
    patients: &[(Uuid, Day)],
) -> Result<HashMap<Uuid, (Day, Uuid)>> {
    let mut found = HashMap::<Uuid, (Day, Uuid)>::new();
    for row in rows(tx, clinic_id, patients).await? {
        let today = patients.iter().find(|(id, _)| *id == row.patient_id).map(|(_, today)| *today);
        let Some(today) = today.filter(|_| measure(&row.measure).is_some()) else { continue };
        let Some(next) = row.schedule().next(today, row.answered_on, row.discharged_on()) else { continue };
        // Of what came lately the latest, of what comes the first.
        let place = |day: Day| if day <= today { (0, day.until(today)) } else { (1, today.until(day)) };
        let known = found.entry(row.patient_id).or_insert((next, row.id));
        if (place(next), row.id) < (place(known.0), known.1) {
            *known = (next, row.id);
        }
    }
    Ok(found)
}

impl Row {
    fn schedule(&self) -> Schedule {
        Schedule {
            baseline: self.baseline,
            every_weeks: self.every_weeks.and_then(|weeks| u8::try_from(weeks).ok()),
            at_discharge: self.at_discharge,
            start_on: self.start_on,
            end_on: self.end_on,
        }
    }

    fn discharged_on(&self) -> Option<Day> {
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        self.discharged_at.map(|at| at.date_in(&zone))
    }

    fn due(&self, measure: &'static Measure, today: Day) -> Option<Due> {
        let waiting = self.schedule().waiting(today, self.answered_on, self.discharged_on())?;
        Some(Due { measure, due_on: waiting.due_on, overdue: waiting.overdue })
    }
}

async fn rows(tx: &Tx, clinic_id: Uuid, patients: &[(Uuid, Day)]) -> Result<Vec<Row>> {
    let of_patient = Entity::belongs_to(patient::Entity)
        .from((Column::ClinicId, Column::PatientId))
        .to((patient::Column::ClinicId, patient::Column::Id))
        .into();
    Ok(Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::PatientId,
            Column::Measure,
            Column::Baseline,
            Column::EveryWeeks,
            Column::AtDischarge,
            Column::StartOn,
            Column::EndOn,
        ])
        .column_as(patient::Column::DischargedAt, "discharged_at")
        .column_as(patient::Column::TimeZone, "time_zone")
        .expr_as(Expr::from(SubQueryStatement::from(last_answered())), "answered_on")
        .join(JoinType::InnerJoin, of_patient)
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(patients.iter().map(|(id, _)| *id)))
        .filter(Column::EndedAt.is_null())
        .into_model::<Row>()
        .all(tx)
        .await?)
}

/// The date of the last answers of the patient to the measure of an assignment.
fn last_answered() -> SelectStatement {
    use outcome_response::Column as Answer;
    let answer = |column: Answer| Expr::col((outcome_response::Entity, column));
    Query::select()
        .expr(answer(Answer::LocalDate).max())
        .from(outcome_response::Entity)
        .and_where(answer(Answer::ClinicId).equals((Entity, Column::ClinicId)))
        .and_where(answer(Answer::PatientId).equals((Entity, Column::PatientId)))
        .and_where(answer(Answer::Measure).equals((Entity, Column::Measure)))
        .and_where(answer(Answer::VoidedAt).is_null())
        .to_owned()
}
