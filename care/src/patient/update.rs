//! Changing what is known of a patient.

use super::create::{check_country, check_days, check_name};
use super::table::patient::ActiveModel;
use super::{Chart, Patient};
use crate::access::Scope;
use crate::account::Email;
use crate::audit;
use crate::clock::Day;
use crate::error::{Error, Result};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, Set};
use uuid::Uuid;

/// A change of what is known of a patient: what is missing stays, `Some(None)` takes it away.
#[derive(Clone, Default)]
pub struct UpdatePatient {
    /// The patient.
    pub patient_id: Uuid,
    /// Full name, 1 to 200 characters.
    pub name: Option<String>,
    /// Birth date.
    pub birth_date: Option<Option<Day>>,
    /// E-mail.
    pub email: Option<Option<String>>,
    /// Day of the spine surgery. Programs keep the day that they were made with.
    pub surgery_on: Option<Option<Day>>,
    /// ISO 3166 alpha-2 code of the country whose emergency number counts.
    pub emergency_country: Option<String>,
}

impl std::fmt::Debug for UpdatePatient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("UpdatePatient")
    }
}

/// Changes a patient. Therapists of the care team only.
pub async fn update(scope: &Scope, input: UpdatePatient) -> Result<Patient> {
    scope.therapist_id()?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let today = chart.date_at(scope.services().now());
    let mut faults = check_days(input.birth_date.flatten(), input.surgery_on.flatten(), today);
    faults.extend(input.name.as_deref().and_then(check_name));
    faults.extend(input.emergency_country.as_deref().and_then(check_country));
    let email = input.email.as_ref().map(|email| email.as_deref().map(|text| Email::parse("email", text)));
    let email = email.map(Option::transpose).transpose().map_err(|fault| faults.push(fault)).ok().flatten();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    chart.raise(&tx, None).await?;
    let seal = |column, text: &str| chart.seal(scope, column, chart.id(), text);
    let mut row = chart.row.clone();
    if let Some(name) = &input.name {
        row.name = seal("patient.name", name.trim())?;
    }
    if let Some(date) = input.birth_date {
        row.birth_date = date.map(|date| seal("patient.birth_date", &date.to_string())).transpose()?;
    }
    if let Some(email) = email {
        row.email = email.map(|email| seal("patient.email", email.as_str())).transpose()?;
    }
    row.surgery_on = input.surgery_on.unwrap_or(row.surgery_on);
    row.emergency_country = input.emergency_country.unwrap_or(row.emergency_country);
    chart.row = row;
    ActiveModel {
        clinic_id: Set(chart.row.clinic_id),
        id: Set(chart.row.id),
        name: Set(chart.row.name.clone()),
        birth_date: Set(chart.row.birth_date.clone()),
        email: Set(chart.row.email.clone()),
        surgery_on: Set(chart.row.surgery_on),
        emergency_country: Set(chart.row.emergency_country.clone()),
        ..Default::default()
    }
    .update(&tx)
    .await?;
    let object = (Kind::Patient, chart.id());
    let entry = audit::Entry { action: "patient.update", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), chart.row.change);
    chart.patient()
}
