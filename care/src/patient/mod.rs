//! Patients, the conditions recorded of them, and the charts through which all else is reached.
//!
//! Offers [`create`], [`update`], [`invite`], [`accept`], [`assign`], [`break_glass`], [`discharge`], [`share`],
//! [`get`], [`conditions`] and, to the slices above, `Chart`: the proof that who acts may see
//! this patient.

mod accept;
mod break_glass;
mod chart;
mod condition;
mod consent;
mod create;
mod discharge;
mod invite;
mod list;
pub(crate) mod table;
mod team;
mod unchanged;
mod update;

pub use accept::{Accept, accept};
pub(crate) use break_glass::check_reason;
pub use break_glass::{BreakGlass, break_glass};
pub(crate) use chart::{Chart, cared_for_by};
pub use condition::{BodySide, Condition, Diagnosis, conditions};
pub(crate) use condition::{
    add_conditions, condition_keys, conditions_of, note_condition, replace_conditions,
};
pub use consent::{Consent, share};
pub use create::{CreatePatient, create};
pub use discharge::discharge;
pub use invite::invite;
pub(crate) use list::{charts, visible_charts};
pub(crate) use team::tell_team;
pub use team::{assign, care_team};
pub(crate) use unchanged::raise_unchanged;
pub use update::{UpdatePatient, update};

use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::Result;
use sea_orm::{DeriveActiveEnum, EnumIter};
use uuid::Uuid;

/// Whose zone decides what a patient's day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ZonePolicy {
    /// The zone that the patient's device last reported.
    FollowDevice,
    /// The zone that was set, wherever the device is.
    Fixed,
}

/// A patient, opened for those who may see them.
#[derive(Debug, Clone)]
pub struct Patient {
    /// The patient.
    pub id: Uuid,
    /// Full name.
    pub name: String,
    /// Birth date, if recorded.
    pub birth_date: Option<Day>,
    /// E-mail, if recorded.
    pub email: Option<String>,
    /// Day of the spine surgery, if there was one.
    pub surgery_on: Option<Day>,
    /// BCP 47 tag.
    pub language: String,
    /// IANA name of the zone the patient's days are counted in.
    pub time_zone: String,
    /// Whose zone that is.
    pub zone_policy: ZonePolicy,
    /// Start and end of the quiet hours, `HH:MM` local.
    pub quiet_hours: Option<(String, String)>,
    /// The names of the kinds of reminders that stay silent.
    pub muted: Vec<String>,
    /// ISO 3166 code that chooses the emergency number.
    pub emergency_country: String,
    /// Whether the patient has an account.
    pub has_account: bool,
    /// When the patient last logged anything; the creation until then.
    pub last_activity_at: Instant,
    /// When the patient was created.
    pub created_at: Instant,
    /// When the patient's care ended, if it has.
    pub discharged_at: Option<Instant>,
    /// Since when the patient lets no care team see the record, if they do not.
    pub sharing_ended_at: Option<Instant>,
    /// Since when signs of danger wait for a therapist to look at them.
    pub danger_since: Option<Instant>,
    /// Since when signs of whatever concern wait for a therapist to look at them; those of danger too.
    pub review_since: Option<Instant>,
    /// Since when a screen for signs of danger is due, after red pain.
    pub screen_due_since: Option<Instant>,
}

/// The patient of this id. `NotFound` when absent or not visible.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Patient> {
    let tx = scope.read().await?;
    Chart::open(&tx, scope, id).await?.patient()
}

/// The patient who acts. `Forbidden` for anyone else.
pub async fn own(scope: &Scope) -> Result<Patient> {
    get(scope, scope.patient_id()?).await
}
