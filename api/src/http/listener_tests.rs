use super::*;
use crate::http::ClientAddress;
use crate::http::address::network;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::upgrade::OnUpgrade;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, split};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);

/// A server of these routes.
struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    async fn start(routes: Router, change: impl FnOnce(&mut Connections)) -> Self {
        let mut settings = Connections {
            header_timeout: PATIENCE * 6,
            idle_timeout: PATIENCE * 6,
            most: 10,
            most_per_address: 10,
            streams: 10,
            trusted_proxies: [].into(),
        };
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, routes, settings, stopped));
        Self { address, stop, tasks }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn ended(mut self) {
        self.stop.send_replace(true);
        timeout(PATIENCE, self.tasks.join_next()).await.expect("it did not stop").unwrap().unwrap();
    }
}

/// What comes until `end`, or until the connection is closed.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut received = Vec::new();
    let mut buffer = [0; 1_024];
    while end.is_empty() || !received.ends_with(end.as_bytes()) {
        match timeout(PATIENCE, stream.read(&mut buffer)).await.expect("nothing comes") {
            Ok(0) | Err(_) => break,
            Ok(count) => received.extend_from_slice(&buffer[..count]),
        }
    }
    String::from_utf8(received).unwrap()
}

#[tokio::test]
async fn only_trusted_proxies_say_who_the_client_is() {
    let routes = || {
        let told = |Extension(ClientAddress(address)): Extension<ClientAddress>| async move {
            format!("<{address}>")
        };
        Router::new().route("/", get(told))
    };
    let request = "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.9, 203.0.113.5\r\n\
        Forwarded: for=198.51.100.9\r\nX-Real-IP: 198.51.100.9\r\n\r\n";
    for (trusted, client) in [("192.0.2.0/24", "<127.0.0.1>"), ("127.0.0.1", "<203.0.113.5>")] {
        let trust =
            |settings: &mut Connections| settings.trusted_proxies = [network(trusted).unwrap()].into();
        let server = Running::start(routes(), trust).await;
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(until(&mut stream, ">").await.ends_with(client), "{trusted}");
        server.ended().await;
    }
}

#[tokio::test]
async fn what_has_begun_is_finished_and_nothing_is_begun_after_the_stop() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
        async move || {
            begun.notify_one();
            go_on.notified().await;
            "finished"
        }
    };
    let routes = Router::new().route("/slow", get(slow)).route("/", get(async || "quick"));
    let server = Running::start(routes, |_| ()).await;
    let (mut busy, mut idle, mut silent) =
        (server.connect().await, server.connect().await, server.connect().await);
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(until(&mut idle, "quick").await.ends_with("quick"));
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    begun.notified().await;
    server.stop.send_replace(true);
    assert_eq!(until(&mut idle, "").await, "", "an idle connection is closed");
    assert_eq!(until(&mut silent, "").await, "", "so is one that has not asked anything");
    assert!(TcpStream::connect(server.address).await.is_err(), "no new one is taken");
    go_on.notify_one();
    let answer = until(&mut busy, "").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("finished"), "{answer}");
    server.ended().await;
}

/// Takes over the connection and sends back what comes.
async fn echo(State(echoes): State<Arc<Mutex<JoinSet<()>>>>, mut request: Request) -> Response {
    let upgrade = request.extensions_mut().remove::<OnUpgrade>().unwrap();
    echoes.lock().unwrap().spawn(async move {
        let (mut reading, mut writing) = split(TokioIo::new(upgrade.await.unwrap()));
        copy(&mut reading, &mut writing).await.unwrap();
    });
    let switch = [
        (header::CONNECTION, HeaderValue::from_static("upgrade")),
        (header::UPGRADE, HeaderValue::from_static("echo")),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, switch).into_response()
}

#[tokio::test]
async fn an_upgraded_connection_outlives_the_time_outs_and_keeps_its_place() {
    let echoes = Arc::new(Mutex::new(JoinSet::new()));
    let routes = Router::new().route("/", get(echo)).with_state(Arc::clone(&echoes));
    let server = Running::start(routes, |settings| {
        settings.most_per_address = 1;
        settings.header_timeout = Duration::from_millis(100);
        settings.idle_timeout = Duration::from_millis(100);
    })
    .await;
    let ask = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    let mut stream = server.connect().await;
    stream.write_all(ask).await.unwrap();
    assert!(until(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 101 "));
    let early = timeout(Duration::from_millis(200), stream.read(&mut [0])).await;
    assert!(early.is_err(), "it stays open, though nothing is sent");
    assert_eq!(until(&mut server.connect().await, "").await, "", "its place is taken");
    stream.write_all(b"hello").await.unwrap();
    assert_eq!(until(&mut stream, "hello").await, "hello");
    drop(stream);
    let mut ended = std::mem::take(&mut *echoes.lock().unwrap());
    timeout(PATIENCE, ended.join_next()).await.unwrap().unwrap().unwrap();
    let mut next = server.connect().await;
    next.write_all(ask).await.unwrap();
    assert!(until(&mut next, "\r\n\r\n").await.starts_with("HTTP/1.1 101 "), "its place is free");
    drop(next);
    server.ended().await;
}

#[tokio::test]
async fn a_panic_of_one_connection_is_its_own() {
    let fail = async || -> &'static str { panic!("on purpose") };
    let routes = Router::new().route("/panic", get(fail)).route("/", get(async || "quick"));
    let server = Running::start(routes, |settings| settings.most = 1).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /panic HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(until(&mut stream, "").await, "");
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(until(&mut stream, "quick").await.ends_with("quick"), "its place was given back");
    server.ended().await;
}
