//! Screens for signs of danger.

use crate::context::{acting_patient, language, scope};
use crate::error::{UserError, payload, raise, settle};
use crate::id::{self, chosen, encode};
use crate::library::RuleBasis;
use crate::page::{self, Listed};
use crate::patient::Patient;
use crate::scalar::DateTime;
use crate::server_info::emergency_number;
use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use care::assessment::{Finding, Level, NewScreen, Screen, Sign};
use care::error::Error;
use care::id::Kind;

/// How much concern signs of danger give.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::Level")]
pub(crate) enum RedFlagLevel {
    /// To be looked at at the next contact; no progression until then.
    Review,
    /// To be looked at on the same day. The program rests.
    Urgent,
    /// An emergency now. The program rests.
    Emergency,
}

/// A sign of danger that is asked for.
#[derive(SimpleObject)]
#[graphql(complex)]
struct RedFlagSign {
    #[graphql(skip)]
    sign: &'static Sign,
    /// Its key.
    key: String,
    /// The key of what it points to.
    cluster: String,
    /// Whether it is found by examination, and not asked of patients.
    by_examination: bool,
}

#[ComplexObject]
impl RedFlagSign {
    /// The question, or what is looked for, in the language asked for.
    async fn question(&self, context: &Context<'_>) -> Result<&str> {
        Ok(self.sign.text(language(context)?))
    }
}

impl From<&'static Sign> for RedFlagSign {
    fn from(sign: &'static Sign) -> Self {
        let (key, cluster) = (sign.key.clone(), sign.cluster.clone());
        Self { sign, key, cluster, by_examination: sign.clinic }
    }
}

/// What signs point to. That there is none clears nobody.
#[derive(SimpleObject)]
struct RedFlagFinding {
    /// The key of what it is.
    cluster: String,
    /// How much concern.
    level: RedFlagLevel,
    /// Where the rule is from.
    basis: RuleBasis,
    /// Its source, or who is to review it.
    source: String,
}

impl From<Finding> for RedFlagFinding {
    fn from(finding: Finding) -> Self {
        let (level, basis) = (finding.level.into(), finding.basis.into());
        Self { cluster: finding.cluster, level, basis, source: finding.source }
    }
}

/// What to do now.
#[derive(SimpleObject)]
#[graphql(complex)]
struct RedFlagAdvice {
    /// How grave it is.
    level: RedFlagLevel,
    /// The number that calls an ambulance where the patient is.
    emergency_number: String,
}

#[ComplexObject]
impl RedFlagAdvice {
    /// What to do, in a few sentences in the language asked for. Show an `EMERGENCY` on the whole screen.
    async fn text(&self, context: &Context<'_>) -> Result<String> {
        Ok(Level::from(self.level).advice(language(context)?, &self.emergency_number))
    }
}

/// The answers to a screen for signs of danger.
#[derive(SimpleObject)]
pub(crate) struct RedFlagScreen {
    /// TypeID `screen_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// When it was recorded.
    screened_at: DateTime,
    /// The member who asked; none where the patient told of their own accord.
    member_id: Option<ID>,
    /// The keys of the signs that are there.
    signs: Vec<String>,
    /// In the words of who answered.
    note: Option<String>,
    /// What they point to, the gravest first.
    findings: Vec<RedFlagFinding>,
    /// What to do now; none where no rule speaks, which clears nobody.
    advice: Option<RedFlagAdvice>,
    /// When a therapist has looked at it.
    resolved_at: Option<DateTime>,
    /// What they found and did.
    resolution: Option<String>,
}

impl From<Screen> for RedFlagScreen {
    fn from(screen: Screen) -> Self {
        let number = emergency_number(&screen.emergency_country);
        let advice = screen
            .level()
            .map(|level| RedFlagAdvice { level: level.into(), emergency_number: number.to_owned() });
        Self {
            id: encode(Kind::RedFlagScreen, screen.id),
            screened_at: screen.screened_at.into(),
            member_id: screen.member_id.map(|id| encode(Kind::Member, id)),
            signs: screen.signs,
            note: screen.note,
            resolved_at: screen.resolved_at.map(DateTime::from),
            resolution: screen.resolution,
            findings: screen.findings.into_iter().map(RedFlagFinding::from).collect(),
            advice,
        }
    }
}

/// What a patient has noticed.
#[derive(InputObject)]
struct ReportSymptomsInput {
    /// TypeID `screen_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The keys of the signs that are there, of `redFlagSigns`; empty when all were answered with no.
    signs: Vec<String>,
    /// In the patient's words, at most 2,000 characters.
    note: Option<String>,
}

/// What a clinician has asked and found.
#[derive(InputObject)]
struct RecordRedFlagScreenInput {
    /// TypeID `screen_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// The keys of the signs that are there, of `redFlagSigns`; empty when there is none.
    signs: Vec<String>,
    /// What else was found, at most 2,000 characters.
    note: Option<String>,
}

/// What was done about signs of danger.
#[derive(InputObject)]
struct ResolveRedFlagsInput {
    /// The patient.
    patient_id: ID,
    /// What was found and done, 10 to 500 characters.
    reason: String,
    /// The newest of `redFlagScreens` that you have seen. When signs wait that were told after it, the answer is
    /// `CONFLICT` and nothing changes: look at them first. Dashboards send it always.
    newest_screen_id: Option<ID>,
}

payload! {
    /// What noting what was done about signs of danger answers.
    ResolveRedFlagsPayload {
        /// The patient.
        patient: Patient
    }
}

/// What telling of symptoms answers.
#[derive(SimpleObject)]
struct ReportSymptomsPayload {
    /// The screen, with what to do now.
    screen: Option<RedFlagScreen>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What recording a screen answers.
#[derive(SimpleObject)]
struct RecordRedFlagScreenPayload {
    /// The screen, with what to do now.
    screen: Option<RedFlagScreen>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What is asked about signs of danger.
#[derive(Default)]
pub(crate) struct RedFlagQuery;

#[Object]
impl RedFlagQuery {
    /// The signs of danger, in the order in which they are asked.
    async fn red_flag_signs(&self, context: &Context<'_>) -> Result<Vec<RedFlagSign>> {
        scope(context)?;
        Ok(care::assessment::signs().iter().map(RedFlagSign::from).collect())
    }

    /// The screens of a patient, newest first; of one's own when `patientId` is missing.
    async fn red_flag_screens(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The patient; who acts when missing.")] patient_id: Option<ID>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<RedFlagScreen>>> {
        let listed = async {
            let scope = scope(context)?;
            let patient_id = match patient_id {
                Some(id) => id::input(Kind::Patient, "patientId", &id).map_err(|_| raise(Error::NotFound))?,
                None => acting_patient(scope)?,
            };
            let request = page::request(first, after, last, before);
            let page = care::assessment::screens(scope, patient_id, &request).await.map_err(raise)?;
            Ok(page::listed("redFlagScreens", page, RedFlagScreen::from))
        };
        Some(listed.await)
    }
}

/// The changes about signs of danger.
#[derive(Default)]
pub(crate) struct RedFlagMutation;

#[Object]
impl RedFlagMutation {
    /// Tells of signs of danger, at any time. Where they mean one, the answer says what to do and whom to
    /// call, the program rests until a clinician releases it, and the care team is told. Patients only.
    async fn report_symptoms(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What the patient has noticed.")] input: ReportSymptomsInput,
    ) -> Result<ReportSymptomsPayload> {
        let scope = scope(context)?;
        let screened = async {
            let id = chosen(Kind::RedFlagScreen, input.id.as_ref())?;
            let screen = NewScreen { id, patient_id: None, signs: input.signs, note: input.note };
            care::assessment::screen(scope, screen).await
        };
        let (screen, user_errors) = settle(screened.await)?;
        Ok(ReportSymptomsPayload { screen: screen.map(RedFlagScreen::from), user_errors })
    }

    /// Records a screen for signs of danger. Where they mean one, the program rests until it is released,
    /// and the care team is told. Clinicians of the care team only.
    async fn record_red_flag_screen(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was asked and found.")] input: RecordRedFlagScreenInput,
    ) -> Result<RecordRedFlagScreenPayload> {
        let scope = scope(context)?;
        let screened = async {
            let id = chosen(Kind::RedFlagScreen, input.id.as_ref())?;
            let patient_id = Some(id::input(Kind::Patient, "patientId", &input.patient_id)?);
            let screen = NewScreen { id, patient_id, signs: input.signs, note: input.note };
            care::assessment::screen(scope, screen).await
        };
        let (screen, user_errors) = settle(screened.await)?;
        Ok(RecordRedFlagScreenPayload { screen: screen.map(RedFlagScreen::from), user_errors })
    }

    /// Notes what was found and done about all signs of danger that wait; until then no program of the
    /// patient is released or activated. Therapists of the care team only.
    async fn resolve_red_flags(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was done.")] input: ResolveRedFlagsInput,
    ) -> Result<ResolveRedFlagsPayload> {
        let scope = scope(context)?;
        let resolved = async {
            let patient_id = id::input(Kind::Patient, "patientId", &input.patient_id)?;
            let seen = input.newest_screen_id.map(|id| id::input(Kind::RedFlagScreen, "newestScreenId", &id));
            care::assessment::resolve(scope, patient_id, &input.reason, seen.transpose()?).await
        };
        ResolveRedFlagsPayload::of(resolved.await)
    }
}
