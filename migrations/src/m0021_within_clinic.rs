//! Sessions and invitations point to people of their own clinic, and to no other's.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob_null, blob_uniq, integer, string, string_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{index, within_clinic};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Of each table, the columns that are the second half of a reference within the clinic.
const SESSION: [(&str, &str); 2] = [("member_id", "member"), ("patient_id", "patient")];
const INVITATION: [(&str, &str); 2] = [("patient_id", "patient"), ("created_by", "member")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// On SQLite too: rows leave their table and come back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            return rebuild(manager).await;
        }
        for (table, references) in [("session", SESSION), ("invitation", INVITATION)] {
            for (column, to) in references {
                manager.create_foreign_key(within_clinic(table, column, to)).await?;
            }
            let clinic = ForeignKey::create().from(table, "clinic_id").to("clinic", "id").to_owned();
            manager.create_foreign_key(clinic).await?;
        }
        Ok(())
    }
}

/// SQLite adds no reference to a table that there is: its rows wait aside while it is made anew, those
/// that refer to them first.
async fn rebuild(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let run = async |sql: &str| manager.get_connection().execute_unprepared(sql).await;
    for table in ["session_token", "session", "invitation"] {
        run(&format!("CREATE TABLE waiting_{table} AS SELECT * FROM {table}")).await?;
        run(&format!("DELETE FROM {table}")).await?;
    }
    for (table, mut create) in [("session", session()), ("invitation", invitation())] {
        manager.drop_table(Table::drop().table(table).to_owned()).await?;
        manager.create_table(create.take()).await?;
    }
    manager.create_index(index("session_account", "session", &["account_id"])).await?;
    // The columns stand in the order in which they were added before.
    for table in ["session", "session_token", "invitation"] {
        run(&format!("INSERT INTO {table} SELECT * FROM waiting_{table}")).await?;
        run(&format!("DROP TABLE waiting_{table}")).await?;
    }
    Ok(())
}

fn session() -> TableCreateStatement {
    let mut table = Table::create();
    table
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
        .col(big_integer_null("proved_at"))
        .col(big_integer_null("second_factor_at"))
        .foreign_key(ForeignKey::create().from("session", "account_id").to("account", "id"));
    referring(table, "session", SESSION)
}

fn invitation() -> TableCreateStatement {
    let mut table = Table::create();
    table
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
        .col(big_integer_null("used_at"));
    referring(table, "invitation", INVITATION)
}

fn referring(
    mut table: TableCreateStatement,
    name: &'static str,
    references: [(&'static str, &'static str); 2],
) -> TableCreateStatement {
    table.foreign_key(ForeignKey::create().from(name, "clinic_id").to("clinic", "id"));
    for (column, to) in references {
        table.foreign_key(&mut within_clinic(name, column, to));
    }
    table
}
