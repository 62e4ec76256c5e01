//! The end of an account that stands for nobody.

use super::guessing::forget;
use super::provider::forget_providers;
use super::sign_in::email_of;
use super::table::{account, challenge, device, mail, password_reset, recovery_code, second_factor};
use crate::access::Services;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Deletes an account whose sessions are gone: its address, devices, second factor, identities, mail that waits
/// and what was counted of guesses at it.
pub(crate) async fn delete(tx: &Tx, services: &Services, account_id: Uuid) -> Result<()> {
    let email = email_of(tx, services, account_id).await?;
    forget(tx, services, &email, account_id).await?;
    let devices = device::Entity::delete_many().filter(device::Column::AccountId.eq(account_id));
    devices.exec(tx).await?;
    let challenges = challenge::Entity::delete_many().filter(challenge::Column::AccountId.eq(account_id));
    challenges.exec(tx).await?;
    forget_providers(tx, account_id).await?;
    let resets = password_reset::Entity::delete_many();
    resets.filter(password_reset::Column::AccountId.eq(account_id)).exec(tx).await?;
    let index = email.index(&services.keys.installation);
    mail::Entity::delete_many().filter(mail::Column::EmailIndex.eq(index)).exec(tx).await?;
    let codes = recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(account_id));
    codes.exec(tx).await?;
    second_factor::Entity::delete_by_id(account_id).exec(tx).await?;
    account::Entity::delete_by_id(account_id).exec(tx).await?;
    Ok(())
}
