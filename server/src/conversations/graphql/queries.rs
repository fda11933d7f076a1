//! Reading the inbox.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use chrono::DateTime;
use shared::{ChannelId, ConversationId};
use uuid::Uuid;

use super::node::{ConversationConnection, ConversationNode};
use crate::conversations::{
    Listing, Position, View, complete, complete_one, event_seq, list, store, view_counts,
};
use crate::error::AppError;
use crate::graphql::{ContextExt, Cursor, GraphqlError, page_size};

/// The numbers beside the views.
#[derive(SimpleObject)]
#[graphql(name = "ViewCounts")]
pub struct Counts {
    mine: i64,
    unassigned: i64,
    all: i64,
    snoozed: i64,
    closed: i64,
    channels: Vec<ChannelCount>,
}

/// How many open conversations a channel has.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct ChannelCount {
    /// Which.
    pub channel_id: ChannelId,
    /// How many.
    pub open: i64,
}

/// Queries about conversations.
#[derive(Default)]
pub struct ConversationQueries;

#[Object]
impl ConversationQueries {
    /// A page of a view, newest activity first.
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        view: View,
        channel_id: Option<ChannelId>,
        first: i32,
        after: Option<String>,
    ) -> Result<ConversationConnection, GraphqlError> {
        let viewer = ctx.viewer()?;
        let size = page_size("first", first)?;
        let position = match &after {
            Some(text) => {
                let (micros, id): (i64, Uuid) = Cursor::decode("after", text)?;
                let last_activity_at = DateTime::from_timestamp_micros(micros)
                    .ok_or_else(|| AppError::invalid("after", "not a cursor of this list"))?;
                Position { last_activity_at, id }
            }
            None => Position::top(),
        };
        let listing =
            Listing { view, member_id: viewer.member_id, channel_id, after: position, limit: size + 1 };
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let rows = list(&mut tx, listing).await?;
        let rows = complete(&mut tx, rows).await?.into_iter().map(Arc::new).collect();
        Ok(ConversationConnection::of(rows, size, after.is_none(), |full| {
            let conversation = &full.conversation;
            Cursor::encode(&(conversation.last_activity_at.timestamp_micros(), conversation.id.0))
        }))
    }

    /// One conversation; null when there is none under this id.
    async fn conversation(
        &self,
        ctx: &Context<'_>,
        id: ConversationId,
    ) -> Result<Option<ConversationNode>, GraphqlError> {
        let mut tx = ctx.app().db.read(ctx.viewer()?.workspace_id).await?;
        match store::by_ids(&mut tx, &[id]).await?.pop() {
            Some(found) => Ok(Some(complete_one(&mut tx, found).await?.into())),
            None => Ok(None),
        }
    }

    /// The numbers beside the views.
    async fn view_counts(&self, ctx: &Context<'_>) -> Result<Counts, GraphqlError> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let counts = view_counts(&mut tx, viewer.member_id).await?;
        Ok(Counts {
            mine: counts.mine,
            unassigned: counts.unassigned,
            all: counts.all,
            snoozed: counts.snoozed,
            closed: counts.closed,
            channels: counts
                .channels
                .into_iter()
                .map(|(channel_id, open)| ChannelCount { channel_id, open })
                .collect(),
        })
    }

    /// The newest event's number now: read it before loading lists, then subscribe after it.
    async fn event_seq(&self, ctx: &Context<'_>) -> Result<i64, GraphqlError> {
        let mut tx = ctx.app().db.read(ctx.viewer()?.workspace_id).await?;
        Ok(event_seq(&mut tx).await?)
    }
}
