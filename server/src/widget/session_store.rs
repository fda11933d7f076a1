//! SQL of visitors' sessions, and of an anonymous visitor becoming a known one.

use chrono::{DateTime, Utc};
use serde_json::json;
use shared::{ChannelId, ContactId, ConversationId, IdentityId, WorkspaceId};
use sqlx::FromRow;
use sqlx::types::Json;

use super::session::{Profile, Purpose, SessionKey, TokenHash, VisitorSession};
use crate::db::{Db, WorkspaceTx};

/// How long a token works after its last use, in days.
const LIFE_DAYS: i32 = 30;

#[derive(FromRow)]
struct Row {
    platform_id: String,
    verified: bool,
    profile: Json<Profile>,
    stale: bool,
}

/// The session of a token that still works. A use moves its end on, noted at most once an hour.
pub(super) async fn find(
    db: &Db,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    purpose: Purpose,
    hash: TokenHash,
) -> sqlx::Result<Option<VisitorSession>> {
    let mut tx = db.workspace(workspace_id).await?;
    let found: Option<Row> = sqlx::query_as(
        "select platform_id, verified, profile, last_used_at < now() - interval '1 hour' as stale
         from visitor_sessions
         where workspace_id = $1 and token_hash = $2 and channel_id = $3 and purpose = $4 and expires_at > now()",
    )
    .bind(workspace_id)
    .bind(hash.as_slice())
    .bind(channel_id)
    .bind(purpose as i16)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = found else { return Ok(None) };
    if row.stale {
        touch(&mut tx, hash).await?;
        tx.commit().await?;
    }
    Ok(Some(VisitorSession { platform_id: row.platform_id, verified: row.verified, profile: row.profile.0 }))
}

/// Moves a token's end on.
pub(super) async fn touch(tx: &mut WorkspaceTx, hash: TokenHash) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update visitor_sessions set last_used_at = now(), expires_at = now() + make_interval(days => $3)
         where workspace_id = $1 and token_hash = $2",
    )
    .bind(workspace_id)
    .bind(hash.as_slice())
    .bind(LIFE_DAYS)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Stores a token; returns when it ends.
pub(super) async fn insert(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    purpose: Purpose,
    hash: TokenHash,
    visitor: &VisitorSession,
) -> sqlx::Result<DateTime<Utc>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "insert into visitor_sessions
                (workspace_id, token_hash, channel_id, platform_id, purpose, verified, profile, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(days => $8))
         returning expires_at",
    )
    .bind(workspace_id)
    .bind(hash.as_slice())
    .bind(channel_id)
    .bind(&visitor.platform_id)
    .bind(purpose as i16)
    .bind(visitor.verified)
    .bind(Json(&visitor.profile))
    .bind(LIFE_DAYS)
    .fetch_one(tx.conn())
    .await
}

/// Ends these tokens; those that are over already are left out.
pub(super) async fn end(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    tokens: &[TokenHash],
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "delete from visitor_sessions where workspace_id = $1 and channel_id = $2 and token_hash = any($3)",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(tokens.iter().map(|hash| hash.to_vec()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Tells the other processes, at the commit of this transaction.
pub(super) async fn tell_ended(tx: &mut WorkspaceTx, key: SessionKey) -> sqlx::Result<()> {
    sqlx::query("select pg_notify('sb_revoked', $1)").bind(key.to_notice()).execute(tx.conn()).await?;
    Ok(())
}

/// Ends every token of a visitor, and tokens of anybody on the channel that have run out.
pub(super) async fn end_all(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    platform_id: &str,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "delete from visitor_sessions where workspace_id = $1 and channel_id = $2 and platform_id = $3",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(platform_id)
    .execute(tx.conn())
    .await?;
    sqlx::query("delete from visitor_sessions where workspace_id = $1 and expires_at < now()")
        .bind(workspace_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A visitor who has written.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Identity {
    pub id: IdentityId,
    pub contact_id: ContactId,
    pub name: String,
    pub email: Option<String>,
}

/// The identity of a visitor, also under a name it had before.
pub(super) async fn identity(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    platform_id: &str,
) -> sqlx::Result<Option<Identity>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select i.id, i.contact_id, c.name, c.email
         from (select f.id from identities f
               where f.workspace_id = $1 and f.channel_id = $2 and f.platform_id = $3
               union all
               select f.id from identity_aliases a join identities f on f.workspace_id = $1 and f.id = a.identity_id
               where a.workspace_id = $1 and a.kind = 'platform_id' and a.value = $3 and f.channel_id = $2
               limit 1) f
         join identities i on i.workspace_id = $1 and i.id = f.id
         join contacts c on c.workspace_id = $1 and c.id = i.contact_id",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(platform_id)
    .fetch_optional(tx.conn())
    .await
}

/// The anonymous identity turns out to be this user, who is new: it gets the user's id and keeps its
/// conversation. What is still on its way under the old name finds it by the alias.
pub(super) async fn rename_identity(
    tx: &mut WorkspaceTx,
    identity: IdentityId,
    from: &str,
    to: &str,
    profile: &Profile,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with renamed as (
             update identities set platform_id = $3, verified = true, display_name = coalesce($4, display_name)
             where workspace_id = $1 and id = $2 returning contact_id)
         update contacts c set name = coalesce($4, c.name), email = coalesce($5, c.email), updated_at = now()
         from renamed r where c.workspace_id = $1 and c.id = r.contact_id",
    )
    .bind(workspace_id)
    .bind(identity)
    .bind(to)
    .bind(&profile.name)
    .bind(&profile.email)
    .execute(tx.conn())
    .await?;
    add_alias(tx, identity, "platform_id", from).await?;
    if let Some(user_id) = &profile.user_id {
        add_alias(tx, identity, "user_id", user_id).await?;
    }
    Ok(())
}

/// The anonymous identity turns out to be a user we know: the person is one, and if the user has no
/// conversation yet, the anonymous one becomes theirs. Returns the conversations that changed.
pub(super) async fn join_identity(
    tx: &mut WorkspaceTx,
    anonymous: &Identity,
    known: &Identity,
    from: &str,
) -> sqlx::Result<Vec<ConversationId>> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update identities set contact_id = $3 where workspace_id = $1 and id = $2")
        .bind(workspace_id)
        .bind(anonymous.id)
        .bind(known.contact_id)
        .execute(tx.conn())
        .await?;
    let changed = sqlx::query_scalar(
        "update conversations c
         set contact_id = $4,
             identity_id = case when exists (
                 select from conversations k where k.workspace_id = $1 and k.identity_id = $3)
                 then c.identity_id else $3 end
         where c.workspace_id = $1 and c.identity_id = $2
         returning c.id",
    )
    .bind(workspace_id)
    .bind(anonymous.id)
    .bind(known.id)
    .bind(known.contact_id)
    .fetch_all(tx.conn())
    .await?;
    if anonymous.contact_id != known.contact_id {
        sqlx::query(
            "update contacts set merged_into = $3, updated_at = now() where workspace_id = $1 and id = $2",
        )
        .bind(workspace_id)
        .bind(anonymous.contact_id)
        .bind(known.contact_id)
        .execute(tx.conn())
        .await?;
    }
    // The old name leads to the known identity from now on.
    sqlx::query("update identities set platform_id = platform_id || ':merged:' || id where workspace_id = $1 and id = $2")
        .bind(workspace_id)
        .bind(anonymous.id)
        .execute(tx.conn())
        .await?;
    add_alias(tx, known.id, "platform_id", from).await?;
    Ok(changed)
}

/// Files uploaded but not sent yet go with their visitor.
pub(super) async fn move_uploads(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    from: &str,
    to: &str,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update attachments set platform_id = $4
         where workspace_id = $1 and channel_id = $2 and platform_id = $3 and message_id is null",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(from)
    .bind(to)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a name somebody had before.
pub(super) async fn add_alias(
    tx: &mut WorkspaceTx,
    identity: IdentityId,
    kind: &'static str,
    value: &str,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into identity_aliases (workspace_id, identity_id, kind, value) values ($1, $2, $3, $4)
         on conflict (workspace_id, identity_id, kind, value) do update set last_seen_at = now()",
    )
    .bind(workspace_id)
    .bind(identity)
    .bind(kind)
    .bind(value)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What an audit entry says of it: ids only.
pub(super) fn verified_details(from: Option<&Identity>, to: Option<&Identity>) -> serde_json::Value {
    json!({ "identity": from.map(|i| i.id), "mergedInto": to.map(|i| i.id), "contact": to.or(from).map(|i| i.contact_id) })
}
