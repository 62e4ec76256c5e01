//! What a test tells a simulator to do.

use super::apple::{device, push};
use super::{Client, providers};
use axum::http::header::RETRY_AFTER;
use serde_json::json;
use std::time::Duration;
use tests::push_provider::{Act, Apple, AppleKey, Goodbye, PushProviders, Reply, Simulator};

const ALERT: &str = r#"{"aps":{"alert":"x"}}"#;

/// Apple's service with a connection whose client is known.
async fn known(providers: &PushProviders) -> (&Simulator<Apple>, Client, AppleKey) {
    let apple = &providers.apple;
    let (client, key) = (Client::connect(&providers.authority, apple.port()).await, apple.provider().key());
    assert_eq!(push(&client, &key, &device(0), &[], ALERT).await.unwrap().status, 200);
    client.until_streams(1000).await;
    (apple, client, key)
}

/// Waits until so many requests have come.
async fn until_count(apple: &Simulator<Apple>, count: usize) {
    while apple.count() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_limit_of_streams_changes_on_open_connections() {
    let (providers, _) = providers().await;
    let (apple, client, key) = known(&providers).await;
    for streams in [3, 0, 500, 2] {
        apple.set_streams(streams);
        client.until_streams(streams.into()).await;
    }
    apple.act_next(2, Act::Silence { taken: false });
    let (one, two) = (device(1), device(2));
    let silent = || async {
        tokio::join!(push(&client, &key, &one, &[], ALERT), push(&client, &key, &two, &[], ALERT))
    };
    tokio::select! {
        _ = silent() => panic!("silence is no answer"),
        () = until_count(apple, 3) => {}
    }
    // The streams that were given up are free again.
    assert_eq!(push(&client, &key, &one, &[], ALERT).await.unwrap().status, 200);
    assert_eq!((apple.refused_streams(), apple.connections()), (0, 1));
}

#[tokio::test]
async fn a_graceful_goodbye_answers_what_is_open() {
    let (providers, _) = providers().await;
    let (apple, mut client, key) = known(&providers).await;
    apple.set_latency(Duration::from_millis(20));
    let token = device(1);
    let open = push(&client, &key, &token, &[], ALERT);
    let goodbye = async {
        until_count(apple, 2).await;
        apple.say_goodbye(Goodbye::Graceful);
    };
    let (answer, ()) = tokio::join!(open, goodbye);
    assert_eq!(answer.unwrap().status, 200);
    client.driving.join_next().await.unwrap().unwrap().unwrap();
    let (_, again, _) = known(&providers).await;
    assert_eq!(push(&again, &key, &token, &[], ALERT).await.unwrap().status, 200);
    assert_eq!(apple.connections(), 2);
}

#[tokio::test]
async fn an_abrupt_goodbye_and_a_cut_answer_nothing_more() {
    let (providers, _) = providers().await;
    for goodbye in [Goodbye::Abrupt, Goodbye::Cut] {
        let (apple, mut client, key) = known(&providers).await;
        let (token, before) = (device(1), apple.count());
        apple.act_next(1, Act::Silence { taken: true });
        let open = push(&client, &key, &token, &[], ALERT);
        let cut = async {
            until_count(apple, before + 1).await;
            apple.say_goodbye(goodbye);
        };
        let (answer, ()) = tokio::join!(open, cut);
        assert!(answer.unwrap_err().is_io(), "{goodbye:?}");
        let end = client.driving.join_next().await.unwrap().unwrap();
        assert_eq!(end.is_ok(), goodbye == Goodbye::Abrupt, "{end:?}");
    }
    assert_eq!(providers.apple.shown(&device(1)).len(), 2, "taken all the same");
}

#[tokio::test]
async fn answers_follow_the_script() {
    let (providers, _) = providers().await;
    let (apple, client, key) = known(&providers).await;
    let busy = Reply::apple(503, "ServiceUnavailable").with("retry-after", "7");
    apple.act_next(2, Act::Answer(busy));
    apple.act_next(1, Act::Answer(Reply::apple(500, "InternalServerError")));
    apple.uninstall(&device(2), care::clock::Instant(5));
    let status = async |number| push(&client, &key, &device(number), &[], ALERT).await.unwrap();
    let first = status(1).await;
    assert_eq!((first.status, &first.headers[RETRY_AFTER]), (503, &"7".parse().unwrap()));
    let gone = status(2).await;
    assert_eq!((gone.status, gone.body), (410, json!({ "reason": "Unregistered", "timestamp": 5 })));
    let wrong = push(&client, &key, &device(1), &[("apns-topic", "")], ALERT).await.unwrap();
    assert_eq!(wrong.status, 400, "what is wrong is not of the script");
    assert_eq!((status(1).await.status, status(1).await.status, status(1).await.status), (503, 500, 200));
    apple.act_for(&device(2), None);
    assert_eq!(status(2).await.status, 200);
    apple.act_every(Some((3, Act::Answer(Reply::apple(429, "TooManyRequests")))));
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(status(1).await.status);
    }
    assert_eq!(statuses, [200, 200, 429, 200, 200, 429]);
    assert_eq!(apple.shown(&device(1)).len(), 5);
}

#[tokio::test]
async fn a_stream_is_reset_or_forgotten_with_the_push_taken_or_not() {
    let (providers, _) = providers().await;
    let (apple, client, key) = known(&providers).await;
    let token = device(1);
    for (taken, shown) in [(false, 0), (true, 1)] {
        apple.act_next(1, Act::Reset { taken });
        let error = push(&client, &key, &token, &[], ALERT).await.unwrap_err();
        assert_eq!(error.reason(), Some(h2::Reason::INTERNAL_ERROR));
        assert_eq!(apple.shown(&token).len(), shown);
    }
    for (taken, shown) in [(false, 1), (true, 2)] {
        let before = apple.count();
        apple.act_next(1, Act::Silence { taken });
        tokio::select! {
            _ = push(&client, &key, &token, &[], ALERT) => panic!("silence is no answer"),
            () = until_count(apple, before + 1) => {}
        }
        assert_eq!(apple.shown(&token).len(), shown);
    }
    assert_eq!(apple.log().iter().filter(|logged| logged.status == 0).count(), 4);
}

#[tokio::test]
async fn answers_take_as_long_as_they_are_told() {
    let (providers, _) = providers().await;
    let (apple, client, key) = known(&providers).await;
    let token = device(1);
    let two = || async {
        tokio::join!(push(&client, &key, &token, &[], ALERT), push(&client, &key, &token, &[], ALERT))
    };
    apple.set_latency(Duration::from_hours(1));
    tokio::select! {
        _ = two() => panic!("an hour has passed"),
        // The second does not wait for the first.
        () = until_count(apple, 3) => {}
    }
    let latency = Duration::from_millis(20);
    apple.set_latency(latency);
    let begun = tokio::time::Instant::now();
    let (one, other) = two().await;
    assert_eq!((one.unwrap().status, other.unwrap().status), (200, 200));
    assert!(begun.elapsed() >= latency, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn connections_are_refused_and_welcome_again() {
    let (providers, _) = providers().await;
    let (apple, client, key) = known(&providers).await;
    apple.set_refusing(true);
    assert!(Client::try_connect(&providers.authority, apple.port()).await.is_err());
    assert_eq!(push(&client, &key, &device(1), &[], ALERT).await.unwrap().status, 200, "open ones stay");
    apple.set_refusing(false);
    known(&providers).await;
}

#[tokio::test]
async fn nothing_happens_while_connections_are_frozen() {
    let (providers, _) = providers().await;
    let (apple, client, key) = known(&providers).await;
    apple.set_frozen(true);
    let (token, before) = (device(1), apple.connections());
    let thaw = async {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        assert_eq!((apple.count(), apple.connections()), (1, before));
        apple.set_frozen(false);
    };
    let connecting = Client::connect(&providers.authority, apple.port());
    let (answer, _, ()) = tokio::join!(push(&client, &key, &token, &[], ALERT), connecting, thaw);
    assert_eq!(answer.unwrap().status, 200);
    assert_eq!((apple.count(), apple.connections()), (2, before + 1));
}

#[tokio::test]
async fn memory_can_be_spared() {
    let (providers, _) = providers().await;
    let (apple, client, key) = known(&providers).await;
    apple.keep_payloads(false);
    for _ in 0..256 {
        push(&client, &key, &device(1), &[], ALERT).await.unwrap();
    }
    assert!(apple.shown(&device(1)).iter().all(|shown| shown.payload.is_empty()));
    let received = apple.received();
    assert_eq!((apple.count(), received.len()), (257, 256));
    assert!(received.iter().all(|request| request["path"] == format!("/3/device/{}", device(1))));
}
