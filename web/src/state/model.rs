//! What the server tells about conversations and messages, read straight from its JSON.

use serde::Deserialize;
use shared::{AttachmentId, ChannelId, ContactId, ConversationId, MemberId, MessageId};

use super::moment::Moment;

/// Which network a conversation runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChannelKind {
    /// The chat on the business's own site.
    WebChat,
    /// WhatsApp.
    Whatsapp,
    /// Facebook Messenger.
    Messenger,
    /// Instagram.
    Instagram,
    /// Telegram.
    Telegram,
}

/// Where a conversation stands in the team's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConversationStatus {
    /// Needs attention.
    Open,
    /// Comes back at a set time.
    Snoozed,
    /// Done, until the customer writes again.
    Closed,
}

/// Which way an entry of a thread goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// From the customer.
    Inbound,
    /// From us to the customer.
    Outbound,
    /// For members only.
    Note,
    /// Something that happened.
    Activity,
}

/// Who made an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthorKind {
    /// The customer.
    Contact,
    /// A member of the workspace.
    Member,
    /// Switchboard itself.
    System,
    /// The business, from the network's own app.
    Outside,
}

/// How far an answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageStatus {
    /// Stored by us.
    Queued,
    /// The network has it.
    Sent,
    /// The customer's device has it.
    Delivered,
    /// The customer has seen it.
    Read,
    /// The network refused it.
    Failed,
    /// No answer came: it may have gone out.
    Unknown,
}

/// What an activity line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActivityKind {
    /// Given to a member.
    Assigned,
    /// Given back to the queue.
    Unassigned,
    /// Put away until a time.
    Snoozed,
    /// Came back from snooze.
    Woken,
    /// Closed.
    Closed,
    /// Opened again.
    Reopened,
    /// Begun.
    Started,
}

/// How a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttachmentKind {
    /// Shown in the thread, enlarged on click.
    Image,
    /// Played in the thread.
    Video,
    /// Played in the thread.
    Audio,
    /// Offered for download.
    File,
}

/// A contact as a row shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ContactBrief {
    /// Whose.
    pub id: ContactId,
    /// The name to show.
    pub name: String,
}

/// A channel as a row shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChannelBrief {
    /// Which.
    pub id: ChannelId,
    /// Its network.
    pub kind: ChannelKind,
    /// Its name in this workspace.
    pub name: String,
}

/// A member as a row shows them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MemberBrief {
    /// Who.
    pub id: MemberId,
    /// Their name.
    pub name: String,
}

/// A conversation with all that a row of the list and the head of a thread need.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// Its human number, `#1042`.
    pub number: i64,
    /// Open, snoozed or closed.
    pub status: ConversationStatus,
    /// When a snoozed one comes back.
    pub snoozed_until: Option<Moment>,
    /// With whom.
    pub contact: ContactBrief,
    /// Over what.
    pub channel: ChannelBrief,
    /// Who takes care of it; `None`: anyone may.
    pub assignee: Option<MemberBrief>,
    /// What lists sort by.
    pub last_activity_at: Moment,
    /// Since when the customer waits for an answer; `None`: nobody waits.
    pub waiting_since: Option<Moment>,
    /// The last message or note, shortened.
    pub preview: String,
    /// Who wrote that.
    pub preview_author: AuthorKind,
    /// The newest message's number in the thread.
    pub last_seq: i64,
    /// How many the customer has written.
    pub inbound_count: i64,
    /// How many of those the signed-in member has read; absent in events, which are the same for all members.
    pub read_count: Option<i64>,
    /// The customer has read up to this number.
    pub contact_read_seq: i64,
    /// The customer's device has all up to this number.
    pub contact_delivered_seq: i64,
}

/// Who wrote an entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// Customer, member or machine.
    pub kind: AuthorKind,
    /// The name to show.
    pub name: String,
    /// Set for members.
    pub member_id: Option<MemberId>,
}

/// The message that an answer refers to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quoted {
    /// Where it stands; `None` when we never had it.
    pub message_id: Option<MessageId>,
    /// Who wrote it.
    pub author_name: String,
    /// Its text, shortened.
    pub text: String,
}

/// An emoji put on a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// Who put it there.
    pub by_name: String,
}

/// Something that happened to the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// What.
    pub kind: ActivityKind,
    /// Who did it.
    pub actor_name: String,
    /// To whom it was given.
    pub member_name: Option<String>,
    /// Until when it was snoozed.
    pub until: Option<Moment>,
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Which.
    pub id: AttachmentId,
    /// How it is shown.
    pub kind: AttachmentKind,
    /// The file's name.
    pub name: String,
    /// Its MIME type.
    pub content_type: String,
    /// Its size.
    pub size_bytes: i64,
    /// Pixels across; images and videos.
    pub width: Option<i64>,
    /// Pixels down; images and videos.
    pub height: Option<i64>,
    /// Where to get it.
    pub url: String,
    /// Where to get a small version.
    pub thumbnail_url: Option<String>,
}

/// One entry of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Its place in the thread: 1, 2, 3 …
    pub seq: i64,
    /// The thread.
    pub conversation_id: ConversationId,
    /// What the sender's client called it before the server knew it.
    pub client_id: Option<String>,
    /// Inbound, outbound, note or activity.
    pub direction: Direction,
    /// Who wrote it.
    pub author: Author,
    /// Plain text; empty when only files, or deleted.
    pub text: String,
    /// When it was written, by the network's clock.
    pub sent_at: Moment,
    /// It came long after it was written.
    pub late: bool,
    /// Answers only.
    pub status: Option<MessageStatus>,
    /// Why it failed, in words.
    pub failure: Option<String>,
    /// What it refers to.
    pub quoted: Option<Quoted>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// Emoji on it.
    pub reactions: Vec<Reaction>,
    /// When it was last changed by its author.
    pub edited_at: Option<Moment>,
    /// When its author took it back.
    pub deleted_at: Option<Moment>,
    /// Set for activities.
    pub activity: Option<Activity>,
}

/// Somebody else who looks at a conversation or types in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// Set for members.
    pub member_id: Option<MemberId>,
    /// Their name.
    pub name: String,
    /// It is the customer.
    pub contact: bool,
    /// They are writing.
    pub typing: bool,
    /// They have it open.
    pub viewing: bool,
}
