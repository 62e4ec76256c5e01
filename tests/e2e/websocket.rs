//! `graphql-transport-ws`: what the protocol says, and what it leaves to the server.

use crate::{items, log_one, session};
use api::http::Settings;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Stack, TestApp};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A client that says what it is told to, polite or not.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

const CHANGED: &str =
    "subscription($after: SyncCursor) { patientChanged(after: $after) { cursor patient { name } changed } }";

impl Socket {
    async fn connect(app: &TestApp, protocol: Option<&'static str>) -> Self {
        let mut request = app.socket_url().into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        Self(connect_async(request).await.unwrap().0)
    }

    /// Connected, and acknowledged for this token.
    pub(crate) async fn open(app: &TestApp, token: &str) -> Self {
        let mut socket = Self::connect(app, Some("graphql-transport-ws")).await;
        socket.init(token).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn init(&mut self, token: &str) {
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    async fn next(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(Duration::from_secs(30), self.0.next());
        next.await.expect("the server says something").map(Result::unwrap)
    }

    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            match self.next().await.expect("the socket is open") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code and the reason by which the server closes.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.next().await.expect("a close frame") {
                let frame = frame.unwrap();
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

async fn app(change: impl FnOnce(&mut Settings)) -> TestApp {
    let app = TestApp::start_with(Stack::Embedded, change).await;
    let ada = app.clinic.patient("ada").await;
    app.clinic.program(&ada, &[1]).await;
    app
}

async fn log_of_ada(app: &TestApp) -> String {
    log_one(app, &app.sign_in("ada@patient.example").await).await
}

#[tokio::test]
async fn each_violation_has_its_close_code() {
    let app = app(|settings| settings.wires.init_timeout = Duration::from_millis(300)).await;
    let token = app.sign_in("ada@patient.example").await.token().to_owned();

    for protocol in [None, Some("graphql-ws")] {
        // A client that insists on its own protocol hangs up by itself.
        if protocol.is_none() {
            assert_eq!(Socket::connect(&app, protocol).await.closed().await.0, 4406);
        }
    }
    let mut socket = Socket::connect(&app, Some("graphql-transport-ws")).await;
    assert_eq!(socket.closed().await, (4408, "Connection initialisation timeout".to_owned()));

    let mut socket = Socket::connect(&app, Some("graphql-transport-ws")).await;
    socket.subscribe("1", CHANGED, json!({})).await;
    assert_eq!(socket.closed().await, (4401, "Unauthorized".to_owned()));

    let mut socket = Socket::connect(&app, Some("graphql-transport-ws")).await;
    socket.init("no token at all").await;
    assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()));

    let mut socket = Socket::open(&app, &token).await;
    socket.init(&token).await;
    assert_eq!(socket.closed().await, (4429, "Too many initialisation requests".to_owned()));

    for message in [
        Message::text("no JSON"),
        Message::text("{}"),
        Message::text("[]"),
        Message::text("{\"type\":\"start\",\"id\":\"1\"}"),
        Message::text("{\"type\":\"subscribe\",\"id\":\"1\"}"),
        Message::text("{\"type\":\"subscribe\",\"id\":1,\"payload\":{\"query\":\"{ viewer { id } }\"}}"),
        Message::text("{\"type\":\"subscribe\",\"id\":\"\",\"payload\":{\"query\":\"{ viewer { id } }\"}}"),
        Message::binary(vec![1, 2, 3]),
    ] {
        let mut socket = Socket::open(&app, &token).await;
        socket.send(message.clone()).await;
        assert_eq!(socket.closed().await.0, 4400, "{message}");
    }

    let id = "🦴".repeat(30);
    let mut socket = Socket::open(&app, &token).await;
    socket.subscribe(&id, CHANGED, json!({})).await;
    assert_eq!(socket.hear().await["type"], "next");
    socket.subscribe(&id, CHANGED, json!({})).await;
    let (code, reason) = socket.closed().await;
    assert_eq!(code, 4409);
    assert!(reason.starts_with("Subscriber for") && reason.len() <= 123, "{reason}");

    let mut socket = Socket::open(&app, &token).await;
    socket.subscribe("1", &" ".repeat(70_000), json!({})).await;
    assert_eq!(socket.closed().await.0, 1009);
    app.stop().await;
}

#[tokio::test]
async fn pings_are_answered_and_silent_clients_given_up() {
    let app = app(|settings| settings.wires.heartbeat = Duration::from_millis(200)).await;
    let token = app.sign_in("ada@patient.example").await.token().to_owned();
    let mut socket = Socket::open(&app, &token).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    socket.say(json!({ "type": "pong" })).await;
    assert!(matches!(socket.next().await, Some(Message::Ping(_))));
    // A client that reads answers pings by itself, and stays.
    for _ in 0..4 {
        assert!(matches!(socket.next().await, Some(Message::Ping(_))));
    }
    // A raw connection that never answers does not.
    let mut silent = Socket::open(&app, &token).await;
    let stream = silent.0.get_mut();
    let MaybeTlsStream::Plain(stream) = stream else { panic!("a plain connection") };
    let mut rest = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(stream, &mut rest);
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("the server ends it").unwrap();
    app.stop().await;
}

#[tokio::test]
async fn changes_are_told_once_and_in_order_and_a_lost_connection_loses_none() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let token = app.sign_in("ada@patient.example").await.token().to_owned();
        let mut socket = Socket::open(&app, &token).await;
        socket.subscribe("1", CHANGED, json!({})).await;
        let begun = socket.hear().await;
        let event = &begun["payload"]["data"]["patientChanged"];
        assert_eq!(event["changed"], json!([]), "{stack:?} {begun}");
        assert_eq!(event["patient"]["name"], "ada");

        let first = log_of_ada(&app).await;
        let told = socket.hear().await["payload"]["data"]["patientChanged"].clone();
        assert_eq!(told["changed"], json!([first]), "{stack:?}");
        drop(socket);

        let (second, third) = (log_of_ada(&app).await, log_of_ada(&app).await);
        // An amended log has two versions and is still one log.
        let patient = app.sign_in("ada@patient.example").await;
        let amended = session(&second, "2026-06-15T08:30:00Z", &items(&patient).await);
        let amend =
            "mutation($input: ProgressLogInput!) { amendProgressLog(input: $input) { userErrors { code } } }";
        assert_eq!(
            patient.ask(amend, json!({ "input": amended })).await["amendProgressLog"]["userErrors"],
            json!([])
        );
        let mut socket = Socket::open(&app, &token).await;
        socket.subscribe("1", CHANGED, json!({ "after": told["cursor"] })).await;
        let missed = socket.hear().await["payload"]["data"]["patientChanged"].clone();
        assert_eq!(missed["changed"], json!([third, second]), "{stack:?}: none lost, none twice");

        socket.say(json!({ "type": "complete", "id": "1" })).await;
        let fourth = log_of_ada(&app).await;
        socket.subscribe("1", CHANGED, json!({ "after": missed["cursor"] })).await;
        let again = socket.hear().await;
        assert_eq!(again["payload"]["data"]["patientChanged"]["changed"], json!([fourth]));
        drop(socket);
        app.stop().await;
    }
}

#[tokio::test]
async fn nobody_hears_of_another_patient() {
    let app = app(|_| {}).await;
    app.clinic.patient("ben").await;
    let ben = app.sign_in("ben@patient.example").await;
    let other = app.sign_in("other@clinic.example").await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let caseload = "subscription { caseloadChanged { patient { name } } }";
    let mut of_ben = Socket::open(&app, ben.token()).await;
    of_ben.subscribe("1", CHANGED, json!({})).await;
    let begun = of_ben.hear().await["payload"]["data"]["patientChanged"].clone();
    let mut of_other = Socket::open(&app, other.token()).await;
    of_other.subscribe("1", caseload, json!({})).await;
    let mut of_therapist = Socket::open(&app, therapist.token()).await;
    of_therapist.subscribe("1", caseload, json!({})).await;
    // An answer to a query tells that what was sent before has begun.
    for socket in [&mut of_other, &mut of_therapist] {
        socket.subscribe("2", "{ viewer { role } }", json!({})).await;
        assert_eq!(socket.hear().await["payload"]["data"]["viewer"]["role"], "THERAPIST");
        assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "2" }));
    }
    log_of_ada(&app).await;
    let heard = of_therapist.hear().await;
    assert_eq!(heard["payload"]["data"]["caseloadChanged"]["patient"]["name"], "ada");
    for socket in [&mut of_ben, &mut of_other] {
        socket.subscribe("3", "{ viewer { role } }", json!({})).await;
        assert_eq!(socket.hear().await["id"], "3", "nothing came before");
    }
    // A cursor of another patient's is refused.
    let ada = app.sign_in("ada@patient.example").await;
    let mut of_ada = Socket::open(&app, ada.token()).await;
    of_ada.subscribe("1", CHANGED, json!({ "after": begun["cursor"] })).await;
    let refused = of_ada.hear().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "BAD_USER_INPUT");
    drop((of_ben, of_other, of_therapist, of_ada));
    app.stop().await;
}

#[tokio::test]
async fn what_cannot_run_is_refused_by_an_error_and_the_socket_stays() {
    let app = app(|settings| settings.wires.subscriptions = 2).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let mut socket = Socket::open(&app, therapist.token()).await;
    let bomb = "{ viewer { ...A ...A } } ".to_owned()
        + &(0..30)
            .map(|n| format!("fragment A{n} on Viewer {{ ...A{} ...A{} }} ", n + 1, n + 1))
            .collect::<Vec<_>>()
            .concat()
        + "fragment A30 on Viewer { id } fragment A on Viewer { ...A0 ...A0 }";
    let nested = format!("{{ x(a: {}1{}) }}", "[".repeat(3_000), "]".repeat(3_000));
    for (query, code) in [
        ("{ viewer", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { signOut { userErrors { code } } }", "BAD_USER_INPUT"),
        ("query($d: LocalDate!) { today(date: $d) { date } }", "BAD_USER_INPUT"),
        (CHANGED, "FORBIDDEN"),
        (&bomb, "QUERY_TOO_COMPLEX"),
        (&nested, "QUERY_TOO_COMPLEX"),
    ] {
        socket.subscribe("1", query, json!({})).await;
        let refused = socket.hear().await;
        let errors = match refused["type"].as_str().unwrap() {
            "error" => &refused["payload"],
            _ => &refused["payload"]["errors"],
        };
        assert_eq!(errors[0]["extensions"]["code"], code, "{query:.100} {refused}");
        if refused["type"] == "next" {
            assert_eq!(socket.hear().await["type"], "complete");
        }
    }
    let caseload = "subscription { caseloadChanged { painNow } }";
    for id in ["1", "2", "3"] {
        socket.subscribe(id, caseload, json!({})).await;
    }
    let refused = socket.hear().await;
    assert_eq!((refused["id"].as_str(), refused["type"].as_str()), (Some("3"), Some("error")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    drop(socket);
    app.stop().await;
}

#[tokio::test]
async fn a_session_that_ends_ends_its_streams() {
    let app = app(|settings| settings.wires.recheck = Duration::from_millis(100)).await;
    let patient = app.sign_in("ada@patient.example").await;
    let mut socket = Socket::open(&app, patient.token()).await;
    socket.subscribe("1", CHANGED, json!({})).await;
    assert_eq!(socket.hear().await["type"], "next");
    patient.ask("mutation { signOut { userErrors { code } } }", json!({})).await;
    let told = socket.hear().await;
    assert_eq!(told["payload"][0]["extensions"]["code"], "UNAUTHENTICATED", "{told}");
    assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()));
    app.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let app = app(|_| {}).await;
    let patient = app.sign_in("ada@patient.example").await;
    let mut socket = Socket::open(&app, patient.token()).await;
    socket.subscribe("1", CHANGED, json!({})).await;
    assert_eq!(socket.hear().await["type"], "next");
    let (closed, ()) = tokio::join!(
        async {
            loop {
                if let Some(Message::Close(frame)) = socket.next().await {
                    return u16::from(frame.unwrap().code);
                }
            }
        },
        app.stop()
    );
    assert_eq!(closed, 1001);
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_connect() {
    let app = app(|_| {}).await;
    let mut request = app.socket_url().into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let refused = connect_async(request).await.unwrap_err();
    let tokio_tungstenite::tungstenite::Error::Http(answer) = refused else { panic!("{refused}") };
    assert_eq!(answer.status(), 403);
    app.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_given_up() {
    let hurried = |settings: &mut Settings| {
        settings.wires.send_timeout = Duration::from_millis(300);
        settings.wires.subscriptions = 1_000;
    };
    let app = app(hurried).await;
    let patient = app.sign_in("ada@patient.example").await;
    let mut socket = Socket::open(&app, patient.token()).await;
    let large = "{ exercises(first: 100) { nodes { id name instructions { kind text } } } }";
    // Far more than what the buffers on the way hold.
    for id in 0..400 {
        let payload = json!({ "query": large });
        let message = json!({ "type": "subscribe", "id": id.to_string(), "payload": payload }).to_string();
        let sent = tokio::time::timeout(Duration::from_secs(2), socket.0.send(Message::text(message)));
        if !matches!(sent.await, Ok(Ok(()))) {
            break;
        }
    }
    // Reading nothing, it learns from a send that fails.
    let mut beat = tokio::time::interval(Duration::from_millis(50));
    let ended = async {
        while socket.0.send(Message::Ping(Vec::new().into())).await.is_ok() {
            beat.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), ended).await.expect("the server has ended it");
    app.stop().await;
}
