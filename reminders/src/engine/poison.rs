//! What stands alone and still cannot be decided is put away, so that it holds up nothing and comes back for nobody.

use super::{Engine, Result, measure};
use care::clock::Instant;
use care::error::Error;
use care::id::Kind;
use care::reminder::{self, Outbound};
use uuid::Uuid;

/// Where so many of a batch fail and none is decided, something else is wrong than they.
const SUSPICIOUS: usize = 10;

impl Engine {
    /// Sets these reminders aside, each of which failed alone; others of their batch were `decided`.
    pub(super) async fn set_aside(&self, poison: &[Uuid], decided: bool, now: Instant) -> Result<()> {
        refuse_many(poison, decided)?;
        for id in poison {
            if reminder::set_aside(&self.worker, *id, now).await? {
                measure::poison("reminder");
                let reminder = Kind::Reminder.encode(*id);
                tracing::error!(
                    reminder,
                    "a reminder cannot be decided and is set aside; see `plumbline reminders`"
                );
            }
        }
        Ok(())
    }

    /// The retry sweep where one of what waits cannot be decided again: halved until that stands alone.
    pub(super) async fn retry_apart(&self, now: Instant, limit: u64) -> Result<Vec<Outbound>> {
        let ids = reminder::waiting(&self.worker, now, limit).await?;
        let (mut outbound, mut poison, mut decided) = (Vec::new(), Vec::new(), false);
        let mut parts = vec![ids.as_slice()];
        while let Some(part) = parts.pop() {
            match reminder::retry_these(&self.worker, part, now, self.settings.lease_ms).await {
                Ok(more) => {
                    decided = true;
                    outbound.extend(more);
                }
                Err(Error::Internal) if part.len() > 1 => {
                    let (one, other) = part.split_at(part.len() / 2);
                    parts.extend([other, one]);
                }
                Err(Error::Internal) => poison.extend(part),
                Err(error) => return Err(error.into()),
            }
        }
        refuse_many(&poison, decided)?;
        for id in poison {
            if reminder::bury(&self.worker, id, now).await? {
                measure::poison("delivery");
                let delivery = Kind::Delivery.encode(id);
                tracing::error!(
                    delivery,
                    "a delivery cannot be decided and is given up; see `plumbline reminders`"
                );
            }
        }
        Ok(outbound)
    }
}

fn refuse_many(poison: &[Uuid], decided: bool) -> Result<()> {
    if !decided && poison.len() > SUSPICIOUS {
        tracing::error!(
            count = poison.len(),
            "nothing of a batch can be decided, so none is put away for it"
        );
        return Err(Error::Internal.into());
    }
    Ok(())
}
