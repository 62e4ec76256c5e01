//! The audit trail, for those who watch over it.

use crate::context::scope;
use crate::error::raise;
use crate::id::{encode, named};
use crate::page::{self, Listed};
use crate::scalar::DateTime;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use care::id::Kind;

/// One thing that was done in the clinic. It holds ids alone, no values.
#[derive(SimpleObject)]
pub(crate) struct AuditEvent {
    /// When it was done.
    at: DateTime,
    /// Who did it: TypeID `account_…`; none for what nobody signed in for.
    account_id: Option<ID>,
    /// What they were in the clinic then, or `SYSTEM`.
    role: String,
    /// What was done: `object.verb`, for example `program.revise`.
    action: String,
    /// The patient concerned.
    patient_id: Option<ID>,
    /// The TypeID of what was acted on.
    object_id: Option<ID>,
    /// How it ended: `DONE`, or `REFUSED` because the patient is not there or not visible to who
    /// asked, or because their role may not do it, or because
    /// the secret that was given is wrong; `objectId` is the account or nothing then.
    outcome: String,
    /// The request, as the server's log names it.
    request_id: Option<String>,
    /// The network address that the request came from.
    address: Option<String>,
}

impl From<care::audit::Event> for AuditEvent {
    fn from(event: care::audit::Event) -> Self {
        Self {
            at: event.at.into(),
            account_id: event.account_id.map(|id| encode(Kind::Account, id)),
            role: event.role,
            action: event.action,
            patient_id: event.patient_id.map(|id| encode(Kind::Patient, id)),
            object_id: event.object_id.map(ID),
            outcome: event.outcome,
            request_id: event.request_id,
            address: event.address,
        }
    }
}

/// Which events are asked for. What is left out asks for all.
#[derive(InputObject, Default)]
struct AuditFilter {
    /// Concerning this patient.
    patient_id: Option<ID>,
    /// Done by this account.
    account_id: Option<ID>,
    /// Of this action, for example `patient.break_glass`.
    action: Option<String>,
    /// At this instant or later.
    from: Option<DateTime>,
    /// Before this instant.
    to: Option<DateTime>,
}

impl AuditFilter {
    fn parse(self) -> care::error::Result<care::audit::Filter> {
        Ok(care::audit::Filter {
            patient_id: self.patient_id.map(|id| named(Kind::Patient, &id)).transpose()?,
            account_id: self.account_id.map(|id| named(Kind::Account, &id)).transpose()?,
            action: self.action,
            from: self.from.map(|from| from.instant),
            to: self.to.map(|to| to.instant),
        })
    }
}

/// What is wrong with a chain.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::audit::Fault")]
enum AuditFault {
    /// The seal of this number is not there, but a later one is.
    SealMissing,
    /// The event of this seal is not there.
    EventMissing,
    /// The event does not match its seal: one of them was edited, or events changed places.
    Changed,
    /// The chain ends before this number.
    Truncated,
}

/// What walking the clinic's chain of audit events has found.
#[derive(SimpleObject)]
struct AuditVerdict {
    /// How many events hold, from the first.
    sound: i64,
    /// Events more than an hour old without a seal: the worker does not run, or they were put in
    /// beside it.
    unsealed: i64,
    /// The number of the first event that does not hold; none when all do.
    broken_at: Option<i64>,
    /// Why it does not.
    fault: Option<AuditFault>,
}

impl From<care::audit::Verdict> for AuditVerdict {
    fn from(verdict: care::audit::Verdict) -> Self {
        let (broken_at, fault) = verdict.broken.map(|(at, fault)| (at, fault.into())).unzip();
        Self { sound: verdict.sound, unsealed: verdict.unsealed, broken_at, fault }
    }
}

#[derive(Default)]
pub(crate) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Walks the clinic's whole chain of audit events. An end that was cut off is found by
    /// `plumbline audit verify` alone, which knows the checkpoints. Privacy officers and
    /// administrators only.
    async fn verify_audit(&self, context: &Context<'_>) -> Option<Result<AuditVerdict>> {
        Some(async { Ok(care::audit::verify_own(scope(context)?).await.map_err(raise)?.into()) }.await)
    }

    /// What was done in the clinic, newest first. Privacy officers and administrators only.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn audit_events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which of them; all when missing.")] filter: Option<AuditFilter>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<AuditEvent>>> {
        Some(events(context, filter.unwrap_or_default(), &page::request(first, after, last, before)).await)
    }
}

async fn events(
    context: &Context<'_>,
    filter: AuditFilter,
    request: &care::page::Request,
) -> Result<Listed<AuditEvent>> {
    let filter = filter.parse().map_err(raise)?;
    let page = care::audit::events(scope(context)?, &filter, request).await.map_err(raise)?;
    Ok(page::listed("auditEvents", page, AuditEvent::from))
}
