//! Refresh tokens rotate: whatever two holders of a session's tokens do, at most one branch lives.

use care::access::{authenticate, door};
use care::account::{self, Tokens};
use futures::future::join_all;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sea_orm::{ConnectionTrait, Statement};
use tests::{Clinic, Stack};

async fn open(clinic: &Clinic) -> Tokens {
    clinic.tokens("admin@clinic.example").await
}

/// How many pairs of unended sessions could still be used, by the rows themselves.
async fn live(clinic: &Clinic) -> i64 {
    let connection = clinic.database.connect().await;
    let query = "SELECT count(*) AS n FROM session_token t JOIN session s ON s.id = t.session_id
        WHERE t.consumed_at IS NULL AND s.revoked_at IS NULL";
    let query = Statement::from_string(connection.get_database_backend(), query);
    let row = connection.query_one_raw(query).await.unwrap().unwrap();
    connection.close().await.unwrap();
    row.try_get("", "n").unwrap()
}

async fn works(clinic: &Clinic, tokens: &Tokens) -> bool {
    authenticate(&door(&clinic.services), &tokens.access, "test".to_owned()).await.is_ok()
}

#[tokio::test]
async fn fifty_refreshes_at_once_leave_one_branch() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        let before = live(&clinic).await;
        let tokens = open(&clinic).await;
        let door = door(&clinic.services);
        let answers = join_all((0..50).map(|_| account::refresh(&door, &tokens.refresh))).await;
        let mut working = 0;
        for pair in answers.iter().flatten() {
            working += i64::from(works(&clinic, pair).await);
        }
        assert_eq!(live(&clinic).await - before, 1, "one branch");
        assert_eq!(working, 1, "and who holds it can go on");
        clinic.services.store.close().await;
    }
}

/// What one of two holders does with the tokens that they have.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Uses the newest access token it has.
    Use,
    /// Exchanges the newest refresh token it has.
    Refresh,
    /// Exchanges it, and the answer is lost.
    RefreshAndLose,
    /// Exchanges the one before its newest.
    RefreshOld,
}

fn steps() -> impl Strategy<Value = Vec<(bool, Step)>> {
    let step = prop::sample::select(vec![Step::Use, Step::Refresh, Step::RefreshAndLose, Step::RefreshOld]);
    prop::collection::vec((any::<bool>(), step), 1..12)
}

#[tokio::test]
async fn two_holders_never_have_two_branches() {
    for (stack, cases) in [(Stack::Embedded, tests::cases(60, 1_000)), (Stack::Full, tests::cases(20, 300))] {
        let clinic = Clinic::open(stack).await;
        let mut runner = TestRunner::deterministic();
        for _ in 0..cases {
            let steps = steps().new_tree(&mut runner).unwrap().current();
            follow(&clinic, &steps).await;
        }
        clinic.services.store.close().await;
    }
}

/// Follows the steps from a session whose tokens both hold.
async fn follow(clinic: &Clinic, steps: &[(bool, Step)]) {
    let before = live(clinic).await;
    let first = open(clinic).await;
    let mut held = [vec![first.clone()], vec![first]];
    for (holder, step) in steps {
        let mine = &mut held[usize::from(*holder)];
        let newest = mine.last().unwrap().clone();
        let token = match step {
            Step::Use => {
                works(clinic, &newest).await;
                continue;
            }
            Step::Refresh | Step::RefreshAndLose => newest,
            Step::RefreshOld => mine.get(mine.len().wrapping_sub(2)).cloned().unwrap_or(newest),
        };
        let answer = account::refresh(&door(&clinic.services), &token.refresh).await;
        if let (Ok(pair), false) = (answer, matches!(step, Step::RefreshAndLose)) {
            mine.push(pair);
        }
        assert!(live(clinic).await - before <= 1, "{steps:?}");
    }
    // Who both go on in turn are found out: the session ends, and no token of it works any more.
    let newest = [held[0].last().unwrap().clone(), held[1].last().unwrap().clone()];
    if newest[0].refresh == newest[1].refresh {
        return;
    }
    let mut pairs = newest;
    for _ in 0..2 {
        for pair in &mut pairs {
            works(clinic, pair).await;
            if let Ok(next) = account::refresh(&door(&clinic.services), &pair.refresh).await {
                *pair = next;
            }
        }
    }
    for pair in &pairs {
        assert!(!works(clinic, pair).await, "both go on: {steps:?}");
    }
}
