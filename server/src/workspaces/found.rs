//! Making a workspace: the first one at the first run, and more later.

use std::sync::Arc;

use chrono::Utc;
use secrecy::SecretString;
use serde_json::json;
use shared::{AuditAction, Role, TargetKind, WorkspaceId};
use tower_sessions::Session;

use super::{Member, store, words};
use crate::app::App;
use crate::audit::Entry;
use crate::auth::sign_in::{Outcome, member_actor, open_session, throttled};
use crate::auth::throttle::ClientKey;
use crate::auth::{SessionIdentity, current_identity, proof, setup};
use crate::channels;
use crate::db::WorkspaceTx;
use crate::demo;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::jobs;
use crate::realtime::Event;
use crate::viewer::{RequestContext, Viewer};

/// How many workspaces one person may be in before they cannot make more.
const WORKSPACES_MAX: usize = 100;

/// What the first-run page asks for.
pub struct SetUp {
    /// The one-time secret from the console.
    pub token: String,
    /// How the first workspace is called.
    pub workspace_name: String,
    /// The first owner's name.
    pub name: String,
    /// Their mail address.
    pub email: String,
    /// Their password.
    pub password: SecretString,
    /// Make it a demo workspace.
    pub demo: bool,
}

/// Fills an empty workspace: itself, its owner, and a web chat to start with.
async fn found(
    tx: &mut WorkspaceTx,
    name: &str,
    user: &crate::auth::User,
    request: &RequestContext,
    app: &App,
    demo: bool,
) -> Result<Member, AppError> {
    store::insert_workspace(tx, name).await?;
    let owner = store::upsert_member(tx, user.id, &user.name, &user.email, Role::Owner).await?;
    let workspace_id = tx.workspace_id();
    tx.audit(
        Entry::new(member_actor(&owner, request), AuditAction::WorkspaceCreated)
            .on(TargetKind::Workspace, workspace_id.0)
            .with(json!({ "name": name, "demo": demo })),
    );
    tx.publish(Event::workspace());
    jobs::begin_for_workspace(tx.conn(), workspace_id).await?;
    channels::create_first_web_chat(tx, member_actor(&owner, request), name, &app.config.origin()).await?;
    if demo {
        demo::owe(tx, owner.id).await?;
    }
    Ok(owner)
}

/// The first run: makes the first owner and the first workspace, once, for whoever holds the console's secret.
///
/// # Errors
/// When the database or the machine cannot answer.
pub async fn set_up(
    app: &Arc<App>,
    session: &Session,
    request: RequestContext,
    input: SetUp,
) -> Result<Outcome<Viewer>, AppError> {
    if let Err(error) = app.auth.throttles.link(ClientKey::of(request.client_address)) {
        return throttled(error).map(Err);
    }
    let invalid_token = || {
        Problem::of_field(
            "token",
            "INVALID_TOKEN",
            "This link is no longer valid. Restart Switchboard to print a new one, or sign in.",
        )
    };
    if !setup::token_is_valid(app, &input.token).await? {
        return Ok(Err(invalid_token()));
    }
    if input.demo && !ready_for_demo(app).await {
        return Ok(Err(no_demo()));
    }
    let checked = (|| {
        let workspace_name = words::workspace_name("workspaceName", &input.workspace_name)?;
        let name = words::person_name("name", &input.name)?;
        Ok((workspace_name, name, words::email("email", &input.email)?))
    })();
    let (workspace_name, name, email) = match checked {
        Ok(checked) => checked,
        Err(problem) => return Ok(Err(problem)),
    };
    let about = [email.as_str(), name.as_str(), workspace_name.as_str()];
    if let Some(weak) = app.auth.passwords.refusal(&input.password, &about).await? {
        return Ok(Err(weak));
    }
    let hash = app.auth.passwords.hash(input.password).await?;

    let workspace_id = WorkspaceId::new();
    let mut tx = app.db.workspace(workspace_id).await?;
    if !setup::spend_token(tx.conn(), &input.token).await? {
        return Ok(Err(invalid_token()));
    }
    let Some(user) = crate::auth::insert_user(tx.conn(), &email, &name, &hash).await? else {
        return Ok(Err(Problem::of_field("email", "EMAIL_TAKEN", "This mail address has an account.")));
    };
    let owner = found(&mut tx, &workspace_name, &user, &request, app, input.demo).await?;
    tx.commit().await?;
    if input.demo {
        app.demo.admit(workspace_id);
    }
    let now = Utc::now().timestamp();
    proof::note(session).await?;
    open_session(app, session, workspace_id, &owner, now, request).await.map(Ok)
}

/// Puts the stage up before anything else is made: a demo without one would be silent.
async fn ready_for_demo(app: &App) -> bool {
    if !app.demo.is_allowed() {
        return false;
    }
    match app.demo.put_up().await {
        Ok(_) => true,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the demo's simulator does not start");
            false
        }
    }
}

fn no_demo() -> Problem {
    let message =
        "No demo can be played here: it needs a Switchboard on your own machine, or one started with --demo.";
    Problem::of_field("demo", "NO_DEMO", message)
}

/// A signed-in person makes one more workspace, owns it, and this browser goes on in it.
///
/// # Errors
/// When the database cannot answer.
pub async fn create_workspace(
    app: &Arc<App>,
    session: &Session,
    viewer: &Viewer,
    name: &str,
    demo: bool,
) -> Result<Outcome<Viewer>, AppError> {
    if demo && !ready_for_demo(app).await {
        return Ok(Err(no_demo()));
    }
    let name = match words::workspace_name("name", name) {
        Ok(name) => name,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut tx = app.db.installation().await?;
    let user = crate::auth::user_by_id(&mut tx, viewer.user_id).await?.ok_or(AppError::Unauthenticated)?;
    let memberships = crate::auth::memberships(&mut tx, viewer.user_id).await?;
    drop(tx);
    if memberships.len() >= WORKSPACES_MAX {
        return Ok(Err(Problem::new("TOO_MANY", "You are in as many workspaces as one person can be.")));
    }
    let workspace_id = WorkspaceId::new();
    let mut tx = app.db.workspace(workspace_id).await?;
    let owner = found(&mut tx, &name, &user, &viewer.request, app, demo).await?;
    tx.commit().await?;
    if demo {
        app.demo.admit(workspace_id);
    }
    go_on_in(app, session, viewer, workspace_id, &owner).await.map(Ok)
}

/// This browser goes on in another of the viewer's workspaces.
///
/// # Errors
/// [`AppError::NotFound`] for a workspace the viewer is not in, existing or not.
pub async fn switch_workspace(
    app: &Arc<App>,
    session: &Session,
    viewer: &Viewer,
    workspace_id: WorkspaceId,
) -> Result<Viewer, AppError> {
    let mut tx = app.db.installation().await?;
    let memberships = crate::auth::memberships(&mut tx, viewer.user_id).await?;
    drop(tx);
    if !memberships.iter().any(|(known, _)| *known == workspace_id) {
        return Err(AppError::NotFound("workspace"));
    }
    let mut tx = app.db.workspace(workspace_id).await?;
    let member = store::active_member_of_user(&mut tx, viewer.user_id)
        .await?
        .ok_or(AppError::NotFound("workspace"))?;
    tx.audit(
        Entry::new(member_actor(&member, &viewer.request), AuditAction::WorkspaceEntered)
            .on(TargetKind::Workspace, workspace_id.0),
    );
    tx.commit().await?;
    go_on_in(app, session, viewer, workspace_id, &member).await
}

/// Opens a session in another workspace without a new sign-in: its age stays what it was.
async fn go_on_in(
    app: &App,
    session: &Session,
    viewer: &Viewer,
    workspace_id: WorkspaceId,
    member: &Member,
) -> Result<Viewer, AppError> {
    let identity: Option<SessionIdentity> = current_identity(session).await?;
    let signed_in_at = identity.ok_or(AppError::Unauthenticated)?.signed_in_at;
    open_session(app, session, workspace_id, member, signed_in_at, viewer.request.clone()).await
}

/// Gives the viewer's workspace another name.
///
/// # Errors
/// When the database cannot answer.
pub async fn rename_workspace(
    app: &App,
    viewer: &Viewer,
    name: &str,
) -> Result<Outcome<store::Workspace>, AppError> {
    let name = match words::workspace_name("name", name) {
        Ok(name) => name,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut tx = app.db.workspace(viewer.workspace_id).await?;
    let before = store::current(&mut tx).await?;
    if before.name == name {
        return Ok(Ok(before));
    }
    store::rename(&mut tx, &name).await?;
    tx.audit(
        Entry::new(viewer.actor(), AuditAction::WorkspaceRenamed)
            .on(TargetKind::Workspace, viewer.workspace_id.0)
            .with(json!({ "before": before.name, "after": name })),
    );
    tx.publish(Event::workspace());
    tx.commit().await?;
    Ok(Ok(store::Workspace { name, ..before }))
}
