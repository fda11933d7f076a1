//! Workspaces, members and invitations: only SQL.

use chrono::{DateTime, Utc};
use shared::{InvitationId, MemberId, Role, UserId, WorkspaceId};
use sqlx::FromRow;

use super::Member;
use crate::db::WorkspaceTx;

/// A workspace.
#[derive(Debug, Clone, FromRow)]
pub struct Workspace {
    /// Its id.
    #[sqlx(rename = "workspace_id")]
    pub id: WorkspaceId,
    /// As its members call it.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// An invitation that can still be accepted.
#[derive(Debug, Clone, FromRow)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Who may accept it.
    pub email: String,
    /// What they will be allowed to do.
    pub role: Role,
    /// Who invited them.
    pub invited_by: Option<MemberId>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// The transaction's workspace.
pub async fn current(tx: &mut WorkspaceTx) -> sqlx::Result<Workspace> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as("select workspace_id, name, created_at from workspaces where workspace_id = $1")
        .bind(workspace_id)
        .fetch_one(tx.conn())
        .await
}

/// Adds the transaction's workspace, with its heads.
pub async fn insert_workspace(tx: &mut WorkspaceTx, name: &str) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("insert into workspaces (workspace_id, name) values ($1, $2)")
        .bind(workspace_id)
        .bind(name)
        .execute(tx.conn())
        .await?;
    sqlx::query("insert into workspace_heads (workspace_id) values ($1)")
        .bind(workspace_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Gives the workspace another name.
pub async fn rename(tx: &mut WorkspaceTx, name: &str) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update workspaces set name = $2 where workspace_id = $1")
        .bind(workspace_id)
        .bind(name)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Everyone who may work here, in order of joining.
pub async fn active_members(tx: &mut WorkspaceTx) -> sqlx::Result<Vec<Member>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, user_id, role, name, email, joined_at, removed_at from members
         where workspace_id = $1 and removed_at is null order by id",
    )
    .bind(workspace_id)
    .fetch_all(tx.conn())
    .await
}

/// The user as a member of this workspace; `None` for a stranger and for one who was removed.
pub async fn active_member_of_user(tx: &mut WorkspaceTx, user_id: UserId) -> sqlx::Result<Option<Member>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, user_id, role, name, email, joined_at, removed_at from members
         where workspace_id = $1 and user_id = $2 and removed_at is null",
    )
    .bind(workspace_id)
    .bind(user_id)
    .fetch_optional(tx.conn())
    .await
}

/// Whether someone with this address works here.
pub async fn is_member(tx: &mut WorkspaceTx, email: &str) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select exists (select 1 from members
         where workspace_id = $1 and lower(email) = lower($2) and removed_at is null)",
    )
    .bind(workspace_id)
    .bind(email)
    .fetch_one(tx.conn())
    .await
}

/// Makes a user a member, or again a member. Who is one already stays as they are.
pub async fn upsert_member(
    tx: &mut WorkspaceTx,
    user_id: UserId,
    name: &str,
    email: &str,
    role: Role,
) -> sqlx::Result<Member> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "insert into members as m (workspace_id, id, user_id, role, name, email) values ($1, $2, $3, $4, $5, $6)
         on conflict (workspace_id, user_id) do update set
             role = case when m.removed_at is null then m.role else excluded.role end,
             joined_at = case when m.removed_at is null then m.joined_at else now() end,
             name = excluded.name, email = excluded.email, removed_at = null
         returning id, user_id, role, name, email, joined_at, removed_at",
    )
    .bind(workspace_id)
    .bind(MemberId::new())
    .bind(user_id)
    .bind(role)
    .bind(name)
    .bind(email)
    .fetch_one(tx.conn())
    .await
}

/// An active member, locked until the transaction ends, together with all owners: whoever changes one of them
/// waits, so that two changes cannot leave the workspace without an owner.
pub async fn lock_member_and_owners(
    tx: &mut WorkspaceTx,
    id: MemberId,
) -> sqlx::Result<(Option<Member>, usize)> {
    let workspace_id = tx.workspace_id();
    let locked: Vec<Member> = sqlx::query_as(
        "select id, user_id, role, name, email, joined_at, removed_at from members
         where workspace_id = $1 and removed_at is null and (id = $2 or role = $3)
         order by id for no key update",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(Role::Owner)
    .fetch_all(tx.conn())
    .await?;
    let owners = locked.iter().filter(|member| member.role == Role::Owner).count();
    Ok((locked.into_iter().find(|member| member.id == id), owners))
}

/// Gives a member another role.
pub async fn set_role(tx: &mut WorkspaceTx, id: MemberId, role: Role) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update members set role = $3 where workspace_id = $1 and id = $2")
        .bind(workspace_id)
        .bind(id)
        .bind(role)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes a member's access; the row stays for what they wrote.
pub async fn set_removed(tx: &mut WorkspaceTx, id: MemberId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update members set removed_at = now() where workspace_id = $1 and id = $2")
        .bind(workspace_id)
        .bind(id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How many invitations were made within a day.
pub async fn invitations_today(tx: &mut WorkspaceTx) -> sqlx::Result<i64> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select count(*) from invitations where workspace_id = $1 and created_at > now() - interval '1 day'",
    )
    .bind(workspace_id)
    .fetch_one(tx.conn())
    .await
}

/// Takes back whatever open invitation this address has: the next one replaces it.
pub async fn revoke_invitations_of(tx: &mut WorkspaceTx, email: &str) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update invitations set revoked_at = now()
         where workspace_id = $1 and lower(email) = lower($2) and accepted_at is null and revoked_at is null",
    )
    .bind(workspace_id)
    .bind(email)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Adds an invitation that works for `hours`.
pub async fn insert_invitation(
    tx: &mut WorkspaceTx,
    email: &str,
    role: Role,
    token_hash: &[u8; 32],
    invited_by: MemberId,
    hours: i32,
) -> sqlx::Result<Invitation> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "insert into invitations (workspace_id, id, email, role, token_hash, invited_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, now() + make_interval(hours => $7))
         returning id, email, role, invited_by, created_at, expires_at",
    )
    .bind(workspace_id)
    .bind(InvitationId::new())
    .bind(email)
    .bind(role)
    .bind(token_hash.as_slice())
    .bind(invited_by)
    .bind(hours)
    .fetch_one(tx.conn())
    .await
}

/// Invitations that can still be accepted, newest first.
pub async fn open_invitations(tx: &mut WorkspaceTx) -> sqlx::Result<Vec<Invitation>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, email, role, invited_by, created_at, expires_at from invitations
         where workspace_id = $1 and accepted_at is null and revoked_at is null and expires_at > now()
         order by id desc limit 500",
    )
    .bind(workspace_id)
    .fetch_all(tx.conn())
    .await
}

/// An open invitation.
pub async fn open_invitation(tx: &mut WorkspaceTx, id: InvitationId) -> sqlx::Result<Option<Invitation>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, email, role, invited_by, created_at, expires_at from invitations
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null and expires_at > now()",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await
}

/// The open invitation that a secret belongs to. Spends nothing.
pub async fn invitation_by_token(
    tx: &mut WorkspaceTx,
    token_hash: &[u8; 32],
) -> sqlx::Result<Option<Invitation>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, email, role, invited_by, created_at, expires_at from invitations
         where workspace_id = $1 and token_hash = $2
           and accepted_at is null and revoked_at is null and expires_at > now()",
    )
    .bind(workspace_id)
    .bind(token_hash.as_slice())
    .fetch_optional(tx.conn())
    .await
}

/// Spends the secret of an invitation: `Some` for exactly one of all who try.
pub async fn accept_invitation(
    tx: &mut WorkspaceTx,
    token_hash: &[u8; 32],
) -> sqlx::Result<Option<Invitation>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "update invitations set accepted_at = now()
         where workspace_id = $1 and token_hash = $2
           and accepted_at is null and revoked_at is null and expires_at > now()
         returning id, email, role, invited_by, created_at, expires_at",
    )
    .bind(workspace_id)
    .bind(token_hash.as_slice())
    .fetch_optional(tx.conn())
    .await
}

/// Takes back an open invitation.
pub async fn revoke_invitation(tx: &mut WorkspaceTx, id: InvitationId) -> sqlx::Result<Option<Invitation>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "update invitations set revoked_at = now()
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null and expires_at > now()
         returning id, email, role, invited_by, created_at, expires_at",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await
}

/// Gives an open invitation another secret; the one before stops working.
pub async fn set_invitation_token(
    tx: &mut WorkspaceTx,
    id: InvitationId,
    token_hash: &[u8; 32],
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("update invitations set token_hash = $3 where workspace_id = $1 and id = $2")
        .bind(workspace_id)
        .bind(id)
        .bind(token_hash.as_slice())
        .execute(tx.conn())
        .await?;
    Ok(())
}
