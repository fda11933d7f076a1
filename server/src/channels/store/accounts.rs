//! SQL of accounts: what it takes to speak for a channel, and how its connection stands.

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
}

/// One channel.
pub async fn account(tx: &mut WorkspaceTx, channel_id: ChannelId) -> sqlx::Result<Option<AccountRow>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select kind, active, state, platform_account_id, parent_account_id, app_id,
                endpoint_key_sha256
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
