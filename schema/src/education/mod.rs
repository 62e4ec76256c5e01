//! Articles for patients: what there is, what they are given to read, what they have read.

mod change;

pub(crate) use change::EducationMutation;

use crate::context::{acting_patient, language, scope};
use crate::error::raise;
use crate::id::encode;
use crate::library::RuleBasis;
use crate::page::{self, Counted, Listed};
use crate::scalar::DateTime;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use care::access::Scope;
use care::education::Assignment;
use care::error::Error;
use care::id::Kind;
use care::library::{Article, ArticleFilter, ArticleText, Section};
use uuid::Uuid;

/// What an article is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::library::Topic")]
enum EducationTopic {
    /// Sitting, standing, sleeping.
    Posture,
    /// Lifting, carrying, getting up.
    BodyMechanics,
    /// What a condition is, and what helps.
    Condition,
    /// How much to do, and what pain means.
    Pacing,
    /// What to do when it gets worse for a while.
    FlareUp,
    /// The time after surgery.
    Surgery,
    /// Signs of danger, and whom to call.
    Safety,
}

/// A part of an article.
#[derive(SimpleObject)]
struct EducationSection {
    /// Its heading.
    heading: &'static str,
    /// Its paragraphs.
    paragraphs: &'static [String],
}

impl From<&'static Section> for EducationSection {
    fn from(section: &'static Section) -> Self {
        Self { heading: &section.heading, paragraphs: &section.paragraphs }
    }
}

/// An article, and what is between it and the patient who asks.
#[derive(Debug, Clone)]
pub(crate) struct EducationArticle {
    article: &'static Article,
    own: Option<Box<Assignment>>,
}

impl EducationArticle {
    fn new(article: &'static Article, own: &[Assignment]) -> Self {
        let own = own.iter().find(|entry| entry.article.key == article.key).cloned();
        Self { article, own: own.map(Box::new) }
    }

    /// The article of this id, as `scope` sees it.
    pub(crate) async fn named(scope: &Scope, id: Uuid) -> care::error::Result<Self> {
        let article = care::library::article_by_id(id).ok_or(Error::NotFound)?;
        Ok(Self::new(article, &care::education::own(scope).await?))
    }

    fn text(&self, context: &Context<'_>) -> Result<&'static ArticleText> {
        self.article.text(language(context)?).map_err(raise)
    }
}

/// An article for patients, the same in every clinic. It explains; it is no advice for one person.
#[Object]
impl EducationArticle {
    /// TypeID `article_…`, the same in every installation.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Article, self.article.id())
    }

    /// Its key, the same in every language.
    async fn key(&self) -> &str {
        &self.article.key
    }

    /// What it is about.
    async fn topic(&self) -> EducationTopic {
        self.article.topic.into()
    }

    /// Its title, in the language asked for; English where there is none.
    async fn title(&self, context: &Context<'_>) -> Result<&str> {
        Ok(&self.text(context)?.title)
    }

    /// What it tells, in one sentence.
    async fn summary(&self, context: &Context<'_>) -> Result<&str> {
        Ok(&self.text(context)?.summary)
    }

    /// How long reading takes, in minutes.
    async fn minutes(&self) -> u8 {
        self.article.minutes
    }

    /// Its parts, in the order they are read.
    async fn sections(&self, context: &Context<'_>) -> Result<Vec<EducationSection>> {
        Ok(self.text(context)?.sections.iter().map(EducationSection::from).collect())
    }

    /// The keys of the conditions it is about; empty: it is for everybody.
    async fn conditions(&self) -> &[String] {
        &self.article.conditions
    }

    /// Where what it says is from.
    async fn basis(&self) -> RuleBasis {
        self.article.basis.into()
    }

    /// The source, or who is to review it.
    async fn source(&self) -> &str {
        &self.article.source
    }

    /// Your own, where you are a patient to whom it was assigned, or who has read it.
    async fn assignment(&self) -> Option<EducationAssignment> {
        self.own.as_ref().map(|own| (**own).clone().into())
    }
}

/// An article that a patient was assigned or has read: one of each.
#[derive(Debug, Clone)]
pub(crate) struct EducationAssignment(Assignment);

impl From<Assignment> for EducationAssignment {
    fn from(assignment: Assignment) -> Self {
        Self(assignment)
    }
}

/// An article that a patient was assigned or has read.
#[Object]
impl EducationAssignment {
    /// TypeID `education_…`.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::EducationAssignment, self.0.id)
    }

    /// The article.
    async fn article(&self) -> EducationArticle {
        let own = self.0.own.then(|| Box::new(self.0.clone()));
        EducationArticle { article: self.0.article, own }
    }

    /// When it was assigned; none where nobody did, or it was taken back.
    async fn assigned_at(&self) -> Option<DateTime> {
        self.0.assigned_at.map(DateTime::from)
    }

    /// The member who assigned it.
    async fn assigned_by(&self) -> Option<ID> {
        self.0.assigned_by.map(|id| encode(Kind::Member, id))
    }

    /// What they say to the patient.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// When the patient read it first.
    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(DateTime::from)
    }
}

/// The education of a patient.
pub(crate) async fn list(
    context: &Context<'_>,
    patient_id: Uuid,
    request: &care::page::Request,
) -> Result<Listed<EducationAssignment>> {
    let page = care::education::list(scope(context)?, patient_id, request).await.map_err(raise)?;
    Ok(page::listed("education", page, EducationAssignment::from))
}

async fn articles(
    context: &Context<'_>,
    filter: &ArticleFilter,
    request: &care::page::Request,
) -> Result<Counted<EducationArticle>> {
    let own = care::education::own(scope(context)?).await.map_err(raise)?;
    let page = care::library::find_articles(filter, request).map_err(raise)?;
    Ok(page::counted("educationArticles", page, |article| EducationArticle::new(article, &own)))
}

/// What is asked about education.
#[derive(Default)]
pub(crate) struct EducationQuery;

#[Object]
impl EducationQuery {
    /// The article of this key.
    async fn education_article(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its key.")] key: String,
    ) -> Option<Result<EducationArticle>> {
        let found = async {
            let article = care::library::article(&key).ok_or_else(|| raise(Error::NotFound));
            let own = care::education::own(scope(context)?).await.map_err(raise)?;
            Ok(EducationArticle::new(article?, &own))
        };
        Some(found.await)
    }

    /// The articles for patients, in their own order.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn education_articles(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A part of the title or summary, in any case.")] search: Option<String>,
        #[graphql(desc = "What they are about.")] topic: Option<EducationTopic>,
        #[graphql(desc = "The key of a condition that they name.")] condition: Option<String>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Counted<EducationArticle>>> {
        let listed = async {
            let language = language(context)?;
            let filter = ArticleFilter { search, topic: topic.map(Into::into), condition, language };
            articles(context, &filter, &page::request(first, after, last, before)).await
        };
        Some(listed.await)
    }

    /// The articles that you were assigned or have read, last first. Patients only.
    async fn my_education(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<EducationAssignment>>> {
        let listed = async {
            let patient_id = acting_patient(scope(context)?)?;
            list(context, patient_id, &page::request(first, after, last, before)).await
        };
        Some(listed.await)
    }
}
