//! Users, their sessions and their single-use secrets: only SQL. None of it belongs to a workspace.

use chrono::{DateTime, Utc};
use shared::{MemberId, UserId, WorkspaceId};
use sqlx::{FromRow, PgConnection};

/// A person who signs in.
#[derive(Clone, FromRow)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// As typed.
    pub email: String,
    /// As shown to colleagues.
    pub name: String,
    /// PHC string; none until one is set.
    pub password_hash: Option<String>,
    /// Since when the operator keeps them out.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// What a single-use secret of a user is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum TokenPurpose {
    /// Setting a new password.
    PasswordReset = 1,
}

/// The user with this address, however it is typed.
pub async fn user_by_email(conn: &mut PgConnection, email: &str) -> sqlx::Result<Option<User>> {
    sqlx::query_as(
        "select id, email, name, password_hash, disabled_at from users where lower(email) = lower($1)",
    )
    .bind(email.trim())
    .fetch_optional(conn)
    .await
}

/// The user.
pub async fn user_by_id(conn: &mut PgConnection, id: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as("select id, email, name, password_hash, disabled_at from users where id = $1")
        .bind(id)
        .fetch_optional(conn)
        .await
}

/// Adds a user; `None` when the address has one already.
pub async fn insert_user(
    conn: &mut PgConnection,
    email: &str,
    name: &str,
    password_hash: &str,
) -> sqlx::Result<Option<User>> {
    sqlx::query_as(
        "insert into users (id, email, name, password_hash, password_changed_at) values ($1, $2, $3, $4, now())
         on conflict (lower(email)) do nothing
         returning id, email, name, password_hash, disabled_at",
    )
    .bind(UserId::new())
    .bind(email)
    .bind(name)
    .bind(password_hash)
    .fetch_optional(conn)
    .await
}

/// Sets another password.
pub async fn set_password(conn: &mut PgConnection, id: UserId, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query("update users set password_hash = $2, password_changed_at = now() where id = $1")
        .bind(id)
        .bind(password_hash)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps the same password under a dearer hash, unless it was changed meanwhile.
pub async fn rehash_password(
    conn: &mut PgConnection,
    id: UserId,
    before: &str,
    after: &str,
) -> sqlx::Result<()> {
    sqlx::query("update users set password_hash = $3 where id = $1 and password_hash = $2")
        .bind(id)
        .bind(before)
        .bind(after)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends all sessions and spends all open secrets of a user.
pub async fn end_everything(conn: &mut PgConnection, id: UserId) -> sqlx::Result<()> {
    sqlx::query("delete from sessions where user_id = $1").bind(id).execute(&mut *conn).await?;
    sqlx::query("update user_tokens set used_at = now() where user_id = $1 and used_at is null")
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a user's sessions that work in one workspace.
pub async fn end_sessions_in(
    conn: &mut PgConnection,
    id: UserId,
    workspace_id: WorkspaceId,
) -> sqlx::Result<()> {
    sqlx::query("delete from sessions where user_id = $1 and data #>> '{identity,workspace_id}' = $2")
        .bind(id)
        .bind(workspace_id.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps the hash of a secret for `minutes`.
pub async fn insert_token(
    conn: &mut PgConnection,
    hash: &[u8; 32],
    user_id: UserId,
    purpose: TokenPurpose,
    minutes: i32,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into user_tokens (token_hash, user_id, purpose, expires_at)
         values ($1, $2, $3, now() + make_interval(mins => $4))",
    )
    .bind(hash.as_slice())
    .bind(user_id)
    .bind(purpose as i16)
    .bind(minutes)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whose a secret is, while it can be used. Spends nothing.
pub async fn token_user(
    conn: &mut PgConnection,
    hash: &[u8; 32],
    purpose: TokenPurpose,
) -> sqlx::Result<Option<User>> {
    sqlx::query_as(
        "select u.id, u.email, u.name, u.password_hash, u.disabled_at
         from user_tokens t join users u on u.id = t.user_id
         where t.token_hash = $1 and t.purpose = $2 and t.used_at is null and t.expires_at > now()
           and u.disabled_at is null",
    )
    .bind(hash.as_slice())
    .bind(purpose as i16)
    .fetch_optional(conn)
    .await
}

/// Spends a secret: true for exactly one of all who try.
pub async fn spend_token(
    conn: &mut PgConnection,
    hash: &[u8; 32],
    purpose: TokenPurpose,
) -> sqlx::Result<bool> {
    let spent = sqlx::query(
        "update user_tokens set used_at = now()
         where token_hash = $1 and purpose = $2 and used_at is null and expires_at > now() returning user_id",
    )
    .bind(hash.as_slice())
    .bind(purpose as i16)
    .fetch_optional(conn)
    .await?;
    Ok(spent.is_some())
}

/// The workspaces a user may enter, oldest first.
pub async fn memberships(
    conn: &mut PgConnection,
    user_id: UserId,
) -> sqlx::Result<Vec<(WorkspaceId, MemberId)>> {
    sqlx::query_as("select workspace_id, member_id from memberships_of_user($1) order by workspace_id")
        .bind(user_id)
        .fetch_all(conn)
        .await
}

/// Where the user's latest live session works, as text.
pub async fn latest_workspace(conn: &mut PgConnection, user_id: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "select data #>> '{identity,workspace_id}' from sessions
         where user_id = $1 and expires_at > now() order by last_used_at desc limit 1",
    )
    .bind(user_id)
    .fetch_optional(conn)
    .await
    .map(Option::flatten)
}
