//! Which version of a log is its newest, kept with it: whoever reads logs need not look for a newer one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean;
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
        manager
            .alter_table(
                Table::alter().table("progress_log").add_column(boolean("newest").default(true)).to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        if postgres {
            // Row-level security binds the owner, too, who marks the rows of all clinics here.
            db.execute_unprepared("ALTER TABLE progress_log NO FORCE ROW LEVEL SECURITY").await?;
        }
        db.execute_unprepared(MARK).await?;
        db.execute_unprepared(if postgres { POSTGRES_TRIGGER } else { SQLITE_TRIGGER }).await?;
        close_tables(manager).await
    }
}

const MARK: &str = r"
UPDATE progress_log SET newest = false WHERE EXISTS (SELECT 1 FROM progress_log AS newer
    WHERE newer.clinic_id = progress_log.clinic_id AND newer.patient_id = progress_log.patient_id
    AND newer.log_id = progress_log.log_id AND newer.version > progress_log.version)";

// By the database, so that no writer can leave two versions standing, not even a program of the version before.
const SQLITE_TRIGGER: &str = r"
CREATE TRIGGER progress_log_newest AFTER INSERT ON progress_log WHEN NEW.version > 1
BEGIN UPDATE progress_log SET newest = false WHERE clinic_id = NEW.clinic_id AND patient_id = NEW.patient_id
    AND log_id = NEW.log_id AND version < NEW.version AND newest; END";

const POSTGRES_TRIGGER: &str = r"
CREATE FUNCTION supersede_progress_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE progress_log SET newest = false WHERE clinic_id = NEW.clinic_id AND patient_id = NEW.patient_id
        AND log_id = NEW.log_id AND version < NEW.version AND newest;
    RETURN NULL;
END $$;
CREATE TRIGGER progress_log_newest AFTER INSERT ON progress_log
    FOR EACH ROW WHEN (NEW.version > 1) EXECUTE FUNCTION supersede_progress_log()";
