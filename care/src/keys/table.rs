//! The table `installation_key`.

pub(crate) mod installation_key {
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// The key of what belongs to no clinic: one row, whose id is nil.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "installation_key")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) data_key: Sealed,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
