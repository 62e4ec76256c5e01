//! Workers that are killed at the named places, with a Redis that forgets, restarts, is full or does not answer at the
//! same moment. What came of it is held against the database and against the log of the push services.

use super::world::{LEASE, PATIENTS, World};
use redis::Script;
use reminders::timetable::Timetable;
use reminders::timetable::redis::{RedisTimetable, connect};
use std::fs;
use std::path::Path;
use tests::push_provider::Logged;

/// Every place that is named; with a number: that is passed so many times before.
const PLACES: [&str; 12] = [
    "scanned",
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
    "retrying",
];
/// The heir has made up for everything so many milliseconds after the end of the lease at the latest: a second where
/// the machine has nothing else to do, and another few where Redis has to be given up first.
const RECOVERY: i64 = 20_000;
const CLAIM: &str = include_str!("../../reminders/src/timetable/lua/claim.lua");
const ACK: &str = include_str!("../../reminders/src/timetable/lua/ack.lua");

/// What happens to Redis once the worker is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    Flushed,
    Restarted,
    OneKeyDeleted,
    /// It has no memory to give.
    Full,
    /// It takes the heir's first claim, and what it answers from then on does not arrive in time.
    ClaimUnanswered,
    /// The same from the heir's first acknowledgment on.
    AckUnanswered,
}

impl World {
    async fn meet(&mut self, fate: Fate) {
        match fate {
            Fate::Stays => {}
            Fate::Flushed => self.redis.flush().await,
            Fate::Restarted => self.redis.restart(),
            Fate::OneKeyDeleted => self.redis.delete_one("*").await,
            Fate::Full => self.redis.limit_memory(1).await,
            Fate::ClaimUnanswered => self.leave_unanswered(CLAIM).await,
            Fate::AckUnanswered => self.leave_unanswered(ACK).await,
        }
    }

    async fn leave_unanswered(&self, script: &str) {
        // A script that Redis does not know yet would not run at first.
        self.redis.load_script(script).await;
        self.line.hold_answers_from(Script::new(script).get_hash());
    }

    /// Redis is well again, and another worker leaves nothing in it undone and nothing out of it.
    async fn is_whole_again(&self) -> bool {
        self.redis.limit_memory(0).await;
        self.line.let_answers_arrive();
        let _worker = self.worker(None);
        self.until(async || {
            self.redis.count_members("*due").await == PATIENTS
                && self.redis.count_members("*lease").await == 0
        })
        .await
    }

    /// An index that is whole and has forgotten everything.
    async fn forget_all(&self) {
        self.redis.flush().await;
        let timetable = RedisTimetable::new(connect(&self.redis.url()).unwrap(), "plumbline");
        let rebuild = timetable.rebuild_begin(LEASE).await.unwrap().unwrap();
        assert!(timetable.rebuild_finish(&rebuild).await.unwrap());
    }
}

/// All reminders come due; a worker is killed at `place`; another makes up for it.
async fn kill(world: &mut World, place: &str, fate: Fate) {
    let due_at = world.fall_due().await;
    match place {
        "scanned" => world.forget_all().await,
        // Somebody has to leave what is tried again.
        "retrying" => assert!(world.worker(Some("acknowledged")).is_killed().await.is_some()),
        _ => {}
    }
    let mut doomed = world.worker(Some(place));
    let died = doomed.is_killed().await;
    let died = died.unwrap_or_else(|| panic!("{place}: no worker came by: {}", world.log()));
    let recorded = world.crowd.outcome(due_at, 0).await.sent;
    world.meet(fate).await;
    let before = world.log_of_pushes().len();
    let mut heir = world.worker(None);
    world.until_sent(due_at, PATIENTS).await;
    heir.stop();
    let doubled = world.hold(place, due_at).await;
    let under_way = before - recorded;
    let log = world.log_of_pushes();
    let after_death = |push: &Logged| push.at.0 - died.0;
    let (first, last) = (log.get(before).map(after_death), log[before..].last().map(after_death));
    let met = match fate {
        Fate::ClaimUnanswered | Fate::AckUnanswered if !world.line.holds_answers() => " (not asked any more)",
        _ => "",
    };
    println!(
        "killed at {place}, Redis {fate:?}{met}: {doubled} of {PATIENTS} doubled, {under_way} were under way; \
         pushes went on {first:?} ms after the death, and the last was made up for {last:?} ms after it"
    );
    assert!(doubled <= under_way, "{place}: not more than the killed worker had under way");
    assert!(last.is_none_or(|last| last <= LEASE + RECOVERY), "{place}: {last:?} ms");
    if let Fate::Full | Fate::ClaimUnanswered | Fate::AckUnanswered = fate {
        assert!(world.is_whole_again().await, "{place}: {}", world.log());
        assert_eq!(world.hold(place, due_at).await, doubled, "{place}: what was left in Redis is known");
    }
}

/// Kills at some places, of which this is the first; at all of them in the long run.
async fn kills(fate: Fate, first: &str) {
    let mut world = World::begin().await;
    let places = PLACES.iter().cycle().skip_while(|place| **place != first);
    for place in places.take(usize::try_from(tests::cases(2, 12)).unwrap()) {
        kill(&mut world, place, fate).await;
    }
}

#[tokio::test]
async fn killed_beside_a_redis_that_stays() {
    kills(Fate::Stays, "pushed:50").await;
}

#[tokio::test]
async fn killed_beside_a_redis_that_is_flushed() {
    kills(Fate::Flushed, "recorded").await;
}

#[tokio::test]
async fn killed_beside_a_redis_that_restarts_empty() {
    kills(Fate::Restarted, "acknowledged").await;
}

#[tokio::test]
async fn killed_beside_a_redis_that_loses_a_key() {
    kills(Fate::OneKeyDeleted, "refilled").await;
}

#[tokio::test]
async fn killed_beside_a_redis_without_memory() {
    kills(Fate::Full, "scanned").await;
}

#[tokio::test]
async fn killed_beside_a_redis_that_took_a_claim_and_did_not_answer() {
    kills(Fate::ClaimUnanswered, "claimed").await;
}

#[tokio::test]
async fn killed_beside_a_redis_that_took_an_acknowledgment_and_did_not_answer() {
    kills(Fate::AckUnanswered, "decided").await;
}

#[tokio::test]
async fn killed_where_the_timetable_is_in_the_database() {
    let mut world = World::begin_without_redis().await;
    let places = ["pushed:50", "claimed", "retrying", "decided", "acknowledged", "recorded", "scanned"];
    for place in places.into_iter().take(usize::try_from(tests::cases(3, 7)).unwrap()) {
        kill(&mut world, place, Fate::Stays).await;
    }
}

/// The places that the files of a folder name.
fn named(folder: &Path) -> Vec<String> {
    let mut places = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            places.extend(named(&path));
        } else {
            let text = fs::read_to_string(&path).unwrap();
            let calls = text.split("kill::point(\"").skip(1);
            places.extend(calls.map(|call| call.split('"').next().unwrap().to_owned()));
        }
    }
    places
}

#[test]
fn a_worker_is_killed_at_every_place_that_is_named() {
    let mut named = named(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../reminders/src"));
    named.sort_unstable();
    let mut places = PLACES.map(|place| place.split(':').next().unwrap());
    places.sort_unstable();
    assert_eq!(named, places);
}
