//! People who sign in: accounts, sessions, devices, invitations. They are global; an account
//! may stand for a patient or a member of a clinic.
//!
//! Offers [`sign_in`], [`refresh`], [`sign_out`], [`unregister_device`],
//! and to the slices above it account creation and single-use invitations.

mod device;
mod email;
mod guessing;
pub(crate) mod invitation;
mod password;
mod session;
mod sign_in;
pub(crate) mod table;

pub use device::{Device, Platform, RegisterDevice, unregister_device};
pub(crate) use device::{check_device, open_token, retire_device, save_device};
pub use email::Email;
pub(crate) use guessing::attempt;
pub use invitation::Invited;
pub(crate) use password::{check as check_password, hash as hash_password};
pub use session::{Tokens, refresh, sign_out};
pub(crate) use session::{end_sessions, open as open_session};
pub use sign_in::sign_in;
pub(crate) use sign_in::{create, find_by_email};
