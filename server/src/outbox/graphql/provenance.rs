//! Where a message came from and what became of it, as clients ask for it.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{DeliveryId, MessageId, MessageStatus, Role};

use super::TransmissionNode;
use crate::channels::Channel;
use crate::graphql::{ContextExt, GraphqlError};
use crate::messages::graphql::MessageNode;
use crate::outbox::{self, History, Provenance, TransmissionEvent};

/// Queries of what goes out.
#[derive(Default)]
pub struct OutboxQueries;

#[Object]
impl OutboxQueries {
    /// Where a message came from and what became of it; null for a note, and for what is not there.
    async fn message_provenance(
        &self,
        ctx: &Context<'_>,
        message_id: MessageId,
    ) -> Result<Option<ProvenanceNode>, GraphqlError> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let found = outbox::provenance(&mut tx, message_id).await?;
        let is_admin = viewer.role.includes(Role::Admin);
        Ok(found.map(|found| ProvenanceNode::of(found, is_admin)))
    }
}

/// Where a message came from and what became of it.
#[derive(SimpleObject)]
#[graphql(name = "Provenance")]
pub struct ProvenanceNode {
    /// The message.
    message: MessageNode,
    /// Through which channel.
    channel: Channel,
    /// Which adapter speaks for that.
    adapter: &'static str,
    /// The delivery that it came with. Admins only; null for others, and for what we wrote.
    delivery_id: Option<DeliveryId>,
    /// Who made it.
    actor_name: String,
    /// By what the platform calls it, and its parts.
    platform_message_ids: Vec<String>,
    /// The platform's time; null for what we wrote.
    platform_at: Option<DateTime<Utc>>,
    /// When its delivery came; null for what we wrote.
    received_at: Option<DateTime<Utc>>,
    /// When it was stored.
    committed_at: DateTime<Utc>,
    /// When a member first had it on the screen; null for what we wrote.
    shown_at: Option<DateTime<Utc>>,
    /// What the platform got for it, and all that was heard of that.
    transmissions: Vec<TransmissionHistory>,
}

impl ProvenanceNode {
    fn of(found: Provenance, is_admin: bool) -> Self {
        Self {
            adapter: found.channel.kind.as_str(),
            channel: found.channel,
            delivery_id: found.delivery_id.filter(|_| is_admin),
            actor_name: found.message.author_name.clone(),
            platform_message_ids: found.platform_message_ids,
            platform_at: found.platform_at,
            received_at: found.received_at,
            committed_at: found.message.message.created_at,
            shown_at: found.shown_at,
            transmissions: found.transmissions.into_iter().map(TransmissionHistory::from).collect(),
            message: found.message.into(),
        }
    }
}

/// What a platform got, and all that was heard of it.
#[derive(SimpleObject)]
pub struct TransmissionHistory {
    /// What it got.
    transmission: TransmissionNode,
    /// By what the platform calls it.
    platform_message_ids: Vec<String>,
    /// Calls that were made.
    attempts: i16,
    /// What was heard of it, in the order in which we heard.
    events: Vec<TransmissionEventNode>,
    /// What it cost, by the platform's words, as JSON.
    pricing: Option<String>,
}

impl From<History> for TransmissionHistory {
    fn from(history: History) -> Self {
        Self {
            transmission: TransmissionNode(history.transmission),
            platform_message_ids: history.platform_message_ids,
            attempts: history.attempts,
            events: history.events.into_iter().map(TransmissionEventNode::from).collect(),
            pricing: history.pricing.map(|pricing| pricing.to_string()),
        }
    }
}

/// Something that was heard of a transmission.
#[derive(SimpleObject)]
#[graphql(name = "TransmissionEvent")]
pub struct TransmissionEventNode {
    /// How far it was.
    status: MessageStatus,
    /// By the clock of whoever said so.
    at: DateTime<Utc>,
    /// When we heard.
    recorded_at: DateTime<Utc>,
    /// More about it.
    detail: Option<String>,
}

impl From<TransmissionEvent> for TransmissionEventNode {
    fn from(event: TransmissionEvent) -> Self {
        Self {
            status: event.status,
            at: event.happened_at,
            recorded_at: event.recorded_at,
            detail: event.detail,
        }
    }
}
