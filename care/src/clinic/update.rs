//! Changing what a clinic has set.

use super::table::clinic::Entity;
use super::{Clinic, own};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

/// The most years that a record can be set to be kept.
const LONGEST: u16 = 100;

/// Sets for how many years after a discharge the record is kept, 1 to 100; none: until it is erased by
/// hand. Administrators only. `StepUpRequired` when the last proof is older than five minutes.
pub async fn set_retention(scope: &Scope, years: Option<u16>) -> Result<Clinic> {
    scope.administrator_id()?;
    scope.freshly_proved()?;
    if years.is_some_and(|years| !(1..=LONGEST).contains(&years)) {
        let message = format!("Give 1 to {LONGEST} years, or null to keep records until they are erased.");
        return Err(Error::field("retentionYears", Code::OutOfRange, message));
    }
    let tx = scope.write().await?;
    let row = tx.locking(Entity::find_by_id(scope.clinic_id())).one(&tx).await?.ok_or(Error::NotFound)?;
    let mut settings = row.settings.clone();
    settings.retention_years = years;
    let mut row = row.into_active_model();
    row.settings = Set(settings);
    row.update(&tx).await?;
    let object = (Kind::Clinic, scope.clinic_id());
    audit::record(&tx, scope, audit::Entry { action: "clinic.update", patient_id: None, object }).await?;
    tx.commit().await?;
    own(scope).await
}
