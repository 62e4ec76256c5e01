//! A rule has found something.

use super::standing::standing;
use super::table::{ActiveModel, Evidence, Model};
use super::{RED_FLAG, SAFETY, Severity, Status};
use crate::access::{By, Scope};
use crate::audit;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
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

/// What a rule has found, in whatever many records.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The key of the rule.
    pub(crate) rule: &'static str,
    /// How grave it is.
    pub(crate) severity: Severity,
    /// The records that say so, the oldest first.
    pub(crate) evidence: Vec<(Kind, Uuid)>,
}

/// Raises an alert of the patient whose chart is open to write, or adds to the one that stands: see [`add`].
pub(crate) async fn raise(tx: &Tx, scope: &Scope, chart: &Chart, raise: Raise, change: i64) -> Result<()> {
    let key = chart.row.key();
    let standing = standing(tx, key, raise.rule).await?;
    let found = Found { rule: raise.rule, severity: raise.severity, evidence: vec![raise.evidence] };
    add(tx, By::Person(scope), key, (standing, found), change).await
}

/// Raises an alert of the patient (clinic, patient), whose row is locked, or adds to the one that stands of
/// this rule: it becomes as grave as the gravest, and is open again where it is about signs of danger or a
/// fall, became graver, or was put off and is critical.
pub(crate) async fn add(
    tx: &Tx,
    by: By<'_>,
    key: (Uuid, Uuid),
    (standing, found): (Option<Model>, Found),
    change: i64,
) -> Result<()> {
    let services = by.services();
    let id = standing.as_ref().map_or_else(|| services.new_id(), |row| row.id);
    if let Some(mut row) = standing {
        row.again(&found);
        (row.newest_at, row.change) = (services.now(), change);
        row.into_active_model().reset_all().update(tx).await?;
    } else {
        let row = first(key, id, &found, (services.now(), change));
        ActiveModel::from(row).reset_all().insert(tx).await?;
    }
    let entry = audit::Entry { action: "alert.raise", patient_id: Some(key.1), object: (Kind::Alert, id) };
    audit::record_by(tx, by, key.0, entry).await
}

fn first((clinic_id, patient_id): (Uuid, Uuid), id: Uuid, found: &Found, at: (Instant, i64)) -> Model {
    let (now, change) = at;
    let mut row = Model {
        clinic_id,
        id,
        patient_id,
        rule: found.rule.to_owned(),
        severity: found.severity,
        status: Status::Open,
        evidence: Evidence(Vec::new()),
        opened_at: now,
        newest_at: now,
        acknowledged_by: None,
        acknowledged_at: None,
        snoozed_until: None,
        resolved_by: None,
        resolved_at: None,
        resolution: None,
        closed_because: None,
        change,
    };
    row.keep(&found.evidence);
    row
}

impl Model {
    /// It is raised once more.
    fn again(&mut self, found: &Found) {
        let graver = found.severity > self.severity;
        self.severity = self.severity.max(found.severity);
        let put_off = self.status == Status::Snoozed && self.severity == Severity::Critical;
        if graver || put_off || [RED_FLAG, SAFETY].contains(&self.rule.as_str()) {
            self.status = Status::Open;
            (self.acknowledged_by, self.acknowledged_at, self.snoozed_until) = (None, None, None);
        }
        self.keep(&found.evidence);
    }

    /// Keeps these records, each once.
    fn keep(&mut self, evidence: &[(Kind, Uuid)]) {
        let records = &mut self.evidence.0;
        for record in evidence.iter().map(|(kind, id)| kind.encode(*id)) {
            if !records.contains(&record) {
                records.push(record);
            }
        }
        let excess = records.len().saturating_sub(MOST_EVIDENCE);
        records.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: &'static str, severity: Severity, record: u128) -> Found {
        Found { rule, severity, evidence: vec![(Kind::RedFlagScreen, Uuid::from_u128(record))] }
    }

    fn alert(rule: &'static str, severity: Severity, status: Status) -> Model {
        let row = first((Uuid::nil(), Uuid::nil()), Uuid::nil(), &found(rule, severity, 0), (Instant(0), 1));
        Model { status, ..row }
    }

    fn record(number: u128) -> String {
        Kind::RedFlagScreen.encode(Uuid::from_u128(number))
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
            row.again(&found("any", raised, 1));
            assert_eq!((row.severity, row.status), (after, then), "{before:?} {status:?} {raised:?}");
            assert_eq!(row.evidence.0, [record(0), record(1)]);
        }
    }

    #[test]
    fn signs_of_danger_and_falls_that_are_told_again_are_open_again_whoever_was_on_them() {
        for rule in [RED_FLAG, SAFETY] {
            for (severity, told) in [(Severity::Critical, Severity::High), (Severity::High, Severity::High)] {
                let mut row = alert(rule, severity, Status::Acknowledged);
                (row.acknowledged_by, row.acknowledged_at) = (Some(Uuid::nil()), Some(Instant(0)));
                row.again(&found(rule, told, 1));
                assert_eq!((row.severity, row.status), (severity, Status::Open));
                assert_eq!((row.acknowledged_by, row.acknowledged_at), (None, None));
            }
        }
    }

    #[test]
    fn a_record_is_named_once_and_of_very_many_the_newest() {
        let mut row = alert("any", Severity::Low, Status::Open);
        row.again(&found("any", Severity::Low, 0));
        assert_eq!(row.evidence.0.len(), 1);
        for number in 1..=150 {
            row.again(&found("any", Severity::Low, number));
        }
        assert_eq!(row.evidence.0.len(), MOST_EVIDENCE);
        assert_eq!(row.evidence.0.last(), Some(&record(150)));
    }
}
