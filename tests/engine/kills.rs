//! Workers that are killed at the named places, with a Redis that forgets, restarts or is gone at the same moment.
//! What came of it is held against the database and against the log of the push services.

use super::world::{PATIENTS, World};

/// What happens to Redis while no worker runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    Flushed,
    Restarted,
    OneKeyDeleted,
}

async fn meet(world: &mut World, fate: Fate) {
    match fate {
        Fate::Stays => {}
        Fate::Flushed => world.redis.flush().await,
        Fate::Restarted => world.redis.restart(),
        Fate::OneKeyDeleted => world.redis.delete_one("*").await,
    }
}

/// All reminders come due; a worker is killed at `place`; another makes up for it. Answers how many pushes were
/// doubled.
async fn kill(world: &mut World, place: &str, fate: Fate) -> usize {
    let due_at = world.fall_due().await;
    let mut doomed = world.worker(Some(place));
    assert!(doomed.ends().await, "{place}: no worker came by: {}", world.log());
    meet(world, fate).await;
    let mut heir = world.worker(None);
    world.until_sent(due_at, PATIENTS).await;
    heir.stop();
    world.hold(place, due_at).await
}

#[tokio::test]
async fn killed_at_any_place_no_reminder_is_lost_and_each_is_shown_once() {
    let mut world = World::begin().await;
    let all = [Fate::Stays, Fate::Flushed, Fate::Restarted, Fate::OneKeyDeleted];
    let places = [
        "rebuilding",
        "refilled",
        "fed",
        "claimed",
        "decided",
        "acknowledged",
        "pushing:50",
        "pushed:50",
        "answered",
        "recorded",
    ];
    for (turn, place) in places.into_iter().enumerate() {
        let fates = if tests::cases(1, 4) == 4 { all.to_vec() } else { vec![all[turn % all.len()]] };
        for fate in fates {
            let doubled = kill(&mut world, place, fate).await;
            assert!(doubled <= PATIENTS, "{place}: not more than the killed worker had under way");
            println!("killed at {place}, Redis {fate:?}: {doubled} of {PATIENTS} doubled");
        }
    }
}
