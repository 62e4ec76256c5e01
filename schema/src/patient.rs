//! Patients: what is known of them, adding them, inviting them to the app.

mod change;

pub(crate) use change::{Invitation, PatientMutation};

use crate::alert::Alert;
use crate::assessment::{Assessment, BodySide, MotionRegion, MovementDirection, RangeOfMotionPoint};
use crate::caseload::{self, CaseloadRow};
use crate::context::scope;
use crate::education::{self, EducationAssignment};
use crate::error::raise;
use crate::goal::Goal;
use crate::id::{encode, named};
use crate::library;
use crate::member::Member;
use crate::message::{self, Message};
use crate::monitoring::{self, Monitoring};
use crate::outcome::{self, OutcomeAssignment, OutcomeDue, OutcomeResponse, OutcomeTrend};
use crate::page::{self, Listed};
use crate::program::Program;
use crate::progress::{
    self, AdherenceTrendPoint, PainRating, PainTrendPoint, ProgressLog, ProgressSummary, TrendBucket,
};
use crate::reminder::ReminderKind;
use crate::scalar::{DateTime, LocalDate, LocalTime, TimeZone};
use crate::suggestion::{self, Suggestion};
use crate::timeline::{self, TimelineEntry, TimelineKind};
use crate::visit::{self, Visit};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use care::id::Kind;
use care::progress::Range;

/// Whose zone decides what a patient's day is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::patient::ZonePolicy")]
pub(crate) enum ZonePolicy {
    /// The zone that the patient's device last reported.
    FollowDevice,
    /// The zone that was set, wherever the device is.
    Fixed,
}

/// The daily stretch in which no reminder comes, on the patient's clock; it may span midnight.
#[derive(SimpleObject, Debug, Clone, Copy)]
pub(crate) struct QuietHours {
    /// The first quiet minute.
    start: LocalTime,
    /// The first minute that is no longer quiet.
    end: LocalTime,
}

/// A condition recorded of a patient.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct PatientCondition {
    /// The key of the condition in the library.
    key: String,
    /// The side, if one was recorded.
    side: Option<BodySide>,
    /// A vertebra, or two neighbors, if they were recorded: `L5`, `L4/L5`.
    level: Option<String>,
    /// The patient's local date on which it was recorded.
    noted_on: LocalDate,
    /// The condition; none when the library no longer has it.
    condition: Option<library::Condition>,
}

impl From<care::patient::Condition> for PatientCondition {
    fn from(noted: care::patient::Condition) -> Self {
        let care::patient::Diagnosis { key, side, level } = noted.diagnosis;
        let condition = care::library::condition(&key).map(library::Condition::from);
        Self { key, side: side.map(BodySide::from), level, noted_on: LocalDate(noted.noted_on), condition }
    }
}

/// A patient.
#[derive(Debug, Clone)]
pub(crate) struct Patient(care::patient::Patient);

impl From<care::patient::Patient> for Patient {
    fn from(patient: care::patient::Patient) -> Self {
        Self(patient)
    }
}

/// A patient of a clinic.
#[Object]
impl Patient {
    /// TypeID `patient_…`.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Patient, self.0.id)
    }

    /// Full name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Birth date, if recorded.
    async fn birth_date(&self) -> Option<LocalDate> {
        self.0.birth_date.map(LocalDate)
    }

    /// E-mail address, if recorded.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Day of the spine surgery, if there was one.
    async fn surgery_on(&self) -> Option<LocalDate> {
        self.0.surgery_on.map(LocalDate)
    }

    /// The patient's language: a BCP 47 tag.
    async fn language(&self) -> &str {
        &self.0.language
    }

    /// The zone in which the patient's days are counted.
    async fn time_zone(&self) -> TimeZone {
        TimeZone(self.0.time_zone.clone())
    }

    /// Whose zone that is.
    async fn zone_policy(&self) -> ZonePolicy {
        self.0.zone_policy.into()
    }

    /// When no reminder may come; none when not set.
    async fn quiet_hours(&self) -> Option<QuietHours> {
        let (start, end) = self.0.quiet_hours.as_ref()?;
        Some(QuietHours { start: LocalTime(start.parse().ok()?), end: LocalTime(end.parse().ok()?) })
    }

    /// The kinds of reminders of which no push comes.
    async fn muted_reminders(&self) -> Vec<ReminderKind> {
        care::reminder::muted(&self.0).into_iter().map(ReminderKind::from).collect()
    }

    /// The country whose emergency number is shown: an ISO 3166 alpha-2 code.
    async fn emergency_country(&self) -> &str {
        &self.0.emergency_country
    }

    /// Whether the patient has an account in the app.
    async fn has_account(&self) -> bool {
        self.0.has_account
    }

    /// When the patient last performed a session; until the first, when the patient was added.
    async fn last_activity_at(&self) -> DateTime {
        self.0.last_activity_at.into()
    }

    /// When the patient was added.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Since when signs of danger wait to be looked at: see `redFlagScreens` and `resolveRedFlags`.
    async fn red_flags_since(&self) -> Option<DateTime> {
        self.0.danger_since.map(DateTime::from)
    }

    /// Since when signs of whatever concern wait to be looked at, those of danger too: until then no next phase
    /// of a program is entered. See `redFlagScreens` and `resolveRedFlags`.
    async fn red_flag_review_since(&self) -> Option<DateTime> {
        self.0.review_since.map(DateTime::from)
    }

    /// Since when a screen for signs of danger is due, after red pain; any later screen answers it.
    async fn red_flag_screen_due(&self) -> Option<DateTime> {
        self.0.screen_due_since.map(DateTime::from)
    }

    /// The alerts that are not resolved, the gravest first. Clinicians only.
    async fn open_alerts(&self, context: &Context<'_>) -> Option<Result<Vec<Alert>>> {
        Some(crate::alert::open(context, self.0.id).await)
    }

    /// What the caseload says of the patient. Clinicians only.
    async fn caseload(&self, context: &Context<'_>) -> Option<Result<CaseloadRow>> {
        Some(caseload::of_patient(context, self.0.id).await)
    }

    /// What is suggested: a hold alone, else less of exercises, then more. Clinicians only. See
    /// `acceptSuggestion` and `rejectSuggestion`.
    async fn suggestions(&self, context: &Context<'_>) -> Option<Result<Vec<Suggestion>>> {
        Some(suggestion::of(context, self.0.id).await)
    }

    /// When the patient's care ended, if it has.
    async fn discharged_at(&self) -> Option<DateTime> {
        self.0.discharged_at.map(DateTime::from)
    }

    /// Who of the staff may see the patient.
    async fn care_team(&self, context: &Context<'_>) -> Result<Vec<Member>> {
        let team = care::patient::care_team(scope(context)?, self.0.id).await.map_err(raise)?;
        Ok(team.into_iter().map(Member::from).collect())
    }

    /// The conditions recorded that have not ended, oldest first.
    async fn conditions(&self, context: &Context<'_>) -> Result<Vec<PatientCondition>> {
        let noted = care::patient::conditions(scope(context)?, self.0.id).await.map_err(raise)?;
        Ok(noted.into_iter().map(PatientCondition::from).collect())
    }

    /// The goals, first set first.
    async fn goals(&self, context: &Context<'_>) -> Result<Vec<Goal>> {
        crate::goal::all(context, self.0.id).await
    }

    /// The outcome measures that the patient is asked, those that have ended too, the newest first.
    async fn outcome_assignments(&self, context: &Context<'_>) -> Result<Vec<OutcomeAssignment>> {
        outcome::assignments(context, self.0.id).await
    }

    /// The outcome measures that the patient is to answer today, what waits longest first.
    async fn outcomes_due(&self, context: &Context<'_>) -> Result<Vec<OutcomeDue>> {
        outcome::due(context, self.0.id).await
    }

    /// What the patient has answered to outcome measures, the voided too, last answered first.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn outcomes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key of a measure; of all when missing.")] measure: Option<String>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<OutcomeResponse>>> {
        let request = page::request(first, after, last, before);
        Some(outcome::all(context, self.0.id, measure.as_deref(), &request).await)
    }

    /// What has become of an outcome measure since the first response.
    async fn outcome_trend(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key of the measure: `odi`.")] measure: String,
    ) -> Option<Result<OutcomeTrend>> {
        Some(outcome::trend(context, self.0.id, &measure).await)
    }

    /// When the next assessment is due, by the newest that is not voided; none where that does not say.
    async fn reassessment_due_on(&self, context: &Context<'_>) -> Option<Result<LocalDate>> {
        crate::assessment::next_on(context, self.0.id).await.transpose()
    }

    /// The assessments, the voided too, last recorded first. Clinicians only: patients see their goals and
    /// the date of the next one.
    async fn assessments(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Assessment>>> {
        let request = page::request(first, after, last, before);
        Some(crate::assessment::all(context, self.0.id, &request).await)
    }

    /// The program that the patient follows now, also while on hold.
    async fn program(&self, context: &Context<'_>) -> Option<Result<Program>> {
        crate::program::current(context, self.0.id).await.transpose()
    }

    /// All programs, newest first; patients do not see drafts.
    async fn programs(&self, context: &Context<'_>) -> Result<Vec<Program>> {
        crate::program::all(context, self.0.id).await
    }

    /// The session logs that stand, last performed first.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn progress_logs(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: Option<LocalDate>,
        #[graphql(desc = "The last local date.")] to: Option<LocalDate>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
        #[graphql(desc = "Those that were voided too; clinicians only.", default)] voided: bool,
    ) -> Option<Result<Listed<ProgressLog>>> {
        let range = Range { from: from.map(|date| date.0), to: to.map(|date| date.0) };
        let request = page::request(first, after, last, before);
        Some(progress::logs(context, self.0.id, range, voided, &request).await)
    }

    /// Pain rated outside of sessions, newest first; voided ratings left out.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn pain_ratings(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: Option<LocalDate>,
        #[graphql(desc = "The last local date.")] to: Option<LocalDate>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<PainRating>>> {
        let request = page::request(first, after, last, before);
        Some(progress::ratings(context, self.0.id, (from, to), &request).await)
    }

    /// Pain over time; stretches in which none was told have no point.
    async fn pain_trend(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: LocalDate,
        #[graphql(desc = "The last local date.")] to: LocalDate,
        #[graphql(desc = "What there is one point for.")] bucket: TrendBucket,
    ) -> Option<Result<Vec<PainTrendPoint>>> {
        Some(progress::pain_trend(context, self.0.id, (from, to), bucket).await)
    }

    /// Adherence over time. So many times a week are asked of a week, not of a day: points of days leave them out.
    async fn adherence_trend(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: LocalDate,
        #[graphql(desc = "The last local date.")] to: LocalDate,
        #[graphql(desc = "What there is one point for.")] bucket: TrendBucket,
    ) -> Option<Result<Vec<AdherenceTrendPoint>>> {
        Some(progress::adherence_trend(context, self.0.id, (from, to), bucket).await)
    }

    /// How far a part of the body has moved from assessment to assessment, voided ones left out, the earliest
    /// first. Clinicians only.
    async fn range_of_motion_trend(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The part.")] region: MotionRegion,
        #[graphql(desc = "Where to.")] direction: MovementDirection,
        #[graphql(desc = "Of a limb, which.")] side: Option<BodySide>,
    ) -> Option<Result<Vec<RangeOfMotionPoint>>> {
        Some(crate::assessment::range_of_motion(context, self.0.id, (region, direction, side)).await)
    }

    /// The visits, those to come included, the last to begin first.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn visits(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: Option<LocalDate>,
        #[graphql(desc = "The last local date.")] to: Option<LocalDate>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Visit>>> {
        let request = page::request(first, after, last, before);
        Some(visit::visits(context, self.0.id, (from, to), &request).await)
    }

    /// The thread of messages between the patient and their care team, last sent first. Reading it marks
    /// nothing as read.
    async fn messages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Message>>> {
        let request = page::request(first, after, last, before);
        Some(message::thread(context, self.0.id, &request).await)
    }

    /// All that happened, newest first; what is yet to come is left out. Patients see neither assessments nor
    /// alerts, nor drafts of programs.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn timeline(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of these kinds alone; all when missing.")] kinds: Option<Vec<TimelineKind>>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<TimelineEntry>>> {
        let request = page::request(first, after, last, before);
        Some(timeline::timeline(context, self.0.id, kinds, &request).await)
    }

    /// What of a month counts for remote therapeutic monitoring. Clinicians only.
    async fn monitoring(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first day of the month, on the patient's clock.")] month: LocalDate,
    ) -> Option<Result<Monitoring>> {
        Some(monitoring::month(context, self.0.id, month).await)
    }

    /// Messages of the thread that you have not read: as the patient, or as the care team as a whole.
    async fn unread_messages(&self, context: &Context<'_>) -> Option<Result<u32>> {
        Some(message::unread(context, self.0.id).await)
    }

    /// The articles that the patient was assigned, is to read in the phase of the program, or has read; last
    /// first.
    async fn education(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<EducationAssignment>>> {
        let request = page::request(first, after, last, before);
        Some(education::list(context, self.0.id, &request).await)
    }

    /// Adherence and pain over a stretch of days.
    async fn progress_summary(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: LocalDate,
        #[graphql(desc = "The last local date, at most a year later.")] to: LocalDate,
    ) -> Option<Result<ProgressSummary>> {
        Some(progress::summary(context, self.0.id, from, to).await)
    }
}

#[derive(Default)]
pub(crate) struct PatientQuery;

#[Object]
impl PatientQuery {
    /// The patient of this id: one of your care teams, or yourself.
    async fn patient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "TypeID `patient_…`.")] id: ID,
    ) -> Option<Result<Patient>> {
        Some(patient(context, &id).await)
    }
}

async fn patient(context: &Context<'_>, id: &ID) -> Result<Patient> {
    let scope = scope(context)?;
    let id = named(Kind::Patient, id).map_err(raise)?;
    Ok(care::patient::get(scope, id).await.map_err(raise)?.into())
}
