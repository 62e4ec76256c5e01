//! The chain that seals the audit trail: one seal an event, each over the one before it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, uuid};

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
                    .table("audit_key")
                    .col(uuid("clinic_id").primary_key())
                    .col(blob("chain_key"))
                    .foreign_key(ForeignKey::create().from("audit_key", "clinic_id").to("clinic", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("audit_seal")
                    .col(uuid("clinic_id"))
                    .col(big_integer("sequence"))
                    .col(uuid("event_id"))
                    .col(big_integer("event_at"))
                    .col(blob("mac"))
                    .col(big_integer("sealed_at"))
                    .primary_key(Index::create().col("clinic_id").col("sequence"))
                    .foreign_key(ForeignKey::create().from("audit_seal", "clinic_id").to("clinic", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("audit_seal_event")
                    .table("audit_seal")
                    .col("event_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("audit_seal_newest", "audit_seal", &["event_at"])).await?;
        manager.create_index(index("audit_event_newest", "audit_event", &["at", "id"])).await?;
        close_tables(manager).await
    }
}
