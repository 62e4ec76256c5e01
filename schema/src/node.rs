//! Any entity by its id.

use crate::account::Clinic;
use crate::alert::Alert;
use crate::assessment::{Assessment, FallReport, RedFlagScreen};
use crate::context::{language, scope};
use crate::education::{EducationArticle, EducationAssignment};
use crate::error::raise;
use crate::goal::Goal;
use crate::library::Exercise;
use crate::media::Media;
use crate::message::Message;
use crate::outcome::{OutcomeAssignment, OutcomeResponse};
use crate::patient::Patient;
use crate::program::{Program, ProgramTemplate};
use crate::progress::{PainRating, ProgressLog};
use crate::reminder::Reminder;
use crate::visit::Visit;
use async_graphql::{Context, ID, Interface, Object, Result};
use care::access::Scope;
use care::error::{Code, Error};
use care::id::Kind;
use uuid::Uuid;

/// The most ids of one request.
const MOST: usize = 100;

/// An entity with an id that is unique in the installation.
#[derive(Interface)]
#[allow(clippy::large_enum_variant, reason = "few at a time, and soon written out")]
#[graphql(field(name = "id", ty = "ID", desc = "Its id."))]
pub(crate) enum Node {
    /// A clinic.
    Clinic(Clinic),
    /// A patient.
    Patient(Patient),
    /// A program.
    Program(Program),
    /// A template of programs, or a protocol.
    ProgramTemplate(ProgramTemplate),
    /// An exercise of the library.
    Exercise(Exercise),
    /// An article for patients.
    EducationArticle(EducationArticle),
    /// An article that a patient was assigned or has read.
    EducationAssignment(EducationAssignment),
    /// An image or video of an exercise.
    Media(Media),
    /// A logged session.
    ProgressLog(ProgressLog),
    /// Pain rated outside of a session.
    PainRating(PainRating),
    /// A reminder.
    Reminder(Reminder),
    /// A visit to the clinic.
    Visit(Visit),
    /// An alert.
    Alert(Alert),
    /// An assessment.
    Assessment(Assessment),
    /// A screen for signs of danger.
    RedFlagScreen(RedFlagScreen),
    /// A report of a fall.
    FallReport(FallReport),
    /// A goal.
    Goal(Goal),
    /// A measure that a patient is asked.
    OutcomeAssignment(OutcomeAssignment),
    /// Answers to an outcome measure.
    OutcomeResponse(OutcomeResponse),
    /// A message between a patient and their care team.
    Message(Message),
}

/// The clinic of who asks: the only one they can see.
async fn clinic(scope: &Scope, id: Uuid) -> care::error::Result<care::clinic::Clinic> {
    if scope.actor().clinic_id == id { care::clinic::own(scope).await } else { Err(Error::NotFound) }
}

async fn find(context: &Context<'_>, scope: &Scope, id: &ID) -> care::error::Result<Node> {
    let (kind, uuid) = care::id::parse(id).ok_or(Error::NotFound)?;
    Ok(match kind {
        Kind::Clinic => Node::Clinic(clinic(scope, uuid).await?.into()),
        Kind::Patient => Node::Patient(care::patient::get(scope, uuid).await?.into()),
        Kind::Template => {
            let row =
                care::program::template::get(scope, uuid, language(context).unwrap_or_default()).await?;
            Node::ProgramTemplate(ProgramTemplate::one(context, row).await?)
        }
        Kind::Program => Node::Program(care::program::get(scope, uuid).await?.into()),
        Kind::Exercise => Node::Exercise(care::library::get(scope, uuid).await?.into()),
        Kind::Article => Node::EducationArticle(EducationArticle::named(scope, uuid).await?),
        Kind::EducationAssignment => {
            Node::EducationAssignment(care::education::get(scope, uuid).await?.into())
        }
        Kind::Media => Node::Media(care::library::media::get(scope, uuid).await?.into()),
        Kind::ProgressLog => Node::ProgressLog(care::progress::get(scope, uuid).await?.into()),
        Kind::PainRating => Node::PainRating(care::progress::get_rating(scope, uuid).await?.into()),
        Kind::Reminder => Node::Reminder(care::reminder::get(scope, uuid).await?.into()),
        Kind::Visit => Node::Visit(care::visit::get(scope, uuid).await?.into()),
        Kind::Alert => Node::Alert(care::alert::get(scope, uuid).await?.into()),
        Kind::Assessment => Node::Assessment(care::assessment::get(scope, uuid).await?.into()),
        Kind::RedFlagScreen => Node::RedFlagScreen(care::assessment::get_screen(scope, uuid).await?.into()),
        Kind::FallReport => Node::FallReport(care::assessment::get_fall(scope, uuid).await?.into()),
        Kind::Goal => Node::Goal(care::goal::get(scope, uuid).await?.into()),
        Kind::OutcomeAssignment => {
            Node::OutcomeAssignment(care::outcome::get_assignment(scope, uuid).await?.into())
        }
        Kind::OutcomeResponse => Node::OutcomeResponse(care::outcome::get(scope, uuid).await?.into()),
        Kind::Message => Node::Message(care::message::get(scope, uuid).await?.into()),
        _ => return Err(Error::NotFound),
    })
}

/// None for what is absent, not visible, or no id at all: the three look the same.
pub(crate) async fn visible(context: &Context<'_>, scope: &Scope, id: &ID) -> Option<Result<Node>> {
    match find(context, scope, id).await {
        Ok(node) => Some(Ok(node)),
        Err(Error::NotFound | Error::Forbidden) => None,
        Err(error) => Some(Err(raise(error))),
    }
}

/// The queries by id.
#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The entity of this id; null when it does not exist or is not visible to you.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A TypeID.")] id: ID,
    ) -> Option<Result<Node>> {
        match scope(context) {
            Ok(scope) => visible(context, scope, &id).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// The entities of these ids, in their order; null for those that are not visible to you.
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most 100 TypeIDs.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        let scope = scope(context)?;
        if ids.len() > MOST {
            return Err(raise(Error::field("ids", Code::TooMany, "Ask for at most 100 ids.")));
        }
        let mut nodes = Vec::with_capacity(ids.len());
        for id in &ids {
            nodes.push(visible(context, scope, id).await.transpose()?);
        }
        Ok(nodes)
    }
}
