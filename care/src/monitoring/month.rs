//! What of a calendar month counts, with the records behind each number.

use super::count::{Block, Met, Rules, rules};
use super::table::{Column, Entity};
use super::{Entry, Kind};
use crate::access::Scope;
use crate::assessment::table::red_flag_screen;
use crate::clock::{Day, Instant};
use crate::error::{Code, Error, Result};
use crate::id;
use crate::patient::Chart;
use crate::progress::standing;
use crate::progress::table::progress_log;
use crate::store::Tx;
use jiff::ToSpan;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A day with data of the patient's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDay {
    /// The patient-local date.
    pub date: Day,
    /// The records of that day.
    pub records: Vec<(id::Kind, Uuid)>,
}

/// What of a month counts.
#[derive(Debug, Clone)]
pub struct Month {
    /// Its first day.
    pub from: Day,
    /// The days of the month with data.
    pub data_days: Vec<DataDay>,
    /// The blocks that reach into the month.
    pub blocks: Vec<Block>,
    /// What members did in the month, the voided too.
    pub entries: Vec<Entry>,
    /// Whole minutes of management.
    pub minutes: u32,
    /// Live contacts.
    pub contacts: usize,
    /// What the minutes meet.
    pub met: Vec<Met>,
    /// When the set-up was first documented, whichever month.
    pub setup: Option<Entry>,
    /// The code of the set-up, where its count is met.
    pub setup_code: Option<&'static str>,
    /// The rules it was counted by.
    pub rules: &'static Rules,
}

/// What counts of the month that begins on `from`, of a visible patient; months and days are those of the
/// patient's clock. Clinicians only.
pub async fn month(scope: &Scope, patient_id: Uuid, from: Day) -> Result<Month> {
    scope.member_id()?;
    if from.0.day() != 1 {
        return Err(Error::field("month", Code::Malformed, "Give the first day of a month."));
    }
    let rules = rules().ok_or(Error::Internal)?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let end = Day(from.0.saturating_add(1.month()));
    let days = data_days(&tx, &chart).await?;
    let all: Vec<Day> = days.keys().copied().collect();
    let entries = entries(&tx, &chart, (from, end)).await?;
    let counted =
        |kind: Kind| entries.iter().filter(move |entry| entry.kind == kind && entry.voided_at.is_none());
    let millis: i64 =
        counted(Kind::Management).filter_map(|entry| Some(entry.ended_at?.0 - entry.started_at.0)).sum();
    let minutes = u32::try_from(millis / 60_000).unwrap_or_default();
    let contacts = counted(Kind::LiveContact).count();
    let setup = setup(&tx, &chart).await?;
    Ok(Month {
        from,
        data_days: days
            .range(from..end)
            .map(|(date, records)| DataDay { date: *date, records: records.clone() })
            .collect(),
        blocks: rules.blocks(&all).into_iter().filter(|block| block.to >= from && block.from < end).collect(),
        minutes,
        contacts,
        met: rules.management(minutes, contacts),
        setup_code: rules.setup(setup.is_some(), all.len()),
        setup,
        entries,
        rules,
    })
}

/// The days with records that the patient made. A further source is a further line.
async fn data_days(tx: &Tx, chart: &Chart) -> Result<BTreeMap<Day, Vec<(id::Kind, Uuid)>>> {
    let mut days: BTreeMap<Day, Vec<(id::Kind, Uuid)>> = BTreeMap::new();
    macro_rules! source {
        ($kind:ident, $table:ident ($id:ident, $when:ident: $type:ty), $day:expr, $which:expr) => {{
            let rows: Vec<(Uuid, $type)> = $table::Entity::find()
                .select_only()
                .columns([$table::Column::$id, $table::Column::$when])
                .filter($table::Column::ClinicId.eq(chart.clinic_id()))
                .filter($table::Column::PatientId.eq(chart.id()))
                .filter($which)
                .into_tuple()
                .all(tx)
                .await?;
            for (row, when) in rows {
                days.entry($day(when)).or_default().push((id::Kind::$kind, row));
            }
        }};
    }
    let itself = |day: Day| day;
    let local = |at: Instant| chart.date_at(at);
    source!(ProgressLog, progress_log(LogId, LocalDate: Day), itself, standing());
    source!(RedFlagScreen, red_flag_screen(Id, ScreenedAt: Instant), local, red_flag_screen::Column::MemberId.is_null());
    Ok(days)
}

async fn entries(tx: &Tx, chart: &Chart, (from, end): (Day, Day)) -> Result<Vec<Entry>> {
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::StartedAt.gte(from.begins_in(&chart.zone())))
        .filter(Column::StartedAt.lt(end.begins_in(&chart.zone())))
        .order_by_asc(Column::StartedAt)
        .order_by_asc(Column::Id)
        .all(tx)
        .await?;
    rows.iter().map(|row| Entry::of(chart, row)).collect()
}

/// The first set-up that was documented.
async fn setup(tx: &Tx, chart: &Chart) -> Result<Option<Entry>> {
    let row = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::Kind.eq(Kind::Setup))
        .filter(Column::VoidedAt.is_null())
        .order_by_asc(Column::StartedAt)
        .one(tx)
        .await?;
    row.map(|row| Entry::of(chart, &row)).transpose()
}
