//! Programs: numbered immutable revisions of prescriptions, and holds.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, integer, json_binary, string, string_null, uuid,
    uuid_null,
};

use crate::columns::{clinic_table, index, within_clinic};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                clinic_table("program")
                    .col(uuid("patient_id"))
                    .col(string("title"))
                    .col(string("status"))
                    .col(string("starts_on"))
                    .col(string_null("ends_on"))
                    .col(integer("revision"))
                    .col(blob("fingerprint"))
                    .col(uuid_null("created_by"))
                    .col(big_integer("created_at"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("program", "patient_id", "patient"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("program_patient", "program", &["clinic_id", "patient_id"])).await?;
        manager
            .create_table(
                clinic_table("program_revision")
                    .col(uuid("patient_id"))
                    .col(uuid("program_id"))
                    .col(integer("number"))
                    .col(string("effective_from"))
                    .col(json_binary("phases"))
                    .col(blob_null("note"))
                    .col(blob("fingerprint"))
                    .col(uuid_null("created_by"))
                    .col(big_integer("created_at"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("program_revision", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("program_revision", "program_id", "program"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("program_revision_number")
                    .table("program_revision")
                    .col("clinic_id")
                    .col("program_id")
                    .col("number")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                clinic_table("prescription")
                    .col(uuid("patient_id"))
                    .col(uuid("program_id"))
                    .col(uuid("revision_id"))
                    .col(uuid("origin_id"))
                    .col(integer("position"))
                    .col(uuid("exercise_id"))
                    .col(json_binary("dose"))
                    .col(json_binary("schedule"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("prescription", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("prescription", "program_id", "program"))
                    .foreign_key(&mut within_clinic("prescription", "revision_id", "program_revision"))
                    .foreign_key(
                        ForeignKey::create().from("prescription", "exercise_id").to("exercise", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("prescription_program", "prescription", &["clinic_id", "program_id"]))
            .await?;
        manager
            .create_table(
                clinic_table("program_hold")
                    .col(uuid("patient_id"))
                    .col(uuid("program_id"))
                    .col(string("held_from"))
                    .col(blob("reason"))
                    .col(uuid_null("held_by"))
                    .col(big_integer("held_at"))
                    .col(string_null("released_on"))
                    .col(uuid_null("released_by"))
                    .col(big_integer_null("released_at"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("program_hold", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("program_hold", "program_id", "program"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("program_hold_program", "program_hold", &["clinic_id", "program_id"]))
            .await
    }
}
