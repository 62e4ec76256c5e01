//! The people of the demo, all of them plainly fictional.

use super::PASSWORD;
use super::plans::{self, activate, operated, surgery};
use super::variety::Variety;
use care::access::{Role, Scope, Services, authenticate, door, worker};
use care::clinic;
use care::error::Result;
use care::patient::{self, Accept, CreatePatient};
use care::program::Program;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The zone of the clinic and its patients.
pub(super) const ZONE: &str = "America/New_York";

/// The therapists of the demo.
pub(super) struct Staff {
    therapists: [Scope; 2],
}

impl Staff {
    /// The therapist of the patient with this number.
    pub(super) fn of(&self, number: u32) -> &Scope {
        let [first, second] = &self.therapists;
        if number % 4 == 3 { second } else { first }
    }
}

/// How somebody follows their program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Nearly every day.
    Steady,
    /// About every other day.
    Patchy,
    /// Not any more after three weeks.
    DroppedOut,
    /// With a bad week in the middle.
    FlareUp,
    /// More and more, with less and less pain.
    AfterSurgery,
}

/// A patient of the demo.
pub(super) struct Case {
    pub(super) number: u32,
    pub(super) patient: Scope,
    pub(super) program: Program,
    pub(super) pattern: Pattern,
}

/// The clinic, its administrator and two therapists.
pub(super) async fn staff(services: &Arc<Services>) -> Result<Staff> {
    let created =
        clinic::create(&worker(services), "Plumbline Demo Clinic", ZONE, "admin@demo.example").await?;
    let admin =
        accept(services, &created.invitation.token, "admin@demo.example", Some("Demo Administrator")).await?;
    let first = clinic::invite_member(&admin, "therapist@demo.example", Role::Therapist).await?;
    let first = accept(services, &first.token, "therapist@demo.example", Some("Demo Therapist")).await?;
    let second = clinic::invite_member(&admin, "therapist2@demo.example", Role::Therapist).await?;
    let second =
        accept(services, &second.token, "therapist2@demo.example", Some("Second Demo Therapist")).await?;
    Ok(Staff { therapists: [first, second] })
}

async fn accept(services: &Arc<Services>, secret: &str, email: &str, name: Option<&str>) -> Result<Scope> {
    let door = door(services);
    let input = Accept {
        secret: secret.to_owned(),
        birth_date: None,
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        name: name.map(str::to_owned),
    };
    let tokens = patient::accept(&door, input).await?;
    authenticate(&door, &tokens.access, "demo".to_owned()).await
}

/// The patient with this number, with an active program and an account.
pub(super) async fn patient(
    services: &Arc<Services>,
    staff: &Staff,
    number: u32,
    variety: &Variety,
) -> Result<Case> {
    let email = match number {
        0 => "patient@demo.example".to_owned(),
        number => format!("patient{}@demo.example", number + 1),
    };
    let operated = operated(number);
    let start = services.now();
    let age = i32::try_from(20 + variety.below(60)).unwrap_or(40);
    let input = CreatePatient {
        id: None,
        name: format!("Demo Patient {:02}", number + 1),
        birth_date: Some(start.date_in(&TimeZone::UTC).plus(-365 * age)),
        email: Some(email.clone()),
        time_zone: None,
        language: None,
        surgery_on: operated.then(|| surgery(start).date_in(&TimeZone::UTC)),
        conditions: vec![plans::plan(number).0.to_owned()],
        emergency_country: None,
    };
    let therapist = staff.of(number);
    let created = patient::create(therapist, input).await?;
    let program = activate(staff, number, created.id, operated).await?;
    let invited = patient::invite(therapist, created.id).await?;
    let patient = accept(services, &invited.token, &email, None).await?;
    Ok(Case { number, patient, program, pattern: pattern(number, operated) })
}

fn pattern(number: u32, operated: bool) -> Pattern {
    match number % 5 {
        _ if operated => Pattern::AfterSurgery,
        0 | 3 => Pattern::Steady,
        1 => Pattern::FlareUp,
        2 => Pattern::Patchy,
        _ => Pattern::DroppedOut,
    }
}
