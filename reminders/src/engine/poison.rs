//! What stands alone and still cannot be decided is put away, so that it holds up nothing and comes back for nobody.

use super::{Engine, Result, measure};
use care::clock::Instant;
use care::error::Error;
use care::id::Kind;
use care::reminder::{self, Outbound};
use uuid::Uuid;

/// Where so many of a batch fail and none is decided, something else is wrong than they.
const SUSPICIOUS: usize = 10;

/// Lets `decide` decide about these; where it cannot, about each half, until what is to blame stands alone. Answers
/// what was decided, and what could not be.
pub(super) async fn halved<T>(
    ids: &[Uuid],
    decide: impl AsyncFn(&[Uuid]) -> care::error::Result<T>,
) -> Result<(Vec<T>, Vec<Uuid>)> {
    let (mut done, mut poison, mut parts) = (Vec::new(), Vec::new(), vec![ids]);
    while let Some(part) = parts.pop() {
        match decide(part).await {
            Ok(one) => done.push(one),
            Err(Error::Internal) if part.len() > 1 => {
                let (one, other) = part.split_at(part.len() / 2);
                parts.extend([other, one]);
            }
            Err(Error::Internal) => poison.extend(part),
            Err(error) => return Err(error.into()),
        }
    }
    if done.is_empty() && poison.len() > SUSPICIOUS {
        tracing::error!(
            count = poison.len(),
            "nothing of a batch can be decided, so none is put away for it"
        );
        return Err(Error::Internal.into());
    }
    Ok((done, poison))
}

impl Engine {
    /// Sets these reminders aside, each of which failed alone.
    pub(super) async fn set_aside(&self, poison: Vec<Uuid>, now: Instant) -> Result<()> {
        for id in poison {
            if reminder::set_aside(&self.worker, id, now).await? {
                measure::poison("reminder");
                let reminder = Kind::Reminder.encode(id);
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
        let retry = async |part: &[Uuid]| {
            reminder::retry_these(&self.worker, part, now, self.settings.lease_ms).await
        };
        let (outbound, poison) = halved(&ids, retry).await?;
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
        Ok(outbound.into_iter().flatten().collect())
    }
}
