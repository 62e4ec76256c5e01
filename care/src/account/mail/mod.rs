//! Mail to accounts: queued in the transaction of what it tells, sent by the worker until the mail
//! server has taken it. It holds no names and nothing of a record.

mod deliver;
mod words;

pub use deliver::deliver_mail;

use super::Email;
use super::table::{account, mail};
use crate::access::Services;
use crate::error::Result;
use crate::store::Tx;
use async_trait::async_trait;
use sea_orm::{ActiveModelTrait, DeriveActiveEnum, EntityTrait, EnumIter, Set};
use std::fmt::Debug;
use uuid::Uuid;

/// A letter as it is handed to the mail server.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Whom it is for.
    pub to: Email,
    /// Its subject, one line.
    pub subject: &'static str,
    /// Its plain text.
    pub text: String,
}

/// Why a letter has not been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undelivered {
    /// The mail server is not to be had, or says to come again.
    Later,
    /// The mail server will never take it.
    Never,
}

/// What carries letters.
#[async_trait]
pub trait Mailer: Send + Sync + Debug {
    /// Hands over one letter.
    async fn send(&self, letter: &Letter) -> std::result::Result<(), Undelivered>;
}

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum MailKind {
    /// The link by which a forgotten password is replaced.
    ResetPassword,
    /// The password has been changed.
    PasswordChanged,
    /// A second factor has been set up, or replaced.
    SecondFactorChanged,
    /// An identity provider now opens the account.
    ProviderLinked,
    /// Two held the tokens of one session.
    TokenReused,
    /// To a care team: signs of danger in one of their patients.
    RedFlags,
    /// To administrators: signs of danger in a patient whom no therapist can see.
    RedFlagsUnattended,
    /// To a care team: one of their patients fell.
    Fall,
    /// To administrators: a patient fell whom no therapist can see.
    FallUnattended,
    /// To who watches over privacy: somebody broke the glass.
    GlassBroken,
}

/// Queues a mail to the account.
pub(crate) async fn tell(tx: &Tx, services: &Services, account_id: Uuid, kind: MailKind) -> Result<()> {
    match account::Entity::find_by_id(account_id).one(tx).await? {
        Some(account) => queue(tx, services, account.email_index, kind).await,
        None => Ok(()),
    }
}

/// Queues a mail to the account of this address, whether there is one or not.
pub(super) async fn queue(tx: &Tx, services: &Services, email_index: Vec<u8>, kind: MailKind) -> Result<()> {
    let now = services.now();
    mail::ActiveModel {
        id: Set(services.new_id()),
        email_index: Set(email_index),
        kind: Set(kind),
        queued_at: Set(now),
        due_at: Set(now),
        tries: Set(0),
    }
    .insert(tx)
    .await?;
    Ok(())
}
