//! SQL of connecting and disconnecting.

use serde_json::Value;
use shared::{ChannelId, ChannelKind, ChannelState, WorkspaceId};
use sqlx::FromRow;

use crate::db::WorkspaceTx;

/// A channel as connecting needs it, locked.
#[derive(Debug, Clone, FromRow)]
pub struct Connecting {
    /// Which.
    pub id: ChannelId,
    /// Which adapter speaks for it.
    pub kind: ChannelKind,
    /// As members call it.
    pub name: String,
    /// How its connection stands.
    pub state: ChannelState,
    /// It has been connected before.
    pub known: bool,
}

macro_rules! connecting {
    ($condition:literal) => {
        concat!(
            "select id, kind, name, state, connected_at is not null as known
             from channels where workspace_id = $1 and ",
            $condition,
            " for no key update"
        )
    };
}

/// Locks the channel of an account.
pub async fn lock_account(
    tx: &mut WorkspaceTx,
    kind: ChannelKind,
    platform_account_id: &str,
) -> sqlx::Result<Option<Connecting>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(connecting!("kind = $2 and platform_account_id = $3"))
        .bind(workspace_id)
        .bind(kind)
        .bind(platform_account_id)
        .fetch_optional(tx.conn())
        .await
}

/// Locks a channel that has been connected before.
pub async fn lock_channel(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<Option<Connecting>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(connecting!("id = $2 and connected_at is not null"))
        .bind(workspace_id)
        .bind(id)
        .fetch_optional(tx.conn())
        .await
}

/// How many channels the workspace has.
pub async fn count(tx: &mut WorkspaceTx) -> sqlx::Result<i64> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar("select count(*) from channels where workspace_id = $1 and connected_at is not null")
        .bind(workspace_id)
        .fetch_one(tx.conn())
        .await
}

/// Makes room for an account that is not here yet: a channel that nobody sees until it is connected. Nothing when
/// another attempt was faster.
pub async fn insert(
    tx: &mut WorkspaceTx,
    id: ChannelId,
    kind: ChannelKind,
    name: &str,
    platform_account_id: &str,
    settings: &Value,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into channels (workspace_id, id, kind, name, platform_account_id, settings, state, connected_at,
                               disconnected_at)
         values ($1, $2, $3, $4, $5, $6, $7, null, now())
         on conflict (workspace_id, kind, platform_account_id) do nothing",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(kind)
    .bind(name)
    .bind(platform_account_id)
    .bind(settings)
    .bind(ChannelState::Disconnected)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets one workspace at a time look whether an account of the installation's own application is taken, and take it.
pub async fn lock_across_workspaces(
    tx: &mut WorkspaceTx,
    kind: ChannelKind,
    account: &str,
) -> sqlx::Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('channel:' || $1 || ':' || $2, 0))")
        .bind(kind.as_str())
        .bind(account)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Every channel, of any workspace, that the installation's own application connects to this account, or to others of
/// the same parent.
pub async fn of_installation(
    tx: &mut WorkspaceTx,
    kind: ChannelKind,
    account: Option<&str>,
    parent: Option<&str>,
) -> sqlx::Result<Vec<(WorkspaceId, ChannelId)>> {
    sqlx::query_as("select workspace_id, channel_id from channels_of_account($1, $2, $3)")
        .bind(kind)
        .bind(account)
        .bind(parent)
        .fetch_all(tx.conn())
        .await
}

/// Whom an attempt is for, as the provider says.
pub struct Attempt<'a> {
    /// The channel.
    pub id: ChannelId,
    /// What the platform keeps above the account.
    pub parent_account_id: Option<&'a str>,
    /// The application of somebody's own.
    pub app_id: Option<&'a str>,
}

/// An attempt begins on a channel that is not connected: from now on its events find it.
pub async fn begin(tx: &mut WorkspaceTx, attempt: &Attempt<'_>) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update channels set parent_account_id = $3, app_id = $4, disconnected_at = null, updated_at = now()
         where workspace_id = $1 and id = $2 and state = $5",
    )
    .bind(workspace_id)
    .bind(attempt.id)
    .bind(attempt.parent_account_id)
    .bind(attempt.app_id)
    .bind(ChannelState::Disconnected)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives a channel an endpoint of its own.
pub async fn set_endpoint(tx: &mut WorkspaceTx, id: ChannelId, key_sha256: &[u8]) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update channels set endpoint_key_sha256 = $3 where workspace_id = $1 and id = $2")
        .bind(workspace_id)
        .bind(id)
        .bind(key_sha256)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A connection that was made, as the provider shows the account.
pub struct Made<'a> {
    /// Whom it is for.
    pub attempt: Attempt<'a>,
    /// As members call it.
    pub name: &'a str,
    /// User name or number.
    pub handle: Option<&'a str>,
    /// Where people can write to it.
    pub link: Option<&'a str>,
}

/// The attempt succeeded; returns the number of this connection.
pub async fn finish(tx: &mut WorkspaceTx, made: &Made<'_>) -> sqlx::Result<i32> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "update channels set parent_account_id = $3, app_id = $4, name = $5, handle = $6, link = $7, state = $8,
                state_reason = null, state_changed_at = now(), disconnected_at = null,
                connected_at = coalesce(connected_at, now()), connection = connection + 1, updated_at = now(),
                active = active or state = 3
         where workspace_id = $1 and id = $2 returning connection",
    )
    .bind(workspace_id)
    .bind(made.attempt.id)
    .bind(made.attempt.parent_account_id)
    .bind(made.attempt.app_id)
    .bind(made.name)
    .bind(made.handle)
    .bind(made.link)
    .bind(ChannelState::Connected)
    .fetch_one(tx.conn())
    .await
}

/// The channel is disconnected: its endpoint is nobody's, its credentials are gone.
pub async fn disconnect(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update channels set state = $3, state_reason = null, state_changed_at = now(), disconnected_at = now(),
                endpoint_key_sha256 = null, connection = connection + 1, updated_at = now()
         where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(ChannelState::Disconnected)
    .execute(tx.conn())
    .await?;
    super::credentials::destroy(tx, id).await
}

/// A failed attempt on a channel that is still not connected leaves nothing behind; a connected one stays as it is.
pub async fn give_up(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let given_up = sqlx::query(
        "update channels set disconnected_at = now(), endpoint_key_sha256 = null, updated_at = now()
         where workspace_id = $1 and id = $2 and state = $3",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(ChannelState::Disconnected)
    .execute(tx.conn())
    .await?;
    if given_up.rows_affected() > 0 {
        super::credentials::destroy(tx, id).await?;
    }
    Ok(())
}

/// Attempts that ended without a word, with their process: so many were given up.
pub async fn give_up_forgotten(tx: &mut WorkspaceTx) -> sqlx::Result<u64> {
    let workspace_id = tx.workspace_id();
    let ids: Vec<ChannelId> = sqlx::query_scalar(
        "select id from channels
         where workspace_id = $1 and state = $2 and disconnected_at is null
           and updated_at < now() - interval '10 minutes'
         for no key update skip locked",
    )
    .bind(workspace_id)
    .bind(ChannelState::Disconnected)
    .fetch_all(tx.conn())
    .await?;
    for id in &ids {
        give_up(tx, *id).await?;
    }
    Ok(ids.len() as u64)
}

/// The connected channels that share a parent account and an application with this one, itself left out, oldest
/// first: at some providers they share a webhook.
pub async fn siblings(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<Vec<ChannelId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select s.id from channels c join channels s on s.workspace_id = $1 and s.kind = c.kind
             and s.parent_account_id = c.parent_account_id and s.app_id is not distinct from c.app_id
         where c.workspace_id = $1 and c.id = $2 and s.id <> $2 and s.state <> $3
         order by s.created_at, s.id",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(ChannelState::Disconnected)
    .fetch_all(tx.conn())
    .await
}
