//! Accepting an invitation: with the account one has, or with a new one.

use std::sync::Arc;

use chrono::Utc;
use secrecy::SecretString;
use serde_json::json;
use shared::{AuditAction, TargetKind, WorkspaceId};
use tower_sessions::Session;

use super::store::Invitation;
use super::{store, words};
use crate::app::App;
use crate::audit::Entry;
use crate::auth::sign_in::{Outcome, member_actor, open_session, prove_password, throttled};
use crate::auth::throttle::ClientKey;
use crate::auth::tokens::workspace_token_hash;
use crate::auth::{self, Revocation, User, current_identity, proof};
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::{RequestContext, Viewer};

/// What the page of an invitation shows.
pub struct Preview {
    /// Where to.
    pub workspace_name: String,
    /// The invitation.
    pub invitation: Invitation,
    /// Whether the invited address has an account: then its password is asked for, else a new one.
    pub has_account: bool,
}

/// What a link leads to; `None` when it cannot be used (any more). Spends nothing.
///
/// # Errors
/// [`AppError::Throttled`] for who tries many.
pub async fn preview(app: &App, request: &RequestContext, token: &str) -> Result<Option<Preview>, AppError> {
    app.auth.throttles.link(ClientKey::of(request.client_address))?;
    let Some((workspace_id, hash)) = workspace_token_hash(token) else { return Ok(None) };
    let mut tx = app.db.read(workspace_id).await?;
    let Some(invitation) = store::invitation_by_token(&mut tx, &hash).await? else { return Ok(None) };
    let workspace_name = store::current(&mut tx).await?.name;
    let has_account = auth::user_by_email(tx.conn(), &invitation.email).await?.is_some();
    Ok(Some(Preview { workspace_name, invitation, has_account }))
}

/// What the person who accepts tells.
pub struct Acceptance {
    /// The secret from the link.
    pub token: String,
    /// Their name; for a new account.
    pub name: Option<String>,
    /// The account's password, or a new account's. Not needed by who is signed in as the invited person.
    pub password: Option<SecretString>,
}

/// Who accepts: someone who is signed in, someone who gave their password, or someone who gets an account.
enum Person {
    SignedIn(User),
    Known(User),
    New { name: String, password_hash: String },
}

fn invalid_token() -> Problem {
    Problem::of_field(
        "token",
        "INVALID_TOKEN",
        "This invitation has expired, was taken back or was used before. Ask for a new one.",
    )
}

/// Accepts an invitation, once, and opens a session in its workspace.
///
/// # Errors
/// When the database or the machine cannot answer.
pub async fn accept_invitation(
    app: &Arc<App>,
    session: &Session,
    viewer: Option<&Viewer>,
    request: RequestContext,
    acceptance: Acceptance,
) -> Result<Outcome<Viewer>, AppError> {
    if let Err(error) = app.auth.throttles.link(ClientKey::of(request.client_address)) {
        return throttled(error).map(Err);
    }
    let Some((workspace_id, hash)) = workspace_token_hash(&acceptance.token) else {
        return Ok(Err(invalid_token()));
    };
    let mut tx = app.db.read(workspace_id).await?;
    let Some(invitation) = store::invitation_by_token(&mut tx, &hash).await? else {
        return Ok(Err(invalid_token()));
    };
    let workspace_name = store::current(&mut tx).await?.name;
    drop(tx);
    let person = match identify(app, viewer, &request, &invitation, &workspace_name, acceptance).await? {
        Ok(person) => person,
        Err(problem) => return Ok(Err(problem)),
    };
    join(app, session, request, workspace_id, &hash, person).await
}

/// Finds out who accepts, and that they are the invited person.
async fn identify(
    app: &Arc<App>,
    viewer: Option<&Viewer>,
    request: &RequestContext,
    invitation: &Invitation,
    workspace_name: &str,
    acceptance: Acceptance,
) -> Result<Outcome<Person>, AppError> {
    let mut tx = app.db.installation().await?;
    let user = auth::user_by_email(&mut tx, &invitation.email).await?;
    drop(tx);
    let Some(user) = user else {
        let name = match words::person_name("name", acceptance.name.as_deref().unwrap_or_default()) {
            Ok(name) => name,
            Err(problem) => return Ok(Err(problem)),
        };
        let password = acceptance.password.unwrap_or_default();
        let about = [invitation.email.as_str(), name.as_str(), workspace_name];
        if let Some(weak) = app.auth.passwords.refusal(&password, &about).await? {
            return Ok(Err(weak));
        }
        let password_hash = app.auth.passwords.hash(password).await?;
        return Ok(Ok(Person::New { name, password_hash }));
    };
    if viewer.is_some_and(|viewer| viewer.user_id == user.id) {
        return Ok(Ok(Person::SignedIn(user)));
    }
    let password = acceptance.password.unwrap_or_default();
    Ok(prove_password(app, request, &invitation.email, Some(&user), password)
        .await?
        .map(|()| Person::Known(user))
        .map_err(|problem| Problem { field: Some("password".to_owned()), ..problem }))
}

/// Spends the invitation and makes the person a member, in one transaction.
async fn join(
    app: &Arc<App>,
    session: &Session,
    request: RequestContext,
    workspace_id: WorkspaceId,
    hash: &[u8; 32],
    person: Person,
) -> Result<Outcome<Viewer>, AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    let Some(invitation) = store::accept_invitation(&mut tx, hash).await? else {
        return Ok(Err(invalid_token()));
    };
    // Who is signed in already is so since then: an invitation makes no session younger.
    let signed_in_at = match person {
        Person::SignedIn(_) => current_identity(session).await?.map(|identity| identity.signed_in_at),
        Person::Known(_) | Person::New { .. } => None,
    };
    let user = match person {
        Person::SignedIn(user) | Person::Known(user) => user,
        Person::New { name, password_hash } => {
            match auth::insert_user(tx.conn(), &invitation.email, &name, &password_hash).await? {
                Some(user) => user,
                // An account was made meanwhile: its owner must prove it. The invitation stays open.
                None => {
                    let problem = "This mail address has an account now. Use its password.";
                    return Ok(Err(Problem::of_field("password", "WRONG_CREDENTIALS", problem)));
                }
            }
        }
    };
    let member = store::upsert_member(&mut tx, user.id, &user.name, &user.email, invitation.role).await?;
    tx.audit(
        Entry::new(member_actor(&member, &request), AuditAction::MemberJoined)
            .on(TargetKind::Member, member.id.0)
            .with(json!({ "role": member.role.as_str(), "invitation": invitation.id.to_string() })),
    );
    tx.publish(Event::workspace());
    let changed = Revocation::Member(workspace_id, user.id);
    auth::tell_revoked(tx.conn(), changed).await?;
    tx.commit().await?;
    auth::revoke(app, changed).await;
    let signed_in_at = match signed_in_at {
        Some(signed_in_at) => signed_in_at,
        None => {
            proof::note(session).await?;
            Utc::now().timestamp()
        }
    };
    open_session(app, session, workspace_id, &member, signed_in_at, request).await.map(Ok)
}
