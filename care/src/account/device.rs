//! Devices that take pushes.

use super::table::device;
use crate::access::{Scope, Services};
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, FieldError, Result, has_control};
use crate::id::Kind;
use crate::sealed::{Place, Sealed};
use crate::store::Tx;
use jiff::tz::TimeZone;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, DeriveActiveEnum, EntityTrait, EnumIter, QueryFilter, Set};
use uuid::Uuid;

/// What carries the push to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Platform {
    /// Apple's push service.
    Ios,
    /// Google's push service.
    Android,
    /// The program's own output, for trying it out.
    Console,
}

/// A device that takes pushes.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its id.
    pub id: Uuid,
    /// What carries its pushes.
    pub platform: Platform,
    /// The app's version as the device told it.
    pub app_version: String,
    /// BCP 47 tag.
    pub language: String,
    /// IANA name of the zone the device is in.
    pub time_zone: String,
    /// When it was last registered.
    pub last_seen_at: Instant,
}

impl From<device::Model> for Device {
    fn from(row: device::Model) -> Self {
        Self {
            id: row.id,
            platform: row.platform,
            app_version: row.app_version,
            language: row.language,
            time_zone: row.time_zone,
            last_seen_at: row.last_seen_at,
        }
    }
}

/// What a device tells of itself.
#[derive(Debug, Clone)]
pub struct RegisterDevice {
    /// What carries its pushes.
    pub platform: Platform,
    /// The provider's token: 1 to 4,096 characters.
    pub push_token: String,
    /// The app's version: at most 50 characters.
    pub app_version: String,
    /// BCP 47 tag: at most 35 characters.
    pub language: String,
    /// IANA name.
    pub time_zone: String,
}

/// Checks what a device tells.
pub(crate) fn check_device(input: &RegisterDevice) -> Result<()> {
    let mut faults = Vec::new();
    for (field, text, longest) in [
        ("pushToken", &input.push_token, 4_096),
        ("appVersion", &input.app_version, 50),
        ("language", &input.language, 35),
    ] {
        if has_control(text) {
            faults.push(FieldError::new(field, Code::Malformed, "Leave out control characters."));
        } else if text.trim().is_empty() {
            faults.push(FieldError::new(field, Code::Required, "Give a value."));
        } else if text.chars().count() > longest {
            faults.push(FieldError::new(field, Code::TooLong, format!("Give at most {longest} characters.")));
        }
    }
    if TimeZone::get(&input.time_zone).is_err() {
        faults.push(FieldError::new("timeZone", Code::Malformed, "Give an IANA name such as Europe/Berlin."));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Saves the device of the account that acts, or renews what is known of it. A token that another
/// account had on the same device moves to this one.
pub(crate) async fn save_device(tx: &Tx, scope: &Scope, input: RegisterDevice) -> Result<Device> {
    let services = scope.services();
    let (now, account_id) = (services.now(), scope.actor().account_id);
    let key = &services.keys.installation;
    let token_index = key.index("device.token", input.push_token.as_bytes());
    let known =
        device::Entity::find().filter(device::Column::TokenIndex.eq(token_index.clone())).one(tx).await?;
    let id = known.as_ref().map_or_else(|| services.new_id(), |row| row.id);
    let row = device::ActiveModel {
        id: Set(id),
        account_id: Set(account_id),
        platform: Set(input.platform),
        token_index: Set(token_index),
        token: Set(seal_token(services, id, &input.push_token)?),
        app_version: Set(input.app_version),
        language: Set(input.language),
        time_zone: Set(input.time_zone),
        registered_at: Set(now),
        last_seen_at: Set(now),
        retired_at: Set(None),
        retired_reason: Set(None),
    };
    let row = if known.is_some() { row.update(tx).await? } else { row.insert(tx).await? };
    let object = (Kind::Device, id);
    audit::record(tx, scope, audit::Entry { action: "device.register", patient_id: None, object }).await?;
    Ok(row.into())
}

/// Takes the device off the list; it gets no pushes from now on. `NotFound` for anyone else's.
pub async fn unregister_device(scope: &Scope, id: Uuid) -> Result<()> {
    let tx = scope.write().await?;
    let gone = device::Entity::delete_many()
        .filter(device::Column::Id.eq(id))
        .filter(device::Column::AccountId.eq(scope.actor().account_id))
        .exec(&tx)
        .await?;
    if gone.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    let object = (Kind::Device, id);
    audit::record(&tx, scope, audit::Entry { action: "device.unregister", patient_id: None, object }).await?;
    tx.commit().await
}

/// The provider's token of a device, as it is kept.
pub fn seal_token(services: &Services, device_id: Uuid, token: &str) -> Result<Sealed> {
    let place = Place::new("device.token", Uuid::nil(), device_id);
    services.keys.installation.seal(services.random.as_ref(), place, token)
}

/// The provider's token of a device.
pub(crate) fn open_token(services: &Services, device_id: Uuid, token: &Sealed) -> Result<String> {
    services.keys.installation.open(Place::new("device.token", Uuid::nil(), device_id), token)
}

/// Providers drop tokens of apps that have not been opened for so long, in milliseconds: 270 days.
const UNSEEN: i64 = 270 * 24 * 60 * 60 * 1_000;

/// Retires devices that have not been seen for 270 days.
pub(super) async fn retire_unseen(tx: &Tx, now: Instant) -> Result<()> {
    device::Entity::update_many()
        .col_expr(device::Column::RetiredAt, Expr::value(now))
        .col_expr(device::Column::RetiredReason, Expr::value("not seen for 270 days"))
        .filter(device::Column::RetiredAt.is_null())
        .filter(device::Column::LastSeenAt.lt(now.plus(-UNSEEN)))
        .exec(tx)
        .await?;
    Ok(())
}

/// The provider says of a push that set out at `began_at` that the token is dead. A device that
/// registered again since then stays.
pub(crate) async fn retire_device(
    tx: &Tx,
    id: Uuid,
    began_at: Instant,
    now: Instant,
    reason: &str,
) -> Result<()> {
    device::Entity::update_many()
        .col_expr(device::Column::RetiredAt, Expr::value(now))
        .col_expr(device::Column::RetiredReason, Expr::value(reason))
        .filter(device::Column::Id.eq(id))
        .filter(device::Column::LastSeenAt.lte(began_at))
        .exec(tx)
        .await?;
    Ok(())
}
