//! The journal of reads: who saw which patient, and who was refused, committed before the answer
//! leaves. Many at once share a commit: those that come while one is under way are the next.

use super::table::audit_event;
use super::{Entry, Who};
use crate::access::{Door, Noted, Person, Scope, Worker};
use crate::error::{Error, Result};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QueryTrait};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// Rows of one statement: well below the parameters that a database takes.
const CHUNK: usize = 1_000;

type Row = audit_event::Model;
/// Rows to commit, and whom to tell how it ended.
type Waiting = (Vec<Row>, oneshot::Sender<Result<()>>);

/// What waits to be recorded in this process.
#[derive(Debug, Clone, Default)]
pub struct Journal(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    waiting: Mutex<Vec<Waiting>>,
    /// The commits that are under way.
    commits: Mutex<JoinSet<()>>,
    /// Held by who commits.
    turn: tokio::sync::Mutex<()>,
    /// The day since the epoch, and the patients' sessions whose reading has been recorded on it.
    own: Mutex<(i64, HashSet<Uuid>)>,
}

/// Records which patients the operation of `scope` has shown, and what it was refused. Nothing of its
/// answer may leave when this fails. A patient's reading of their own chart is recorded once in a
/// session and day.
pub async fn record_reads(scope: &Scope) -> Result<()> {
    let Noted { mut seen, missed, forbidden, disproved } = scope.take_noted();
    let (services, actor) = (scope.services(), scope.actor());
    let journal = &services.journal;
    let today = services.now().0.div_euclid(DAY);
    if let Person::Patient(own) = actor.person
        && journal.has_own(today, actor.session_id)
    {
        seen.remove(&own);
    }
    let who = Who::of(scope);
    let of_patient = |id: Uuid, outcome| {
        let entry = Entry { action: "patient.read", patient_id: Some(id), object: (Kind::Patient, id) };
        who.row(services, &entry, outcome)
    };
    let mut rows: Vec<_> = seen.iter().map(|id| of_patient(*id, "DONE")).collect();
    rows.extend(missed.iter().map(|id| of_patient(*id, "REFUSED")));
    for action in forbidden.then_some("role.exceed").into_iter().chain(disproved) {
        let object = (Kind::Account, actor.account_id);
        let entry = Entry { action, patient_id: None, object };
        rows.push(who.row(services, &entry, "REFUSED"));
    }
    if rows.is_empty() {
        return Ok(());
    }
    if let Err(error) = journal.commit(scope.door().worker(), rows).await {
        tracing::error!(request_id = scope.request_id(), "an answer is withheld: the audit trail lacks it");
        return Err(error);
    }
    if !seen.is_empty() && matches!(actor.person, Person::Patient(_)) {
        journal.keep_own(today, actor.session_id);
    }
    Ok(())
}

/// Records that somebody was refused at `door` who said they were this account, standing for that person
/// of a clinic. One that there is not leaves the same row, in no clinic: the answer takes as long.
pub(crate) async fn record_refusal(
    door: &Door,
    action: &'static str,
    account_id: Option<Uuid>,
    stands_for: Option<(Uuid, Person)>,
) -> Result<()> {
    let services = door.services();
    let (clinic_id, patient_id) =
        stands_for.map(|(clinic_id, person)| (clinic_id, person.patient_id())).unzip();
    let who = Who { clinic_id, address: door.address(), ..Who::nobody() };
    let object = (Kind::Account, account_id.unwrap_or_default());
    let mut row = who.row(services, &Entry { action, patient_id: patient_id.flatten(), object }, "REFUSED");
    row.object_id = account_id;
    services.journal.commit(door.worker(), vec![row]).await
}

impl Journal {
    /// Commits the rows together with those of others. It goes on when who waits for it is gone:
    /// others may wait for the same commit.
    async fn commit(&self, worker: Worker, rows: Vec<Row>) -> Result<()> {
        let (tell, told) = oneshot::channel();
        locked(&self.0.waiting).push((rows, tell));
        {
            let mut commits = locked(&self.0.commits);
            while commits.try_join_next().is_some() {}
            commits.spawn(commit_waiting(Arc::clone(&self.0), worker));
        }
        told.await.unwrap_or(Err(Error::Unavailable))
    }

    fn has_own(&self, today: i64, session_id: Uuid) -> bool {
        let own = locked(&self.0.own);
        own.0 == today && own.1.contains(&session_id)
    }

    fn keep_own(&self, today: i64, session_id: Uuid) {
        let mut own = locked(&self.0.own);
        if own.0 != today {
            *own = (today, HashSet::new());
        }
        own.1.insert(session_id);
    }
}

/// Commits all that waits. Nothing does when who had the turn before has committed it.
async fn commit_waiting(inner: Arc<Inner>, worker: Worker) {
    let _turn = inner.turn.lock().await;
    let group = std::mem::take(&mut *locked(&inner.waiting));
    if group.is_empty() {
        return;
    }
    let (rows, waiting): (Vec<_>, Vec<_>) = group.into_iter().unzip();
    let written = write(&worker, rows.into_iter().flatten().collect()).await;
    for tell in waiting {
        // Nobody listens any more where the client is gone.
        let _ = tell.send(written.clone());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn write(worker: &Worker, rows: Vec<Row>) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let rows = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        let insert = audit_event::Entity::insert_many(rows).into_query();
        worker.insert_at_once(&insert).await?;
    }
    Ok(())
}
