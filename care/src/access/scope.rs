//! A person in a clinic.

use super::{Door, Services};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::live::Change;
use crate::sealed::DataKey;
use crate::store::{Reach, Tx};
use sea_orm::{DeriveActiveEnum, EnumIter};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use tokio::sync::Mutex;
use uuid::Uuid;

/// What a person is in a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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

impl Person {
    /// The patient, if it is one.
    pub fn patient_id(self) -> Option<Uuid> {
        match self {
            Self::Patient(id) => Some(id),
            Self::Member(_) => None,
        }
    }

    /// The member, if it is one of the staff.
    pub fn member_id(self) -> Option<Uuid> {
        match self {
            Self::Member(id) => Some(id),
            Self::Patient(_) => None,
        }
    }
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

/// What an operation has shown and was refused, until the audit trail has it.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// The patients whose charts were opened.
    pub(crate) seen: BTreeSet<Uuid>,
    /// The patients who were asked for, and who are not there or not visible to who acts.
    pub(crate) missed: BTreeSet<Uuid>,
    /// Whether something was asked that the role may never do.
    pub(crate) forbidden: bool,
    /// For what a proof of who acts was given that was wrong.
    pub(crate) disproved: Option<&'static str>,
}

/// A signed-in person in a clinic: the key to every use case. Made by
/// [`super::authenticate`] alone; lives as long as one operation.
#[derive(Debug)]
pub struct Scope {
    services: Arc<Services>,
    actor: Actor,
    clinic_key: DataKey,
    request_id: String,
    address: Option<IpAddr>,
    noted: std::sync::Mutex<Noted>,
    /// The read transaction that everything in this operation shares, begun when first needed.
    reading: Mutex<Option<Arc<Tx>>>,
}

impl Scope {
    pub(super) fn new(door: &Door, actor: Actor, clinic_key: DataKey, request_id: String) -> Self {
        let (services, address) = (Arc::clone(door.services()), door.address());
        let (noted, reading) = (std::sync::Mutex::default(), Mutex::new(None));
        Self { services, actor, clinic_key, request_id, address, noted, reading }
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

    /// The network address that the operation came from.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    fn note(&self, what: impl FnOnce(&mut Noted)) {
        what(&mut self.noted.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Notes that the chart of this patient was opened.
    pub(crate) fn saw(&self, patient_id: Uuid) {
        self.note(|noted| {
            noted.seen.insert(patient_id);
        });
    }

    /// Notes that this patient was asked for in vain; the error that says so.
    pub(crate) fn missed(&self, patient_id: Uuid) -> Error {
        self.note(|noted| {
            noted.missed.insert(patient_id);
        });
        Error::NotFound
    }

    /// Notes that the role may not do what was asked; the error that says so.
    pub(crate) fn forbid(&self) -> Error {
        self.note(|noted| noted.forbidden = true);
        Error::Forbidden
    }

    /// Notes that a password or code by which who acts should have proved themselves for `action` was wrong.
    pub(crate) fn disprove(&self, action: &'static str) {
        self.note(|noted| noted.disproved = Some(action));
    }

    pub(crate) fn take_noted(&self) -> Noted {
        std::mem::take(&mut self.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The patient who acts; `Forbidden` for anyone else.
    pub fn patient_id(&self) -> Result<Uuid> {
        self.actor.person.patient_id().ok_or_else(|| self.forbid())
    }

    /// The clinician who acts; `Forbidden` for patients.
    pub(crate) fn member_id(&self) -> Result<Uuid> {
        self.actor.person.member_id().ok_or_else(|| self.forbid())
    }

    /// The therapist who acts; `Forbidden` for anyone else. Only therapists change plans.
    pub(crate) fn therapist_id(&self) -> Result<Uuid> {
        match self.actor.role {
            Role::Therapist => self.member_id(),
            _ => Err(self.forbid()),
        }
    }

    /// Whom an entry is about that patients make of themselves, and therapists and assistants of a patient
    /// whom they name. `Forbidden` for anything else.
    pub(crate) fn concerned(&self, named: Option<Uuid>) -> Result<Uuid> {
        match (named, self.actor.person.patient_id()) {
            (Some(id), None) if matches!(self.actor.role, Role::Therapist | Role::Assistant) => Ok(id),
            (None, Some(own)) => Ok(own),
            _ => Err(self.forbid()),
        }
    }

    /// The administrator who acts; `Forbidden` for anyone else.
    pub(crate) fn administrator_id(&self) -> Result<Uuid> {
        match self.actor.role {
            Role::Administrator => self.member_id(),
            _ => Err(self.forbid()),
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
        self.actor.person.member_id().is_some()
            && self.services.require_second_factor
            && !self.actor.second_factor
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
