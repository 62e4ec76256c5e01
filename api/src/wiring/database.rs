//! The database before use cases run on it: connecting, and bringing its tables up to date.

use crate::configuration::{Configuration, masked_url};
use crate::failure::Failure;
use care::error::Error;
use care::store::{Options, Store};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, QueryResult, Statement,
};
use std::time::Duration;

/// The pool that `configuration` describes.
pub(super) async fn connect(configuration: &Configuration) -> Result<Store, Failure> {
    let url = configuration.database_url()?;
    let options = Options {
        url: url.to_owned(),
        max_connections: configuration.database.max_connections,
        acquire_timeout: Duration::from_secs(configuration.database.acquire_timeout_seconds),
        lifetime: Duration::from_secs(configuration.database.connection_lifetime_seconds),
        // A little later than the client is told, so that it is told why.
        statement_timeout: Duration::from_secs(
            configuration.server.request_timeout_seconds.saturating_add(1),
        ),
    };
    Store::connect(&options).await.map_err(|error| match error {
        Error::Unavailable | Error::Internal => unreachable("database.url", url),
        error => error.into(),
    })
}

/// What is told when the database at `url`, the value of `key`, does not answer.
pub(crate) fn unreachable(key: &str, url: &str) -> Failure {
    let environment = crate::configuration::environment_name(key);
    let mend = if url.starts_with("sqlite") {
        "Check that its folder exists and can be written, and end the address with ?mode=rwc"
    } else {
        "Start it, or check host, port, user, password and database"
    };
    Failure::new(format!(
        "The database at {} does not answer. {mend} ({key}, in the environment {environment}).",
        masked_url(url)
    ))
}

/// The steps that this program knows and the database has not had.
pub async fn pending(store: &Store) -> Result<Vec<String>, Failure> {
    let applied = store.applied_migrations().await?;
    Ok(migrations::known().into_iter().filter(|step| !applied.contains(step)).collect())
}

/// A database with steps that this program does not know is taken: the previous release goes on
/// working on the tables of the next.
pub(super) async fn refuse_pending(store: &Store) -> Result<(), Failure> {
    let pending = pending(store).await?;
    if pending.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "The database has {} pending migrations, first {}. Run `plumbline migrate`.",
        pending.len(),
        pending.first().map_or("", String::as_str)
    )))
}

/// On PostgreSQL nothing is served past row-level security.
pub(super) async fn refuse_open(configuration: &Configuration) -> Result<(), Failure> {
    let url = configuration.database_url()?;
    if !url.starts_with("postgres") {
        return Ok(());
    }
    let timeout = Duration::from_secs(configuration.database.acquire_timeout_seconds);
    let connection = Connection::open("database.url", url, timeout).await?;
    let broken = super::broken_wall(&connection).await;
    connection.close().await;
    broken.map_or(Ok(()), |words| Err(Failure::new(words)))
}

/// One connection past all use cases, for set-up and checks.
#[derive(Debug)]
pub struct Connection(DatabaseConnection);

impl Connection {
    /// Connects to the database at `url`, the value of the setting `key`.
    pub async fn open(key: &str, url: &str, timeout: Duration) -> Result<Self, Failure> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).acquire_timeout(timeout).connect_timeout(timeout).sqlx_logging(false);
        let connection = Database::connect(options).await.map_err(|_| unreachable(key, url))?;
        Ok(Self(connection))
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.0.get_database_backend() == DbBackend::Postgres
    }

    /// The first row of a statement of ours that has no parameters; none where it fails.
    pub(crate) async fn row(&self, sql: &'static str) -> Option<QueryResult> {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        self.0.query_one_raw(statement).await.ok().flatten()
    }

    /// Closes it.
    pub async fn close(self) {
        // Nothing is lost when it does not end well.
        let _ = self.0.close().await;
    }
}

/// Brings the tables of the database at `url`, the value of `key`, up to date; answers the steps
/// that were taken. Two at once wait for each other.
pub async fn migrate(key: &str, url: &str, timeout: Duration) -> Result<Vec<String>, Failure> {
    let connection = Connection::open(key, url, timeout).await?;
    if connection.is_postgres() {
        // Held by the connection, the only one of its pool, until it closes.
        connection.row("SELECT 1 AS locked FROM (SELECT pg_advisory_lock(80114200)) AS turn").await;
    }
    let store = Store::connect(&Options::single(url, timeout)).await.map_err(|_| unreachable(key, url))?;
    let applied = store.applied_migrations().await;
    store.close().await;
    let (applied, known) = (applied?, migrations::known());
    let pending: Vec<_> = known.iter().filter(|step| !applied.contains(step)).cloned().collect();
    if pending.is_empty() {
        connection.close().await;
        return Ok(pending);
    }
    if let Some(newer) = applied.iter().find(|step| !known.contains(step)) {
        return Err(Failure::new(format!(
            "The database has the step {newer}, which this release does not know, and lacks others. Use the newest release."
        )));
    }
    let migrated = Migrator::up(&connection.0, None).await;
    connection.close().await;
    // The driver's words name tables, not rows: there are no values in a step.
    migrated.map_err(|error| {
        Failure::new(format!(
            "A migration failed: {error}. The user of {key} must own the tables; nothing of the failed step was kept on PostgreSQL."
        ))
    })?;
    Ok(pending)
}
