//! What happens to Redis: flushed, restarted, full, away, single keys gone.

use crate::NOW;
use crate::server::{Server, rebuild};
use reminders::timetable::conformance::id;
use reminders::timetable::redis::RedisTimetable;
use reminders::timetable::{BatchId, Claim, Entry, Timetable, TimetableError};
use std::ops::Range;
use uuid::Uuid;

const LEASE: i64 = 5_000;

fn due(count: u64) -> Vec<Entry> {
    (0..count).map(|n| Entry { id: id(n), due_at: NOW }).collect()
}

async fn batch(timetable: &RedisTimetable) -> (BatchId, Vec<Uuid>) {
    match timetable.claim(NOW, 100, LEASE).await.unwrap() {
        Claim::Batch { id, ids } => (id, ids),
        other => panic!("a batch expected, got {other:?}"),
    }
}

async fn assert_lost(timetable: &RedisTimetable) {
    assert_eq!(timetable.claim(NOW, 100, LEASE).await, Ok(Claim::IndexLost));
}

/// Claims and acks until nothing is left; asserts that these ids came, each once.
pub(crate) async fn assert_drains(timetable: &RedisTimetable, numbers: Range<u64>) {
    let mut given = Vec::new();
    while let Claim::Batch { id, ids } = timetable.claim(NOW, 500, LEASE).await.unwrap() {
        assert!(timetable.ack(&id, &[]).await.unwrap());
        given.extend(ids);
    }
    let mut expected: Vec<Uuid> = numbers.map(id).collect();
    given.sort_unstable();
    expected.sort_unstable();
    assert_eq!(given, expected);
}

#[tokio::test]
async fn a_flushed_index_is_lost_until_rebuilt() {
    let server = Server::start();
    let timetable = server.timetable("").await;
    timetable.schedule(&due(3_000)).await.unwrap();
    let (old, _) = batch(&timetable).await;
    server.command("FLUSHALL").await;
    assert_lost(&timetable).await;
    timetable.schedule(&due(10)).await.unwrap();
    assert_lost(&timetable).await;

    let rebuild = timetable.rebuild_begin(LEASE).await.unwrap().unwrap();
    assert_eq!(timetable.rebuild_begin(LEASE).await, Ok(None), "one rebuild at a time");
    for step in due(3_000).chunks(1_000) {
        timetable.fill(step).await.unwrap();
    }
    let (new, ids) = batch(&timetable).await;
    assert!(!timetable.ack(&old, &[]).await.unwrap(), "{old:?} was before the loss");
    assert!(!timetable.extend(&old, NOW, LEASE).await.unwrap());
    let back: Vec<_> = ids.into_iter().map(|id| Entry { id, due_at: NOW }).collect();
    assert!(timetable.ack(&new, &back).await.unwrap(), "claims work during the rebuild");
    assert!(timetable.rebuild_finish(&rebuild).await.unwrap());
    assert_drains(&timetable, 0..3_000).await;
}

#[tokio::test]
async fn a_rebuild_given_up_passes_to_another() {
    let server = Server::start();
    let timetable = RedisTimetable::new(server.connect(), "");
    let slow = timetable.rebuild_begin(LEASE).await.unwrap().unwrap();
    assert_eq!(timetable.rebuild_begin(LEASE).await, Ok(None));
    let idle = timetable.claim(NOW, 100, LEASE).await.unwrap();
    assert_eq!(idle, Claim::Idle { next_due_at: None });
    for shard in 0..16 {
        let key = format!("{{r:{shard}}}:gen");
        let left: i64 = server.command(&format!("PTTL {key}")).await.parse().unwrap();
        assert!(left > 0 && left <= LEASE, "{left} ms left of the rebuild");
        server.command(&format!("PEXPIRE {key} 0")).await;
    }
    assert_lost(&timetable).await;
    let other = timetable.rebuild_begin(LEASE).await.unwrap().unwrap();
    assert!(!timetable.rebuild_finish(&slow).await.unwrap());
    assert!(timetable.rebuild_finish(&other).await.unwrap());
    assert!(!timetable.rebuild_finish(&other).await.unwrap(), "it is finished");
    assert_eq!(server.command("PTTL {r:0}:gen").await, "-1", "whole for good");
}

#[tokio::test]
async fn a_loss_during_the_rebuild_is_not_covered_up() {
    let server = Server::start();
    let timetable = RedisTimetable::new(server.connect(), "");
    let first = timetable.rebuild_begin(LEASE).await.unwrap().unwrap();
    timetable.fill(&due(100)).await.unwrap();
    server.command("FLUSHALL").await;
    assert!(!timetable.rebuild_finish(&first).await.unwrap());
    assert_lost(&timetable).await;
    let second = timetable.rebuild_begin(LEASE).await.unwrap().unwrap();
    assert!(!timetable.rebuild_finish(&first).await.unwrap());
    assert!(timetable.rebuild_finish(&second).await.unwrap());
}

#[tokio::test]
async fn an_empty_restart_is_a_loss_and_the_connection_comes_back() {
    let mut server = Server::start();
    let timetable = server.timetable("").await;
    timetable.schedule(&due(100)).await.unwrap();
    server.kill();
    for _ in 0..3 {
        let away = timetable.claim(NOW, 100, LEASE).await;
        assert_eq!(away, Err(TimetableError::Unavailable));
    }
    assert_eq!(timetable.schedule(&due(1)).await, Err(TimetableError::Unavailable));
    server.restart_empty();
    let mut claim = timetable.claim(NOW, 100, LEASE).await;
    for _ in 0..5 {
        if claim != Err(TimetableError::Unavailable) {
            break;
        }
        claim = timetable.claim(NOW, 100, LEASE).await;
    }
    assert_eq!(claim, Ok(Claim::IndexLost));
    rebuild(&timetable).await;
    timetable.fill(&due(100)).await.unwrap();
    assert_drains(&timetable, 0..100).await;
}

#[tokio::test]
async fn forgotten_scripts_are_loaded_again() {
    let server = Server::start();
    let timetable = server.timetable("").await;
    timetable.schedule(&due(1)).await.unwrap();
    server.command("SCRIPT FLUSH").await;
    let (id, _) = batch(&timetable).await;
    server.command("SCRIPT FLUSH").await;
    assert!(timetable.extend(&id, NOW, LEASE).await.unwrap());
    server.command("SCRIPT FLUSH").await;
    assert!(timetable.ack(&id, &due(1)).await.unwrap());
    server.command("FLUSHALL").await;
    server.command("SCRIPT FLUSH").await;
    rebuild(&timetable).await;
}

#[tokio::test]
async fn a_full_server_takes_nothing_new_but_drains() {
    let server = Server::start();
    let timetable = server.timetable("").await;
    timetable.schedule(&due(5_000)).await.unwrap();
    server.command("CONFIG SET maxmemory-policy noeviction").await;
    server.command("CONFIG SET maxmemory 1mb").await;
    assert_eq!(timetable.schedule(&due(1)).await, Err(TimetableError::Full));
    assert_eq!(timetable.fill(&due(1)).await, Err(TimetableError::Full));
    server.command("SCRIPT FLUSH").await;

    let (held, _) = batch(&timetable).await;
    assert!(timetable.extend(&held, NOW, LEASE).await.unwrap());
    let Claim::Batch { id: taken, ids } = timetable.claim(NOW + LEASE, 100, LEASE).await.unwrap() else {
        panic!("the lease has ended");
    };
    let next: Vec<_> = ids.into_iter().map(|id| Entry { id, due_at: NOW }).collect();
    assert!(timetable.ack(&taken, &next).await.unwrap());
    timetable.cancel(&[Uuid::from_u128(1)]).await.unwrap();
    assert_drains(&timetable, 0..5_000).await;
}

/// Each single key may vanish: the claim says so, or goes on with what is left.
#[tokio::test]
async fn a_deleted_key_stops_nobody() {
    for key in ["due", "lease", "batch", "seq", "gen"] {
        let server = Server::start();
        let timetable = server.timetable("").await;
        timetable.schedule(&due(400)).await.unwrap();
        let (held, _) = batch(&timetable).await;
        server.command(&format!("DEL {{r:{}}}:{key}", held.shard)).await;
        if key == "gen" {
            assert_lost(&timetable).await;
            rebuild(&timetable).await;
        }
        let acked = timetable.ack(&held, &[]).await.unwrap();
        assert_eq!(acked, key != "batch", "only the batch itself is needed: {key}");
        timetable.fill(&due(400)).await.unwrap();
        let claim = timetable.claim(NOW + LEASE, 500, LEASE).await.unwrap();
        let Claim::Batch { id: first, .. } = claim else { panic!("{key}: {claim:?}") };
        assert_ne!(first, held, "{key}");
        assert!(timetable.ack(&first, &[]).await.unwrap());
        timetable.fill(&due(400)).await.unwrap();
        assert_drains(&timetable, 0..400).await;
    }
}
