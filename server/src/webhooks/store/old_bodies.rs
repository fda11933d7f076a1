//! SQL of forgetting what came in long ago. Its key stays, so that a repeat is still recognised.

use crate::db::WorkspaceTx;

/// How long the bytes of a delivery are kept.
const DAYS: i32 = 30;

/// Removes the bytes of the oldest deliveries that still have theirs; returns how many. What waits for another try is
/// left alone, and what came after it, too.
pub async fn remove_old_bodies(tx: &mut WorkspaceTx, at_most: i64) -> sqlx::Result<u64> {
    let workspace_id = tx.workspace_id();
    let removed = sqlx::query(
        "with oldest as (
             select d.id, d.received_at < now() - make_interval(days => $3) as due from webhook_deliveries d
             where d.workspace_id = $1
               and d.id > coalesce((select r.up_to from deliveries_without_bodies r where r.workspace_id = $1), 0)
               and d.id < coalesce((select p.delivery_id from pending_deliveries p where p.workspace_id = $1
                                    order by p.delivery_id limit 1), 9223372036854775807)
             order by d.id limit $2),
         due as (
             select o.id from oldest o
             where o.id < coalesce((select min(n.id) from oldest n where not n.due), 9223372036854775807)),
         noted as (
             insert into deliveries_without_bodies as r (workspace_id, up_to)
             select $1, max(id) from due having max(id) is not null
             on conflict (workspace_id) do update set up_to = greatest(r.up_to, excluded.up_to))
         update webhook_deliveries d set body = '', headers = null, body_removed_at = now()
         from due where d.workspace_id = $1 and d.id = due.id",
    )
    .bind(workspace_id)
    .bind(at_most)
    .bind(DAYS)
    .execute(tx.conn())
    .await?;
    Ok(removed.rows_affected())
}
