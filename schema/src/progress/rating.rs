//! Pain rated outside of sessions.

use super::change::ProgressFeedback;
use crate::context::{acting_patient, language, scope};
use crate::error::{UserError, raise, settle};
use crate::id;
use crate::page::{self, Listed};
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use care::error::{Code, Error, FieldError};
use care::id::Kind;
use care::page::Request;
use care::progress::{NewRating, Range};
use uuid::Uuid;

/// What a rating of pain is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::Moment")]
pub(crate) enum PainMoment {
    /// Pain as it is at that instant, outside of exercise.
    Now,
    /// Pain in the morning after a session.
    NextMorning,
}

/// Pain that a patient rated outside of a session.
#[derive(SimpleObject)]
pub(crate) struct PainRating {
    /// TypeID `pain_…`, as the client chose it.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// When it was felt.
    rated_at: DateTime,
    /// The patient-local date of it, by the offset that was told.
    local_date: LocalDate,
    /// What it is about.
    moment: PainMoment,
    /// 0 to 10.
    pain: i32,
    /// The patient's words.
    note: Option<String>,
    /// When it was recorded.
    recorded_at: DateTime,
}

impl From<care::progress::PainRating> for PainRating {
    fn from(rating: care::progress::PainRating) -> Self {
        Self {
            id: id::encode(Kind::PainRating, rating.id),
            rated_at: rating.rated_at.into(),
            local_date: LocalDate(rating.local_date),
            moment: rating.moment.into(),
            pain: rating.pain.into(),
            note: rating.note,
            recorded_at: rating.recorded_at.into(),
        }
    }
}

/// Pain as the patient rates it, perhaps offline and some time ago.
#[derive(InputObject)]
pub(crate) struct RecordPainInput {
    /// Chosen by the client (`pain_…` with a UUIDv7): the same id and content again change nothing.
    id: ID,
    /// When it was felt, within the past year. Its offset decides the local date.
    rated_at: DateTime,
    /// What it is about.
    moment: PainMoment,
    /// 0 to 10.
    pain: i32,
    /// At most 2,000 characters.
    note: Option<String>,
}

impl RecordPainInput {
    fn read(self) -> care::error::Result<NewRating> {
        let malformed = || FieldError::new("id", Code::Malformed, "Give a TypeID of the form pain_…");
        Ok(NewRating {
            id: Kind::PainRating.decode(&self.id).ok_or_else(malformed)?,
            rated_at: self.rated_at.instant,
            offset_seconds: self.rated_at.offset_seconds,
            moment: self.moment.into(),
            pain: self.pain,
            note: self.note,
        })
    }
}

/// The pain that was recorded.
#[derive(SimpleObject)]
pub(crate) struct RecordPainPayload {
    /// The rating as it stands.
    pain_rating: Option<PainRating>,
    /// What it says, seen with the last session; null where it raises no concern, for it clears nobody.
    feedback: Option<ProgressFeedback>,
    /// What is wrong with the input; nothing was changed then.
    user_errors: Vec<UserError>,
}

/// The rating to take back.
#[derive(InputObject)]
pub(crate) struct VoidPainRatingInput {
    /// The rating.
    id: ID,
}

/// The rating that was taken back.
#[derive(SimpleObject)]
pub(crate) struct VoidPainRatingPayload {
    /// The id of the rating, which counts no longer.
    pain_rating_id: Option<ID>,
    /// What is wrong with the input; nothing was changed then.
    user_errors: Vec<UserError>,
}

/// The changes of ratings.
#[derive(Default)]
pub(crate) struct PainMutation;

#[Object]
impl PainMutation {
    /// Records pain that the patient who is signed in felt outside of a session. Worse than before the last
    /// session is amber the next morning, and red where it lasts for more than a day.
    async fn record_pain(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The pain.")] input: RecordPainInput,
    ) -> Result<RecordPainPayload> {
        let recorded = match input.read() {
            Ok(rating) => care::progress::rate(scope(context)?, rating).await,
            Err(error) => Err(error),
        };
        let (recorded, user_errors) = settle(recorded)?;
        let language = language(context)?;
        let (pain_rating, feedback) = recorded.unzip();
        Ok(RecordPainPayload {
            pain_rating: pain_rating.map(PainRating::from),
            feedback: feedback.flatten().map(|feedback| ProgressFeedback::new(feedback, language)),
            user_errors,
        })
    }

    /// Takes a rating back: it counts no longer, but is kept in the records.
    async fn void_pain_rating(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The rating.")] input: VoidPainRatingInput,
    ) -> Result<VoidPainRatingPayload> {
        let voided = match id::input(Kind::PainRating, "id", &input.id) {
            Ok(id) => care::progress::void_rating(scope(context)?, id).await,
            Err(fault) => Err(Error::from(fault)),
        };
        let (voided, user_errors) = settle(voided)?;
        Ok(VoidPainRatingPayload { pain_rating_id: voided.map(|()| input.id), user_errors })
    }
}

/// The queries of ratings.
#[derive(Default)]
pub(crate) struct PainQuery;

#[Object]
impl PainQuery {
    /// The pain that the patient who is signed in rated outside of sessions, newest first; voided ratings left
    /// out.
    #[allow(clippy::too_many_arguments, reason = "a connection's arguments are the specification's")]
    async fn pain_ratings(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "First local date.")] from: Option<LocalDate>,
        #[graphql(desc = "Last local date, included.")] to: Option<LocalDate>,
        #[graphql(desc = "So many from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<Listed<PainRating>>> {
        let request = page::request(first, after, last, before);
        let read = async { ratings(context, acting_patient(scope(context)?)?, (from, to), &request).await };
        Some(read.await)
    }
}

/// One page of the ratings of a visible patient.
pub(crate) async fn ratings(
    context: &Context<'_>,
    patient_id: Uuid,
    (from, to): (Option<LocalDate>, Option<LocalDate>),
    request: &Request,
) -> Result<Listed<PainRating>> {
    let range = Range { from: from.map(|day| day.0), to: to.map(|day| day.0) };
    let page = care::progress::ratings(scope(context)?, patient_id, range, request).await.map_err(raise)?;
    Ok(page::listed("painRatings", page, PainRating::from))
}
