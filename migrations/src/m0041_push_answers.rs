//! What push providers answered to each delivery, and reminders that the engine has set aside because it cannot
//! decide about them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, json_binary};

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
                Table::alter()
                    .table("reminder_delivery")
                    .add_column(json_binary("answers").default("[]"))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter().table("reminder").add_column(big_integer_null("set_aside_at")).to_owned(),
            )
            .await
    }
}
