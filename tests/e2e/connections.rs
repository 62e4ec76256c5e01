//! Clients that are slow, many, oversized or foreign, on real sockets; the server outlives them.

use reqwest::header::HeaderMap;
use reqwest::{Client, Response, StatusCode, Version};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Stack, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// What stands for a time-out in these tests, and what for time that never passes in them.
const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_mins(1);
/// How long a test waits before it has failed.
const PATIENCE: Duration = Duration::from_secs(10);
const LIVEZ: &[u8] = b"GET /livez HTTP/1.1\r\nHost: clinic.example\r\n\r\n";

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap()
}

/// What comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    // A reset is a close that came before what was sent was read.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut received)).await.expect("it was not closed");
    String::from_utf8(received).unwrap()
}

/// Asks whether the server lives, on a connection that stays open; whether it answered.
async fn lives_on(stream: &mut TcpStream) -> bool {
    let mut received = Vec::new();
    let mut buffer = [0; 4_096];
    let asked = stream.write_all(LIVEZ).await;
    while asked.is_ok() && !received.ends_with(b"ok") {
        match timeout(PATIENCE, stream.read(&mut buffer)).await.expect("no answer and no close") {
            Ok(0) | Err(_) => break,
            Ok(count) => received.extend_from_slice(&buffer[..count]),
        }
    }
    received.starts_with(b"HTTP/1.1 200 ") && received.ends_with(b"ok")
}

/// The server lives, and is stopped.
async fn end(app: TestApp) {
    let alive = reqwest::get(format!("{}/livez", app.url())).await.unwrap();
    assert_eq!((alive.status(), alive.text().await.unwrap().as_str()), (StatusCode::OK, "ok"));
    app.stop().await;
}

/// Sends `{ __typename }` with these headers.
async fn post(app: &TestApp, headers: &[(&'static str, &str)]) -> Response {
    let mut request =
        Client::new().post(format!("{}/graphql", app.url())).json(&json!({ "query": "{ __typename }" }));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn code(response: Response) -> Value {
    response.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"].clone()
}

#[tokio::test]
async fn a_connection_that_sends_no_head_in_time_is_closed() {
    let app =
        TestApp::start_with(Stack::Embedded, |settings| settings.connections.header_timeout = SHORT).await;
    // The last begins like HTTP/2, so the protocol is not even known.
    for sent in ["", "GET /livez HTTP/1.1\r\nHost: clinic", "PRI * HTTP/2.0\r\n"] {
        let mut stream = connect(&app).await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        assert_eq!(rest(&mut stream).await, "", "{sent}");
    }
    end(app).await;
}

#[tokio::test]
async fn a_head_that_trickles_in_wins_no_time() {
    let app =
        TestApp::start_with(Stack::Embedded, |settings| settings.connections.header_timeout = SHORT).await;
    let mut stream = connect(&app).await;
    stream.write_all(b"GET /livez HTTP/1.1\r\nX: ").await.unwrap();
    let trickle = async {
        let mut byte = [0];
        // Each turn waits for the close a little, then sends one byte more.
        while timeout(SHORT / 10, stream.read(&mut byte)).await.is_err() {
            if stream.write_all(b"x").await.is_err() {
                break;
            }
        }
    };
    timeout(PATIENCE, trickle).await.expect("it was not closed");
    end(app).await;
}

#[tokio::test]
async fn between_requests_a_connection_may_rest_but_not_begin_slowly() {
    let app = TestApp::start_with(Stack::Embedded, |settings| {
        settings.connections.header_timeout = SHORT;
        settings.connections.idle_timeout = LONG;
    })
    .await;
    let mut stream = connect(&app).await;
    assert!(lives_on(&mut stream).await);
    assert!(timeout(SHORT * 3, stream.read(&mut [0])).await.is_err(), "it rests for longer than a head");
    assert!(lives_on(&mut stream).await);
    stream.write_all(b"GET /livez").await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
    end(app).await;
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let app =
        TestApp::start_with(Stack::Embedded, |settings| settings.connections.idle_timeout = SHORT).await;
    let mut stream = connect(&app).await;
    stream.write_all(LIVEZ).await.unwrap();
    let received = rest(&mut stream).await;
    assert!(received.starts_with("HTTP/1.1 200 ") && received.ends_with("ok"), "{received}");
    end(app).await;
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let app = TestApp::start_with(Stack::Embedded, |settings| settings.body_timeout = SHORT).await;
    for framing in ["Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"] {
        let mut stream = connect(&app).await;
        let head = "POST /graphql HTTP/1.1\r\nHost: clinic.example\r\nContent-Type: application/json\r\n";
        stream.write_all(format!("{head}{framing}").as_bytes()).await.unwrap();
        let received = rest(&mut stream).await;
        assert!(received.starts_with("HTTP/1.1 408 ") && received.contains("\"TIMEOUT\""), "{received}");
    }
    assert_eq!(post(&app, &[]).await.status(), 200, "a body in time is taken");
    end(app).await;
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let app =
        TestApp::start_with(Stack::Embedded, |settings| settings.connections.most_per_address = 2).await;
    let (mut one, mut two) = (connect(&app).await, connect(&app).await);
    assert!(lives_on(&mut one).await && lives_on(&mut two).await);
    let mut three = connect(&app).await;
    assert_eq!(rest(&mut three).await, "");
    assert!(lives_on(&mut one).await, "those that are there stay");
    drop(one);
    let freed = async { while !lives_on(&mut connect(&app).await).await {} };
    timeout(PATIENCE, freed).await.expect("its place was not given back");
    drop(two);
    end(app).await;
}

#[tokio::test]
async fn all_together_have_so_many_and_trusted_proxies_as_many_as_those() {
    let app = TestApp::start_with(Stack::Embedded, |settings| {
        settings.connections.most = 2;
        settings.connections.most_per_address = 1;
        settings.connections.trusted_proxies = [api::http::network("127.0.0.0/8").unwrap()].into();
    })
    .await;
    let (mut one, mut two) = (connect(&app).await, connect(&app).await);
    assert!(lives_on(&mut one).await && lives_on(&mut two).await);
    assert_eq!(rest(&mut connect(&app).await).await, "");
    drop((one, two));
    let freed = async { while !lives_on(&mut connect(&app).await).await {} };
    timeout(PATIENCE, freed).await.expect("the places were not given back");
    app.stop().await;
}

#[tokio::test]
async fn http_2_serves_many_requests_on_one_connection() {
    let app = TestApp::start_with(Stack::Embedded, |settings| settings.connections.most = 1).await;
    let http = Client::builder().http2_prior_knowledge().build().unwrap();
    let mut asked = JoinSet::new();
    for _ in 0..300 {
        asked.spawn(http.get(format!("{}/livez", app.url())).send());
    }
    for response in asked.join_all().await {
        let response = response.unwrap();
        assert_eq!((response.status(), response.version()), (StatusCode::OK, Version::HTTP_2));
    }
    let header = http.get(format!("{}/livez", app.url())).header("x-large", "x".repeat(20_000)).send();
    assert_eq!(header.await.unwrap().status(), 431);
    assert_eq!(http.get(format!("{}/livez", app.url())).send().await.unwrap().status(), 200);
    app.stop().await;
}

#[tokio::test]
async fn http_2_tells_its_limits_and_closes_what_is_idle() {
    let app = TestApp::start_with(Stack::Embedded, |settings| {
        settings.connections.streams = 7;
        settings.connections.header_timeout = SHORT;
    })
    .await;
    let mut stream = connect(&app).await;
    // The preface and an empty SETTINGS frame.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut received = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut received)).await.expect("it was not closed");
    assert_eq!(received[3], 4, "the first frame has the settings");
    let length = usize::from(received[1]) << 8 | usize::from(received[2]);
    let settings: Vec<_> = received[9..9 + length]
        .chunks(6)
        .map(|setting| (setting[1], u32::from_be_bytes(setting[2..].try_into().unwrap())))
        .collect();
    assert!(settings.contains(&(3, 7)), "streams at once: {settings:?}");
    assert!(settings.contains(&(6, 16_384)), "bytes of headers: {settings:?}");
    end(app).await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let app = TestApp::start(Stack::Embedded).await;
    let heads = [
        format!("X: {}\r\n", "x".repeat(20_000)),
        "X: x\r\n".repeat(101),
        format!("X{}: x", "y".repeat(20_000)),
    ];
    for head in heads {
        let mut stream = connect(&app).await;
        stream.write_all(format!("GET /livez HTTP/1.1\r\n{head}\r\n").as_bytes()).await.unwrap();
        let received = rest(&mut stream).await;
        assert!(received.starts_with("HTTP/1.1 431 "), "{received}");
    }
    end(app).await;
}

#[tokio::test]
async fn bodies_that_are_packed_broken_or_ambiguous_are_refused() {
    let app = TestApp::start(Stack::Embedded).await;
    for encoding in ["gzip", "br", "zstd", "deflate", "identity, gzip"] {
        let refused = post(&app, &[("content-encoding", encoding)]).await;
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["accept-encoding"]),
            (415, &"identity".parse().unwrap())
        );
        assert_eq!(code(refused).await, "BAD_USER_INPUT", "{encoding}");
    }
    assert_eq!(post(&app, &[("content-encoding", "identity")]).await.status(), 200);
    for body in [
        b"{\"query\":\"{ __typename } # \xff\"}".as_slice(),
        b"{\"query\":\"{ __typename }\",\"\xc3\":1}",
        b"\xff\xfe{\0\"\0",
        b"{\"query\":\"{ __typename }\",\"query\":\"{ __typename }\"}",
        b"{\"query\":\"{ __typename }\",\"variables\":{},\"variables\":null}",
        b"{\"query\":\"{ __typename }\",\"extensions\":{},\"extensions\":{}}",
        b"{\"query\":\"{ __typename }\",\"variables\":{\"a\":1,\"a\":2}}",
        b"{\"query\":\"{ __typename }\",\"variables\":{\"a\":[{\"b\":1,\"c\":{},\"b\":1}]}}",
    ] {
        let http = Client::new().post(format!("{}/graphql", app.url()));
        let refused = http.header("content-type", "application/json").body(body).send().await.unwrap();
        let shown = String::from_utf8_lossy(body);
        assert_eq!(refused.status(), 400, "{shown}");
        assert_eq!(code(refused).await, "BAD_USER_INPUT", "{shown}");
    }
    end(app).await;
}

/// A server at `https://care.example` that allows one more origin.
async fn with_origins() -> TestApp {
    TestApp::start_with(Stack::Embedded, |settings| {
        let allowed = ["https://dashboard.example".to_owned()];
        settings.origins = api::http::Origins::new("https://care.example", &allowed);
    })
    .await
}

#[tokio::test]
async fn a_foreign_page_cannot_use_cookies() {
    let app = with_origins().await;
    let cookie = ("cookie", "session=1");
    for foreign in
        ["https://evil.example", "http://care.example", "null", "https://dashboard.example.evil.example"]
    {
        let refused = post(&app, &[cookie, ("origin", foreign)]).await;
        assert_eq!(refused.status(), 403, "{foreign}");
        assert_eq!(code(refused).await, "FORBIDDEN");
    }
    for own in ["https://care.example", "https://dashboard.example"] {
        assert_eq!(post(&app, &[cookie, ("origin", own)]).await.status(), 200, "{own}");
    }
    assert_eq!(post(&app, &[cookie]).await.status(), 200, "an app sends no origin");
    let unread = post(&app, &[("origin", "https://evil.example")]).await;
    assert!(unread.status() == 200 && !unread.headers().contains_key("access-control-allow-origin"));
    end(app).await;
}

async fn preflight(app: &TestApp, origin: &str) -> HeaderMap {
    let request = Client::new().request(reqwest::Method::OPTIONS, format!("{}/graphql", app.url()));
    let asked = request
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,apollographql-client-name")
        .send();
    asked.await.unwrap().headers().clone()
}

#[tokio::test]
async fn pages_of_an_allowed_origin_may_read_answers_and_others_may_not() {
    let app = with_origins().await;
    let allowed = preflight(&app, "https://dashboard.example").await;
    assert_eq!(allowed["access-control-allow-origin"], "https://dashboard.example");
    assert!(allowed["access-control-allow-methods"].to_str().unwrap().contains("POST"));
    let headers = allowed["access-control-allow-headers"].to_str().unwrap();
    for header in ["authorization", "content-type", "accept-language", "apollographql-client-name"] {
        assert!(headers.split(',').any(|allowed| allowed == header), "{header} {headers}");
    }
    assert_eq!(allowed["access-control-max-age"], "86400");
    assert!(!preflight(&app, "https://evil.example").await.contains_key("access-control-allow-origin"));
    let answer = post(&app, &[("origin", "https://dashboard.example")]).await;
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://dashboard.example");
    assert_eq!(answer.headers()["access-control-expose-headers"], "x-request-id,retry-after");
    assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    end(app).await;
    let closed = TestApp::start(Stack::Embedded).await;
    assert!(
        !preflight(&closed, "https://dashboard.example").await.contains_key("access-control-allow-origin")
    );
    end(closed).await;
}

#[tokio::test]
async fn answers_are_compressed_as_the_client_likes() {
    let app = TestApp::start(Stack::Embedded).await;
    let question = json!({ "query": "{ __schema { types { name description } } }" });
    let ask = |http: Client, accepted: Option<&'static str>| {
        let request = http.post(format!("{}/graphql", app.url())).json(&question);
        match accepted {
            Some(encoding) => request.header("accept-encoding", encoding).send(),
            None => request.send(),
        }
    };
    let off = || Client::builder().no_gzip().no_brotli().no_zstd();
    let plain = ask(off().build().unwrap(), None).await.unwrap();
    assert!(!plain.headers().contains_key("content-encoding"));
    let plain = plain.text().await.unwrap();
    let decoders = [("gzip", off().gzip(true)), ("br", off().brotli(true)), ("zstd", off().zstd(true))];
    for (encoding, decoder) in decoders {
        let packed = ask(off().build().unwrap(), Some(encoding)).await.unwrap();
        assert_eq!(packed.headers()["content-encoding"], encoding);
        assert_eq!(packed.headers()["vary"], "accept-encoding");
        assert!(packed.bytes().await.unwrap().len() * 2 < plain.len(), "{encoding} saves more than half");
        let read = ask(decoder.build().unwrap(), None).await.unwrap().text().await.unwrap();
        assert_eq!(read, plain, "{encoding}");
    }
    let small = reqwest::get(format!("{}/livez", app.url())).await.unwrap();
    assert_eq!(small.headers()["content-length"], "2", "what is small goes as it is");
    end(app).await;
}

#[tokio::test]
async fn every_answer_is_named_and_safe_in_a_browser() {
    let app = TestApp::start_with(Stack::Embedded, |settings| settings.graphiql = true).await;
    let mut ids = Vec::new();
    for path in ["/livez", "/readyz", "/nowhere", "/graphql", "/graphiql"] {
        let answer = reqwest::get(format!("{}{path}", app.url())).await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        ids.push(header("x-request-id"));
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        let page = path == "/graphiql";
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(header("content-security-policy").contains("default-src 'none'"), !page, "{path}");
        assert_eq!(header("cache-control"), if page { "no-cache" } else { "no-store" }, "{path}");
        assert!(!answer.headers().contains_key("strict-transport-security"), "{path}");
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5, "no two requests have one id");
    let chosen = post(&app, &[("x-request-id", "chosen")]).await;
    assert_ne!(chosen.headers()["x-request-id"], "chosen", "a client does not choose it");
    end(app).await;
    let app = TestApp::start_with(Stack::Embedded, |settings| settings.https = true).await;
    assert_eq!(post(&app, &[]).await.headers()["strict-transport-security"], "max-age=31536000");
    end(app).await;
}
