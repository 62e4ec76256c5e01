//! A line to a server that can be cut.

use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A line to a server. Connections end with it when it is cut, and none is made until it is mended.
#[derive(Debug)]
pub struct Cut {
    port: u16,
    away: watch::Sender<bool>,
    _lines: JoinSet<()>,
}

impl Cut {
    /// A line to the server of this URL, whose host is an address and a port.
    pub async fn to(url: &str) -> Self {
        let server = authority(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let away = watch::Sender::new(false);
        let mut lines = JoinSet::new();
        lines.spawn(accept(listener, server, away.subscribe()));
        Self { port, away, _lines: lines }
    }

    /// The same URL by this line.
    pub fn url(&self, url: &str) -> String {
        url.replace(authority(url), &format!("127.0.0.1:{}", self.port))
    }

    /// Cuts the line, or mends it.
    pub fn set_away(&self, away: bool) {
        self.away.send_replace(away);
    }
}

async fn accept(listener: TcpListener, server: String, away: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        connections.spawn(carry(near, server.clone(), away.clone()));
    }
}

async fn carry(mut near: TcpStream, server: String, mut away: watch::Receiver<bool>) {
    if *away.borrow() {
        // Whoever asks again at once is not to keep the machine busy.
        tokio::time::sleep(Duration::from_millis(20)).await;
        return;
    }
    let mut far = TcpStream::connect(server).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = away.wait_for(|away| *away) => {}
    }
}

/// Host and port of a URL that names a user.
fn authority(url: &str) -> &str {
    url.split(['@', '/']).find(|part| part.starts_with("127.0.0.1:")).unwrap()
}
