//! The tables `clinic`, `member`, `care_team`.

pub(crate) mod clinic {
    use super::super::Settings;
    use crate::clock::Instant;
    use crate::sealed::{DataKey, Keyring, Place, Sealed};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "clinic")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) name: String,
        pub(crate) time_zone: String,
        pub(crate) data_key: Sealed,
        #[sea_orm(column_type = "JsonBinary")]
        pub(crate) settings: Settings,
        pub(crate) created_at: Instant,
    }

    impl Model {
        /// Where the wrapped key of a clinic stands.
        pub(crate) fn key_place(id: Uuid) -> Place {
            Place::new("clinic.data_key", id, id)
        }

        /// The clinic's key.
        pub(crate) fn key(&self, keys: &Keyring) -> crate::error::Result<DataKey> {
            keys.wrapping.unwrap_key(Self::key_place(self.id), &self.data_key)
        }
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod member {
    use crate::access::Role;
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "member")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) account_id: Option<Uuid>,
        pub(crate) role: Role,
        pub(crate) name: Sealed,
        pub(crate) created_at: Instant,
        pub(crate) disabled_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod care_team {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "care_team")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) clinic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) patient_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) member_id: Uuid,
        pub(crate) since: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
