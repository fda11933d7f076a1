//! What happened to a channel as a whole. Only changes are recorded; warnings and worse are alerts until somebody
//! acknowledges them.

use channel_core::CheckState;
use serde_json::Value;
use shared::ChannelId;

use super::store::events as store;
use crate::db::WorkspaceTx;
use crate::realtime::Event;

/// What kind of thing happened. Its name is stored and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelEventKind {
    /// It was connected, or connected again.
    Connected,
    /// It was disconnected.
    Disconnected,
    /// Its token works no longer.
    TokenDead,
    /// Its token works for some days more.
    TokenExpires,
    /// A check of its health came out differently than before.
    Health,
    /// Its quality or its limit for writing first changed.
    Quality,
    /// Its name was decided on.
    Name,
    /// The platform restricted, warned, banned or restored it.
    Notice,
    /// A template changed.
    Template,
    /// Somebody lets it answer in their name, or no longer does.
    BusinessConnection,
    /// The platform reports a fault.
    Fault,
    /// Something arrived from where it does not listen.
    Refused,
    /// The platform refuses to send for a reason that concerns the whole account.
    Sending,
}

impl ChannelEventKind {
    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::TokenDead => "token_dead",
            Self::TokenExpires => "token_expires",
            Self::Health => "health",
            Self::Quality => "quality",
            Self::Name => "name",
            Self::Notice => "notice",
            Self::Template => "template",
            Self::BusinessConnection => "business_connection",
            Self::Fault => "fault",
            Self::Refused => "refused",
            Self::Sending => "sending",
        }
    }
}

/// Something to record.
#[derive(Debug, Clone)]
pub struct NewChannelEvent {
    /// What kind of thing.
    pub kind: ChannelEventKind,
    /// [`CheckState::Good`] is for the record; the others are alerts.
    pub severity: CheckState,
    /// What happened and what can be done, for an admin.
    pub words: String,
    /// For programs: never a secret.
    pub details: Option<Value>,
}

impl NewChannelEvent {
    /// One without details.
    pub fn new(kind: ChannelEventKind, severity: CheckState, words: impl Into<String>) -> Self {
        Self { kind, severity, words: words.into(), details: None }
    }

    /// Adds what programs may read.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }
}

/// Records it, and tells whoever watches the workspace. The same again within an hour of the channel's last event is
/// no change: returns false then.
///
/// # Errors
/// When the database refuses.
pub async fn record_event(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    event: NewChannelEvent,
) -> sqlx::Result<bool> {
    let recorded = store::insert(tx, channel_id, &event).await?;
    if recorded {
        metrics::counter!(
            "switchboard_channel_events_total",
            "kind" => event.kind.as_str(),
            "severity" => severity_name(event.severity)
        )
        .increment(1);
        tx.publish(Event::workspace());
    }
    Ok(recorded)
}

pub(super) const fn severity_name(severity: CheckState) -> &'static str {
    match severity {
        CheckState::Good => "good",
        CheckState::Warning => "warning",
        CheckState::Broken => "broken",
    }
}

/// The number a state is stored as.
pub(super) const fn code_of(state: CheckState) -> i16 {
    match state {
        CheckState::Good => 1,
        CheckState::Warning => 2,
        CheckState::Broken => 3,
    }
}
