//! The tables `goal` and `goal_progress`.

pub(crate) mod goal {
    use super::super::{GoalKind, Status};
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "goal")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) kind: GoalKind,
        #[serde(skip)]
        pub(crate) text: Sealed,
        /// What is measured, and in what unit; both or neither, as baseline and target.
        #[serde(skip)]
        pub(crate) measure: Option<Sealed>,
        #[serde(skip)]
        pub(crate) unit: Option<Sealed>,
        pub(crate) baseline: Option<f64>,
        pub(crate) target: Option<f64>,
        pub(crate) target_on: Option<Day>,
        pub(crate) status: Status,
        pub(crate) revision: i32,
        pub(crate) set_by: Option<Uuid>,
        pub(crate) created_at: Instant,
        pub(crate) updated_at: Instant,
        /// Of what was last set.
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        /// Of what was first set.
        #[serde(skip)]
        pub(crate) first_fingerprint: Vec<u8>,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod goal_progress {
    use crate::clock::{Day, Instant};
    use sea_orm::entity::prelude::*;

    /// A value that was measured; one for each goal and day.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "goal_progress")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) goal_id: Uuid,
        pub(crate) value: f64,
        pub(crate) measured_on: Day,
        pub(crate) recorded_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
