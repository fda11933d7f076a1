//! The session cookie, and what a session says.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::{Role, UserId, WorkspaceId};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::session::Id;
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use super::{PgSessionStore, Revocation, revoke};
use crate::app::App;
use crate::error::AppError;

/// How long a sign-in lasts at most, in days.
pub(super) const ABSOLUTE_DAYS: i64 = 14;
/// How long a session lasts without a request, in hours.
pub(super) const IDLE_HOURS: i64 = 12;

/// Under which key a session keeps its [`SessionIdentity`].
pub(super) const IDENTITY: &str = "identity";

/// SHA-256 of a session cookie's value: all that is kept of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKeyHash(pub [u8; 32]);

impl SessionKeyHash {
    pub(super) fn of(id: &Id) -> Self {
        Self(Sha256::digest(id.to_string().as_bytes()).into())
    }
}

impl std::fmt::Debug for SessionKeyHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKeyHash(…)")
    }
}

/// What a session knows of its browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionIdentity {
    /// Who signed in.
    pub user_id: UserId,
    /// Where they are working.
    pub workspace_id: WorkspaceId,
    /// Their role when the id was made; another role gets another id.
    pub role: Role,
    /// When the password was given, in seconds since 1970.
    pub signed_in_at: i64,
}

/// The layer that gives every request its `tower_sessions::Session`.
///
/// Over TLS the cookie is `__Host-session`. Over plain http browsers refuse that name, even on localhost
/// (Safari: `Secure`, too), so there it is another cookie, without `Secure`.
#[must_use]
pub fn session_layer(app: &App) -> SessionManagerLayer<PgSessionStore> {
    let tls = app.config.is_tls();
    SessionManagerLayer::new(PgSessionStore::new(app.db.clone(), app.auth.revocations.clone()))
        .with_name(if tls { "__Host-session" } else { "switchboard-session" })
        .with_secure(tls)
        .with_http_only(true)
        .with_path("/")
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::days(ABSOLUTE_DAYS)))
}

/// The key of this session's row; none before it was stored.
#[must_use]
pub fn session_key(session: &Session) -> Option<SessionKeyHash> {
    session.id().map(|id| SessionKeyHash::of(&id))
}

/// What the browser's session says; `None` when nobody is signed in.
///
/// # Errors
/// When the session could not be read.
pub async fn current_identity(session: &Session) -> Result<Option<SessionIdentity>, AppError> {
    session.get(IDENTITY).await.map_err(session_failed)
}

/// Makes the browser's session say `identity`, under a new id: whoever knew the old one has nothing.
///
/// # Errors
/// When the session could not be stored.
pub async fn establish(app: &App, session: &Session, identity: SessionIdentity) -> Result<(), AppError> {
    let before = session_key(session);
    session.cycle_id().await.map_err(session_failed)?;
    session.insert(IDENTITY, identity).await.map_err(session_failed)?;
    session.save().await.map_err(session_failed)?;
    if let Some(key) = before {
        announce(app, key).await?;
    }
    Ok(())
}

/// Ends the browser's session.
///
/// # Errors
/// When it could not be removed.
pub(super) async fn end(app: &App, session: &Session) -> Result<(), AppError> {
    let before = session_key(session);
    session.flush().await.map_err(session_failed)?;
    if let Some(key) = before {
        announce(app, key).await?;
    }
    Ok(())
}

/// Has every process forget what it remembers of a session that is gone or says something else now. What was
/// opened with it is checked again, and closed if the session is gone.
pub(super) async fn announce(app: &App, key: SessionKeyHash) -> Result<(), AppError> {
    let ended = Revocation::Session(key);
    let mut tx = app.db.installation().await?;
    super::tell_revoked(&mut tx, ended).await?;
    tx.commit().await?;
    revoke(app, ended).await;
    Ok(())
}

/// A session store's failure is a database's.
pub(super) fn session_failed(error: tower_sessions::session::Error) -> AppError {
    AppError::Internal(anyhow::Error::new(error).context("session"))
}
