//! SQL of channel events.

use shared::ChannelId;

use crate::channels::events::{NewChannelEvent, code_of};
use crate::db::WorkspaceTx;

/// Stores an event, unless the channel's last one says the same and is not an hour old.
pub async fn insert(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    event: &NewChannelEvent,
) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let inserted = sqlx::query(
        "insert into channel_events (workspace_id, channel_id, kind, severity, words, details)
         select $1, $2, $3, $4, $5, $6
         where not exists (
             select from (
                 select kind, severity, words, at from channel_events
                 where workspace_id = $1 and channel_id = $2 order by id desc limit 1) last
             where last.kind = $3 and last.severity = $4 and last.words = $5
               and last.at > now() - interval '1 hour')",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(event.kind.as_str())
    .bind(code_of(event.severity))
    .bind(&event.words)
    .bind(&event.details)
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() > 0)
}
