//! What carries pushes: the settings, what forbids a start, and the credentials that they name.

use super::Fault;
use care::id;
use reminders::gateway::providers::{Credentials, Faulty};
use reminders::gateway::{Unusable, apns, fcm};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// What carries pushes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The gateway.
    pub gateway: Gateway,
    /// Clinics whose apps are their own.
    pub clinics: Vec<PushOfClinic>,
    /// Apple, for all clinics.
    pub apns: Apns,
    /// Google, for all clinics.
    pub fcm: Fcm,
}

/// A push gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gateway {
    /// Prints each push as a line.
    Console,
    /// Hands pushes to Apple and Google.
    Providers,
}

/// A clinic whose apps are its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushOfClinic {
    /// The TypeID of the clinic.
    pub clinic: String,
    /// Its Apple; none: that of all.
    pub apns: Option<Apns>,
    /// Its Google; none: that of all.
    pub fcm: Option<Fcm>,
}

/// Apple's push service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Apns {
    /// The key; empty: no pushes go to Apple.
    pub key_file: PathBuf,
    /// The key's id.
    pub key_id: String,
    /// The team's id.
    pub team_id: String,
    /// The app's bundle id.
    pub topic: String,
    /// Which of Apple's services.
    pub environment: Environment,
    /// Another address instead; empty: Apple's.
    pub address: String,
    /// Authorities to trust beside this machine's; empty: none.
    pub ca_file: PathBuf,
    /// The most connections.
    pub connections: usize,
    /// The most pushes a second.
    pub per_second: u32,
}

impl Default for Apns {
    fn default() -> Self {
        Self {
            key_file: PathBuf::new(),
            key_id: String::new(),
            team_id: String::new(),
            topic: String::new(),
            environment: Environment::Production,
            address: String::new(),
            ca_file: PathBuf::new(),
            connections: 4,
            per_second: 10_000,
        }
    }
}

/// Which of Apple's services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// For apps of the App Store and `TestFlight`.
    Production,
    /// For apps in development.
    Sandbox,
}

/// Google's push service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fcm {
    /// The key of the service account; empty: no pushes go to Google.
    pub service_account_file: PathBuf,
    /// Another address instead; empty: Google's.
    pub address: String,
    /// Authorities to trust beside this machine's; empty: none.
    pub ca_file: PathBuf,
    /// The most connections.
    pub connections: usize,
    /// The most pushes a second.
    pub per_second: u32,
}

impl Default for Fcm {
    fn default() -> Self {
        Self {
            service_account_file: PathBuf::new(),
            address: String::new(),
            ca_file: PathBuf::new(),
            connections: 10,
            per_second: 10_000,
        }
    }
}

/// Credentials of all clinics, and of those that have their own.
pub(super) type AllCredentials = (Credentials, HashMap<Uuid, Credentials>);

impl Push {
    /// What forbids a start.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = self.apns.faults("push.apns", "");
        faults.extend(self.fcm.faults("push.fcm", ""));
        for clinic in &self.clinics {
            let whose = format!("{}: ", clinic.clinic);
            if id::Kind::Clinic.decode(&clinic.clinic).is_none() {
                let what = format!("{:?} is no id of a clinic.", clinic.clinic);
                faults.push(Fault::new(
                    "push.clinics",
                    what,
                    "Give such as clinic_01h455vb4pex5vsknk084sn02q.",
                ));
            }
            if clinic.apns.is_none() && clinic.fcm.is_none() {
                let what = format!("{whose}It names neither apns nor fcm.");
                faults.push(Fault::new("push.clinics", what, "Give one, or take the block out."));
            }
            faults.extend(clinic.apns.iter().flat_map(|apns| apns.faults("push.clinics", &whose)));
            faults.extend(clinic.fcm.iter().flat_map(|fcm| fcm.faults("push.clinics", &whose)));
        }
        let mut ids: Vec<_> = self.clinics.iter().map(|clinic| &clinic.clinic).collect();
        ids.sort();
        if ids.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
            let what = "A clinic stands twice.";
            faults.push(Fault::new("push.clinics", what, "Put its settings into one block."));
        }
        let carried = self.apns.is_used() || self.fcm.is_used() || !self.clinics.is_empty();
        if self.gateway == Gateway::Providers && !carried {
            let what = "Neither Apple nor Google is set up, so no push would reach anybody.";
            let mend = "Set push.apns.key_file or push.fcm.service_account_file, or choose \"console\".";
            faults.push(Fault::new("push.gateway", what, mend));
        }
        faults
    }

    /// The credentials, their files read. A fault where one cannot be.
    pub fn credentials(&self) -> Result<AllCredentials, Fault> {
        let all =
            Credentials { apns: self.apns.credentials("push.apns")?, fcm: self.fcm.credentials("push.fcm")? };
        let mut clinics = HashMap::new();
        for clinic in &self.clinics {
            let Some(id) = id::Kind::Clinic.decode(&clinic.clinic) else { continue };
            let apns = clinic.apns.as_ref().map_or(Ok(None), |apns| apns.credentials("push.clinics"))?;
            let fcm = clinic.fcm.as_ref().map_or(Ok(None), |fcm| fcm.credentials("push.clinics"))?;
            clinics.insert(id, Credentials { apns, fcm });
        }
        Ok((all, clinics))
    }
}

/// What is told of credentials that cannot be used.
pub fn unusable(faulty: &Faulty) -> Fault {
    use care::account::Platform;
    let section = match faulty.platform {
        Platform::Ios => "push.apns",
        Platform::Android | Platform::Console => "push.fcm",
    };
    let setting = match faulty.why {
        Unusable::Address => "address",
        Unusable::Key => "key_file",
        Unusable::Topic => "topic",
        Unusable::Account => "service_account_file",
        Unusable::Authorities => "ca_file",
    };
    let mend = match faulty.why {
        Unusable::Address => "Give such as https://push.example:2197, or nothing.",
        Unusable::Key => {
            "Make a key for APNs in Apple's developer account and name the file as it was downloaded."
        }
        Unusable::Topic => "Give the bundle id of the app.",
        Unusable::Account => {
            "Make a key of a service account in the Firebase console and name the JSON file."
        }
        Unusable::Authorities => {
            "Name a file of certificates in PEM, or install those of the authorities (ca-certificates)."
        }
    };
    match faulty.clinic_id {
        None => {
            Fault::new(&format!("{section}.{setting}"), format!("It cannot be used: {}.", faulty.why), mend)
        }
        Some(id) => {
            let what = format!("{}: {setting} cannot be used: {}.", id::Kind::Clinic.encode(id), faulty.why);
            Fault::new("push.clinics", what, mend)
        }
    }
}

impl Apns {
    fn is_used(&self) -> bool {
        !self.key_file.as_os_str().is_empty()
    }

    fn faults(&self, section: &str, whose: &str) -> Vec<Fault> {
        let clinic = !whose.is_empty();
        let mut faults = numbers(section, whose, self.connections, self.per_second);
        faults.extend(address(section, whose, &self.address));
        let words = [("key_id", &self.key_id), ("team_id", &self.team_id), ("topic", &self.topic)];
        if !self.is_used() && (clinic || words.iter().any(|(_, word)| !word.is_empty())) {
            let mend = "Name the key of Apple's (AuthKey_<id>.p8).";
            faults.push(fault(section, whose, "key_file", "It is not set.", mend));
        }
        for (setting, word) in words.into_iter().filter(|_| self.is_used()) {
            if word.is_empty() || word.chars().any(|letter| !letter.is_ascii_graphic()) {
                let what = "With a key it is needed, without spaces.";
                faults.push(fault(section, whose, setting, what, "Copy it from Apple's developer account."));
            }
        }
        faults
    }

    fn credentials(&self, section: &str) -> Result<Option<apns::Credentials>, Fault> {
        if !self.is_used() {
            return Ok(None);
        }
        let address = match self.environment {
            _ if !self.address.is_empty() => &self.address,
            Environment::Production => apns::PRODUCTION,
            Environment::Sandbox => apns::SANDBOX,
        };
        Ok(Some(apns::Credentials {
            key: read(section, "key_file", &self.key_file)?,
            key_id: self.key_id.clone(),
            team_id: self.team_id.clone(),
            topic: self.topic.clone(),
            address: address.to_owned(),
            authorities: authorities(section, &self.ca_file)?,
            connections: self.connections,
            per_second: self.per_second,
        }))
    }
}

impl Fcm {
    fn is_used(&self) -> bool {
        !self.service_account_file.as_os_str().is_empty()
    }

    fn faults(&self, section: &str, whose: &str) -> Vec<Fault> {
        let mut faults = numbers(section, whose, self.connections, self.per_second);
        faults.extend(address(section, whose, &self.address));
        if !self.is_used() && !whose.is_empty() {
            let mend = "Name the key of a service account (JSON).";
            faults.push(fault(section, whose, "service_account_file", "It is not set.", mend));
        }
        faults
    }

    fn credentials(&self, section: &str) -> Result<Option<fcm::Credentials>, Fault> {
        if !self.is_used() {
            return Ok(None);
        }
        let address = if self.address.is_empty() { fcm::ADDRESS } else { &self.address };
        Ok(Some(fcm::Credentials {
            service_account: read(section, "service_account_file", &self.service_account_file)?,
            address: address.to_owned(),
            authorities: authorities(section, &self.ca_file)?,
            connections: self.connections,
            per_second: self.per_second,
        }))
    }
}

/// A fault of a setting: of all clinics, or of the clinic of this block.
fn fault(section: &str, whose: &str, setting: &str, what: &str, mend: &str) -> Fault {
    if whose.is_empty() {
        return Fault::new(&format!("{section}.{setting}"), what, mend);
    }
    Fault::new(section, format!("{whose}{setting}: {what}"), mend)
}

fn numbers(section: &str, whose: &str, connections: usize, per_second: u32) -> Vec<Fault> {
    let connections = u64::try_from(connections).unwrap_or(u64::MAX);
    [("connections", connections, 100), ("per_second", u64::from(per_second), 1_000_000)]
        .into_iter()
        .filter(|(_, value, most)| !(1..=*most).contains(value))
        .map(|(setting, value, most)| {
            fault(
                section,
                whose,
                setting,
                &format!("{value} is out of range."),
                &format!("Give 1 to {most}."),
            )
        })
        .collect()
}

fn address(section: &str, whose: &str, address: &str) -> Option<Fault> {
    let wrong = !address.is_empty() && !address.starts_with("https://");
    let what = "Pushes would cross the network unencrypted, or it is no address.";
    wrong.then(|| fault(section, whose, "address", what, "Give such as https://push.example:2197."))
}

fn authorities(section: &str, path: &Path) -> Result<Option<Vec<u8>>, Fault> {
    if path.as_os_str().is_empty() { Ok(None) } else { read(section, "ca_file", path).map(Some) }
}

fn read(section: &str, setting: &str, path: &Path) -> Result<Vec<u8>, Fault> {
    fs::read(path).map_err(|error| {
        let what = format!("{} cannot be read ({error}).", path.display());
        let key = if section == "push.clinics" { section.to_owned() } else { format!("{section}.{setting}") };
        Fault::new(&key, what, "Correct the path or its permissions.")
    })
}
