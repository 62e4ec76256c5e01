//! Alerts: what a rule has found of a patient that a clinician should look at. One that is not resolved per
//! patient and rule; what raises it again is added to it.
//!
//! Offers [`list`], [`open`], [`get`], [`followed_from`], [`raised_since`], [`acknowledge`], [`snooze`],
//! [`resolve`], [`rule`], and to the slices above `raise`, `add`, `stands`, `standing_of_patients`, `settle`,
//! `close` and `subside`.

mod acknowledge;
mod close;
mod list;
mod raise;
mod resolve;
mod rule;
mod snooze;
mod standing;
pub(crate) mod table;

pub use acknowledge::acknowledge;
pub(crate) use close::{close, subside};
pub use list::{Filter, followed_from, get, list, open, raised_since};
pub(crate) use raise::{Found, Raise, add, raise};
pub use resolve::resolve;
pub(crate) use resolve::{settle, stands};
pub(crate) use rule::{ENGAGEMENT, PAIN, RED_FLAG, SAFETY};
pub use rule::{Rule, Severity, rule};
pub use snooze::snooze;
pub(crate) use standing::standing_of_patients;

use crate::access::Scope;
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::{Chart, Patient};
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, DeriveActiveEnum, EntityTrait, EnumIter, IntoActiveModel};
use serde::Serialize;
use table::Model;
use uuid::Uuid;

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Nobody has looked at it.
    Open,
    /// Somebody is on it.
    Acknowledged,
    /// Put off until a time, after which it is open again.
    Snoozed,
    /// Done.
    Resolved,
}

/// Why an alert is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Closed {
    /// A therapist has dealt with it.
    Resolved,
    /// By itself: the patient has been away too long.
    DroppedOut,
    /// By itself: what raised it is over.
    Settled,
}

/// An alert.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Its id.
    pub id: Uuid,
    /// The patient.
    pub patient: Patient,
    /// The key of the rule that raised it.
    pub rule: String,
    /// How grave it is.
    pub severity: Severity,
    /// Where it stands now.
    pub status: Status,
    /// When it was first raised.
    pub opened_at: Instant,
    /// When it was last raised.
    pub newest_at: Instant,
    /// The TypeIDs of the records that raised it, the oldest first; of very many the newest hundred.
    pub evidence: Vec<String>,
    /// The member who acknowledged it.
    pub acknowledged_by: Option<Uuid>,
    /// When.
    pub acknowledged_at: Option<Instant>,
    /// Until when it is put off.
    pub snoozed_until: Option<Instant>,
    /// Why it is resolved; none while it is not.
    pub closed_because: Option<Closed>,
    /// The member who resolved it; none where it closed by itself.
    pub resolved_by: Option<Uuid>,
    /// When.
    pub resolved_at: Option<Instant>,
    /// What they found and did.
    pub resolution: Option<String>,
}

impl Model {
    /// Where it stands: what is put off is open again when its time has come.
    fn status_at(&self, now: Instant) -> Status {
        let over = self.snoozed_until.is_none_or(|until| until <= now);
        if self.status == Status::Snoozed && over { Status::Open } else { self.status }
    }

    fn opened(self, chart: &Chart, now: Instant) -> Result<Alert> {
        let resolution = self.resolution.as_ref().map(|text| chart.unseal("alert.resolution", self.id, text));
        Ok(Alert {
            id: self.id,
            patient: chart.patient()?,
            status: self.status_at(now),
            rule: self.rule,
            severity: self.severity,
            opened_at: self.opened_at,
            newest_at: self.newest_at,
            evidence: self.evidence.0,
            acknowledged_by: self.acknowledged_by,
            acknowledged_at: self.acknowledged_at,
            snoozed_until: self.snoozed_until,
            closed_because: self.closed_because.or(self.resolved_at.map(|_| Closed::Resolved)),
            resolved_by: self.resolved_by,
            resolved_at: self.resolved_at,
            resolution: resolution.transpose()?,
        })
    }
}

/// The alert of this id, to be changed: one of a patient whom who acts cares for, not resolved. `Conflict` where
/// it was raised again after `seen_newest_at`, when it was last raised as who acts has seen it, if named.
async fn find_to_write(
    tx: &Tx,
    scope: &Scope,
    id: Uuid,
    seen_newest_at: Option<Instant>,
) -> Result<(Chart, Model)> {
    let find = || table::Entity::find_by_id((scope.clinic_id(), id));
    let patient_id = find().one(tx).await?.ok_or(Error::NotFound)?.patient_id;
    let chart = Chart::open_to_write(tx, scope, patient_id).await?;
    // Under the patient's lock it stands as it will be changed.
    let row = find().one(tx).await?.ok_or(Error::NotFound)?;
    match row.status {
        Status::Resolved => Err(Error::field("alertId", Code::NotAllowed, "This alert is resolved.")),
        _ if seen_newest_at.is_some_and(|seen| row.newest_at > seen) => {
            Err(Error::Conflict("the alert was raised again meanwhile"))
        }
        _ => Ok((chart, row)),
    }
}

/// Writes a changed alert, and ends the transaction.
async fn save(
    tx: Tx,
    scope: &Scope,
    mut chart: Chart,
    mut row: Model,
    action: &'static str,
) -> Result<Alert> {
    row.change = chart.raise(&tx, None).await?;
    row.clone().into_active_model().reset_all().update(&tx).await?;
    let object = (Kind::Alert, row.id);
    audit::record(&tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await?;
    tx.commit().await?;
    scope.announce(chart.id(), row.change);
    row.opened(&chart, scope.services().now())
}
