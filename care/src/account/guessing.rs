//! Guessing takes time: who tries a secret waits longer after each failure.
//!
//! Counted in the database, so that it outlives restarts and is one count for all processes. An
//! attempt is counted before the secret is looked at and forgiven when it was right, so that many
//! at once are many.

use super::Email;
use super::table::attempt::{ActiveModel, Column, Entity, Model};
use crate::access::{Door, Services};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::sealed::DataKey;
use crate::store::Tx;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use std::net::IpAddr;
use uuid::Uuid;

/// Milliseconds until the next attempt on an account is taken, after 1, 2, 3, … failures in a row;
/// then always the last. Nobody is locked out for good.
const LADDER: [i64; 8] = [0, 0, 1_000, 3_000, 5_000, 10_000, 30_000, 60_000];
/// After a day without a failure an account starts anew.
const FORGOTTEN: i64 = 24 * 60 * 60 * 1_000;
/// An address has a failure free again every 20 seconds …
const REFILL: i64 = 20_000;
/// … and up to three at once.
const BURST: i64 = 3;

/// What is guessed at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    /// The password of the account of this address, whether there is one or not.
    Password(&'a Email),
    /// The code or the password by which somebody signed in proves again who they are, or somebody
    /// with the right password goes on.
    Proof(Uuid),
    /// Nothing is guessed: a mail is asked for to this address, whether it has an account or not.
    Reset(&'a Email),
    /// The secret of a link or the code of an invitation: of nobody in particular.
    Link,
}

impl Target<'_> {
    /// What its guesses are counted under, but for those of one address.
    fn subject(&self, key: &DataKey) -> Option<Vec<u8>> {
        match self {
            Self::Password(email) => Some(key.index("attempt.account", email.as_str().as_bytes())),
            Self::Proof(account_id) => Some(key.index("attempt.proof", account_id.as_bytes())),
            Self::Reset(email) => Some(key.index("attempt.reset", email.as_str().as_bytes())),
            Self::Link => None,
        }
    }
}

/// Forgets what was counted of guesses at an account.
pub(super) async fn forget(tx: &Tx, services: &Services, email: &Email, account_id: Uuid) -> Result<()> {
    let targets = [Target::Password(email), Target::Reset(email), Target::Proof(account_id)];
    let subjects = targets.iter().filter_map(|target| target.subject(&services.keys.installation));
    Entity::delete_many().filter(Column::Subject.is_in(subjects)).exec(tx).await?;
    Ok(())
}

/// Forgets the guesses that no longer slow anybody down.
pub(super) async fn sweep_attempts(tx: &Tx, now: Instant) -> Result<()> {
    Entity::delete_many().filter(Column::FreeAt.lt(now.plus(-FORGOTTEN))).exec(tx).await?;
    Ok(())
}

/// An attempt that has been counted.
#[derive(Debug)]
pub(crate) struct Attempt {
    account: Option<Vec<u8>>,
    address: Option<Vec<u8>>,
}

/// Counts an attempt at `target` from the address of `door`. `RateLimited` when it comes too early;
/// then it does not count.
pub(crate) async fn attempt(door: &Door, target: Target<'_>) -> Result<Attempt> {
    let services = door.services();
    let (now, key) = (services.now(), &services.keys.installation);
    let account = target.subject(key);
    let address = door.address().map(|address| key.index("attempt.address", &network(address)));
    let tx = door.write().await?;
    if let Some(subject) = &address {
        count(&tx, subject, |row| Ok((0, next_of_address(row.free_at, now)?))).await?;
    }
    if let Some(subject) = &account {
        count(&tx, subject, |row| next_of_account(row, now)).await?;
    }
    tx.commit().await?;
    Ok(Attempt { account, address })
}

impl Attempt {
    /// The secret was right: the account starts anew, and the address has its attempt back.
    pub(crate) async fn forgive(self, tx: &Tx) -> Result<()> {
        if let Some(subject) = self.account {
            Entity::delete_by_id(subject).exec(tx).await?;
        }
        if let Some(subject) = self.address {
            Entity::update_many()
                .col_expr(Column::FreeAt, Expr::col(Column::FreeAt).sub(REFILL))
                .filter(Column::Subject.eq(subject))
                .exec(tx)
                .await?;
        }
        Ok(())
    }
}

/// Moves the row of `subject` on by `next`, under its lock.
async fn count(tx: &Tx, subject: &[u8], next: impl FnOnce(&Model) -> Result<(i32, Instant)>) -> Result<()> {
    let fresh =
        ActiveModel { subject: Set(subject.to_vec()), failures: Set(0), free_at: Set(Instant::default()) };
    Entity::insert(fresh)
        .on_conflict(OnConflict::column(Column::Subject).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let row = tx.locking(Entity::find_by_id(subject.to_vec())).one(tx).await?.ok_or(Error::Internal)?;
    let (failures, free_at) = next(&row)?;
    let mut row = row.into_active_model();
    (row.failures, row.free_at) = (Set(failures), Set(free_at));
    row.update(tx).await?;
    Ok(())
}

fn next_of_account(row: &Model, now: Instant) -> Result<(i32, Instant)> {
    wait(row.free_at.0 - now.0)?;
    let before = if now.0 - row.free_at.0 > FORGOTTEN { 0 } else { row.failures };
    let rung = usize::try_from(before).unwrap_or(usize::MAX).min(LADDER.len() - 1);
    let delay = LADDER.get(rung).copied().unwrap_or_default();
    Ok((before.saturating_add(1), now.plus(delay)))
}

/// `free_at`: when the address will have all its attempts free again.
fn next_of_address(free_at: Instant, now: Instant) -> Result<Instant> {
    wait(free_at.0 - now.0 - (BURST - 1) * REFILL)?;
    Ok(Ord::max(free_at, now).plus(REFILL))
}

fn wait(millis: i64) -> Result<()> {
    if millis <= 0 {
        return Ok(());
    }
    let retry_after_seconds = u32::try_from(millis.saturating_add(999) / 1_000).unwrap_or(u32::MAX);
    Err(Error::RateLimited { retry_after_seconds })
}

/// The address itself, or of an IPv6 address the network that one customer has.
fn network(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_address_has_three_at_once_and_three_a_minute(waits in prop::collection::vec(0_i64..60_000, 1..80)) {
            let (mut now, mut free_at, mut taken) = (Instant(1_000_000), Instant(0), Vec::new());
            for wait in waits {
                now = now.plus(wait);
                if let Ok(next) = next_of_address(free_at, now) {
                    free_at = next;
                    taken.push(now.0);
                }
            }
            for (at, begun) in taken.iter().enumerate() {
                let within = taken.iter().skip(at).take_while(|time| **time < begun + 60_000).count();
                prop_assert!(within <= 6, "three at once and three that came free: {taken:?}");
                let at_once = taken.iter().skip(at).take_while(|time| **time < begun + REFILL).count();
                prop_assert!(at_once <= 4);
            }
        }

        #[test]
        fn who_waits_as_told_is_always_heard(failures in 0_i32..2_000_000_000, free_at in 0_i64..1_000_000, now in 0_i64..1_000_000) {
            let row = Model { subject: Vec::new(), failures, free_at: Instant(free_at) };
            let now = match next_of_account(&row, Instant(now)) {
                Ok(_) => now,
                Err(Error::RateLimited { retry_after_seconds }) => now + i64::from(retry_after_seconds) * 1_000,
                Err(error) => panic!("{error}"),
            };
            let (_, next) = next_of_account(&row, Instant(now)).unwrap();
            prop_assert!(next.0 - now <= 60_000, "nobody waits longer than a minute");
        }
    }
}
