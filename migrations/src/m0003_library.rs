//! The shared exercise library, as loaded from the data files.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, json_binary, string_uniq, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("exercise")
                    .col(uuid("id").primary_key())
                    .col(string_uniq("key"))
                    .col(integer("number"))
                    .col(json_binary("categories"))
                    .col(json_binary("tags"))
                    .col(json_binary("default_dose"))
                    .col(json_binary("default_schedule"))
                    .col(big_integer("change"))
                    .col(big_integer_null("archived_at"))
                    .to_owned(),
            )
            .await
    }
}
