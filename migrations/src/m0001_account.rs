//! People who sign in: accounts, sessions with their token pairs, devices, invitations.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, blob_uniq, integer, string, string_null, uuid, uuid_null,
};

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("account")
                    .col(uuid("id").primary_key())
                    .col(blob_uniq("email_index"))
                    .col(blob("email"))
                    .col(string("password_hash"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("disabled_at"))
                    .to_owned(),
            )
            .await?;
        // One row a sign-in; its token pairs are the generations of `session_token`.
        manager
            .create_table(
                Table::create()
                    .table("session")
                    .col(uuid("id").primary_key())
                    .col(uuid("account_id"))
                    .col(uuid("clinic_id"))
                    .col(uuid_null("member_id"))
                    .col(uuid_null("patient_id"))
                    .col(big_integer("created_at"))
                    .col(big_integer("expires_at"))
                    .col(big_integer_null("revoked_at"))
                    .col(string_null("revoked_reason"))
                    .foreign_key(ForeignKey::create().from("session", "account_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("session_account", "session", &["account_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("session_token")
                    .col(uuid("id").primary_key())
                    .col(uuid("session_id"))
                    .col(integer("generation"))
                    .col(blob_uniq("access_hash"))
                    .col(blob_uniq("refresh_hash"))
                    .col(big_integer("access_expires_at"))
                    .col(big_integer("refresh_expires_at"))
                    .col(big_integer_null("used_at"))
                    .col(big_integer_null("consumed_at"))
                    .foreign_key(ForeignKey::create().from("session_token", "session_id").to("session", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("session_token_session", "session_token", &["session_id", "generation"]))
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("device")
                    .col(uuid("id").primary_key())
                    .col(uuid("account_id"))
                    .col(string("platform"))
                    .col(blob_uniq("token_index"))
                    .col(blob("token"))
                    .col(string("app_version"))
                    .col(string("language"))
                    .col(string("time_zone"))
                    .col(big_integer("registered_at"))
                    .col(big_integer("last_seen_at"))
                    .col(big_integer_null("retired_at"))
                    .col(string_null("retired_reason"))
                    .foreign_key(ForeignKey::create().from("device", "account_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("device_account", "device", &["account_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("invitation")
                    .col(uuid("id").primary_key())
                    .col(uuid("clinic_id"))
                    .col(string("role"))
                    .col(uuid_null("patient_id"))
                    .col(blob_null("email"))
                    .col(blob_uniq("link_hash"))
                    .col(blob_uniq("code_hash"))
                    .col(integer("tries"))
                    .col(uuid_null("created_by"))
                    .col(big_integer("created_at"))
                    .col(big_integer("expires_at"))
                    .col(big_integer_null("used_at"))
                    .to_owned(),
            )
            .await
    }
}
