//! Asking people in, and taking it back.

use std::sync::Arc;

use ::jobs::{NewJob, enqueue};
use serde_json::json;
use shared::{AuditAction, InvitationId, Role, TargetKind};

use super::store::Invitation;
use super::{store, words};
use crate::app::App;
use crate::audit::Entry;
use crate::auth::sign_in::Outcome;
use crate::auth::tokens::new_workspace_token;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::jobs::{self, JobError, JobRun};
use crate::mail;
use crate::realtime::Event;
use crate::viewer::Viewer;

/// The kind of job that mails an invitation.
pub const INVITATION_LETTER: &str = "mail.invitation";

/// How long an invitation works.
const INVITATION_HOURS: i32 = 72;
/// Invitations a workspace may send within a day: nobody's list of strangers is mailed through us.
const INVITATIONS_PER_DAY: i64 = 50;

/// An invitation, and its link when nobody else will deliver it.
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// For the inviter to pass on; only without a mail server.
    pub link: Option<String>,
}

/// Invites someone; an earlier open invitation to the same address stops working. `proved`: the viewer has given
/// the password within the last minutes.
///
/// # Errors
/// [`AppError::Forbidden`] when the viewer may not give this role; [`AppError::ProofRequired`] when an owner is
/// invited without a proof.
pub async fn invite(
    app: &Arc<App>,
    viewer: &Viewer,
    email: &str,
    role: Role,
    proved: bool,
) -> Result<Outcome<Invited>, AppError> {
    if !viewer.role.includes(role) {
        return Err(AppError::Forbidden);
    }
    if role == Role::Owner && !proved {
        return Err(AppError::ProofRequired);
    }
    let email = match words::email("email", email) {
        Ok(email) => email,
        Err(problem) => return Ok(Err(problem)),
    };
    let token = new_workspace_token(viewer.workspace_id);
    let mut tx = app.db.workspace(viewer.workspace_id).await?;
    if store::is_member(&mut tx, &email).await? {
        return Ok(Err(Problem::of_field("email", "ALREADY_MEMBER", "This person is a member already.")));
    }
    if store::invitations_today(&mut tx).await? >= INVITATIONS_PER_DAY {
        let problem = format!("A workspace can invite {INVITATIONS_PER_DAY} people a day. Go on tomorrow.");
        return Ok(Err(Problem::new("THROTTLED", problem)));
    }
    store::revoke_invitations_of(&mut tx, &email).await?;
    let invitation =
        store::insert_invitation(&mut tx, &email, role, &token.hash, viewer.member_id, INVITATION_HOURS)
            .await?;
    tx.audit(
        Entry::new(viewer.actor(), AuditAction::MemberInvited)
            .on(TargetKind::Invitation, invitation.id.0)
            .with(json!({ "email": email, "role": role.as_str() })),
    );
    tx.publish(Event::workspace());
    let mailed = app.mail.is_configured();
    if mailed {
        let payload = json!({ "invitation": invitation.id });
        enqueue(tx.conn(), NewJob::new(viewer.workspace_id.0, INVITATION_LETTER).with(payload)).await?;
    }
    tx.commit().await?;
    app.jobs.ring();
    let link = (!mailed).then(|| link_of(app, &token.text));
    Ok(Ok(Invited { invitation, link }))
}

fn link_of(app: &App, token: &str) -> String {
    format!("{}/invite?token={token}", app.config.origin())
}

/// The job that writes the letter of an open invitation, with a secret made for it: it is nowhere else.
///
/// # Errors
/// When the mail server is away, the job is to be tried again.
pub async fn send_letter(run: JobRun) -> Result<jobs::Outcome, JobError> {
    let id: InvitationId =
        serde_json::from_value(run.job.payload.get("invitation").cloned().unwrap_or_default())
            .map_err(|error| JobError::Hopeless(error.into()))?;
    let token = new_workspace_token(run.workspace_id);
    let mut tx = run.app.db.workspace(run.workspace_id).await?;
    let Some(invitation) = store::open_invitation(&mut tx, id).await? else { return Ok(jobs::Outcome::Done) };
    let workspace = store::current(&mut tx).await?;
    let inviter = match invitation.invited_by {
        Some(member_id) => super::members_by_id(&mut tx, &[member_id]).await?.pop(),
        None => None,
    };
    store::set_invitation_token(&mut tx, id, &token.hash).await?;
    tx.commit().await?;
    let inviter = inviter.map_or_else(|| workspace.name.clone(), |member| member.name);
    let link = link_of(&run.app, &token.text);
    run.app.mail.send(&mail::invitation(&invitation.email, &workspace.name, &inviter, &link)).await?;
    Ok(jobs::Outcome::Done)
}

/// Takes back an open invitation.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such open invitation here.
pub async fn revoke_invitation(app: &App, viewer: &Viewer, id: InvitationId) -> Result<Invitation, AppError> {
    let mut tx = app.db.workspace(viewer.workspace_id).await?;
    let revoked = store::revoke_invitation(&mut tx, id).await?.ok_or(AppError::NotFound("invitation"))?;
    tx.audit(
        Entry::new(viewer.actor(), AuditAction::InvitationRevoked)
            .on(TargetKind::Invitation, id.0)
            .with(json!({ "email": revoked.email, "role": revoked.role.as_str() })),
    );
    tx.publish(Event::workspace());
    tx.commit().await?;
    Ok(revoked)
}
