//! Sending messages, and noting that they were read.

use super::Message;
use crate::context::scope;
use crate::error::{UserError, payload, settle};
use crate::id::{self, chosen};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::error::FieldError;
use care::id::Kind;
use care::message::NewMessage;
use uuid::Uuid;

/// A message to be sent.
#[derive(InputObject)]
struct SendMessageInput {
    /// TypeID `message_…` with a UUIDv7 of your own, so that a repeated attempt sends nothing twice.
    id: Option<ID>,
    /// The patient to whom a clinician writes; left out by patients, who write to their care team.
    patient_id: Option<ID>,
    /// What it says: 1 to 4,000 characters that are not all blank.
    text: String,
}

/// Up to where a thread was read.
#[derive(InputObject)]
struct MarkMessagesReadInput {
    /// The patient whose thread a clinician has read; left out by patients.
    patient_id: Option<ID>,
    /// The last message that was read: it, and all that the other side sent before it.
    up_to: ID,
}

payload! {
    /// What sending a message answers.
    SendMessagePayload {
        /// The message.
        message: Message
    }
}

/// What noting that messages were read answers.
#[derive(SimpleObject)]
struct MarkMessagesReadPayload {
    /// The message up to which they were read.
    message: Option<Message>,
    /// Messages of the other side that are still unread.
    unread_messages: Option<u32>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

fn patient_id(id: Option<&ID>) -> Result<Option<Uuid>, FieldError> {
    id.map(|id| id::input(Kind::Patient, "patientId", id)).transpose()
}

/// The changes of messages.
#[derive(Default)]
pub(crate) struct MessageMutation;

#[Object]
impl MessageMutation {
    /// Sends a message: of a patient to their care team, or of a therapist or assistant to a patient of their
    /// care teams. It is nothing for emergencies: nobody may look at it for hours.
    async fn send_message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The message.")] input: SendMessageInput,
    ) -> Result<SendMessagePayload> {
        let scope = scope(context)?;
        let sent = async {
            let id = chosen(Kind::Message, input.id.as_ref())?;
            let patient_id = patient_id(input.patient_id.as_ref())?;
            care::message::send(scope, NewMessage { id, patient_id, text: input.text }).await
        };
        SendMessagePayload::of(sent.await)
    }

    /// Notes that you have read what the other side sent up to a message: a patient for themselves, a
    /// therapist or assistant for the whole care team. What was read before stays as it was first noted.
    async fn mark_messages_read(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Up to where.")] input: MarkMessagesReadInput,
    ) -> Result<MarkMessagesReadPayload> {
        let scope = scope(context)?;
        let marked = async {
            let patient_id = patient_id(input.patient_id.as_ref())?;
            let up_to = id::input(Kind::Message, "upTo", &input.up_to)?;
            care::message::mark_read(scope, patient_id, up_to).await
        };
        let (marked, user_errors) = settle(marked.await)?;
        let (message, unread_messages) = marked.map(|marked| (marked.message.into(), marked.unread)).unzip();
        Ok(MarkMessagesReadPayload { message, unread_messages, user_errors })
    }
}
