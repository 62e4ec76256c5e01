//! Who is signed in, and how one comes and goes.

mod device;
mod password;
mod provider;
mod security;
mod session;

use crate::context::scope;
use crate::error::raise;
use crate::id;
use crate::patient::Patient;
use crate::scalar::TimeZone;
use crate::suggestion::ProgressionThresholds;
use crate::threshold::{ClinicAlertThresholds, ClinicPainThresholds};
use async_graphql::{ComplexObject, Context, Enum, ID, MergedObject, Object, Result, SimpleObject};
use care::access::{Person, Scope};
use care::id::Kind;
use provider::LinkedProvider;
use security::{OpenSession, SecondFactor};

/// What a person is in a clinic.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::access::Role")]
pub(crate) enum Role {
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

/// A clinic.
#[derive(SimpleObject)]
pub(crate) struct Clinic {
    /// Its id.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// Its name.
    name: String,
    /// The zone it works in; new patients start with it.
    time_zone: TimeZone,
    /// For how many years after a discharge the record is kept; null: until it is erased by hand.
    retention_years: Option<i32>,
    /// The numbers by which a session's pain is green, amber or red.
    pain_thresholds: ClinicPainThresholds,
    /// The numbers by which alerts are raised.
    alert_thresholds: ClinicAlertThresholds,
    /// By which numbers steps of programs are suggested.
    progression_thresholds: ProgressionThresholds,
}

impl From<care::clinic::Clinic> for Clinic {
    fn from(clinic: care::clinic::Clinic) -> Self {
        Self {
            id: id::encode(Kind::Clinic, clinic.id),
            name: clinic.name,
            time_zone: TimeZone(clinic.time_zone),
            retention_years: clinic.settings.retention_years.map(i32::from),
            pain_thresholds: clinic.settings.pain.into(),
            alert_thresholds: clinic.settings.alerts.into(),
            progression_thresholds: clinic.settings.progression.into(),
        }
    }
}

/// Who is signed in.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Viewer {
    /// The account.
    id: ID,
    /// What the account is in the clinic.
    role: Role,
    /// The clinic.
    clinic: Clinic,
    /// The patient whom the account stands for; null for members.
    patient: Option<Patient>,
}

impl Viewer {
    async fn of(scope: &Scope) -> care::error::Result<Self> {
        let actor = scope.actor();
        let clinic = care::clinic::own(scope).await?;
        let patient = match actor.person {
            Person::Patient(_) => Some(care::patient::own(scope).await?.into()),
            Person::Member(_) => None,
        };
        Ok(Self {
            id: id::encode(Kind::Account, actor.account_id),
            role: actor.role.into(),
            clinic: clinic.into(),
            patient,
        })
    }
}

#[ComplexObject]
impl Viewer {
    /// The account's second factor.
    async fn second_factor(&self, context: &Context<'_>) -> Option<Result<SecondFactor>> {
        Some(async { Ok(care::account::second_factor(scope(context)?).await.map_err(raise)?.into()) }.await)
    }

    /// The identity providers by which the account signs in.
    async fn linked_providers(&self, context: &Context<'_>) -> Option<Result<Vec<LinkedProvider>>> {
        let linked = async {
            let linked = care::account::linked_providers(scope(context)?).await.map_err(raise)?;
            Ok(linked.into_iter().map(LinkedProvider::from).collect())
        };
        Some(linked.await)
    }

    /// The account's sessions in this clinic that have not ended, newest first, at most 50.
    async fn sessions(&self, context: &Context<'_>) -> Option<Result<Vec<OpenSession>>> {
        let sessions = async {
            let open = care::account::sessions(scope(context)?).await.map_err(raise)?;
            Ok(open.into_iter().map(OpenSession::from).collect())
        };
        Some(sessions.await)
    }
}

/// The account's query.
#[derive(Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Who is signed in.
    async fn viewer(&self, context: &Context<'_>) -> Result<Viewer> {
        Viewer::of(scope(context)?).await.map_err(raise)
    }
}

/// The changes of accounts.
#[derive(MergedObject, Default)]
pub(crate) struct AccountMutation(
    session::SessionMutation,
    security::SecurityMutation,
    password::PasswordMutation,
    provider::ProviderMutation,
    device::DeviceMutation,
);
