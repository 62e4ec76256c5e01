//! A line to a server that can be cut, or on which answers stop.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A line to a server. Connections end with it when it is cut, and none is made until it is mended.
#[derive(Debug)]
pub struct Cut {
    port: u16,
    away: watch::Sender<bool>,
    answers: watch::Sender<Answers>,
    _lines: JoinSet<()>,
}

/// What becomes of the server's answers.
#[derive(Debug, Clone)]
enum Answers {
    /// They arrive.
    Arrive,
    /// They arrive, until somebody asks for something with these words in it.
    ArriveUntil(String),
    /// They stay on the line.
    Stay,
}

/// Where all connections of a line read what becomes of answers, and change it.
type Switch = watch::Sender<Answers>;

impl Cut {
    /// A line to the server of this URL, whose host is an address and a port.
    pub async fn to(url: &str) -> Self {
        let server = authority(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (away, answers) = (watch::Sender::new(false), watch::Sender::new(Answers::Arrive));
        let mut lines = JoinSet::new();
        lines.spawn(accept(listener, server, away.subscribe(), answers.clone()));
        Self { port, away, answers, _lines: lines }
    }

    /// The same URL by this line.
    pub fn url(&self, url: &str) -> String {
        url.replace(authority(url), &format!("127.0.0.1:{}", self.port))
    }

    /// Cuts the line, or mends it.
    pub fn set_away(&self, away: bool) {
        self.away.send_replace(away);
    }

    /// From the first request on with these words in it the server gets what is asked, and no answer arrives.
    pub fn hold_answers_from(&self, words: &str) {
        self.answers.send_replace(Answers::ArriveUntil(words.to_owned()));
    }

    /// Whether answers stay on the line.
    pub fn holds_answers(&self) -> bool {
        matches!(*self.answers.borrow(), Answers::Stay)
    }

    /// Lets answers arrive, those first that stayed on the line.
    pub fn let_answers_arrive(&self) {
        self.answers.send_replace(Answers::Arrive);
    }
}

async fn accept(listener: TcpListener, server: String, away: watch::Receiver<bool>, answers: Switch) {
    let mut connections = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        connections.spawn(carry(near, server.clone(), away.clone(), answers.clone()));
    }
}

async fn carry(mut near: TcpStream, server: String, mut away: watch::Receiver<bool>, answers: Switch) {
    if *away.borrow() {
        // Whoever asks again at once is not to keep the machine busy.
        tokio::time::sleep(Duration::from_millis(20)).await;
        return;
    }
    // A server that is gone takes no connection, and then neither does its line.
    let Ok(mut far) = TcpStream::connect(server).await else { return };
    for stream in [&near, &far] {
        stream.set_nodelay(true).unwrap();
    }
    let ((near_read, near_write), (far_read, far_write)) = (near.split(), far.split());
    tokio::select! {
        () = ask(near_read, far_write, &answers) => {}
        () = answer(far_read, near_write, &answers) => {}
        _ = away.wait_for(|away| *away) => {}
    }
}

async fn ask(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, answers: &Switch) {
    let mut chunk = vec![0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        let asked = &chunk[..length];
        // Before the server can have it, so that its answer is not faster.
        answers.send_if_modified(|answers| {
            let stop = matches!(answers, Answers::ArriveUntil(words)
                if asked.windows(words.len()).any(|part| part == words.as_bytes()));
            if stop {
                *answers = Answers::Stay;
            }
            stop
        });
        if to.write_all(asked).await.is_err() {
            return;
        }
    }
}

async fn answer(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, answers: &Switch) {
    let (mut chunk, mut answers) = (vec![0; 65_536], answers.subscribe());
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        _ = answers.wait_for(|answers| !matches!(answers, Answers::Stay)).await;
        if to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
}

/// Host and port of a URL, which may name a user.
fn authority(url: &str) -> &str {
    url.split(['@', '/']).find(|part| part.starts_with("127.0.0.1:")).unwrap()
}
