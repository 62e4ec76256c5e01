//! Clinics and the people who work in them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, blob, json_binary, string, uuid, uuid_null};

use crate::columns::clinic_table;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("clinic")
                    .col(uuid("id").primary_key())
                    .col(string("name"))
                    .col(string("time_zone"))
                    .col(blob("data_key"))
                    .col(json_binary("settings"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                clinic_table("member")
                    .col(uuid_null("account_id"))
                    .col(string("role"))
                    .col(blob("name"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("disabled_at"))
                    .foreign_key(ForeignKey::create().from("member", "account_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("member_account")
                    .table("member")
                    .col("account_id")
                    .col("clinic_id")
                    .unique()
                    .to_owned(),
            )
            .await
    }
}
