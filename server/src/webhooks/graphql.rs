//! GraphQL of deliveries. For admins.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{ChannelId, DeliveryId, Role};

use super::store::{self, StoredDelivery};
use super::{DeliveryOutcome, requeue};
use crate::graphql::{ContextExt, Cursor, GraphqlError, Page, PageInfo, Problem, page_size};

/// What a provider or a visitor sent, raw, and what became of it.
#[Object(name = "Delivery")]
impl StoredDelivery {
    /// Global id.
    async fn id(&self) -> DeliveryId {
        self.id
    }

    /// Through which channel it came.
    async fn channel_id(&self) -> Option<ChannelId> {
        Some(self.channel_id)
    }

    /// When it was stored.
    async fn received_at(&self) -> DateTime<Utc> {
        self.received_at
    }

    /// When it ended.
    async fn processed_at(&self) -> Option<DateTime<Utc>> {
        self.processed_at
    }

    /// What became of it.
    #[graphql(name = "outcome")]
    async fn outcome_now(&self) -> DeliveryOutcome {
        self.outcome()
    }

    /// Why, where that needs saying.
    async fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Tries so far.
    async fn attempts(&self) -> i32 {
        i32::from(self.attempts)
    }

    /// Size of the stored bytes.
    async fn body_bytes(&self) -> i32 {
        self.body_bytes
    }
}

/// A delivery and its place in the list.
#[derive(SimpleObject)]
pub struct DeliveryEdge {
    cursor: String,
    node: StoredDelivery,
}

/// A page of deliveries, newest first.
#[derive(SimpleObject)]
pub struct DeliveryConnection {
    edges: Vec<DeliveryEdge>,
    nodes: Vec<StoredDelivery>,
    page_info: PageInfo,
}

/// Everything asked about deliveries.
#[derive(Default)]
pub struct DeliveryQueries;

#[Object]
impl DeliveryQueries {
    /// Deliveries, newest first; of one outcome, if given. For admins.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        outcome: Option<DeliveryOutcome>,
        first: i32,
        after: Option<String>,
    ) -> Result<DeliveryConnection, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let size = page_size("first", first)?;
        let before = after.as_deref().map(|after| Cursor::decode::<i64>("after", after)).transpose()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let rows = store::page(&mut tx, outcome, before.unwrap_or(i64::MAX), size + 1).await?;
        let page = Page::cut(rows, size);
        let edges: Vec<DeliveryEdge> = page
            .rows
            .iter()
            .map(|node| DeliveryEdge { cursor: Cursor::encode(&node.id.0), node: node.clone() })
            .collect();
        let page_info = PageInfo {
            has_next_page: page.more,
            has_previous_page: before.is_some(),
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Ok(DeliveryConnection { edges, nodes: page.rows, page_info })
    }
}

/// A delivery, or why not.
#[derive(SimpleObject)]
pub struct DeliveryPayload {
    delivery: Option<StoredDelivery>,
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
            Ok(delivery) => DeliveryPayload { delivery: Some(delivery), problem: None },
            Err(problem) => DeliveryPayload { delivery: None, problem: Some(problem) },
        })
    }
}
