//! What has become of a measure since the first answers.

use super::Response;
use super::change::{Change, itself, of_part};
use super::decline::{Given, between};
use super::list::of_patient;
use super::measure::{Measure, measure};
use super::score::Part;
use super::table::outcome_response::Column;
use crate::access::Scope;
use crate::clock::Day;
use crate::error::{Error, Result};
use crate::patient::Chart;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// The most answers that are looked at.
const MOST: u64 = 400;

/// The score of a part beside the earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct PartPoint {
    /// The part and its score.
    pub part: Part,
    /// What lies between the first answers and these.
    pub from_baseline: Option<Change>,
    /// What lies between the answers before and these.
    pub from_previous: Option<Change>,
}

/// Answers beside the earlier ones.
#[derive(Debug, Clone)]
pub struct Point {
    /// The answers.
    pub response: Response,
    /// What lies between the first answers and these; of a score that is a change by itself, what it says.
    pub from_baseline: Option<Change>,
    /// What lies between the answers before and these.
    pub from_previous: Option<Change>,
    /// The parts: of activities that the patient names, each of them.
    pub parts: Vec<PartPoint>,
}

/// The answers of a visible patient to this measure that are not voided, in the order they were given, the last
/// 400: each with what lies between the first or those before and it. Only what was scored by the definition of
/// today is compared. `NotFound` where there is no such measure.
pub async fn trend(scope: &Scope, patient_id: Uuid, key: &str) -> Result<Vec<Point>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let measure = measure(key).ok_or(Error::NotFound)?;
    let standing = || of_patient(&chart).filter(Column::Measure.eq(key)).filter(Column::VoidedAt.is_null());
    let newest = standing().order_by_desc(Column::AnsweredAt).order_by_desc(Column::Id).limit(MOST);
    let mut rows = newest.all(tx.as_ref()).await?;
    rows.reverse();
    let first = standing()
        .filter(Column::DefinitionVersion.eq(measure.version))
        .order_by_asc(Column::AnsweredAt)
        .order_by_asc(Column::Id)
        .one(tx.as_ref())
        .await?;
    let first = first.map(|row| Response::of(&chart, &row)).transpose()?;
    let responses = rows.iter().map(|row| Response::of(&chart, row)).collect::<Result<Vec<_>>>()?;
    Ok(points(measure, responses, first.as_ref(), chart.row.surgery_on))
}

fn points(
    measure: &'static Measure,
    responses: Vec<Response>,
    first: Option<&Response>,
    surgery_on: Option<Day>,
) -> Vec<Point> {
    let mut points = Vec::<Point>::with_capacity(responses.len());
    for response in responses {
        let now = response.version == measure.version;
        let earlier = |other: &&Response| now && other.version == measure.version && other.id != response.id;
        let previous = points.last().map(|point| &point.response).filter(earlier);
        let baseline = first.filter(earlier);
        let compare = |before: Option<&Response>| {
            between(measure, &given(before?), &given(&response), surgery_on).filter(|_| !measure.is_change)
        };
        let by_itself = response.score.filter(|_| measure.is_change).and_then(|score| itself(measure, score));
        let part = |part: &Part| {
            let compare =
                |before: Option<&Response>| of_part(measure, part, &before?.content, &response.content);
            PartPoint {
                part: part.clone(),
                from_baseline: compare(baseline),
                from_previous: compare(previous),
            }
        };
        let parts = response.content.parts.iter().map(part).collect();
        let from_baseline = by_itself.or_else(|| compare(baseline));
        let from_previous = compare(previous);
        points.push(Point { response, from_baseline, from_previous, parts });
    }
    points
}

fn given(response: &Response) -> Given {
    Given { local_date: response.local_date, content: response.content.clone() }
}
