//! A mail server on loopback that keeps what it takes, and answers as the test says.

use crate::canary;
use api::mail::Smtp;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the server says to a letter.
#[derive(Debug, Clone, Copy)]
pub enum Postmaster {
    /// It takes it.
    Takes,
    /// It answers this to the recipient, a code and words.
    Says(&'static str),
    /// It hangs up.
    HangsUp,
    /// It says nothing any more.
    Silent,
}

/// A letter as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The recipient of the envelope.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Arrived {
    /// The token of the link in it.
    pub fn token(&self) -> &str {
        let (_, rest) = self.text.split_once("http://clinic.example/reset-password#").unwrap();
        rest.split_whitespace().next().unwrap()
    }
}

#[derive(Debug)]
struct State {
    letters: Vec<Arrived>,
    answer: Postmaster,
}

/// A running mail server.
pub struct Mailbox {
    /// What hands letters to it.
    pub mailer: Smtp,
    state: Arc<Mutex<State>>,
    _serving: JoinSet<()>,
}

impl Mailbox {
    /// Starts one that takes everything.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { letters: Vec::new(), answer: Postmaster::Takes }));
        let mut serving = JoinSet::new();
        let kept = Arc::clone(&state);
        serving.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(stream, Arc::clone(&kept)));
            }
        });
        let mailer = Smtp::new(&url, "Clinic <no-reply@plumbline.example>").unwrap();
        let mailer = mailer.with_patience(Duration::from_secs(2));
        Self { mailer, state, _serving: serving }
    }

    /// Changes what the server says.
    pub fn answer(&self, answer: Postmaster) {
        self.state.lock().unwrap().answer = answer;
    }

    /// The letters that have arrived since this was last asked.
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.state.lock().unwrap().letters)
    }
}

struct Talk {
    lines: Lines<BufReader<OwnedReadHalf>>,
    write: OwnedWriteHalf,
}

impl Talk {
    async fn say(&mut self, line: &str) {
        let _ = self.write.write_all(format!("{line}\r\n").as_bytes()).await;
    }
}

/// One client, from greeting to goodbye (RFC 5321, as far as a client of ours goes).
async fn talk(stream: TcpStream, state: Arc<Mutex<State>>) {
    let (read, write) = stream.into_split();
    let mut talk = Talk { lines: BufReader::new(read).lines(), write };
    talk.say("220 mail.example").await;
    let mut to = String::new();
    while let Ok(Some(line)) = talk.lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match verb.as_str() {
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                let answer = state.lock().unwrap().answer;
                match answer {
                    Postmaster::Takes => talk.say("250 yes").await,
                    Postmaster::Says(line) => talk.say(line).await,
                    Postmaster::HangsUp => return,
                    Postmaster::Silent => std::future::pending().await,
                }
            }
            "DATA" => {
                talk.say("354 go on").await;
                let letter = letter(&mut talk, &to).await;
                state.lock().unwrap().letters.push(letter);
                talk.say("250 taken").await;
            }
            "QUIT" => {
                talk.say("221 goodbye").await;
                return;
            }
            _ => talk.say("250 yes").await,
        }
    }
}

async fn letter(talk: &mut Talk, to: &str) -> Arrived {
    let (mut head, mut text, mut in_text) = (Vec::new(), String::new(), false);
    while let Ok(Some(line)) = talk.lines.next_line().await {
        match line.as_str() {
            "." => break,
            "" if !in_text => in_text = true,
            line if in_text => {
                text.push_str(line);
                text.push('\n');
            }
            line => head.push(line.to_owned()),
        }
    }
    let encoding = head.iter().find_map(|line| line.strip_prefix("Content-Transfer-Encoding: "));
    if encoding == Some("quoted-printable") {
        // As far as our words need it: lines that go on, and the escape itself.
        text = text.replace("=\n", "").replace("=3D", "=");
    }
    let subject = head.iter().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned();
    let arrived = Arrived { to: to.to_owned(), subject, text };
    if arrived.text.contains('#') {
        canary::keep_secret(arrived.token());
    }
    arrived
}
