//! Symptoms of a session, ratings of pain outside of one, and what is kept of each day and exercise so that
//! no reader has to add up years.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, double, integer, small_integer, small_integer_null,
    string, string_null, uuid, uuid_null,
};

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
        for column in [string_null("symptom_response"), blob_null("symptom_location")] {
            manager.alter_table(Table::alter().table("progress_log").add_column(column).to_owned()).await?;
        }
        manager.create_table(pain_rating()).await?;
        let columns = ["clinic_id", "patient_id", "local_date"];
        manager.create_index(index("pain_rating_day", "pain_rating", &columns)).await?;
        manager.create_table(progress_day()).await?;
        manager.create_table(personal_best()).await?;
        close_tables(manager).await
    }
}

fn pain_rating() -> TableCreateStatement {
    clinic_table("pain_rating")
        .col(uuid("patient_id"))
        .col(big_integer("rated_at"))
        .col(integer("offset_seconds"))
        .col(string("local_date"))
        .col(string("moment"))
        .col(small_integer("pain"))
        .col(blob_null("note"))
        .col(blob("fingerprint"))
        .col(uuid_null("recorded_by"))
        .col(big_integer("recorded_at"))
        .col(big_integer_null("voided_at"))
        .col(big_integer("change"))
        .foreign_key(&mut within_clinic("pain_rating", "patient_id", "patient"))
        .to_owned()
}

/// Adds up, of one day of a patient, the logs and ratings that stand.
fn progress_day() -> TableCreateStatement {
    let mut table = of_patient("progress_day");
    table.col(string("local_date"));
    for counted in [
        "logs",
        "sessions",
        "seconds",
        "done",
        "skipped",
        "before_sum",
        "before_count",
        "during_sum",
        "during_count",
        "after_sum",
        "after_count",
        "next_sum",
        "next_count",
        "resting_sum",
        "resting_count",
    ] {
        table.col(integer(counted));
    }
    table
        .col(small_integer_null("during_max"))
        .col(small_integer_null("rpe_max"))
        .primary_key(Index::create().col("clinic_id").col("patient_id").col("local_date"))
        .to_owned()
}

/// The most of an exercise that a patient has done in one set. No foreign key leads to the exercise, which
/// may be shared, nor to the log, which has versions: both follow from the rows it is made of.
fn personal_best() -> TableCreateStatement {
    of_patient("personal_best")
        .col(uuid("exercise_id"))
        .col(string("kind"))
        .col(double("value"))
        .col(uuid("log_id"))
        .col(string("reached_on"))
        .primary_key(Index::create().col("clinic_id").col("patient_id").col("exercise_id").col("kind"))
        .to_owned()
}

fn of_patient(name: &'static str) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(uuid("clinic_id"))
        .col(uuid("patient_id"))
        .foreign_key(ForeignKey::create().from(name, "clinic_id").to("clinic", "id"))
        .foreign_key(&mut within_clinic(name, "patient_id", "patient"));
    table
}
