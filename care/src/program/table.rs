//! The tables `program`, `program_revision`, `prescription`, `program_hold`,
//! `program_override`.

pub(crate) mod program {
    use super::super::Status;
    use crate::clock::{Day, Instant};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "program")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) title: String,
        pub(crate) status: Status,
        pub(crate) starts_on: Day,
        pub(crate) ends_on: Option<Day>,
        /// The day from which its phases count, where that is not its first: the day of surgery.
        pub(crate) anchor_on: Option<Day>,
        /// The template or protocol it was made from, and which version of it.
        pub(crate) template_id: Option<Uuid>,
        pub(crate) template_version: Option<i32>,
        pub(crate) revision: i32,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) created_by: Option<Uuid>,
        pub(crate) created_at: Instant,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod program_revision {
    use super::super::phase::Phases;
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "program_revision")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) program_id: Uuid,
        pub(crate) number: i32,
        pub(crate) effective_from: Day,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) phases: Phases,
        #[serde(skip)]
        pub(crate) note: Option<Sealed>,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) created_by: Option<Uuid>,
        pub(crate) created_at: Instant,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod prescription {
    use crate::library::dose::Dose;
    use crate::library::schedule::Schedule;
    use sea_orm::FromJsonQueryResult;
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};

    /// Places of phases in their revision, from 0.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, FromJsonQueryResult)]
    pub(crate) struct Places(pub(crate) Vec<u16>);

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "prescription")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) program_id: Uuid,
        pub(crate) revision_id: Uuid,
        pub(crate) origin_id: Uuid,
        pub(crate) position: i32,
        pub(crate) exercise_id: Uuid,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) dose: Dose,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) schedule: Schedule,
        /// The places of the phases it belongs to; none: it belongs to all.
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub(crate) phases: Option<Places>,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod program_hold {
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "program_hold")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) program_id: Uuid,
        pub(crate) held_from: Day,
        #[serde(skip)]
        pub(crate) reason: Sealed,
        pub(crate) held_by: Option<Uuid>,
        pub(crate) held_at: Instant,
        pub(crate) released_on: Option<Day>,
        pub(crate) released_by: Option<Uuid>,
        pub(crate) released_at: Option<Instant>,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod program_override {
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::FromJsonQueryResult;
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};

    /// A rule that was gone past, and for which exercise.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub(crate) struct Covered {
        pub(crate) caution: String,
        pub(crate) exercise_id: Uuid,
        /// The load, limit or precautions it was given for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) detail: Option<String>,
    }

    /// What one reason was given for.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
    pub(crate) struct Covers(pub(crate) Vec<Covered>);

    /// A reason for which rules that warn were gone past.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "program_override")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) program_id: Uuid,
        pub(crate) revision_id: Uuid,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) covers: Covers,
        #[serde(skip)]
        pub(crate) reason: Sealed,
        pub(crate) made_by: Uuid,
        pub(crate) made_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
