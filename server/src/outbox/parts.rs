//! What a platform got for one message, locked to be changed.

use channel_core::Act;
use serde::Deserialize as _;
use serde_json::Value;
use shared::{MessageId, MessageStatus, TransmissionId};
use sqlx::FromRow;

use crate::db::WorkspaceTx;

/// A transmission of a message, locked.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Part {
    pub id: TransmissionId,
    pub status: MessageStatus,
    pub retryable: bool,
    pub failure: Option<String>,
    act: Option<Value>,
    /// What the platform calls it; of several, the first.
    pub platform_message_id: Option<String>,
    /// Its call is on its way at this moment.
    pub begun: bool,
}

/// How a part can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The platform does not have it: it is changed where it waits, or failed.
    Here,
    /// The platform has it.
    There,
    /// It is on its way, or nobody knows.
    Between,
}

impl Part {
    /// What the platform got; none for web chat.
    pub fn act(&self) -> Option<Act> {
        Act::deserialize(self.act.as_ref()?).ok()
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        match self.status {
            _ if self.begun => Place::Between,
            MessageStatus::Queued | MessageStatus::Failed => Place::Here,
            MessageStatus::Unknown => Place::Between,
            MessageStatus::Sent | MessageStatus::Delivered | MessageStatus::Read => Place::There,
        }
    }
}

/// Locks what the platform got for a message that was not taken back, in order; its conversation is locked.
pub(crate) async fn lock(tx: &mut WorkspaceTx, message_id: MessageId) -> sqlx::Result<Vec<Part>> {
    let workspace_id = tx.workspace_id();
    let mut parts: Vec<(i16, Part)> = Vec::new();
    let rows = sqlx::query(
        "select t.part, t.id, t.status, t.retryable, t.failure, t.act, t.platform_message_id,
                exists (select from outbox o
                        where o.workspace_id = $1 and o.channel_id = t.channel_id and o.lane = c.identity_id
                          and o.transmission_id = t.id and o.state = 2) as begun
         from transmissions t
         join messages m on m.workspace_id = $1 and m.id = t.message_id and m.deleted_at is null
         join conversations c on c.workspace_id = $1 and c.id = m.conversation_id
         where t.workspace_id = $1 and t.message_id = $2
         order by t.id for no key update of t, m",
    )
    .bind(workspace_id)
    .bind(message_id)
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        parts.push((sqlx::Row::try_get(&row, "part")?, Part::from_row(&row)?));
    }
    parts.sort_by_key(|part| part.0);
    Ok(parts.into_iter().map(|part| part.1).collect())
}

/// Gives transmissions other acts, where they wait.
pub(crate) async fn give_acts(tx: &mut WorkspaceTx, acts: &[(TransmissionId, &Act)]) -> sqlx::Result<()> {
    if acts.is_empty() {
        return Ok(());
    }
    let values: Result<Vec<Value>, _> = acts.iter().map(|(_, act)| serde_json::to_value(act)).collect();
    let values = values.map_err(|error| sqlx::Error::Encode(error.into()))?;
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update transmissions t set act = a.act, updated_at = now()
         from unnest($2::uuid[], $3::jsonb[]) as a(id, act)
         where t.workspace_id = $1 and t.id = a.id",
    )
    .bind(workspace_id)
    .bind(acts.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
    .bind(values)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes what has not begun out of the line, for good.
pub(crate) async fn withdraw(tx: &mut WorkspaceTx, parts: &[TransmissionId]) -> sqlx::Result<()> {
    if parts.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with gone as (
             delete from outbox o using transmissions t, messages m, conversations c
             where t.workspace_id = $1 and t.id = any($2) and m.workspace_id = $1 and m.id = t.message_id
               and c.workspace_id = $1 and c.id = m.conversation_id
               and o.workspace_id = $1 and o.channel_id = t.channel_id and o.lane = c.identity_id
               and o.transmission_id = t.id),
         failed as (
             update transmissions t
             set status = 5, failure = 'It was taken back before it went out.', retryable = false, dead_at = null,
                 updated_at = now()
             where t.workspace_id = $1 and t.id = any($2)
             returning t.id)
         insert into transmission_events (workspace_id, transmission_id, status, happened_at, detail)
         select $1, id, 5, now(), 'taken back before it went out' from failed
         on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(parts.iter().map(|id| id.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The platform's ids of what it has of these transmissions.
pub(crate) async fn platform_ids(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
    parts: &[TransmissionId],
) -> sqlx::Result<Vec<String>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select platform_message_id from platform_messages
         where workspace_id = $1 and message_id = $2 and transmission_id = any($3) and deleted_at is null order by part",
    )
    .bind(workspace_id)
    .bind(message_id)
    .bind(parts.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// Adds words for the agent to a message's first transmission: a change of it did not reach the platform.
pub(crate) async fn note(tx: &mut WorkspaceTx, message_id: MessageId, words: &str) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update transmissions set notes = notes || $3::text, updated_at = now()
         where workspace_id = $1 and message_id = $2 and part = 0",
    )
    .bind(workspace_id)
    .bind(message_id)
    .bind(words)
    .execute(tx.conn())
    .await?;
    Ok(())
}
