//! Checks of leases: a batch belongs to one worker until its lease ends.

use super::{
    LEASE, MINUTE, Millis, Outcome, Timetable, batch, drain, each_once, ensure, entry, idle, idle_until,
};

const REFUSED: &str = "an ack or extend of a batch in hand was refused";
const TAKEN: &str = "an ack or extend of a lost batch was taken";

pub(super) async fn expired_lease_is_given_again(timetable: &dyn Timetable, now: Millis) -> Outcome {
    timetable.schedule(&[entry(0, now)]).await?;
    let (first, ids) = batch(timetable, now).await?;
    each_once(&[ids], [0])?;
    idle(timetable, now + LEASE - 1).await?;
    let (second, ids) = batch(timetable, now + LEASE).await?;
    each_once(&[ids], [0])?;
    ensure(first != second, || "the batch was given out again under its old name".to_owned())?;
    idle(timetable, now + 2 * LEASE - 1).await?;
    ensure(timetable.ack(&second, &[]).await?, || REFUSED.to_owned())?;
    idle_until(timetable, now + 2 * LEASE, None).await
}

pub(super) async fn late_ack_changes_nothing(timetable: &dyn Timetable, now: Millis) -> Outcome {
    timetable.schedule(&[entry(0, now)]).await?;
    let (late, _) = batch(timetable, now).await?;
    let (current, _) = batch(timetable, now + LEASE).await?;
    let held = timetable.ack(&late, &[entry(0, now + LEASE)]).await?;
    ensure(!held, || TAKEN.to_owned())?;
    idle(timetable, now + LEASE).await?;
    let next = entry(0, now + MINUTE);
    ensure(timetable.ack(&current, &[next]).await?, || REFUSED.to_owned())?;
    ensure(!timetable.ack(&late, &[entry(0, now)]).await?, || TAKEN.to_owned())?;
    idle_until(timetable, now + LEASE, Some(now + MINUTE)).await
}

pub(super) async fn second_ack_is_refused(timetable: &dyn Timetable, now: Millis) -> Outcome {
    timetable.schedule(&[entry(0, now)]).await?;
    let (id, _) = batch(timetable, now).await?;
    ensure(timetable.ack(&id, &[]).await?, || REFUSED.to_owned())?;
    ensure(!timetable.ack(&id, &[entry(0, now)]).await?, || TAKEN.to_owned())?;
    idle_until(timetable, now + LEASE, None).await
}

pub(super) async fn ack_adds_the_next_times(timetable: &dyn Timetable, now: Millis) -> Outcome {
    timetable.schedule(&[entry(0, now)]).await?;
    let (id, _) = batch(timetable, now).await?;
    let next = entry(0, now + MINUTE);
    ensure(timetable.ack(&id, &[next]).await?, || REFUSED.to_owned())?;
    idle_until(timetable, now + MINUTE - 1, Some(now + MINUTE)).await?;
    each_once(&drain(timetable, now + MINUTE, 500).await?, [0])
}

pub(super) async fn extended_lease_lasts_longer(timetable: &dyn Timetable, now: Millis) -> Outcome {
    timetable.schedule(&[entry(0, now)]).await?;
    let (id, _) = batch(timetable, now).await?;
    ensure(timetable.extend(&id, now + LEASE / 2, LEASE).await?, || REFUSED.to_owned())?;
    idle(timetable, now + LEASE / 2 + LEASE - 1).await?;
    let (_, ids) = batch(timetable, now + LEASE / 2 + LEASE).await?;
    each_once(&[ids], [0])
}

pub(super) async fn late_extend_is_refused(timetable: &dyn Timetable, now: Millis) -> Outcome {
    timetable.schedule(&[entry(0, now)]).await?;
    let (late, _) = batch(timetable, now).await?;
    let (current, _) = batch(timetable, now + LEASE).await?;
    ensure(!timetable.extend(&late, now + LEASE, MINUTE).await?, || TAKEN.to_owned())?;
    ensure(timetable.ack(&current, &[]).await?, || REFUSED.to_owned())?;
    ensure(!timetable.extend(&current, now + LEASE, MINUTE).await?, || TAKEN.to_owned())?;
    idle_until(timetable, now + LEASE, None).await
}
