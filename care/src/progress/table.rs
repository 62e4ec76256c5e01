//! The tables `progress_log`, `progress_result` and `pain_rating`, and what is kept of them: `progress_day`
//! and `personal_best`.

pub(crate) mod progress_log {
    use super::super::{SymptomResponse, VersionKind};
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// One version of the log `log_id`. Versions are added, never changed, but for `newest`: the database takes it
    /// away where a newer version is added.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "progress_log")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) log_id: Uuid,
        pub(crate) version: i32,
        pub(crate) newest: bool,
        pub(crate) kind: VersionKind,
        pub(crate) performed_at: Instant,
        pub(crate) offset_seconds: i32,
        pub(crate) time_zone: Option<String>,
        pub(crate) local_date: Day,
        pub(crate) pain_before: Option<i16>,
        pub(crate) pain_after: Option<i16>,
        #[serde(skip)]
        pub(crate) note: Option<Sealed>,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) recorded_by: Option<Uuid>,
        pub(crate) recorded_at: Instant,
        pub(crate) change: i64,
        pub(crate) symptom_response: Option<SymptomResponse>,
        #[serde(skip)]
        pub(crate) symptom_location: Option<Sealed>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod progress_result {
    use super::super::{Sets, SkipReason};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "progress_result")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) log_row_id: Uuid,
        pub(crate) position: i32,
        pub(crate) prescription_id: Uuid,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) sets: Sets,
        pub(crate) rpe: Option<i16>,
        pub(crate) pain_during: Option<i16>,
        pub(crate) skip_reason: Option<SkipReason>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod pain_rating {
    use super::super::Moment;
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "pain_rating")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) rated_at: Instant,
        pub(crate) offset_seconds: i32,
        pub(crate) local_date: Day,
        pub(crate) moment: Moment,
        pub(crate) pain: i16,
        #[serde(skip)]
        pub(crate) note: Option<Sealed>,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) recorded_by: Option<Uuid>,
        pub(crate) recorded_at: Instant,
        pub(crate) voided_at: Option<Instant>,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod progress_day {
    use crate::clock::Day;
    use sea_orm::entity::prelude::*;

    /// What stands of one day: sums and counts, so that days add up to weeks and months.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "progress_day")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) patient_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) local_date: Day,
        /// Logs, those of pain alone too.
        pub(crate) logs: i32,
        /// Logs with a performed set.
        pub(crate) sessions: i32,
        /// Time under exercise.
        pub(crate) seconds: i32,
        /// Results with a performed set.
        pub(crate) done: i32,
        /// Results skipped with a reason.
        pub(crate) skipped: i32,
        pub(crate) before_sum: i32,
        pub(crate) before_count: i32,
        pub(crate) during_sum: i32,
        pub(crate) during_count: i32,
        pub(crate) after_sum: i32,
        pub(crate) after_count: i32,
        pub(crate) next_sum: i32,
        pub(crate) next_count: i32,
        pub(crate) resting_sum: i32,
        pub(crate) resting_count: i32,
        pub(crate) during_max: Option<i16>,
        pub(crate) rpe_max: Option<i16>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod personal_best {
    use super::super::BestKind;
    use crate::clock::Day;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "personal_best")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) patient_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) exercise_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) kind: BestKind,
        pub(crate) value: f64,
        pub(crate) log_id: Uuid,
        pub(crate) reached_on: Day,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
