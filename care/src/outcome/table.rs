//! The tables `outcome_assignment`, `outcome_response` and `measure_text`.

pub(crate) mod outcome_assignment {
    use crate::clock::{Day, Instant};
    use sea_orm::entity::prelude::*;

    /// A measure that a patient is asked, and when.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "outcome_assignment")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) measure: String,
        pub(crate) baseline: bool,
        pub(crate) every_weeks: Option<i16>,
        pub(crate) at_discharge: bool,
        pub(crate) start_on: Day,
        pub(crate) end_on: Option<Day>,
        pub(crate) assigned_by: Uuid,
        pub(crate) assigned_at: Instant,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) ended_by: Option<Uuid>,
        pub(crate) ended_at: Option<Instant>,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod outcome_response {
    use super::super::Unit;
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// The answers to a measure. They are never edited; mistaken ones are voided.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "outcome_response")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) measure: String,
        pub(crate) definition_version: i32,
        pub(crate) unit: Unit,
        pub(crate) answered_at: Instant,
        pub(crate) offset_seconds: i32,
        pub(crate) local_date: Day,
        pub(crate) score: Option<f64>,
        pub(crate) band: Option<String>,
        /// The answers as they were given, as one JSON text.
        #[serde(skip)]
        pub(crate) content: Sealed,
        /// Whether the patient recorded it.
        pub(crate) by_patient: bool,
        /// The account that recorded it.
        pub(crate) recorded_by: Uuid,
        pub(crate) recorded_at: Instant,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        /// The account that took it back.
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

pub(crate) mod measure_text {
    use super::super::Text;
    use crate::clock::Instant;
    use sea_orm::FromJsonQueryResult;
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};

    /// What it asks, one JSON column.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
    pub(crate) struct Texts(pub(crate) Text);

    /// The text of a measure that a clinic is licensed to use; one for each measure and language.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "measure_text")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) measure: String,
        /// The tag of its language.
        pub(crate) language: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) texts: Texts,
        pub(crate) imported_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
