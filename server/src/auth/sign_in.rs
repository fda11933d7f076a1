//! Signing in and out.

use std::sync::Arc;
use std::time::Instant;

use chrono::Utc;
use secrecy::SecretString;
use shared::{ActorKind, AuditAction, TargetKind, UserId, WorkspaceId};
use tower_sessions::Session;

use super::passwords::Checked;
use super::store::{self, User};
use super::throttle::{AccountKey, ClientKey, account_key};
use super::{SessionIdentity, establish, proof, session};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::viewer::{Actor, RequestContext, Viewer};
use crate::workspaces::Member;

/// What a use case comes to when nothing failed: its result, or what the person can do about it.
pub type Outcome<Good> = Result<Good, Problem>;

/// The same for an unknown address, a wrong password and a disabled account.
fn wrong_credentials() -> Problem {
    Problem::new("WRONG_CREDENTIALS", "This mail address and password do not belong together.")
}

/// An expected "not so fast" becomes a problem; the rest stays a failure.
pub(crate) fn throttled(error: AppError) -> Result<Problem, AppError> {
    match error {
        AppError::Throttled { retry_after_seconds } => Ok(Problem::new(
            "THROTTLED",
            format!("Too many attempts. Try again in {retry_after_seconds} seconds."),
        )),
        other => Err(other),
    }
}

/// Checks an account's password, throttled by client and account. The answer takes as long for an unknown
/// account as for a known one.
pub(crate) async fn prove_password(
    app: &Arc<App>,
    request: &RequestContext,
    email: &str,
    user: Option<&User>,
    password: SecretString,
) -> Result<Outcome<()>, AppError> {
    let account: AccountKey = account_key(email);
    let client = ClientKey::of(request.client_address);
    if let Err(error) = app.auth.throttles.sign_in(client, &account, Instant::now()) {
        count("throttled");
        return throttled(error).map(Err);
    }
    let user = user.filter(|user| user.disabled_at.is_none());
    let kept = user.and_then(|user| user.password_hash.clone());
    match (app.auth.passwords.check(password.clone(), kept.clone()).await?, user) {
        (Checked::Wrong, _) | (_, None) => {
            app.auth.throttles.failed(&account, Instant::now());
            count("wrong");
            if let Some(user) = user {
                note_failure(app, user.id, request);
            }
            return Ok(Err(wrong_credentials()));
        }
        (Checked::RightButWeak, Some(user)) => {
            let hash = app.auth.passwords.hash(password).await?;
            let mut tx = app.db.installation().await?;
            store::rehash_password(&mut tx, user.id, kept.as_deref().unwrap_or_default(), &hash).await?;
            tx.commit().await?;
        }
        (Checked::Right, Some(_)) => {}
    }
    app.auth.throttles.succeeded(&account);
    count("right");
    Ok(Ok(()))
}

/// For whoever watches the installation: a rise of wrong ones is an attack.
fn count(outcome: &'static str) {
    metrics::counter!("switchboard_password_checks_total", "outcome" => outcome).increment(1);
}

/// Writes a wrong password into the log of the user's workspace, after the answer: the time must not tell
/// whether the account exists.
fn note_failure(app: &Arc<App>, user_id: UserId, request: &RequestContext) {
    let app = app.clone();
    let actor = Actor { kind: ActorKind::System, id: None, request: request.clone() };
    tokio::spawn(async move {
        let write = async {
            let Some(workspace_id) = home(&app, user_id).await? else { return Ok(()) };
            let mut tx = app.db.workspace(workspace_id).await?;
            tx.audit(Entry::new(actor, AuditAction::SignInFailed).on(TargetKind::User, user_id.0));
            tx.commit().await
        };
        let written: sqlx::Result<()> = write.await;
        if let Err(error) = written {
            tracing::error!(%error, user.id = %user_id, "a failed sign-in could not be logged");
        }
    });
}

/// The workspace a user comes back to: where they work in another browser, else their oldest.
pub(crate) async fn home(app: &App, user_id: UserId) -> sqlx::Result<Option<WorkspaceId>> {
    let mut tx = app.db.installation().await?;
    let memberships = store::memberships(&mut tx, user_id).await?;
    let latest = store::latest_workspace(&mut tx, user_id).await?.and_then(|text| text.parse().ok());
    Ok(memberships
        .iter()
        .map(|(workspace_id, _)| *workspace_id)
        .find(|workspace_id| Some(*workspace_id) == latest)
        .or_else(|| memberships.first().map(|(workspace_id, _)| *workspace_id)))
}

/// Makes the browser's session that of `member`, who has just proved who they are or was known already.
pub(crate) async fn open_session(
    app: &App,
    session: &Session,
    workspace_id: WorkspaceId,
    member: &Member,
    signed_in_at: i64,
    request: RequestContext,
) -> Result<Viewer, AppError> {
    let identity = SessionIdentity { user_id: member.user_id, workspace_id, role: member.role, signed_in_at };
    establish(app, session, identity).await?;
    Ok(Viewer {
        user_id: member.user_id,
        member_id: member.id,
        workspace_id,
        role: member.role,
        name: member.name.clone(),
        request,
    })
}

/// The actor behind a request that has just become a member's.
pub(crate) fn member_actor(member: &Member, request: &RequestContext) -> Actor {
    Actor { kind: ActorKind::Member, id: Some(member.id.0), request: request.clone() }
}

/// Signs a browser in.
///
/// # Errors
/// When the database or the machine cannot answer; everything the person can cause is a [`Problem`].
pub async fn sign_in(
    app: &Arc<App>,
    session: &Session,
    request: RequestContext,
    email: &str,
    password: SecretString,
) -> Result<Outcome<Viewer>, AppError> {
    let mut tx = app.db.installation().await?;
    let user = store::user_by_email(&mut tx, email).await?;
    drop(tx);
    if let Err(problem) = prove_password(app, &request, email, user.as_ref(), password).await? {
        return Ok(Err(problem));
    }
    let Some(user) = user else { return Ok(Err(wrong_credentials())) };
    enter_home(app, session, request, user.id, AuditAction::SignedIn).await
}

/// Opens a session in the user's workspace and writes `action` there.
pub(crate) async fn enter_home(
    app: &Arc<App>,
    session: &Session,
    request: RequestContext,
    user_id: UserId,
    action: AuditAction,
) -> Result<Outcome<Viewer>, AppError> {
    let nowhere =
        || Problem::new("NO_WORKSPACE", "You are not a member of any workspace. Ask for an invitation.");
    let Some(workspace_id) = home(app, user_id).await? else { return Ok(Err(nowhere())) };
    let mut tx = app.db.workspace(workspace_id).await?;
    let Some(member) = crate::workspaces::active_member_of_user(&mut tx, user_id).await? else {
        return Ok(Err(nowhere()));
    };
    tx.audit(Entry::new(member_actor(&member, &request), action).on(TargetKind::User, user_id.0));
    tx.commit().await?;
    let now = Utc::now().timestamp();
    proof::note(session).await?;
    open_session(app, session, workspace_id, &member, now, request).await.map(Ok)
}

/// Signs a browser out. Without a session there is nothing to do.
///
/// # Errors
/// When the database cannot answer; then the session may still live.
pub async fn sign_out(app: &App, session: &Session, viewer: Option<&Viewer>) -> Result<(), AppError> {
    if let Some(viewer) = viewer {
        let mut tx = app.db.workspace(viewer.workspace_id).await?;
        tx.audit(Entry::new(viewer.actor(), AuditAction::SignedOut).on(TargetKind::User, viewer.user_id.0));
        tx.commit().await?;
    }
    session::end(app, session).await
}
