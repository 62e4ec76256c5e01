//! A transaction that counts its statements.

use super::reach::setting;
use crate::error::Result;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, QuerySelect, Statement,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

/// An open transaction. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    /// The writer's turn on SQLite, given up with the transaction.
    _turn: Option<OwnedMutexGuard<()>>,
    statements: Arc<AtomicU64>,
}

impl Tx {
    pub(super) fn new(
        inner: DatabaseTransaction,
        turn: Option<OwnedMutexGuard<()>>,
        statements: Arc<AtomicU64>,
    ) -> Self {
        Self { inner, _turn: turn, statements }
    }

    /// Makes the writes last.
    pub async fn commit(self) -> Result<()> {
        let Self { inner, _turn, .. } = self;
        inner.commit().await.map_err(super::from_database)
    }

    /// Whether the database locks rows (PostgreSQL) or has one writer (SQLite).
    pub(crate) fn locks_rows(&self) -> bool {
        self.inner.get_database_backend() == DbBackend::Postgres
    }

    /// `find`, with the rows that it finds locked until this transaction ends. (SQLite has one
    /// writer as it is.)
    pub(crate) fn locking<F: QuerySelect<QueryStatement = SelectStatement>>(&self, find: F) -> F {
        if self.locks_rows() { find.lock_exclusive() } else { find }
    }

    /// Goes on among the rows of the clinic: who came through the door is known now.
    pub(crate) async fn enter(&self, clinic_id: Uuid) -> Result<()> {
        self.set("clinic_id", clinic_id).await
    }

    /// Lets the rows be read where this account is a member or a patient, in whatever clinic.
    pub(crate) async fn look_for(&self, account_id: Uuid) -> Result<()> {
        self.set("account_id", account_id).await
    }

    async fn set(&self, name: &str, id: Uuid) -> Result<()> {
        if self.locks_rows() {
            self.inner.execute_unprepared(&setting(name, id)).await?;
        }
        Ok(())
    }

    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> std::result::Result<ExecResult, DbErr> {
        self.count();
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        self.count();
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
        self.count();
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
        self.count();
        self.inner.query_all_raw(statement).await
    }
}
