//! A recent proof: before an act that could take a workspace over or lock others out, whoever sits at the
//! browser has given the password within the last minutes. A session alone may be a stolen or forgotten one.

use std::sync::Arc;

use chrono::Utc;
use secrecy::SecretString;
use shared::{AuditAction, TargetKind};
use tower_sessions::Session;

use super::session::{announce, session_failed};
use super::sign_in::{Outcome, prove_password};
use super::{session_key, store};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::viewer::Viewer;

/// Under which key a session keeps when the password was last given, in seconds since 1970.
const PROVED_AT: &str = "proved_at";
/// How long a proof lasts, in seconds.
const LASTS: i64 = 10 * 60;

/// Notes in the session that the password has just been given. The caller saves the session.
///
/// # Errors
/// When the session could not be read.
pub async fn note(session: &Session) -> Result<(), AppError> {
    session.insert(PROVED_AT, Utc::now().timestamp()).await.map_err(session_failed)
}

/// Whether the password was given in this browser within the last ten minutes.
///
/// # Errors
/// When the session could not be read.
pub async fn is_recent(session: &Session) -> Result<bool, AppError> {
    let proved_at: Option<i64> = session.get(PROVED_AT).await.map_err(session_failed)?;
    let age = proved_at.map(|at| Utc::now().timestamp().saturating_sub(at));
    Ok(age.is_some_and(|age| (0..=LASTS).contains(&age)))
}

/// Lets an act pass that needs a recent proof.
///
/// # Errors
/// [`AppError::ProofRequired`] without one.
pub async fn require(session: &Session) -> Result<(), AppError> {
    if is_recent(session).await? { Ok(()) } else { Err(AppError::ProofRequired) }
}

/// The signed-in person gives the password again.
///
/// # Errors
/// When the database or the machine cannot answer.
pub async fn confirm_password(
    app: &Arc<App>,
    session: &Session,
    viewer: &Viewer,
    password: SecretString,
) -> Result<Outcome<()>, AppError> {
    let mut tx = app.db.installation().await?;
    let user = store::user_by_id(&mut tx, viewer.user_id).await?.ok_or(AppError::Unauthenticated)?;
    drop(tx);
    if let Err(problem) = prove_password(app, &viewer.request, &user.email, Some(&user), password).await? {
        return Ok(Err(match problem.code.as_str() {
            "WRONG_CREDENTIALS" => {
                Problem::of_field("password", "WRONG_CREDENTIALS", "This is not your password.")
            }
            _ => problem,
        }));
    }
    let mut tx = app.db.workspace(viewer.workspace_id).await?;
    tx.audit(Entry::new(viewer.actor(), AuditAction::PasswordConfirmed).on(TargetKind::User, user.id.0));
    tx.commit().await?;
    note(session).await?;
    session.save().await.map_err(session_failed)?;
    // Another process may remember the session as it was; nobody is signed out by this.
    if let Some(key) = session_key(session) {
        announce(app, key).await?;
    }
    Ok(Ok(()))
}
