//! Everything that is kept of one patient, as one JSON document.

use super::{note, of_patient};
use crate::access::Scope;
use crate::account::email_of;
use crate::account::table::{account, device, identity, invitation, session};
use crate::alert::table as alert;
use crate::assessment::table::{assessment, fall_report, red_flag_screen};
use crate::audit::table::audit_event;
use crate::caseload::table as caseload_row;
use crate::clinic::table::care_team;
use crate::clock::Instant;
use crate::education::table as education_assignment;
use crate::error::{Error, Result};
use crate::goal::table::{goal, goal_progress};
use crate::id::Kind;
use crate::message::table as message;
use crate::monitoring::table::{monitoring_entry, monitoring_month};
use crate::outcome::table::{outcome_assignment, outcome_response};
use crate::patient::Chart;
use crate::patient::table::{break_glass, legal_hold, patient, patient_condition};
use crate::program::table::{prescription, program, program_hold, program_override, program_revision};
use crate::progress::table::{pain_rating, personal_best, progress_day, progress_log, progress_result};
use crate::reminder::table::{calendar_feed, reminder, reminder_delivery};
use crate::sealed::Sealed;
use crate::store::Tx;
use crate::suggestion::table as suggestion_decision;
use crate::visit::table as visit;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A record that was handed out.
#[derive(Clone)]
pub struct Export {
    /// A name for the file, without the patient's.
    pub file_name: String,
    /// The JSON document: `tables` has the rows of each table, opened, times in RFC 3339; `unreadable` names the table
    /// and id of each row that the database has and nobody can read.
    pub content: String,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Export")
    }
}

/// Hands out the whole record of a patient. Administrators only. `StepUpRequired` when the last proof is
/// older than five minutes.
pub async fn export(scope: &Scope, patient_id: Uuid) -> Result<Export> {
    scope.administrator_id()?;
    whole(scope, patient_id).await
}

/// Hands out the whole record of the patient who acts. `StepUpRequired` when the last proof is older than
/// five minutes.
pub async fn export_own(scope: &Scope) -> Result<Export> {
    whole(scope, scope.patient_id()?).await
}

async fn whole(scope: &Scope, patient_id: Uuid) -> Result<Export> {
    scope.freshly_proved()?;
    let tx = scope.write().await?;
    let chart = Chart::open_record(&tx, scope, patient_id).await?;
    note(&tx, scope, "patient.export", patient_id).await?;
    let mut tables = Tables { tx: &tx, chart: &chart, taken: Map::new(), unreadable: Vec::new() };
    of_the_record(&mut tables).await?;
    of_the_account(&mut tables, scope).await?;
    let Tables { taken, unreadable, .. } = tables;
    tx.commit().await?;
    let now = scope.services().now();
    let id = Kind::Patient.encode(patient_id);
    let document = json!({
        "format": "plumbline.record/1",
        "exportedAt": now.to_string(),
        "id": id,
        "tables": taken,
        "unreadable": unreadable,
    });
    let content = serde_json::to_string_pretty(&document).map_err(|_| Error::Internal)?;
    Ok(Export { file_name: format!("{id}.json"), content })
}

async fn of_the_record(all: &mut Tables<'_>) -> Result<()> {
    let chart = all.chart;
    let own = Condition::all()
        .add(patient::Column::ClinicId.eq(chart.clinic_id()))
        .add(patient::Column::Id.eq(chart.id()));
    let its = || of_patient((chart.clinic_id(), chart.id()));
    let sealed = |row: &patient::Model| {
        vec![
            ("patient.name", Some(row.name.clone())),
            ("patient.birth_date", row.birth_date.clone()),
            ("patient.email", row.email.clone()),
        ]
    };
    all.take::<patient::Entity>("patient", own, sealed).await?;
    all.take::<patient_condition::Entity>("patient_condition", its(), |_| vec![]).await?;
    all.take::<care_team::Entity>("care_team", its(), |_| vec![]).await?;
    let sealed = |row: &break_glass::Model| vec![("break_glass.reason", Some(row.reason.clone()))];
    all.take::<break_glass::Entity>("break_glass", its(), sealed).await?;
    let sealed = |row: &legal_hold::Model| vec![("legal_hold.reason", Some(row.reason.clone()))];
    all.take::<legal_hold::Entity>("legal_hold", its(), sealed).await?;
    all.take::<program::Entity>("program", its(), |_| vec![]).await?;
    let sealed = |row: &program_revision::Model| vec![("program_revision.note", row.note.clone())];
    all.take::<program_revision::Entity>("program_revision", its(), sealed).await?;
    all.take::<prescription::Entity>("prescription", its(), |_| vec![]).await?;
    let sealed = |row: &program_hold::Model| vec![("program_hold.reason", Some(row.reason.clone()))];
    all.take::<program_hold::Entity>("program_hold", its(), sealed).await?;
    let sealed = |row: &program_override::Model| vec![("program_override.reason", Some(row.reason.clone()))];
    all.take::<program_override::Entity>("program_override", its(), sealed).await?;
    let sealed = |row: &red_flag_screen::Model| {
        vec![
            ("red_flag_screen.signs", Some(row.signs.clone())),
            ("red_flag_screen.note", row.note.clone()),
            ("red_flag_screen.resolution", row.resolution.clone()),
        ]
    };
    all.take::<red_flag_screen::Entity>("red_flag_screen", its(), sealed).await?;
    of_assessments(all, its).await?;
    let sealed = |row: &education_assignment::Model| vec![("education_assignment.note", row.note.clone())];
    all.take::<education_assignment::Entity>("education_assignment", its(), sealed).await?;
    of_progress(all, its).await?;
    all.take::<caseload_row::Entity>("caseload_row", its(), |_| vec![]).await?;
    let sealed = |row: &suggestion_decision::Model| vec![("suggestion_decision.reason", row.reason.clone())];
    all.take::<suggestion_decision::Entity>("suggestion_decision", its(), sealed).await?;
    let sealed = |row: &visit::Model| {
        vec![
            ("visit.place", row.place.clone()),
            ("visit.cancel_reason", row.cancel_reason.clone()),
            ("visit.treatments", row.treatments.clone()),
            ("visit.note", row.note.clone()),
        ]
    };
    all.take::<visit::Entity>("visit", its(), sealed).await?;
    let sealed = |row: &monitoring_entry::Model| {
        vec![
            ("monitoring_entry.note", row.note.clone()),
            ("monitoring_entry.void_reason", row.void_reason.clone()),
        ]
    };
    all.take::<monitoring_entry::Entity>("monitoring_entry", its(), sealed).await?;
    all.take::<monitoring_month::Entity>("monitoring_month", its(), |_| vec![]).await?;
    let sealed = |row: &message::Model| vec![("message.text", Some(row.text.clone()))];
    all.take::<message::Entity>("message", its(), sealed).await?;
    let sealed = |row: &reminder::Model| vec![("reminder.title", row.title.clone())];
    all.take::<reminder::Entity>("reminder", its(), sealed).await?;
    all.take::<reminder_delivery::Entity>("reminder_delivery", its(), |_| vec![]).await?;
    all.take::<calendar_feed::Entity>("calendar_feed", its(), |_| vec![]).await?;
    all.take::<invitation::Entity>("invitation", its(), |_| vec![]).await?;
    all.take::<session::Entity>("session", its(), |_| vec![]).await?;
    all.take::<audit_event::Entity>("audit_event", its(), |_| vec![]).await
}

/// What the patient has done and felt.
async fn of_progress(all: &mut Tables<'_>, its: impl Fn() -> Condition) -> Result<()> {
    let sealed = |row: &progress_log::Model| {
        vec![
            ("progress_log.note", row.note.clone()),
            ("progress_log.symptom_location", row.symptom_location.clone()),
        ]
    };
    all.take::<progress_log::Entity>("progress_log", its(), sealed).await?;
    all.take::<progress_result::Entity>("progress_result", its(), |_| vec![]).await?;
    let sealed = |row: &pain_rating::Model| vec![("pain_rating.note", row.note.clone())];
    all.take::<pain_rating::Entity>("pain_rating", its(), sealed).await?;
    all.take::<progress_day::Entity>("progress_day", its(), |_| vec![]).await?;
    all.take::<personal_best::Entity>("personal_best", its(), |_| vec![]).await
}

/// Alerts, assessments, falls and goals.
async fn of_assessments(all: &mut Tables<'_>, its: impl Fn() -> Condition) -> Result<()> {
    let sealed = |row: &alert::Model| vec![("alert.resolution", row.resolution.clone())];
    all.take::<alert::Entity>("alert", its(), sealed).await?;
    let sealed = |row: &assessment::Model| {
        vec![
            ("assessment.content", Some(row.content.clone())),
            ("assessment.void_reason", row.void_reason.clone()),
        ]
    };
    all.take::<assessment::Entity>("assessment", its(), sealed).await?;
    let sealed = |row: &fall_report::Model| vec![("fall_report.note", row.note.clone())];
    all.take::<fall_report::Entity>("fall_report", its(), sealed).await?;
    let sealed = |row: &goal::Model| {
        vec![
            ("goal.text", Some(row.text.clone())),
            ("goal.measure", row.measure.clone()),
            ("goal.unit", row.unit.clone()),
        ]
    };
    all.take::<goal::Entity>("goal", its(), sealed).await?;
    all.take::<goal_progress::Entity>("goal_progress", its(), |_| vec![]).await?;
    of_outcomes(all, its).await
}

/// Outcome measures: what is asked, and what was answered.
async fn of_outcomes(all: &mut Tables<'_>, its: impl Fn() -> Condition) -> Result<()> {
    all.take::<outcome_assignment::Entity>("outcome_assignment", its(), |_| vec![]).await?;
    let sealed = |row: &outcome_response::Model| {
        vec![
            ("outcome_response.content", Some(row.content.clone())),
            ("outcome_response.void_reason", row.void_reason.clone()),
        ]
    };
    all.take::<outcome_response::Entity>("outcome_response", its(), sealed).await
}

/// The account that stands for the patient, its identities and devices.
async fn of_the_account(all: &mut Tables<'_>, scope: &Scope) -> Result<()> {
    let Some(account_id) = all.chart.row.account_id else { return Ok(()) };
    let Some(row) = account::Entity::find_by_id(account_id).one(all.tx).await? else { return Ok(()) };
    let email = email_of(all.tx, scope.services(), account_id).await?;
    let created_at = row.created_at.to_string();
    let account = json!([{ "id": account_id, "email": email.as_str(), "created_at": created_at }]);
    all.taken.insert("account".to_owned(), account);
    let devices = device::Column::AccountId.eq(account_id).into();
    let identities = identity::Column::AccountId.eq(account_id).into();
    all.take::<identity::Entity>("identity", identities, |_| vec![]).await?;
    all.take::<device::Entity>("device", devices, |_| vec![]).await
}

/// The tables that have been taken so far.
struct Tables<'a> {
    tx: &'a Tx,
    chart: &'a Chart,
    taken: Map<String, Value>,
    /// The rows that cannot be read: the others are handed out all the same.
    unreadable: Vec<Value>,
}

impl Tables<'_> {
    /// Takes these rows of a table; `sealed` names the columns to open.
    async fn take<E>(
        &mut self,
        name: &str,
        which: Condition,
        sealed: impl Fn(&E::Model) -> Vec<(&'static str, Option<Sealed>)>,
    ) -> Result<()>
    where
        E: EntityTrait,
        E::Model: Serialize,
    {
        let mut rows = Vec::new();
        for found in self.tx.query_all(E::find().filter(which).as_query()).await? {
            let row = E::Model::from_query_result(&found, "").map_err(Error::from);
            match row.and_then(|row| self.opened(&row, sealed(&row))) {
                Ok(row) => rows.push(row),
                Err(error) => {
                    let id = found.try_get::<Uuid>("", "id").ok();
                    tracing::error!(table = name, ?id, %error, "a row cannot be read, and is left out of a record");
                    self.unreadable.push(json!({ "table": name, "id": id }));
                }
            }
        }
        self.taken.insert(name.to_owned(), Value::Array(rows));
        Ok(())
    }

    /// The row as it is handed out.
    fn opened(&self, row: &impl Serialize, sealed: Vec<(&'static str, Option<Sealed>)>) -> Result<Value> {
        let Ok(Value::Object(mut row)) = serde_json::to_value(row) else { return Err(Error::Internal) };
        for (column, value) in &mut row {
            let is_time = ["_at", "_since", "_until"].iter().any(|end| column.ends_with(end))
                || column == "at"
                || column == "since";
            if let (true, Some(millis)) = (is_time, value.as_i64()) {
                *value = Instant(millis).to_string().into();
            }
        }
        let id = row.get("id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
        for (place, sealed) in sealed {
            let text = sealed.map(|sealed| self.chart.unseal(place, id.unwrap_or_default(), &sealed));
            let (_, column) = place.split_once('.').ok_or(Error::Internal)?;
            row.insert(column.to_owned(), text.transpose()?.into());
        }
        Ok(Value::Object(row))
    }
}
