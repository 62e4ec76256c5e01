//! A person in a clinic.

use super::{Door, Services};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::live::Change;
use crate::sealed::DataKey;
use crate::store::{Reach, Tx};
use sea_orm::{DeriveActiveEnum, EnumIter};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Mutex;
use uuid::Uuid;

/// What a person is in a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Sees their own chart alone.
    Patient,
    /// Sees and treats the patients of their care teams.
    Therapist,
    /// Sees the patients of their care teams; changes no plan.
    Assistant,
    /// Members and settings; no clinical content unless also on the care team.
    Administrator,
    /// The audit trail.
    PrivacyOfficer,
}

/// Who is acting: the patient or member row that stands for the account in this clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// The patient of this id.
    Patient(Uuid),
    /// The member of this id.
    Member(Uuid),
}

/// Who acts, in which clinic, by which session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The account that signed in.
    pub account_id: Uuid,
    /// The session that vouches for it.
    pub session_id: Uuid,
    /// The clinic it acts in.
    pub clinic_id: Uuid,
    /// Its role there.
    pub role: Role,
    /// Its row there.
    pub person: Person,
    /// Whether the session was opened or confirmed by a second factor.
    pub second_factor: bool,
    /// When who holds the session last proved who they are.
    pub proved_at: Option<Instant>,
}

/// For how long a proof counts for what needs a fresh one: five minutes.
pub(crate) const FRESH: i64 = 5 * 60_000;

/// A signed-in person in a clinic: the key to every use case. Made by
/// [`super::authenticate`] alone; lives as long as one operation.
#[derive(Debug)]
pub struct Scope {
    services: Arc<Services>,
    actor: Actor,
    clinic_key: DataKey,
    request_id: String,
    address: Option<IpAddr>,
    /// The read transaction that everything in this operation shares, begun when first needed.
    reading: Mutex<Option<Arc<Tx>>>,
}

impl Scope {
    pub(super) fn new(door: &Door, actor: Actor, clinic_key: DataKey, request_id: String) -> Self {
        let (services, address) = (Arc::clone(door.services()), door.address());
        Self { services, actor, clinic_key, request_id, address, reading: Mutex::new(None) }
    }

    /// The door that this person came in by: to what is an account's, in whatever clinic.
    pub(crate) fn door(&self) -> Door {
        super::door(&self.services).seen_from(self.address)
    }

    /// Who acts.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The id under which this operation is logged and audited.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The patient who acts; `Forbidden` for anyone else.
    pub(crate) fn patient_id(&self) -> Result<Uuid> {
        match self.actor.person {
            Person::Patient(id) => Ok(id),
            Person::Member(_) => Err(Error::Forbidden),
        }
    }

    /// The clinician who acts; `Forbidden` for patients.
    pub(crate) fn member_id(&self) -> Result<Uuid> {
        match self.actor.person {
            Person::Member(id) => Ok(id),
            Person::Patient(_) => Err(Error::Forbidden),
        }
    }

    /// The therapist who acts; `Forbidden` for anyone else. Only therapists change plans.
    pub(crate) fn therapist_id(&self) -> Result<Uuid> {
        match self.actor.role {
            Role::Therapist => self.member_id(),
            _ => Err(Error::Forbidden),
        }
    }

    pub(crate) fn clinic_id(&self) -> Uuid {
        self.actor.clinic_id
    }

    pub(crate) fn clinic_key(&self) -> &DataKey {
        &self.clinic_key
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    /// `StepUpRequired` unless who acts has proved who they are within five minutes.
    pub(crate) fn freshly_proved(&self) -> Result<()> {
        let fresh = self.actor.proved_at.is_some_and(|at| at.plus(FRESH) > self.services.now());
        if fresh { Ok(()) } else { Err(Error::StepUpRequired) }
    }

    /// Whether who acts is of the staff and lacks the second factor that the installation wants.
    pub(crate) fn needs_second_factor(&self) -> bool {
        let staff = matches!(self.actor.person, Person::Member(_));
        staff && self.services.require_second_factor && !self.actor.second_factor
    }

    fn admitted(&self) -> Result<()> {
        if self.needs_second_factor() { Err(Error::SecondFactorRequired) } else { Ok(()) }
    }

    /// The operation's read transaction. `SecondFactorRequired` for staff without one.
    pub(crate) async fn read(&self) -> Result<Arc<Tx>> {
        self.admitted()?;
        self.read_own().await
    }

    /// The same, for what a person may know of themselves before they have a second factor.
    pub(crate) async fn read_own(&self) -> Result<Arc<Tx>> {
        let mut reading = self.reading.lock().await;
        if let Some(tx) = reading.as_ref() {
            return Ok(Arc::clone(tx));
        }
        let tx = Arc::new(self.services.store.read(Reach::Clinic(self.actor.clinic_id)).await?);
        *reading = Some(Arc::clone(&tx));
        Ok(tx)
    }

    /// A write transaction. What was read before in this operation is read anew after it.
    /// `SecondFactorRequired` for staff without one.
    pub(crate) async fn write(&self) -> Result<Tx> {
        self.admitted()?;
        self.finish().await;
        self.services.store.write(Reach::Clinic(self.actor.clinic_id)).await
    }

    /// A write transaction over the account of who acts and its sessions in whatever clinic, also
    /// before there is a second factor.
    pub(crate) async fn write_own(&self) -> Result<Tx> {
        self.finish().await;
        let tx = self.door().write().await?;
        tx.enter(self.actor.clinic_id).await?;
        Ok(tx)
    }

    /// Gives the read transaction back; the operation is over.
    pub async fn finish(&self) {
        if let Some(tx) = self.reading.lock().await.take().and_then(Arc::into_inner) {
            // Nothing was written, so a failure to end it loses nothing.
            let _ = tx.commit().await;
        }
    }

    /// Announces a committed change of a patient.
    pub(crate) fn announce(&self, patient_id: Uuid, change: i64) {
        let clinic_id = self.actor.clinic_id;
        self.services.live.publish(Change::Patient { clinic_id, patient_id, change });
    }
}
