//! A clinic's own exercises, beside the shared ones in their table. A row without a clinic is shared.
//!
//! A prescription refers to an exercise that is shared or its own clinic's: no foreign key can say so, so
//! triggers do.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, blob_null, json_binary, json_binary_null, uuid_null};
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::index;
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in [
            // SQLite adds a reference to a table that there is only with its column.
            uuid_null("clinic_id").extra("REFERENCES clinic (id)").take(),
            json_binary("equipment").default("[]").take(),
            json_binary("conditions").default("[]").take(),
            json_binary_null("own_texts"),
            uuid_null("created_by"),
            big_integer_null("created_at"),
            blob_null("fingerprint"),
        ] {
            let add = Table::alter().table("exercise").add_column(&mut column).to_owned();
            manager.alter_table(add).await?;
        }
        manager.create_index(index("exercise_clinic", "exercise", &["clinic_id"])).await?;
        let guard = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_GUARD,
            _ => POSTGRES_GUARD,
        };
        manager.get_connection().execute_unprepared(guard).await?;
        close_tables(manager).await
    }
}

const SQLITE_GUARD: &str = r"
CREATE TRIGGER prescription_exercise_added BEFORE INSERT ON prescription WHEN NOT EXISTS (
    SELECT 1 FROM exercise WHERE id = NEW.exercise_id AND (clinic_id IS NULL OR clinic_id = NEW.clinic_id))
BEGIN SELECT RAISE(ABORT, 'foreign key of an exercise'); END;
CREATE TRIGGER prescription_exercise_changed BEFORE UPDATE OF clinic_id, exercise_id ON prescription WHEN NOT EXISTS (
    SELECT 1 FROM exercise WHERE id = NEW.exercise_id AND (clinic_id IS NULL OR clinic_id = NEW.clinic_id))
BEGIN SELECT RAISE(ABORT, 'foreign key of an exercise'); END";

const POSTGRES_GUARD: &str = r"
CREATE FUNCTION prescription_exercise() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    PERFORM FROM exercise WHERE id = NEW.exercise_id AND (clinic_id IS NULL OR clinic_id = NEW.clinic_id);
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'foreign key of an exercise';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE TRIGGER prescription_exercise BEFORE INSERT OR UPDATE OF clinic_id, exercise_id ON prescription
    FOR EACH ROW EXECUTE FUNCTION prescription_exercise()";
