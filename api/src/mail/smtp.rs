//! A mailer that speaks SMTP to the clinic's mail server.

use async_trait::async_trait;
use care::account::{Letter, Mailer, Undelivered};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::error::Error as _;
use std::fmt;
use std::time::Duration;

/// How long the whole of handing a letter over may take: well below the time for which it is claimed.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    patience: Duration,
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
        Ok(Self { transport: transport.timeout(Some(TIMEOUT)).build(), from, patience: TIMEOUT })
    }

    /// The same mail server, which is given this long for a letter.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Whether the mail server answers and lets its user in.
    pub async fn answers(&self) -> bool {
        let answers = tokio::time::timeout(self.patience, self.transport.test_connection()).await;
        answers.is_ok_and(|answers| answers.unwrap_or(false))
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
        // The transport itself bounds connecting alone, and a server may be silent after that.
        match tokio::time::timeout(self.patience, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(why(&error)),
            Err(_) => {
                tracing::warn!("the mail server is silent");
                Err(Undelivered::Later)
            }
        }
    }
}

/// The error's text stays out of the log: mail servers repeat addresses in it. What a server refuses is
/// tried again, for most refusals are for the operator to mend; only an address without a mailbox is not.
fn why(error: &Error) -> Undelivered {
    let code = error.status().map(u16::from);
    tracing::warn!(code, "the mail server did not take a letter");
    let detail = error.source().map(ToString::to_string).unwrap_or_default();
    let mailbox = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];
    let words = detail.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let gone = error.is_permanent() && words.into_iter().any(|word| mailbox.contains(&word));
    if gone { Undelivered::Never } else { Undelivered::Later }
}
