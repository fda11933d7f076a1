//! When each channel was last heard of and used, and how much by the hour. Changed by net deltas per batch.

use shared::ChannelId;

use crate::db::WorkspaceTx;

/// Adds to a channel's figures; call once per batch and channel, channels in the order of their ids: two batches
/// that touch the same ones then wait for each other instead of failing.
///
/// # Errors
/// When the database refuses.
pub async fn count(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    inbound: i64,
    sent: i64,
    failed: i64,
) -> sqlx::Result<()> {
    if inbound == 0 && sent == 0 && failed == 0 {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with active as (
             insert into channel_activity as a (workspace_id, channel_id, last_inbound_at, last_outbound_at)
             values ($1, $2, case when $3 > 0 then now() end, case when $4 > 0 then now() end)
             on conflict (workspace_id, channel_id) do update set
                 last_inbound_at = coalesce(excluded.last_inbound_at, a.last_inbound_at),
                 last_outbound_at = coalesce(excluded.last_outbound_at, a.last_outbound_at))
         insert into channel_hours as h (workspace_id, channel_id, hour, inbound, sent, failed)
         values ($1, $2, date_trunc('hour', now(), 'UTC'), $3, $4, $5)
         on conflict (workspace_id, channel_id, hour) do update set
             inbound = h.inbound + excluded.inbound, sent = h.sent + excluded.sent,
             failed = h.failed + excluded.failed",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(inbound)
    .bind(sent)
    .bind(failed)
    .execute(tx.conn())
    .await?;
    Ok(())
}
