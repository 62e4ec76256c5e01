//! Rows of a log are of a patient, and patients of a clinic: PostgreSQL need not look the clinic up once more for
//! each row, which every session that logs would lock together.

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
ALTER TABLE progress_result DROP CONSTRAINT progress_result_clinic_id_fkey;
ALTER TABLE progress_log DROP CONSTRAINT progress_log_clinic_id_fkey";
