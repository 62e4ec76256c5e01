//! A migrated database for one test.

use care::store::{Options, Store};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database as SeaOrm, DatabaseConnection};
use std::time::Duration;
use tempfile::TempDir;

/// Which servers a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    /// SQLite alone, as `plumbline demo` has it.
    Embedded,
    /// PostgreSQL and Redis.
    Full,
}

impl Stack {
    /// Both stacks.
    pub const BOTH: [Self; 2] = [Self::Embedded, Self::Full];
}

/// A database of its own, gone when dropped.
#[derive(Debug)]
pub struct Database {
    /// Its address for the server, whom row-level security binds on PostgreSQL.
    pub url: String,
    /// Its address for who owns its tables, a superuser on PostgreSQL.
    pub owner_url: String,
    _directory: TempDir,
}

impl Database {
    /// An empty database with every migration.
    pub async fn create(stack: Stack) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (url, owner_url) = match stack {
            Stack::Embedded => {
                let url = format!("sqlite://{}/plumbline.sqlite3?mode=rwc", directory.path().display());
                migrate(&url).await;
                (url.clone(), url)
            }
            Stack::Full => addresses(&postgres_server()).await,
        };
        Self { url, owner_url, _directory: directory }
    }

    /// The same on this PostgreSQL server.
    pub async fn create_on(server: &str) -> Self {
        let (url, owner_url) = addresses(server).await;
        Self { url, owner_url, _directory: tempfile::tempdir().unwrap() }
    }

    /// A pool of it.
    pub async fn store(&self, statement_timeout: Duration) -> Store {
        let options = Options {
            url: self.url.clone(),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(10),
            lifetime: Duration::from_secs(5),
            statement_timeout,
        };
        Store::connect(&options).await.unwrap()
    }

    /// A connection past all capabilities and policies, to look at rows and to spoil them.
    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.owner_url).await
    }

    /// A connection as the server has it, past the capabilities alone.
    pub async fn connect_as_server(&self) -> DatabaseConnection {
        connect(&self.url).await
    }
}

/// The address of the PostgreSQL server that `tests/run` has started.
#[allow(clippy::disallowed_methods, reason = "tests/run tells by the environment what it has started")]
pub fn postgres_server() -> String {
    std::env::var("PLUMBLINE_TEST_POSTGRES").expect(
        "PLUMBLINE_TEST_POSTGRES names a PostgreSQL server: run the tests by tests/run, which starts one",
    )
}

fn unique_name() -> String {
    let bytes: [u8; 8] = care::clock::random_bytes(&care::clock::SystemRandom);
    format!("test_{:016x}", u64::from_be_bytes(bytes))
}

pub(crate) async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    SeaOrm::connect(options).await.unwrap()
}

async fn migrate(url: &str) {
    let connection = connect(url).await;
    Migrator::up(&connection, None).await.unwrap();
    connection.close().await.unwrap();
}

async fn execute(url: &str, sql: &str) {
    let connection = connect(url).await;
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// The role that the server works as: as `deploy/postgres/roles.sh` makes it.
const SERVER_ROLE: &str = "CREATE ROLE plumbline_app LOGIN NOINHERIT IN ROLE plumbline_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO plumbline_app";

/// The addresses of a new database for the server's role, and for its owner.
async fn addresses(server: &str) -> (String, String) {
    let name = clone_template(server).await;
    let as_server = server.replace("postgres://postgres@", "postgres://plumbline_app@");
    (format!("{as_server}/{name}"), format!("{server}/{name}"))
}

/// The name of a copy of the template, which the first test to come migrates while the others wait.
async fn clone_template(server: &str) -> String {
    let name = unique_name();
    let control = connect(&format!("{server}/postgres")).await;
    control.execute_unprepared("SELECT pg_advisory_lock(7061)").await.unwrap();
    let template = control
        .query_one_raw(sea_orm::Statement::from_string(
            sea_orm::DbBackend::Postgres,
            "SELECT 1 FROM pg_database WHERE datname = 'plumbline_template'",
        ))
        .await
        .unwrap();
    if template.is_none() {
        control.execute_unprepared("CREATE DATABASE plumbline_building").await.unwrap();
        migrate(&format!("{server}/plumbline_building")).await;
        execute(&format!("{server}/plumbline_building"), SERVER_ROLE).await;
        control
            .execute_unprepared("ALTER DATABASE plumbline_building RENAME TO plumbline_template")
            .await
            .unwrap();
    }
    control.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE plumbline_template")).await.unwrap();
    control.close().await.unwrap();
    name
}
