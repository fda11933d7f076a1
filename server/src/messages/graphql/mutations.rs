//! Writing into a thread.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use shared::{AttachmentId, ConversationId, MessageId};
use uuid::Uuid;

use super::node::MessageNode;
use crate::conversations::graphql::ConversationNode;
use crate::error::AppError;
use crate::graphql::{ContextExt, GraphqlError, Problem};
use crate::messages::{Audience, Writing, Written, write};

/// An answer to the customer.
#[derive(InputObject)]
pub struct SendMessageInput {
    conversation_id: ConversationId,
    /// A UUID made by the client; a repeat returns the same message.
    client_id: String,
    text: String,
    attachment_ids: Option<Vec<AttachmentId>>,
    quoted_message_id: Option<MessageId>,
    /// The newest number the agent saw: a newer answer by someone else is the problem `NEWER_ANSWER`.
    last_seen_seq: Option<i64>,
}

/// A note for colleagues.
#[derive(InputObject)]
pub struct AddNoteInput {
    conversation_id: ConversationId,
    /// A UUID made by the client; a repeat returns the same note.
    client_id: String,
    text: String,
    attachment_ids: Option<Vec<AttachmentId>>,
}

/// What was stored, or why it was not.
#[derive(SimpleObject)]
pub struct MessagePayload {
    message: Option<MessageNode>,
    conversation: Option<ConversationNode>,
    problem: Option<Problem>,
    /// With `NEWER_ANSWER`: that answer.
    newer_message: Option<MessageNode>,
}

impl From<Written> for MessagePayload {
    fn from(written: Written) -> Self {
        match written {
            Written::Message(message, conversation) => Self {
                message: Some((*message).into()),
                conversation: Some((*conversation).into()),
                problem: None,
                newer_message: None,
            },
            Written::Problem(problem, newer) => Self {
                message: None,
                conversation: None,
                problem: Some(problem),
                newer_message: newer.map(|newer| (*newer).into()),
            },
        }
    }
}

/// Mutations of messages.
#[derive(Default)]
pub struct MessageMutations;

#[Object]
impl MessageMutations {
    /// Sends an answer to the customer.
    async fn send_message(
        &self,
        ctx: &Context<'_>,
        input: SendMessageInput,
    ) -> Result<MessagePayload, GraphqlError> {
        let writing = Writing {
            conversation_id: input.conversation_id,
            client_id: client_id(&input.client_id)?,
            text: input.text,
            attachment_ids: input.attachment_ids.unwrap_or_default(),
            quoted: input.quoted_message_id,
            last_seen_seq: input.last_seen_seq,
        };
        Ok(write(ctx.app(), ctx.viewer()?, Audience::Contact, writing).await?.into())
    }

    /// Adds a note that only members see.
    async fn add_note(&self, ctx: &Context<'_>, input: AddNoteInput) -> Result<MessagePayload, GraphqlError> {
        let writing = Writing {
            conversation_id: input.conversation_id,
            client_id: client_id(&input.client_id)?,
            text: input.text,
            attachment_ids: input.attachment_ids.unwrap_or_default(),
            quoted: None,
            last_seen_seq: None,
        };
        Ok(write(ctx.app(), ctx.viewer()?, Audience::Members, writing).await?.into())
    }
}

fn client_id(text: &str) -> Result<Uuid, AppError> {
    text.parse().map_err(|_| AppError::invalid("clientId", "must be a UUID"))
}
