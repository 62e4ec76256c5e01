//! Whose reminders that follow from care are to be seen to stands first in an index: their time has come, or is zero
//! since something was written. Nobody looks through all patients for them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::index;
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            // Row-level security binds the owner, too, who changes the rows of all clinics here.
            db.execute_unprepared("ALTER TABLE patient NO FORCE ROW LEVEL SECURITY").await?;
        }
        db.execute_unprepared("UPDATE patient SET notices_stale_at = 0 WHERE noticed_change <> change")
            .await?;
        let noticed = Table::alter().table("patient").drop_column("noticed_change").to_owned();
        manager.alter_table(noticed).await?;
        manager.create_index(index("patient_notices", "patient", &["notices_stale_at", "id"])).await?;
        close_tables(manager).await
    }
}
