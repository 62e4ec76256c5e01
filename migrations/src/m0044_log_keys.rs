//! The keys that PostgreSQL checks for each row of a log: only those that no other key implies. A result's log is
//! of its patient, and a patient of its clinic; to check those again, for the same two rows each time, took a third
//! of the time that logging took.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite cannot drop one, and checks them at little cost.
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(DROP).await?;
        }
        Ok(())
    }
}

const DROP: &str = r"
ALTER TABLE progress_result DROP CONSTRAINT progress_result_clinic_id_fkey,
    DROP CONSTRAINT progress_result_clinic_id_patient_id_fkey;
ALTER TABLE progress_log DROP CONSTRAINT progress_log_clinic_id_fkey";
