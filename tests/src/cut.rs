//! A line to a server that can be cut.

use std::sync::Arc;
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A line to a server. Connections end with it when it is cut, and none is made until it is mended.
#[derive(Debug)]
pub struct Cut {
    port: u16,
    away: Arc<watch::Sender<bool>>,
}

impl Cut {
    /// A line to the server of this URL, whose host is an address and a port.
    pub async fn to(url: &str) -> Self {
        let server = authority(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let away = Arc::new(watch::Sender::new(false));
        let told = Arc::clone(&away);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut told = told.subscribe();
                let server = server.clone();
                tokio::spawn(async move {
                    if *told.borrow() {
                        // Whoever asks again at once is not to keep the machine busy.
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        return;
                    }
                    let mut far = TcpStream::connect(server).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = told.wait_for(|away| *away) => {}
                    }
                });
            }
        });
        Self { port, away }
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

/// Host and port of a URL that names a user.
fn authority(url: &str) -> &str {
    url.split(['@', '/']).find(|part| part.starts_with("127.0.0.1:")).unwrap()
}
