//! Images and videos that a clinic adds to exercises; their bytes are elsewhere.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, uuid};

use crate::columns::{clinic_table, index, within_clinic};
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                clinic_table("media")
                    .col(uuid("exercise_id"))
                    .col(string("content_type"))
                    .col(big_integer("bytes"))
                    .col(string("status"))
                    .col(uuid("created_by"))
                    .col(big_integer("created_at"))
                    .foreign_key(ForeignKey::create().from("media", "exercise_id").to("exercise", "id"))
                    .foreign_key(&mut within_clinic("media", "created_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "exercise_id"];
        manager.create_index(index("media_exercise", "media", &columns)).await?;
        close_tables(manager).await
    }
}
