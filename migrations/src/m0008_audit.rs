//! The audit trail: who did what to which patient, by ids only.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, string_null, uuid, uuid_null};

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_event")
                    .col(uuid("id").primary_key())
                    .col(uuid_null("clinic_id"))
                    .col(big_integer("at"))
                    .col(uuid_null("account_id"))
                    .col(string("role"))
                    .col(string("action"))
                    .col(uuid_null("patient_id"))
                    .col(string("object_kind"))
                    .col(uuid_null("object_id"))
                    .col(string("outcome"))
                    .col(string_null("request_id"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("audit_event_clinic", "audit_event", &["clinic_id", "at"])).await
    }
}
