//! One connection, which two clinics take in turns, and from which operations are torn away: what one
//! of them said of itself never holds for the next.

use care::access::{Scope, Services, authenticate, door};
use care::account::Tokens;
use care::page::Request;
use care::store::{Options, Store};
use std::sync::Arc;
use std::time::Duration;
use tests::{Clinic, Stack};
use tokio::task::JoinSet;

/// The names of the members whom this person sees, sorted.
async fn members(scope: &Scope) -> Vec<String> {
    let request = Request { first: Some(100), ..Request::default() };
    let page = care::clinic::members(scope, &request).await.unwrap();
    let mut names: Vec<_> = page.entries.into_iter().map(|(_, member)| member.name).collect();
    names.sort();
    names
}

async fn sign_in(services: &Arc<Services>, tokens: &Tokens) -> Scope {
    authenticate(&door(services), &tokens.access, "test".to_owned()).await.unwrap()
}

#[tokio::test]
async fn a_pool_of_one_keeps_two_clinics_apart_also_when_operations_panic() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        clinic.begin_another("Other Clinic", "boss@other.example").await;
        let tokens = [clinic.tokens("admin@clinic.example").await, clinic.tokens("boss@other.example").await];
        let timeout = Duration::from_secs(30);
        let store = Store::connect(&Options::single(&clinic.database.url, timeout)).await.unwrap();
        let services = Arc::new(Services { store, ..(*clinic.services).clone() });
        let mut running = JoinSet::new();
        for number in 0..200 {
            let (services, tokens) = (Arc::clone(&services), tokens[number % 2].clone());
            running.spawn(async move {
                let scope = sign_in(&services, &tokens).await;
                let names = members(&scope).await;
                // Torn away while the transaction that says whose rows these are is open.
                assert!(number % 7 != 3, "an operation panics");
                scope.finish().await;
                (number % 2, names)
            });
        }
        let (mut seen, mut panicked) = (0, 0);
        while let Some(ended) = running.join_next().await {
            match ended {
                Ok((0, names)) => assert_eq!(names, ["admin", "other", "therapist"]),
                Ok((_, names)) => assert_eq!(names, ["boss"]),
                Err(error) => {
                    assert!(error.is_panic(), "{error}");
                    panicked += 1;
                    continue;
                }
            }
            seen += 1;
        }
        assert_eq!((seen, panicked), (171, 29));
        services.store.close().await;
        clinic.services.store.close().await;
    }
}
