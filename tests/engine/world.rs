//! Workers as processes of their own, on PostgreSQL, Redis and the simulator of the push services.

use care::clock::{Clock, Instant, SystemClock};
use std::collections::HashMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tests::push_provider::{Logged, PushProviders};
use tests::{Crowd, Cut, RedisServer};
use uuid::Uuid;

/// Patients, each with a device and a reminder.
pub(crate) const PATIENTS: usize = 300;
/// How long a worker may take until it dies, or until its heir has made up for it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// How long the workers' leases last, in milliseconds.
pub(crate) const LEASE: i64 = 6_000;
/// The signal by which a process ends itself at a named place.
const SIGABRT: i32 = 6;

/// A crowd whose reminders come due, and what carries them.
pub(crate) struct World {
    pub(crate) crowd: Crowd,
    pub(crate) providers: PushProviders,
    pub(crate) redis: RedisServer,
    /// The workers' line to Redis.
    pub(crate) line: Cut,
    place: TempDir,
    begun: Instant,
    turn: i64,
}

impl World {
    pub(crate) async fn begin() -> Self {
        Self::around(Crowd::gather(PATIENTS).await).await
    }

    /// What carries the reminders of this crowd.
    pub(crate) async fn around(crowd: Crowd) -> Self {
        let providers = PushProviders::start(Arc::new(SystemClock)).await;
        let redis = RedisServer::start();
        let world = Self {
            begun: crowd.minute(-45),
            crowd,
            providers,
            line: Cut::to(&redis.url()).await,
            redis,
            place: tempfile::tempdir().unwrap(),
            turn: 0,
        };
        world.write_settings(&world.crowd.clinic.database.url, &world.line.url(&world.redis.url()));
        world
    }

    /// One whose workers have the timetable in the database and no Redis.
    pub(crate) async fn begin_without_redis() -> Self {
        let world = Self::begin().await;
        world.write_settings(&world.crowd.clinic.database.url, "");
        world
    }

    fn settings(&self) -> PathBuf {
        self.place.path().join("plumbline.toml")
    }

    /// Settings of a worker that reaches the database and Redis at these addresses.
    pub(crate) fn write_settings(&self, database: &str, redis: &str) {
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
[reminders]\nbatch = 100\nlease_seconds = {}\npush_timeout_seconds = 4\nsmear_seconds = 0\npoll_milliseconds = 50
[push]\ngateway = \"providers\"
[push.apns]\nkey_file = \"{key_file}\"\nkey_id = \"{}\"\nteam_id = \"{}\"\ntopic = \"{}\"\naddress = \"{}\"\nca_file = \"{authority}\"
[push.fcm]\nservice_account_file = \"{account}\"\naddress = \"{}\"\nca_file = \"{authority}\"\n",
            database,
            redis,
            tests::INSTALLATION_KEY,
            LEASE / 1_000,
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
        self.start(killed_at.map(|place| ("KILL_POINT", place.to_owned())))
    }

    /// Starts a worker on a machine whose clock is ahead as [`World::set_clock`] says.
    pub(crate) fn worker_by_set_clock(&self) -> Worker {
        self.start(Some(("CLOCK_AHEAD", self.place.path().join("ahead").display().to_string())))
    }

    /// Sets the clock of a machine: so many milliseconds ahead of the others'.
    pub(crate) fn set_clock(&self, ahead: i64) {
        let (new, place) = (self.place.path().join("ahead.new"), self.place.path().join("ahead"));
        fs::write(&new, ahead.to_string()).unwrap();
        fs::rename(new, place).unwrap();
    }

    fn start(&self, environment: Option<(&str, String)>) -> Worker {
        let log = fs::File::create(self.place.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_killable"));
        command.arg("worker").arg("--config").arg(self.settings()).env_clear().stdin(Stdio::null());
        command.stderr(log.try_clone().unwrap()).stdout(log);
        command.envs(environment);
        Worker(command.spawn().unwrap())
    }

    /// What the last worker logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.place.path().join("log")).unwrap()
    }

    /// Lets all reminders come due once more, a minute after the last time, with all logs empty.
    pub(crate) async fn fall_due(&mut self) -> Instant {
        self.turn += 1;
        let due_at = self.begun.plus(self.turn * 60_000);
        self.providers.apple.forget();
        self.providers.google.forget();
        self.crowd.fall_due(due_at).await;
        self.redis.flush().await;
        due_at
    }

    /// How many pushes the push services have taken.
    pub(crate) fn taken(&self) -> usize {
        self.providers.apple.taken().0 + self.providers.google.taken().0
    }

    /// All requests to push, of both services, as they came.
    pub(crate) fn log_of_pushes(&self) -> Vec<Logged> {
        let mut all = [self.providers.apple.log(), self.providers.google.log()].concat();
        all.sort_by_key(|push| push.at);
        all
    }

    /// Waits until the push services have taken so many.
    pub(crate) async fn until_taken(&self, count: usize) {
        for _ in 0..PATIENCE.as_millis() / 5 {
            if self.taken() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until so many went out.
    pub(crate) async fn until_sent(&self, due_at: Instant, count: usize) {
        self.until(async || self.crowd.outcome(due_at, 0).await.sent >= count).await;
    }

    /// Waits until it is so; whether it came to it.
    pub(crate) async fn until(&self, it_is_so: impl AsyncFn() -> bool) -> bool {
        for _ in 0..PATIENCE.as_millis() / 100 {
            if it_is_so().await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    }

    /// Each reminder went out, none early, copies have the same id, and each device shows one. Answers how many
    /// pushes were doubled.
    pub(crate) async fn hold(&self, place: &str, due_at: Instant) -> usize {
        self.hold_of(PATIENTS, place, due_at).await
    }

    /// [`World::hold`] of so many reminders alone.
    pub(crate) async fn hold_of(&self, count: usize, place: &str, due_at: Instant) -> usize {
        assert_eq!(self.crowd.outcome(due_at, 0).await.sent, count, "{place}: {}", self.log());
        let mut pushes: HashMap<Uuid, usize> = HashMap::new();
        let logs = self.log_of_pushes();
        for push in &logs {
            assert!(push.at >= due_at, "{place}: early");
            *pushes.entry(push.id).or_default() += 1;
        }
        assert_eq!(pushes.len(), count, "{place}: each went out under one id");
        let mut devices = 0;
        for number in 1..=PATIENTS {
            let (android, token) = Crowd::token(number);
            let shown = if android {
                self.providers.google.shown(&token).len()
            } else {
                self.providers.apple.shown(&token).len()
            };
            assert!(shown <= 1, "{place}: what device {number} shows");
            devices += shown;
        }
        assert_eq!(devices, count, "{place}: each is shown");
        logs.len() - count
    }
}

/// A worker's process, which does not outlive the test.
pub(crate) struct Worker(Child);

impl Worker {
    /// How it ends by itself.
    async fn end(&mut self) -> Option<ExitStatus> {
        for _ in 0..PATIENCE.as_millis() / 5 {
            if let Some(status) = self.0.try_wait().unwrap() {
                return Some(status);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }

    /// Whether it ends well, by itself.
    pub(crate) async fn ends(&mut self) -> bool {
        self.end().await.is_some_and(|status| status.success())
    }

    /// When it was killed at a place; `None` where it did not come by, or ended for another reason.
    pub(crate) async fn is_killed(&mut self) -> Option<Instant> {
        let status = self.end().await?;
        (status.signal() == Some(SIGABRT)).then(|| SystemClock.now())
    }

    /// Kills it.
    pub(crate) fn stop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

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
