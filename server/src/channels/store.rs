//! SQL of channels.

pub(super) mod accounts;
pub(super) mod connect;
pub(super) mod credentials;
pub(super) mod events;
pub(super) mod health;
pub(super) mod send_test;
pub(super) mod templates;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{ChannelId, ChannelKind, ChannelState};
use sqlx::FromRow;
use uuid::Uuid;

use super::provider_settings::ProviderSettings;
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
    /// What the platform keeps above the account.
    pub parent_account_id: Option<String>,
    /// Its user name or number, as displayed.
    pub handle: Option<String>,
    /// Where people can write to it.
    pub link: Option<String>,
    /// Whether it is switched on.
    pub active: bool,
    /// How its connection stands.
    pub state: ChannelState,
    /// Why, in words for an admin.
    pub state_reason: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was first connected; none while the first attempt runs, and after it failed.
    pub connected_at: Option<DateTime<Utc>>,
    /// The end of the identity secret, if there is one.
    pub identity_secret_last4: Option<String>,
}

impl Channel {
    /// The settings, of a web chat. What cannot be read has its default.
    #[must_use]
    pub fn web_chat_settings(&self) -> WebChatSettings {
        serde_json::from_value(self.settings.clone()).unwrap_or_default()
    }

    /// The settings of a channel with a provider. What cannot be read has its default.
    #[must_use]
    pub fn provider_settings(&self) -> ProviderSettings {
        serde_json::from_value(self.settings.clone()).unwrap_or_default()
    }
}

/// Channels, with `rest` after the join.
macro_rules! channels {
    ($rest:literal) => {
        concat!(
            "select c.id, c.kind, c.name, c.platform_account_id, c.settings, c.parent_account_id, c.handle, c.link,
                    c.active, c.state, c.state_reason, c.created_at, c.connected_at,
                    k.last4 as identity_secret_last4
             from channels c
             left join lateral (
                 select k.last4 from credentials k
                 where k.workspace_id = $1 and k.channel_id = c.id and k.purpose = 1 and k.retired_at is null
                 order by k.version desc limit 1) k on true ",
            $rest
        )
    };
}

/// All channels, oldest first.
pub(super) async fn all(tx: &mut WorkspaceTx) -> sqlx::Result<Vec<Channel>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(channels!(
        "where c.workspace_id = $1 and c.connected_at is not null order by c.created_at, c.id"
    ))
    .bind(workspace_id)
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
    sqlx::query_as(channels!("where c.workspace_id = $1 and c.id = any($2)"))
        .bind(workspace_id)
        .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await
}

/// The channel of an account, if it has been connected here.
pub(super) async fn by_account(
    tx: &mut WorkspaceTx,
    kind: ChannelKind,
    platform_account_id: &str,
) -> sqlx::Result<Option<Channel>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(channels!(
        "where c.workspace_id = $1 and c.kind = $2 and c.platform_account_id = $3 and c.connected_at is not null"
    ))
    .bind(workspace_id)
    .bind(kind)
    .bind(platform_account_id)
    .fetch_optional(tx.conn())
    .await
}

/// Whether a connected channel of the workspace has this parent account.
pub(super) async fn has_parent(
    tx: &mut WorkspaceTx,
    kind: ChannelKind,
    parent_account_id: Option<&str>,
) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select exists (select from channels where workspace_id = $1 and kind = $2 and parent_account_id = $3
                        and state <> $4)",
    )
    .bind(workspace_id)
    .bind(kind)
    .bind(parent_account_id)
    .bind(ChannelState::Disconnected)
    .fetch_one(tx.conn())
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
