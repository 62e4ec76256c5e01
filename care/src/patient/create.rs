//! Adding a patient to the caseload.

use super::table::patient;
use super::{Chart, Diagnosis, Patient, ZonePolicy, add_conditions};
use crate::access::Scope;
use crate::account::Email;
use crate::clinic::table::care_team;
use crate::clock::{Day, Instant};
use crate::error::{Code, Error, FieldError, Result, has_control};
use crate::id::Kind;
use crate::sealed::{DataKey, Place};
use crate::store::Tx;
use crate::{audit, clinic, library};
use jiff::tz::TimeZone;
use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use uuid::Uuid;

/// A new patient.
#[derive(Debug, Clone)]
pub struct CreatePatient {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// Full name, 1 to 200 characters.
    pub name: String,
    /// Birth date; needed for the short invitation code.
    pub birth_date: Option<Day>,
    /// E-mail.
    pub email: Option<String>,
    /// IANA zone; the clinic's when missing.
    pub time_zone: Option<String>,
    /// BCP 47 tag; `en` when missing.
    pub language: Option<String>,
    /// Day of the spine surgery.
    pub surgery_on: Option<Day>,
    /// Keys of conditions in the library.
    pub conditions: Vec<String>,
    /// ISO 3166 alpha-2 code; `US` when missing.
    pub emergency_country: Option<String>,
}

pub(super) fn check_name(name: &str) -> Option<FieldError> {
    match name.trim().chars().count() {
        0 => Some(FieldError::new("name", Code::Required, "Give the patient's name.")),
        1..=200 => None,
        _ => Some(FieldError::new("name", Code::TooLong, "Give at most 200 characters.")),
    }
}

pub(super) fn check_days(birth: Option<Day>, surgery: Option<Day>, today: Day) -> Vec<FieldError> {
    let oldest = today.plus(-130 * 366);
    let mut faults = Vec::new();
    if birth.is_some_and(|date| date > today || date < oldest) {
        let message = "Give a date of the past 130 years.";
        faults.push(FieldError::new("birthDate", Code::OutOfRange, message));
    }
    if surgery.is_some_and(|date| date > today.plus(366) || date < oldest) {
        let message = "Give a date of the past or of the next twelve months.";
        faults.push(FieldError::new("surgeryOn", Code::OutOfRange, message));
    }
    faults
}

pub(super) fn check_country(code: &str) -> Option<FieldError> {
    let right = code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase());
    let message = "Give two capital letters such as US or DE.";
    (!right).then(|| FieldError::new("emergencyCountry", Code::Malformed, message))
}

fn check(scope: &Scope, input: &CreatePatient) -> Result<Option<Email>> {
    let today = scope.services().now().date_in(&TimeZone::UTC);
    let days = check_days(input.birth_date, input.surgery_on, today);
    let country = input.emergency_country.as_deref().and_then(check_country);
    let mut faults: Vec<_> = check_name(&input.name).into_iter().chain(days).chain(country).collect();
    let mut fault = |field, code, message: &str| faults.push(FieldError::new(field, code, message));
    if input.time_zone.as_deref().is_some_and(|zone| TimeZone::get(zone).is_err()) {
        fault("timeZone", Code::Malformed, "Give an IANA name such as Europe/Berlin.");
    }
    if input.language.as_deref().is_some_and(|tag| tag.is_empty() || tag.len() > 35 || has_control(tag)) {
        fault("language", Code::Malformed, "Give a language tag such as en or de.");
    }
    if input.conditions.len() > 20 {
        fault("conditions", Code::TooMany, "Give at most 20 conditions.");
    }
    for (at, key) in input.conditions.iter().enumerate().take(20) {
        if library::condition(key).is_none() {
            let message = "Give the key of a condition of the library.";
            faults.push(FieldError::new(&at.to_string(), Code::NotFound, message).under("conditions"));
        }
    }
    let email = match input.email.as_deref().map(|text| Email::parse("email", text)).transpose() {
        Ok(email) => email,
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    if faults.is_empty() { Ok(email) } else { Err(Error::Invalid(faults)) }
}

/// Creates a patient on the care team of the therapist who acts. The same id and content answer
/// the same patient; other content under the id is a `Conflict`.
pub async fn create(scope: &Scope, input: CreatePatient) -> Result<Patient> {
    let member_id = scope.therapist_id()?;
    let email = check(scope, &input)?;
    let clinic = clinic::own(scope).await?;
    let services = scope.services();
    let id = input.id.unwrap_or_else(|| services.new_id());
    let fingerprint = scope.clinic_key().index("patient.create", format!("{input:?}{email:?}").as_bytes());
    let tx = scope.write().await?;
    if let Some(known) = patient::Entity::find_by_id((scope.clinic_id(), id)).one(&tx).await? {
        let chart = Chart::open(&tx, scope, id).await.ok().filter(|_| known.fingerprint == fingerprint);
        return chart.ok_or(Error::Conflict("the id is taken"))?.patient();
    }
    let row = insert(&tx, scope, &input, email.as_ref(), &clinic.time_zone, (id, fingerprint)).await?;
    care_team::ActiveModel {
        clinic_id: Set(row.clinic_id),
        patient_id: Set(id),
        member_id: Set(member_id),
        since: Set(services.now()),
    }
    .insert(&tx)
    .await?;
    let chart = Chart::of(scope, row)?;
    let conditions: Vec<_> = input.conditions.iter().map(|key| Diagnosis::of(key)).collect();
    add_conditions(&tx, scope, &chart, &conditions, chart.row.change).await?;
    let entry = audit::Entry { action: "patient.create", patient_id: Some(id), object: (Kind::Patient, id) };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(id, chart.row.change);
    chart.patient()
}

async fn insert(
    tx: &Tx,
    scope: &Scope,
    input: &CreatePatient,
    email: Option<&Email>,
    clinic_zone: &str,
    (id, fingerprint): (Uuid, Vec<u8>),
) -> Result<patient::Model> {
    let (services, clinic_id) = (scope.services(), scope.clinic_id());
    let random = services.random.as_ref();
    let place = |column| Place::new(column, clinic_id, id);
    let (key, data_key): (DataKey, _) = scope.clinic_key().issue(random, place("patient.data_key"))?;
    let now = services.now();
    let birth_date = input
        .birth_date
        .map(|date| key.seal(random, place("patient.birth_date"), &date.to_string()))
        .transpose()?;
    let email = email.map(|email| key.seal(random, place("patient.email"), email.as_str())).transpose()?;
    let row = patient::Model {
        clinic_id,
        id,
        account_id: None,
        data_key,
        name: key.seal(random, place("patient.name"), input.name.trim())?,
        birth_date,
        email,
        surgery_on: input.surgery_on,
        language: input.language.clone().unwrap_or_else(|| "en".to_owned()),
        time_zone: input.time_zone.clone().unwrap_or_else(|| clinic_zone.to_owned()),
        zone_policy: ZonePolicy::FollowDevice,
        quiet_start: None,
        quiet_end: None,
        emergency_country: input.emergency_country.clone().unwrap_or_else(|| "US".to_owned()),
        last_activity_at: now,
        change: 1,
        fingerprint,
        created_by: scope.actor().person.member_id(),
        created_at: now,
        discharged_at: None,
        sharing_ended_at: None,
        danger_since: None,
        review_since: None,
        screen_due_since: None,
        months_close_at: Instant::default(),
        muted: patient::Muted::default(),
        notices_stale_at: Instant::default(),
    };
    patient::ActiveModel::from(row.clone()).reset_all().insert(tx).await?;
    Ok(row)
}
