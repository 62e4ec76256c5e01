//! A patient's record as a whole: handed out complete, kept by a legal hold, erased.
//!
//! Offers [`export`], [`export_own`], [`erase`], [`erase_own`], [`place_hold`], [`lift_hold`],
//! [`erase_outlived`].

mod erase;
mod export;
mod hold;
mod retention;

pub use erase::{erase, erase_own};
pub use export::{Export, export, export_own};
pub use hold::{LegalHold, lift_hold, place_hold};
pub use retention::erase_outlived;

use crate::access::Scope;
use crate::audit;
use crate::error::Result;
use crate::id::Kind;
use crate::store::Tx;
use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait};
use uuid::Uuid;

/// The clinic and the patient.
type Key = (Uuid, Uuid);

/// The rows of this patient in any table that has `clinic_id` and `patient_id`.
fn of_patient((clinic_id, patient_id): Key) -> Condition {
    let its = Expr::col("clinic_id").eq(clinic_id);
    Condition::all().add(its).add(Expr::col("patient_id").eq(patient_id))
}

/// Records what was done with the record.
async fn note(tx: &Tx, scope: &Scope, action: &'static str, patient_id: Uuid) -> Result<()> {
    let entry = audit::Entry { action, patient_id: Some(patient_id), object: (Kind::Patient, patient_id) };
    audit::record(tx, scope, entry).await
}
