//! The assessments of a patient, one of them, two of them side by side, and when the next one is due.

use super::compare::{Compared, compare};
use super::measure::{NeurologicalSign, RangeOfMotion, SpecialTestResult, Strength};
use super::record::screen_of;
use super::table::assessment::{Column, Entity, Model};
use super::table::red_flag_screen;
use super::{Assessment, Risk};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, Select};
use uuid::Uuid;

pub(super) fn of_patient(chart: &Chart) -> Select<Entity> {
    Entity::find().filter(Column::ClinicId.eq(chart.clinic_id())).filter(Column::PatientId.eq(chart.id()))
}

/// One page of the assessments of a visible patient, the voided too, last recorded first. Clinicians only.
pub async fn list(scope: &Scope, patient_id: Uuid, request: &Request) -> Result<Page<Assessment>> {
    scope.member_id()?;
    let window = request.check("assessments")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let order = (Column::RecordedAt, Column::Id);
    let rows = window.select(of_patient(&chart), order, &Order::Desc).all(tx.as_ref()).await?;
    let wanted: Vec<_> = rows.iter().filter_map(|row| row.screen_id).collect();
    let screens = red_flag_screen::Entity::find()
        .filter(red_flag_screen::Column::ClinicId.eq(chart.clinic_id()))
        .filter(red_flag_screen::Column::Id.is_in(wanted))
        .all(tx.as_ref())
        .await?;
    let entries = rows
        .iter()
        .map(|row| {
            let screen = screens.iter().find(|screen| Some(screen.id) == row.screen_id);
            let cursor = Cursor { key: row.recorded_at.0, id: row.id };
            Ok((cursor, Assessment::of(&chart, row, screen)?))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(&window, entries, None))
}

/// The assessment of this id, of a visible patient. Clinicians only.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Assessment> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let (chart, row) = find(&tx, scope, id).await?;
    Assessment::of(&chart, &row, screen_of(&tx, &row).await?.as_ref())
}

async fn find(tx: &Tx, scope: &Scope, id: Uuid) -> Result<(Chart, Model)> {
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx).await?.ok_or(Error::NotFound)?;
    Ok((Chart::open(tx, scope, row.patient_id).await?, row))
}

/// When the next assessment of a visible patient is due, by the newest that is not voided.
pub async fn next_on(scope: &Scope, patient_id: Uuid) -> Result<Option<Day>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let newest = of_patient(&chart)
        .filter(Column::VoidedAt.is_null())
        .order_by_desc(Column::AssessedOn)
        .order_by_desc(Column::RecordedAt)
        .order_by_desc(Column::Id);
    Ok(newest.one(tx.as_ref()).await?.and_then(|row| row.next_on))
}

/// Two assessments side by side.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The earlier one.
    pub from: Assessment,
    /// The later one.
    pub to: Assessment,
    /// Days between them.
    pub days: i32,
    /// How far it moves.
    pub range_of_motion: Vec<Compared<RangeOfMotion>>,
    /// How strong it is.
    pub strength: Vec<Compared<Strength>>,
    /// What special tests say.
    pub special_tests: Vec<Compared<SpecialTestResult>>,
    /// How nerve roots work.
    pub neurological_signs: Vec<Compared<NeurologicalSign>>,
    /// How likely it is that the trouble stays; none where neither says.
    pub risk: Option<Compared<Risk>>,
}

/// What has changed between two assessments of one visible patient. Clinicians only. A fault where one is
/// voided, or `from_id` is the later one.
pub async fn comparison(scope: &Scope, from_id: Uuid, to_id: Uuid) -> Result<Comparison> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let (chart, from) = find(&tx, scope, from_id).await?;
    let to = of_patient(&chart).filter(Column::Id.eq(to_id)).one(tx.as_ref()).await?;
    let to = to.ok_or(Error::NotFound)?;
    for (field, row) in [("fromId", &from), ("toId", &to)] {
        if row.voided_at.is_some() {
            return Err(Error::field(field, Code::NotAllowed, "This assessment is voided."));
        }
    }
    if (from.assessed_on, from.recorded_at) > (to.assessed_on, to.recorded_at) {
        return Err(Error::field("fromId", Code::Mismatch, "Give the earlier assessment first."));
    }
    let (from_screen, to_screen) = (screen_of(&tx, &from).await?, screen_of(&tx, &to).await?);
    let from = Assessment::of(&chart, &from, from_screen.as_ref())?;
    let to = Assessment::of(&chart, &to, to_screen.as_ref())?;
    let (before, after) = (&from.content, &to.content);
    Ok(Comparison {
        days: from.assessed_on.until(to.assessed_on),
        range_of_motion: compare(&before.range_of_motion, &after.range_of_motion),
        strength: compare(&before.strength, &after.strength),
        special_tests: compare(&before.special_tests, &after.special_tests),
        neurological_signs: compare(&before.neurological_signs, &after.neurological_signs),
        risk: compare(before.risk.as_slice(), after.risk.as_slice()).pop(),
        from,
        to,
    })
}
