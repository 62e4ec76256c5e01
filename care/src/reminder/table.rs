//! The tables `reminder`, `reminder_delivery`, `reminder_batch`, `calendar_feed`.

pub(crate) mod reminder {
    use super::super::recurrence::Rule;
    use super::super::{Kind, QuietPolicy, Status, ZoneMode};
    use crate::clock::{Day, Instant};
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "reminder")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        pub(crate) kind: Kind,
        #[serde(skip)]
        pub(crate) title: Option<Sealed>,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) rule: Rule,
        pub(crate) zone_mode: ZoneMode,
        pub(crate) time_zone: String,
        pub(crate) quiet_policy: QuietPolicy,
        pub(crate) only_if_not_done: bool,
        pub(crate) late_limit_minutes: i32,
        pub(crate) status: Status,
        pub(crate) version: i32,
        pub(crate) next_due_at: Option<Instant>,
        pub(crate) next_date: Option<Day>,
        pub(crate) next_slot: Option<i32>,
        pub(crate) fire_at: Option<Instant>,
        pub(crate) set_aside_at: Option<Instant>,
        #[serde(skip)]
        pub(crate) fingerprint: Vec<u8>,
        pub(crate) created_at: Instant,
        pub(crate) change: i64,
        /// What it is about, where it follows from care; its kind says of what kind that is.
        pub(crate) subject_id: Option<Uuid>,
        /// When its rule or its words were last changed.
        pub(crate) changed_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod reminder_delivery {
    use super::super::DeliveryStatus;
    use crate::clock::{Day, Instant};
    use sea_orm::FromJsonQueryResult;
    use sea_orm::entity::prelude::*;

    /// What the providers answered to its pushes, oldest first.
    #[derive(
        Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult,
    )]
    pub(crate) struct Answers(pub(crate) Vec<Answered>);

    /// An answer of a provider.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    pub(crate) struct Answered {
        pub(crate) at: Instant,
        pub(crate) device: Uuid,
        pub(crate) code: String,
    }

    /// One occurrence that was decided: dedupe, outbox and history in one.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "reminder_delivery")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) reminder_id: Uuid,
        pub(crate) local_date: Day,
        pub(crate) slot: i32,
        pub(crate) patient_id: Uuid,
        pub(crate) due_at: Instant,
        pub(crate) expires_at: Instant,
        pub(crate) status: DeliveryStatus,
        pub(crate) attempts: i32,
        pub(crate) snoozes: i32,
        pub(crate) next_try_at: Option<Instant>,
        pub(crate) sent_at: Option<Instant>,
        pub(crate) done_at: Option<Instant>,
        #[sea_orm(column_type = "JsonBinary")]
        #[serde(skip)]
        pub(crate) answers: Answers,
        pub(crate) change: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod calendar_feed {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// A link by which calendars read a patient's reminders and visits; each patient has one at most.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "calendar_feed")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) patient_id: Uuid,
        #[serde(skip)]
        pub(crate) token_hash: Vec<u8>,
        pub(crate) include_titles: bool,
        pub(crate) created_at: Instant,
        /// When it may be read as often at once as at the beginning.
        #[serde(skip)]
        pub(crate) free_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod reminder_batch {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// A batch of reminders that a worker has leased from the SQL timetable.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "reminder_batch")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) number: i64,
        pub(crate) until: Instant,
        pub(crate) reminder_ids: Vec<u8>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
