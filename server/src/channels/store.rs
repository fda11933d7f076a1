//! SQL of channels.

pub(super) mod accounts;
pub(super) mod credentials;
pub(super) mod events;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{ChannelId, ChannelKind};
use sqlx::FromRow;
use uuid::Uuid;

use self::credentials::Purpose;
use super::settings::WebChatSettings;
use crate::db::{Db, WorkspaceTx};

/// One connected account.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Channel {
    /// Which.
    pub id: ChannelId,
    /// Which adapter speaks for it.
    pub kind: ChannelKind,
    /// As members call it.
    pub name: String,
    /// What the platform calls the account: of a web chat, the widget's uuid.
    pub platform_account_id: String,
    /// As kept.
    pub settings: Value,
    /// Whether it is switched on.
    pub active: bool,
    /// When it was connected.
    pub created_at: DateTime<Utc>,
    /// The end of the identity secret, if there is one.
    pub identity_secret_last4: Option<String>,
}

impl Channel {
    /// The settings, of a web chat. What cannot be read has its default.
    #[must_use]
    pub fn web_chat_settings(&self) -> WebChatSettings {
        serde_json::from_value(self.settings.clone()).unwrap_or_default()
    }
}

/// All channels, oldest first.
pub(super) async fn all(tx: &mut WorkspaceTx) -> sqlx::Result<Vec<Channel>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select c.id, c.kind, c.name, c.platform_account_id, c.settings, c.active, c.created_at,
                k.last4 as identity_secret_last4
         from channels c
         left join lateral (
             select k.last4 from credentials k
             where k.workspace_id = $1 and k.channel_id = c.id and k.purpose = $2 and k.retired_at is null
             order by k.version desc limit 1) k on true
         where c.workspace_id = $1 order by c.created_at, c.id",
    )
    .bind(workspace_id)
    .bind(Purpose::IdentitySecret as i16)
    .fetch_all(tx.conn())
    .await
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
        "select c.id, c.kind, c.name, c.platform_account_id, c.settings, c.active, c.created_at,
                k.last4 as identity_secret_last4
         from channels c
         left join lateral (
             select k.last4 from credentials k
             where k.workspace_id = $1 and k.channel_id = c.id and k.purpose = $3 and k.retired_at is null
             order by k.version desc limit 1) k on true
         where c.workspace_id = $1 and c.id = any($2)",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(Purpose::IdentitySecret as i16)
    .fetch_all(tx.conn())
    .await
}

/// Locks a channel and reads it.
pub(super) async fn lock(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<Option<Channel>> {
    let workspace_id = tx.workspace_id();
    let there = sqlx::query("select from channels where workspace_id = $1 and id = $2 for no key update")
        .bind(workspace_id)
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    if there.is_none() {
        return Ok(None);
    }
    Ok(channels_by_ids(tx, &[id]).await?.pop())
}

/// Stores a new channel.
pub(super) async fn insert(
    tx: &mut WorkspaceTx,
    id: ChannelId,
    kind: ChannelKind,
    name: &str,
    platform_account_id: &str,
    settings: &Value,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into channels (workspace_id, id, kind, name, platform_account_id, settings)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(kind)
    .bind(name)
    .bind(platform_account_id)
    .bind(settings)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Stores name, settings and whether it is on.
pub(super) async fn update(
    tx: &mut WorkspaceTx,
    id: ChannelId,
    name: &str,
    settings: &Value,
    active: bool,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update channels set name = $3, settings = $4, active = $5, updated_at = now()
         where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(name)
    .bind(settings)
    .bind(active)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The workspace and channel that an account belongs to; several only for accounts that two workspaces share.
pub(super) async fn of_account(
    db: &Db,
    kind: ChannelKind,
    account: &str,
) -> sqlx::Result<Vec<(shared::WorkspaceId, ChannelId)>> {
    sqlx::query_as("select workspace_id, channel_id from channels_of_account($1, $2, null)")
        .bind(kind)
        .bind(account)
        .fetch_all(db.pool())
        .await
}

/// A widget id that nobody can guess.
pub(super) fn new_widget_id() -> Uuid {
    Uuid::new_v4()
}
