//! How far a part of the body moves, from assessment to assessment.

use super::values::{BodySide, MotionRegion, MovementDirection};
use crate::context::scope;
use crate::error::raise;
use crate::id::encode;
use crate::scalar::LocalDate;
use async_graphql::{Context, ID, Result, SimpleObject};
use care::id::Kind;
use uuid::Uuid;

/// How far a part of the body moved at an assessment.
#[derive(SimpleObject)]
pub(crate) struct RangeOfMotionPoint {
    /// The assessment.
    assessment_id: ID,
    /// The patient-local date of it.
    assessed_on: LocalDate,
    /// Whole degrees, 0 to 180.
    degrees: i32,
    /// Whether it hurt.
    painful: bool,
}

/// What the assessments of a visible patient have measured of a movement.
pub(crate) async fn range_of_motion(
    context: &Context<'_>,
    patient_id: Uuid,
    (region, direction, side): (MotionRegion, MovementDirection, Option<BodySide>),
) -> Result<Vec<RangeOfMotionPoint>> {
    let movement = (region.into(), direction.into(), side.map(Into::into));
    let points = care::assessment::range_of_motion_trend(scope(context)?, patient_id, movement).await;
    let point = |point: care::assessment::RangePoint| RangeOfMotionPoint {
        assessment_id: encode(Kind::Assessment, point.assessment_id),
        assessed_on: LocalDate(point.assessed_on),
        degrees: point.measured.degrees,
        painful: point.measured.painful,
    };
    Ok(points.map_err(raise)?.into_iter().map(point).collect())
}
