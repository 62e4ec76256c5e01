//! What row-level security lets a transaction see.

use uuid::Uuid;

/// Whose rows a transaction may reach. The policies that read these settings stand in the
/// migrations' `row_security`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The rows of a clinic.
    Clinic(Uuid),
    /// Sessions and invitations, before the clinic is known.
    Door,
    /// The rows of all clinics, as the role of the worker.
    Worker,
}

impl Reach {
    /// The statement that says so until the transaction ends.
    pub(super) fn statement(self) -> String {
        match self {
            Self::Clinic(id) => setting("clinic_id", id),
            Self::Door => setting("door", "on"),
            Self::Worker => "SET LOCAL ROLE plumbline_worker".to_owned(),
        }
    }
}

/// Sets `name` until the transaction ends. Values are ids and words of ours.
pub(super) fn setting(name: &str, value: impl std::fmt::Display) -> String {
    format!("SELECT set_config('plumbline.{name}', '{value}', true)")
}
