//! The read model of what changed: which of a patient's rows were written since a place in the
//! patient's own change counter.
//!
//! The counter is raised under the patient's row lock in the transaction of each write, so what
//! this answers is exact and in order, and nothing is named twice by one who goes on from `place`.
//!
//! Offers [`changed_since`], [`encode`] and [`decode`].

use crate::access::Scope;
use crate::assessment::table::fall_report;
use crate::education::table as education_assignment;
use crate::error::{Code, Error, Result};
use crate::goal::table::goal;
use crate::id::Kind;
use crate::message::table as message;
use crate::outcome::table::{outcome_assignment, outcome_response};
use crate::page::Cursor;
use crate::patient::{Chart, Patient};
use crate::program::Status;
use crate::program::table::program;
use crate::progress::table::{pain_rating, progress_log};
use crate::reminder::table::{reminder, reminder_delivery};
use crate::store::Tx;
use crate::visit::table as visit;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::cmp::Reverse;
use uuid::Uuid;

/// What the cursors of this read model are cursors of.
const LIST: &str = "sync";

/// What changed of a patient.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The patient as they are now.
    pub patient: Patient,
    /// Where the patient's change counter stands.
    pub place: i64,
    /// What was written since, in the order of its last write.
    pub entities: Vec<(Kind, Uuid)>,
}

/// The opaque form of a place in the change counter of a patient.
pub fn encode(patient_id: Uuid, place: i64) -> String {
    Cursor { key: place, id: patient_id }.encode(LIST)
}

/// The place that a cursor names; a refusal of `after` where it is not one of this patient's.
pub fn decode(patient_id: Uuid, cursor: &str) -> Result<i64> {
    let cursor = Cursor::decode(LIST, cursor).filter(|cursor| cursor.id == patient_id && cursor.key >= 0);
    cursor.map(|cursor| cursor.key).ok_or_else(|| {
        Error::field("after", Code::Malformed, "Use a cursor that this subscription has given.")
    })
}

/// What of a visible patient was written after `place`, nothing where there is none; of programs,
/// drafts for clinicians only.
pub async fn changed_since(scope: &Scope, patient_id: Uuid, place: Option<i64>) -> Result<Changed> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let now = chart.row.change;
    let mut rows = match place.filter(|place| *place < now) {
        Some(place) => rows(&tx, &chart, place).await?,
        None => Vec::new(),
    };
    // A log written twice, as its versions are, is named where it was written last.
    rows.sort_unstable_by_key(|(change, kind, id)| (*kind, *id, Reverse(*change)));
    rows.dedup_by_key(|(_, kind, id)| (*kind, *id));
    rows.sort_unstable();
    let entities = rows.into_iter().map(|(_, kind, id)| (KINDS.get(kind).copied(), id));
    let entities = entities.filter_map(|(kind, id)| Some((kind?, id))).collect();
    Ok(Changed { patient: chart.patient()?, place: now, entities })
}

/// The kinds named, in the order in which those of one write are.
const KINDS: [Kind; 12] = [
    Kind::Program,
    Kind::ProgressLog,
    Kind::Reminder,
    Kind::Delivery,
    Kind::Visit,
    Kind::EducationAssignment,
    Kind::Goal,
    Kind::FallReport,
    Kind::OutcomeAssignment,
    Kind::OutcomeResponse,
    Kind::PainRating,
    Kind::Message,
];

/// (change, position in [`KINDS`], id) of each row written after `place`.
async fn rows(tx: &Tx, chart: &Chart, place: i64) -> Result<Vec<(i64, usize, Uuid)>> {
    macro_rules! written {
        ($table:ident, $id:ident, $kind:expr $(, $also:expr)?) => {{
            let rows: Vec<(i64, Uuid)> = $table::Entity::find()
                .select_only()
                .columns([$table::Column::Change, $table::Column::$id])
                .filter($table::Column::ClinicId.eq(chart.clinic_id()))
                .filter($table::Column::PatientId.eq(chart.id()))
                .filter($table::Column::Change.gt(place))
                $(.filter($also))?
                .into_tuple()
                .all(tx)
                .await?;
            rows.into_iter().map(|(change, id)| (change, $kind, id))
        }};
    }
    let hidden = chart.is_own().then_some(Status::Draft);
    let mut all: Vec<_> = written!(program, Id, 0, program::Column::Status.is_not_in(hidden)).collect();
    all.extend(written!(progress_log, LogId, 1));
    all.extend(written!(reminder, Id, 2));
    all.extend(written!(reminder_delivery, Id, 3));
    all.extend(written!(visit, Id, 4));
    all.extend(written!(education_assignment, Id, 5));
    all.extend(written!(goal, Id, 6));
    all.extend(written!(fall_report, Id, 7));
    all.extend(written!(outcome_assignment, Id, 8));
    all.extend(written!(outcome_response, Id, 9));
    all.extend(written!(pain_rating, Id, 10));
    all.extend(written!(message, Id, 11));
    Ok(all)
}
