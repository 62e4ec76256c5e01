//! Giving patients articles to read, and telling what was read.

use super::EducationAssignment;
use crate::context::scope;
use crate::error::payload;
use crate::id;
use async_graphql::{Context, ID, InputObject, Object, Result};
use care::education::Assignment;
use care::error::{Error, FieldError};
use care::id::Kind;
use uuid::Uuid;

/// What a patient is to read.
#[derive(InputObject)]
struct AssignEducationInput {
    /// The patient.
    patient_id: ID,
    /// 1 to 20 articles. One that is assigned already stays as it is.
    article_ids: Vec<ID>,
    /// What you say to the patient about them, at most 500 characters.
    note: Option<String>,
}

/// What a patient need not read any more.
#[derive(InputObject)]
struct UnassignEducationInput {
    /// The patient.
    patient_id: ID,
    /// 1 to 20 articles.
    article_ids: Vec<ID>,
}

/// What was read.
#[derive(InputObject)]
struct MarkArticleReadInput {
    /// The article.
    article_id: ID,
}

payload! {
    /// What giving a patient articles to read answers.
    AssignEducationPayload {
        /// What is between the patient and each of the articles now.
        education: Vec<EducationAssignment>
    }
}

payload! {
    /// What taking articles back answers.
    UnassignEducationPayload {
        /// What is between the patient and each of the articles now.
        education: Vec<EducationAssignment>
    }
}

payload! {
    /// What reading an article answers.
    MarkArticleReadPayload {
        /// What is between you and the article now.
        education: EducationAssignment
    }
}

fn all(assigned: care::error::Result<Vec<Assignment>>) -> care::error::Result<Vec<EducationAssignment>> {
    Ok(assigned?.into_iter().map(EducationAssignment::from).collect())
}

/// The UUIDs of these articles.
fn article_ids(ids: &[ID]) -> Result<Vec<Uuid>, Error> {
    let (mut found, mut faults) = (Vec::new(), Vec::<FieldError>::new());
    for (at, id) in ids.iter().enumerate() {
        match id::input(Kind::Article, &at.to_string(), id) {
            Ok(id) => found.push(id),
            Err(fault) => faults.push(fault.under("articleIds")),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(Error::Invalid(faults)) }
}

/// The changes of education.
#[derive(Default)]
pub(crate) struct EducationMutation;

#[Object]
impl EducationMutation {
    /// Gives a patient articles to read. Therapists and assistants of the care team only.
    async fn assign_education(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is to read what.")] input: AssignEducationInput,
    ) -> Result<AssignEducationPayload> {
        let scope = scope(context)?;
        let assigned = async {
            let patient_id = id::input(Kind::Patient, "patientId", &input.patient_id)?;
            let articles = article_ids(&input.article_ids)?;
            care::education::assign(scope, patient_id, &articles, input.note.as_deref()).await
        };
        AssignEducationPayload::of(all(assigned.await))
    }

    /// Takes articles back: the patient is no longer asked to read them. That they were read stays.
    /// Therapists and assistants of the care team only.
    async fn unassign_education(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who need not read what.")] input: UnassignEducationInput,
    ) -> Result<UnassignEducationPayload> {
        let scope = scope(context)?;
        let taken = async {
            let patient_id = id::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::education::unassign(scope, patient_id, &article_ids(&input.article_ids)?).await
        };
        UnassignEducationPayload::of(all(taken.await))
    }

    /// Notes that you have read an article, also one that nobody assigned. The first time stays. Patients
    /// only.
    async fn mark_article_read(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was read.")] input: MarkArticleReadInput,
    ) -> Result<MarkArticleReadPayload> {
        let scope = scope(context)?;
        let read = async {
            let article_id = id::input(Kind::Article, "articleId", &input.article_id)?;
            care::education::mark_read(scope, article_id).await
        };
        MarkArticleReadPayload::of(read.await)
    }
}
