//! A person in a clinic.

use super::Services;
use crate::error::{Error, Result};
use crate::live::Change;
use crate::sealed::DataKey;
use crate::store::{Reach, Tx};
use sea_orm::{DeriveActiveEnum, EnumIter};
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
}

/// A signed-in person in a clinic: the key to every use case. Made by
/// [`super::authenticate`] alone; lives as long as one operation.
#[derive(Debug)]
pub struct Scope {
    services: Arc<Services>,
    actor: Actor,
    clinic_key: DataKey,
    request_id: String,
    /// The read transaction that everything in this operation shares, begun when first needed.
    reading: Mutex<Option<Arc<Tx>>>,
}

impl Scope {
    pub(super) fn new(
        services: Arc<Services>,
        actor: Actor,
        clinic_key: DataKey,
        request_id: String,
    ) -> Self {
        Self { services, actor, clinic_key, request_id, reading: Mutex::new(None) }
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

    /// The operation's read transaction.
    pub(crate) async fn read(&self) -> Result<Arc<Tx>> {
        let mut reading = self.reading.lock().await;
        if let Some(tx) = reading.as_ref() {
            return Ok(Arc::clone(tx));
        }
        let tx = Arc::new(self.services.store.read(Reach::Clinic(self.actor.clinic_id)).await?);
        *reading = Some(Arc::clone(&tx));
        Ok(tx)
    }

    /// A write transaction. What was read before in this operation is read anew after it.
    pub(crate) async fn write(&self) -> Result<Tx> {
        self.finish().await;
        self.services.store.write(Reach::Clinic(self.actor.clinic_id)).await
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
