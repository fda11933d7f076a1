//! Where a message came from and what became of it, with every time that is known.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{ConversationId, DeliveryId, Direction, MessageId, MessageStatus, TransmissionId};
use sqlx::FromRow;

use super::transmissions::{self, Transmission};
use crate::channels::{Channel, channels_by_ids};
use crate::db::WorkspaceTx;
use crate::messages::{self, FullMessage};

/// Where a message came from and what became of it.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// The message.
    pub message: FullMessage,
    /// Through which channel.
    pub channel: Channel,
    /// With which delivery it came.
    pub delivery_id: Option<DeliveryId>,
    /// By what the platform calls it, and its parts.
    pub platform_message_ids: Vec<String>,
    /// The platform's time.
    pub platform_at: Option<DateTime<Utc>>,
    /// When its delivery came.
    pub received_at: Option<DateTime<Utc>>,
    /// When a member first had it on the screen.
    pub shown_at: Option<DateTime<Utc>>,
    /// What the platform got for it, and all that was heard of that.
    pub transmissions: Vec<History>,
}

/// What a platform got, and all that was heard of it.
#[derive(Debug, Clone)]
pub struct History {
    /// What it got.
    pub transmission: Transmission,
    /// By what the platform calls it.
    pub platform_message_ids: Vec<String>,
    /// Calls that were made.
    pub attempts: i16,
    /// What was heard of it, in order.
    pub events: Vec<TransmissionEvent>,
    /// What it cost, by the platform's words.
    pub pricing: Option<Value>,
}

/// Something that was heard of a transmission.
#[derive(Debug, Clone, FromRow)]
pub struct TransmissionEvent {
    transmission_id: TransmissionId,
    /// How far it was.
    pub status: MessageStatus,
    /// By the clock of whoever said so.
    pub happened_at: DateTime<Utc>,
    /// When we heard.
    pub recorded_at: DateTime<Utc>,
    /// More about it.
    pub detail: Option<String>,
}

/// Everything about one message; none for one that is not there, or was written for members only.
///
/// # Errors
/// When the database refuses.
pub async fn provenance(tx: &mut WorkspaceTx, message_id: MessageId) -> sqlx::Result<Option<Provenance>> {
    let found = messages::store::by_ids(tx, &[message_id]).await?.pop();
    let Some(found) =
        found.filter(|message| matches!(message.direction, Direction::Inbound | Direction::Outbound))
    else {
        return Ok(None);
    };
    let (conversation_id, seq, channel_id) = (found.conversation_id, found.seq, found.channel_id);
    let is_inbound = found.direction == Direction::Inbound;
    let Some(message) = messages::complete(tx, vec![found]).await?.pop() else { return Ok(None) };
    let Some(channel) = channels_by_ids(tx, &[channel_id]).await?.pop() else { return Ok(None) };

    let (delivery_id, received_at) = delivery(tx, message_id).await?;
    let names = names(tx, message_id).await?;
    let shown_at = if is_inbound { shown_at(tx, conversation_id, seq).await? } else { None };
    Ok(Some(Provenance {
        platform_at: received_at.map(|_| message.message.sent_at),
        platform_message_ids: names.iter().map(|name| name.0.clone()).collect(),
        transmissions: if is_inbound { Vec::new() } else { histories(tx, message_id, &names).await? },
        message,
        channel,
        delivery_id,
        received_at,
        shown_at,
    }))
}

/// With which delivery a message came, and when.
async fn delivery(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
) -> sqlx::Result<(Option<DeliveryId>, Option<DateTime<Utc>>)> {
    let workspace_id = tx.workspace_id();
    let found: Option<(DeliveryId, Option<DateTime<Utc>>)> = sqlx::query_as(
        "select (m.provenance ->> 'delivery')::bigint, d.received_at
         from messages m
         left join webhook_deliveries d on d.workspace_id = $1 and d.id = (m.provenance ->> 'delivery')::bigint
         where m.workspace_id = $1 and m.id = $2 and m.provenance ->> 'delivery' is not null",
    )
    .bind(workspace_id)
    .bind(message_id)
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map_or((None, None), |(id, at)| (Some(id), at)))
}

/// By what the platform calls a message and its parts, and which transmission became each.
async fn names(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
) -> sqlx::Result<Vec<(String, Option<TransmissionId>)>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select n.name, n.transmission_id
         from (select m.platform_message_id as name, null::uuid as transmission_id, -1 as part
               from messages m
               where m.workspace_id = $1 and m.id = $2 and m.platform_message_id is not null
                 and not exists (select from platform_messages p
                                 where p.workspace_id = $1 and p.message_id = $2
                                   and p.platform_message_id = m.platform_message_id)
               union all
               select p.platform_message_id, p.transmission_id, p.part from platform_messages p
               where p.workspace_id = $1 and p.message_id = $2) n
         order by n.part",
    )
    .bind(workspace_id)
    .bind(message_id)
    .fetch_all(tx.conn())
    .await
}

/// When so many of the contact's messages had first been read by anybody that this one was among them.
async fn shown_at(
    tx: &mut WorkspaceTx,
    conversation_id: ConversationId,
    seq: i64,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select at from first_reads
         where workspace_id = $1 and conversation_id = $2
           and read_count >= (select count(*) from messages m
                              where m.workspace_id = $1 and m.conversation_id = $2 and m.seq <= $3 and m.direction = 1)
         order by read_count limit 1",
    )
    .bind(workspace_id)
    .bind(conversation_id)
    .bind(seq)
    .fetch_optional(tx.conn())
    .await
}

async fn histories(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
    names: &[(String, Option<TransmissionId>)],
) -> sqlx::Result<Vec<History>> {
    let rows = transmissions::with_pricing(tx, message_id).await?;
    let workspace_id = tx.workspace_id();
    let events: Vec<TransmissionEvent> = sqlx::query_as(
        "select e.transmission_id, e.status, e.happened_at, e.recorded_at, e.detail
         from transmissions t
         join transmission_events e on e.workspace_id = $1 and e.transmission_id = t.id
         where t.workspace_id = $1 and t.message_id = $2
         order by e.recorded_at, e.happened_at, e.status",
    )
    .bind(workspace_id)
    .bind(message_id)
    .fetch_all(tx.conn())
    .await?;
    let mut of: HashMap<TransmissionId, Vec<TransmissionEvent>> = HashMap::new();
    for event in events {
        of.entry(event.transmission_id).or_default().push(event);
    }
    let histories = rows.into_iter().map(|(transmission, attempts, pricing)| History {
        platform_message_ids: names
            .iter()
            .filter(|name| name.1 == Some(transmission.id))
            .map(|name| name.0.clone())
            .collect(),
        events: of.remove(&transmission.id).unwrap_or_default(),
        attempts,
        pricing,
        transmission,
    });
    Ok(histories.collect())
}
