//! Clinics: settings, members, care teams.
//!
//! Offers [`create`] (how a clinic begins), [`any`] (whether one has), [`own`] (the clinic of who
//! acts), [`invite_member`], [`members`], [`set_role`], [`disable`],
//! [`update`], and [`Settings`].

mod alert;
mod create;
mod member;
mod pain;
mod progression;
mod settings;
pub(crate) mod table;
mod update;

pub use alert::AlertThresholds;
pub use create::{Created, create, invite_member};
pub use member::{Member, disable, members, set_role};
pub(crate) use member::{tell_administrators, tell_officers};
pub use pain::PainThresholds;
pub use progression::ProgressionThresholds;
pub use settings::Settings;
pub use update::{UpdateClinic, update};

use crate::access::{Scope, Worker};
use crate::error::{Error, Result};
use sea_orm::EntityTrait;
use uuid::Uuid;

/// A clinic as its people see it.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// IANA name of the zone it works in; new patients start with it.
    pub time_zone: String,
    /// Its thresholds.
    pub settings: Settings,
}

/// Whether a clinic has begun in this database.
pub async fn any(worker: &Worker) -> Result<bool> {
    let tx = worker.read().await?;
    let found = table::clinic::Entity::find().one(&tx).await?;
    tx.commit().await?;
    Ok(found.is_some())
}

/// The clinic of who acts.
pub async fn own(scope: &Scope) -> Result<Clinic> {
    let tx = scope.read_own().await?;
    let row = table::clinic::Entity::find_by_id(scope.clinic_id())
        .one(tx.as_ref())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Clinic { id: row.id, name: row.name, time_zone: row.time_zone, settings: row.settings })
}
