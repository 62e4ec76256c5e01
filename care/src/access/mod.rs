//! Access: the three capabilities that open the doors of `care`, each with one maker here.
//!
//! - [`Scope`]: a person in a clinic, made by [`authenticate`] alone.
//! - [`Door`]: before sign-in; reaches account, session and invitation tables only.
//! - [`Worker`]: reminders, sweeps, set-up; no person behind it.
//!
//! All three begin transactions of the store; nobody else can.

mod authenticate;
mod scope;

pub use authenticate::authenticate;
pub(crate) use authenticate::membership;
pub use scope::{Actor, Person, Role, Scope};
pub(crate) use scope::{FRESH, Noted};

use crate::account::Providers;
use crate::audit::Journal;
use crate::clock::{Clock, Instant, Random};
use crate::error::Result;
use crate::library::media::Storage;
use crate::live::Live;
use crate::sealed::Keyring;
use crate::store::{Reach, Store, Tx};
use sea_orm::sea_query::InsertStatement;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// What every use case needs from outside, wired once at start.
#[derive(Debug, Clone)]
pub struct Services {
    /// The database.
    pub store: Store,
    /// The installation's keys.
    pub keys: Keyring,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub random: Arc<dyn Random>,
    /// Announces what was committed.
    pub live: Arc<dyn Live>,
    /// Whether staff reach nothing of a clinic before they have set up a second factor.
    pub require_second_factor: bool,
    /// The identity providers whose tokens count.
    pub providers: Arc<dyn Providers>,
    /// Where images and videos are kept; none where the installation names no place.
    pub media: Option<Arc<dyn Storage>>,
    /// What waits to be recorded of what people read.
    pub journal: Journal,
}

impl Services {
    /// The instant it is.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// A fresh id.
    pub fn new_id(&self) -> Uuid {
        crate::id::new(self.clock.as_ref(), self.random.as_ref())
    }
}

/// The way in before sign-in: signing in, refreshing a session, accepting an invitation.
#[derive(Debug, Clone)]
pub struct Door {
    services: Arc<Services>,
    address: Option<IpAddr>,
}

/// The way in for work that no person asked for at this moment.
#[derive(Debug, Clone)]
pub struct Worker {
    services: Arc<Services>,
}

/// Who writes: a person of a clinic, or the worker.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By<'a> {
    /// This person.
    Person(&'a Scope),
    /// Nobody who has signed in.
    Worker(&'a Worker),
}

impl<'a> By<'a> {
    pub(crate) fn services(self) -> &'a Services {
        match self {
            Self::Person(scope) => scope.services(),
            Self::Worker(worker) => worker.services(),
        }
    }
}

/// Opens the door of these services.
pub fn door(services: &Arc<Services>) -> Door {
    Door { services: Arc::clone(services), address: None }
}

/// The worker of these services.
pub fn worker(services: &Arc<Services>) -> Worker {
    Worker { services: Arc::clone(services) }
}

impl Door {
    /// The same door, at which somebody stands who comes from `address`.
    #[must_use]
    pub fn seen_from(self, address: Option<IpAddr>) -> Self {
        Self { address, ..self }
    }

    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// The worker behind this door, for what is recorded of who came by it.
    pub(crate) fn worker(&self) -> Worker {
        worker(&self.services)
    }

    pub(crate) async fn read(&self) -> Result<Tx> {
        self.services.store.read(Reach::Door).await
    }

    pub(crate) async fn write(&self) -> Result<Tx> {
        self.services.store.write(Reach::Door).await
    }
}

impl Worker {
    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.services.store.ping().await
    }

    /// The instant it is.
    pub fn now(&self) -> Instant {
        self.services.now()
    }

    /// The change feed.
    pub fn live(&self) -> &dyn Live {
        self.services.live.as_ref()
    }

    pub(crate) async fn read(&self) -> Result<Tx> {
        self.services.store.read(Reach::Worker).await
    }

    pub(crate) async fn write(&self) -> Result<Tx> {
        self.services.store.write(Reach::Worker).await
    }

    /// Inserts rows whose values are ids, times and words of ours, in a transaction of their own.
    pub(crate) async fn insert_at_once(&self, rows: &InsertStatement) -> Result<()> {
        self.services.store.insert_at_once(Reach::Worker, rows).await
    }
}
