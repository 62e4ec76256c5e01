//! Patients, their conditions, and the care teams that may see them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, string, string_null, uuid, uuid_null,
};

use crate::columns::{clinic_table, index, within_clinic};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                clinic_table("patient")
                    .col(uuid_null("account_id"))
                    .col(blob("data_key"))
                    .col(blob("name"))
                    .col(blob_null("birth_date"))
                    .col(blob_null("email"))
                    .col(string_null("surgery_on"))
                    .col(string("language"))
                    .col(string("time_zone"))
                    .col(string("zone_policy"))
                    .col(string_null("quiet_start"))
                    .col(string_null("quiet_end"))
                    .col(string("emergency_country"))
                    .col(big_integer("last_activity_at"))
                    .col(big_integer("change"))
                    .col(blob("fingerprint"))
                    .col(uuid_null("created_by"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("discharged_at"))
                    .foreign_key(ForeignKey::create().from("patient", "account_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("patient_account")
                    .table("patient")
                    .col("account_id")
                    .col("clinic_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("patient_activity", "patient", &["clinic_id", "last_activity_at", "id"]))
            .await?;
        manager
            .create_table(
                clinic_table("patient_condition")
                    .col(uuid("patient_id"))
                    .col(string("condition"))
                    .col(string("noted_on"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("patient_condition", "patient_id", "patient"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "patient_condition_patient",
                "patient_condition",
                &["clinic_id", "patient_id"],
            ))
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("care_team")
                    .col(uuid("clinic_id"))
                    .col(uuid("patient_id"))
                    .col(uuid("member_id"))
                    .col(big_integer("since"))
                    .primary_key(Index::create().col("clinic_id").col("patient_id").col("member_id"))
                    .foreign_key(&mut within_clinic("care_team", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("care_team", "member_id", "member"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("care_team_member", "care_team", &["clinic_id", "member_id"])).await
    }
}
