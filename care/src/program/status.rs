//! Activating, holding, releasing and ending a program.

use super::caution::{Excuse, Facts, Warning, both, excuse, excuse_criteria, warnings};
use super::change_phase::check_known;
use super::table::{program, program_hold};
use super::{History, NewPrescription, Program, Saved, Status, find_to_write, of_patients, phase};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, Set};
use uuid::Uuid;

/// Which draft a patient is to follow.
#[derive(Debug, Clone, Default)]
pub struct Activate {
    /// The program.
    pub program_id: Uuid,
    /// Whether another program that the patient follows is completed by this.
    pub replace_current: bool,
    /// The criteria to enter its first phase that are met, in their own words.
    pub criteria_met: Vec<String>,
    /// Why criteria that are not met or rules that warn are gone past, 10 to 500 characters.
    pub override_reason: Option<String>,
}

/// What a patient reads while signs of danger wait.
pub(crate) const DANGER: &str =
    "There are signs that need to be looked at first. Your clinic releases the program.";

/// What a patient reads after a fall.
pub(crate) const FALL: &str =
    "A fall was reported, and needs to be looked at first. Your clinic releases the program.";

/// Nothing begins or goes on while signs of danger wait to be looked at.
fn without_danger(chart: &Chart) -> Result<()> {
    if chart.row.danger_since.is_none() {
        return Ok(());
    }
    Err(refused("Signs of danger wait to be looked at. See redFlagScreens, then resolveRedFlags."))
}

/// Nobody goes on to a next phase while signs of whatever concern wait to be looked at.
pub(super) fn without_concern(chart: &Chart) -> Result<()> {
    without_danger(chart)?;
    if chart.row.review_since.is_none() {
        return Ok(());
    }
    Err(refused("Signs wait to be looked at first. See redFlagScreens, then resolveRedFlags."))
}

fn refused(message: &str) -> Error {
    Error::field("programId", Code::NotAllowed, message)
}

/// Makes a draft the program that the patient follows, from today or its later first day on. A
/// patient follows one program: another one that is current is completed when `replace_current`,
/// and is a refusal otherwise; until the day before the new one begins the patient goes on with it. Rules
/// that want a reason and have none are faults of code `Caution`. Activating an active program changes
/// nothing.
pub async fn activate(scope: &Scope, activate: Activate) -> Result<Saved> {
    let Activate { program_id, replace_current, criteria_met, override_reason } = activate;
    let tx = scope.write().await?;
    let (mut chart, history) = find_to_write(&tx, scope, program_id).await?;
    let today = chart.date_at(scope.services().now());
    match history.row.status {
        Status::Draft => {
            without_danger(&chart)?;
            same_surgery(&chart, &history)?;
        }
        Status::Active => {
            let from = history.row.starts_on.max(today);
            let warnings = warned(&tx, scope, &chart, (&history, from), (None, false)).await?;
            return Ok(Saved { program: history.program(&chart, today)?, warnings });
        }
        Status::OnHold => return Err(refused("This program is on hold. Release it instead.")),
        Status::Completed | Status::Discontinued => return Err(refused("This program has ended.")),
    }
    let others = of_patients(&tx, scope, &[chart.id()]).await?;
    if others.iter().any(|other| other.row.status.is_current()) && !replace_current {
        let message = "The patient follows another program. Set replaceCurrent to complete that one.";
        return Err(Error::field("replaceCurrent", Code::NotAllowed, message));
    }
    let change = chart.raise(&tx, None).await?;
    let starts_on = history.row.starts_on.max(today);
    let before = starts_on.plus(-1);
    for other in others.iter().filter(|other| other.row.status != Status::Draft) {
        // A program that was over before stays over since then.
        let ends_on = other.row.ends_on.map_or(before, |end| end.min(before));
        let status = if other.row.status.is_current() { Status::Completed } else { other.row.status };
        if (status, Some(ends_on)) != (other.row.status, other.row.ends_on) {
            set(&tx, other, status, other.row.starts_on, Some(ends_on), change).await?;
        }
    }
    if history.row.ends_on.is_some_and(|end| end < starts_on) {
        return Err(refused("The last day of this program is over. Revise it first."));
    }
    let reason = override_reason.as_deref();
    let criteria = begins(&tx, scope, &chart, (&history, starts_on), (&criteria_met, reason)).await;
    let warnings = warned(&tx, scope, &chart, (&history, starts_on), (reason, true)).await;
    both(criteria, warnings.as_ref().map(|_| ()).map_err(Clone::clone))?;
    let warnings = warnings?;
    set(&tx, &history, Status::Active, starts_on, history.row.ends_on, change).await?;
    let program = finish(tx, scope, &chart, &history, ("program.activate", change)).await?;
    Ok(Saved { program, warnings })
}

/// Asks for the criteria to enter the first phase, where the patient begins in it.
async fn begins(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    (history, starts_on): (&History, Day),
    (met, reason): (&[String], Option<&str>),
) -> Result<()> {
    let Some(revision) = history.in_force(starts_on).or(history.revisions.first()) else { return Ok(()) };
    let phases = revision.phases.dated(history.row.anchor_on.unwrap_or(starts_on));
    let first = phase::in_force(&phases, starts_on).is_none_or(|at| at == 0);
    let needed = if first { phase::criteria(&phases, None, 0) } else { Vec::new() };
    check_known(&needed, met)?;
    let unmet: Vec<_> = needed.into_iter().filter(|criterion| !met.contains(criterion)).collect();
    let (program_id, revision_id) = (history.row.id, revision.id);
    let given =
        Excuse { program_id, revision_id, prescriptions: &[], phases: &phases, reason, in_force: true };
    excuse_criteria(tx, scope, chart, &given, &unmet).await
}

/// A protocol goes by the day of surgery that it was made with; where that has been corrected, it is made
/// anew.
pub(super) fn same_surgery(chart: &Chart, history: &History) -> Result<()> {
    if history.row.anchor_on.is_none() || history.row.anchor_on == chart.row.surgery_on {
        return Ok(());
    }
    Err(refused("The day of surgery has been changed. Make a new program from the protocol."))
}

/// What the rules say to the revisions of a program that the patient is to follow from `starts_on` on: the
/// one in force then and all later ones.
pub(super) async fn warned(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    (history, starts_on): (&History, Day),
    (reason, in_force): (Option<&str>, bool),
) -> Result<Vec<Warning>> {
    let begun = history.revisions.iter().rposition(|revision| revision.effective_from <= starts_on);
    let mut told = Vec::new();
    for revision in history.revisions.iter().skip(begun.unwrap_or_default()) {
        let rows = history.prescriptions.iter().filter(|row| row.revision_id == revision.id);
        let prescriptions: Vec<_> = rows.map(NewPrescription::from).collect();
        let days = (revision.effective_from.max(starts_on), history.row.ends_on);
        let first = history.row.anchor_on.unwrap_or(starts_on);
        let facts = Facts::of(tx, chart, days, revision.phases.dated(first)).await?;
        let mut warnings = warnings(tx, &facts, &prescriptions).await?;
        let (program_id, revision_id) = (history.row.id, revision.id);
        let (prescriptions, phases) = (prescriptions.as_slice(), facts.phases.as_slice());
        let given = Excuse { program_id, revision_id, prescriptions, phases, reason, in_force };
        excuse(tx, scope, chart, &mut warnings, &given).await?;
        told = warnings;
    }
    Ok(told)
}

/// Holds an active program: nothing is due until it is released. Holding a held one changes nothing.
pub async fn hold(scope: &Scope, program_id: Uuid, reason: &str) -> Result<Program> {
    hold_in(scope.write().await?, scope, program_id, reason).await
}

/// The same in this transaction, which it ends where the program was not held before.
pub(crate) async fn hold_in(tx: Tx, scope: &Scope, program_id: Uuid, reason: &str) -> Result<Program> {
    let reason = reason.trim();
    if !(1..=1_000).contains(&reason.chars().count()) {
        return Err(Error::field("reason", Code::Required, "Give the reason in 1 to 1,000 characters."));
    }
    let (mut chart, history) = find_to_write(&tx, scope, program_id).await?;
    let today = chart.date_at(scope.services().now());
    match history.row.status {
        Status::Active => {}
        Status::OnHold => return history.program(&chart, today),
        _ => return Err(refused("Only an active program can be held.")),
    }
    let change = chart.raise(&tx, None).await?;
    put_on_hold(&tx, scope, &chart, &history, (reason, change)).await?;
    finish(tx, scope, &chart, &history, ("program.hold", change)).await
}

/// Holds every program that the patient follows, whoever acts: signs of danger and falls do not wait for a
/// clinician. Only a clinician releases it. `reason` is what the patient reads.
pub(crate) async fn hold_for_safety(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    (reason, change): (&str, i64),
) -> Result<()> {
    for history in of_patients(tx, scope, &[chart.id()]).await? {
        if history.row.status == Status::Active {
            put_on_hold(tx, scope, chart, &history, (reason, change)).await?;
            let object = (Kind::Program, history.row.id);
            let entry = audit::Entry { action: "program.hold", patient_id: Some(chart.id()), object };
            audit::record(tx, scope, entry).await?;
        }
    }
    Ok(())
}

async fn put_on_hold(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    history: &History,
    (reason, change): (&str, i64),
) -> Result<()> {
    let (id, now) = (scope.services().new_id(), scope.services().now());
    let row = &history.row;
    program_hold::ActiveModel {
        clinic_id: Set(chart.clinic_id()),
        id: Set(id),
        patient_id: Set(chart.id()),
        program_id: Set(row.id),
        held_from: Set(chart.date_at(now)),
        reason: Set(chart.seal(scope, "program_hold.reason", id, reason)?),
        held_by: Set(scope.actor().person.member_id()),
        held_at: Set(now),
        released_on: Set(None),
        released_by: Set(None),
        released_at: Set(None),
        change: Set(change),
    }
    .insert(tx)
    .await?;
    set(tx, history, Status::OnHold, row.starts_on, row.ends_on, change).await
}

/// Releases a held program; today counts again. It is held against the rules anew, for what is known of the
/// patient may have changed: those that want a reason and have none are faults of code `Caution`. Releasing an
/// active one changes nothing.
pub async fn release(scope: &Scope, program_id: Uuid, override_reason: Option<&str>) -> Result<Program> {
    let tx = scope.write().await?;
    let (mut chart, history) = find_to_write(&tx, scope, program_id).await?;
    let today = chart.date_at(scope.services().now());
    match history.row.status {
        Status::OnHold => without_danger(&chart)?,
        Status::Active => return history.program(&chart, today),
        _ => return Err(refused("Only a held program can be released.")),
    }
    let change = chart.raise(&tx, None).await?;
    let from = history.row.starts_on.max(today);
    warned(&tx, scope, &chart, (&history, from), (override_reason, true)).await?;
    lift_hold(&tx, scope, &history, (today, change)).await?;
    let row = &history.row;
    set(&tx, &history, Status::Active, row.starts_on, row.ends_on, change).await?;
    finish(tx, scope, &chart, &history, ("program.release", change)).await
}

async fn lift_hold(tx: &Tx, scope: &Scope, history: &History, (today, change): (Day, i64)) -> Result<()> {
    let Some(hold) = history.open_hold() else { return Ok(()) };
    program_hold::ActiveModel {
        clinic_id: Set(hold.clinic_id),
        id: Set(hold.id),
        released_on: Set(Some(today)),
        released_by: Set(scope.actor().person.member_id()),
        released_at: Set(Some(scope.services().now())),
        change: Set(change),
        ..Default::default()
    }
    .update(tx)
    .await?;
    Ok(())
}

/// Ends a program as planned: today is its last day. Completing a completed one changes nothing.
pub async fn complete(scope: &Scope, program_id: Uuid) -> Result<Program> {
    end(scope, program_id, Status::Completed).await
}

/// Ends a program early: yesterday was its last day, so that nothing is due any more. Discontinuing a
/// discontinued one changes nothing.
pub async fn discontinue(scope: &Scope, program_id: Uuid) -> Result<Program> {
    end(scope, program_id, Status::Discontinued).await
}

async fn end(scope: &Scope, program_id: Uuid, status: Status) -> Result<Program> {
    let tx = scope.write().await?;
    let (mut chart, history) = find_to_write(&tx, scope, program_id).await?;
    let today = chart.date_at(scope.services().now());
    if history.row.status == status {
        return history.program(&chart, today);
    }
    if !history.row.status.is_current() {
        return Err(refused("Only a program that the patient follows can be ended."));
    }
    let change = chart.raise(&tx, None).await?;
    lift_hold(&tx, scope, &history, (today, change)).await?;
    let (last, action) = match status {
        Status::Completed => (today, "program.complete"),
        _ => (today.plus(-1), "program.discontinue"),
    };
    let ends_on = history.row.ends_on.map_or(last, |end| end.min(last));
    set(&tx, &history, status, history.row.starts_on, Some(ends_on), change).await?;
    finish(tx, scope, &chart, &history, (action, change)).await
}

async fn set(
    tx: &Tx,
    history: &History,
    status: Status,
    starts_on: Day,
    ends_on: Option<Day>,
    change: i64,
) -> Result<()> {
    program::ActiveModel {
        clinic_id: Set(history.row.clinic_id),
        id: Set(history.row.id),
        status: Set(status),
        starts_on: Set(starts_on),
        ends_on: Set(ends_on),
        change: Set(change),
        ..Default::default()
    }
    .update(tx)
    .await?;
    Ok(())
}

/// Audits, commits, announces, and answers the program as it stands now.
async fn finish(
    tx: Tx,
    scope: &Scope,
    chart: &Chart,
    history: &History,
    (action, change): (&'static str, i64),
) -> Result<Program> {
    let id = history.row.id;
    let entry = audit::Entry { action, patient_id: Some(chart.id()), object: (Kind::Program, id) };
    audit::record(&tx, scope, entry).await?;
    let (_, now) = super::find(&tx, scope, id).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    now.program(chart, chart.date_at(scope.services().now()))
}
