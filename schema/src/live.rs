//! What can be followed live.
//!
//! A subscription is run once for each time it is woken: the transport listens to the change
//! feed, makes a fresh scope, and hands in [`Woken`]. So every event is read under the access
//! rules of its own moment, and from SQL, the truth; the feed only says when to look.

use crate::alert::Alert;
use crate::caseload::CaseloadRow;
use crate::context::{acting_patient, scope};
use crate::error::raise;
use crate::id;
use crate::message::{self, ReceivedMessage};
use crate::patient::Patient;
use crate::scalar::SyncCursor;
use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use care::access::Scope;
use care::clock::Instant;
use futures::Stream;
use futures::stream;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Why a subscription is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// It begins.
    Begin,
    /// These patients have changed.
    Changed(BTreeSet<Uuid>),
    /// Changes were missed: the feed was cut, or too many came at once.
    Missed,
    /// Nothing is known to have changed; it looks by itself now and then.
    Look,
}

/// What a run of a subscription knows beside its arguments.
#[derive(Debug, Clone)]
pub struct Woken {
    /// Why it is run.
    pub wake: Wake,
    /// How far the client has been told, kept from run to run.
    pub told: Told,
}

/// How far the client of a subscription has been told.
#[derive(Debug, Clone)]
pub struct Told {
    /// The place in the patient's change counter.
    place: Arc<AtomicI64>,
    /// When the alerts that were told were last raised.
    alerts: Arc<Mutex<HashMap<Uuid, Instant>>>,
    /// The rows of the caseload.
    caseload: Arc<Mutex<care::caseload::Told>>,
    /// The newest message of each patient.
    messages: Arc<Mutex<HashMap<Uuid, Uuid>>>,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            place: Arc::new(AtomicI64::new(-1)),
            alerts: Arc::default(),
            messages: Arc::default(),
            caseload: Arc::default(),
        }
    }
}

impl Told {
    fn place(&self) -> Option<i64> {
        Some(self.place.load(Ordering::Relaxed)).filter(|place| *place >= 0)
    }

    fn advance(&self, place: i64) {
        self.place.store(place, Ordering::Relaxed);
    }

    /// Whether the alert has not been told as it was last raised; from now on it has been.
    fn is_news(&self, alert: &care::alert::Alert) -> bool {
        let mut alerts = self.alerts.lock().unwrap_or_else(PoisonError::into_inner);
        alerts.insert(alert.id, alert.newest_at).is_none_or(|told| told < alert.newest_at)
    }

    /// The newest message told of each patient.
    pub(crate) fn messages(&self) -> MutexGuard<'_, HashMap<Uuid, Uuid>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change of the patient who listens.
#[derive(SimpleObject)]
pub(crate) struct PatientChange {
    /// Where this event stands. Subscribing again `after` it names what was missed.
    cursor: SyncCursor,
    /// The patient as they are now.
    patient: Patient,
    /// Ids of the programs, progress logs, reminders, deliveries, visits, education assignments, goals,
    /// reports of falls, outcome assignments, outcomes, pain ratings and messages written since the event before, in the
    /// order of their last write.
    changed: Vec<ID>,
}

/// Everything that can be followed.
pub(crate) struct Subscription;

#[Subscription]
impl Subscription {
    /// What changes of the patient who asks. Begins with an event that tells the present cursor,
    /// and what was missed since `after`; then an event follows each change. Patients only.
    async fn patient_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The cursor of the last event that arrived.")] after: Option<SyncCursor>,
    ) -> Result<impl Stream<Item = PatientChange> + use<>> {
        let event = patient_change(context, after).await?;
        Ok(stream::iter(event))
    }

    /// The rows of the caseload that change, each as it is now. What changed while nobody listened
    /// is not told: read `caseload` after subscribing. Clinicians only.
    async fn caseload_changed(
        &self,
        context: &Context<'_>,
    ) -> Result<impl Stream<Item = CaseloadRow> + use<>> {
        let rows = caseload_rows(scope(context)?, context.data::<Woken>()?).await.map_err(raise)?;
        Ok(stream::iter(rows))
    }

    /// The patients of your care teams whose messages wait to be read, each with the newest: at first all of
    /// them, then those who have written again. A message may be told more than once. Clinicians only.
    async fn message_received(
        &self,
        context: &Context<'_>,
    ) -> Result<impl Stream<Item = ReceivedMessage> + use<>> {
        let received = message::received(scope(context)?, context.data::<Woken>()?).await;
        Ok(stream::iter(received.map_err(raise)?))
    }

    /// The alerts of the patients of your care teams that are raised, or raised again, each as it is now, at least
    /// once. What was raised before is not told: read `alerts` after subscribing. Clinicians only.
    async fn alert_raised(&self, context: &Context<'_>) -> Result<impl Stream<Item = Alert> + use<>> {
        let alerts = raised_alerts(scope(context)?, context.data::<Woken>()?).await.map_err(raise)?;
        Ok(stream::iter(alerts.into_iter().map(Alert::from)))
    }
}

/// The alerts of those whom a wake names, raised since the subscription began and not told yet.
async fn raised_alerts(scope: &Scope, woken: &Woken) -> care::error::Result<Vec<care::alert::Alert>> {
    let begun = woken.told.place().map(Instant);
    let patients = match (&woken.wake, begun) {
        (Wake::Begin, _) | (_, None) => {
            woken.told.advance(care::alert::followed_from(scope)?.0);
            return Ok(Vec::new());
        }
        (Wake::Changed(ids), _) => Some(ids),
        (Wake::Look | Wake::Missed, _) => None,
    };
    let since = begun.unwrap_or_default();
    let raised = care::alert::raised_since(scope, since, patients).await?;
    Ok(raised.into_iter().filter(|alert| woken.told.is_news(alert)).collect())
}

async fn patient_change(context: &Context<'_>, after: Option<SyncCursor>) -> Result<Option<PatientChange>> {
    let (scope, woken) = (scope(context)?, context.data::<Woken>()?);
    let id = acting_patient(scope)?;
    let asked = after.map(|after| care::sync::decode(id, &after.0)).transpose().map_err(raise)?;
    let place = woken.told.place().or(asked);
    let changed = care::sync::changed_since(scope, id, place).await.map_err(raise)?;
    if woken.wake != Wake::Begin && place.is_some_and(|place| changed.place <= place) {
        return Ok(None);
    }
    woken.told.advance(changed.place);
    Ok(Some(PatientChange {
        cursor: SyncCursor(care::sync::encode(id, changed.place)),
        patient: changed.patient.into(),
        changed: changed.entities.into_iter().map(|(kind, entity)| id::encode(kind, entity)).collect(),
    }))
}

/// The rows that say something else than was told, of those whom a wake names.
async fn caseload_rows(scope: &Scope, woken: &Woken) -> care::error::Result<Vec<CaseloadRow>> {
    let (ids, begins) = match &woken.wake {
        Wake::Begin => (None, true),
        Wake::Changed(ids) => (Some(ids), false),
        Wake::Look | Wake::Missed => (None, false),
    };
    let rows = care::caseload::news(scope, &woken.told.caseload, ids, begins).await?;
    Ok(rows.into_iter().map(CaseloadRow::from).collect())
}
