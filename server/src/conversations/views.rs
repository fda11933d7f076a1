//! The numbers beside the views: read from their rows, never counted.

use shared::{ChannelId, MemberId};
use uuid::Uuid;

use super::counters::Counter;
use crate::db::WorkspaceTx;

/// The numbers a member sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViewCounts {
    /// Open ones of the member.
    pub mine: i64,
    /// Open ones of nobody.
    pub unassigned: i64,
    /// Open ones.
    pub all: i64,
    /// Snoozed ones.
    pub snoozed: i64,
    /// Closed ones.
    pub closed: i64,
    /// Open ones of each channel that ever had one.
    pub channels: Vec<(ChannelId, i64)>,
}

/// The numbers for one member.
///
/// # Errors
/// When the database refuses.
pub async fn view_counts(tx: &mut WorkspaceTx, member_id: MemberId) -> sqlx::Result<ViewCounts> {
    let workspace_id = tx.workspace_id();
    let rows: Vec<(i16, Uuid, i64)> = sqlx::query_as(
        "select kind, subject_id, n from conversation_counters
         where workspace_id = $1 and kind between 1 and 6 and (kind <> 5 or subject_id = $2)
         order by kind, subject_id",
    )
    .bind(workspace_id)
    .bind(member_id)
    .fetch_all(tx.conn())
    .await?;
    let mut counts = ViewCounts::default();
    for (kind, subject, n) in rows {
        match Counter::from_parts(kind, subject) {
            Some(Counter::Open) => counts.all = n,
            Some(Counter::Snoozed) => counts.snoozed = n,
            Some(Counter::Closed) => counts.closed = n,
            Some(Counter::Unassigned) => counts.unassigned = n,
            Some(Counter::Assigned(_)) => counts.mine = n,
            Some(Counter::Channel(channel)) => counts.channels.push((channel, n)),
            None => {}
        }
    }
    Ok(counts)
}

/// The newest event's number.
///
/// # Errors
/// When the database refuses.
pub async fn event_seq(tx: &mut WorkspaceTx) -> sqlx::Result<i64> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar("select event_seq from workspace_heads where workspace_id = $1")
        .bind(workspace_id)
        .fetch_one(tx.conn())
        .await
}
