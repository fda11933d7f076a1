//! Setting another password, known or forgotten. Both end every other session of the user.

use std::sync::Arc;

use ::jobs::{NewJob, enqueue};
use chrono::Utc;
use secrecy::SecretString;
use serde_json::json;
use shared::{AuditAction, TargetKind, UserId};
use tower_sessions::Session;

use super::sign_in::{Outcome, home, member_actor, open_session, prove_password, throttled};
use super::store::{self, TokenPurpose, User};
use super::throttle::{ClientKey, account_key};
use super::tokens::{new_token, token_hash};
use super::{Revocation, proof, revoke, tell_revoked};
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::jobs::{self, JobError, JobRun};
use crate::mail;
use crate::viewer::{Actor, RequestContext, Viewer};
use crate::workspaces;

/// The kind of job that mails a reset link.
pub const RESET_LETTER: &str = "mail.password_reset";

/// How long a reset link works.
const RESET_MINUTES: i32 = 30;

/// Words an attacker would try first: the person's own, and the workspace's.
async fn refusal(
    app: &App,
    user: &User,
    workspace: &str,
    password: &SecretString,
) -> Result<Option<Problem>, AppError> {
    app.auth.passwords.refusal(password, &[&user.email, &user.name, workspace]).await
}

/// Sets the password inside a workspace's transaction, and ends what was signed in with the old one.
async fn replace(tx: &mut WorkspaceTx, user_id: UserId, hash: &str) -> sqlx::Result<()> {
    store::set_password(tx.conn(), user_id, hash).await?;
    store::end_everything(tx.conn(), user_id).await?;
    tell_revoked(tx.conn(), Revocation::User(user_id)).await
}

/// The signed-in person sets another password. This browser stays signed in, under a new session id.
///
/// # Errors
/// When the database or the machine cannot answer.
pub async fn change_password(
    app: &Arc<App>,
    session: &Session,
    viewer: &Viewer,
    current: SecretString,
    new: SecretString,
) -> Result<Outcome<Viewer>, AppError> {
    let mut tx = app.db.read(viewer.workspace_id).await?;
    let user = store::user_by_id(tx.conn(), viewer.user_id).await?.ok_or(AppError::Unauthenticated)?;
    let workspace = workspaces::current(&mut tx).await?;
    drop(tx);
    if let Err(problem) = prove_password(app, &viewer.request, &user.email, Some(&user), current).await? {
        return Ok(Err(match problem.code.as_str() {
            "WRONG_CREDENTIALS" => Problem::of_field(
                "currentPassword",
                "WRONG_CREDENTIALS",
                "This is not your current password.",
            ),
            _ => problem,
        }));
    }
    if let Some(weak) = refusal(app, &user, &workspace.name, &new).await? {
        return Ok(Err(Problem { field: Some("newPassword".to_owned()), ..weak }));
    }
    let hash = app.auth.passwords.hash(new).await?;

    let mut tx = app.db.workspace(viewer.workspace_id).await?;
    let member =
        workspaces::active_member_of_user(&mut tx, viewer.user_id).await?.ok_or(AppError::Unauthenticated)?;
    replace(&mut tx, user.id, &hash).await?;
    tx.audit(Entry::new(viewer.actor(), AuditAction::PasswordChanged).on(TargetKind::User, user.id.0));
    tx.commit().await?;
    revoke(app, Revocation::User(user.id)).await;
    let now = Utc::now().timestamp();
    proof::note(session).await?;
    open_session(app, session, viewer.workspace_id, &member, now, viewer.request.clone()).await.map(Ok)
}

/// Someone asks for a reset link. The answer is the same, and as fast, whether the address is known or not:
/// the work is done after it.
///
/// # Errors
/// [`AppError::Throttled`] when the client asks too often.
pub fn request_reset(app: &Arc<App>, request: &RequestContext, email: &str) -> Result<(), AppError> {
    app.auth.throttles.reset_by_client(ClientKey::of(request.client_address))?;
    if !app.auth.throttles.reset_mail_allowed(&account_key(email)) {
        return Ok(());
    }
    let (app, request, email) = (app.clone(), request.clone(), email.to_owned());
    tokio::spawn(async move {
        if let Err(error) = start_reset(&app, request, &email).await {
            error.log();
            tracing::warn!("a reset link could not be made");
        }
    });
    Ok(())
}

async fn start_reset(app: &Arc<App>, request: RequestContext, email: &str) -> Result<(), AppError> {
    let mut tx = app.db.installation().await?;
    let user = store::user_by_email(&mut tx, email).await?;
    drop(tx);
    let Some(user) = user.filter(|user| user.disabled_at.is_none()) else { return Ok(()) };
    // Who is a member of nothing has nothing to sign in to.
    let Some(workspace_id) = home(app, user.id).await? else { return Ok(()) };
    let mut tx = app.db.workspace(workspace_id).await?;
    let actor = Actor { request, ..Actor::system() };
    tx.audit(Entry::new(actor, AuditAction::PasswordResetRequested).on(TargetKind::User, user.id.0));
    if app.mail.is_configured() {
        let payload = json!({ "user": user.id });
        enqueue(tx.conn(), NewJob::new(workspace_id.0, RESET_LETTER).with(payload)).await?;
    } else {
        tracing::warn!(
            user.id = %user.id,
            "a reset link was asked for, but no mail server is configured: run `switchboard users reset-link <mail address>`"
        );
    }
    tx.commit().await?;
    app.jobs.ring();
    Ok(())
}

/// Makes a reset link for a user; the secret exists only in what is returned.
async fn reset_link(app: &App, user_id: UserId) -> sqlx::Result<String> {
    let token = new_token();
    let mut tx = app.db.installation().await?;
    store::insert_token(&mut tx, &token.hash, user_id, TokenPurpose::PasswordReset, RESET_MINUTES).await?;
    tx.commit().await?;
    Ok(format!("{}/reset?token={}", app.config.origin(), token.text))
}

/// The job that writes to a user how to set a new password. The secret is made for this letter: it is nowhere else.
///
/// # Errors
/// When the mail server is away, the job is to be tried again.
pub async fn send_reset_letter(run: JobRun) -> Result<jobs::Outcome, JobError> {
    let id: UserId = serde_json::from_value(run.job.payload.get("user").cloned().unwrap_or_default())
        .map_err(|error| JobError::Hopeless(error.into()))?;
    let mut tx = run.app.db.installation().await?;
    let user = store::user_by_id(&mut tx, id).await?;
    drop(tx);
    let Some(user) = user.filter(|user| user.disabled_at.is_none()) else { return Ok(jobs::Outcome::Done) };
    let link = reset_link(&run.app, id).await?;
    run.app.mail.send(&mail::password_reset(&user.email, &user.name, &link)).await?;
    Ok(jobs::Outcome::Done)
}

/// The link that the operator may hand to a user where there is no mail server; `None` for an unknown address.
/// It is written into the log of the user's workspace.
///
/// # Errors
/// When the database cannot answer.
pub async fn operator_reset_link(app: &App, email: &str) -> Result<Option<String>, AppError> {
    let mut tx = app.db.installation().await?;
    let user = store::user_by_email(&mut tx, email).await?;
    drop(tx);
    let Some(user) = user else { return Ok(None) };
    if let Some(workspace_id) = home(app, user.id).await? {
        let mut tx = app.db.workspace(workspace_id).await?;
        let actor = Actor { kind: shared::ActorKind::Operator, ..Actor::system() };
        tx.audit(Entry::new(actor, AuditAction::PasswordResetRequested).on(TargetKind::User, user.id.0));
        tx.commit().await?;
    }
    Ok(Some(reset_link(app, user.id).await?))
}

fn invalid_token() -> Problem {
    Problem::of_field(
        "token",
        "INVALID_TOKEN",
        "This link has expired or was used before. Ask for a new one.",
    )
}

/// Sets a new password through a reset link, once, and signs this browser in.
///
/// # Errors
/// When the database or the machine cannot answer.
pub async fn reset_password(
    app: &Arc<App>,
    session: &Session,
    request: RequestContext,
    token: &str,
    password: SecretString,
) -> Result<Outcome<Viewer>, AppError> {
    if let Err(error) = app.auth.throttles.link(ClientKey::of(request.client_address)) {
        return throttled(error).map(Err);
    }
    let Some(token) = token_hash(token) else { return Ok(Err(invalid_token())) };
    let mut tx = app.db.installation().await?;
    let user = store::token_user(&mut tx, &token, TokenPurpose::PasswordReset).await?;
    drop(tx);
    let Some(user) = user else { return Ok(Err(invalid_token())) };
    let Some(workspace_id) = home(app, user.id).await? else { return Ok(Err(invalid_token())) };
    let mut tx = app.db.read(workspace_id).await?;
    let workspace = workspaces::current(&mut tx).await?;
    drop(tx);
    // A weak password must not spend the link.
    if let Some(weak) = refusal(app, &user, &workspace.name, &password).await? {
        return Ok(Err(weak));
    }
    let hash = app.auth.passwords.hash(password).await?;

    let mut tx = app.db.workspace(workspace_id).await?;
    if !store::spend_token(tx.conn(), &token, TokenPurpose::PasswordReset).await? {
        return Ok(Err(invalid_token()));
    }
    let Some(member) = workspaces::active_member_of_user(&mut tx, user.id).await? else {
        return Ok(Err(invalid_token()));
    };
    replace(&mut tx, user.id, &hash).await?;
    let actor = member_actor(&member, &request);
    tx.audit(Entry::new(actor, AuditAction::PasswordReset).on(TargetKind::User, user.id.0));
    tx.commit().await?;
    revoke(app, Revocation::User(user.id)).await;
    app.auth.throttles.succeeded(&account_key(&user.email));
    let now = Utc::now().timestamp();
    proof::note(session).await?;
    open_session(app, session, workspace_id, &member, now, request).await.map(Ok)
}
