//! Changing what a clinic has set.

use super::table::clinic::Entity;
use super::{AlertThresholds, Clinic, PainThresholds, Settings, own};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

/// The most years that a record can be set to be kept.
const LONGEST: u16 = 100;

/// What is to change of a clinic; what is missing stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct UpdateClinic {
    /// For how many years after a discharge the record is kept, 1 to 100; `Some(None)`: until it is erased by
    /// hand.
    pub retention_years: Option<Option<u16>>,
    /// The numbers of the pain rule.
    pub pain: Option<PainThresholds>,
    /// The numbers of the rules that raise alerts.
    pub alerts: Option<AlertThresholds>,
}

impl UpdateClinic {
    fn check(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.retention_years.flatten().is_some_and(|years| !(1..=LONGEST).contains(&years)) {
            let message =
                format!("Give 1 to {LONGEST} years, or null to keep records until they are erased.");
            faults.push(FieldError::new("retentionYears", Code::OutOfRange, message));
        }
        let mut add = |field: &str, checked: std::result::Result<(), Vec<FieldError>>| {
            let wrong = checked.err().unwrap_or_default();
            faults.extend(wrong.into_iter().map(|fault| fault.under(field)));
        };
        add("painThresholds", self.pain.map_or(Ok(()), |pain| pain.check()));
        add("alertThresholds", self.alerts.map_or(Ok(()), |alerts| alerts.check()));
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }

    fn apply(self, settings: &mut Settings) {
        settings.retention_years = self.retention_years.unwrap_or(settings.retention_years);
        settings.pain = self.pain.unwrap_or(settings.pain);
        settings.alerts = self.alerts.unwrap_or(settings.alerts);
    }
}

/// Changes what the clinic has set: `change` says what, seen from what is set now, under its lock.
/// Administrators only. `StepUpRequired` when the last proof is older than five minutes.
pub async fn update(scope: &Scope, change: impl FnOnce(&Settings) -> UpdateClinic) -> Result<Clinic> {
    scope.administrator_id()?;
    scope.freshly_proved()?;
    let tx = scope.write().await?;
    let row = tx.locking(Entity::find_by_id(scope.clinic_id())).one(&tx).await?.ok_or(Error::NotFound)?;
    let mut settings = row.settings.clone();
    let changed = change(&settings);
    changed.check()?;
    changed.apply(&mut settings);
    let mut row = row.into_active_model();
    row.settings = Set(settings);
    row.update(&tx).await?;
    let object = (Kind::Clinic, scope.clinic_id());
    audit::record(&tx, scope, audit::Entry { action: "clinic.update", patient_id: None, object }).await?;
    tx.commit().await?;
    own(scope).await
}
