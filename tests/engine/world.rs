//! Workers as processes of their own, on PostgreSQL, Redis and the simulator of the push services.

use care::clock::{Instant, SystemClock};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tests::push_provider::{Logged, PushProviders};
use tests::{Crowd, RedisServer};
use uuid::Uuid;

/// Patients, each with a device and a reminder.
pub(crate) const PATIENTS: usize = 300;
/// How long a worker may take until it dies, or until its heir has made up for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A crowd whose reminders come due, and what carries them.
pub(crate) struct World {
    pub(crate) crowd: Crowd,
    pub(crate) providers: PushProviders,
    pub(crate) redis: RedisServer,
    place: TempDir,
    begun: Instant,
    turn: i64,
}

impl World {
    pub(crate) async fn begin() -> Self {
        let providers = PushProviders::start(Arc::new(SystemClock)).await;
        let crowd = Crowd::gather(PATIENTS).await;
        let world = Self {
            begun: crowd.minute(0),
            crowd,
            providers,
            redis: RedisServer::start(),
            place: tempfile::tempdir().unwrap(),
            turn: 0,
        };
        world.write_settings(&world.crowd.clinic.database.url);
        world
    }

    fn settings(&self) -> PathBuf {
        self.place.path().join("plumbline.toml")
    }

    /// Settings of a worker that reaches the database at this address.
    pub(crate) fn write_settings(&self, database: &str) {
        let key = self.providers.apple.provider().key();
        let write = |name: &str, text: &str| {
            let path = self.place.path().join(name);
            fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let (apple, google) = (&self.providers.apple, &self.providers.google);
        let key_file = write("key.p8", &key.key_pem);
        let account = write("account.json", &google.provider().service_account().to_string());
        let authority = write("authority.pem", &self.providers.authority.pem);
        let settings = format!(
            "[database]\nurl = \"{}\"\n[redis]\nurl = \"{}\"\n[keys]\ninstallation_key = \"{}\"
[reminders]\nlease_seconds = 3\npush_timeout_seconds = 1\nsmear_seconds = 0\npoll_milliseconds = 50
[push]\ngateway = \"providers\"
[push.apns]\nkey_file = \"{key_file}\"\nkey_id = \"{}\"\nteam_id = \"{}\"\ntopic = \"{}\"\naddress = \"{}\"\nca_file = \"{authority}\"
[push.fcm]\nservice_account_file = \"{account}\"\naddress = \"{}\"\nca_file = \"{authority}\"\n",
            database,
            self.redis.url(),
            tests::INSTALLATION_KEY,
            key.key_id,
            key.team_id,
            key.topic,
            apple.url(),
            google.url(),
        );
        fs::write(self.settings(), settings).unwrap();
    }

    /// Starts a worker, which may be killed at a place.
    pub(crate) fn worker(&self, killed_at: Option<&str>) -> Worker {
        let log = fs::File::create(self.place.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_killable"));
        command.arg("worker").arg("--config").arg(self.settings()).env_clear().stdin(Stdio::null());
        command.stderr(log.try_clone().unwrap()).stdout(log);
        command.envs(killed_at.map(|place| ("PLUMBLINE_KILL_POINT", place)));
        Worker(command.spawn().unwrap())
    }

    /// What the last worker logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.place.path().join("log")).unwrap()
    }

    /// Lets all reminders come due once more, with all logs empty.
    pub(crate) async fn fall_due(&mut self) -> Instant {
        self.turn += 1;
        let due_at = self.begun.plus(-self.turn * 60_000);
        self.providers.apple.forget();
        self.providers.google.forget();
        self.crowd.fall_due(due_at).await;
        self.redis.flush().await;
        due_at
    }

    /// Waits until the push services have taken so many.
    pub(crate) async fn until_taken(&self, count: usize) {
        for _ in 0..PATIENCE.as_millis() / 5 {
            if self.providers.apple.taken().0 + self.providers.google.taken().0 >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until so many went out.
    pub(crate) async fn until_sent(&self, due_at: Instant, count: usize) {
        for _ in 0..PATIENCE.as_millis() / 100 {
            if self.crowd.outcome(due_at, 0).await.sent >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Each reminder went out, none early, copies have the same id, and each device shows one.
    pub(crate) async fn hold(&self, place: &str, due_at: Instant) -> usize {
        assert_eq!(self.crowd.outcome(due_at, 0).await.sent, PATIENTS, "{place}: {}", self.log());
        let mut pushes: HashMap<Uuid, usize> = HashMap::new();
        let logs: Vec<Logged> = [self.providers.apple.log(), self.providers.google.log()].concat();
        for push in &logs {
            assert!(push.at >= due_at, "{place}: early");
            *pushes.entry(push.id).or_default() += 1;
        }
        assert_eq!(pushes.len(), PATIENTS, "{place}: each went out under one id");
        for number in 1..=PATIENTS {
            let (android, token) = Crowd::token(number);
            let shown = if android {
                self.providers.google.shown(&token).len()
            } else {
                self.providers.apple.shown(&token).len()
            };
            assert_eq!(shown, 1, "{place}: what device {number} shows");
        }
        logs.len() - PATIENTS
    }
}

/// A worker's process, which does not outlive the test.
pub(crate) struct Worker(Child);

impl Worker {
    /// Whether it ends by itself.
    pub(crate) async fn ends(&mut self) -> bool {
        for _ in 0..PATIENCE.as_millis() / 20 {
            if self.0.try_wait().unwrap().is_some() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// Kills it.
    pub(crate) fn stop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Worker {
    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").arg(format!("-{name}")).arg(self.0.id().to_string()).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}
