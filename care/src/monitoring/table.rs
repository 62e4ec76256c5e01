//! The tables `monitoring_entry` and `monitoring_month`.

pub(crate) mod monitoring_entry {
    use super::super::{Activity, Kind, Medium};
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// What a member did in monitoring a patient. It is never edited; a mistaken one is voided.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "monitoring_entry")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) member_id: Uuid,
        pub(crate) kind: Kind,
        pub(crate) started_at: Instant,
        pub(crate) ended_at: Option<Instant>,
        pub(crate) activity: Option<Activity>,
        pub(crate) medium: Option<Medium>,
        #[serde(skip)]
        pub(crate) note: Option<Sealed>,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) recorded_at: Instant,
        pub(crate) voided_by: Option<Uuid>,
        pub(crate) voided_at: Option<Instant>,
        #[serde(skip)]
        pub(crate) void_reason: Option<Sealed>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod monitoring_month {
    use super::super::Figures;
    use crate::clock::{Day, Instant};
    use sea_orm::entity::prelude::*;

    /// What counted of a month when it was frozen. Such rows are never changed.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "monitoring_month")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) patient_id: Uuid,
        /// The first day of the month.
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) month: Day,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) figures: Figures,
        pub(crate) frozen_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
