//! Writing into a thread.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use shared::{AttachmentId, ConversationId, MessageId};
use uuid::Uuid;

use super::inputs::{ButtonInput, ListInput, LocationInput};
use super::node::MessageNode;
use super::template_input::TemplateInput;
use crate::conversations::graphql::ConversationNode;
use crate::error::AppError;
use crate::graphql::{ContextExt, GraphqlError, Problem};
use crate::messages::{self, Audience, Body, Choice, Writing, Written, write};
use crate::outbox;

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
    /// A template, alone.
    template: Option<TemplateInput>,
    /// A place, alone.
    location: Option<LocationInput>,
    /// Buttons under the text.
    buttons: Option<Vec<ButtonInput>>,
    /// A menu of choices under the text.
    list: Option<ListInput>,
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
            body: body(input.template, input.location, input.buttons, input.list)?,
        };
        Ok(write(ctx.app(), ctx.viewer()?, Audience::Contact, writing).await?.into())
    }

    /// Hands what failed of a message to the platform again; a repeat does nothing more.
    async fn retry_message(
        &self,
        ctx: &Context<'_>,
        message_id: MessageId,
    ) -> Result<MessagePayload, GraphqlError> {
        Ok(outbox::retry(ctx.app(), ctx.viewer()?, message_id).await?.into())
    }

    /// No answer came: the agent looked, and says whether it went out. `false` sends it again.
    async fn settle_message(
        &self,
        ctx: &Context<'_>,
        message_id: MessageId,
        went_out: bool,
    ) -> Result<MessagePayload, GraphqlError> {
        Ok(outbox::settle_by_hand(ctx.app(), ctx.viewer()?, message_id, went_out).await?.into())
    }

    /// Gives a message of ours other words: at once here, and in its turn at the platform.
    async fn edit_message(
        &self,
        ctx: &Context<'_>,
        message_id: MessageId,
        text: String,
    ) -> Result<MessagePayload, GraphqlError> {
        Ok(messages::edit(ctx.app(), ctx.viewer()?, message_id, &text).await?.into())
    }

    /// Takes a message of ours back. What has not gone out yet never does.
    async fn delete_message(
        &self,
        ctx: &Context<'_>,
        message_id: MessageId,
    ) -> Result<MessagePayload, GraphqlError> {
        Ok(messages::delete(ctx.app(), ctx.viewer()?, message_id).await?.into())
    }

    /// Sets our reaction to a message, the whole team's; null takes it off.
    async fn react(
        &self,
        ctx: &Context<'_>,
        message_id: MessageId,
        emoji: Option<String>,
    ) -> Result<MessagePayload, GraphqlError> {
        Ok(messages::react(ctx.app(), ctx.viewer()?, message_id, emoji.as_deref()).await?.into())
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
            body: Body::Words,
        };
        Ok(write(ctx.app(), ctx.viewer()?, Audience::Members, writing).await?.into())
    }
}

/// What the answer is besides text and files.
fn body(
    template: Option<TemplateInput>,
    location: Option<LocationInput>,
    buttons: Option<Vec<ButtonInput>>,
    list: Option<ListInput>,
) -> Result<Body, AppError> {
    match (template, location, buttons, list) {
        (None, None, None, None) => Ok(Body::Words),
        (Some(template), None, None, None) => Ok(Body::Template(Box::new(template.choice()?))),
        (None, Some(location), None, None) => Ok(Body::Location(location.into())),
        (None, None, Some(buttons), None) => {
            Ok(Body::Buttons(buttons.into_iter().map(Choice::from).collect()))
        }
        (None, None, None, Some(list)) => Ok(Body::List(list.into())),
        _ => Err(AppError::invalid("input", "give one of template, location, buttons and list")),
    }
}

fn client_id(text: &str) -> Result<Uuid, AppError> {
    text.parse().map_err(|_| AppError::invalid("clientId", "must be a UUID"))
}
