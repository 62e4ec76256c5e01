//! What can be done in a visit, and what was.

use crate::context::language;
use crate::library::RuleBasis;
use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use care::library::Language;
use care::visit::{Guideline, Notice, Treated};

/// Who works in a treatment.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::visit::TreatmentKind")]
enum TreatmentKind {
    /// The patient moves.
    Active,
    /// Something is done to the patient.
    Passive,
}

/// A part of the body.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::visit::BodyRegion")]
pub(super) enum BodyRegion {
    /// The neck.
    Neck,
    /// The upper back.
    UpperBack,
    /// The lower back.
    LowerBack,
    /// The pelvis and the sacrum.
    Pelvis,
    /// A shoulder.
    Shoulder,
    /// An arm or hand.
    Arm,
    /// A hip.
    Hip,
    /// A leg or foot.
    Leg,
    /// All of it.
    WholeBody,
}

/// How the patient was right after a treatment.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::visit::Response")]
pub(super) enum TreatmentResponse {
    /// Better than before.
    Better,
    /// As before.
    Same,
    /// Worse than before.
    Worse,
}

/// What a guideline says to a treatment. It forbids nothing.
#[derive(SimpleObject)]
struct TreatmentGuideline {
    /// Its key.
    key: &'static str,
    /// What it says, in the language asked for; English where there are no words.
    text: &'static str,
    /// Where it is from.
    basis: RuleBasis,
    /// Its source.
    source: &'static str,
}

impl TreatmentGuideline {
    fn new(guideline: &'static Guideline, language: Language) -> Self {
        let (key, source) = (&guideline.key, &guideline.source);
        Self { key, text: guideline.text(language), basis: guideline.basis.into(), source }
    }
}

/// Something that can be done in a visit.
#[derive(SimpleObject)]
pub(super) struct Treatment {
    /// Its key, by which `recordVisit` takes it.
    key: &'static str,
    /// Its name, in the language asked for; English where there is none.
    name: &'static str,
    /// Who works.
    kind: TreatmentKind,
    /// What a guideline says to it, to be shown beside it. Silence recommends nothing.
    guideline: Option<TreatmentGuideline>,
}

impl Treatment {
    pub(super) fn new(treatment: &'static care::visit::Treatment, language: Language) -> Self {
        Self {
            key: &treatment.key,
            name: treatment.name(language),
            kind: treatment.kind.into(),
            guideline: treatment.guideline().map(|guideline| TreatmentGuideline::new(guideline, language)),
        }
    }
}

/// A treatment as it was done.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct VisitTreatment {
    /// The key of the treatment.
    key: String,
    /// How long, in minutes.
    minutes: i32,
    /// What was treated.
    body_region: BodyRegion,
    /// How the patient was right after it; none where it was not noted.
    response: Option<TreatmentResponse>,
    /// What was noted; for clinicians only.
    note: Option<String>,
}

#[ComplexObject]
impl VisitTreatment {
    /// The treatment; none when there no longer is one of this key.
    async fn treatment(&self, context: &Context<'_>) -> Result<Option<Treatment>> {
        let language = language(context)?;
        Ok(care::visit::treatment(&self.key).map(|treatment| Treatment::new(treatment, language)))
    }
}

impl From<Treated> for VisitTreatment {
    fn from(treated: Treated) -> Self {
        Self {
            key: treated.treatment,
            minutes: treated.minutes,
            body_region: treated.body_region.into(),
            response: treated.response.map(TreatmentResponse::from),
            note: treated.note,
        }
    }
}

/// What a guideline says to a visit that was recorded. It forbids nothing.
#[derive(SimpleObject)]
pub(super) struct VisitNotice {
    /// The key of the guideline.
    guideline: &'static str,
    /// What it says, in the language asked for; English where there are no words.
    text: &'static str,
    /// Where it is from.
    basis: RuleBasis,
    /// Its source.
    source: &'static str,
    /// The keys of the treatments concerned.
    treatments: Vec<String>,
}

impl VisitNotice {
    pub(super) fn new(notice: Notice, language: Language) -> Self {
        let TreatmentGuideline { key, text, basis, source } =
            TreatmentGuideline::new(notice.guideline, language);
        Self { guideline: key, text, basis, source, treatments: notice.treatments }
    }
}
