//! The tables `progress_log` and `progress_result`.

pub(crate) mod progress_log {
    use super::super::VersionKind;
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// One version of the log `log_id`. Versions are added, never changed.
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
