//! The tables `patient`, `patient_condition`, `break_glass`, `legal_hold`.

pub(crate) mod patient {
    use super::super::ZonePolicy;
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use jiff::tz::TimeZone;
    use sea_orm::FromJsonQueryResult;
    use sea_orm::entity::prelude::*;

    /// The names of the kinds of reminders that stay silent.
    #[derive(
        Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult,
    )]
    pub(crate) struct Muted(pub(crate) Vec<String>);

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "patient")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) account_id: Option<Uuid>,
        #[serde(skip)]
        pub(crate) data_key: Sealed,
        #[serde(skip)]
        pub(crate) name: Sealed,
        #[serde(skip)]
        pub(crate) birth_date: Option<Sealed>,
        #[serde(skip)]
        pub(crate) email: Option<Sealed>,
        pub(crate) surgery_on: Option<Day>,
        pub(crate) language: String,
        pub(crate) time_zone: String,
        pub(crate) zone_policy: ZonePolicy,
        pub(crate) quiet_start: Option<String>,
        pub(crate) quiet_end: Option<String>,
        pub(crate) emergency_country: String,
        pub(crate) last_activity_at: Instant,
        pub(crate) change: i64,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) created_by: Option<Uuid>,
        pub(crate) created_at: Instant,
        pub(crate) discharged_at: Option<Instant>,
        /// Since when the patient lets no care team see the record.
        pub(crate) sharing_ended_at: Option<Instant>,
        /// Since when signs of danger wait for a therapist to look at them.
        pub(crate) danger_since: Option<Instant>,
        /// Since when signs of whatever concern wait: nobody goes on to a next phase until then.
        pub(crate) review_since: Option<Instant>,
        /// Since when a screen for signs of danger is due, after red pain.
        pub(crate) screen_due_since: Option<Instant>,
        /// When the months that monitoring counts are looked at next: one of them ends then.
        #[serde(skip)]
        pub(crate) months_close_at: Instant,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) muted: Muted,
        /// When the reminders that follow from care are to be seen to again: at once, zero, whenever something of the
        /// patient is written.
        #[serde(skip)]
        pub(crate) notices_stale_at: Instant,
    }

    impl Model {
        /// The clinic and the patient.
        pub(crate) fn key(&self) -> (Uuid, Uuid) {
            (self.clinic_id, self.id)
        }

        /// The zone of the patient's days.
        pub(crate) fn zone(&self) -> TimeZone {
            TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
        }
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod patient_condition {
    use super::super::BodySide;
    use crate::clock::Day;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "patient_condition")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) condition: String,
        pub(crate) side: Option<BodySide>,
        pub(crate) level: Option<String>,
        pub(crate) noted_on: Day,
        pub(crate) ended_on: Option<Day>,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod break_glass {
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "break_glass")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) member_id: Uuid,
        #[serde(skip)]
        pub(crate) reason: Sealed,
        pub(crate) begun_at: Instant,
        pub(crate) expires_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod legal_hold {
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// What keeps the record from being erased until it is lifted.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "legal_hold")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        #[serde(skip)]
        pub(crate) reason: Sealed,
        pub(crate) placed_by: Uuid,
        pub(crate) placed_at: Instant,
        pub(crate) lifted_by: Option<Uuid>,
        pub(crate) lifted_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
