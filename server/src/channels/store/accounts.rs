//! SQL of accounts: what it takes to speak for a channel, and how its connection stands.

use serde_json::Value;
use shared::{ChannelId, ChannelKind, ChannelState};
use sqlx::FromRow;

use crate::db::WorkspaceTx;

/// A channel as those who speak for it need it.
#[derive(Debug, FromRow)]
pub struct AccountRow {
    /// Which adapter speaks for it.
    pub kind: ChannelKind,
    /// Switched on.
    pub active: bool,
    /// How its connection stands.
    pub state: ChannelState,
    /// The platform's id.
    pub platform_account_id: String,
    /// What the platform keeps above it.
    pub parent_account_id: Option<String>,
    /// The provider's application it was connected through; none: the installation's own, or none is needed.
    pub app_id: Option<String>,
    /// SHA-256 of the part of its endpoint's address that nobody can guess.
    pub endpoint_key_sha256: Option<Vec<u8>>,
    /// As kept.
    pub settings: Value,
    /// It has been connected at least once.
    pub connected: bool,
}

/// One channel.
pub async fn account(tx: &mut WorkspaceTx, channel_id: ChannelId) -> sqlx::Result<Option<AccountRow>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select kind, active, state, platform_account_id, parent_account_id, app_id,
                endpoint_key_sha256, settings, connected_at is not null as connected
         from channels where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .fetch_optional(tx.conn())
    .await
}

/// Has a connected channel wait for somebody to connect it again; false when it does already, or is disconnected.
pub async fn hold(tx: &mut WorkspaceTx, channel_id: ChannelId, reason: &str) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let held = sqlx::query(
        "update channels set state = $3, state_reason = $4, state_changed_at = now(), updated_at = now()
         where workspace_id = $1 and id = $2 and state = $5",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(ChannelState::Reconnect)
    .bind(reason)
    .bind(ChannelState::Connected)
    .execute(tx.conn())
    .await?;
    Ok(held.rows_affected() > 0)
}

/// Of the connected channels that share a parent account and an application with this one, itself counted in, the
/// oldest that has an endpoint. `gone`, unless it is the one, does not count.
pub async fn endpoint_holder(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    gone: ChannelId,
) -> sqlx::Result<Option<ChannelId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select h.id from channels c join channels h on h.workspace_id = $1
             and (h.id = c.id or (h.kind = c.kind and h.parent_account_id = c.parent_account_id
                                  and h.app_id = c.app_id and h.state <> $3 and h.id <> $4))
         where c.workspace_id = $1 and c.id = $2 and h.endpoint_key_sha256 is not null
         order by h.created_at, h.id limit 1",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(ChannelState::Disconnected)
    .bind(gone)
    .fetch_optional(tx.conn())
    .await
}

/// The number of a channel's connection; none when it is disconnected.
pub async fn connection(tx: &mut WorkspaceTx, channel_id: ChannelId) -> sqlx::Result<Option<i32>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar("select connection from channels where workspace_id = $1 and id = $2 and state <> $3")
        .bind(workspace_id)
        .bind(channel_id)
        .bind(ChannelState::Disconnected)
        .fetch_optional(tx.conn())
        .await
}
