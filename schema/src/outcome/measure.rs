//! What an outcome measure is, and what it asks.

use crate::context::{language, scope};
use crate::error::raise;
use crate::library::RuleBasis;
use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use care::access::Scope;
use care::library::Language;
use care::outcome::{Band, ClinicTexts, Measure, Text, clinic_texts};
use tokio::sync::OnceCell;

/// In what a score is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::outcome::Unit")]
pub(crate) enum OutcomeUnit {
    /// Points, as they are added up or averaged.
    Points,
    /// Percent of the most that the answered items could have.
    Percent,
}

/// Which of two scores is better.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::outcome::Better")]
pub(crate) enum OutcomeBetter {
    /// The lower.
    Lower,
    /// The higher.
    Higher,
}

/// The texts that the clinic is licensed to use: read once a request, whatever measures ask for them.
#[derive(Debug, Default)]
pub(crate) struct MeasureTexts(OnceCell<ClinicTexts>);

impl MeasureTexts {
    async fn of(&self, scope: &Scope) -> Result<&ClinicTexts> {
        self.0.get_or_try_init(|| clinic_texts(scope)).await.map_err(raise)
    }
}

/// An outcome measure: a questionnaire by which it is seen whether care helps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutcomeMeasure(&'static Measure);

impl From<&'static Measure> for OutcomeMeasure {
    fn from(measure: &'static Measure) -> Self {
        Self(measure)
    }
}

impl OutcomeMeasure {
    /// The measure of this key; none where it is no more.
    pub(crate) fn named(key: &str) -> Option<Self> {
        care::outcome::measure(key).map(Self)
    }

    async fn text<'a>(&self, context: &'a Context<'_>) -> Result<Option<&'a Text>> {
        let language = language(context)?;
        if let Some(own) = self.0.own_text(language) {
            return Ok(Some(own));
        }
        let texts = context.data::<MeasureTexts>()?.of(scope(context)?).await?;
        Ok(texts.of(self.0, language))
    }
}

/// A band of scores.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct OutcomeBand {
    /// Its key: `MODERATE`.
    key: String,
    /// What it is called, in the language asked for.
    name: &'static str,
    /// Whether who is in it has recovered, or nearly.
    best: bool,
}

impl OutcomeBand {
    pub(super) fn of(measure: &'static Measure, band: &Band, language: Language) -> Self {
        let name = measure.band_name(&band.key, language);
        Self { key: band.key.clone(), name, best: band.best }
    }
}

/// An answer that an item can have.
#[derive(SimpleObject, Debug, Clone)]
struct OutcomeOption {
    /// What to give as `value`.
    value: i32,
    /// What it says.
    text: String,
}

/// An item of an outcome measure.
#[derive(SimpleObject, Debug, Clone)]
struct OutcomeItem {
    /// Its number, from 1: what to give as `item`.
    key: String,
    /// What is asked or said; none where the clinic has no text of the measure.
    text: Option<String>,
    /// The lowest value that it can be answered by.
    min: i32,
    /// The highest.
    max: i32,
    /// What the lowest value means, on a scale.
    low: Option<String>,
    /// What the highest means.
    high: Option<String>,
    /// The answers to choose from, in the order they are shown. None on a scale from `min` to `max`, and where it
    /// is ticked (1) or not (0).
    options: Vec<OutcomeOption>,
}

impl OutcomeItem {
    fn of(measure: &Measure, number: u8, text: Option<&Text>) -> Self {
        let values = measure.values(number).unwrap_or_default();
        let item = text.and_then(|text| text.item(number));
        let options = text.map(|text| text.options(measure, number)).unwrap_or_default();
        let option = |(value, text): (i32, &str)| OutcomeOption { value, text: text.to_owned() };
        Self {
            key: number.to_string(),
            text: item.map(|item| item.text.clone()),
            min: values.first().copied().unwrap_or_default(),
            max: values.last().copied().unwrap_or_default(),
            low: item.and_then(|item| item.low.clone()),
            high: item.and_then(|item| item.high.clone()),
            options: options.into_iter().map(option).collect(),
        }
    }
}

/// An outcome measure: a questionnaire by which it is seen whether care helps. It diagnoses nothing, and clears
/// nobody.
#[Object]
impl OutcomeMeasure {
    /// Its key: `odi`.
    pub(crate) async fn key(&self) -> &str {
        &self.0.key
    }

    /// What it is called, in the language asked for.
    async fn name(&self, context: &Context<'_>) -> Result<&'static str> {
        Ok(self.0.name(language(context)?))
    }

    /// The version of its definition. Every response keeps the one by which it was scored.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// In what its score is.
    async fn unit(&self) -> OutcomeUnit {
        self.0.unit.into()
    }

    /// Which of two scores is better.
    async fn better(&self) -> OutcomeBetter {
        self.0.better.into()
    }

    /// The lowest score, in its unit.
    async fn least_score(&self) -> f64 {
        self.0.range().0
    }

    /// The highest score, in its unit.
    async fn most_score(&self) -> f64 {
        self.0.range().1
    }

    /// The bands of scores, in the order in which they are looked through.
    async fn bands(&self, context: &Context<'_>) -> Result<Vec<OutcomeBand>> {
        let language = language(context)?;
        Ok(self.0.bands.iter().map(|band| OutcomeBand::of(self.0, band, language)).collect())
    }

    /// How many items it has; the most, where the patient names them.
    async fn item_count(&self) -> i32 {
        self.0.item_count().into()
    }

    /// With fewer answers it is refused.
    async fn least_answered(&self) -> i32 {
        self.0.least_answered.into()
    }

    /// The fewest activities that the patient names, where the items are such; then give them as `activities`.
    async fn least_activities(&self) -> Option<i32> {
        self.0.activities().map(|(least, _)| least.into())
    }

    /// Whether the items belong to others, so that the clinic has to bring their text.
    async fn licensed(&self) -> bool {
        self.0.licensed
    }

    /// Whose the text is, in English.
    async fn license(&self) -> &str {
        &self.0.license
    }

    /// Whether there is a text by which patients can be asked; else answers can be entered from paper.
    async fn has_text(&self, context: &Context<'_>) -> Option<Result<bool>> {
        Some(self.text(context).await.map(|text| text.is_some()))
    }

    /// What is said before the items, in the language asked for, else in another; none where there is no text.
    async fn instruction(&self, context: &Context<'_>) -> Option<Result<String>> {
        self.text(context).await.map(|text| text.map(|text| text.instruction.clone())).transpose()
    }

    /// The items in their order, in the language asked for, else in another.
    async fn items(&self, context: &Context<'_>) -> Option<Result<Vec<OutcomeItem>>> {
        let items = |text: Option<&Text>| {
            (1..=self.0.item_count()).map(|number| OutcomeItem::of(self.0, number, text)).collect()
        };
        Some(self.text(context).await.map(items))
    }

    /// Where the rules of its score and of its changes are from.
    async fn basis(&self) -> RuleBasis {
        self.0.basis.into()
    }

    /// Their source, or who is to review them.
    async fn source(&self) -> &str {
        &self.0.source
    }
}
