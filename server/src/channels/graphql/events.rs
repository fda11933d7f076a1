//! GraphQL of what happened to channels as a whole.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{ChannelEventId, ChannelId, Role};

use crate::channels::alerts;
use crate::channels::health::HealthState;
use crate::channels::store::events::{self as store, ChannelEvent};
use crate::channels::store::{Channel, channels_by_ids};
use crate::error::AppError;
use crate::graphql::{ContextExt, Cursor, GraphqlError, Page, PageInfo, Problem, page_size};

/// Most alerts that are shown at once.
const ALERTS_MAX: i64 = 20;

/// An event with its channel.
pub struct ChannelEventNode {
    event: ChannelEvent,
    channel: Channel,
}

/// Something that happened to a channel as a whole.
#[Object(name = "ChannelEvent")]
impl ChannelEventNode {
    /// Global id.
    async fn id(&self) -> ChannelEventId {
        self.event.id
    }

    /// To which.
    async fn channel(&self) -> &Channel {
        &self.channel
    }

    /// A name that stays: `connected`, `token_dead`, `quality`, `template` …
    async fn kind(&self) -> &str {
        &self.event.kind
    }

    /// Good is for the record; the others are alerts until somebody acknowledges them.
    async fn severity(&self) -> HealthState {
        HealthState::from_code(self.event.severity)
    }

    /// What happened and what can be done.
    async fn words(&self) -> &str {
        &self.event.words
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.event.at
    }

    /// When somebody acknowledged it.
    async fn acknowledged_at(&self) -> Option<DateTime<Utc>> {
        self.event.acknowledged_at
    }

    /// Who did.
    async fn acknowledged_by_name(&self) -> Option<&str> {
        self.event.acknowledged_by_name.as_deref()
    }
}

async fn with_channels(
    tx: &mut crate::db::WorkspaceTx,
    events: Vec<ChannelEvent>,
) -> sqlx::Result<Vec<ChannelEventNode>> {
    let mut ids: Vec<ChannelId> = events.iter().map(|event| event.channel_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let channels = channels_by_ids(tx, &ids).await?;
    let node = |event: ChannelEvent| {
        let channel = channels.iter().find(|channel| channel.id == event.channel_id)?.clone();
        Some(ChannelEventNode { event, channel })
    };
    Ok(events.into_iter().filter_map(node).collect())
}

/// An event and its place in the list.
#[derive(SimpleObject)]
pub struct ChannelEventEdge {
    cursor: String,
    node: ChannelEventNode,
}

/// A page of events, newest first.
pub struct ChannelEventConnection {
    rows: Vec<ChannelEvent>,
    channels: Vec<Channel>,
    page_info: PageInfo,
}

impl ChannelEventConnection {
    fn built(&self) -> impl Iterator<Item = ChannelEventNode> {
        self.rows.iter().filter_map(|event| {
            let channel = self.channels.iter().find(|channel| channel.id == event.channel_id)?.clone();
            Some(ChannelEventNode { event: event.clone(), channel })
        })
    }
}

#[Object]
impl ChannelEventConnection {
    /// The events.
    async fn nodes(&self) -> Vec<ChannelEventNode> {
        self.built().collect()
    }

    /// The events with their places.
    async fn edges(&self) -> Vec<ChannelEventEdge> {
        self.built().map(|node| ChannelEventEdge { cursor: Cursor::encode(&node.event.id.0), node }).collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> PageInfo {
        self.page_info.clone()
    }
}

/// Everything asked about events of channels.
#[derive(Default)]
pub struct ChannelEventQueries;

#[Object]
impl ChannelEventQueries {
    /// What happened to channels, newest first; to one, if given. For admins.
    async fn channel_events(
        &self,
        ctx: &Context<'_>,
        channel_id: Option<ChannelId>,
        first: i32,
        after: Option<String>,
    ) -> Result<ChannelEventConnection, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let size = page_size("first", first)?;
        let before = after.as_deref().map(|after| Cursor::decode::<i64>("after", after)).transpose()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let rows = store::page(&mut tx, channel_id, before.unwrap_or(i64::MAX), size + 1).await?;
        let page = Page::cut(rows, size);
        let mut ids: Vec<ChannelId> = page.rows.iter().map(|event| event.channel_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let channels = channels_by_ids(&mut tx, &ids).await?;
        let cursor = |event: &ChannelEvent| Cursor::encode(&event.id.0);
        let page_info = PageInfo {
            has_next_page: page.more,
            has_previous_page: before.is_some(),
            start_cursor: page.rows.first().map(cursor),
            end_cursor: page.rows.last().map(cursor),
        };
        Ok(ChannelEventConnection { rows: page.rows, channels, page_info })
    }

    /// Warnings and worse that nobody has acknowledged, newest first, at most 20. Every member sees them.
    async fn channel_alerts(&self, ctx: &Context<'_>) -> Result<Vec<ChannelEventNode>, GraphqlError> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let events = store::alerts(&mut tx, ALERTS_MAX).await?;
        Ok(with_channels(&mut tx, events).await?)
    }
}

/// An event, or why not.
#[derive(SimpleObject)]
pub struct ChannelEventPayload {
    event: Option<ChannelEventNode>,
    problem: Option<Problem>,
}

/// Everything that changes events of channels.
#[derive(Default)]
pub struct ChannelEventMutations;

#[Object]
impl ChannelEventMutations {
    /// Says that an alert has been seen: it is one no longer, for nobody. For admins.
    async fn acknowledge_channel_event(
        &self,
        ctx: &Context<'_>,
        event_id: ChannelEventId,
    ) -> Result<ChannelEventPayload, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let event = alerts::acknowledge(ctx.app(), viewer, event_id).await?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let node = with_channels(&mut tx, vec![event]).await?.pop();
        let node = node.ok_or(AppError::NotFound("event"))?;
        Ok(ChannelEventPayload { event: Some(node), problem: None })
    }
}
