//! A PostgreSQL of its own for one test, stopped by its pid when dropped.

use crate::database::{connect, postgres_server};
use sea_orm::{ConnectOptions, ConnectionTrait, Database as SeaOrm, DbBackend, Statement};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A private PostgreSQL server.
#[derive(Debug)]
pub struct PostgresServer {
    port: u16,
    directory: TempDir,
    programs: PathBuf,
    /// As whom it runs: it refuses to be root.
    user: (u32, u32),
    process: Option<Child>,
}

impl PostgresServer {
    /// Starts one on a free port: the same programs, as the same user, as the server that `tests/run` has started.
    pub async fn start() -> Self {
        let shared = connect(&format!("{}/postgres", postgres_server())).await;
        let ask = async |sql: &str| -> String {
            let row = shared.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
            row.unwrap().unwrap().try_get_by_index(0).unwrap()
        };
        let programs = ask("SELECT setting FROM pg_config WHERE name = 'BINDIR'").await.into();
        let owner = fs::metadata(ask("SELECT current_setting('data_directory')").await).unwrap();
        shared.close().await.unwrap();
        // Not under TMPDIR, which may be closed to that user.
        let directory = tempfile::tempdir_in("/tmp").unwrap();
        let user = (owner.uid(), owner.gid());
        chown(directory.path(), Some(user.0), Some(user.1)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { port, directory, programs, user, process: None };
        let mut initdb = server.program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        assert!(initdb.status().unwrap().success(), "initdb");
        server.start_again().await;
        server
    }

    /// Its address, without a database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// Stops it at once, as if its machine had lost power.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Its own children do not outlive it, as they would a SIGKILL.
            let quit = Command::new("kill").arg("-QUIT").arg(process.id().to_string()).status();
            assert!(quit.unwrap().success());
            process.wait().unwrap();
        }
    }

    /// Starts it again, on the same port with what it had.
    pub async fn start_again(&mut self) {
        let mut postgres = self.program("postgres");
        postgres.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        postgres.args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        self.process = Some(postgres.spawn().unwrap());
        for _ in 0..600 {
            let mut options = ConnectOptions::new(format!("{}/postgres", self.url()));
            options.max_connections(1).sqlx_logging(false);
            if let Ok(connection) = SeaOrm::connect(options).await {
                return connection.close().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the PostgreSQL of this test does not start");
    }

    /// One of its programs, on its data.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-D").arg(self.directory.path().join("data")).current_dir(&self.directory);
        command.uid(self.user.0).gid(self.user.1);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
    }
}
