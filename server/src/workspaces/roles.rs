//! What members may do: changing a role, and taking access away.

use serde_json::json;
use shared::{AuditAction, MemberId, Role, TargetKind};

use super::{Member, store};
use crate::app::App;
use crate::audit::Entry;
use crate::auth::sign_in::Outcome;
use crate::auth::{self, Revocation};
use crate::conversations;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::Viewer;

fn last_owner() -> Problem {
    Problem::new("LAST_OWNER", "A workspace needs an owner. Make someone else an owner first.")
}

/// Gives a member another role. What they have open is checked again at once. `proved`: the viewer has given the
/// password within the last minutes.
///
/// # Errors
/// [`AppError::Forbidden`] when the member's role, or the new one, is above the viewer's;
/// [`AppError::NotFound`] when there is no such member here; [`AppError::ProofRequired`] when somebody becomes an
/// owner or is one no more, without a proof.
pub async fn change_role(
    app: &App,
    viewer: &Viewer,
    id: MemberId,
    role: Role,
    proved: bool,
) -> Result<Outcome<Member>, AppError> {
    let mut tx = app.db.workspace(viewer.workspace_id).await?;
    let (member, owners) = store::lock_member_and_owners(&mut tx, id).await?;
    let member = member.ok_or(AppError::NotFound("member"))?;
    if !viewer.role.includes(member.role) || !viewer.role.includes(role) {
        return Err(AppError::Forbidden);
    }
    if member.role == role {
        return Ok(Ok(member));
    }
    if member.role == Role::Owner && owners <= 1 {
        return Ok(Err(last_owner()));
    }
    if !proved && (member.role == Role::Owner || role == Role::Owner) {
        return Err(AppError::ProofRequired);
    }
    store::set_role(&mut tx, id, role).await?;
    tx.audit(
        Entry::new(viewer.actor(), AuditAction::MemberRoleChanged)
            .on(TargetKind::Member, id.0)
            .with(json!({ "before": member.role.as_str(), "after": role.as_str() })),
    );
    tx.publish(Event::workspace());
    let changed = Revocation::Member(viewer.workspace_id, member.user_id);
    auth::tell_revoked(tx.conn(), changed).await?;
    tx.commit().await?;
    auth::revoke(app, changed).await;
    Ok(Ok(Member { role, ..member }))
}

/// Takes a member's access to the workspace, at once, and gives their conversations back to the queue. Anybody
/// may leave; others only an admin removes, and an owner only an owner.
///
/// # Errors
/// [`AppError::Forbidden`] and [`AppError::NotFound`] as for [`change_role`]; [`AppError::ProofRequired`] when
/// somebody else is removed without a proof.
pub async fn remove(
    app: &App,
    viewer: &Viewer,
    id: MemberId,
    proved: bool,
) -> Result<Outcome<Member>, AppError> {
    let mut tx = app.db.workspace(viewer.workspace_id).await?;
    let (member, owners) = store::lock_member_and_owners(&mut tx, id).await?;
    let leaves = id == viewer.member_id;
    if !leaves && !viewer.role.includes(Role::Admin) {
        return Err(AppError::Forbidden);
    }
    let member = member.ok_or(AppError::NotFound("member"))?;
    if !viewer.role.includes(member.role) {
        return Err(AppError::Forbidden);
    }
    if member.role == Role::Owner && owners <= 1 {
        return Ok(Err(last_owner()));
    }
    if !proved && !leaves {
        return Err(AppError::ProofRequired);
    }
    store::set_removed(&mut tx, id).await?;
    auth::end_sessions_in(tx.conn(), member.user_id, viewer.workspace_id).await?;
    let released = conversations::release_all_of(&mut tx, viewer, id).await?;
    let details =
        json!({ "name": member.name, "role": member.role.as_str(), "releasedConversations": released });
    tx.audit(
        Entry::new(viewer.actor(), AuditAction::MemberRemoved).on(TargetKind::Member, id.0).with(details),
    );
    tx.publish(Event::workspace());
    let changed = Revocation::Member(viewer.workspace_id, member.user_id);
    auth::tell_revoked(tx.conn(), changed).await?;
    tx.commit().await?;
    auth::revoke(app, changed).await;
    Ok(Ok(Member { removed_at: Some(chrono::Utc::now()), ..member }))
}
