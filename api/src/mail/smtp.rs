//! A mailer that speaks SMTP to the clinic's mail server.

use async_trait::async_trait;
use care::account::{Letter, Mailer, Undelivered};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::fmt;
use std::time::Duration;

/// How long connecting, and each word of the mail server, may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What mail servers say to who may not send at all: to be mended by the operator, no fault of a letter.
const UNAUTHORIZED: [u16; 4] = [530, 534, 535, 538];

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Smtp")
    }
}

impl Smtp {
    /// The mail server at `url`, for letters from `from`; what is wrong with either otherwise.
    pub fn new(url: &str, from: &str) -> Result<Self, BadAddress> {
        let scheme = ["smtp://", "smtps://"].iter().any(|scheme| url.starts_with(scheme));
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let transport = transport.ok().filter(|_| scheme).ok_or(BadAddress::Server)?;
        let from = from.parse().map_err(|_| BadAddress::Sender)?;
        Ok(Self { transport: transport.timeout(Some(TIMEOUT)).build(), from })
    }

    /// Whether the mail server answers and lets its user in.
    pub async fn answers(&self) -> bool {
        self.transport.test_connection().await.unwrap_or(false)
    }

    fn message(&self, letter: &Letter) -> Option<Message> {
        let to = letter.to.as_str().parse().ok()?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .ok()
    }
}

/// What is wrong with the settings of a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadAddress {
    /// Its own address.
    Server,
    /// That of whom letters are from.
    Sender,
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), Undelivered> {
        let message = self.message(letter).ok_or(Undelivered::Never)?;
        self.transport.send(message).await.map(|_| ()).map_err(|error| why(&error))
    }
}

/// The error's text stays out of the log: mail servers repeat addresses in it.
fn why(error: &Error) -> Undelivered {
    let code = error.status().map(u16::from);
    let unauthorized = code.is_some_and(|code| UNAUTHORIZED.contains(&code));
    tracing::warn!(code, timeout = error.is_timeout(), "the mail server did not take a letter");
    if error.is_permanent() && !unauthorized { Undelivered::Never } else { Undelivered::Later }
}
