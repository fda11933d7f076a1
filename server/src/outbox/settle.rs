//! Settling what nobody knew about: by the platform's word, or by its echo of our own message.

use channel_core::{Act, Echo, EchoSource};
use chrono::{DateTime, Utc};
use serde::Deserialize as _;
use serde_json::Value;
use shared::{ChannelId, ConversationId, MessageId, MessageStatus, TransmissionId};
use sqlx::FromRow;
use uuid::Uuid;

use super::lanes::LaneId;
use super::progress::{self, Change, Locked, Told};
use super::statuses;
use crate::db::WorkspaceTx;

/// Lines of transmissions whose outcome is known now, unless their call is on its way: their lanes go on.
pub(super) async fn free_lanes(
    tx: &mut WorkspaceTx,
    settled: &[(ChannelId, LaneId, TransmissionId)],
) -> sqlx::Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with gone as (
             delete from outbox o
             using unnest($2::uuid[], $3::uuid[], $4::uuid[]) as s(channel_id, lane, transmission_id)
             where o.workspace_id = $1 and o.channel_id = s.channel_id and o.lane = s.lane
               and o.transmission_id = s.transmission_id and o.state <> 2
             returning o.channel_id, o.lane)
         select pg_notify('sb_outbox', $1::text || ':' || g.channel_id::text || ':' || g.lane::text)
         from (select distinct channel_id, lane from gone) g",
    )
    .bind(workspace_id)
    .bind(settled.iter().map(|one| one.0.0).collect::<Vec<_>>())
    .bind(settled.iter().map(|one| one.1).collect::<Vec<_>>())
    .bind(settled.iter().map(|one| one.2.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct Candidate {
    transmission_id: TransmissionId,
    message_id: MessageId,
    conversation_id: ConversationId,
    channel_id: ChannelId,
    lane: Uuid,
    status: MessageStatus,
    gave_up: bool,
    act: Option<Value>,
}

/// The platform reports a message of our own: the one that we sent, or did not know whether we had. Returns it; none
/// when it is none of ours, and belongs into the thread as the business's own.
///
/// # Errors
/// When the database refuses.
pub async fn settle_echo(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    echo: &Echo,
    received_at: DateTime<Utc>,
) -> sqlx::Result<Option<MessageId>> {
    let workspace_id = tx.workspace_id();
    let platform_id = echo.message.platform_message_id.as_str();
    let known: Option<MessageId> = sqlx::query_scalar(
        "select message_id from platform_messages
         where workspace_id = $1 and channel_id = $2 and platform_message_id = $3 and transmission_id is not null",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(platform_id)
    .fetch_optional(tx.conn())
    .await?;
    if known.is_some() {
        return Ok(known);
    }
    let Some(found) = candidate(tx, channel_id, echo).await? else { return Ok(None) };
    let mut change = Change::of(Locked {
        transmission_id: found.transmission_id,
        message_id: found.message_id,
        conversation_id: found.conversation_id,
        channel_id: found.channel_id,
        status: found.status,
        gave_up: found.gave_up,
    });
    let at = echo.message.sent_at.unwrap_or(received_at);
    let mut told = Vec::new();
    if change.hear(MessageStatus::Sent, None) {
        let (transmission_id, status) = (found.transmission_id, MessageStatus::Sent);
        told.push(Told { transmission_id, status, at, detail: Some("echoed".to_owned()) });
    }
    change.platform_ids.push(platform_id.to_owned());
    progress::store(tx, &[change], &told).await?;
    free_lanes(tx, &[(channel_id, found.lane, found.transmission_id)]).await?;
    statuses::apply_waiting(tx, &[(channel_id, platform_id)]).await?;
    Ok(Some(found.message_id))
}

/// By the reference that came back; else, of what was sent through an application, the oldest call in the person's
/// lane that has no answer yet and says the same.
async fn candidate(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    echo: &Echo,
) -> sqlx::Result<Option<Candidate>> {
    let workspace_id = tx.workspace_id();
    let reference: Option<TransmissionId> = echo.reference.as_deref().and_then(|text| text.parse().ok());
    if reference.is_none() && echo.source == EchoSource::NativeApp {
        return Ok(None);
    }
    let candidates: Vec<Candidate> = sqlx::query_as(
        "select t.id as transmission_id, t.message_id, m.conversation_id, t.channel_id, c.identity_id as lane, t.status,
                t.dead_at is not null as gave_up, t.act
         from (select $3::uuid as id where $3 is not null
               union
               select o.transmission_id from identities i
               join outbox o on o.workspace_id = $1 and o.channel_id = $2 and o.lane = i.id
               where $3 is null and i.workspace_id = $1 and i.channel_id = $2 and i.platform_id = $4
                 and o.state in (2, 3) and o.transmission_id is not null) a
         join transmissions t on t.workspace_id = $1 and t.id = a.id and t.channel_id = $2
         join messages m on m.workspace_id = $1 and m.id = t.message_id
         join conversations c on c.workspace_id = $1 and c.id = m.conversation_id
         order by m.id, t.id for no key update of t, m",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(reference)
    .bind(&echo.message.sender.platform_id)
    .fetch_all(tx.conn())
    .await?;
    let says_the_same = |candidate: &Candidate| reference.is_some() || says(candidate.act.as_ref(), echo);
    Ok(candidates.into_iter().find(says_the_same))
}

/// Whether what we gave the platform reads as what it reports.
fn says(act: Option<&Value>, echo: &Echo) -> bool {
    let Some(Ok(act)) = act.map(Act::deserialize) else { return false };
    let heard = &echo.message;
    match act {
        Act::Text { text, .. } | Act::List { text, .. } => text.plain.trim() == heard.text.plain.trim(),
        Act::Media { part, .. } => {
            !heard.attachments.is_empty() && part.caption.plain.trim() == heard.text.plain.trim()
        }
        Act::Album { .. } => !heard.attachments.is_empty(),
        Act::Location(_) | Act::Contacts(_) => heard.card.is_some(),
        Act::Template(template) => template.rendered.trim() == heard.text.plain.trim(),
        _ => false,
    }
}
