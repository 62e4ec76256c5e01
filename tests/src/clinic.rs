//! A small clinic on a database of its own, at a time that the test moves.

use crate::canary;
use crate::database::{Database, Stack};
use api::configuration::Issuer;
use api::media::MediaFiles;
use api::oidc::Oidc;
use api::wiring::media_files;
use care::access::{Role, Scope, Services, Worker, authenticate, door, worker};
use care::account::{Platform, RegisterDevice, SignedIn, Tokens};
use care::audit::Journal;
use care::clock::{Instant, ManualClock, SystemRandom};
use care::live::InProcess;
use care::patient::{Accept, CreatePatient, Patient};
use care::program::{Activate, CreateProgram, NewPrescription, Program};
use care::sealed::{Keyring, Wrapping};
use care::{account, clinic, library, patient, program, reminder};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// The password of everybody here.
pub const PASSWORD: &str = "a long enough secret";
/// The key of each clinic's installation, as settings have it.
pub const INSTALLATION_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
/// Monday 2026-06-15, 06:00 in New York.
pub const MORNING: &str = "2026-06-15T10:00:00Z";

/// The instant of an RFC 3339 text.
pub fn at(text: &str) -> Instant {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// A clinic in New York with an administrator and two therapists.
#[derive(Debug)]
pub struct Clinic {
    /// The database.
    pub database: Database,
    /// The use cases' surroundings.
    pub services: Arc<Services>,
    /// Its images and videos.
    pub media: MediaFiles,
    media_place: TempDir,
    /// The time, which stands still until it is moved.
    pub clock: Arc<ManualClock>,
}

impl Clinic {
    /// The clinic on this stack, at [`MORNING`].
    pub async fn open(stack: Stack) -> Self {
        Self::open_with(stack, Duration::from_mins(1)).await
    }

    /// The clinic, on a PostgreSQL that works on a statement no longer than this.
    pub async fn open_with(stack: Stack, statement_timeout: Duration) -> Self {
        Self::begin(stack, statement_timeout, false, &[]).await
    }

    /// The clinic on this PostgreSQL server.
    pub async fn open_on(server: &str) -> Self {
        Self::begin_in(Database::create_on(server).await, Duration::from_mins(1), false, &[]).await
    }

    /// The clinic, whose staff reaches nothing without a second factor. It has an administrator alone.
    pub async fn open_strict(stack: Stack) -> Self {
        Self::begin(stack, Duration::from_mins(1), true, &[]).await
    }

    /// The clinic, whose people may sign in by these identity providers.
    pub async fn open_to(stack: Stack, issuers: &[Issuer]) -> Self {
        Self::begin(stack, Duration::from_mins(1), false, issuers).await
    }

    async fn begin(
        stack: Stack,
        statement_timeout: Duration,
        require_second_factor: bool,
        issuers: &[Issuer],
    ) -> Self {
        let database = Database::create(stack).await;
        Self::begin_in(database, statement_timeout, require_second_factor, issuers).await
    }

    async fn begin_in(
        database: Database,
        statement_timeout: Duration,
        require_second_factor: bool,
        issuers: &[Issuer],
    ) -> Self {
        canary::listen();
        let clock = Arc::new(ManualClock::new(at(MORNING)));
        let (store, wrapping) = (database.store(statement_timeout).await, Wrapping::new([7; 32], None));
        let keys = care::keys::open(&store, wrapping, &SystemRandom).await.unwrap().unwrap();
        let (media, media_place) = media(&keys);
        let services = Arc::new(Services {
            store,
            keys,
            clock: Arc::clone(&clock) as _,
            random: Arc::new(SystemRandom),
            live: Arc::new(InProcess::default()),
            require_second_factor,
            providers: Arc::new(Oidc::new(issuers).unwrap()),
            media: Some(Arc::new(media.clone())),
            journal: Journal::default(),
        });
        let clinic = Self { database, services, media, media_place, clock };
        library::load(&clinic.worker()).await.unwrap();
        clinic.begin_another("Test Clinic", "admin@clinic.example").await;
        if require_second_factor {
            return clinic;
        }
        for email in ["therapist@clinic.example", "other@clinic.example"] {
            clinic.member(email, Role::Therapist).await;
        }
        clinic
    }

    /// Where its images and videos lie.
    pub fn media_place(&self) -> &Path {
        self.media_place.path()
    }

    /// The worker's capability.
    pub fn worker(&self) -> Worker {
        worker(&self.services)
    }

    /// Begins a clinic in the same database; its administrator has this address.
    pub async fn begin_another(&self, name: &str, administrator: &str) -> Uuid {
        let created = clinic::create(&self.worker(), name, "America/New_York", administrator).await.unwrap();
        self.accept(&created.invitation.token, administrator).await;
        created.clinic_id
    }

    /// Makes a member of the clinic with this role.
    pub async fn member(&self, email: &str, role: Role) {
        self.member_of("admin@clinic.example", email, role).await;
    }

    /// Makes a member of the clinic of this administrator.
    pub async fn member_of(&self, administrator: &str, email: &str, role: Role) {
        let admin = self.sign_in(administrator).await;
        let invited = clinic::invite_member(&admin, email, role).await.unwrap();
        self.accept(&invited.token, email).await;
    }

    async fn accept(&self, secret: &str, email: &str) {
        let input = Accept {
            secret: secret.to_owned(),
            birth_date: None,
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            name: email.split('@').next().map(str::to_owned),
        };
        patient::accept(&door(&self.services), input).await.unwrap();
    }

    /// Signs in by the use case itself.
    pub async fn sign_in(&self, email: &str) -> Scope {
        let door = door(&self.services);
        authenticate(&door, &self.tokens(email).await.access, "test".to_owned()).await.unwrap()
    }

    /// The tokens of a new session.
    pub async fn tokens(&self, email: &str) -> Tokens {
        match account::sign_in(&door(&self.services), email, PASSWORD).await.unwrap() {
            SignedIn::In(tokens) => {
                canary::keep_secret(&tokens.access);
                canary::keep_secret(&tokens.refresh);
                tokens
            }
            SignedIn::Challenged(_) => panic!("{email} has a second factor"),
        }
    }

    /// The therapist who treats the patients made here.
    pub async fn therapist(&self) -> Scope {
        self.sign_in("therapist@clinic.example").await
    }

    /// Makes a patient with an account `{name}@patient.example`.
    pub async fn patient(&self, name: &str) -> Patient {
        let therapist = self.therapist().await;
        let input = CreatePatient {
            id: None,
            name: name.to_owned(),
            birth_date: Some("1980-02-03".parse().unwrap()),
            email: None,
            time_zone: None,
            language: None,
            surgery_on: None,
            conditions: vec!["chronic-low-back-pain".to_owned()],
            emergency_country: None,
        };
        let conditions = library::conditions().next().map(|record| vec![record.key.clone()]);
        let input = CreatePatient { conditions: conditions.unwrap_or_default(), ..input };
        let patient = patient::create(&therapist, input).await.unwrap();
        let invited = patient::invite(&therapist, patient.id).await.unwrap();
        self.accept(&invited.token, &format!("{name}@patient.example")).await;
        patient
    }

    /// The patient, signed in.
    pub async fn as_patient(&self, name: &str) -> Scope {
        self.sign_in(&format!("{name}@patient.example")).await
    }

    /// Gives the patient an active program of the exercises with these numbers, by default dose.
    pub async fn program(&self, patient: &Patient, exercises: &[i32]) -> Program {
        let therapist = self.therapist().await;
        let input = CreateProgram {
            id: None,
            patient_id: patient.id,
            source: None,
            title: "Back basics".to_owned(),
            starts_on: None,
            ends_on: None,
            phases: Vec::new(),
            prescriptions: prescriptions(exercises),
            note: None,
        };
        let program_id = program::create(&therapist, input).await.unwrap().program.id;
        let activate = Activate { program_id, ..Activate::default() };
        program::activate(&therapist, activate).await.unwrap().program
    }

    /// Gives the patient a device that takes pushes.
    pub async fn device(&self, name: &str) {
        register_device(&self.as_patient(name).await, &format!("token of {name}"), "America/New_York").await;
    }
}

/// A place for images and videos, gone with the clinic.
fn media(keys: &Keyring) -> (MediaFiles, TempDir) {
    let place = tempfile::tempdir().unwrap();
    let mut configuration = api::configuration::load(None, &[]).unwrap();
    configuration.media.directory = place.path().into();
    configuration.server.public_url = "http://clinic.example".into();
    (media_files(&configuration, keys).unwrap().unwrap(), place)
}

/// Registers a device of this patient, in this time zone.
pub async fn register_device(patient: &Scope, push_token: &str, time_zone: &str) {
    let input = RegisterDevice {
        platform: Platform::Console,
        push_token: push_token.to_owned(),
        app_version: "1.0".to_owned(),
        language: "en".to_owned(),
        time_zone: time_zone.to_owned(),
    };
    reminder::register_device(patient, input).await.unwrap();
}

/// These exercises by default dose and schedule.
pub fn prescriptions(exercises: &[i32]) -> Vec<NewPrescription> {
    exercises
        .iter()
        .map(|number| NewPrescription {
            exercise_id: library::exercise_id(*number),
            ..NewPrescription::default()
        })
        .collect()
}
