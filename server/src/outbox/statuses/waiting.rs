//! Reports that came before what they are about.

use channel_core::{InboundEvent, StatusReport, StatusTarget};
use chrono::{DateTime, Utc};
use serde::Deserialize as _;
use serde_json::Value;
use shared::ChannelId;

use super::{Report, take_in};
use crate::db::WorkspaceTx;

/// Keeps reports until their message is known.
pub(super) async fn keep(tx: &mut WorkspaceTx, reports: &[Report<'_>]) -> sqlx::Result<()> {
    let waiting = reports.iter().filter_map(|report| {
        let id = match &report.report.target {
            StatusTarget::Message(id) | StatusTarget::UpToMessage(id) => id.as_str(),
            StatusTarget::UpTo(_) => return None, // nothing there that it could be about
        };
        let event = InboundEvent::Status(Box::new(report.report.clone()));
        Some((report, id, serde_json::to_value(event).ok()?))
    });
    let waiting: Vec<(&Report<'_>, &str, Value)> = waiting.collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into waiting_changes (workspace_id, channel_id, platform_message_id, event, delivery_id, received_at)
         select $1, w.channel_id, w.platform_id, w.event, w.delivery_id, w.received_at
         from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::bigint[], $6::timestamptz[])
              as w(channel_id, platform_id, event, delivery_id, received_at)",
    )
    .bind(workspace_id)
    .bind(waiting.iter().map(|one| one.0.channel_id.0).collect::<Vec<_>>())
    .bind(waiting.iter().map(|one| one.1).collect::<Vec<_>>())
    .bind(waiting.iter().map(|one| one.2.clone()).collect::<Vec<_>>())
    .bind(waiting.iter().map(|one| one.0.delivery_id).collect::<Vec<_>>())
    .bind(waiting.iter().map(|one| one.0.received_at).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A kept report.
type Kept = (ChannelId, Value, Option<i64>, DateTime<Utc>);

/// Takes reports in that waited for these messages of the platform, which are known from now on.
pub(in crate::outbox) async fn apply_waiting(
    tx: &mut WorkspaceTx,
    ids: &[(ChannelId, &str)],
) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    let kept: Vec<Kept> = sqlx::query_as(
        "delete from waiting_changes w using unnest($2::uuid[], $3::text[]) as k(channel_id, platform_id)
         where w.workspace_id = $1 and w.channel_id = k.channel_id and w.platform_message_id = k.platform_id
           and w.event -> 'status' is not null
         returning w.channel_id, w.event, w.delivery_id, w.received_at",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0.0).collect::<Vec<_>>())
    .bind(ids.iter().map(|id| id.1).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    take_in_kept(tx, kept).await
}

/// Takes reports in whose message became known at the very moment at which they were kept. Only young ones can be such;
/// those of messages that others have sent from the same account wait here for a day, and may be many.
pub(in crate::outbox) async fn apply_late(tx: &mut WorkspaceTx) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let kept: Vec<Kept> = sqlx::query_as(
        "with known as (
             select w.id from (
                 select id, channel_id, platform_message_id from waiting_changes
                 where workspace_id = $1 and event -> 'status' is not null
                   and received_at between now() - interval '5 minutes' and now() - interval '2 seconds'
                 order by received_at desc limit 10000) w
             where exists (select from platform_messages p
                           where p.workspace_id = $1 and p.channel_id = w.channel_id
                             and p.platform_message_id = w.platform_message_id and p.transmission_id is not null))
         delete from waiting_changes w using known k where w.workspace_id = $1 and w.id = k.id
         returning w.channel_id, w.event, w.delivery_id, w.received_at",
    )
    .bind(workspace_id)
    .fetch_all(tx.conn())
    .await?;
    take_in_kept(tx, kept).await
}

async fn take_in_kept(tx: &mut WorkspaceTx, mut kept: Vec<Kept>) -> sqlx::Result<()> {
    if kept.is_empty() {
        return Ok(());
    }
    kept.sort_by_key(|one| one.3);
    let read: Vec<(ChannelId, StatusReport, Option<i64>, DateTime<Utc>)> = kept
        .into_iter()
        .filter_map(|(channel_id, event, delivery_id, received_at)| match InboundEvent::deserialize(event) {
            Ok(InboundEvent::Status(report)) => Some((channel_id, *report, delivery_id, received_at)),
            _ => None, // written by a newer version, which is not here any more
        })
        .collect();
    let reports = read.iter().map(|(channel_id, report, delivery_id, received_at)| Report {
        channel_id: *channel_id,
        report,
        received_at: *received_at,
        delivery_id: *delivery_id,
    });
    let reports: Vec<Report<'_>> = reports.collect();
    take_in(tx, &reports).await?;
    Ok(())
}
