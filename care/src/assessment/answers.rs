//! Writing the answers to a screen, and acting on them, in the transaction in which they are given.

use super::red_flag::{Finding, Level, findings};
use super::table::red_flag_screen::{ActiveModel, Model};
use crate::access::Scope;
use crate::account::MailKind;
use crate::alert::{self, RED_FLAG, Raise};
use crate::audit;
use crate::clinic::tell_administrators;
use crate::clock::Day;
use crate::error::Result;
use crate::id::Kind;
use crate::patient::{Chart, note_condition, tell_team};
use crate::program::{DANGER, hold_for_safety};
use crate::store::Tx;
use sea_orm::{ActiveEnum, ActiveModelTrait};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a finding of this cluster is recorded as of the patient, so that programs are held against it.
const RECORDED: (&str, &str) = ("myelopathy", "myelopathy-signs");

/// The answers to a screen, with what follows from them.
pub(super) struct Answers {
    present: BTreeSet<String>,
    note: Option<String>,
    findings: Vec<Finding>,
    pub(super) fingerprint: Vec<u8>,
}

impl Answers {
    /// The answers given on `today`: the signs that were told, and those of age where the birth date says so.
    pub(super) fn of(
        chart: &Chart,
        today: Day,
        told: BTreeSet<String>,
        note: Option<String>,
    ) -> Result<Self> {
        let fingerprint = chart.fingerprint("red_flag_screen", &format!("{told:?} {note:?}"));
        let present = with_age(told, chart, today)?;
        Ok(Self { findings: findings(&present), present, note, fingerprint })
    }

    /// The gravest level.
    pub(super) fn level(&self) -> Option<Level> {
        self.findings.first().map(|finding| finding.level)
    }

    /// Whether they mean danger.
    pub(super) fn is_urgent(&self) -> bool {
        self.level().is_some_and(Level::holds)
    }

    /// Writes them as the screen of this id, as of this change. Where they point to anything, no next phase
    /// is entered until a therapist has looked at it; where they mean danger, the program rests, an alert is
    /// raised, and those who can act are told.
    pub(super) async fn write(
        self,
        tx: &Tx,
        scope: &Scope,
        chart: &mut Chart,
        (id, change): (Uuid, i64),
    ) -> Result<Model> {
        let row = self.row(scope, chart, id)?;
        ActiveModel::from(row.clone()).reset_all().insert(tx).await?;
        if self.level().is_some() {
            let since = chart.row.review_since.unwrap_or_else(|| scope.services().now());
            chart.set_review(tx, Some(since)).await?;
        }
        if self.findings.iter().any(|finding| finding.cluster == RECORDED.0) {
            note_condition(tx, scope, chart, RECORDED.1, change).await?;
        }
        if let Some(level) = self.level().filter(|level| level.holds()) {
            rest_and_tell(tx, scope, chart, change).await?;
            let severity = alert::rule(RED_FLAG).and_then(|rule| rule.severity(&level.to_value()));
            if let Some(severity) = severity {
                let raise = Raise { rule: RED_FLAG, severity, evidence: (Kind::RedFlagScreen, id) };
                alert::raise(tx, scope, chart, raise, change).await?;
            }
        }
        let object = (Kind::RedFlagScreen, id);
        let entry = audit::Entry { action: "red_flag.screen", patient_id: Some(chart.id()), object };
        audit::record(tx, scope, entry).await?;
        Ok(row)
    }

    fn row(&self, scope: &Scope, chart: &Chart, id: Uuid) -> Result<Model> {
        let text = self.present.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let note = self.note.as_deref().map(|note| chart.seal(scope, "red_flag_screen.note", id, note));
        Ok(Model {
            clinic_id: chart.clinic_id(),
            id,
            patient_id: chart.id(),
            signs: chart.seal(scope, "red_flag_screen.signs", id, &text)?,
            note: note.transpose()?,
            level: self.level(),
            member_id: scope.actor().person.member_id(),
            screened_at: scope.services().now(),
            fingerprint: self.fingerprint.clone(),
            resolved_at: None,
            resolved_by: None,
            resolution: None,
        })
    }
}

/// The patient has been asked today: no screen is due any more.
pub(super) async fn asked(tx: &Tx, chart: &mut Chart) -> Result<()> {
    if chart.row.screen_due_since.is_some() { chart.set_screen_due(tx, None).await } else { Ok(()) }
}

/// Lets every program rest, and tells those who can act.
async fn rest_and_tell(tx: &Tx, scope: &Scope, chart: &mut Chart, change: i64) -> Result<()> {
    let since = chart.row.danger_since.unwrap_or_else(|| scope.services().now());
    chart.set_danger(tx, Some(since)).await?;
    hold_for_safety(tx, scope, chart, (DANGER, change)).await?;
    if !tell_team(tx, scope, chart, MailKind::RedFlags).await? {
        tracing::warn!(patient = %chart.id(), "signs of danger, and no therapist of the care team to tell");
        tell_administrators(tx, scope, MailKind::RedFlagsUnattended).await?;
    }
    Ok(())
}

/// The signs, with those of age where the birth date says so.
fn with_age(mut present: BTreeSet<String>, chart: &Chart, today: Day) -> Result<BTreeSet<String>> {
    if let Some(born) = chart.patient()?.birth_date {
        for (years, sign) in [(45, "age-over-45"), (70, "age-over-70")] {
            if born.years_until(today) > years {
                present.insert(sign.to_owned());
            }
        }
    }
    Ok(present)
}
