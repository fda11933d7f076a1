//! GraphQL of deliveries. For admins.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{ChannelId, ChannelKind, ConversationId, DeliveryId, MessageId, Role};

use super::search::Needles;
use super::store::{self, Asked, StoredDelivery};
use super::{DeliveryOutcome, requeue};
use crate::channels::{Channel, channels_by_ids};
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::{ContextExt, Cursor, GraphqlError, Page, PageInfo, Problem, page_size};

/// Bytes of a body that lists show; the delivery by itself shows all of it.
const BODY_BYTES_IN_LISTS: i32 = 16 * 1024;

/// A delivery with its channel.
#[derive(Clone)]
pub struct DeliveryNode {
    delivery: StoredDelivery,
    channel: Option<Channel>,
    in_list: bool,
}

/// What a provider or a visitor sent, raw, and what became of it.
#[Object(name = "Delivery")]
impl DeliveryNode {
    /// Global id.
    async fn id(&self) -> DeliveryId {
        self.delivery.id
    }

    /// Which adapter reads it.
    async fn kind(&self) -> ChannelKind {
        self.delivery.kind
    }

    /// Through which channel it came.
    async fn channel_id(&self) -> Option<ChannelId> {
        Some(self.delivery.channel_id)
    }

    /// That channel.
    async fn channel(&self) -> Option<&Channel> {
        self.channel.as_ref()
    }

    /// When it was stored.
    async fn received_at(&self) -> DateTime<Utc> {
        self.delivery.received_at
    }

    /// When it ended.
    async fn processed_at(&self) -> Option<DateTime<Utc>> {
        self.delivery.processed_at
    }

    /// What became of it.
    async fn outcome(&self) -> DeliveryOutcome {
        self.delivery.outcome()
    }

    /// Why, where that needs saying.
    async fn reason(&self) -> Option<&str> {
        self.delivery.reason.as_deref()
    }

    /// Tries so far.
    async fn attempts(&self) -> i32 {
        i32::from(self.delivery.attempts)
    }

    /// Size of the stored bytes.
    async fn body_bytes(&self) -> i32 {
        self.delivery.body_bytes
    }

    /// When the stored bytes were removed: they are kept for 30 days.
    async fn body_removed_at(&self) -> Option<DateTime<Utc>> {
        self.delivery.body_removed_at
    }

    /// The message it became, or belongs to.
    async fn message_id(&self) -> Option<MessageId> {
        self.delivery.message_id
    }

    /// That message's conversation.
    async fn conversation_id(&self) -> Option<ConversationId> {
        self.delivery.conversation_id
    }

    /// The stored bytes as UTF-8, with U+FFFD for what is none. In a list, the beginning.
    async fn raw_body(&self, ctx: &Context<'_>) -> Result<String, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let bytes_max = if self.in_list { BODY_BYTES_IN_LISTS } else { i32::MAX };
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let body = store::body(&mut tx, self.delivery.id, bytes_max).await?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}

/// With their channels, which are read at once.
async fn nodes(
    tx: &mut WorkspaceTx,
    deliveries: Vec<StoredDelivery>,
    in_list: bool,
) -> sqlx::Result<Vec<DeliveryNode>> {
    let mut ids: Vec<ChannelId> = deliveries.iter().map(|delivery| delivery.channel_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let channels = channels_by_ids(tx, &ids).await?;
    let node = |delivery: StoredDelivery| DeliveryNode {
        channel: channels.iter().find(|channel| channel.id == delivery.channel_id).cloned(),
        delivery,
        in_list,
    };
    Ok(deliveries.into_iter().map(node).collect())
}

/// A delivery and its place in the list.
#[derive(SimpleObject)]
pub struct DeliveryEdge {
    cursor: String,
    node: DeliveryNode,
}

/// A page of deliveries, newest first.
#[derive(SimpleObject)]
pub struct DeliveryConnection {
    edges: Vec<DeliveryEdge>,
    nodes: Vec<DeliveryNode>,
    page_info: PageInfo,
}

/// Everything asked about deliveries.
#[derive(Default)]
pub struct DeliveryQueries;

#[Object]
impl DeliveryQueries {
    /// Deliveries, newest first: of one outcome, through one channel, with these words (text, a platform's id, a phone
    /// number, a name) in the stored bytes or in the reason. A search looks at a few thousand at a time: a page may be
    /// shorter than asked for, even empty, and there is more as long as `hasNextPage` says so. For admins.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        outcome: Option<DeliveryOutcome>,
        channel_id: Option<ChannelId>,
        search: Option<String>,
        first: i32,
        after: Option<String>,
    ) -> Result<DeliveryConnection, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let size = page_size("first", first)?;
        let before = after.as_deref().map(|after| Cursor::decode::<i64>("after", after)).transpose()?;
        let needles = Needles::of(search.as_deref().unwrap_or_default())
            .map_err(|reason| AppError::invalid("search", reason))?;
        let asked = Asked { outcome, channel_id, needles, before: before.unwrap_or(i64::MAX) };
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let found = store::page(&mut tx, &asked, size + 1).await?;
        let page = Page::cut(found.rows, size);
        let rows = nodes(&mut tx, page.rows, true).await?;
        let edges: Vec<DeliveryEdge> = rows
            .iter()
            .map(|node| DeliveryEdge { cursor: Cursor::encode(&node.delivery.id.0), node: node.clone() })
            .collect();
        // Where the look ended, if that is further than what was found.
        let looked_to = found.looked_to.filter(|_| !page.more);
        let page_info = PageInfo {
            has_next_page: page.more || looked_to.is_some(),
            has_previous_page: before.is_some(),
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: match looked_to {
                Some(number) => Some(Cursor::encode(&number)),
                None => edges.last().map(|edge| edge.cursor.clone()),
            },
        };
        Ok(DeliveryConnection { edges, nodes: rows, page_info })
    }

    /// One delivery. For admins.
    async fn delivery(
        &self,
        ctx: &Context<'_>,
        id: DeliveryId,
    ) -> Result<Option<DeliveryNode>, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let found = store::find(&mut tx, id).await?;
        Ok(nodes(&mut tx, found.into_iter().collect(), false).await?.pop())
    }
}

/// A delivery, or why not.
#[derive(SimpleObject)]
pub struct DeliveryPayload {
    delivery: Option<DeliveryNode>,
    problem: Option<Problem>,
}

/// Everything that changes deliveries.
#[derive(Default)]
pub struct DeliveryMutations;

#[Object]
impl DeliveryMutations {
    /// Puts a delivery that failed or was ignored back in line. For admins.
    async fn process_delivery_again(
        &self,
        ctx: &Context<'_>,
        delivery_id: DeliveryId,
    ) -> Result<DeliveryPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        Ok(match requeue::process_delivery_again(ctx.app(), viewer, delivery_id).await? {
            Ok(delivery) => {
                let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
                let delivery = nodes(&mut tx, vec![delivery], false).await?.pop();
                DeliveryPayload { delivery, problem: None }
            }
            Err(problem) => DeliveryPayload { delivery: None, problem: Some(problem) },
        })
    }
}
