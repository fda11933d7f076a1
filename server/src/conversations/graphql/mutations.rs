//! What agents do with a conversation.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{ConversationId, MemberId};

use super::node::{ConversationNode, DraftNode};
use crate::conversations::drafts::{self, DraftMode};
use crate::conversations::{self, FullConversation};
use crate::graphql::{ContextExt, GraphqlError, Problem};

/// The conversation after the change, or why there was none.
#[derive(SimpleObject)]
pub struct ConversationPayload {
    conversation: Option<ConversationNode>,
    problem: Option<Problem>,
}

impl From<Result<FullConversation, Problem>> for ConversationPayload {
    fn from(outcome: Result<FullConversation, Problem>) -> Self {
        match outcome {
            Ok(full) => Self { conversation: Some(full.into()), problem: None },
            Err(problem) => Self { conversation: None, problem: Some(problem) },
        }
    }
}

/// The draft that is kept now.
#[derive(SimpleObject)]
pub struct DraftPayload {
    draft: Option<DraftNode>,
    problem: Option<Problem>,
}

/// Mutations of conversations.
#[derive(Default)]
pub struct ConversationMutations;

#[Object]
impl ConversationMutations {
    /// Gives a conversation to a member; without one it goes back to the shared queue.
    async fn assign_conversation(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
        member_id: Option<MemberId>,
    ) -> Result<ConversationPayload, GraphqlError> {
        Ok(conversations::assign(ctx.app(), ctx.viewer()?, conversation_id, member_id).await?.into())
    }

    /// Takes a conversation out of the way until a time, or until the customer writes.
    async fn snooze_conversation(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
        until: DateTime<Utc>,
    ) -> Result<ConversationPayload, GraphqlError> {
        Ok(conversations::snooze(ctx.app(), ctx.viewer()?, conversation_id, until).await?.into())
    }

    /// Closes a conversation, until the customer writes again.
    async fn close_conversation(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
    ) -> Result<ConversationPayload, GraphqlError> {
        Ok(Ok(conversations::close(ctx.app(), ctx.viewer()?, conversation_id).await?).into())
    }

    /// Opens a closed or snoozed conversation again.
    async fn reopen_conversation(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
    ) -> Result<ConversationPayload, GraphqlError> {
        Ok(conversations::reopen(ctx.app(), ctx.viewer()?, conversation_id).await?.into())
    }

    /// The viewer has read the first `inboundCount` of the customer's messages.
    async fn mark_read(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
        inbound_count: i64,
    ) -> Result<ConversationPayload, GraphqlError> {
        Ok(Ok(conversations::mark_read(ctx.app(), ctx.viewer()?, conversation_id, inbound_count).await?)
            .into())
    }

    /// Keeps what the viewer has begun to write; an empty text discards it.
    async fn save_draft(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
        mode: DraftMode,
        text: String,
    ) -> Result<DraftPayload, GraphqlError> {
        Ok(match drafts::save(ctx.app(), ctx.viewer()?, conversation_id, mode, &text).await? {
            Ok(draft) => DraftPayload { draft: draft.map(|draft| DraftNode::of(mode, draft)), problem: None },
            Err(problem) => DraftPayload { draft: None, problem: Some(problem) },
        })
    }
}
