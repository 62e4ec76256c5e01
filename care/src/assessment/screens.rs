//! The screens of a patient, opened.

use super::list::of_patient;
use super::red_flag::{Finding, Level, findings};
use super::table::red_flag_screen::{Column, Entity, Model};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QuerySelect};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A screen that was recorded, and what its signs point to.
#[derive(Clone)]
pub struct Screen {
    /// Its id.
    pub id: Uuid,
    /// When it was recorded.
    pub screened_at: Instant,
    /// The member who asked; none where the patient told of their own accord.
    pub member_id: Option<Uuid>,
    /// The keys of the signs that are there.
    pub signs: Vec<String>,
    /// In the words of who answered.
    pub note: Option<String>,
    /// What the signs point to, the gravest first. That there is nothing clears nobody.
    pub findings: Vec<Finding>,
    /// The country whose emergency number counts.
    pub emergency_country: String,
    /// When a therapist has looked at it.
    pub resolved_at: Option<Instant>,
    /// What they found and did.
    pub resolution: Option<String>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Screen")
    }
}

impl Screen {
    /// The gravest level among the findings.
    pub fn level(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }

    pub(super) fn of(chart: &Chart, row: &Model) -> Result<Self> {
        let text = chart.unseal("red_flag_screen.signs", row.id, &row.signs)?;
        let present: BTreeSet<String> = text.split_whitespace().map(str::to_owned).collect();
        let note = row.note.as_ref().map(|note| chart.unseal("red_flag_screen.note", row.id, note));
        Ok(Self {
            id: row.id,
            screened_at: row.screened_at,
            member_id: row.member_id,
            findings: findings(&present),
            signs: present.into_iter().collect(),
            note: note.transpose()?,
            emergency_country: chart.row.emergency_country.clone(),
            resolved_at: row.resolved_at,
            resolution: row
                .resolution
                .as_ref()
                .map(|text| chart.unseal("red_flag_screen.resolution", row.id, text))
                .transpose()?,
        })
    }
}

/// One page of the screens of a visible patient, newest first.
pub async fn screens(scope: &Scope, patient_id: Uuid, request: &Request) -> Result<Page<Screen>> {
    let window = request.check("redFlagScreens")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()));
    let rows = window.select(find, (Column::ScreenedAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let entries = rows
        .iter()
        .map(|row| Ok((Cursor { key: row.screened_at.0, id: row.id }, Screen::of(&chart, row)?)))
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(&window, entries, None))
}

/// The screen of this id, of a visible patient.
pub async fn get_screen(scope: &Scope, id: Uuid) -> Result<Screen> {
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    Screen::of(&Chart::open(&tx, scope, row.patient_id).await?, &row)
}

/// When the patient was last asked for signs of danger, by whomever. Those of an assessment of an earlier day than
/// that of its recording were asked then: at its beginning, since nobody knows at what hour.
pub(crate) async fn last_screened(tx: &Tx, chart: &Chart) -> Result<Option<Instant>> {
    use super::table::assessment;
    let parts: Vec<(Option<Uuid>, Day, Instant)> = of_patient(chart)
        .filter(assessment::Column::ScreenId.is_not_null())
        .select_only()
        .columns([
            assessment::Column::ScreenId,
            assessment::Column::AssessedOn,
            assessment::Column::RecordedAt,
        ])
        .into_tuple()
        .all(tx)
        .await?;
    let earlier: HashMap<_, _> = parts
        .into_iter()
        .filter(|(_, assessed_on, recorded_at)| *assessed_on < chart.date_at(*recorded_at))
        .filter_map(|(screen_id, assessed_on, _)| Some((screen_id?, assessed_on.begins_in(&chart.zone()))))
        .collect();
    let screens: Vec<(Uuid, Instant)> = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .select_only()
        .columns([Column::Id, Column::ScreenedAt])
        .into_tuple()
        .all(tx)
        .await?;
    Ok(screens.into_iter().map(|(id, at)| earlier.get(&id).copied().unwrap_or(at)).max())
}
