//! The tables `audit_event`, `audit_key`, `audit_seal`.

pub(crate) mod audit_event {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "audit_event")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) clinic_id: Option<Uuid>,
        pub(crate) at: Instant,
        pub(crate) account_id: Option<Uuid>,
        pub(crate) role: String,
        pub(crate) action: String,
        pub(crate) patient_id: Option<Uuid>,
        pub(crate) object_kind: String,
        pub(crate) object_id: Option<Uuid>,
        pub(crate) outcome: String,
        // Where the staff were is not the patient's: an export leaves it out.
        #[serde(skip)]
        pub(crate) request_id: Option<String>,
        #[serde(skip)]
        pub(crate) address: Option<String>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod audit_key {
    use crate::sealed::{Place, Sealed};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_key")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        pub(crate) chain_key: Sealed,
    }

    impl Model {
        /// Where the wrapped key of a clinic's chain stands.
        pub(crate) fn key_place(clinic_id: Uuid) -> Place {
            Place::new("audit_key.chain_key", clinic_id, clinic_id)
        }
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod audit_seal {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_seal")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) sequence: i64,
        pub(crate) event_id: Uuid,
        pub(crate) event_at: Instant,
        pub(crate) mac: Vec<u8>,
        pub(crate) sealed_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
