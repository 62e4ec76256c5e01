//! Images and videos that a clinic adds to exercises; their bytes are elsewhere. As a prescription does, one
//! refers to an exercise that is shared or its own clinic's.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{clinic_table, index, within_clinic};
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
            .create_table(
                clinic_table("media")
                    .col(uuid("exercise_id"))
                    .col(string("content_type"))
                    .col(big_integer("bytes"))
                    .col(string("status"))
                    .col(uuid("created_by"))
                    .col(big_integer("created_at"))
                    .foreign_key(ForeignKey::create().from("media", "exercise_id").to("exercise", "id"))
                    .foreign_key(&mut within_clinic("media", "created_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "exercise_id"];
        manager.create_index(index("media_exercise", "media", &columns)).await?;
        let guard = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_GUARD,
            _ => POSTGRES_GUARD,
        };
        manager.get_connection().execute_unprepared(guard).await?;
        close_tables(manager).await
    }
}

const SQLITE_GUARD: &str = r"
CREATE TRIGGER media_exercise_added BEFORE INSERT ON media WHEN NOT EXISTS (
    SELECT 1 FROM exercise WHERE id = NEW.exercise_id AND (clinic_id IS NULL OR clinic_id = NEW.clinic_id))
BEGIN SELECT RAISE(ABORT, 'foreign key of an exercise'); END;
CREATE TRIGGER media_exercise_changed BEFORE UPDATE OF clinic_id, exercise_id ON media WHEN NOT EXISTS (
    SELECT 1 FROM exercise WHERE id = NEW.exercise_id AND (clinic_id IS NULL OR clinic_id = NEW.clinic_id))
BEGIN SELECT RAISE(ABORT, 'foreign key of an exercise'); END";

/// The function is of m0024: it looks at the columns alone, which are named alike.
const POSTGRES_GUARD: &str = r"
CREATE TRIGGER media_exercise BEFORE INSERT OR UPDATE OF clinic_id, exercise_id ON media
    FOR EACH ROW EXECUTE FUNCTION prescription_exercise()";
