//! The store: one PostgreSQL or SQLite database, reached by transactions alone.
//!
//! - [`Store::connect`] opens the pool; [`Store::read`] and [`Store::write`] begin transactions
//!   for the capabilities of `access`, which are the only callers.
//! - [`Reach`] is what row-level security lets a transaction see.
//! - [`among`] asks for the rows of many.
//! - [`Tx`] runs statements and counts them; it is rolled back when dropped without a commit.
//!
//! On PostgreSQL a transaction begins by saying its reach for row-level security and, for
//! reading, by taking one snapshot. On SQLite (WAL, `synchronous=FULL`) there is one writer: writes begin
//! `IMMEDIATE` and wait for each other in this process before they would in the database.

mod among;
mod insert;
mod reach;
mod transaction;

pub(crate) use among::among;
pub(crate) use reach::Reach;
pub use transaction::Tx;

use crate::clock::Instant;
use crate::error::{Error, Result};
use sea_orm::sea_query::{InsertStatement, PostgresQueryBuilder};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// How the store is reached.
#[derive(Debug, Clone)]
pub struct Options {
    /// `postgres://…` or `sqlite://…?mode=rwc`.
    pub url: String,
    /// The most connections of the pool.
    pub max_connections: u32,
    /// How long a request waits for a connection before it is `Unavailable`.
    pub acquire_timeout: Duration,
    /// How long a connection is used. A connection keeps plans; one that was made when a table was small reads all
    /// of it when it is large.
    pub lifetime: Duration,
    /// How long PostgreSQL works on one statement before it gives up: whoever asked may be gone.
    pub statement_timeout: Duration,
}

impl Options {
    /// One connection to `url`, and `timeout` for everything: for a look before the program starts.
    pub fn single(url: &str, timeout: Duration) -> Self {
        Self {
            url: url.to_owned(),
            max_connections: 1,
            acquire_timeout: timeout,
            lifetime: Duration::from_hours(1),
            statement_timeout: timeout,
        }
    }
}

/// A pool of connections to the database.
#[derive(Debug, Clone)]
pub struct Store {
    connection: DatabaseConnection,
    /// Held by the one writer on SQLite.
    writer: Arc<Mutex<()>>,
    statements: Arc<AtomicU64>,
}

/// After so many milliseconds PostgreSQL ends a transaction that says nothing more: a process that was paused keeps
/// no row locked against all others.
const IDLE_IN_TRANSACTION: &str = "10000";

impl Store {
    /// Opens the pool and one connection of it.
    pub async fn connect(options: &Options) -> Result<Self> {
        let mut connect = ConnectOptions::new(&options.url);
        let limit = options.statement_timeout.as_millis().to_string();
        connect
            .max_connections(options.max_connections)
            .acquire_timeout(options.acquire_timeout)
            .connect_timeout(options.acquire_timeout)
            .max_lifetime(options.lifetime)
            .sqlx_logging(false)
            .record_stmt_in_spans(false)
            .map_sqlx_postgres_opts(move |postgres| {
                postgres.options([
                    ("statement_timeout", limit.as_str()),
                    ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
                ])
            })
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "FULL")
                    .pragma("busy_timeout", "5000")
                    .pragma("foreign_keys", "ON")
            });
        let connection = Database::connect(connect).await.map_err(from_database)?;
        Ok(Self { connection, writer: Arc::default(), statements: Arc::default() })
    }

    /// Closes the pool once its transactions have ended.
    pub async fn close(&self) {
        if let Err(error) = self.connection.close_by_ref().await {
            tracing::warn!(kind = kind(&error), "the database pool did not close cleanly");
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.connection.ping().await.map_err(from_database)
    }

    /// What the database's clock shows; `None` on SQLite, whose clock is this machine's.
    pub async fn clock(&self) -> Result<Option<Instant>> {
        if self.is_sqlite() {
            return Ok(None);
        }
        let sql = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now";
        let sql = Statement::from_string(DbBackend::Postgres, sql);
        let row = self.connection.query_one_raw(sql).await.map_err(from_database)?;
        row.map(|row| row.try_get("", "now").map_err(from_database)).transpose()
    }

    /// Whether this is SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.connection.get_database_backend() == DbBackend::Sqlite
    }

    /// The names of the migrations the database has had; none where it is empty.
    pub async fn applied_migrations(&self) -> Result<Vec<String>> {
        use sea_orm::sea_query::{Expr, Query};
        let present = match self.connection.get_database_backend() {
            DbBackend::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'"
            }
            _ => {
                "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'seaql_migrations'"
            }
        };
        let backend = self.connection.get_database_backend();
        let present = self
            .connection
            .query_one_raw(sea_orm::Statement::from_string(backend, present))
            .await
            .map_err(from_database)?;
        if present.is_none() {
            return Ok(Vec::new());
        }
        let names = Query::select().expr(Expr::col("version")).from("seaql_migrations").to_owned();
        let rows = self.connection.query_all(&names).await.map_err(from_database)?;
        rows.iter().map(|row| row.try_get("", "version").map_err(from_database)).collect()
    }

    /// Begins a transaction that only reads, in one snapshot.
    pub(crate) async fn read(&self, reach: Reach) -> Result<Tx> {
        let inner = self.connection.begin().await.map_err(from_database)?;
        if !self.is_sqlite() {
            let begin =
                format!("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; {}", reach.statement());
            inner.execute_unprepared(&begin).await.map_err(from_database)?;
        }
        Ok(Tx::new(inner, None, Arc::clone(&self.statements)))
    }

    /// Begins a transaction that writes.
    pub(crate) async fn write(&self, reach: Reach) -> Result<Tx> {
        if self.is_sqlite() {
            let turn = Arc::clone(&self.writer).lock_owned().await;
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            let inner = self.connection.begin_with_options(options).await.map_err(from_database)?;
            return Ok(Tx::new(inner, Some(turn), Arc::clone(&self.statements)));
        }
        let inner = self.connection.begin().await.map_err(from_database)?;
        inner.execute_unprepared(&reach.statement()).await.map_err(from_database)?;
        Ok(Tx::new(inner, None, Arc::clone(&self.statements)))
    }

    /// Inserts rows in a transaction of their own, on PostgreSQL in one round trip instead of four. Their
    /// values become part of the statement's text: they must be ids, times and words of ours.
    pub(crate) async fn insert_at_once(&self, reach: Reach, rows: &InsertStatement) -> Result<()> {
        if self.is_sqlite() {
            let tx = self.write(reach).await?;
            tx.execute(rows).await?;
            return tx.commit().await;
        }
        self.statements.fetch_add(1, Ordering::Relaxed);
        // PostgreSQL runs several statements of one text as one transaction.
        let text = format!("{}; {}", reach.statement(), rows.to_string(PostgresQueryBuilder));
        self.connection.execute_unprepared(&text).await.map_err(from_database)?;
        Ok(())
    }

    /// Statements run inside transactions since the start, transaction control apart.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }
}

/// What a driver's error means here. Its text stays out: it can hold values of rows.
#[allow(clippy::needless_pass_by_value, reason = "it maps the errors of results")]
pub(crate) fn from_database(error: DbErr) -> Error {
    match &error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => {
            tracing::warn!(kind = kind(&error), "the database is unavailable");
            Error::Unavailable
        }
        DbErr::Exec(RuntimeErr::SqlxError(source)) | DbErr::Query(RuntimeErr::SqlxError(source)) => {
            from_driver(source)
        }
        _ => {
            tracing::error!(kind = kind(&error), "a statement failed");
            Error::Internal
        }
    }
}

fn from_driver(error: &sea_orm::SqlxError) -> Error {
    use sea_orm::SqlxError;
    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => {
            tracing::warn!("the connection to the database broke");
            Error::Unavailable
        }
        SqlxError::Database(source) => {
            let code = source.code().unwrap_or_default();
            // PostgreSQL: connection exceptions, shutdown, time-outs, too many connections, serialization,
            // deadlock; SQLite: busy and locked.
            let passing = ["08", "57P", "57014", "53", "40"].iter().any(|class| code.starts_with(class))
                || matches!(code.as_ref(), "5" | "6" | "261" | "517");
            if source.is_unique_violation() {
                Error::Conflict("the id is taken")
            } else if passing {
                tracing::warn!(%code, "the database asks to try again");
                Error::Unavailable
            } else {
                tracing::error!(%code, "the database refused a statement");
                Error::Internal
            }
        }
        _ => {
            tracing::error!("the database driver failed");
            Error::Internal
        }
    }
}

/// The name of an error's variant: all of a driver's error that may be logged.
fn kind(error: &DbErr) -> &'static str {
    match error {
        DbErr::ConnectionAcquire(_) => "acquire",
        DbErr::Conn(_) => "connection",
        DbErr::Exec(_) => "execution",
        DbErr::Query(_) => "query",
        DbErr::Type(_) | DbErr::Json(_) => "type",
        DbErr::RecordNotFound(_) | DbErr::RecordNotInserted | DbErr::RecordNotUpdated => "record",
        _ => "other",
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        from_database(error)
    }
}
