//! Giving a patient articles to read, and taking them back.

use super::Assignment;
use super::list::{row_for, rows};
use super::table::{ActiveModel, Column, Entity, Model};
use crate::access::{Role, Scope};
use crate::audit;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use crate::library::{Article, article_by_id};
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait};
use uuid::Uuid;

/// The most articles of one change.
const MOST: usize = 20;
/// The most characters of a note.
const LONGEST_NOTE: usize = 500;

/// Gives a patient of the care team articles to read, 1 to 20, with a note of at most 500 characters.
/// Therapists and assistants. One that is assigned already stays as it is, read or not.
pub async fn assign(
    scope: &Scope,
    patient_id: Uuid,
    article_ids: &[Uuid],
    note: Option<&str>,
) -> Result<Vec<Assignment>> {
    let member_id = clinician(scope)?;
    let articles = named(article_ids)?;
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Error::field("note", Code::TooLong, "Give at most 500 characters."));
    }
    let now = scope.services().now();
    change(scope, patient_id, &articles, "education.assign", |chart, row| {
        if row.assigned_at.is_some() {
            return Ok(false);
        }
        let sealed = note.map(|note| chart.seal(scope, "education_assignment.note", row.id, note));
        (row.assigned_by, row.assigned_at, row.note) = (Some(member_id), Some(now), sealed.transpose()?);
        Ok(true)
    })
    .await
}

/// Takes articles back, 1 to 20: the patient is no longer asked to read them. That they were read stays.
/// Therapists and assistants of the care team.
pub async fn unassign(scope: &Scope, patient_id: Uuid, article_ids: &[Uuid]) -> Result<Vec<Assignment>> {
    clinician(scope)?;
    let articles = named(article_ids)?;
    change(scope, patient_id, &articles, "education.unassign", |_, row| {
        let assigned = row.assigned_at.is_some();
        (row.assigned_by, row.assigned_at, row.note) = (None, None, None);
        Ok(assigned)
    })
    .await
}

fn clinician(scope: &Scope) -> Result<Uuid> {
    match scope.actor().role {
        Role::Therapist | Role::Assistant => scope.member_id(),
        _ => Err(scope.forbid()),
    }
}

/// The articles of these ids, each once.
fn named(ids: &[Uuid]) -> Result<Vec<&'static Article>> {
    if ids.is_empty() || ids.len() > MOST {
        let code = if ids.is_empty() { Code::Required } else { Code::TooMany };
        return Err(Error::field("articleIds", code, "Give 1 to 20 articles."));
    }
    let (mut articles, mut faults) = (Vec::<&Article>::new(), Vec::new());
    for (at, id) in ids.iter().enumerate() {
        match article_by_id(*id) {
            Some(article) if articles.iter().any(|known| known.key == article.key) => {}
            Some(article) => articles.push(article),
            None => faults.push(
                FieldError::new(&at.to_string(), Code::NotFound, "Give an id of educationArticles.")
                    .under("articleIds"),
            ),
        }
    }
    if faults.is_empty() { Ok(articles) } else { Err(Error::Invalid(faults)) }
}

/// Changes what is between a patient and each of these articles, where `with` says that it did; answers
/// them all as they are then.
async fn change(
    scope: &Scope,
    patient_id: Uuid,
    articles: &[&'static Article],
    action: &'static str,
    with: impl Fn(&Chart, &mut Model) -> Result<bool>,
) -> Result<Vec<Assignment>> {
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let known = rows(&tx, &chart).await?;
    let (mut written, mut answer) = (Vec::new(), Vec::new());
    for article in articles {
        let mut row = row_for(&chart, &known, article);
        let changed = with(&chart, &mut row)?;
        answer.push(Assignment::of(&chart, &row)?.unwrap_or_else(|| Assignment::blank(&chart, article)));
        if changed {
            written.push(row);
        }
    }
    if written.is_empty() {
        return Ok(answer);
    }
    let change = chart.raise(&tx, None).await?;
    let entry = |row: &Model| {
        let object = (Kind::EducationAssignment, row.id);
        audit::Entry { action, patient_id: Some(patient_id), object }
    };
    audit::record_all(&tx, scope, &written.iter().map(entry).collect::<Vec<_>>()).await?;
    write(&tx, written, change).await?;
    tx.commit().await?;
    scope.announce(patient_id, change);
    Ok(answer)
}

/// Writes these rows, whether they were there or not.
pub(super) async fn write(tx: &Tx, rows: Vec<Model>, change: i64) -> Result<()> {
    let rows = rows.into_iter().map(|row| ActiveModel::from(Model { change, ..row }).reset_all());
    let mut known = OnConflict::columns([Column::ClinicId, Column::Id]);
    known.update_columns([
        Column::AssignedBy,
        Column::AssignedAt,
        Column::Note,
        Column::ReadAt,
        Column::Change,
    ]);
    Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}
