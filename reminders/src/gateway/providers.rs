//! The gateway to Apple and Google: by the device's platform and the clinic's credentials.

use super::apns::{self, Apns, TokenShare};
use super::client::Client;
use super::console::Console;
use super::fcm::{self, Fcm};
use super::{Answer, Ports, Push, PushGateway, Unusable, Verdict};
use async_trait::async_trait;
use care::account::Platform;
use care::id;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// How long pushes wait for which there are no credentials, in milliseconds: they are kept within grace.
const WAIT: i64 = 5 * 60_000;

/// By what a clinic, or all of them, are known to the providers.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// To Apple.
    pub apns: Option<apns::Credentials>,
    /// To Google.
    pub fcm: Option<fcm::Credentials>,
}

/// Carries pushes to Apple and Google. Devices of the console are served there.
#[derive(Debug)]
pub struct Providers {
    all: Clients,
    clinics: HashMap<Uuid, Clients>,
    /// Of which clinics and platforms it has been told that there are no credentials.
    told: Mutex<HashSet<(Uuid, Platform)>>,
}

#[derive(Debug, Default)]
struct Clients {
    apns: Option<Client<Apns>>,
    fcm: Option<Client<Fcm>>,
}

/// Which credentials cannot be used, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faulty {
    /// The clinic whose they are; `None` for those of all.
    pub clinic_id: Option<Uuid>,
    /// The provider.
    pub platform: Platform,
    /// What is wrong.
    pub why: Unusable,
}

impl Providers {
    /// A gateway by the credentials of `all`, and of those clinics that have their own. Connections are opened when
    /// they are needed.
    ///
    /// # Errors
    /// The first credentials that cannot be used.
    pub fn new(
        all: &Credentials,
        clinics: &HashMap<Uuid, Credentials>,
        share: &Arc<dyn TokenShare>,
        ports: &Ports,
    ) -> Result<Self, Faulty> {
        let of = |clinic_id: Option<Uuid>, credentials: &Credentials| {
            let faulty = |platform| move |why| Faulty { clinic_id, platform, why };
            let apns = credentials.apns.as_ref().map(|one| apns::client(one, Arc::clone(share), ports));
            let fcm = credentials.fcm.as_ref().map(|one| fcm::client(one, ports));
            Ok(Clients {
                apns: apns.transpose().map_err(faulty(Platform::Ios))?,
                fcm: fcm.transpose().map_err(faulty(Platform::Android))?,
            })
        };
        let clinics = clinics.iter().map(|(id, credentials)| Ok((*id, of(Some(*id), credentials)?)));
        Ok(Self { all: of(None, all)?, clinics: clinics.collect::<Result<_, _>>()?, told: Mutex::default() })
    }

    /// The clinic's own client, or that of all.
    fn client<T>(&self, clinic_id: Uuid, of: impl Fn(&Clients) -> Option<&T>) -> Option<&T> {
        self.clinics.get(&clinic_id).and_then(&of).or_else(|| of(&self.all))
    }

    fn missing(&self, push: &Push) -> Answer {
        let (clinic_id, platform) = (push.clinic_id, push.target.platform);
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert((clinic_id, platform)) {
            tracing::error!(
                clinic = id::Kind::Clinic.encode(clinic_id),
                ?platform,
                "there are no credentials for pushes to these devices; they wait: set push.apns or push.fcm"
            );
        }
        Answer::new(Verdict::Held { after_ms: WAIT }, "no credentials")
    }
}

#[async_trait]
impl PushGateway for Providers {
    async fn push(&self, push: &Push) -> Answer {
        match push.target.platform {
            Platform::Console => Console.push(push).await,
            Platform::Ios => match self.client(push.clinic_id, |clients| clients.apns.as_ref()) {
                Some(client) => client.push(push).await,
                None => self.missing(push),
            },
            Platform::Android => match self.client(push.clinic_id, |clients| clients.fcm.as_ref()) {
                Some(client) => client.push(push).await,
                None => self.missing(push),
            },
        }
    }
}
