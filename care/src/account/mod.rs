//! People who sign in: accounts, sessions, second factors, devices, invitations. They are global; an
//! account may stand for a patient or a member of a clinic.
//!
//! Offers [`sign_in`], [`verify_second_factor`], [`refresh`], [`sign_out`], [`request_password_reset`],
//! [`reset_password`], [`sign_in_with_provider`]; to who is signed in
//! [`sessions`], [`revoke_session`], [`change_password`], [`step_up`], [`second_factor`], [`enroll`],
//! [`confirm`], [`unregister_device`], [`link_provider`], [`linked_providers`], [`unlink_provider`]; to the worker [`sweep`], and [`deliver_mail`] by a [`Mailer`]; and to the slices above it account
//! creation and deletion, single-use
//! invitations, and `attempt`, which makes guessing slow.

mod challenge;
mod change_password;
mod delete;
mod device;
mod email;
mod guessing;
pub(crate) mod invitation;
mod mail;
mod password;
mod provider;
mod reset;
mod second_factor;
mod session;
mod sessions;
mod sign_in;
mod step_up;
mod sweep;
pub(crate) mod table;
mod totp;

pub use challenge::{Challenge, verify_second_factor};
pub use change_password::change_password;
pub(crate) use delete::delete;
pub use device::{Device, Platform, RegisterDevice, seal_token, unregister_device};
pub(crate) use device::{check_device, open_token, retire_device, save_device};
pub use email::Email;
pub(crate) use guessing::{Target, attempt};
pub use invitation::Invited;
pub use mail::{Letter, Mailer, Undelivered, deliver_mail};
pub(crate) use mail::{MailKind, tell};
pub(crate) use password::{check as check_password, hash as hash_password};
pub use provider::{
    Identity, LinkedProvider, Providers, link_provider, linked_providers, sign_in_with_provider,
    unlink_provider,
};
pub use reset::{request_password_reset, reset_password};
pub use second_factor::{Enrollment, SecondFactor, confirm, enroll, second_factor};
pub use session::{Tokens, refresh, sign_out};
pub(crate) use session::{end_sessions, open as open_session, token};
pub use sessions::{OpenSession, revoke_session, sessions};
pub use sign_in::{SignedIn, sign_in};
pub(crate) use sign_in::{create, email_of, find_by_email};
pub use step_up::step_up;
pub use sweep::sweep;
