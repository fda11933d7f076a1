//! Conversations: lists, one, and what is done with them.

use serde::Serialize;
use shared::{AuthorKind, ChannelId, ConversationId, ConversationKind, ConversationStatus, MemberId};

use super::channels::{CHANNEL_EVENT, CHANNEL_SUMMARY, ChannelEvent, ChannelSummary};
use super::contacts::{CONTACT_SUMMARY, ContactSummary};
use super::failure::{PROBLEM, Problem};
use super::json::{object, words};
use super::operation::{NoVariables, Operation};
use super::session::Answer;
use super::{Page, Timestamp};

/// The member a conversation is given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignee {
    pub id: MemberId,
    pub name: String,
}

object!(Assignee { id, name });

/// A conversation as it stands for everyone. What is the viewer's own (`read_count`) comes only with
/// lists and single reads, never with live events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub id: ConversationId,
    /// For people: `#1042`.
    pub number: i32,
    pub kind: ConversationKind,
    pub status: ConversationStatus,
    pub snoozed_until: Option<Timestamp>,
    pub contact: ContactSummary,
    pub channel: ChannelSummary,
    pub assignee: Option<Assignee>,
    pub last_activity_at: Timestamp,
    pub created_at: Timestamp,
    /// The customer has been waiting since; none: nobody waits.
    pub waiting_since: Option<Timestamp>,
    /// Of the last message or note, at most 120 characters.
    pub preview: String,
    pub preview_author: AuthorKind,
    /// The newest message's number.
    pub last_seq: i64,
    /// How many the customer has written.
    pub inbound_count: i64,
    /// How many of those the viewer has read; none where the server was not asked.
    pub read_count: Option<i64>,
    /// The customer has read up to this number.
    pub contact_read_seq: i64,
    pub contact_delivered_seq: i64,
    /// When the contact last wrote, by the platform's clock.
    pub last_inbound_at: Option<Timestamp>,
    /// Messages reach the contact.
    pub reachable: bool,
    /// Why not, in the platform's words.
    pub unreachable_reason: Option<String>,
    /// Kinds of messages the contact does not want.
    pub opted_out: Vec<String>,
}

object!(Conversation {
    id,
    number,
    kind,
    status,
    snoozed_until,
    contact,
    channel,
    assignee,
    last_activity_at,
    created_at,
    waiting_since,
    preview,
    preview_author,
    last_seq,
    inbound_count,
    read_count,
    contact_read_seq,
    contact_delivered_seq,
    last_inbound_at,
    reachable,
    unreachable_reason,
    opted_out
});

/// What [`Conversation`] is selected with, but for the viewer's own fields; needs [`CHANNEL_SUMMARY`]
/// and [`CONTACT_SUMMARY`] too.
pub const CONVERSATION: &str = "fragment ConversationParts on Conversation { id number kind status snoozedUntil \
    contact { ...ContactSummaryParts } channel { ...ChannelSummaryParts } assignee { id name } lastActivityAt \
    createdAt waitingSince preview previewAuthor lastSeq inboundCount contactReadSeq contactDeliveredSeq \
    lastInboundAt reachable unreachableReason optedOut }";

const WHOLE: &[&str] = &[CONVERSATION, CHANNEL_SUMMARY, CONTACT_SUMMARY];
const CHANGE: &[&str] = &[CONVERSATION, CHANNEL_SUMMARY, CONTACT_SUMMARY, PROBLEM];

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConversationView {
    Mine,
    Unassigned,
    All,
    Snoozed,
    Closed,
}

words!(ConversationView { Mine, Unassigned, All, Snoozed, Closed });

/// Which list, how many, after which cursor. With a channel, only that channel's.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListConversations {
    pub view: ConversationView,
    pub channel_id: Option<ChannelId>,
    pub first: u32,
    pub after: Option<String>,
}

/// One page of a list.
#[derive(Debug)]
pub struct ConversationPage {
    pub conversations: Page<Conversation>,
}

object!(ConversationPage { conversations });

/// Newest activity first.
pub const CONVERSATIONS: Operation<ListConversations, ConversationPage> = Operation::new(
    "query Conversations($view: ConversationView!, $channelId: ID, $first: Int!, $after: String) { \
     conversations(view: $view, channelId: $channelId, first: $first, after: $after) { nodes { ...ConversationParts \
     readCount } pageInfo { hasNextPage endCursor } } }",
    WHOLE,
);

/// Which conversation.
#[derive(Clone, Debug, Serialize)]
pub struct WhichConversation {
    pub id: ConversationId,
}

/// None: not here.
#[derive(Debug)]
pub struct ConversationAnswer {
    pub conversation: Option<Conversation>,
}

object!(ConversationAnswer { conversation });

/// One conversation as it stands.
pub const CONVERSATION_BY_ID: Operation<WhichConversation, ConversationAnswer> = Operation::new(
    "query ConversationById($id: ID!) { conversation(id: $id) { ...ConversationParts readCount } }",
    WHOLE,
);

/// How many are open on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelCount {
    pub channel_id: ChannelId,
    pub open: i64,
}

object!(ChannelCount { channel_id, open });

/// How many each list holds; `all` and `channels` count open ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewCounts {
    pub mine: i64,
    pub unassigned: i64,
    pub all: i64,
    pub snoozed: i64,
    pub closed: i64,
    pub channels: Vec<ChannelCount>,
}

object!(ViewCounts { mine, unassigned, all, snoozed, closed, channels });

/// Everything the board needs before its first list, but for the event number, which is read before
/// ([`EVENT_SEQ`]): counters, channels with what somebody should look at, and members.
#[derive(Debug)]
pub struct Board {
    pub view_counts: ViewCounts,
    pub channels: Vec<ChannelSummary>,
    pub channel_alerts: Vec<ChannelEvent>,
    pub members: Vec<super::session::Member>,
}

object!(Board { view_counts, channels, channel_alerts, members });

/// Answers [`Board`].
pub const BOARD: Operation<NoVariables, Board> = Operation::new(
    "query Board { viewCounts { mine unassigned all snoozed closed channels { channelId open } } \
     channels { ...ChannelSummaryParts } channelAlerts { ...ChannelEventParts } members { ...MemberParts } }",
    &[CHANNEL_SUMMARY, CHANNEL_EVENT, super::session::MEMBER],
);

/// The number of the newest event.
#[derive(Debug)]
pub struct EventSeq {
    pub event_seq: i64,
}

object!(EventSeq { event_seq });

/// To be read before lists are loaded; subscribe after it.
pub const EVENT_SEQ: Operation<NoVariables, EventSeq> = Operation::new("query EventSeq { eventSeq }", &[]);

/// The changed conversation, or why not.
#[derive(Debug)]
pub struct ConversationPayload {
    pub conversation: Option<Conversation>,
    pub problem: Option<Problem>,
}

object!(ConversationPayload { conversation, problem });

/// To whom; none: to nobody.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assign {
    pub conversation_id: ConversationId,
    pub member_id: Option<MemberId>,
}

/// Gives a conversation to a member, or to nobody.
pub const ASSIGN: Operation<Assign, Answer<ConversationPayload>> = Operation::new(
    "mutation Assign($conversationId: ID!, $memberId: ID) { payload: assignConversation(conversationId: \
     $conversationId, memberId: $memberId) { conversation { ...ConversationParts readCount } \
     problem { ...ProblemParts } } }",
    CHANGE,
);

/// Until when.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snooze {
    pub conversation_id: ConversationId,
    pub until: Timestamp,
}

/// Puts a conversation away until a time, or until the customer writes.
pub const SNOOZE: Operation<Snooze, Answer<ConversationPayload>> = Operation::new(
    "mutation Snooze($conversationId: ID!, $until: DateTime!) { payload: snoozeConversation(conversationId: \
     $conversationId, until: $until) { conversation { ...ConversationParts readCount } problem { ...ProblemParts } } }",
    CHANGE,
);

/// The conversation to change.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub conversation_id: ConversationId,
}

/// Done, until the customer writes again.
pub const CLOSE: Operation<Change, Answer<ConversationPayload>> = Operation::new(
    "mutation Close($conversationId: ID!) { payload: closeConversation(conversationId: $conversationId) \
     { conversation { ...ConversationParts readCount } problem { ...ProblemParts } } }",
    CHANGE,
);

/// Open again.
pub const REOPEN: Operation<Change, Answer<ConversationPayload>> = Operation::new(
    "mutation Reopen($conversationId: ID!) { payload: reopenConversation(conversationId: $conversationId) \
     { conversation { ...ConversationParts readCount } problem { ...ProblemParts } } }",
    CHANGE,
);

/// How many of the customer's messages the viewer has read now.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkRead {
    pub conversation_id: ConversationId,
    pub inbound_count: i64,
}

/// Moves the viewer's read position; it never moves back.
pub const MARK_READ: Operation<MarkRead, Answer<ConversationPayload>> = Operation::new(
    "mutation MarkRead($conversationId: ID!, $inboundCount: Int!) { payload: markRead(conversationId: \
     $conversationId, inboundCount: $inboundCount) { conversation { ...ConversationParts readCount } \
     problem { ...ProblemParts } } }",
    CHANGE,
);
