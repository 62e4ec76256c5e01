//! The tables `red_flag_screen`, `assessment` and `fall_report`.

pub(crate) mod red_flag_screen {
    use super::super::Level;
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// The answers to a screen for signs of danger.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "red_flag_screen")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        /// The keys of the signs that are there, separated by spaces.
        #[serde(skip)]
        pub(crate) signs: Sealed,
        #[serde(skip)]
        pub(crate) note: Option<Sealed>,
        pub(crate) level: Option<Level>,
        /// The member who asked; none where the patient told of their own accord.
        pub(crate) member_id: Option<Uuid>,
        pub(crate) screened_at: Instant,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) resolved_at: Option<Instant>,
        /// The therapist who looked at it.
        pub(crate) resolved_by: Option<Uuid>,
        #[serde(skip)]
        pub(crate) resolution: Option<Sealed>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod assessment {
    use super::super::{Kind, RiskLevel};
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// An assessment. It is never edited; a mistaken one is voided.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "assessment")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) kind: Kind,
        pub(crate) assessed_on: Day,
        pub(crate) next_on: Option<Day>,
        pub(crate) risk: Option<RiskLevel>,
        /// All else, as one JSON text.
        #[serde(skip)]
        pub(crate) content: Sealed,
        /// The screen for signs of danger that was part of it.
        pub(crate) screen_id: Option<Uuid>,
        pub(crate) recorded_by: Uuid,
        pub(crate) recorded_at: Instant,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) voided_by: Option<Uuid>,
        pub(crate) voided_at: Option<Instant>,
        #[serde(skip)]
        pub(crate) void_reason: Option<Sealed>,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod fall_report {
    use super::super::FallKind;
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// A fall or near-fall that was reported. It is never edited.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "fall_report")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) kind: FallKind,
        pub(crate) happened_at: Instant,
        pub(crate) local_date: Day,
        pub(crate) injured: Option<bool>,
        #[serde(skip)]
        pub(crate) note: Option<Sealed>,
        /// Whether the patient told of it, and not a member.
        pub(crate) by_patient: bool,
        pub(crate) recorded_by: Option<Uuid>,
        pub(crate) recorded_at: Instant,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
