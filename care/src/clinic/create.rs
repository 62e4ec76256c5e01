//! How a clinic begins: its row, its key, and the invitation of its first administrator.

use super::Settings;
use super::table::clinic;
use crate::access::{Role, Scope, Worker};
use crate::account::{Email, Invited, invitation};
use crate::audit;
use crate::error::{Code, Error, FieldError, Result, has_control};
use crate::id::Kind;
use jiff::tz::TimeZone;
use sea_orm::{ActiveModelTrait, Set};
use uuid::Uuid;

/// A clinic that has just begun.
#[derive(Debug, Clone)]
pub struct Created {
    /// The clinic.
    pub clinic_id: Uuid,
    /// The first administrator's invitation.
    pub invitation: Invited,
}

/// Creates a clinic and invites its first administrator.
pub async fn create(worker: &Worker, name: &str, time_zone: &str, admin_email: &str) -> Result<Created> {
    let services = worker.services();
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || has_control(name) {
        return Err(FieldError::new(
            "name",
            Code::Required,
            "Give the clinic a name of 1 to 200 characters.",
        )
        .into());
    }
    if TimeZone::get(time_zone).is_err() {
        return Err(
            FieldError::new("timeZone", Code::Malformed, "Give an IANA name such as Europe/Berlin.").into()
        );
    }
    let email = Email::parse("adminEmail", admin_email)?;
    let clinic_id = services.new_id();
    let place = clinic::Model::key_place(clinic_id);
    let (_, data_key) = services.keys.wrapping.issue(services.random.as_ref(), place)?;
    let tx = worker.write().await?;
    clinic::ActiveModel {
        id: Set(clinic_id),
        name: Set(name.to_owned()),
        time_zone: Set(time_zone.to_owned()),
        data_key: Set(data_key),
        settings: Set(Settings::default()),
        created_at: Set(services.now()),
    }
    .insert(&tx)
    .await?;
    let whom = invitation::For {
        clinic_id,
        role: Role::Administrator,
        patient_id: None,
        created_by: None,
        email: Some(&email),
    };
    let invitation = invitation::issue(&tx, services, whom).await?;
    let object = (Kind::Clinic, clinic_id);
    let entry = audit::Entry { action: "clinic.create", patient_id: None, object };
    audit::record_by_worker(&tx, services, clinic_id, entry).await?;
    tx.commit().await?;
    Ok(Created { clinic_id, invitation })
}

/// Invites a person to work in the clinic. Administrators only. `StepUpRequired` when the last proof
/// is older than five minutes.
pub async fn invite_member(scope: &Scope, email: &str, role: Role) -> Result<Invited> {
    scope.administrator_id()?;
    if role == Role::Patient {
        return Err(Error::field("role", Code::NotAllowed, "Choose a role of the staff."));
    }
    scope.freshly_proved()?;
    let email = Email::parse("email", email)?;
    let tx = scope.write().await?;
    let whom = invitation::For {
        clinic_id: scope.clinic_id(),
        role,
        patient_id: None,
        created_by: Some(scope.member_id()?),
        email: Some(&email),
    };
    let invited = invitation::issue(&tx, scope.services(), whom).await?;
    let object = (Kind::Clinic, scope.clinic_id());
    audit::record(&tx, scope, audit::Entry { action: "member.invite", patient_id: None, object }).await?;
    tx.commit().await?;
    Ok(invited)
}
