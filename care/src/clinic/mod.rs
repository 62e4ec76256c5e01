//! Clinics: settings, members, care teams.
//!
//! Offers [`create`] (how a clinic begins), [`own`] (the clinic of who acts), [`invite_member`],
//! and [`Settings`].

mod create;
mod pain;
mod settings;
pub(crate) mod table;

pub use create::{Created, create, invite_member};
pub use pain::PainThresholds;
pub use settings::Settings;

use crate::access::Scope;
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

/// The clinic of who acts.
pub async fn own(scope: &Scope) -> Result<Clinic> {
    let tx = scope.read().await?;
    let row = table::clinic::Entity::find_by_id(scope.clinic_id())
        .one(tx.as_ref())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Clinic { id: row.id, name: row.name, time_zone: row.time_zone, settings: row.settings })
}
