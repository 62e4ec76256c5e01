//! A delivery is of the patient of its reminder: one reference says both, and one index finds a patient's reminders and
//! holds their key. Thousands of deliveries a second are checked by it.
//!
//! Of very many reminders that come due at one instant the timetable is filled page by page, which an index has in the
//! order of the pages.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite changes no key of a table that there is, and checks references at little cost.
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(CHANGE).await?;
        }
        manager.get_connection().execute_unprepared(IN_ORDER).await?;
        close_tables(manager).await
    }
}

// Without row-level security, which binds the owner, too, the new reference is checked of all rows at once.
const CHANGE: &str = r"
ALTER TABLE reminder NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reminder_delivery NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reminder_delivery
    DROP CONSTRAINT reminder_delivery_clinic_id_reminder_id_fkey,
    DROP CONSTRAINT reminder_delivery_clinic_id_patient_id_fkey;
ALTER TABLE reminder
    DROP CONSTRAINT reminder_pkey,
    ADD PRIMARY KEY (clinic_id, patient_id, id);
DROP INDEX reminder_patient;
ALTER TABLE reminder_delivery
    ADD FOREIGN KEY (clinic_id, patient_id, reminder_id) REFERENCES reminder (clinic_id, patient_id, id)";

const IN_ORDER: &str = "
DROP INDEX reminder_due;
CREATE INDEX reminder_due ON reminder (next_due_at, id) WHERE status = 'ACTIVE' AND next_due_at IS NOT NULL";
