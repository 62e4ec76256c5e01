//! Reminders that follow from care: what each is about, which kinds a patient wants to hear nothing of, and up to
//! which change of a patient they have been seen to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, json_binary, uuid_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds a column at a time.
        for (table, column) in [
            ("reminder", uuid_null("subject_id")),
            ("patient", json_binary("muted").default("[]").take()),
            ("patient", big_integer("noticed_change").default(0).take()),
            ("patient", big_integer("notices_stale_at").default(0).take()),
        ] {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
