//! What is counted: the patients' own records and what members did, of many patients at once.

use super::table::monitoring_entry;
use crate::assessment::table::{fall_report, red_flag_screen};
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::id;
use crate::outcome::table::outcome_response;
use crate::patient::table::patient;
use crate::progress::standing;
use crate::progress::table::{pain_rating, progress_log};
use crate::store::Tx;
use jiff::tz::TimeZone;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What is counted of one patient.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// The days with records that the patient made.
    pub(super) days: BTreeMap<Day, Vec<(id::Kind, Uuid)>>,
    /// All that members did, the voided too, the earliest first.
    pub(super) entries: Vec<monitoring_entry::Model>,
}

/// What is counted of these patients of a clinic, in a statement for each source. Only records that patients
/// made themselves count, and none that were voided. A further source is a further line.
pub(super) async fn counted(
    tx: &Tx,
    clinic_id: Uuid,
    patients: &[patient::Model],
) -> Result<HashMap<Uuid, Counted>> {
    let zones: HashMap<Uuid, TimeZone> = patients.iter().map(|row| (row.id, row.zone())).collect();
    let mut all: HashMap<Uuid, Counted> = HashMap::new();
    macro_rules! source {
        ($kind:ident, $table:ident ($id:ident, $when:ident: $type:ty), $day:expr, $which:expr) => {{
            use $table::Column;
            let rows: Vec<(Uuid, Uuid, $type)> = $table::Entity::find()
                .select_only()
                .columns([Column::PatientId, Column::$id, Column::$when])
                .filter(Column::ClinicId.eq(clinic_id))
                .filter(Column::PatientId.is_in(zones.keys().copied()))
                .filter($which)
                .order_by_asc(Column::$id)
                .into_tuple()
                .all(tx)
                .await?;
            for (of, row, when) in rows {
                let days = &mut all.entry(of).or_default().days;
                days.entry($day(of, when)).or_default().push((id::Kind::$kind, row));
            }
        }};
    }
    let itself = |_: Uuid, day: Day| day;
    let local = |of: Uuid, at: Instant| at.date_in(zones.get(&of).unwrap_or(&TimeZone::UTC));
    source!(ProgressLog, progress_log(LogId, LocalDate: Day), itself, standing());
    source!(RedFlagScreen, red_flag_screen(Id, ScreenedAt: Instant), local, Column::MemberId.is_null());
    source!(PainRating, pain_rating(Id, LocalDate: Day), itself, Column::VoidedAt.is_null());
    source!(
        OutcomeResponse,
        outcome_response(Id, LocalDate: Day),
        itself,
        Column::ByPatient.eq(true).and(Column::VoidedAt.is_null())
    );
    source!(FallReport, fall_report(Id, LocalDate: Day), itself, Column::ByPatient.eq(true));
    for row in entries(tx, clinic_id, zones.keys()).await? {
        all.entry(row.patient_id).or_default().entries.push(row);
    }
    Ok(all)
}

async fn entries(
    tx: &Tx,
    clinic_id: Uuid,
    patients: impl Iterator<Item = &Uuid>,
) -> Result<Vec<monitoring_entry::Model>> {
    use monitoring_entry::{Column, Entity};
    let find = Entity::find()
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(patients.copied()))
        .order_by_asc(Column::StartedAt)
        .order_by_asc(Column::Id);
    Ok(find.all(tx).await?)
}
