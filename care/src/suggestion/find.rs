//! What is suggested for patients, made from what was logged and decided.

use super::data::{self, Reason};
use super::gather::{Gathered, gather};
use super::session::{Session, sessions};
use super::step::{Usual, back, further};
use super::{Kind, Step, Suggestion, decision, rule, table};
use crate::access::Scope;
use crate::alert::table as alert;
use crate::alert::{RED_FLAG, Severity};
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::id;
use crate::library::Exercise;
use crate::library::dose::Dose;
use crate::patient::{Chart, visible_charts};
use crate::program::{self, History, Prescription, Status};
use crate::store::Tx;
use std::collections::HashMap;
use uuid::Uuid;

/// What is suggested for each of these visible patients, in a fixed number of statements. Clinicians only.
/// Whoever is not visible is left out.
pub async fn of(scope: &Scope, patient_ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Suggestion>>> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let charts = visible_charts(&tx, scope, patient_ids).await?;
    of_patients(&tx, scope, &charts).await
}

/// What is suggested for the patients of these charts, in a fixed number of statements.
pub(crate) async fn of_patients(
    tx: &Tx,
    scope: &Scope,
    charts: &[Chart],
) -> Result<HashMap<Uuid, Vec<Suggestion>>> {
    let (gathered, now) = (gather(tx, scope, charts).await?, scope.services().now());
    charts.iter().map(|chart| Ok((chart.id(), of_patient(chart, &gathered, now)?))).collect()
}

/// A hold alone; else steps back, then steps further, each in the order of the program.
fn of_patient(chart: &Chart, gathered: &Gathered, now: Instant) -> Result<Vec<Suggestion>> {
    let (id, today) = (chart.id(), chart.date_at(now));
    let histories: Vec<_> = gathered.histories.get(&id).into_iter().flatten().collect();
    let current = program::on(&histories, today).filter(|history| history.row.status.is_current());
    let Some(history) = current.filter(|_| chart.row.discharged_at.is_none()) else {
        return Ok(Vec::new());
    };
    let alerts = gathered.alerts.get(&id).map(Vec::as_slice).unwrap_or_default();
    let decisions = gathered.decisions.get(&id).map(Vec::as_slice).unwrap_or_default();
    let about = About { chart, history, gathered, alerts, decisions, today };
    if about.is_in_danger() {
        let hold = about.hold()?;
        // Where that is decided or done, what hurts can still be made less.
        if history.row.status == Status::OnHold {
            return Ok(Vec::new());
        }
        if !decision::is_settled(decisions, (Kind::Hold, None), &hold.records) {
            return Ok(vec![hold]);
        }
    }
    about.steps()
}

/// A patient who follows a program.
struct About<'a> {
    chart: &'a Chart,
    history: &'a History,
    gathered: &'a Gathered,
    alerts: &'a [alert::Model],
    decisions: &'a [table::Model],
    today: Day,
}

impl About<'_> {
    /// The alerts for which the program is to rest.
    fn grave(&self) -> impl Iterator<Item = &alert::Model> {
        let danger = self.chart.row.danger_since.is_some();
        self.alerts
            .iter()
            .filter(move |alert| alert.severity == Severity::Critical || danger && alert.rule == RED_FLAG)
    }

    fn is_in_danger(&self) -> bool {
        self.chart.row.danger_since.is_some() || self.grave().next().is_some()
    }

    fn hold(&self) -> Result<Suggestion> {
        let danger = self.chart.row.danger_since;
        let critical = self.grave().any(|alert| alert.severity == Severity::Critical);
        let reasons = [danger.map(|_| Reason::RedFlag), critical.then_some(Reason::CriticalAlert)];
        let of_alerts = self.grave().flat_map(|alert| {
            let its = id::Kind::Alert.encode(alert.id);
            std::iter::once(its).chain(alert.evidence.0.iter().cloned())
        });
        let mut records: Vec<String> = of_alerts.collect();
        if let Some(since) = danger.filter(|_| records.is_empty()) {
            records.push(since.to_string());
        }
        let evidence = self.grave().map(|alert| id::Kind::Alert.encode(alert.id)).collect();
        let what = (self.history.row.id, Kind::Hold, records.join(" "));
        Ok(Suggestion {
            reasons: reasons.into_iter().flatten().collect(),
            evidence,
            records,
            ..self.suggestion(what)?
        })
    }

    /// A suggestion of this kind, named by what it is about and what speaks for it.
    fn suggestion(&self, (about, kind, evidence): (Uuid, Kind, String)) -> Result<Suggestion> {
        let revision = self.history.revisions.last().ok_or(Error::Internal)?;
        Ok(Suggestion {
            id: Uuid::new_v5(&about, format!("{kind:?}/{}/{evidence}", revision.id).as_bytes()),
            kind,
            program_id: self.history.row.id,
            revision: self.history.row.revision,
            step: None,
            reasons: Vec::new(),
            evidence: Vec::new(),
            rule: data::rule(kind).ok_or(Error::Internal)?,
            thresholds: self.gathered.settings.progression,
            records: Vec::new(),
            newest_at: Instant(0),
        })
    }

    /// Whether nothing about the patient speaks against more.
    fn may_progress(&self) -> bool {
        let row = &self.chart.row;
        self.history.row.status == Status::Active
            && self.history.covers(self.today)
            && self.alerts.is_empty()
            && row.danger_since.is_none()
            && row.review_since.is_none()
            && row.screen_due_since.is_none()
    }

    fn steps(&self) -> Result<Vec<Suggestion>> {
        let settings = &self.gathered.settings;
        let nothing = Vec::new();
        let logged = self.gathered.logged.get(&self.chart.id()).unwrap_or(&nothing);
        let rated = self.gathered.ratings.get(&self.chart.id()).map(Vec::as_slice).unwrap_or_default();
        let flares = crate::progress::flares(logged, rated, settings.pain);
        let (mut less, mut more) = (Vec::new(), Vec::new());
        for prescription in self.history.asked_on(self.today) {
            let Some(exercise) = self.gathered.exercises.get(&prescription.exercise_id) else { continue };
            let done = sessions(self.history, &prescription, logged, (settings.pain, settings.progression));
            let its = Its { prescription: &prescription, exercise, done: &done };
            if let Some(red) = rule::regress(&done, settings.progression) {
                less.extend(self.regress(&its, &red)?);
            } else if self.may_progress()
                && let Some(good) = rule::progress(&done, &flares, settings.progression)
            {
                more.extend(self.progress(&its, good)?);
            }
        }
        less.extend(more);
        Ok(less)
    }

    fn regress(&self, its: &Its<'_>, red: &[&Session]) -> Result<Option<Suggestion>> {
        let origin_id = its.prescription.origin_id;
        let dose = Usual::of(its.exercise, &its.prescription.dose)
            .and_then(|usual| back(&its.prescription.dose, &usual));
        let Some(dose) = dose else { return Ok(None) };
        let suggestion = self.stepped(its, (Kind::Regress, dose), red, vec![Reason::RedPain])?;
        let settled =
            decision::is_settled(self.decisions, (Kind::Regress, Some(origin_id)), &suggestion.records);
        Ok(Some(suggestion).filter(|_| !settled))
    }

    fn progress(&self, its: &Its<'_>, good: &[Session]) -> Result<Option<Suggestion>> {
        let prescription = its.prescription;
        let wanted = self.gathered.settings.progression.sessions_after_rejection;
        if decision::rests(self.decisions, prescription.origin_id, its.done, wanted) {
            return Ok(None);
        }
        let conditions = self.gathered.conditions.get(&self.chart.id());
        let patient = (self.chart, conditions.map(Vec::as_slice).unwrap_or_default());
        let silent = |dose: &Dose| {
            let step = (prescription.id, *dose);
            !self.history.warns_anew(patient, &self.gathered.exercises, step, self.today)
        };
        let usual = Usual::of(its.exercise, &prescription.dose);
        let dose = usual.and_then(|usual| further(&prescription.dose, &usual)).filter(silent);
        let Some(dose) = dose else { return Ok(None) };
        let mut reasons = vec![Reason::DoseDone, Reason::PainLow];
        reasons.extend(good.iter().any(|session| session.rpe.is_some()).then_some(Reason::EffortLow));
        let good: Vec<_> = good.iter().collect();
        self.stepped(its, (Kind::Progress, dose), &good, reasons).map(Some)
    }

    fn stepped(
        &self,
        its: &Its<'_>,
        (kind, dose): (Kind, Dose),
        behind: &[&Session],
        reasons: Vec<Reason>,
    ) -> Result<Suggestion> {
        let logs: Vec<_> =
            behind.iter().map(|session| id::Kind::ProgressLog.encode(session.log_id)).collect();
        let newest = logs.last().cloned().unwrap_or_default();
        let (prescription, exercise) = (its.prescription.clone(), its.exercise.clone());
        Ok(Suggestion {
            step: Some(Step { prescription, exercise, dose }),
            reasons,
            evidence: logs.clone(),
            records: logs,
            newest_at: behind.last().map(|session| session.performed_at).unwrap_or_default(),
            ..self.suggestion((its.prescription.origin_id, kind, newest))?
        })
    }
}

/// A prescription with what was done of it.
struct Its<'a> {
    prescription: &'a Prescription,
    exercise: &'a Exercise,
    done: &'a [Session],
}
