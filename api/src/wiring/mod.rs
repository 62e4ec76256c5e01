//! The program put together: configuration and ports in, a running [`App`] out.

mod clock;
mod database;
mod gateway;
mod keeper;
mod logging;
mod media;
mod notifier;
mod postman;
mod prometheus;
mod redis;
mod sealer;
mod shutdown;
mod sweeper;
mod walls;
mod worker;

use clock::run_clock;
pub use database::{Connection, migrate, pending};
pub use gateway::providers as push_providers;
use keeper::run_keeper;
pub use logging::{filter as log_filter, start as start_logging};
pub use media::of as media_files;
use notifier::run_notifier;
use postman::run_postman;
pub use prometheus::{Prometheus, take_census};
use redis::Redis;
use sealer::run_sealer;
pub use shutdown::until_signal;
use sweeper::run_sweeper;
pub use walls::broken_wall;
pub use worker::run_worker;

use crate::configuration::{Configuration, Role};
use crate::failure::Failure;
use crate::http::{Connections, Documents, Manifest, Origins, Server, Settings, Shares, Wires, network};
use crate::mail;
use crate::media::MediaFiles;
use crate::oidc::Oidc;
use crate::redis::RedisLive;
use care::access::{Services, worker as worker_of};
use care::account::Mailer;
use care::audit::Journal;
use care::clock::{Clock, Random, SharedClock, SystemRandom};
use care::live::{InProcess, Live};
use reminders::gateway::PushGateway;
use reminders::gateway::console::Console;
use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What comes from outside and is swapped in tests.
#[derive(Debug, Clone)]
pub struct Ports {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub random: Arc<dyn Random>,
    /// Announces what was committed.
    pub live: Arc<dyn Live>,
    /// Carries pushes.
    pub gateway: Arc<dyn PushGateway>,
    /// Carries mail.
    pub mailer: Arc<dyn Mailer>,
}

impl Ports {
    /// The machine's clock, until [`App::build`] sets it by the database's, and randomness, of a program that sends
    /// nothing: whoever begins a clinic or looks for a dead letter need not be able to read the keys that pushes are
    /// signed by.
    pub fn silent(machine: &Arc<dyn Clock>) -> Self {
        Self {
            clock: Arc::new(SharedClock::new(Arc::clone(machine))),
            random: Arc::new(SystemRandom),
            live: Arc::new(InProcess::default()),
            gateway: Arc::new(Console),
            mailer: Arc::new(mail::Console),
        }
    }

    /// The same with the gateway and the mail server that the configuration names. A failure where the settings of
    /// either are not valid.
    pub fn of(configuration: &Configuration, machine: &Arc<dyn Clock>) -> Result<Self, Failure> {
        let silent = Self::silent(machine);
        let gateway = gateway::of(configuration, &silent.clock)?;
        let mailer =
            configuration.mailer()?.map_or_else(|| Arc::new(mail::Console) as _, |smtp| Arc::new(smtp) as _);
        Ok(Self { gateway, mailer, ..silent })
    }
}

/// The program, wired and not yet running.
#[derive(Clone)]
pub struct App {
    /// The use cases' surroundings.
    pub services: Arc<Services>,
    /// What answers requests.
    pub server: Server,
    /// What carries pushes.
    pub gateway: Arc<dyn PushGateway>,
    /// What carries mail.
    mailer: Arc<dyn Mailer>,
    /// The change feed between processes, where there is a Redis.
    between: Option<Arc<RedisLive>>,
    /// Redis, where there is one.
    redis: Option<Redis>,
    /// The settings.
    pub configuration: Arc<Configuration>,
}

impl App {
    /// Connects to the database and wires everything to it. A failure where the keys are not
    /// valid, the database does not answer, it has pending migrations, or row-level security does
    /// not bind the server there.
    pub async fn build(configuration: Configuration, ports: Ports) -> Result<Self, Failure> {
        let wrapping = configuration.wrapping()?;
        let store = database::connect(&configuration).await?;
        database::refuse_pending(&store).await?;
        database::refuse_open(&configuration).await?;
        let Ports { clock, random, live, gateway, mailer } = ports;
        clock::set(clock.as_ref(), &store).await?;
        let keys = care::keys::open(&store, wrapping, random.as_ref()).await?.ok_or_else(wrong_key)?;
        let redis = Redis::open(&configuration.redis)?;
        let id = care::id::new(clock.as_ref(), random.as_ref());
        let between = redis.as_ref().map(|redis| Arc::new(redis.live(id, Arc::clone(&live))));
        let live = between.clone().map_or(live, |live| live as _);
        let require_second_factor = configuration.accounts.require_second_factor;
        let journal = Journal::default();
        let providers = Arc::new(Oidc::new(&configuration.accounts.issuers)?);
        let media = media::of(&configuration, &keys)?;
        let directory = media.as_ref().and_then(MediaFiles::directory);
        let services = Arc::new(Services {
            store,
            keys,
            clock,
            random,
            live,
            require_second_factor,
            providers,
            media: media.map(|media| Arc::new(media) as _),
            journal,
        });
        let options = schema::Options {
            introspection: configuration.server.introspection,
            public_url: configuration.public_url(),
        };
        let schema = schema::build(&services, options);
        let mut settings = http_settings(&configuration);
        settings.media = directory;
        let documents = documents(&configuration, redis.as_ref())?;
        let server = Server::new(&services, schema, settings, configuration.limits, documents)
            .map_err(|error| Failure::new(format!("The schema cannot be read: {error}.")))?;
        Ok(Self { services, server, gateway, mailer, between, redis, configuration: Arc::new(configuration) })
    }

    /// Brings the library in the database up to the one in the program.
    pub async fn load_library(&self) -> Result<(), Failure> {
        let changed = care::library::load(&worker_of(&self.services)).await?;
        if changed > 0 {
            tracing::info!(exercises = changed, "the library has been brought up to date");
        }
        Ok(())
    }

    /// Serves until `stop` turns true, then finishes what has begun. Does what `server.role`
    /// says; without a listener there is no HTTP.
    pub async fn serve(
        &self,
        listener: Option<TcpListener>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), Failure> {
        let role = self.configuration.server.role;
        let prometheus = Prometheus::open(&self.configuration).await?;
        let measuring = Box::pin(async {
            if let Some(prometheus) = prometheus {
                let worker = worker_of(&self.services);
                prometheus.serve(&worker, &self.configuration, stop.clone()).await;
            }
            Ok(())
        });
        let http = async {
            match listener {
                Some(listener) if role != Role::Worker => {
                    self.server.clone().serve(listener, stop.clone()).await;
                }
                _ => {}
            }
            Ok(())
        };
        let between = async {
            if let Some(between) = &self.between {
                between.run(stop.clone()).await;
            }
            Ok(())
        };
        let working = Box::pin(run_worker(self, stop.clone()));
        let sealing = Box::pin(run_sealer(self, stop.clone()));
        let sweeping = Box::pin(run_sweeper(self, stop.clone()));
        let posting = Box::pin(run_postman(self, stop.clone()));
        let keeping = Box::pin(run_keeper(self, stop.clone()));
        let noticing = Box::pin(run_notifier(self, stop.clone()));
        let timing = Box::pin(run_clock(self, stop.clone()));
        let ended = tokio::try_join!(
            http, between, working, sealing, sweeping, posting, keeping, noticing, timing, measuring
        );
        self.services.store.close().await;
        ended.map(|_| ())
    }
}

/// What is told when the installation's key does not open what is in the database.
pub fn wrong_key() -> Failure {
    Failure::new(
        "keys.installation_key: This is not the key that the database's names and notes are sealed by. Set the key it was begun with; where the key is being replaced, set that one as keys.previous_installation_key and see `plumbline keys --help`.",
    )
}

/// How HTTP behaves by this configuration.
pub fn http_settings(configuration: &Configuration) -> Settings {
    let (server, public_url) = (&configuration.server, configuration.public_url());
    let seconds = Duration::from_secs;
    Settings {
        body_limit: server.body_limit_bytes,
        body_timeout: seconds(server.body_timeout_seconds),
        request_timeout: seconds(server.request_timeout_seconds),
        graphiql: server.graphiql,
        introspection: server.introspection,
        get_queries: server.get_queries,
        origins: Origins::new(&public_url, &server.allowed_origins),
        https: public_url.starts_with("https://"),
        connections: Connections {
            header_timeout: seconds(server.header_timeout_seconds),
            idle_timeout: seconds(server.idle_timeout_seconds),
            most: server.max_connections,
            most_per_address: server.max_connections_per_address,
            streams: server.max_streams_per_connection,
            trusted_proxies: server.trusted_proxies.iter().filter_map(|text| network(text)).collect(),
        },
        shares: Shares {
            // A fifth is left to authentication and the worker.
            all: usize::try_from(configuration.database.max_connections * 4 / 5).unwrap_or(usize::MAX),
            of_clinic: server.operations_per_clinic,
            waiting: server.waiting_per_clinic,
            patience: seconds(configuration.database.acquire_timeout_seconds),
        },
        wires: Wires::default(),
        media: None,
        upload_timeout: seconds(configuration.media.upload_timeout_seconds),
    }
}

/// The documents of the manifests that the configuration names.
fn documents(configuration: &Configuration, redis: Option<&Redis>) -> Result<Documents, Failure> {
    let settings = &configuration.documents;
    let mut trusted = HashMap::new();
    for path in &settings.manifests {
        let refuse = |reason: String| {
            let path = path.display();
            Failure::new(format!(
                "documents.manifests: {path}: {reason} `plumbline documents` builds manifests."
            ))
        };
        let text = fs::read(path).map_err(|error| refuse(format!("{error}.")))?;
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|_| refuse("no manifest.".to_owned()))?;
        trusted.extend(manifest.documents());
    }
    let shared = redis.map(|redis| Arc::new(redis.persisted()) as _);
    Ok(Documents::new(trusted, settings.only_trusted, shared))
}

/// Listens on `address`.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    listen_as(address, "server.listen (PLUMBLINE_SERVER__LISTEN; --listen for the demo)").await
}

/// Listens on `address`, which this setting chooses.
async fn listen_as(address: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(format!(
            "Cannot listen on {address} ({error}). Stop what is using it, or choose another address by {setting}."
        ))
    })
}
