//! Checks of numbers: many reminders, several workers, bounded batches.

use super::{
    Claim, Failure, IDS, LEASE, MINUTE, Millis, Outcome, Timetable, drain, each_once, ensure, entry,
    idle_until,
};
use crate::timetable::MAX_BATCH;

async fn schedule_all(timetable: &dyn Timetable, numbers: u64, due_at: Millis) -> Outcome {
    let entries: Vec<_> = (0..numbers).map(|n| entry(n, due_at)).collect();
    for chunk in entries.chunks(5_000) {
        timetable.schedule(chunk).await?;
    }
    Ok(())
}

pub(super) async fn two_claimers_share_without_overlap(timetable: &dyn Timetable, now: Millis) -> Outcome {
    schedule_all(timetable, 2_000, now).await?;
    let (one, two) = tokio::join!(drain(timetable, now, 20), drain(timetable, now, 20));
    let (one, two) = (one?, two?);
    ensure(!one.is_empty() && !two.is_empty(), || "one claimer got nothing".to_owned())?;
    each_once(&[one, two].concat(), 0..2_000)
}

pub(super) async fn batches_keep_to_the_maximum(timetable: &dyn Timetable, now: Millis) -> Outcome {
    schedule_all(timetable, IDS, now).await?;
    for (asked, most) in [(0, 1), (1, 1), (7, 7), (usize::MAX, MAX_BATCH)] {
        match timetable.claim(now, asked, LEASE).await? {
            Claim::Batch { ids, .. } => {
                ensure((1..=most).contains(&ids.len()), || format!("asked for {asked}, got {}", ids.len()))?;
            }
            other => return Err(Failure::Broken(format!("a batch expected, got {other:?}"))),
        }
    }
    Ok(())
}

pub(super) async fn backlog_drains_in_batches(timetable: &dyn Timetable, now: Millis) -> Outcome {
    schedule_all(timetable, IDS, now - MINUTE).await?;
    let batches = drain(timetable, now, 500).await?;
    ensure(batches.iter().all(|ids| ids.len() <= 500), || "a batch is too large".to_owned())?;
    // Every part of a timetable may have one batch that is not full.
    ensure(batches.len() <= 40 + 16, || format!("{} batches for 20,000", batches.len()))?;
    each_once(&batches, 0..IDS)?;
    idle_until(timetable, now, None).await
}

pub(super) async fn whole_index_needs_no_rebuild(timetable: &dyn Timetable, _now: Millis) -> Outcome {
    let rebuild = timetable.rebuild_begin(LEASE).await?;
    ensure(rebuild.is_none(), || "a whole index was to be rebuilt".to_owned())
}
