//! A conversation as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{AuthorKind, ConversationId, ConversationKind, ConversationStatus, Handler};

use crate::channels::Channel;
use crate::contacts::graphql::ContactNode;
use crate::conversations::FullConversation;
use crate::conversations::drafts::{Draft, DraftMode};
use crate::conversations::loaders::{DraftOf, ReadCountOf, ThreadOf};
use crate::error::AppError;
use crate::graphql::{ContextExt, Cursor, GraphqlError, PageInfo, page_size};
use crate::messages::ThreadPage;
use crate::messages::graphql::MessageConnection;
use crate::workspaces::Member;

/// One thread with one person on one channel.
#[derive(Clone)]
pub struct ConversationNode(pub Arc<FullConversation>);

impl From<FullConversation> for ConversationNode {
    fn from(full: FullConversation) -> Self {
        Self(Arc::new(full))
    }
}

#[Object(name = "Conversation")]
impl ConversationNode {
    /// Global id.
    pub async fn id(&self) -> ConversationId {
        self.0.conversation.id
    }

    /// For people: #1042.
    async fn number(&self) -> i64 {
        self.0.conversation.number
    }

    /// What kind of thread.
    async fn kind(&self) -> ConversationKind {
        self.0.conversation.kind
    }

    /// Open, snoozed or closed.
    async fn status(&self) -> ConversationStatus {
        self.0.conversation.status
    }

    /// When it opens again; set exactly while it is snoozed.
    async fn snoozed_until(&self) -> Option<DateTime<Utc>> {
        self.0.conversation.snoozed_until
    }

    /// Who answers at the moment.
    async fn handler(&self) -> Handler {
        self.0.conversation.handler
    }

    /// With whom.
    async fn contact(&self) -> ContactNode {
        ContactNode(self.0.contact.clone())
    }

    /// Over which channel.
    async fn channel(&self) -> &Channel {
        &self.0.channel
    }

    /// Whose it is; none: in the queue.
    async fn assignee(&self) -> Option<&Member> {
        self.0.assignee.as_ref()
    }

    /// When the last message or note came: lists are in this order.
    async fn last_activity_at(&self) -> DateTime<Utc> {
        self.0.conversation.last_activity_at
    }

    /// When it began.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.conversation.created_at
    }

    /// The customer has been waiting for an answer since; null: nobody waits.
    async fn waiting_since(&self) -> Option<DateTime<Utc>> {
        self.0.conversation.waiting_since
    }

    /// The last message or note, at most 120 characters.
    async fn preview(&self) -> &str {
        &self.0.conversation.preview
    }

    /// Who wrote it.
    async fn preview_author(&self) -> AuthorKind {
        self.0.conversation.preview_author
    }

    /// The newest message's number in this conversation.
    async fn last_seq(&self) -> i64 {
        self.0.conversation.last_seq
    }

    /// How many messages the customer has written.
    async fn inbound_count(&self) -> i64 {
        self.0.conversation.inbound_count
    }

    /// How many of those the viewer has read.
    async fn read_count(&self, ctx: &Context<'_>) -> Result<i64, GraphqlError> {
        let viewer = ctx.viewer()?;
        let key = ReadCountOf(viewer.workspace_id, viewer.member_id, self.0.conversation.id);
        Ok(ctx.app().loaders.load(key).await?.unwrap_or(0))
    }

    /// The customer has read up to this number.
    async fn contact_read_seq(&self) -> i64 {
        self.0.conversation.contact_read_seq
    }

    /// The customer's device has everything up to this number.
    async fn contact_delivered_seq(&self) -> i64 {
        self.0.conversation.contact_delivered_seq
    }

    /// When the contact last wrote, by the platform's clock.
    async fn last_inbound_at(&self) -> Option<DateTime<Utc>> {
        self.0.conversation.last_inbound_at
    }

    /// Messages reach the contact.
    async fn reachable(&self) -> bool {
        self.0.reach.reachable
    }

    /// Why they do not.
    async fn unreachable_reason(&self) -> Option<&str> {
        self.0.reach.unreachable_reason.as_deref().filter(|_| !self.0.reach.reachable)
    }

    /// Kinds of messages the contact does not want, in the platform's words.
    async fn opted_out(&self) -> &[String] {
        &self.0.reach.opted_out
    }

    /// How much waits to be handed to the platform; counted up to 100.
    async fn queued(&self) -> i64 {
        self.0.reach.queued
    }

    /// The thread, in ascending order of `seq`: `first` from its beginning or `last` from its end, 1 to 100.
    async fn messages(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<MessageConnection, GraphqlError> {
        let (size, from_end) = match (first, last) {
            (Some(first), None) => (page_size("first", first)?, false),
            (None, Some(last)) => (page_size("last", last)?, true),
            _ => return Err(AppError::invalid("first", "give either first or last").into()),
        };
        let after = after.as_deref().map(|text| Cursor::decode::<i64>("after", text)).transpose()?;
        let before = before.as_deref().map(|text| Cursor::decode::<i64>("before", text)).transpose()?;
        let page = ThreadPage {
            after: after.unwrap_or(0).max(0),
            before: before.unwrap_or(i64::MAX),
            from_end,
            size,
        };
        let key = ThreadOf(ctx.viewer()?.workspace_id, self.0.conversation.id, page);
        let rows = ctx.app().loaders.load(key).await?.unwrap_or_default();
        Ok(MessageConnection::of(rows, page))
    }

    /// What the viewer has begun to write here.
    async fn draft(&self, ctx: &Context<'_>, mode: DraftMode) -> Result<Option<DraftNode>, GraphqlError> {
        let viewer = ctx.viewer()?;
        let key = DraftOf(viewer.workspace_id, viewer.member_id, self.0.conversation.id, mode);
        Ok(ctx.app().loaders.load(key).await?.map(|draft| DraftNode::of(mode, draft)))
    }
}

/// What a member has begun to write.
#[derive(SimpleObject)]
#[graphql(name = "Draft")]
pub struct DraftNode {
    /// An answer or a note.
    pub mode: DraftMode,
    /// The text so far.
    pub text: String,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl DraftNode {
    pub(super) fn of(mode: DraftMode, draft: Draft) -> Self {
        Self { mode, text: draft.text, updated_at: draft.updated_at }
    }
}

/// A conversation at its place in a list.
#[derive(SimpleObject)]
pub struct ConversationEdge {
    /// The place.
    pub cursor: String,
    /// The conversation.
    pub node: ConversationNode,
}

/// A page of conversations.
#[derive(SimpleObject)]
pub struct ConversationConnection {
    /// With places.
    pub edges: Vec<ConversationEdge>,
    /// Without.
    pub nodes: Vec<ConversationNode>,
    /// Whether there is more.
    pub page_info: PageInfo,
}

impl ConversationConnection {
    /// A page that was read with one row more than asked.
    pub fn of(
        mut rows: Vec<Arc<FullConversation>>,
        size: i64,
        is_first: bool,
        cursor: impl Fn(&FullConversation) -> String,
    ) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let has_next_page = rows.len() > size;
        rows.truncate(size);
        let edges: Vec<ConversationEdge> = rows
            .iter()
            .map(|full| ConversationEdge { cursor: cursor(full), node: ConversationNode(Arc::clone(full)) })
            .collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: !is_first,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Self { edges, nodes: rows.into_iter().map(ConversationNode).collect(), page_info }
    }
}
