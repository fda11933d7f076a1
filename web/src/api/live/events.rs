//! The two live documents: the workspace's events, and who else is at a conversation.

use serde::Serialize;
use shared::{ConversationId, MemberId};

use super::{Subscription, subscribe};
use crate::api::Timestamp;
use crate::api::channels::CHANNEL_SUMMARY;
use crate::api::contacts::CONTACT_SUMMARY;
use crate::api::conversations::{CONVERSATION, ChannelCount, Conversation};
use crate::api::json::{object, words};
use crate::api::messages::{MESSAGE, Message};
use crate::api::operation::Operation;

/// What kind of change an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    ConversationChanged,
    MessageCreated,
    MessageChanged,
    ReadMoved,
    WorkspaceChanged,
    /// The cursor was too old or unknown: reload, and go on from this event's number.
    Resync,
}

words!(EventKind {
    ConversationChanged,
    MessageCreated,
    MessageChanged,
    ReadMoved,
    WorkspaceChanged,
    Resync
});

/// One visible change.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkspaceEvent {
    /// 1, 2, 3 … per workspace, without gaps.
    pub seq: i64,
    pub kind: EventKind,
    pub at: Timestamp,
    /// As it stood when the event was read; without the viewer's own fields.
    pub conversation: Option<Conversation>,
    pub message: Option<Message>,
    /// Whose read position moved.
    pub member_id: Option<MemberId>,
    pub read_count: Option<i64>,
    pub view_counts: Option<ChangedCounts>,
}

object!(WorkspaceEvent { seq, kind, at, conversation, message, member_id, read_count, view_counts });

/// Counters after an event, only those that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedCounts {
    pub unassigned: Option<i64>,
    pub all: Option<i64>,
    pub snoozed: Option<i64>,
    pub closed: Option<i64>,
    pub members: Vec<MemberCount>,
    pub channels: Vec<ChannelCount>,
}

object!(ChangedCounts { unassigned, all, snoozed, closed, members, channels });

/// How many open conversations a member has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberCount {
    pub member_id: MemberId,
    pub open: i64,
}

object!(MemberCount { member_id, open });

/// The newest number the client has.
#[derive(Clone, Debug, Serialize)]
pub struct After {
    pub after: i64,
}

/// One event.
#[derive(Debug)]
pub struct Event {
    pub events: WorkspaceEvent,
}

object!(Event { events });

/// See [`events`].
pub const EVENTS: Operation<After, Event> = Operation::new(
    "subscription Events($after: Int!) { events(after: $after) { seq kind at conversation { ...ConversationParts } \
     message { ...MessageParts } memberId readCount viewCounts { unassigned all snoozed closed \
     members { memberId open } channels { channelId open } } } }",
    &[CONVERSATION, CHANNEL_SUMMARY, CONTACT_SUMMARY, MESSAGE],
);

/// Follows the workspace's events. `after` is asked for the newest number at each (re)connection.
pub fn events(
    after: impl Fn() -> i64 + 'static,
    on_event: impl Fn(WorkspaceEvent) + 'static,
) -> Subscription {
    subscribe(&EVENTS, move || After { after: after() }, move |data| on_event(data.events))
}

/// Someone else at a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    pub member_id: Option<MemberId>,
    pub name: String,
    /// The customer; typing only.
    pub contact: bool,
    pub typing: bool,
    pub viewing: bool,
}

object!(Presence { member_id, name, contact, typing, viewing });

/// Where we are, and whether we type.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct At {
    pub conversation_id: ConversationId,
    pub typing: bool,
}

/// The full list of others.
#[derive(Debug)]
pub struct Present {
    pub presence: Vec<Presence>,
}

object!(Present { presence });

/// See [`presence`].
pub const PRESENCE: Operation<At, Present> = Operation::new(
    "subscription Presence($conversationId: ID!, $typing: Boolean!) { presence(conversationId: $conversationId, \
     typing: $typing) { memberId name contact typing viewing } }",
    &[],
);

/// Says that we look at a conversation (and type, if so) as long as it is held, and hears who else does.
pub fn presence(
    conversation_id: ConversationId,
    typing: bool,
    on_change: impl Fn(Vec<Presence>) + 'static,
) -> Subscription {
    subscribe(&PRESENCE, move || At { conversation_id, typing }, move |data| on_change(data.presence))
}
