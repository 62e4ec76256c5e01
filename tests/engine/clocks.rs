//! Workers on machines whose clocks are wrong by hours, or are set while they work.

use super::world::{PATIENTS, World};

const HOURS: i64 = 2 * 60 * 60_000;
/// So many reminders come due only when the worker is at work.
const LATER: usize = 20;

/// The clock is ahead by hours, and behind by as many once the worker is at work.
async fn is_ahead(world: &mut World) {
    let due_at = world.fall_due().await;
    // A full minute, some seconds from now at least.
    let later = match world.crowd.minute(1) {
        soon if soon.0 - world.crowd.services.now().0 < 8_000 => soon.plus(60_000),
        soon => soon,
    };
    world.crowd.set_due(later, LATER).await;
    world.set_clock(HOURS);
    let mut worker = world.worker_by_set_clock();
    world.until_sent(due_at, PATIENTS - LATER).await;
    world.set_clock(-HOURS);
    world.crowd.wait_for(later).await;
    world.until_sent(later, LATER).await;
    worker.stop();
    let log = world.log_of_pushes();
    assert_eq!(log.len(), PATIENTS, "each once: {}", world.log());
    let late: Vec<_> = log[PATIENTS - LATER..].iter().map(|push| push.at.0 - later.0).collect();
    assert!(late.iter().all(|late| *late >= 0), "none early: {late:?}");
    assert_eq!(world.crowd.outcome(due_at, 0).await.sent, PATIENTS - LATER);
    assert_eq!(world.crowd.outcome(later, 0).await.sent, LATER);
    println!(
        "by a clock that is set from two hours ahead to two behind, {:?} ms late at most",
        late.iter().max()
    );
}

/// The clock is behind by hours.
async fn is_behind(world: &mut World) {
    let due_at = world.fall_due().await;
    world.set_clock(-HOURS);
    let mut worker = world.worker_by_set_clock();
    world.until_sent(due_at, PATIENTS).await;
    worker.stop();
    assert_eq!(world.hold("a clock behind", due_at).await, 0);
}

#[tokio::test]
async fn a_wrong_clock_makes_nothing_early_or_late_where_redis_has_the_timetable() {
    let mut world = World::begin().await;
    is_behind(&mut world).await;
    is_ahead(&mut world).await;
}

#[tokio::test]
async fn a_wrong_clock_makes_nothing_early_or_late_where_the_database_has_it() {
    let mut world = World::begin_without_redis().await;
    is_behind(&mut world).await;
    is_ahead(&mut world).await;
}

#[tokio::test]
async fn a_worker_with_a_wrong_clock_beside_one_with_a_right_one_repeats_nothing() {
    let mut world = World::begin().await;
    for ahead in [HOURS, -HOURS] {
        let due_at = world.fall_due().await;
        world.set_clock(ahead);
        let (_wrong, _right) = (world.worker_by_set_clock(), world.worker(None));
        world.until_sent(due_at, PATIENTS).await;
        assert_eq!(world.hold("two clocks", due_at).await, 0, "{ahead}");
    }
}
