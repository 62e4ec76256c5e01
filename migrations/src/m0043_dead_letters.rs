//! What an operator looks for: deliveries that never got through, and reminders that were set aside. Both are few
//! among many, so their indexes hold nothing else.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE INDEX reminder_delivery_dead ON reminder_delivery (due_at) WHERE status = 'FAILED'",
        )
        .await?;
        db.execute_unprepared(
            "CREATE INDEX reminder_set_aside ON reminder (set_aside_at) WHERE set_aside_at IS NOT NULL",
        )
        .await?;
        Ok(())
    }
}
