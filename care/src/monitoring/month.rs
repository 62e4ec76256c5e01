//! What of a calendar month counts, with the records behind each number.

use super::Entry;
use super::count::{Rules, rules};
use super::figures::{Amendment, Figures, Span, amendments};
use super::source::counted;
use super::table::monitoring_month;
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Code, Error, Result};
use crate::id;
use crate::patient::Chart;
use sea_orm::EntityTrait;
use uuid::Uuid;

/// What of a month counts.
#[derive(Debug, Clone)]
pub struct Month {
    /// Its first day.
    pub from: Day,
    /// The numbers as they were frozen; as of now where they are not.
    pub figures: Figures,
    /// When they were frozen.
    pub frozen_at: Option<Instant>,
    /// Which of the frozen numbers is another now.
    pub amendments: Vec<Amendment>,
    /// What members did in the month, the voided too, as of now.
    pub entries: Vec<Entry>,
    /// The set-up that counts.
    pub setup: Option<Entry>,
    /// The rules it is counted by now.
    pub rules: &'static Rules,
}

/// What counts of the month that begins on `from`, as of its end, of a visible patient; months and days are
/// those of the patient's clock. Clinicians only.
pub async fn month(scope: &Scope, patient_id: Uuid, from: Day) -> Result<Month> {
    scope.member_id()?;
    if from.0.day() != 1 {
        return Err(Error::field("month", Code::Malformed, "Give the first day of a month."));
    }
    let rules = rules().ok_or(Error::Internal)?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let row = std::slice::from_ref(&chart.row);
    let counted = counted(&tx, chart.clinic_id(), row).await?.remove(&chart.id()).unwrap_or_default();
    let span = Span::of(from, &chart.zone());
    let current = Figures::of(rules, &counted, &span);
    let frozen =
        monitoring_month::Entity::find_by_id((chart.clinic_id(), chart.id(), from)).one(tx.as_ref()).await?;
    let (figures, frozen_at, amendments) = match frozen {
        Some(row) => {
            let amendments = amendments(from, &row.figures, &current);
            (row.figures, Some(row.frozen_at), amendments)
        }
        None => (current, None, Vec::new()),
    };
    let setup_id = figures.setup.as_deref().and_then(|id| id::Kind::MonitoringEntry.decode(id));
    let setup = counted.entries.iter().find(|row| Some(row.id) == setup_id);
    let entries = counted.entries.iter().filter(|row| span.has(row));
    Ok(Month {
        from,
        setup: setup.map(|row| Entry::of(&chart, row)).transpose()?,
        entries: entries.map(|row| Entry::of(&chart, row)).collect::<Result<_>>()?,
        figures,
        frozen_at,
        amendments,
        rules,
    })
}
