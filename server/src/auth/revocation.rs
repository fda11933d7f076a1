//! Access that ends now: sign-out, a new password, a removed member, another role.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;
use shared::{UserId, WorkspaceId};
use sqlx::PgConnection;
use tokio::sync::broadcast;
use tower_sessions::session::Record;
use uuid::Uuid;

use super::SessionKeyHash;
use crate::app::App;
use crate::viewer::Viewer;

/// The channel that carries revocations between processes.
pub const REVOKED_CHANNEL: &str = "sb_revoked";

/// How long another process may act on what it remembers, should the notification be lost.
const REMEMBERED: Duration = Duration::from_secs(5);

/// Whose access ended or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// One browser's session.
    Session(SessionKeyHash),
    /// Every session of a user.
    User(UserId),
    /// A user's place in one workspace.
    Member(WorkspaceId, UserId),
}

impl Revocation {
    /// Whether a socket opened with this session, as this viewer, must be checked again.
    #[must_use]
    pub fn concerns(&self, key: SessionKeyHash, viewer: &Viewer) -> bool {
        match self {
            Self::Session(ended) => *ended == key,
            Self::User(user_id) => *user_id == viewer.user_id,
            Self::Member(workspace_id, user_id) => {
                *workspace_id == viewer.workspace_id && *user_id == viewer.user_id
            }
        }
    }
}

/// The payload of the notification.
impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(key) => write!(f, "s:{}", hex::encode(key.0)),
            Self::User(user_id) => write!(f, "u:{}", user_id.0),
            Self::Member(workspace_id, user_id) => write!(f, "m:{}:{}", workspace_id.0, user_id.0),
        }
    }
}

/// The payload says nothing we know.
#[derive(Debug, thiserror::Error)]
#[error("not a revocation")]
pub struct ParseRevocationError;

impl FromStr for Revocation {
    type Err = ParseRevocationError;

    fn from_str(payload: &str) -> Result<Self, Self::Err> {
        let uuid = |text: &str| Uuid::try_parse(text).map_err(|_| ParseRevocationError);
        let (kind, rest) = payload.split_once(':').ok_or(ParseRevocationError)?;
        match kind {
            "s" => {
                let mut key = [0; 32];
                hex::decode_to_slice(rest, &mut key).map_err(|_| ParseRevocationError)?;
                Ok(Self::Session(SessionKeyHash(key)))
            }
            "u" => Ok(Self::User(UserId(uuid(rest)?))),
            "m" => {
                let (workspace, user) = rest.split_once(':').ok_or(ParseRevocationError)?;
                Ok(Self::Member(WorkspaceId(uuid(workspace)?), UserId(uuid(user)?)))
            }
            _ => Err(ParseRevocationError),
        }
    }
}

/// What this process remembers of live sessions, and the signal that ends them.
#[derive(Debug, Clone)]
pub struct Revocations {
    signal: broadcast::Sender<Revocation>,
    records: Cache<SessionKeyHash, Record>,
    viewers: Cache<SessionKeyHash, Viewer>,
    /// Counts revocations, so that a row read before one is not remembered after it.
    generation: Arc<AtomicU64>,
}

impl Default for Revocations {
    fn default() -> Self {
        let (signal, _) = broadcast::channel(1024);
        Self {
            signal,
            records: Cache::builder().max_capacity(20_000).time_to_live(REMEMBERED).build(),
            viewers: Cache::builder().max_capacity(20_000).time_to_live(REMEMBERED).build(),
            generation: Arc::default(),
        }
    }
}

impl Revocations {
    /// A signal per revocation from now on. A receiver that lags behind must treat all its sockets as concerned.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Revocation> {
        self.signal.subscribe()
    }

    /// The number of revocations so far: read it before the database, and hand it to `remember_…`.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) async fn record(&self, key: SessionKeyHash) -> Option<Record> {
        self.records.get(&key).await
    }

    pub(super) async fn remember_record(&self, key: SessionKeyHash, record: Record, read_at: u64) {
        self.records.insert(key, record).await;
        if self.generation() != read_at {
            self.records.invalidate(&key).await;
        }
    }

    pub(super) async fn forget_record(&self, key: SessionKeyHash) {
        self.records.invalidate(&key).await;
        self.viewers.invalidate(&key).await;
    }

    pub(super) async fn viewer(&self, key: SessionKeyHash) -> Option<Viewer> {
        self.viewers.get(&key).await
    }

    pub(super) async fn remember_viewer(&self, key: SessionKeyHash, viewer: Viewer, read_at: u64) {
        self.viewers.insert(key, viewer).await;
        if self.generation() != read_at {
            self.viewers.invalidate(&key).await;
        }
    }

    /// Makes a committed revocation true in this process.
    async fn apply(&self, revocation: Revocation) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        match revocation {
            Revocation::Session(key) => self.forget_record(key).await,
            // Rare, and cheaper than an index by user: everyone is read again from the database.
            Revocation::User(_) | Revocation::Member(..) => {
                self.records.invalidate_all();
                self.viewers.invalidate_all();
            }
        }
        let _ = self.signal.send(revocation); // nobody listening is fine
    }
}

/// Tells the other processes, at the commit of this transaction.
///
/// # Errors
/// When the database refuses.
pub async fn tell_revoked(conn: &mut PgConnection, revocation: Revocation) -> sqlx::Result<()> {
    sqlx::query("select pg_notify('sb_revoked', $1)").bind(revocation.to_string()).execute(conn).await?;
    Ok(())
}

/// Makes a revocation true in this process; call it after the commit that [`tell_revoked`] rode on.
pub async fn revoke(app: &App, revocation: Revocation) {
    app.auth.revocations.apply(revocation).await;
}

/// Takes in a payload of [`REVOKED_CHANNEL`]; the process's listener calls it. Our own come back too, harmlessly.
pub async fn on_notify(app: &App, payload: &str) {
    match payload.parse() {
        Ok(revocation) => revoke(app, revocation).await,
        Err(_) => tracing::warn!("unreadable revocation"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revocation_survives_the_notification() {
        for revocation in [
            Revocation::Session(SessionKeyHash([7; 32])),
            Revocation::User(UserId::new()),
            Revocation::Member(WorkspaceId::new(), UserId::new()),
        ] {
            assert_eq!(revocation.to_string().parse::<Revocation>().unwrap(), revocation);
        }
        assert!("s:12".parse::<Revocation>().is_err());
        assert!("x".parse::<Revocation>().is_err());
    }
}
