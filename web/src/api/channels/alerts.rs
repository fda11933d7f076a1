//! What happened to channels as a whole.

use serde::Serialize;
use shared::ChannelId;

use super::super::json::object;
use super::super::operation::Operation;
use super::super::session::Answer;
use super::super::{Page, Timestamp};
use super::{CHANNEL_SUMMARY, ChannelSummary, HealthState};

/// Something that happened to a channel as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelEvent {
    /// Opaque here; only ever handed back.
    pub id: String,
    pub channel: ChannelSummary,
    pub severity: HealthState,
    /// What happened and what can be done.
    pub words: String,
    pub at: Timestamp,
    pub acknowledged_at: Option<Timestamp>,
    pub acknowledged_by_name: Option<String>,
}

object!(ChannelEvent { id, channel, severity, words, at, acknowledged_at, acknowledged_by_name });

impl ChannelEvent {
    /// Somebody should look, and nobody has.
    pub fn is_alert(&self) -> bool {
        self.severity != HealthState::Good && self.acknowledged_at.is_none()
    }
}

/// What [`ChannelEvent`] is selected with; needs [`CHANNEL_SUMMARY`].
pub const CHANNEL_EVENT: &str = "fragment ChannelEventParts on ChannelEvent { id channel { ...ChannelSummaryParts } \
    severity words at acknowledgedAt acknowledgedByName }";

/// Of which channel, how many, after which cursor.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventsOf {
    pub channel_id: ChannelId,
    pub first: u32,
    pub after: Option<String>,
}

/// One page.
#[derive(Debug)]
pub struct ChannelEventPage {
    pub channel_events: Page<ChannelEvent>,
}

object!(ChannelEventPage { channel_events });

/// What happened to one channel, newest first; for admins.
pub const CHANNEL_EVENTS: Operation<EventsOf, ChannelEventPage> = Operation::new(
    "query ChannelEvents($channelId: ID!, $first: Int!, $after: String) { channelEvents(channelId: $channelId, \
     first: $first, after: $after) { nodes { ...ChannelEventParts } pageInfo { hasNextPage endCursor } } }",
    &[CHANNEL_EVENT, CHANNEL_SUMMARY],
);

/// Which event.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhichEvent {
    pub event_id: String,
}

/// The event after somebody saw it.
#[derive(Debug)]
pub struct ChannelEventPayload {
    pub event: Option<ChannelEvent>,
}

object!(ChannelEventPayload { event });

/// Says that it has been seen: it is an alert no longer, for nobody.
pub const ACKNOWLEDGE_CHANNEL_EVENT: Operation<WhichEvent, Answer<ChannelEventPayload>> = Operation::new(
    "mutation AcknowledgeChannelEvent($eventId: ID!) { payload: acknowledgeChannelEvent(eventId: $eventId) \
     { event { ...ChannelEventParts } } }",
    &[CHANNEL_EVENT, CHANNEL_SUMMARY],
);
