//! Mail that waits to be sent, and resets of passwords.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, blob, integer, text, uuid};

use crate::columns::index;
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("mail")
                    .col(uuid("id").primary_key())
                    .col(blob("email_index"))
                    .col(text("kind"))
                    .col(big_integer("queued_at"))
                    .col(big_integer("due_at"))
                    .col(integer("tries"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("mail_due", "mail", &["due_at"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("password_reset")
                    .col(blob("token_hash").primary_key())
                    .col(uuid("account_id"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("used_at"))
                    .foreign_key(
                        ForeignKey::create().from("password_reset", "account_id").to("account", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("password_reset_account", "password_reset", &["account_id"])).await?;
        close_tables(manager).await
    }
}
