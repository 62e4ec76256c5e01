//! Workers that are killed at the named places, with a Redis that forgets, restarts or is gone at the same moment.
//! What came of it is held against the database and against the log of the push services.

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
const PATIENTS: usize = 300;
/// How long a worker may take until it dies, or until its heir has made up for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happens to Redis while no worker runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    Flushed,
    Restarted,
    OneKeyDeleted,
}

struct World {
    crowd: Crowd,
    providers: PushProviders,
    redis: RedisServer,
    place: TempDir,
    begun: Instant,
    turn: i64,
}

impl World {
    async fn begin() -> Self {
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
        world.write_settings();
        world
    }

    fn settings(&self) -> PathBuf {
        self.place.path().join("plumbline.toml")
    }

    fn write_settings(&self) {
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
            self.crowd.clinic.database.url,
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

    fn worker(&self, killed_at: Option<&str>) -> Worker {
        let log = fs::File::create(self.place.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_killable"));
        command.arg("worker").arg("--config").arg(self.settings()).env_clear().stdin(Stdio::null());
        command.stderr(log.try_clone().unwrap()).stdout(log);
        command.envs(killed_at.map(|place| ("PLUMBLINE_KILL_POINT", place)));
        Worker(command.spawn().unwrap())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.place.path().join("log")).unwrap()
    }

    async fn meet(&mut self, fate: Fate) {
        match fate {
            Fate::Stays => {}
            Fate::Flushed => self.redis.flush().await,
            Fate::Restarted => self.redis.restart(),
            Fate::OneKeyDeleted => self.redis.delete_one("*:due").await,
        }
    }

    /// All reminders come due; a worker is killed at `place`; another makes up for it. Answers how many pushes
    /// were doubled.
    async fn kill(&mut self, place: &str, fate: Fate) -> usize {
        self.turn += 1;
        for logs in [&self.providers.apple.log(), &self.providers.google.log()] {
            assert!(logs.iter().all(|push| push.status == 200), "{place}");
        }
        self.providers.apple.forget();
        self.providers.google.forget();
        let due_at = self.begun.plus(-self.turn * 60_000);
        self.crowd.fall_due(due_at).await;
        self.redis.flush().await;
        let mut doomed = self.worker(Some(place));
        assert!(doomed.ends().await, "{place}: no worker came by: {}", self.log());
        self.meet(fate).await;
        let mut heir = self.worker(None);
        for _ in 0..PATIENCE.as_millis() / 100 {
            if self.crowd.outcome(due_at, 0).await.sent == PATIENTS {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        heir.stop();
        self.hold(place, due_at).await
    }

    /// Each reminder went out, none early, copies have the same id, and each device shows one.
    async fn hold(&self, place: &str, due_at: Instant) -> usize {
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
struct Worker(Child);

impl Worker {
    /// Whether it ends by itself.
    async fn ends(&mut self) -> bool {
        for _ in 0..PATIENCE.as_millis() / 20 {
            if self.0.try_wait().unwrap().is_some() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    fn stop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

#[tokio::test]
async fn killed_at_any_place_no_reminder_is_lost_and_each_is_shown_once() {
    let mut world = World::begin().await;
    let all = [Fate::Stays, Fate::Flushed, Fate::Restarted, Fate::OneKeyDeleted];
    let places = [
        "rebuilding",
        "refilled",
        "fed",
        "claimed",
        "decided",
        "acknowledged",
        "pushing:50",
        "pushed:50",
        "answered",
        "recorded",
    ];
    for (turn, place) in places.into_iter().enumerate() {
        let fates = if tests::cases(1, 4) == 4 { all.to_vec() } else { vec![all[turn % all.len()]] };
        for fate in fates {
            let doubled = world.kill(place, fate).await;
            assert!(doubled <= PATIENTS, "{place}: not more than the killed worker had under way");
            println!("killed at {place}, Redis {fate:?}: {doubled} of {PATIENTS} doubled");
        }
    }
}
