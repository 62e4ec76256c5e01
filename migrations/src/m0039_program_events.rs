//! What happened to programs, of a patient, in the order of time: the timeline reads it among many reads.

use sea_orm_migration::prelude::*;

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = ["clinic_id", "patient_id", "at", "id"];
        let mut of_programs = index("audit_event_program", "audit_event", &columns);
        of_programs.cond_where(Expr::col("object_kind").eq("program"));
        manager.create_index(of_programs).await
    }
}
