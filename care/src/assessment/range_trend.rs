//! How far a part of the body moves, from assessment to assessment.

use super::list::of_patient;
use super::table::assessment::Column;
use super::{Assessment, BodyRegion, Direction, RangeOfMotion};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::Result;
use crate::patient::{BodySide, Chart};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// The most assessments that are looked at, the newest.
const MOST: u64 = 200;

/// A measurement of an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangePoint {
    /// The assessment.
    pub assessment_id: Uuid,
    /// The patient-local date of it.
    pub assessed_on: Day,
    /// What was measured.
    pub measured: RangeOfMotion,
}

/// What the assessments of a visible patient that are not voided have measured of this movement, the earliest
/// first, of the newest 200. Clinicians only.
pub async fn range_of_motion_trend(
    scope: &Scope,
    patient_id: Uuid,
    (region, direction, side): (BodyRegion, Direction, Option<BodySide>),
) -> Result<Vec<RangePoint>> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let rows = of_patient(&chart)
        .filter(Column::VoidedAt.is_null())
        .order_by_desc(Column::AssessedOn)
        .order_by_desc(Column::RecordedAt)
        .order_by_desc(Column::Id)
        .limit(MOST)
        .all(tx.as_ref())
        .await?;
    let mut points = Vec::new();
    for row in rows.iter().rev() {
        let assessment = Assessment::of(&chart, row, None)?;
        let asked = |it: &RangeOfMotion| it.region == region && it.direction == direction && it.side == side;
        points.extend(
            assessment.content.range_of_motion.into_iter().filter(asked).map(|measured| RangePoint {
                assessment_id: row.id,
                assessed_on: row.assessed_on,
                measured,
            }),
        );
    }
    Ok(points)
}
