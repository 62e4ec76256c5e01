//! Settings against their ranges and against each other.

use super::{Configuration, Fault, Gateway, Issuer, Role, Secret};
use crate::checkpoints::Checkpoints;
use crate::http::{network, origin_of};
use crate::mail::{BadAddress, Smtp};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use care::sealed::Wrapping;
use jsonwebtoken::Algorithm;
use std::path::Path;
use tracing_subscriber::EnvFilter;

impl Configuration {
    /// Everything that forbids a start.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = self.out_of_range();
        let reminders = &self.reminders;
        if reminders.lease_seconds <= reminders.push_timeout_seconds {
            faults.push(Fault::new(
                "reminders.lease_seconds",
                format!(
                    "A lease of {} s is not longer than the push timeout of {} s, so a second worker would repeat pushes that are still on their way.",
                    reminders.lease_seconds, reminders.push_timeout_seconds
                ),
                format!("Raise it above {}.", reminders.push_timeout_seconds),
            ));
        }
        if self.documents.only_trusted && self.documents.manifests.is_empty() {
            faults.push(Fault::new(
                "documents.only_trusted",
                "There is no manifest, so nothing could run.",
                "Name the manifests of the apps in documents.manifests, or turn this off.",
            ));
        }
        faults.extend(self.malformed());
        faults.extend(self.server.metrics_fault());
        faults.extend(self.malformed_lists());
        faults.extend(self.mailer().err());
        faults.extend(self.media.fault());
        faults.extend(self.push.faults());
        faults.extend(self.accounts.issuers.iter().filter_map(malformed_issuer));
        faults
    }

    /// Entries of lists that are not what they should be.
    fn malformed_lists(&self) -> Vec<Fault> {
        let origins = self.server.allowed_origins.iter().filter_map(|text| {
            let origin = origin_of(text);
            let mend = match &origin {
                Some(origin) if origin == text => return None,
                Some(origin) => format!("Write {origin}."),
                None => "Give scheme and host, such as https://dashboard.example.".to_owned(),
            };
            let what = format!("{text:?} is no origin as browsers write it.");
            Some(Fault::new("server.allowed_origins", what, mend))
        });
        let proxies = self.server.trusted_proxies.iter().filter_map(|text| {
            let what = match network(text) {
                Some(network) if network.prefix_len() > 0 => return None,
                Some(_) => format!("{text:?} believes everybody, so anyone can take any address."),
                None => format!("{text:?} is neither an address nor a network."),
            };
            Some(Fault::new("server.trusted_proxies", what, "Give such as 10.0.0.7 or 10.0.0.0/8."))
        });
        origins.chain(proxies).collect()
    }

    fn out_of_range(&self) -> Vec<Fault> {
        let (server, database, reminders) = (&self.server, &self.database, &self.reminders);
        let wide = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
        [
            ("server.body_limit_bytes", wide(server.body_limit_bytes), 16_384, 16_777_216),
            ("server.request_timeout_seconds", server.request_timeout_seconds, 1, 600),
            ("server.header_timeout_seconds", server.header_timeout_seconds, 1, 60),
            ("server.body_timeout_seconds", server.body_timeout_seconds, 1, 600),
            ("server.idle_timeout_seconds", server.idle_timeout_seconds, 1, 3_600),
            ("server.max_connections", wide(server.max_connections), 1, 1_000_000),
            ("server.max_connections_per_address", wide(server.max_connections_per_address), 1, 1_000_000),
            ("server.max_streams_per_connection", u64::from(server.max_streams_per_connection), 1, 1_000),
            ("server.operations_per_clinic", wide(server.operations_per_clinic), 1, 1_000),
            ("server.waiting_per_clinic", wide(server.waiting_per_clinic), 1, 100_000),
            ("limits.depth", self.limits.depth, 8, 64),
            ("limits.selections", self.limits.selections, 500, 20_000),
            ("limits.aliases", self.limits.aliases, 10, 2_000),
            ("limits.directives", self.limits.directives, 10, 2_000),
            ("limits.values", self.limits.values, 20_000, 1_000_000),
            ("limits.roots", self.limits.roots, 1, 100),
            ("limits.definitions", self.limits.definitions, 10, 1_000),
            ("database.max_connections", u64::from(database.max_connections), 1, 1_000),
            ("database.acquire_timeout_seconds", database.acquire_timeout_seconds, 1, 60),
            ("database.connection_lifetime_seconds", database.connection_lifetime_seconds, 1, 86_400),
            ("media.image_limit_bytes", self.media.image_limit_bytes, 1, 104_857_600),
            ("media.video_limit_bytes", self.media.video_limit_bytes, 1, 2_147_483_647),
            ("media.clinic_limit_bytes", self.media.clinic_limit_bytes, 1, 1 << 50),
            ("media.upload_timeout_seconds", self.media.upload_timeout_seconds, 1, 3_600),
            ("reminders.lease_seconds", reminders.lease_seconds, 1, 3_600),
            ("reminders.push_timeout_seconds", reminders.push_timeout_seconds, 1, 600),
            ("reminders.smear_seconds", reminders.smear_seconds.into(), 0, 59),
            ("reminders.pushes_in_flight", wide(reminders.pushes_in_flight), 1, 100_000),
            ("reminders.batch", wide(reminders.batch), 1, 1_000),
            ("reminders.poll_milliseconds", reminders.poll_milliseconds, 10, 60_000),
        ]
        .into_iter()
        .filter(|(_, value, least, most)| !(least..=most).contains(&value))
        .map(|(key, value, least, most)| {
            Fault::new(key, format!("{value} is out of range."), format!("Give {least} to {most}."))
        })
        .collect()
    }

    fn malformed(&self) -> Vec<Fault> {
        let database = |key, url: &str| {
            let known = ["postgres://", "postgresql://", "sqlite:"];
            (!url.is_empty() && !known.iter().any(|scheme| url.starts_with(scheme))).then(|| {
                let mend = "Give postgres://user:password@host/database or sqlite://file.sqlite3?mode=rwc.";
                Fault::new(key, "This is not the address of a database.", mend)
            })
        };
        let url = &self.server.public_url;
        let public = !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://");
        let redis = !self.redis.url.is_empty() && !self.redis.url.starts_with("redis://");
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_:.".contains(letter);
        let prefix = self.redis.prefix.is_empty() || !self.redis.prefix.chars().all(allowed);
        let level = EnvFilter::try_new(&self.log.level).is_err();
        let fault = |wrong: bool, key, what: &str, mend: &str| wrong.then(|| Fault::new(key, what, mend));
        [
            database("database.url", &self.database.url),
            database("database.migration_url", &self.database.migration_url),
            fault(
                public,
                "server.public_url",
                "This is not an address of the web.",
                "Begin it with https://.",
            ),
            fault(redis, "redis.url", "This is not the address of a Redis.", "Give redis://host:6379/0."),
            fault(
                prefix,
                "redis.prefix",
                "It is empty, or holds a character that keys may not have.",
                "Use letters, digits, \"-\", \"_\", \":\" and \".\".",
            ),
            fault(level, "log.level", "This is no level.", "Say error, warn, info, debug or trace."),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What works but is dangerous.
    pub fn warnings(&self) -> Vec<Fault> {
        let server = &self.server;
        let open = !server.listen.ip().is_loopback();
        let warning =
            |applies: bool, key, what: &str, mend: &str| applies.then(|| Fault::new(key, what, mend));
        [
            warning(
                open && server.graphiql,
                "server.graphiql",
                "The API explorer is served on an address that others can reach.",
                "Turn it off, or listen on 127.0.0.1.",
            ),
            warning(
                open && server.introspection,
                "server.introspection",
                "Anybody who reaches the server can read its whole schema.",
                "Turn it off, or listen on 127.0.0.1.",
            ),
            warning(
                server.graphiql && !server.introspection,
                "server.introspection",
                "GraphiQL has no documentation and no completion without it.",
                "Turn it on.",
            ),
            warning(
                open && ["", "127.0.0.1", "localhost"].contains(&host(&server.public_url)),
                "server.public_url",
                "The links of invitations lead to this machine only.",
                "Give the address that people use.",
            ),
            warning(
                open && !self.accounts.require_second_factor,
                "accounts.require_second_factor",
                "A password alone opens the records of patients to who has guessed it.",
                "Turn it on.",
            ),
            warning(
                open && self.push.gateway == Gateway::Console && server.role != Role::Api,
                "push.gateway",
                "Pushes are printed as lines and reach no phone.",
                "Choose a gateway that carries them.",
            ),
            warning(
                (open || server.public_url.starts_with("https://"))
                    && self.mail.url.reveal().is_empty()
                    && server.role != Role::Api,
                "mail.url",
                "Letters are printed, links of new passwords among them, and reach nobody.",
                "Name the mail server.",
            ),
            warning(
                plain_smtp(self.mail.url.reveal()),
                "mail.url",
                "Letters, and the password of the mail server, cross the network unencrypted.",
                "Use smtps://, or add ?tls=required.",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The address under which people reach the server, without a slash at its end.
    pub fn public_url(&self) -> String {
        match self.server.public_url.trim_end_matches('/') {
            "" => format!("http://{}", self.server.listen),
            url => url.to_owned(),
        }
    }

    /// The database's address; a fault where it is not set.
    pub fn database_url(&self) -> Result<&str, Fault> {
        match self.database.url.as_str() {
            "" => {
                let mend = "Give postgres://user:password@host/database or sqlite://file.sqlite3?mode=rwc.";
                Err(Fault::new("database.url", "It is not set.", mend))
            }
            url => Ok(url),
        }
    }

    /// The same database as the owner of its tables.
    pub fn migration_url(&self) -> Result<&str, Fault> {
        match self.database.migration_url.as_str() {
            "" => self.database_url(),
            url => Ok(url),
        }
    }

    /// The mail server, if it is set; a fault where its settings are not valid.
    pub fn mailer(&self) -> Result<Option<Smtp>, Fault> {
        let url = self.mail.url.reveal();
        if url.is_empty() {
            return Ok(None);
        }
        Smtp::new(url, &self.mail.from).map(Some).map_err(|address| match address {
            BadAddress::Server => Fault::new(
                "mail.url",
                "This is not the address of a mail server.",
                "Give smtps://user:password@host:465 or smtp://user:password@host:587?tls=required.",
            ),
            BadAddress::Sender => Fault::new(
                "mail.from",
                "It is not an address that letters can be from.",
                "Give such as Clinic <no-reply@clinic.example>.",
            ),
        })
    }

    /// The file of checkpoints of the audit trail, if it is set.
    pub fn checkpoints(&self) -> Option<Checkpoints> {
        let path = &self.audit.checkpoints;
        (!path.as_os_str().is_empty()).then(|| Checkpoints::new(path.clone()))
    }

    /// What wraps all keys: the installation's key, from its setting or its file, and the one before
    /// it where there is one.
    pub fn wrapping(&self) -> Result<Wrapping, Fault> {
        let keys = &self.keys;
        let current = key("keys.installation_key", &keys.installation_key, &keys.installation_key_file)?;
        let current = current.ok_or_else(|| {
            Fault::new("keys.installation_key", "It is not set, nor is its file.", MAKE_A_KEY)
        })?;
        let (previous, file) = (&keys.previous_installation_key, &keys.previous_installation_key_file);
        Ok(Wrapping::new(current, key("keys.previous_installation_key", previous, file)?))
    }

    /// Whether the installation's key is being replaced.
    pub fn replaces_its_key(&self) -> bool {
        let keys = &self.keys;
        let file = keys.previous_installation_key_file.as_os_str();
        !keys.previous_installation_key.reveal().is_empty() || !file.is_empty()
    }
}

const MAKE_A_KEY: &str = "Make one by `openssl rand -base64 32` and keep a copy apart from the backups.";

/// The key of the setting `name`, given in place or in the file of `name_file`, if either is set.
fn key(name: &str, in_place: &Secret, path: &Path) -> Result<Option<[u8; 32]>, Fault> {
    let (in_place, file) = (in_place.reveal(), format!("{name}_file"));
    match (in_place.is_empty(), path.as_os_str().is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Err(Fault::new(&file, "Key and file are both set.", "Take one of them out.")),
        (false, true) => {
            let decoded = decode(in_place);
            decoded.map(Some).ok_or_else(|| Fault::new(name, "It is not 32 bytes in base64.", MAKE_A_KEY))
        }
        (true, false) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                let what = format!("{} cannot be read ({error}).", path.display());
                Fault::new(&file, what, "Correct the path or its permissions.")
            })?;
            decode(&text).map(Some).ok_or_else(|| {
                let what = format!("{} does not hold 32 bytes in base64.", path.display());
                Fault::new(&file, what, MAKE_A_KEY)
            })
        }
    }
}

/// What is wrong with an identity provider.
fn malformed_issuer(issuer: &Issuer) -> Option<Fault> {
    let shared = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
    let url = &issuer.keys_url;
    let near = url.starts_with("http://") && ["127.0.0.1", "localhost"].contains(&host(url));
    let (what, mend) = if issuer.issuer.is_empty() || issuer.audiences.is_empty() {
        ("It lacks its name or an audience, so any token would do.", "Give issuer and audiences.")
    } else if issuer.algorithms.is_empty() || issuer.algorithms.iter().any(|one| shared.contains(one)) {
        (
            "Its algorithms are none, or have one whose key is shared: who checks tokens could make them.",
            "Give such as RS256, ES256 or EdDSA.",
        )
    } else if !url.starts_with("https://") && !near {
        ("Its keys would come over a connection that anybody can change.", "Begin keys_url with https://.")
    } else {
        return None;
    };
    Some(Fault::new("accounts.issuers", format!("{:?}: {what}", issuer.issuer), mend))
}

/// Whether mail goes to another machine by a connection that need not be encrypted.
fn plain_smtp(url: &str) -> bool {
    url.starts_with("smtp://")
        && !url.contains("tls=required")
        && !["127.0.0.1", "localhost"].contains(&host(url))
}

/// The host in `url`.
pub(super) fn host(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    rest.split([':', '/']).next().unwrap_or_default()
}

fn decode(text: &str) -> Option<[u8; 32]> {
    BASE64_STANDARD.decode(text.trim()).ok()?.try_into().ok()
}
