//! Alerts.

use crate::context::{language, scope};
use crate::error::{payload, raise};
use crate::id::{self, encode};
use crate::library::RuleBasis;
use crate::page::{self, Listed};
use crate::patient::Patient;
use crate::scalar::DateTime;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use care::alert::{Filter, Rule};
use care::error::Error;
use care::id::Kind;
use uuid::Uuid;

/// How grave an alert is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::alert::Severity")]
enum AlertSeverity {
    /// To be looked at at the next look at the caseload.
    Low,
    /// To be looked at on the same day.
    High,
    /// To be looked at now.
    Critical,
}

/// Where an alert stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::alert::Status")]
enum AlertStatus {
    /// Nobody has looked at it.
    Open,
    /// Somebody is on it.
    Acknowledged,
    /// Put off until a time, after which it is open again.
    Snoozed,
    /// Done.
    Resolved,
}

/// Why an alert is resolved.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::alert::Closed")]
enum AlertClosure {
    /// A therapist has dealt with it.
    Resolved,
    /// By itself: the patient has been away too long.
    DroppedOut,
    /// By itself: what raised it is over. An alert about pain settles by reports that are low and have not risen
    /// where it is not critical, one about silence by a log.
    Settled,
}

/// What a rule has found of a patient that a clinician should look at. There is one for each patient and rule
/// that is not resolved; what raises it again is added to it. That there is none clears nobody.
#[derive(Debug, Clone)]
pub(crate) struct Alert(care::alert::Alert);

impl From<care::alert::Alert> for Alert {
    fn from(alert: care::alert::Alert) -> Self {
        Self(alert)
    }
}

impl Alert {
    fn of_rule(&self) -> Option<&'static Rule> {
        care::alert::rule(&self.0.rule)
    }
}

/// What a rule has found of a patient that a clinician should look at. There is one for each patient and rule
/// that is not resolved; what raises it again is added to it. That there is none clears nobody.
#[Object]
impl Alert {
    /// TypeID `alert_…`.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Alert, self.0.id)
    }

    /// The patient.
    async fn patient(&self) -> Patient {
        self.0.patient.clone().into()
    }

    /// The key of the rule that raised it: `red-flag`, `safety` (falls), `pain`, `engagement` (nothing is logged).
    /// There will be more.
    async fn rule(&self) -> &str {
        &self.0.rule
    }

    /// What it is about, one sentence, in the language asked for.
    async fn text(&self, context: &Context<'_>) -> Result<&'static str> {
        let language = language(context)?;
        Ok(self.of_rule().map_or("", |rule| rule.text(language)))
    }

    /// Where the rule is from; none for one that is no more.
    async fn basis(&self) -> Option<RuleBasis> {
        self.of_rule().map(|rule| rule.basis.into())
    }

    /// Its source, or who is to review it.
    async fn source(&self) -> Option<&'static str> {
        self.of_rule().map(|rule| rule.source.as_str())
    }

    /// How grave it is.
    async fn severity(&self) -> AlertSeverity {
        self.0.severity.into()
    }

    /// Where it stands now.
    async fn status(&self) -> AlertStatus {
        self.0.status.into()
    }

    /// When it was first raised.
    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }

    /// When it was last raised.
    async fn newest_at(&self) -> DateTime {
        self.0.newest_at.into()
    }

    /// The ids of the records that raised it, the oldest first; of very many the newest hundred.
    async fn evidence(&self) -> Vec<ID> {
        self.0.evidence.iter().map(ID::from).collect()
    }

    /// The member who acknowledged it.
    async fn acknowledged_by(&self) -> Option<ID> {
        self.0.acknowledged_by.map(|id| encode(Kind::Member, id))
    }

    /// When it was acknowledged.
    async fn acknowledged_at(&self) -> Option<DateTime> {
        self.0.acknowledged_at.map(DateTime::from)
    }

    /// Until when it was put off.
    async fn snoozed_until(&self) -> Option<DateTime> {
        self.0.snoozed_until.map(DateTime::from)
    }

    /// Why it is resolved; null while it is not.
    async fn closed_because(&self) -> Option<AlertClosure> {
        self.0.closed_because.map(AlertClosure::from)
    }

    /// The member who resolved it; none where it closed by itself.
    async fn resolved_by(&self) -> Option<ID> {
        self.0.resolved_by.map(|id| encode(Kind::Member, id))
    }

    /// When it was resolved.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.0.resolved_at.map(DateTime::from)
    }

    /// What they found and did.
    async fn resolution(&self) -> Option<&str> {
        self.0.resolution.as_deref()
    }
}

/// The alerts of a patient that are not resolved.
pub(crate) async fn open(context: &Context<'_>, patient_id: Uuid) -> Result<Vec<Alert>> {
    let alerts = care::alert::open(scope(context)?, patient_id).await.map_err(raise)?;
    Ok(alerts.into_iter().map(Alert::from).collect())
}

/// The queries about alerts.
#[derive(Default)]
pub(crate) struct AlertQuery;

#[Object]
impl AlertQuery {
    /// The alerts of the patients of your care teams, last raised first. Clinicians only; patients see none.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn alerts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of this patient alone.")] patient_id: Option<ID>,
        #[graphql(desc = "Those that stand so now.")] status: Option<AlertStatus>,
        #[graphql(desc = "Those that are so grave.")] severity: Option<AlertSeverity>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Alert>>> {
        let listed = async {
            let patient_id = patient_id.as_ref().map(|id| id::named(Kind::Patient, id)).transpose();
            let filter = Filter {
                patient_id: patient_id.map_err(raise)?,
                status: status.map(Into::into),
                severity: severity.map(Into::into),
            };
            let request = page::request(first, after, last, before);
            let page = care::alert::list(scope(context)?, filter, &request).await.map_err(raise)?;
            Ok(page::listed("alerts", page, Alert::from))
        };
        Some(listed.await)
    }
}

/// An alert that somebody is on.
#[derive(InputObject)]
struct AcknowledgeAlertInput {
    /// The alert.
    alert_id: ID,
    /// Its `newestAt` that you have seen. When it was raised again after that, the answer is `CONFLICT` and nothing
    /// changes: look at it first. Dashboards send it always.
    seen_newest_at: Option<DateTime>,
}

/// An alert that is put off.
#[derive(InputObject)]
struct SnoozeAlertInput {
    /// The alert.
    alert_id: ID,
    /// Until when, within the next 14 days; it is open again then.
    until: DateTime,
    /// Its `newestAt` that you have seen. When it was raised again after that, the answer is `CONFLICT` and nothing
    /// changes: look at it first. Dashboards send it always.
    seen_newest_at: Option<DateTime>,
}

/// An alert that is done.
#[derive(InputObject)]
struct ResolveAlertInput {
    /// The alert.
    alert_id: ID,
    /// What was found and done, 10 to 500 characters.
    reason: String,
    /// Its `newestAt` that you have seen. When it was raised again after that, the answer is `CONFLICT` and nothing
    /// changes: look at it first. Dashboards send it always.
    seen_newest_at: Option<DateTime>,
}

payload! {
    /// What acknowledging an alert answers.
    AcknowledgeAlertPayload {
        /// The alert.
        alert: Alert
    }
}

payload! {
    /// What putting an alert off answers.
    SnoozeAlertPayload {
        /// The alert.
        alert: Alert
    }
}

payload! {
    /// What resolving an alert answers.
    ResolveAlertPayload {
        /// The alert.
        alert: Alert
    }
}

fn alert_id(id: &ID) -> Result<Uuid, Error> {
    Ok(id::input(Kind::Alert, "alertId", id)?)
}

/// The changes of alerts.
#[derive(Default)]
pub(crate) struct AlertMutation;

#[Object]
impl AlertMutation {
    /// Notes that you are on an alert. Clinicians of the care team only.
    async fn acknowledge_alert(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The alert.")] input: AcknowledgeAlertInput,
    ) -> Result<AcknowledgeAlertPayload> {
        let scope = scope(context)?;
        let seen = input.seen_newest_at.map(|seen| seen.instant);
        let done = async { care::alert::acknowledge(scope, alert_id(&input.alert_id)?, seen).await };
        AcknowledgeAlertPayload::of(done.await)
    }

    /// Puts an alert off for a while; not one about signs of danger. What raises it anew wakes it where it is
    /// critical or becomes graver. Therapists of the care team only.
    async fn snooze_alert(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The alert, and until when.")] input: SnoozeAlertInput,
    ) -> Result<SnoozeAlertPayload> {
        let scope = scope(context)?;
        let (until, seen) = (input.until.instant, input.seen_newest_at.map(|seen| seen.instant));
        let done = async { care::alert::snooze(scope, alert_id(&input.alert_id)?, until, seen).await };
        SnoozeAlertPayload::of(done.await)
    }

    /// Resolves an alert. One about signs of danger is resolved by `resolveRedFlags` alone. Therapists of the
    /// care team only.
    async fn resolve_alert(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The alert, and what was done.")] input: ResolveAlertInput,
    ) -> Result<ResolveAlertPayload> {
        let scope = scope(context)?;
        let seen = input.seen_newest_at.map(|seen| seen.instant);
        let done =
            async { care::alert::resolve(scope, alert_id(&input.alert_id)?, &input.reason, seen).await };
        ResolveAlertPayload::of(done.await)
    }
}
