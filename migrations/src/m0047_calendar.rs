//! Links by which calendars read a patient's reminders and visits, and when each of those was last changed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, boolean, uuid};
use sea_orm_migration::sea_orm::DbBackend;

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
        manager
            .create_table(
                clinic_table("calendar_feed")
                    .col(uuid("patient_id"))
                    .col(blob("token_hash"))
                    .col(boolean("include_titles"))
                    .col(big_integer("created_at"))
                    .col(big_integer("free_at"))
                    .foreign_key(&mut within_clinic("calendar_feed", "patient_id", "patient"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "patient_id"];
        let of_patient = index("calendar_feed_patient", "calendar_feed", &columns).unique().to_owned();
        manager.create_index(of_patient).await?;
        let by_token = index("calendar_feed_token", "calendar_feed", &["token_hash"]).unique().to_owned();
        manager.create_index(by_token).await?;
        let db = manager.get_connection();
        for table in ["reminder", "visit"] {
            let changed_at = big_integer("changed_at").default(0).take();
            manager.alter_table(Table::alter().table(table).add_column(changed_at).to_owned()).await?;
            if manager.get_database_backend() == DbBackend::Postgres {
                // Row-level security binds the owner, too, who changes the rows of all clinics here.
                db.execute_unprepared(&format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")).await?;
            }
            db.execute_unprepared(&format!("UPDATE {table} SET changed_at = created_at")).await?;
        }
        close_tables(manager).await
    }
}
