//! What was answered.

use super::measure::{OutcomeBand, OutcomeMeasure, OutcomeUnit};
use crate::context::language;
use crate::id::encode;
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use care::id::Kind;
use care::library::Language;
use care::outcome::{Content, Measure, Part, Response, measure};

/// What an item was answered by.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct OutcomeAnswer {
    /// The number of the item, from 1.
    item: String,
    /// What it was answered by.
    value: i32,
}

/// The score of a part of a measure.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct OutcomePart {
    /// The key of the part; of an activity that the patient named, the number of its item.
    key: String,
    /// What it is called, in the language asked for; an activity as the patient named it.
    name: String,
    /// Its score, in the unit of the measure; none where too little of it was answered.
    score: Option<f64>,
}

impl OutcomePart {
    pub(super) fn of(
        measure: Option<&'static Measure>,
        content: &Content,
        part: &Part,
        language: Language,
    ) -> Self {
        let activity = part.key.parse().ok().and_then(|item| content.activity(item));
        let named = || measure.map_or("", |measure| measure.part_name(&part.key, language));
        Self { key: part.key.clone(), name: activity.unwrap_or_else(named).to_owned(), score: part.score }
    }
}

/// What an outcome measure was answered by, with its score. It is never edited; a mistaken one is voided.
#[derive(Debug, Clone)]
pub(crate) struct OutcomeResponse(pub(super) Response);

impl From<Response> for OutcomeResponse {
    fn from(response: Response) -> Self {
        Self(response)
    }
}

/// The band of this key, where the measure still has it.
pub(super) fn band(context: &Context<'_>, response: &Response) -> Result<Option<OutcomeBand>> {
    let (language, measure) = (language(context)?, measure(&response.measure));
    let found = measure.zip(response.band.as_deref());
    Ok(found.and_then(|(measure, key)| Some(OutcomeBand::of(measure, measure.band(key)?, language))))
}

/// What an outcome measure was answered by, with its score. It is never edited; a mistaken one is voided.
#[Object]
impl OutcomeResponse {
    /// TypeID `outcome_…`.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::OutcomeResponse, self.0.id)
    }

    /// The patient.
    async fn patient_id(&self) -> ID {
        encode(Kind::Patient, self.0.patient_id)
    }

    /// The measure; none where it is no more.
    async fn measure(&self) -> Option<OutcomeMeasure> {
        OutcomeMeasure::named(&self.0.measure)
    }

    /// The version of its definition by which it was scored.
    async fn definition_version(&self) -> i32 {
        self.0.version
    }

    /// In what the score is.
    async fn unit(&self) -> OutcomeUnit {
        self.0.unit.into()
    }

    /// When it was answered.
    async fn answered_at(&self) -> DateTime {
        self.0.answered_at.into()
    }

    /// The patient-local date of it, by the offset that was given.
    async fn local_date(&self) -> LocalDate {
        self.0.local_date.into()
    }

    /// The score, in the unit; none where too little was answered.
    async fn score(&self) -> Option<f64> {
        self.0.score
    }

    /// The band that the score is in; none where the measure has none for it.
    async fn band(&self, context: &Context<'_>) -> Result<Option<OutcomeBand>> {
        band(context, &self.0)
    }

    /// The scores of the parts of the measure; of activities that the patient named, each of them.
    async fn parts(&self, context: &Context<'_>) -> Result<Vec<OutcomePart>> {
        let (language, measure) = (language(context)?, measure(&self.0.measure));
        let given = &self.0.content;
        Ok(given.parts.iter().map(|part| OutcomePart::of(measure, given, part, language)).collect())
    }

    /// The answers as they were given, by item; what is missing was not answered.
    async fn answers(&self) -> Vec<OutcomeAnswer> {
        let answers = self.0.content.answers.iter();
        answers.map(|(item, value)| OutcomeAnswer { item: item.to_string(), value: *value }).collect()
    }

    /// The activities that the patient named, by the order of their items.
    async fn activities(&self) -> &[String] {
        &self.0.content.activities
    }

    /// Whether the patient recorded it; else a clinician did.
    async fn by_patient(&self) -> bool {
        self.0.by_patient
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        self.0.recorded_at.into()
    }

    /// When it was taken back as mistaken.
    async fn voided_at(&self) -> Option<DateTime> {
        self.0.voided_at.map(DateTime::from)
    }

    /// Why.
    async fn void_reason(&self) -> Option<&str> {
        self.0.void_reason.as_deref()
    }
}
