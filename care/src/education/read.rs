//! A patient has read an article.

use super::Assignment;
use super::assign::write;
use super::list::{row_for, rows};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::library::article_by_id;
use crate::patient::Chart;
use uuid::Uuid;

/// Notes that the patient who acts has read an article, also one that nobody assigned. The first time stays.
pub async fn mark_read(scope: &Scope, article_id: Uuid) -> Result<Assignment> {
    let patient_id = scope.patient_id()?;
    let article = article_by_id(article_id)
        .ok_or_else(|| Error::field("articleId", Code::NotFound, "Give an id of educationArticles."))?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let mut row = row_for(&chart, &rows(&tx, &chart).await?, article);
    if row.read_at.is_none() {
        row.read_at = Some(scope.services().now());
        let change = chart.raise(&tx, None).await?;
        write(&tx, vec![row.clone()], change).await?;
        let object = (Kind::EducationAssignment, row.id);
        let entry = audit::Entry { action: "education.read", patient_id: Some(patient_id), object };
        audit::record(&tx, scope, entry).await?;
        tx.commit().await?;
        scope.announce(patient_id, change);
    }
    Assignment::of(&chart, &row)?.ok_or(Error::Internal)
}
