//! After red pain, signs of danger are asked for again.

use super::traffic_light::{Feedback, Light};
use crate::assessment::last_screened;
use crate::clock::Instant;
use crate::error::Result;
use crate::patient::Chart;
use crate::store::Tx;

/// Notes since when a screen is due, where one of these has a red light and no screen has been answered
/// after it, however late it is told. Nothing but a screen takes it back.
pub(super) async fn note(
    tx: &Tx,
    chart: &mut Chart,
    told: impl Iterator<Item = (Instant, Option<Feedback>)> + Send,
) -> Result<()> {
    let is_red = |feedback: Option<Feedback>| feedback.is_some_and(|feedback| feedback.light == Light::Red);
    let red: Vec<_> = told.filter(|(_, feedback)| is_red(*feedback)).map(|(at, _)| at).collect();
    if red.is_empty() {
        return Ok(());
    }
    let screened = last_screened(tx, chart).await?;
    let unasked = red.into_iter().filter(|at| screened.is_none_or(|screened| *at > screened));
    let since = unasked.chain(chart.row.screen_due_since).min();
    if since == chart.row.screen_due_since { Ok(()) } else { chart.set_screen_due(tx, since).await }
}
