//! A result is of the patient of its log: one reference says both, and one index finds it. Days and bests are of a
//! patient, and patients of a clinic, which every session that logs would lock together.

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
        close_tables(manager).await
    }
}

// Without row-level security, which binds the owner, too, the new reference is checked of all rows at once.
const CHANGE: &str = r"
ALTER TABLE progress_log NO FORCE ROW LEVEL SECURITY;
ALTER TABLE progress_result NO FORCE ROW LEVEL SECURITY;
ALTER TABLE progress_result
    DROP CONSTRAINT progress_result_clinic_id_log_row_id_fkey,
    DROP CONSTRAINT progress_result_clinic_id_patient_id_fkey,
    DROP CONSTRAINT progress_result_pkey,
    ADD PRIMARY KEY (clinic_id, log_row_id, position);
DROP INDEX progress_result_log;
ALTER TABLE progress_log
    DROP CONSTRAINT progress_log_pkey,
    ADD PRIMARY KEY (clinic_id, patient_id, id);
ALTER TABLE progress_result
    ADD FOREIGN KEY (clinic_id, patient_id, log_row_id) REFERENCES progress_log (clinic_id, patient_id, id);
ALTER TABLE progress_day DROP CONSTRAINT progress_day_clinic_id_fkey;
ALTER TABLE personal_best DROP CONSTRAINT personal_best_clinic_id_fkey";
