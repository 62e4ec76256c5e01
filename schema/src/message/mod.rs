//! Messages between patients and their care teams.

mod change;

pub(crate) use change::MessageMutation;

use crate::context::{acting_patient, scope};
use crate::error::raise;
use crate::id::encode;
use crate::live::{Wake, Woken};
use crate::page::{self, Listed};
use crate::patient::Patient;
use crate::scalar::DateTime;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use care::access::Scope;
use care::id::Kind;
use care::message::{Sender, Waiting};
use uuid::Uuid;

/// On which side of a thread somebody is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum MessageSenderKind {
    /// The patient.
    Patient,
    /// A member of their care team.
    CareTeam,
}

/// Who sent a message.
#[derive(SimpleObject, Debug, Clone)]
struct MessageSender {
    /// The name of the patient or of the member.
    name: String,
    /// On which side they are.
    kind: MessageSenderKind,
    /// The member; none where the patient sent it.
    member_id: Option<ID>,
}

/// A message between a patient and their care team. It is never edited.
#[derive(SimpleObject, Clone)]
pub(crate) struct Message {
    /// TypeID `message_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// The patient whose thread it belongs to.
    patient_id: ID,
    /// When it was sent; within a thread no two are sent at the same instant.
    sent_at: DateTime,
    /// What it says.
    text: String,
    /// Who sent it.
    sender: MessageSender,
    /// When the other side read it: the patient, or the first member of the care team.
    read_at: Option<DateTime>,
    /// The member who read it first; none where the patient did, or nobody.
    read_by: Option<ID>,
    /// Whether you sent it.
    mine: bool,
}

impl From<care::message::Message> for Message {
    fn from(message: care::message::Message) -> Self {
        let (kind, member_id) = match message.sender {
            Sender::Patient => (MessageSenderKind::Patient, None),
            Sender::Member(id) => (MessageSenderKind::CareTeam, Some(encode(Kind::Member, id))),
        };
        Self {
            id: encode(Kind::Message, message.id),
            patient_id: encode(Kind::Patient, message.patient_id),
            sent_at: message.sent_at.into(),
            text: message.text,
            sender: MessageSender { name: message.sender_name, kind, member_id },
            read_at: message.read_at.map(DateTime::from),
            read_by: message.read_by.map(|id| encode(Kind::Member, id)),
            mine: message.mine,
        }
    }
}

/// A patient whose messages wait for their care team to read them.
#[derive(SimpleObject)]
pub(crate) struct ReceivedMessage {
    /// The patient.
    patient: Patient,
    /// The newest of those messages.
    message: Message,
    /// How many they are.
    unread_messages: u32,
}

impl From<Waiting> for ReceivedMessage {
    fn from(waiting: Waiting) -> Self {
        Self {
            patient: waiting.patient.into(),
            message: waiting.newest.into(),
            unread_messages: waiting.unread,
        }
    }
}

/// What waits to be read and was not told before, of the patients whom a wake names or of all.
pub(crate) async fn received(scope: &Scope, woken: &Woken) -> care::error::Result<Vec<ReceivedMessage>> {
    let among = match &woken.wake {
        Wake::Changed(ids) => Some(ids),
        Wake::Begin | Wake::Missed | Wake::Look => None,
    };
    let told = woken.told.messages().clone();
    let is_known = |(patient_id, newest): &(Uuid, Uuid)| told.get(patient_id) == Some(newest);
    let waiting = care::message::waiting(scope, among, is_known).await?;
    woken.told.messages().extend(waiting.iter().map(|waiting| (waiting.patient.id, waiting.newest.id)));
    Ok(waiting.into_iter().map(ReceivedMessage::from).collect())
}

/// One page of the thread of a visible patient.
pub(crate) async fn thread(
    context: &Context<'_>,
    patient_id: Uuid,
    request: &care::page::Request,
) -> Result<Listed<Message>> {
    let page = care::message::list(scope(context)?, patient_id, request).await.map_err(raise)?;
    Ok(page::listed("messages", page, Message::from))
}

/// How many messages of a visible patient's thread the side of who asks has not read.
pub(crate) async fn unread(context: &Context<'_>, patient_id: Uuid) -> Result<u32> {
    care::message::unread(scope(context)?, patient_id).await.map_err(raise)
}

/// What patients ask about their messages.
#[derive(Default)]
pub(crate) struct MessageQuery;

#[Object]
impl MessageQuery {
    /// The thread between you and your care team, last sent first. Reading it marks nothing as read: see
    /// `markMessagesRead`. Patients only; clinicians ask `Patient.messages`.
    async fn messages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Message>>> {
        let request = page::request(first, after, last, before);
        Some(async { thread(context, acting_patient(scope(context)?)?, &request).await }.await)
    }

    /// Messages of your care team that you have not read. Patients only; clinicians ask
    /// `Patient.unreadMessages`.
    async fn unread_messages(&self, context: &Context<'_>) -> Option<Result<u32>> {
        Some(async { unread(context, acting_patient(scope(context)?)?).await }.await)
    }
}
