//! Logging what is done in monitoring.

use super::{ContactMedium, ManagementActivity, MonitoringEntry};
use crate::context::scope;
use crate::error::payload;
use crate::id::{self, chosen};
use crate::scalar::DateTime;
use async_graphql::{Context, ID, InputObject, Object, Result};
use care::error::FieldError;
use care::id::Kind;
use care::monitoring::NewEntry;

/// Time of management of one patient.
#[derive(InputObject)]
struct LogManagementTimeInput {
    /// TypeID `monitoring_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// When it began, within the past year.
    started_at: DateTime,
    /// When it ended, at most eight hours later.
    ended_at: DateTime,
    /// What it was spent on.
    activity: ManagementActivity,
    /// What is to be noted; at most 1,000 characters.
    note: Option<String>,
}

/// A live contact with a patient.
#[derive(InputObject)]
struct LogLiveContactInput {
    /// TypeID `monitoring_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// When it began, within the past year.
    started_at: DateTime,
    /// When it ended, at most eight hours later.
    ended_at: Option<DateTime>,
    /// By what it was held.
    medium: ContactMedium,
}

/// The set-up of the app and the education for it.
#[derive(InputObject)]
struct DocumentMonitoringSetupInput {
    /// TypeID `monitoring_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// When it was done, within the past year.
    done_at: DateTime,
    /// What is to be noted; at most 1,000 characters.
    note: Option<String>,
}

/// An entry that was a mistake.
#[derive(InputObject)]
struct VoidMonitoringEntryInput {
    /// The entry.
    entry_id: ID,
    /// Why, in 1 to 500 characters.
    reason: String,
}

payload! {
    /// What logging time of management answers.
    LogManagementTimePayload {
        /// The entry.
        entry: MonitoringEntry
    }
}

payload! {
    /// What logging a live contact answers.
    LogLiveContactPayload {
        /// The entry.
        entry: MonitoringEntry
    }
}

payload! {
    /// What documenting the set-up answers.
    DocumentMonitoringSetupPayload {
        /// The entry.
        entry: MonitoringEntry
    }
}

payload! {
    /// What voiding an entry answers.
    VoidMonitoringEntryPayload {
        /// The entry.
        entry: MonitoringEntry
    }
}

/// An entry yet without what is only of its kind.
fn entry(
    kind: care::monitoring::Kind,
    id: Option<&ID>,
    patient_id: &ID,
    started_at: DateTime,
) -> Result<NewEntry, FieldError> {
    Ok(NewEntry {
        id: chosen(Kind::MonitoringEntry, id)?,
        patient_id: id::input(Kind::Patient, "patientId", patient_id)?,
        kind,
        started_at: started_at.instant,
        ended_at: None,
        activity: None,
        medium: None,
        note: None,
    })
}

/// The changes of monitoring.
#[derive(Default)]
pub(crate) struct MonitoringMutation;

#[Object]
impl MonitoringMutation {
    /// Logs time of management. It overlaps neither with other time of yours, for whichever patient, nor with other time
    /// for this patient, whoever logged it. Therapists and assistants of the care team only.
    async fn log_management_time(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The time.")] input: LogManagementTimeInput,
    ) -> Result<LogManagementTimePayload> {
        let scope = scope(context)?;
        let logged = async {
            let kind = care::monitoring::Kind::Management;
            let entry = entry(kind, input.id.as_ref(), &input.patient_id, input.started_at)?;
            let (ended_at, activity) = (Some(input.ended_at.instant), Some(input.activity.into()));
            let entry = NewEntry { ended_at, activity, note: input.note, ..entry };
            care::monitoring::log(scope, entry).await
        };
        LogManagementTimePayload::of(logged.await)
    }

    /// Logs a live contact by telephone or video. Therapists and assistants of the care team only.
    async fn log_live_contact(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The contact.")] input: LogLiveContactInput,
    ) -> Result<LogLiveContactPayload> {
        let scope = scope(context)?;
        let logged = async {
            let kind = care::monitoring::Kind::LiveContact;
            let entry = entry(kind, input.id.as_ref(), &input.patient_id, input.started_at)?;
            let (ended_at, medium) = (input.ended_at.map(|at| at.instant), Some(input.medium.into()));
            care::monitoring::log(scope, NewEntry { ended_at, medium, ..entry }).await
        };
        LogLiveContactPayload::of(logged.await)
    }

    /// Documents that the app was set up with the patient, who was taught its use. It counts once. Therapists
    /// and assistants of the care team only.
    async fn document_monitoring_setup(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The set-up.")] input: DocumentMonitoringSetupInput,
    ) -> Result<DocumentMonitoringSetupPayload> {
        let scope = scope(context)?;
        let logged = async {
            let kind = care::monitoring::Kind::Setup;
            let entry = entry(kind, input.id.as_ref(), &input.patient_id, input.done_at)?;
            care::monitoring::log(scope, NewEntry { note: input.note, ..entry }).await
        };
        DocumentMonitoringSetupPayload::of(logged.await)
    }

    /// Voids a mistaken entry: it counts no more, and stays to be seen. Therapists and assistants of the care
    /// team only.
    async fn void_monitoring_entry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The entry, and why.")] input: VoidMonitoringEntryInput,
    ) -> Result<VoidMonitoringEntryPayload> {
        let scope = scope(context)?;
        let voided = async {
            let entry_id = id::input(Kind::MonitoringEntry, "entryId", &input.entry_id)?;
            care::monitoring::void(scope, entry_id, &input.reason).await
        };
        VoidMonitoringEntryPayload::of(voided.await)
    }
}
