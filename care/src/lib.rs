//! What a clinic knows and may do: tables, rules, use cases, access.
//!
//! No GraphQL, no HTTP, no Redis here. Each slice is a folder; a slice uses only those before
//! it in this list, and the read models at the end use them all:
//! `audit`, `account`, `clinic`, `library`, `patient`, `program`, `education`, `alert`, `assessment`, `goal`,
//! `progress`, `outcome`, `suggestion`, `visit`, `monitoring`, `message`, `reminder`;
//! `today`, `caseload`, `timeline`, the periodic `sweep`, and `record`, which hands out and erases what they all keep. `keys` opens the keys that all of them seal by.

pub mod clock;
pub mod error;
pub mod id;
pub mod live;
pub mod page;
pub mod sealed;
pub mod store;

pub mod access;
pub mod account;
pub mod alert;
pub mod assessment;
pub mod audit;
pub mod caseload;
pub mod clinic;
pub mod education;
pub mod goal;
pub mod keys;
pub mod library;
pub mod message;
pub mod monitoring;
pub mod outcome;
pub mod patient;
pub mod program;
pub mod progress;
pub mod record;
pub mod reminder;
pub mod suggestion;
pub mod sweep;
pub mod sync;
pub mod timeline;
pub mod today;
pub mod visit;
