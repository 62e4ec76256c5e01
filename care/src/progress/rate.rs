//! Rating pain outside of a session: at any instant, or in the morning after.

use super::around::around;
use super::check::instant_faults;
use super::pain_alert::Report;
use super::pain_reports::PainReport;
use super::record::local_date;
use super::table::pain_rating::{ActiveModel, Entity, Model};
use super::traffic_light::Feedback;
use super::{Moment, PainRating, concern, day_total, feedback, screen_due};
use crate::access::Scope;
use crate::audit;
use crate::clinic;
use crate::clock::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use crate::patient::Chart;
use sea_orm::{ActiveModelTrait, EntityTrait};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most characters of a note.
const LONGEST_NOTE: usize = 2_000;

/// Pain as the patient rates it, perhaps offline and some time ago.
#[derive(Clone)]
pub struct NewRating {
    /// Chosen by the client: the idempotency key.
    pub id: Uuid,
    /// When it was felt, within the past year.
    pub rated_at: Instant,
    /// The offset from UTC on the patient's clock then, in seconds; it decides the local date.
    pub offset_seconds: i32,
    /// What it is about.
    pub moment: Moment,
    /// 0 to 10.
    pub pain: i32,
    /// At most 2,000 characters.
    pub note: Option<String>,
}

impl std::fmt::Debug for NewRating {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewRating")
    }
}

impl NewRating {
    /// The faults of the rating, else its pain.
    fn check(&self, now: Instant) -> Result<i16> {
        let fault = |field: &str, code, text: &str| FieldError::new(field, code, text);
        let mut faults: Vec<_> = instant_faults(self.rated_at, self.offset_seconds, now)
            .into_iter()
            .map(|text| fault("ratedAt", Code::OutOfRange, text))
            .collect();
        let pain = i16::try_from(self.pain).ok().filter(|pain| (0..=10).contains(pain));
        if pain.is_none() {
            faults.push(fault("pain", Code::OutOfRange, "Rate pain from 0 to 10."));
        }
        if self.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
            faults.push(fault("note", Code::TooLong, "Give at most 2,000 characters."));
        }
        pain.filter(|_| faults.is_empty()).ok_or(Error::Invalid(faults))
    }

    fn row(&self, scope: &Scope, chart: &Chart, pain: i16, fingerprint: Vec<u8>) -> Result<Model> {
        let note = self.note.as_ref().filter(|note| !note.trim().is_empty());
        Ok(Model {
            clinic_id: chart.clinic_id(),
            id: self.id,
            patient_id: chart.id(),
            rated_at: self.rated_at,
            offset_seconds: self.offset_seconds,
            local_date: local_date(self.rated_at, self.offset_seconds),
            moment: self.moment,
            pain,
            note: note.map(|note| chart.seal(scope, "pain_rating.note", self.id, note)).transpose()?,
            fingerprint,
            recorded_by: Some(scope.actor().account_id),
            recorded_at: scope.services().now(),
            voided_at: None,
            change: chart.row.change + 1,
        })
    }

    /// What tells a replay from other content under the same id.
    fn fingerprint(&self, chart: &Chart) -> Vec<u8> {
        let all = (self.rated_at, self.offset_seconds, self.moment, self.pain, &self.note);
        chart.fingerprint("pain_rating", &format!("{all:?}"))
    }
}

/// Records the pain of the patient who acts; answers the rating as it stands, and what it says, none where it
/// raises no concern. The same id and content change nothing; other content, or one that was voided since, is
/// a `Conflict`.
pub async fn rate(scope: &Scope, input: NewRating) -> Result<(PainRating, Option<Feedback>)> {
    let patient_id = scope.patient_id()?;
    let settings = clinic::own(scope).await?.settings;
    let thresholds = settings.pain;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let (key, fingerprint) = ((chart.clinic_id(), chart.id()), input.fingerprint(&chart));
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), input.id)).one(&tx).await? {
        let same = known.fingerprint == fingerprint && known.patient_id == chart.id();
        if !same || known.voided_at.is_some() {
            return Err(Error::Conflict("the id is taken"));
        }
        let around = around(&tx, key, &BTreeSet::from([known.local_date])).await?;
        return Ok((PainRating::of(&chart, &known)?, feedback::of_rating(thresholds, &known, &around)));
    }
    let pain = input.check(scope.services().now())?;
    let row = input.row(scope, &chart, pain, fingerprint)?;
    let change = chart.raise(&tx, None).await?;
    ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let days = BTreeSet::from([row.local_date]);
    let around = around(&tx, key, &days).await?;
    day_total::keep(&tx, key, &days, &around, &[]).await?;
    let feedback = feedback::of_rating(thresholds, &row, &around);
    screen_due::note(&tx, &mut chart, std::iter::once((row.rated_at, feedback))).await?;
    let told = [Report::from(PainReport::of_rating(&row))];
    concern::heard(&tx, scope, &chart, &settings.alerts, &told).await?;
    let object = (Kind::PainRating, row.id);
    audit::record(&tx, scope, audit::Entry { action: "pain.rate", patient_id: Some(patient_id), object })
        .await?;
    tx.commit().await?;
    scope.announce(patient_id, change);
    Ok((PainRating::of(&chart, &row)?, feedback))
}
