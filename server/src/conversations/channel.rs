//! The channel of a conversation, as far as lists show it.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use shared::{ChannelId, ChannelKind};
use sqlx::FromRow;

use crate::db::WorkspaceTx;

/// One connected account.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, SimpleObject)]
pub struct Channel {
    /// Which.
    pub id: ChannelId,
    /// Which adapter speaks for it.
    pub kind: ChannelKind,
    /// As members call it.
    pub name: String,
    /// Whether it is switched on.
    pub active: bool,
    /// When it was connected.
    pub created_at: DateTime<Utc>,
}

/// These channels, in no order; those that are not there are left out.
///
/// # Errors
/// When the database refuses.
pub async fn channels_by_ids(tx: &mut WorkspaceTx, ids: &[ChannelId]) -> sqlx::Result<Vec<Channel>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, kind, name, active, created_at from channels where workspace_id = $1 and id = any($2)",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}
