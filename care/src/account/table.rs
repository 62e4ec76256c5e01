//! The tables `account`, `session`, `session_token`, `device`, `invitation`, `attempt`,
//! `second_factor`, `recovery_code`, `challenge`, `mail`, `password_reset`,
//! `identity`, `spent_token`.

pub(crate) mod account {
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "account")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) email_index: Vec<u8>,
        pub(crate) email: Sealed,
        pub(crate) password_hash: String,
        pub(crate) created_at: Instant,
        pub(crate) disabled_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod session {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "session")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) account_id: Uuid,
        pub(crate) clinic_id: Uuid,
        pub(crate) member_id: Option<Uuid>,
        pub(crate) patient_id: Option<Uuid>,
        pub(crate) created_at: Instant,
        pub(crate) expires_at: Instant,
        pub(crate) revoked_at: Option<Instant>,
        pub(crate) revoked_reason: Option<String>,
        /// When who holds the session last proved who they are.
        pub(crate) proved_at: Option<Instant>,
        /// When they first did so by a second factor.
        pub(crate) second_factor_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod session_token {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// One pair of tokens of a session. The newest generation is the one in use.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "session_token")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) session_id: Uuid,
        pub(crate) generation: i32,
        pub(crate) access_hash: Vec<u8>,
        pub(crate) refresh_hash: Vec<u8>,
        pub(crate) access_expires_at: Instant,
        pub(crate) refresh_expires_at: Instant,
        pub(crate) used_at: Option<Instant>,
        pub(crate) consumed_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(
            belongs_to = "super::session::Entity",
            from = "Column::SessionId",
            to = "super::session::Column::Id"
        )]
        Session,
    }

    impl Related<super::session::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Session.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod device {
    use super::super::Platform;
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "device")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) account_id: Uuid,
        pub(crate) platform: Platform,
        #[serde(skip)]
        pub(crate) token_index: Vec<u8>,
        #[serde(skip)]
        pub(crate) token: Sealed,
        pub(crate) app_version: String,
        pub(crate) language: String,
        pub(crate) time_zone: String,
        pub(crate) registered_at: Instant,
        pub(crate) last_seen_at: Instant,
        pub(crate) retired_at: Option<Instant>,
        pub(crate) retired_reason: Option<String>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod invitation {
    use crate::access::Role;
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "invitation")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) clinic_id: Uuid,
        pub(crate) role: Role,
        pub(crate) patient_id: Option<Uuid>,
        #[serde(skip)]
        pub(crate) email: Option<Sealed>,
        #[serde(skip)]
        pub(crate) link_hash: Vec<u8>,
        #[serde(skip)]
        pub(crate) code_hash: Vec<u8>,
        pub(crate) tries: i32,
        pub(crate) created_by: Option<Uuid>,
        pub(crate) created_at: Instant,
        pub(crate) expires_at: Instant,
        pub(crate) used_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod attempt {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// What is known of who guesses, or of what is guessed at.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempt")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) subject: Vec<u8>,
        pub(crate) failures: i32,
        pub(crate) free_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod second_factor {
    use crate::clock::Instant;
    use crate::sealed::Sealed;
    use sea_orm::entity::prelude::*;

    /// The authenticator app of an account.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "second_factor")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) account_id: Uuid,
        /// The secret in force, in base64; none before the first has been confirmed.
        pub(crate) secret: Option<Sealed>,
        /// The secret that is being set up.
        pub(crate) pending: Option<Sealed>,
        /// The time step of the last code that was taken: none works twice.
        pub(crate) last_step: i64,
        pub(crate) confirmed_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod recovery_code {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_code")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) code_hash: Vec<u8>,
        pub(crate) account_id: Uuid,
        pub(crate) used_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod challenge {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// A sign-in that waits for its second factor.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "challenge")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) token_hash: Vec<u8>,
        pub(crate) account_id: Uuid,
        pub(crate) expires_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod mail {
    use super::super::MailKind;
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// A mail that has not been sent. Whom it is for is looked up when it is.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "mail")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        /// The blind index of the address, which may have no account.
        pub(crate) email_index: Vec<u8>,
        pub(crate) kind: MailKind,
        pub(crate) queued_at: Instant,
        pub(crate) due_at: Instant,
        pub(crate) tries: i32,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod password_reset {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// A link that sets a new password.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "password_reset")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) token_hash: Vec<u8>,
        pub(crate) account_id: Uuid,
        pub(crate) created_at: Instant,
        pub(crate) used_at: Option<Instant>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod identity {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// A person at an identity provider, who may sign in as the account.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(table_name = "identity")]
    pub(crate) struct Model {
        #[serde(skip)]
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) identity_index: Vec<u8>,
        pub(crate) account_id: Uuid,
        pub(crate) issuer: String,
        pub(crate) linked_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod spent_token {
    use crate::clock::Instant;
    use sea_orm::entity::prelude::*;

    /// A token of an identity provider that has been used and has not ended.
    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "spent_token")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) token_hash: Vec<u8>,
        pub(crate) ends_at: Instant,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
