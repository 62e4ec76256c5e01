//! What a patient is given to read, and has read.

use super::table::{Column, Entity, Model};
use super::{Assignment, assignment_id};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::library::{self, Article};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use crate::program::phase_articles;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// One page of what a visible patient was assigned, is to read in the phase of their program, or has read;
/// last first.
pub async fn list(scope: &Scope, patient_id: Uuid, request: &Request) -> Result<Page<Assignment>> {
    let window = request.check("education")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let all = of_patient(&tx, &chart, &phase_articles(&tx, scope, &chart).await?).await?;
    let place = |entry: &Assignment| Cursor { key: -since(entry), id: entry.id };
    let mut entries: Vec<_> = all.into_iter().map(|entry| (place(&entry), entry)).collect();
    entries.sort_unstable_by_key(|(place, _)| (place.key, place.id));
    Ok(Page::of_all(&window, entries))
}

/// What of this id was assigned to, or read by, a visible patient.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Assignment> {
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    let chart = Chart::open(&tx, scope, row.patient_id).await?;
    Some(row)
        .filter(stands)
        .map(|row| Assignment::of(&chart, &row))
        .transpose()?
        .flatten()
        .ok_or(Error::NotFound)
}

/// What the patient who acts was assigned or has read; nothing for members.
pub async fn own(scope: &Scope) -> Result<Vec<Assignment>> {
    let Some(patient_id) = scope.actor().person.patient_id() else { return Ok(Vec::new()) };
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    of_patient(&tx, &chart, &[]).await
}

/// What the patient of this chart was assigned or has read, and what the phase in force names by these
/// keys of articles; oldest first, what only the phase asks for last.
pub(crate) async fn of_patient(tx: &Tx, chart: &Chart, phase_articles: &[String]) -> Result<Vec<Assignment>> {
    let rows = rows(tx, chart).await?;
    let known = rows.iter().filter(|row| stands(row)).map(|row| Assignment::of(chart, row));
    let known = known.filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
    Ok(with_phase(known, phase_articles, |article| Assignment::blank(chart, article)))
}

fn with_phase(
    mut known: Vec<Assignment>,
    phase_articles: &[String],
    blank: impl Fn(&'static Article) -> Assignment,
) -> Vec<Assignment> {
    known.sort_by_key(|entry| (since(entry), entry.id));
    for article in phase_articles.iter().filter_map(|key| library::article(key)) {
        match known.iter_mut().find(|entry| entry.article.key == article.key) {
            Some(entry) => entry.asked = true,
            None => known.push(Assignment { asked: true, ..blank(article) }),
        }
    }
    known
}

/// When it came to be: it was assigned, or read. What only the phase asks for has no time, and is last.
fn since(entry: &Assignment) -> i64 {
    entry.assigned_at.or(entry.read_at).map_or(i64::MAX, |at| at.0)
}

/// Whether it was not taken back.
fn stands(row: &Model) -> bool {
    row.assigned_at.is_some() || row.read_at.is_some()
}

/// Every row of the patient: at most one for each article.
pub(super) async fn rows(tx: &Tx, chart: &Chart) -> Result<Vec<Model>> {
    let find = Entity::find().filter(Column::ClinicId.eq(chart.clinic_id()));
    Ok(find.filter(Column::PatientId.eq(chart.id())).all(tx).await?)
}

/// The row of the patient for `article` as it is, or a new one that says nothing yet.
pub(super) fn row_for(chart: &Chart, rows: &[Model], article: &Article) -> Model {
    let known = rows.iter().find(|row| row.article == article.key).cloned();
    known.unwrap_or_else(|| Model {
        clinic_id: chart.clinic_id(),
        id: assignment_id(chart.id(), &article.key),
        patient_id: chart.id(),
        article: article.key.clone(),
        assigned_by: None,
        assigned_at: None,
        note: None,
        read_at: None,
        change: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::library::articles;

    fn entry(article: &'static Article) -> Assignment {
        Assignment {
            id: assignment_id(Uuid::nil(), &article.key),
            article,
            assigned_by: None,
            assigned_at: None,
            note: None,
            read_at: None,
            asked: false,
            own: true,
        }
    }

    #[test]
    fn what_the_phase_names_is_asked_for_once_and_after_what_was_assigned() {
        let [first, second, third] = [0, 1, 2].map(|at| &articles()[at]);
        let assigned = Assignment { assigned_at: Some(Instant(2)), asked: true, ..entry(first) };
        let read = Assignment { read_at: Some(Instant(1)), ..entry(second) };
        let phase = [&second.key, &third.key, &third.key].map(String::clone);
        let keys = |all: &[Assignment]| -> Vec<_> {
            all.iter().map(|entry| (entry.article.key.clone(), entry.asked, entry.read_at)).collect()
        };
        let merged = with_phase(vec![assigned, read], &phase, entry);
        let expected = [(second, true, Some(Instant(1))), (first, true, None), (third, true, None)];
        assert_eq!(keys(&merged), expected.map(|(article, asked, at)| (article.key.clone(), asked, at)));
        let gone = with_phase(Vec::new(), &["an article of tomorrow".to_owned()], entry);
        assert!(gone.is_empty(), "what the library does not have is passed over");
    }
}
