//! Who a visitor is to us: opaque tokens, kept as hashes, remembered in memory so that a message costs no query.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
use http::{HeaderMap, header};
use moka::future::Cache;
use rand::TryRng as _;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::Refusal;
use super::limits::Allowances;
use super::lines::{Lines, Seat};
use super::session_store;
use crate::app::App;
use crate::channels::LiveWidget;
use crate::config::Limits;
use crate::db::Db;

/// How long a session that ended in another process may go on here, should the notification be lost.
const LIFE: Duration = Duration::from_secs(30);
const ENTRIES_MAX: u64 = 100_000;
const TOKEN_BYTES: usize = 32;

/// A token's hash, which is all that is kept of it.
pub(super) type TokenHash = [u8; 32];

/// A session's token together with its widget: what the session is remembered by in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SessionKey(TokenHash);

impl SessionKey {
    pub(super) fn of(widget: &LiveWidget, hash: TokenHash) -> Self {
        Self(Sha256::new().chain_update(widget.widget_id.as_bytes()).chain_update(hash).finalize().into())
    }

    /// The payload by which processes tell each other that the session is over.
    pub(super) fn to_notice(self) -> String {
        format!("v:{}", hex::encode(self.0))
    }

    fn from_notice(payload: &str) -> Option<Self> {
        let mut key = [0; 32];
        hex::decode_to_slice(payload.strip_prefix("v:")?, &mut key).ok()?;
        Some(Self(key))
    }

    #[cfg(test)]
    pub(super) fn for_test(n: u8) -> Self {
        Self([n; 32])
    }
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub(super) enum Purpose {
    /// A frame's requests.
    Session = 1,
    /// Coming back to the same conversation.
    Visitor = 2,
}

impl Purpose {
    fn prefix(self) -> &'static str {
        match self {
            Self::Session => "vs_",
            Self::Visitor => "vt_",
        }
    }
}

/// A visitor with an open session.
#[derive(Debug, Clone)]
pub(super) struct VisitorSession {
    /// The visitor's id on the channel: `v_…` anonymous, `u_…` verified.
    pub platform_id: String,
    /// The business vouches for the visitor.
    pub verified: bool,
    pub profile: Profile,
}

/// What a session knows of its visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Visitors of this process: sessions in memory, and what each may still ask for.
pub struct Visitors {
    db: Db,
    sessions: Cache<SessionKey, Option<Arc<VisitorSession>>>,
    lines: Lines,
    pub(super) allowances: Allowances,
}

impl Visitors {
    /// Nobody yet.
    #[must_use]
    pub fn new(db: Db, limits: Limits) -> Self {
        let sessions = Cache::builder().max_capacity(ENTRIES_MAX).time_to_live(LIFE).build();
        Self { db, sessions, lines: Lines::default(), allowances: Allowances::new(limits) }
    }

    /// The session of this token on this widget.
    pub(super) async fn session(
        &self,
        widget: &LiveWidget,
        token: &str,
    ) -> Result<Arc<VisitorSession>, Refusal> {
        let hash = hash(Purpose::Session, token).ok_or(Refusal::NO_SESSION)?;
        // The key holds the token only: a token is of one channel, which the lookup checks when it is first
        // seen here. A second widget's request must not be answered by the first one's entry.
        let key = SessionKey::of(widget, hash);
        if let Some(known) = self.sessions.get(&key).await {
            return known.ok_or(Refusal::NO_SESSION);
        }
        let load = async {
            let (workspace, channel) = (widget.workspace_id, widget.channel_id);
            let found = session_store::find(&self.db, workspace, channel, Purpose::Session, hash).await?;
            Ok::<_, sqlx::Error>(found.map(Arc::new))
        };
        let found = self.sessions.try_get_with(key, Box::pin(load)).await;
        found
            .map_err(|error| {
                tracing::warn!(%error, "a visitor's session could not be looked up");
                Refusal::busy()
            })?
            .ok_or(Refusal::NO_SESSION)
    }

    /// A place for one more socket of this session.
    pub(super) fn seat(&self, widget: &LiveWidget, token: &str) -> Result<Seat, Refusal> {
        let hash = hash(Purpose::Session, token).ok_or(Refusal::NO_SESSION)?;
        self.lines.take(SessionKey::of(widget, hash)).ok_or(Refusal::TOO_MANY_SOCKETS)
    }

    /// The session is over: no request of this process finds it any more, and its sockets close.
    pub(super) async fn ended(&self, key: SessionKey) {
        self.sessions.invalidate(&key).await;
        self.lines.end(key);
    }

    /// Takes in what another process says of a session that is over; whether it was about one.
    pub async fn on_notify(&self, payload: &str) -> bool {
        let Some(key) = SessionKey::from_notice(payload) else { return false };
        self.ended(key).await;
        true
    }

    /// Forgets everybody's entries: sessions were ended.
    pub(super) fn forget_sessions(&self) {
        self.sessions.invalidate_all();
    }
}

/// A fresh token and its hash.
pub(super) fn new_token(purpose: Purpose) -> Result<(String, TokenHash), Refusal> {
    let mut bytes = [0; TOKEN_BYTES];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| {
        tracing::error!(%error, "no randomness");
        Refusal::busy()
    })?;
    let token = format!("{}{}", purpose.prefix(), URL_SAFE_NO_PAD.encode(bytes));
    Ok((token, Sha256::digest(bytes).into()))
}

/// The hash under which a token is kept; `None` for what is no token of this purpose.
pub(super) fn hash(purpose: Purpose, token: &str) -> Option<TokenHash> {
    let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(purpose.prefix())?).ok()?;
    (bytes.len() == TOKEN_BYTES).then(|| Sha256::digest(bytes).into())
}

/// The token of a request's `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The visitor of a request, by its `Authorization: Bearer vs_…`.
pub(super) struct SignedOn {
    pub widget: Arc<LiveWidget>,
    pub visitor: Arc<VisitorSession>,
}

impl FromRequestParts<Arc<App>> for SignedOn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let widget = parts.extensions.get::<Arc<LiveWidget>>().cloned().ok_or(Refusal::NOT_FOUND)?;
        let token = bearer(&parts.headers).ok_or(Refusal::NO_SESSION)?;
        let visitor = app.visitors.session(&widget, token).await?;
        Ok(Self { widget, visitor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_one_purpose() {
        let (token, kept) = new_token(Purpose::Session).unwrap();
        assert_eq!(hash(Purpose::Session, &token), Some(kept));
        assert_eq!(hash(Purpose::Visitor, &token), None);
        assert_eq!(hash(Purpose::Session, "vs_short"), None);
        assert_eq!(hash(Purpose::Session, ""), None);
    }
}
