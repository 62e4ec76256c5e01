//! Erasing a record: the patient's key and with it everything sealed by it, every row, the account if
//! it stands for nobody else. The audit trail stays: it has ids only.

use super::{Key, hold, note, of_patient};
use crate::access::{Scope, Services};
use crate::account;
use crate::account::table::{invitation, session, session_token};
use crate::alert::table as alert;
use crate::assessment::table::{assessment, fall_report, red_flag_screen};
use crate::caseload::table as caseload_row;
use crate::clinic::table::{care_team, member};
use crate::education::table as education;
use crate::error::{Code, Error, Result};
use crate::goal::table::{goal, goal_progress};
use crate::message::table as message;
use crate::monitoring::table::{monitoring_entry, monitoring_month};
use crate::outcome::table::{outcome_assignment, outcome_response};
use crate::patient::Chart;
use crate::patient::table::{break_glass, legal_hold, patient, patient_condition};
use crate::program::table::{prescription, program, program_hold, program_override, program_revision};
use crate::progress::table::{pain_rating, personal_best, progress_day, progress_log, progress_result};
use crate::reminder::table::{calendar_feed, reminder, reminder_delivery};
use crate::store::Tx;
use crate::suggestion::table as suggestion;
use crate::visit::table as visit;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

/// Erases a patient for good. Administrators only. `NotAllowed` while a legal hold stands;
/// `StepUpRequired` when the last proof is older than five minutes.
pub async fn erase(scope: &Scope, patient_id: Uuid) -> Result<()> {
    scope.administrator_id()?;
    whole(scope, patient_id).await
}

/// Erases the patient who acts for good, on the same terms; answers their id.
pub async fn erase_own(scope: &Scope) -> Result<Uuid> {
    let patient_id = scope.patient_id()?;
    whole(scope, patient_id).await.map(|()| patient_id)
}

async fn whole(scope: &Scope, patient_id: Uuid) -> Result<()> {
    scope.freshly_proved()?;
    let tx = scope.write().await?;
    let chart = Chart::open_record(&tx, scope, patient_id).await?;
    if hold::standing(&tx, (chart.clinic_id(), patient_id)).await?.is_some() {
        let message = "A legal hold keeps this record. An administrator of the clinic can lift it.";
        return Err(Error::field("patientId", Code::NotAllowed, message));
    }
    rows(&tx, scope.services(), &chart.row).await?;
    note(&tx, scope, "patient.erase", patient_id).await?;
    tx.commit().await?;
    scope.announce(patient_id, chart.row.change + 1);
    Ok(())
}

/// Every row of the patient, and the account. No row that is left refers to one that is gone before it.
pub(super) async fn rows(tx: &Tx, services: &Services, row: &patient::Model) -> Result<()> {
    let key = (row.clinic_id, row.id);
    delete::<caseload_row::Entity>(tx, key).await?;
    delete::<alert::Entity>(tx, key).await?;
    delete::<assessment::Entity>(tx, key).await?;
    delete::<red_flag_screen::Entity>(tx, key).await?;
    delete::<fall_report::Entity>(tx, key).await?;
    delete::<goal_progress::Entity>(tx, key).await?;
    delete::<goal::Entity>(tx, key).await?;
    delete::<suggestion::Entity>(tx, key).await?;
    delete::<outcome_response::Entity>(tx, key).await?;
    delete::<outcome_assignment::Entity>(tx, key).await?;
    delete::<visit::Entity>(tx, key).await?;
    delete::<message::Entity>(tx, key).await?;
    delete::<monitoring_month::Entity>(tx, key).await?;
    delete::<monitoring_entry::Entity>(tx, key).await?;
    delete::<education::Entity>(tx, key).await?;
    delete::<personal_best::Entity>(tx, key).await?;
    delete::<progress_day::Entity>(tx, key).await?;
    delete::<pain_rating::Entity>(tx, key).await?;
    delete::<progress_result::Entity>(tx, key).await?;
    delete::<progress_log::Entity>(tx, key).await?;
    delete::<calendar_feed::Entity>(tx, key).await?;
    delete::<reminder_delivery::Entity>(tx, key).await?;
    delete::<reminder::Entity>(tx, key).await?;
    delete::<prescription::Entity>(tx, key).await?;
    delete::<program_hold::Entity>(tx, key).await?;
    delete::<program_override::Entity>(tx, key).await?;
    delete::<program_revision::Entity>(tx, key).await?;
    delete::<program::Entity>(tx, key).await?;
    delete::<break_glass::Entity>(tx, key).await?;
    delete::<legal_hold::Entity>(tx, key).await?;
    delete::<care_team::Entity>(tx, key).await?;
    delete::<patient_condition::Entity>(tx, key).await?;
    delete::<invitation::Entity>(tx, key).await?;
    let sessions = Query::select()
        .column(session::Column::Id)
        .from(session::Entity)
        .cond_where(of_patient(key))
        .to_owned();
    session_token::Entity::delete_many()
        .filter(session_token::Column::SessionId.in_subquery(sessions))
        .exec(tx)
        .await?;
    delete::<session::Entity>(tx, key).await?;
    patient::Entity::delete_by_id(key).exec(tx).await?;
    match row.account_id {
        Some(account_id) => the_account(tx, services, account_id).await,
        None => Ok(()),
    }
}

async fn delete<E: EntityTrait>(tx: &Tx, key: Key) -> Result<()> {
    E::delete_many().filter(of_patient(key)).exec(tx).await?;
    Ok(())
}

/// Deletes the account unless it stands for somebody else, in whatever clinic.
async fn the_account(tx: &Tx, services: &Services, account_id: Uuid) -> Result<()> {
    tx.look_for(account_id).await?;
    let members = member::Entity::find().filter(member::Column::AccountId.eq(account_id)).count(tx).await?;
    let patients =
        patient::Entity::find().filter(patient::Column::AccountId.eq(account_id)).count(tx).await?;
    if members + patients == 0 {
        account::delete(tx, services, account_id).await?;
    }
    Ok(())
}
