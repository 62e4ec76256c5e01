//! Reading the caseload.

use super::Row;
use super::order::{Candidate, Filter, Sort};
use super::risk::rules;
use super::standing;
use super::table::{Column, Entity, Model};
use crate::access::Scope;
use crate::error::{Code, Error, FieldError, Result};
use crate::library::Words;
use crate::page::{Page, Request};
use crate::patient::table::{patient, patient_condition};
use crate::patient::{Chart, cared_for_by};
use crate::program::{self, History};
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::PoisonError;
use uuid::Uuid;

/// The longest search, in characters.
const LONGEST: usize = 100;
/// Up to so many patients are asked for by their ids.
const FEW: usize = 100;
/// The most conditions of a filter.
const MOST: usize = 20;

/// One page of the patients of the care teams of who acts, of those that `filter` asks for.
/// Patients themselves have no caseload: `Forbidden`.
pub async fn read(scope: &Scope, filter: &Filter, sort: Sort, request: &Request) -> Result<Page<Row>> {
    scope.member_id()?;
    check(filter)?;
    let window = request.check(sort.list())?;
    let tx = scope.read().await?;
    let patients = under_care(scope).all(tx.as_ref()).await?;
    let with_condition = with_condition(&tx, scope, filter).await?;
    let asked = |id: &Uuid| with_condition.as_ref().is_none_or(|ids| ids.contains(id));
    let patients: Vec<_> = patients.into_iter().filter(|row| asked(&row.id)).collect();
    let typed = filter.search.as_deref().map(Words::of).filter(|typed| !typed.joined().is_empty());
    let opens_names = sort.by_name() || typed.is_some();
    let mut candidates = Vec::with_capacity(patients.len());
    for (patient, row) in with_rows(&tx, scope, patients).await? {
        let name = if opens_names { Words::of(&Chart::name_of(scope, &patient)?) } else { Words::default() };
        candidates.push(Candidate { patient, row, name });
    }
    candidates.retain(|candidate| {
        let named = typed.as_ref().is_none_or(|typed| typed.rank(&candidate.name).is_some());
        named && filter.takes(candidate)
    });
    let page = Page::of_all(&window, sort.sort(candidates));
    let opened = |candidate: Candidate| Ok((Chart::of(scope, candidate.patient)?, candidate.row));
    let (places, shown): (Vec<_>, Vec<_>) = page.entries.into_iter().unzip();
    let shown = shown.into_iter().map(opened).collect::<Result<Vec<_>>>()?;
    let entries = places.into_iter().zip(rows(&tx, scope, shown).await?).collect();
    Ok(Page { entries, has_next: page.has_next, has_previous: page.has_previous, total: page.total })
}

/// What has been told of the caseload to who follows it, by patient.
#[derive(Debug, Clone, Default)]
pub struct Told(HashMap<Uuid, Model>);

/// The rows that say something else than was told, of these patients or of all; from now on that is told. At the
/// beginning (`begins`) all is taken as told. Patients outside the care teams are passed over.
pub async fn news(
    scope: &Scope,
    told: &std::sync::Mutex<Told>,
    ids: Option<&BTreeSet<Uuid>>,
    begins: bool,
) -> Result<Vec<Row>> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let mut find = under_care(scope);
    if let Some(ids) = ids {
        find = find.filter(patient::Column::Id.is_in(ids.iter().copied()));
    }
    let found = with_rows(&tx, scope, find.all(tx.as_ref()).await?).await?;
    let mut changed = Vec::new();
    {
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        for (patient, row) in found {
            let before = told.0.insert(patient.id, row.clone());
            if !begins && before.is_none_or(|before| before.says_else(&row)) {
                changed.push((patient, row));
            }
        }
    }
    let opened = changed.into_iter().map(|(patient, row)| Ok((Chart::of(scope, patient)?, row)));
    rows(&tx, scope, opened.collect::<Result<Vec<_>>>()?).await
}

/// The patients whom who acts cares for, as long as they are treated.
fn under_care(scope: &Scope) -> Select<patient::Entity> {
    patient::Entity::find().filter(cared_for_by(scope)).filter(patient::Column::DischargedAt.is_null())
}

/// The row of one patient of the care teams; `NotFound` for anyone else.
pub async fn of_patient(scope: &Scope, patient_id: Uuid) -> Result<Row> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let found = with_rows(&tx, scope, vec![chart.row.clone()]).await?.pop().ok_or(Error::NotFound)?;
    rows(&tx, scope, vec![(chart, found.1)]).await?.pop().ok_or(Error::NotFound)
}

fn check(filter: &Filter) -> Result<()> {
    let fault = |field: &str, code, message: &str| FieldError::new(field, code, message);
    let within = |share: f64| (0.0..=1.0).contains(&share);
    let faults: Vec<_> = [
        (filter.conditions.len() > MOST)
            .then(|| fault("conditions", Code::TooMany, "Ask for at most 20 conditions.")),
        filter
            .least_risk
            .filter(|risk| *risk > 100)
            .map(|_| fault("leastRisk", Code::OutOfRange, "Give a risk from 0 to 100.")),
        filter
            .adherence_below
            .filter(|share| !within(*share))
            .map(|_| fault("adherenceBelow", Code::OutOfRange, "Give a share from 0 to 1.")),
    ]
    .into_iter()
    .flatten()
    .map(|fault| fault.under("filter"))
    .chain(
        filter
            .search
            .as_ref()
            .filter(|typed| typed.chars().count() > LONGEST)
            .map(|_| fault("search", Code::TooLong, "Search by at most 100 characters.")),
    )
    .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Those with one of the conditions that are asked for; none where any is right.
async fn with_condition(tx: &Tx, scope: &Scope, filter: &Filter) -> Result<Option<HashSet<Uuid>>> {
    use patient_condition::{Column, Entity};
    if filter.conditions.is_empty() {
        return Ok(None);
    }
    let ids: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::PatientId)
        .filter(Column::ClinicId.eq(scope.clinic_id()))
        .filter(Column::Condition.is_in(filter.conditions.iter().map(String::as_str)))
        .filter(Column::EndedOn.is_null())
        .into_tuple()
        .all(tx)
        .await?;
    Ok(Some(ids.into_iter().collect()))
}

/// Each patient with the row that says how they stand now: the kept one, or one found anew where something has
/// been written since, or time has passed.
async fn with_rows(
    tx: &Tx,
    scope: &Scope,
    patients: Vec<patient::Model>,
) -> Result<Vec<(patient::Model, Model)>> {
    let now = scope.services().now();
    let mut kept = kept(tx, scope, &patients).await?;
    kept.retain(|_, row| row.stale_at > now && row.rules == rules());
    let holds = |row: &patient::Model| kept.get(&row.id).is_some_and(|kept| kept.change == row.change);
    let stale: Vec<_> = patients.iter().filter(|row| !holds(row)).collect();
    let found = standing::of_patients(tx, scope.clinic_id(), &stale, now).await?;
    kept.extend(found.into_iter().map(|row| (row.patient_id, row)));
    let row = |patient: patient::Model| kept.remove(&patient.id).map(|row| (patient, row));
    Ok(patients.into_iter().filter_map(row).collect())
}

async fn kept(tx: &Tx, scope: &Scope, patients: &[patient::Model]) -> Result<HashMap<Uuid, Model>> {
    let find = Entity::find().filter(Column::ClinicId.eq(scope.clinic_id()));
    let find = if patients.len() <= FEW {
        find.filter(Column::PatientId.is_in(patients.iter().map(|row| row.id)))
    } else {
        let cared_for = patient::Entity::find().filter(cared_for_by(scope)).select_only();
        find.filter(Column::PatientId.in_subquery(cared_for.column(patient::Column::Id).into_query()))
    };
    let rows = find.all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.patient_id, row)).collect())
}

/// What is shown of these patients.
async fn rows(tx: &Tx, scope: &Scope, shown: Vec<(Chart, Model)>) -> Result<Vec<Row>> {
    let ids: Vec<Uuid> = shown.iter().map(|(chart, _)| chart.id()).collect();
    let histories = program::of_patients(tx, scope, &ids).await?;
    shown.into_iter().map(|(chart, row)| shown_row(scope, &chart, &row, &histories)).collect()
}

fn shown_row(scope: &Scope, chart: &Chart, row: &Model, histories: &[History]) -> Result<Row> {
    let today = chart.date_at(scope.services().now());
    let own: Vec<_> = histories.iter().filter(|history| history.row.patient_id == chart.id()).collect();
    let program = standing::shown(&own, today);
    let patient = chart.patient()?;
    Ok(Row {
        risk: u8::try_from(row.risk).unwrap_or_default(),
        reasons: row.reasons.known(),
        adherence7: row.adherence7,
        adherence28: row.adherence28,
        pain_now: row.pain_now,
        pain_slope: row.pain_slope,
        last_activity_at: Some(patient.last_activity_at).filter(|at| *at > patient.created_at),
        open_alerts: row.open_alerts,
        unread_messages: row.unread_messages,
        outcomes_overdue: row.outcomes_overdue,
        program: program.map(|history| history.program(chart, today)).transpose()?,
        patient,
    })
}
