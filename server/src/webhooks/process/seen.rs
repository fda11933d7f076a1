//! What contacts have seen: read positions and statuses, which only move forward.

use shared::MessageStatus;

use super::conversations::Threads;
use crate::db::WorkspaceTx;

/// Stores the read positions, and marks what was sent before them as read.
pub(super) async fn store(tx: &mut WorkspaceTx, threads: &Threads) -> sqlx::Result<()> {
    let moved: Vec<_> = threads.read_further().collect();
    if moved.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with moved as (
             select * from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as s(conversation_id, before, now)),
         positions as (
             update conversations c
             set contact_read_seq = greatest(c.contact_read_seq, s.now),
                 contact_delivered_seq = greatest(c.contact_delivered_seq, s.now)
             from moved s where c.workspace_id = $1 and c.id = s.conversation_id),
         read as (
             update messages m set status = $5
             from moved s
             where m.workspace_id = $1 and m.conversation_id = s.conversation_id and m.seq > s.before and m.seq <= s.now
               and m.direction = 2 and m.status in (1, 2, 3, 6)
             returning m.id),
         transmitted as (
             update transmissions t set status = $5, updated_at = now()
             from read where t.workspace_id = $1 and t.message_id = read.id and t.status in (1, 2, 3, 6)
             returning t.id)
         insert into transmission_events (workspace_id, transmission_id, status, happened_at)
         select $1, t.id, $5, now() from transmitted t
         on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(moved.iter().map(|m| m.0.0).collect::<Vec<_>>())
    .bind(moved.iter().map(|m| m.1).collect::<Vec<_>>())
    .bind(moved.iter().map(|m| m.2).collect::<Vec<_>>())
    .bind(MessageStatus::Read)
    .execute(tx.conn())
    .await?;
    Ok(())
}
