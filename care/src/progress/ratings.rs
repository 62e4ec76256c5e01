//! Pain rated outside of sessions, newest first.

use super::Range;
use super::table::pain_rating::{Column, Entity, Model};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use sea_orm::{ColumnTrait, DeriveActiveEnum, EntityTrait, EnumIter, Order, QueryFilter};
use uuid::Uuid;

/// What a rating is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Moment {
    /// As it is at that instant, outside of exercise.
    Now,
    /// In the morning after a session.
    NextMorning,
}

/// Pain rated outside of a session.
#[derive(Clone)]
pub struct PainRating {
    /// Its id.
    pub id: Uuid,
    /// The patient.
    pub patient_id: Uuid,
    /// When it was felt.
    pub rated_at: Instant,
    /// The patient-local date of it.
    pub local_date: Day,
    /// What it is about.
    pub moment: Moment,
    /// 0 to 10.
    pub pain: i16,
    /// The patient's words.
    pub note: Option<String>,
    /// When it was recorded.
    pub recorded_at: Instant,
}

impl std::fmt::Debug for PainRating {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PainRating")
    }
}

impl PainRating {
    pub(super) fn of(chart: &Chart, row: &Model) -> Result<Self> {
        let note = row.note.as_ref().map(|note| chart.unseal("pain_rating.note", row.id, note));
        Ok(Self {
            id: row.id,
            patient_id: row.patient_id,
            rated_at: row.rated_at,
            local_date: row.local_date,
            moment: row.moment,
            pain: row.pain,
            note: note.transpose()?,
            recorded_at: row.recorded_at,
        })
    }
}

/// One page of the ratings of a visible patient that stand: by time, newest first.
pub async fn ratings(
    scope: &Scope,
    patient_id: Uuid,
    range: Range,
    request: &Request,
) -> Result<Page<PainRating>> {
    let window = request.check("painRatings")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let mut find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::VoidedAt.is_null());
    if let Some(from) = range.from {
        find = find.filter(Column::LocalDate.gte(from));
    }
    if let Some(to) = range.to {
        find = find.filter(Column::LocalDate.lte(to));
    }
    let rows = window.select(find, (Column::RatedAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let entries = rows
        .iter()
        .map(|row| Ok((Cursor { key: row.rated_at.0, id: row.id }, PainRating::of(&chart, row)?)))
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(&window, entries, None))
}

/// The rating of this id that stands, of a visible patient.
pub async fn get_rating(scope: &Scope, id: Uuid) -> Result<PainRating> {
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?;
    let row = row.filter(|row| row.voided_at.is_none()).ok_or(Error::NotFound)?;
    PainRating::of(&Chart::open(&tx, scope, row.patient_id).await?, &row)
}
