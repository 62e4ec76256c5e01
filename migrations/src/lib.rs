//! The history of Plumbline's database: one file a step, the same on PostgreSQL and SQLite.
//!
//! Instants are `*_at` columns: milliseconds since the epoch, UTC. Patient-local dates are
//! `YYYY-MM-DD` texts, which sort as they read. Every table of a clinic is keyed
//! `(clinic_id, id)` and refers to others by such pairs, so that no row can point into another
//! clinic. On PostgreSQL row-level security closes such a table by [`row_security`]; a step that
//! changes its rows says for which clinic. A step runs in a transaction, which SQLite gives it only on
//! demand. Steps only expand; what is to go is dropped a release later.

use sea_orm_migration::prelude::*;

mod columns;
mod m0001_account;
mod m0002_clinic;
mod m0003_library;
mod m0004_patient;
mod m0005_program;
mod m0006_progress;
mod m0007_reminder;
mod m0008_audit;
mod m0011_row_security;
mod m0012_break_glass;
mod m0013_audit_chain;
mod m0014_attempt;
mod m0015_second_factor;
mod m0016_audit_reads;
mod m0017_installation_key;
mod m0018_record;
mod m0019_mail;
mod m0020_identity;
mod m0021_within_clinic;
mod m0022_override;
mod m0023_red_flag;
mod m0024_own_exercise;
mod m0026_alert;
mod m0027_assessment;
mod m0028_visit;
mod m0029_education;
mod m0029_media;
mod m0030_program_builder;
mod m0031_outcome;
mod m0032_progress;
mod m0033_alert_rules;
mod m0034_message;
mod m0035_monitoring;
mod m0036_suggestion;
mod m0037_caseload;
mod m0038_monitoring_month;
mod m0039_program_events;
mod m0040_newest_log;
mod m0041_push_answers;
mod m0042_notices;
mod m0043_dead_letters;
mod m0044_log_keys;
mod m0045_result_keys;
mod m0046_stale_notices;
mod m0047_calendar;
mod m0048_reminder_keys;
mod row_security;

pub use sea_orm_migration::MigratorTrait;

/// All steps, in their order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_account::Migration),
            Box::new(m0002_clinic::Migration),
            Box::new(m0003_library::Migration),
            Box::new(m0004_patient::Migration),
            Box::new(m0005_program::Migration),
            Box::new(m0006_progress::Migration),
            Box::new(m0007_reminder::Migration),
            Box::new(m0008_audit::Migration),
            Box::new(m0011_row_security::Migration),
            Box::new(m0012_break_glass::Migration),
            Box::new(m0013_audit_chain::Migration),
            Box::new(m0014_attempt::Migration),
            Box::new(m0015_second_factor::Migration),
            Box::new(m0016_audit_reads::Migration),
            Box::new(m0017_installation_key::Migration),
            Box::new(m0018_record::Migration),
            Box::new(m0019_mail::Migration),
            Box::new(m0020_identity::Migration),
            Box::new(m0021_within_clinic::Migration),
            Box::new(m0022_override::Migration),
            Box::new(m0023_red_flag::Migration),
            Box::new(m0024_own_exercise::Migration),
            Box::new(m0026_alert::Migration),
            Box::new(m0027_assessment::Migration),
            Box::new(m0028_visit::Migration),
            Box::new(m0029_education::Migration),
            Box::new(m0029_media::Migration),
            Box::new(m0030_program_builder::Migration),
            Box::new(m0031_outcome::Migration),
            Box::new(m0032_progress::Migration),
            Box::new(m0033_alert_rules::Migration),
            Box::new(m0034_message::Migration),
            Box::new(m0035_monitoring::Migration),
            Box::new(m0036_suggestion::Migration),
            Box::new(m0037_caseload::Migration),
            Box::new(m0038_monitoring_month::Migration),
            Box::new(m0039_program_events::Migration),
            Box::new(m0040_newest_log::Migration),
            Box::new(m0041_push_answers::Migration),
            Box::new(m0042_notices::Migration),
            Box::new(m0043_dead_letters::Migration),
            Box::new(m0044_log_keys::Migration),
            Box::new(m0045_result_keys::Migration),
            Box::new(m0046_stale_notices::Migration),
            Box::new(m0047_calendar::Migration),
            Box::new(m0048_reminder_keys::Migration),
        ]
    }
}

/// The names of all steps this program knows, in order.
pub fn known() -> Vec<String> {
    Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_was_killed_can_be_repeated() {
        let steps = Migrator::migrations();
        for step in steps.iter().skip_while(|step| step.name() != "m0024_own_exercise") {
            assert_eq!(step.use_transaction(), Some(true), "{}", step.name());
        }
    }
}
