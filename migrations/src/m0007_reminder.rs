//! Reminders and their deliveries.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, boolean, integer, integer_null, json_binary, string,
    string_null, uuid, uuid_uniq,
};

use crate::columns::{clinic_table, index, within_clinic};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                clinic_table("reminder")
                    .col(uuid("patient_id"))
                    .col(string("kind"))
                    .col(blob_null("title"))
                    .col(json_binary("rule"))
                    .col(string("zone_mode"))
                    .col(string("time_zone"))
                    .col(string("quiet_policy"))
                    .col(boolean("only_if_not_done"))
                    .col(integer("late_limit_minutes"))
                    .col(string("status"))
                    .col(integer("version"))
                    .col(big_integer_null("next_due_at"))
                    .col(string_null("next_date"))
                    .col(integer_null("next_slot"))
                    .col(big_integer_null("fire_at"))
                    .col(blob("fingerprint"))
                    .col(big_integer("created_at"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("reminder", "patient_id", "patient"))
                    .to_owned(),
            )
            .await?;
        // The timetable names a reminder by its id alone.
        manager
            .create_index(Index::create().name("reminder_id").table("reminder").col("id").unique().to_owned())
            .await?;
        manager.create_index(index("reminder_patient", "reminder", &["clinic_id", "patient_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("reminder_delivery")
                    .col(uuid("clinic_id"))
                    .col(uuid("reminder_id"))
                    .col(string("local_date"))
                    .col(integer("slot"))
                    .col(uuid_uniq("id"))
                    .col(uuid("patient_id"))
                    .col(big_integer("due_at"))
                    .col(big_integer("expires_at"))
                    .col(string("status"))
                    .col(integer("attempts"))
                    .col(integer("snoozes"))
                    .col(big_integer_null("next_try_at"))
                    .col(big_integer_null("sent_at"))
                    .col(big_integer_null("done_at"))
                    .col(big_integer("change"))
                    .primary_key(
                        Index::create().col("clinic_id").col("reminder_id").col("local_date").col("slot"),
                    )
                    .foreign_key(&mut within_clinic("reminder_delivery", "reminder_id", "reminder"))
                    .foreign_key(&mut within_clinic("reminder_delivery", "patient_id", "patient"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "reminder_delivery_patient",
                "reminder_delivery",
                &["clinic_id", "patient_id", "due_at"],
            ))
            .await?;
        // What the SQL timetable has leased: a batch of reminder ids, 16 bytes each.
        manager
            .create_table(
                Table::create()
                    .table("reminder_batch")
                    .col(big_integer("number").primary_key())
                    .col(big_integer("until"))
                    .col(blob("reminder_ids"))
                    .to_owned(),
            )
            .await?;
        // Partial indexes: only rows that wait for something are looked for by time.
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE INDEX reminder_due ON reminder (next_due_at) \
             WHERE status = 'ACTIVE' AND next_due_at IS NOT NULL",
        )
        .await?;
        db.execute_unprepared("CREATE INDEX reminder_fire ON reminder (fire_at) WHERE fire_at IS NOT NULL")
            .await?;
        db.execute_unprepared(
            "CREATE INDEX reminder_delivery_waiting ON reminder_delivery (next_try_at) \
             WHERE next_try_at IS NOT NULL",
        )
        .await?;
        Ok(())
    }
}
