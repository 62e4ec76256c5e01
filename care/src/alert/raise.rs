//! A rule has found something.

use super::table::{ActiveModel, Column, Entity, Evidence, Model};
use super::{RED_FLAG, Severity, Status};
use crate::access::Scope;
use crate::audit;
use crate::error::Result;
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

/// The most records an alert names.
const MOST_EVIDENCE: usize = 100;

/// What a rule has found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raise {
    /// The key of the rule.
    pub(crate) rule: &'static str,
    /// How grave it is.
    pub(crate) severity: Severity,
    /// The record that says so.
    pub(crate) evidence: (Kind, Uuid),
}

/// The patient's alert of this rule that is not resolved.
pub(super) async fn standing(tx: &Tx, chart: &Chart, rule: &str) -> Result<Option<Model>> {
    Ok(Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::Rule.eq(rule))
        .filter(Column::ResolvedAt.is_null())
        .one(tx)
        .await?)
}

/// Raises an alert of the patient whose chart is open to write, or adds to the one that stands: it becomes as
/// grave as the gravest, and is open again where it is about signs of danger, became graver, or was put off and
/// is critical.
pub(crate) async fn raise(tx: &Tx, scope: &Scope, chart: &Chart, raise: Raise, change: i64) -> Result<()> {
    let (kind, record) = raise.evidence;
    let record = kind.encode(record);
    let id = if let Some(mut row) = standing(tx, chart, raise.rule).await? {
        row.again(raise.severity, record);
        (row.newest_at, row.change) = (scope.services().now(), change);
        let id = row.id;
        row.into_active_model().reset_all().update(tx).await?;
        id
    } else {
        let row = first(scope, chart, raise, record, change);
        let id = row.id;
        ActiveModel::from(row).reset_all().insert(tx).await?;
        id
    };
    let entry =
        audit::Entry { action: "alert.raise", patient_id: Some(chart.id()), object: (Kind::Alert, id) };
    audit::record(tx, scope, entry).await
}

fn first(scope: &Scope, chart: &Chart, raise: Raise, record: String, change: i64) -> Model {
    let now = scope.services().now();
    Model {
        clinic_id: chart.clinic_id(),
        id: scope.services().new_id(),
        patient_id: chart.id(),
        rule: raise.rule.to_owned(),
        severity: raise.severity,
        status: Status::Open,
        evidence: Evidence(vec![record]),
        opened_at: now,
        newest_at: now,
        acknowledged_by: None,
        acknowledged_at: None,
        snoozed_until: None,
        resolved_by: None,
        resolved_at: None,
        resolution: None,
        change,
    }
}

impl Model {
    /// It is raised once more.
    fn again(&mut self, severity: Severity, record: String) {
        let graver = severity > self.severity;
        self.severity = self.severity.max(severity);
        let put_off = self.status == Status::Snoozed && self.severity == Severity::Critical;
        if graver || put_off || self.rule == RED_FLAG {
            self.status = Status::Open;
            (self.acknowledged_by, self.acknowledged_at, self.snoozed_until) = (None, None, None);
        }
        let records = &mut self.evidence.0;
        if !records.contains(&record) {
            records.push(record);
        }
        let excess = records.len().saturating_sub(MOST_EVIDENCE);
        records.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;

    fn alert(rule: &str, severity: Severity, status: Status) -> Model {
        Model {
            clinic_id: Uuid::nil(),
            id: Uuid::nil(),
            patient_id: Uuid::nil(),
            rule: rule.to_owned(),
            severity,
            status,
            evidence: Evidence(vec!["screen_0".to_owned()]),
            opened_at: Instant(0),
            newest_at: Instant(0),
            acknowledged_by: None,
            acknowledged_at: None,
            snoozed_until: None,
            resolved_by: None,
            resolved_at: None,
            resolution: None,
            change: 1,
        }
    }

    #[test]
    fn what_is_raised_again_never_becomes_less_grave_and_wakes_when_it_must() {
        use Severity::{Critical, High, Low};
        use Status::{Acknowledged, Open, Snoozed};
        for (before, status, raised, after, then) in [
            (High, Open, Low, High, Open),
            (High, Acknowledged, High, High, Acknowledged),
            (High, Acknowledged, Critical, Critical, Open),
            (High, Snoozed, High, High, Snoozed),
            (Low, Snoozed, High, High, Open),
            (Critical, Snoozed, Critical, Critical, Open),
            (Critical, Snoozed, Low, Critical, Open),
            (Critical, Acknowledged, Critical, Critical, Acknowledged),
        ] {
            let mut row = alert("any", before, status);
            row.again(raised, "screen_1".to_owned());
            assert_eq!((row.severity, row.status), (after, then), "{before:?} {status:?} {raised:?}");
            assert_eq!(row.evidence.0, ["screen_0", "screen_1"]);
        }
    }

    #[test]
    fn signs_of_danger_that_are_told_again_are_open_again_whoever_was_on_them() {
        for (severity, told) in [(Severity::Critical, Severity::High), (Severity::High, Severity::High)] {
            let mut row = alert(RED_FLAG, severity, Status::Acknowledged);
            (row.acknowledged_by, row.acknowledged_at) = (Some(Uuid::nil()), Some(Instant(0)));
            row.again(told, "screen_1".to_owned());
            assert_eq!((row.severity, row.status), (severity, Status::Open));
            assert_eq!((row.acknowledged_by, row.acknowledged_at), (None, None));
        }
    }

    #[test]
    fn a_record_is_named_once_and_of_very_many_the_newest() {
        let mut row = alert("any", Severity::Low, Status::Open);
        row.again(Severity::Low, "screen_0".to_owned());
        assert_eq!(row.evidence.0.len(), 1);
        for number in 1..=150 {
            row.again(Severity::Low, format!("screen_{number}"));
        }
        assert_eq!(row.evidence.0.len(), MOST_EVIDENCE);
        assert_eq!(row.evidence.0.last().map(String::as_str), Some("screen_150"));
    }
}
