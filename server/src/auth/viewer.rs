//! From a session to the member who is asking.

use shared::{MemberId, Role, UserId, WorkspaceId};
use tower_sessions::Session;

use super::session::{IDLE_HOURS, SessionIdentity, SessionKeyHash, current_identity, establish, session_key};
use crate::app::App;
use crate::error::AppError;
use crate::viewer::{RequestContext, Viewer};

#[derive(sqlx::FromRow)]
struct Membership {
    id: MemberId,
    role: Role,
    name: String,
}

/// An active member; `None` for a stranger and for one who was removed.
async fn membership(
    app: &App,
    workspace_id: WorkspaceId,
    user_id: UserId,
) -> sqlx::Result<Option<Membership>> {
    let mut tx = app.db.read(workspace_id).await?;
    sqlx::query_as(
        "select id, role, name from members where workspace_id = $1 and user_id = $2 and removed_at is null",
    )
    .bind(workspace_id)
    .bind(user_id)
    .fetch_optional(tx.conn())
    .await
}

/// Who is asking: the session's user as a member of the session's workspace. `None` when nobody is signed in,
/// the session has ended, or the membership has.
///
/// A role that changed since the session's id was made gets the session a new id.
///
/// # Errors
/// When the database could not be asked.
pub async fn viewer_of(
    app: &App,
    session: &Session,
    request: RequestContext,
) -> Result<Option<Viewer>, AppError> {
    let Some(key) = session_key(session) else { return Ok(None) };
    if let Some(known) = app.auth.revocations.viewer(key).await {
        return Ok(Some(Viewer { request, ..known }));
    }
    let read_at = app.auth.revocations.generation();
    let Some(identity) = current_identity(session).await? else { return Ok(None) };
    let Some(member) = membership(app, identity.workspace_id, identity.user_id).await? else {
        return Ok(None);
    };
    let viewer = Viewer {
        user_id: identity.user_id,
        member_id: member.id,
        workspace_id: identity.workspace_id,
        role: member.role,
        name: member.name,
        request,
    };
    if member.role != identity.role {
        establish(app, session, SessionIdentity { role: member.role, ..identity }).await?;
        return Ok(Some(viewer));
    }
    let remembered = Viewer { request: RequestContext::default(), ..viewer.clone() };
    app.auth.revocations.remember_viewer(key, remembered, read_at).await;
    Ok(Some(viewer))
}

/// Whether what was opened with this session, as this viewer, may go on: the session lives, and the member has
/// the same role. Reads the database, and does not count as use of the session.
///
/// # Errors
/// When the database could not be asked.
pub async fn still_valid(app: &App, key: SessionKeyHash, viewer: &Viewer) -> Result<bool, AppError> {
    let live: Option<i32> = sqlx::query_scalar(
        "select 1 from sessions s join users u on u.id = s.user_id
         where s.key_hash = $1 and s.user_id = $2 and u.disabled_at is null
           and s.expires_at > now() and s.last_used_at > now() - make_interval(hours => $3)",
    )
    .bind(key.0.as_slice())
    .bind(viewer.user_id)
    .bind(i32::try_from(IDLE_HOURS).unwrap_or(i32::MAX))
    .fetch_optional(app.db.pool())
    .await?;
    if live.is_none() {
        return Ok(false);
    }
    let member = membership(app, viewer.workspace_id, viewer.user_id).await?;
    Ok(member.is_some_and(|member| member.id == viewer.member_id && member.role == viewer.role))
}
