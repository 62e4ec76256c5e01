//! The settings, section by section. Meanings, units and defaults stand in `default.toml`.

use super::push::Push;
use super::secret::{Secret, masked_url};
use crate::http::Budgets;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// How HTTP is served.
    pub server: Server,
    /// What documents may cost.
    pub limits: Budgets,
    /// Which documents run.
    pub documents: Documents,
    /// Where the data is.
    pub database: Database,
    /// Where the timetable of reminders is.
    pub redis: Redis,
    /// The installation's key.
    pub keys: Keys,
    /// How people sign in.
    pub accounts: Accounts,
    /// What guards the audit trail.
    pub audit: Audit,
    /// How the worker works.
    pub reminders: Reminders,
    /// What carries pushes.
    pub push: Push,
    /// What carries mail.
    pub mail: Mail,
    /// Where images and videos are kept.
    pub media: Media,
    /// What is logged, and how.
    pub log: Log,
}

/// How HTTP is served.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address and port listened on.
    pub listen: SocketAddr,
    /// The address and port where Prometheus reads; empty: nowhere.
    pub metrics_listen: String,
    /// The address people use; empty: derived from `listen`.
    pub public_url: String,
    /// Whether /graphiql is served.
    pub graphiql: bool,
    /// Whether queries are taken by GET.
    pub get_queries: bool,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
    /// What this process does.
    pub role: Role,
    /// The largest body of a request, in bytes.
    pub body_limit_bytes: usize,
    /// How long a request may take, in seconds.
    pub request_timeout_seconds: u64,
    /// How long the head of a request may take to arrive, in seconds.
    pub header_timeout_seconds: u64,
    /// How long the body of a request may take to arrive, in seconds.
    pub body_timeout_seconds: u64,
    /// How long a connection may stay open between requests, in seconds.
    pub idle_timeout_seconds: u64,
    /// The most connections at once.
    pub max_connections: usize,
    /// The most connections at once from one address.
    pub max_connections_per_address: usize,
    /// The most requests at once on one HTTP/2 connection.
    pub max_streams_per_connection: u32,
    /// The most operations of one clinic at once.
    pub operations_per_clinic: usize,
    /// How many more of one clinic may wait.
    pub waiting_per_clinic: usize,
    /// The other origins whose web pages may use the API.
    pub allowed_origins: Vec<String>,
    /// The addresses and networks of the proxies in front.
    pub trusted_proxies: Vec<String>,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers requests and sends reminders.
    Both,
    /// Answers requests.
    Api,
    /// Sends reminders.
    Worker,
}

/// Which documents run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// Manifests of trusted documents.
    pub manifests: Vec<PathBuf>,
    /// Whether nothing else runs.
    pub only_trusted: bool,
}

/// Where the data is.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The database, as the role the server works as. May hold a password.
    pub url: String,
    /// The database, as the owner of its tables; empty: as `url`. May hold a password.
    pub migration_url: String,
    /// The most connections at once.
    pub max_connections: u32,
    /// How long a request waits for a connection, in seconds.
    pub acquire_timeout_seconds: u64,
    /// How long a connection is used, in seconds.
    pub connection_lifetime_seconds: u64,
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Database")
            .field("url", &masked_url(&self.url))
            .field("migration_url", &masked_url(&self.migration_url))
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout_seconds", &self.acquire_timeout_seconds)
            .field("connection_lifetime_seconds", &self.connection_lifetime_seconds)
            .finish()
    }
}

/// Where the timetable of reminders is.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// The server; empty: the timetable is in the database. May hold a password.
    pub url: String,
    /// What all keys begin with.
    pub prefix: String,
}

impl fmt::Debug for Redis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Redis")
            .field("url", &masked_url(&self.url))
            .field("prefix", &self.prefix)
            .finish()
    }
}

/// The installation's key, and while it is being replaced the one before it: in place, or in a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// 32 bytes in base64; empty: in the file.
    pub installation_key: Secret,
    /// A file that holds the key; empty: there is none.
    pub installation_key_file: PathBuf,
    /// The key before it; empty: in the file, or there is none.
    pub previous_installation_key: Secret,
    /// A file that holds it; empty: there is none.
    pub previous_installation_key_file: PathBuf,
}

/// How people sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// Whether staff need a second factor.
    pub require_second_factor: bool,
    /// The identity providers whose tokens count.
    pub issuers: Vec<Issuer>,
}

/// An identity provider (OpenID Connect).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// What its tokens call it (`iss`).
    pub issuer: String,
    /// What its tokens call our apps (`aud`).
    pub audiences: Vec<String>,
    /// How its tokens may be signed.
    pub algorithms: Vec<Algorithm>,
    /// Where it publishes its keys.
    pub keys_url: String,
}

/// What guards the audit trail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// The file of checkpoints; empty: there is none.
    pub checkpoints: PathBuf,
}

/// How the worker works.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// For how long a batch is one worker's own, in seconds.
    pub lease_seconds: u64,
    /// Over how many seconds reminders that come due together are spread.
    pub smear_seconds: u32,
    /// The most pushes under way at once.
    pub pushes_in_flight: usize,
    /// How long a push may take, in seconds.
    pub push_timeout_seconds: u64,
    /// The most reminders in one batch.
    pub batch: usize,
    /// How often an idle worker looks, in milliseconds.
    pub poll_milliseconds: u64,
}

/// What carries mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server, with user and password; empty: letters are printed.
    pub url: Secret,
    /// Whom letters are from; needed with a mail server.
    pub from: String,
}

/// Where images and videos are kept: in a directory, in a bucket, or nowhere.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// A directory; empty: not in one.
    pub directory: PathBuf,
    /// A bucket that speaks S3; empty: not in one.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// Its address; empty: Amazon's.
    pub endpoint: String,
    /// The key by which it is reached.
    pub access_key_id: String,
    /// The secret of that.
    pub secret_access_key: Secret,
    /// The most bytes of an image.
    pub image_limit_bytes: u64,
    /// The most bytes of a video.
    pub video_limit_bytes: u64,
    /// The most bytes of all images and videos of a clinic.
    pub clinic_limit_bytes: u64,
    /// How long a file may take to arrive, in seconds.
    pub upload_timeout_seconds: u64,
}

/// What is logged, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// The level, or directives.
    pub level: String,
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
