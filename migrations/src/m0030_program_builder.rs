//! Program templates and protocols, prescriptions of single phases, the day that phases after surgery count
//! from, and since when signs wait that let nobody go on to a next phase.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, boolean, integer, integer_null, json_binary, json_binary_null,
    string, string_null, uuid, uuid_null,
};

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
        // SQLite adds one column a statement.
        for (table, column) in [
            ("program", string_null("anchor_on")),
            ("program", uuid_null("template_id")),
            ("program", integer_null("template_version")),
            ("prescription", json_binary_null("phases")),
            ("patient", big_integer_null("review_since")),
        ] {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        manager
            .create_table(
                clinic_table("program_template")
                    .col(uuid("series_id"))
                    .col(integer("version"))
                    .col(string("title"))
                    .col(string_null("description"))
                    .col(boolean("after_surgery"))
                    .col(string_null("surgeon"))
                    .col(json_binary("conditions"))
                    .col(json_binary("content"))
                    .col(blob("fingerprint"))
                    .col(uuid("created_by"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("archived_at"))
                    .foreign_key(&mut within_clinic("program_template", "created_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "series_id", "version"];
        let versions = index("program_template_version", "program_template", &columns).unique().to_owned();
        manager.create_index(versions).await?;
        close_tables(manager).await
    }
}
