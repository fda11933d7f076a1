//! One entry of a thread as the server tells it.

use shared::{
    AttachmentId, AttachmentKind, AttachmentState, AuthorKind, ContactId, ConversationId, Direction,
    MemberId, MessageId, MessageStatus,
};

use super::card::{Card, Forwarded, Referral};
use crate::api::Timestamp;
use crate::api::json::{FromJson, Json, object, words};

/// Who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub kind: AuthorKind,
    pub name: String,
    pub member_id: Option<MemberId>,
    pub contact_id: Option<ContactId>,
}

object!(Author { kind, name, member_id, contact_id });

/// One entry of a thread: a message, a note, or something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    /// Its number in the conversation; the thread's order.
    pub seq: i64,
    pub conversation_id: ConversationId,
    /// What the sending client called it.
    pub client_id: Option<String>,
    pub direction: Direction,
    pub author: Author,
    /// Plain text; empty when only files, or deleted.
    pub text: String,
    /// What parts of the text mean.
    pub spans: Vec<TextSpan>,
    /// What it is besides text and files.
    pub card: Option<Card>,
    pub forwarded: Option<Forwarded>,
    /// What brought the person here.
    pub referral: Option<Referral>,
    /// The platform's time.
    pub sent_at: Timestamp,
    /// When we stored it.
    pub created_at: Timestamp,
    /// Arrived out of order.
    pub late: bool,
    /// Outbound only.
    pub status: Option<MessageStatus>,
    /// Why the platform refused it.
    pub failure: Option<String>,
    /// It can be handed to the platform again.
    pub can_retry: bool,
    /// What the platform got for it.
    pub transmissions: Vec<Transmission>,
    pub quoted: Option<QuotedMessage>,
    pub attachments: Vec<Attachment>,
    pub reactions: Vec<Reaction>,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    /// Set when `direction` is activity.
    pub activity: Option<Activity>,
}

object!(Message {
    id,
    seq,
    conversation_id,
    client_id,
    direction,
    author,
    text,
    spans,
    card,
    forwarded,
    referral,
    sent_at,
    created_at,
    late,
    status,
    failure,
    can_retry,
    transmissions,
    quoted,
    attachments,
    reactions,
    edited_at,
    deleted_at,
    activity
});

/// What a part of the text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSpan {
    /// The first byte of its UTF-8.
    pub start: i64,
    /// The byte after the last.
    pub end: i64,
    /// The name of a `shared::TextStyle`, in small letters.
    pub style: String,
    /// What that style carries: an address, a language, seconds.
    pub value: Option<String>,
}

object!(TextSpan { start, end, style, value });

/// What the platform got for a message: one call to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmission {
    /// `text`, `media`, `album`, `template` …
    pub what: String,
    pub status: MessageStatus,
    /// Why the platform refused it.
    pub failure: Option<String>,
    /// What was left out for it to go through.
    pub notes: Vec<String>,
    /// Which of the message's files.
    pub attachment_ids: Vec<AttachmentId>,
}

object!(Transmission { what, status, failure, notes, attachment_ids });

/// What a message answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedMessage {
    /// None: it is not here.
    pub message_id: Option<MessageId>,
    /// Its number in the conversation.
    pub seq: Option<i64>,
    pub author_name: String,
    pub text: String,
    /// The part that was marked.
    pub excerpt: Option<String>,
    /// `message`, `story`, `product` or `elsewhere`.
    pub kind: String,
    /// Where the story is.
    pub url: Option<String>,
}

object!(QuotedMessage { message_id, seq, author_name, text, excerpt, kind, url });

impl QuotedMessage {
    /// A message that is about to be quoted, shortened to what the composer shows.
    pub fn of(message: &Message) -> Self {
        let text = if message.text.is_empty() { "A file".to_owned() } else { shortened(&message.text) };
        let name = message.author.name.trim();
        let author_name = if name.is_empty() { "Visitor".to_owned() } else { name.to_owned() };
        Self {
            message_id: Some(message.id),
            seq: Some(message.seq),
            author_name,
            text,
            excerpt: None,
            kind: "message".to_owned(),
            url: None,
        }
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(120).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// An emoji put on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    pub emoji: String,
    pub by_name: String,
    /// The member, if one of ours.
    pub member_id: Option<MemberId>,
}

object!(Reaction { emoji, by_name, member_id });

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityKind {
    Assigned,
    Unassigned,
    Snoozed,
    Woken,
    Closed,
    Reopened,
    Started,
    /// The contact came to the thread and wrote nothing.
    Opened,
    Unreachable,
    Reachable,
    OptedOut,
    OptedIn,
    IdentityChanged,
    Merged,
}

words!(ActivityKind {
    Assigned,
    Unassigned,
    Snoozed,
    Woken,
    Closed,
    Reopened,
    Started,
    Opened,
    Unreachable,
    Reachable,
    OptedOut,
    OptedIn,
    IdentityChanged,
    Merged
});

/// Something that happened, and who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    pub kind: ActivityKind,
    pub actor_name: String,
    /// The assignee.
    pub member_name: Option<String>,
    pub until: Option<Timestamp>,
    /// The platform's word for what happened, or for what it is about.
    pub what: Option<String>,
}

object!(Activity { kind, actor_name, member_name, until, what });

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub kind: AttachmentKind,
    pub state: AttachmentState,
    /// Why it cannot be had.
    pub failure: Option<String>,
    pub name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration_ms: Option<i32>,
    /// Loudness of a voice note.
    pub waveform: Option<Vec<u8>>,
    /// A path on our origin.
    pub url: String,
    /// Of pictures and videos that have one.
    pub thumbnail_url: Option<String>,
}

// `POST /files` answers the same shape, for a file that is here: without what only others have.
impl FromJson for Attachment {
    fn from_json(json: Json<'_>) -> Self {
        Self {
            id: json.field("id"),
            kind: json.field("kind"),
            state: json.field::<Option<_>>("state").unwrap_or(AttachmentState::Ready),
            failure: json.field("failure"),
            name: json.field("name"),
            content_type: json.field("content_type"),
            size_bytes: json.field("size_bytes"),
            width: json.field("width"),
            height: json.field("height"),
            duration_ms: json.field("duration_ms"),
            waveform: json.field("waveform"),
            url: json.field("url"),
            thumbnail_url: json.field("thumbnail_url"),
        }
    }
}

/// What [`Message`] is selected with.
pub const MESSAGE: &str = "fragment MessageParts on Message { id seq conversationId clientId direction \
    author { kind name memberId contactId } text spans { start end style value } card { kind title text what header \
    footer latitude longitude accuracyM liveSeconds url contacts { name organisation phones emails addresses urls \
    birthday own } items { label detail url } } forwarded { from at often } referral { source headline body url \
    mediaUrl payload welcomeText } sentAt createdAt late status failure canRetry transmissions { what status \
    failure notes attachmentIds } quoted { messageId seq authorName text excerpt kind url } attachments { id kind state failure \
    name contentType sizeBytes width height durationMs waveform url thumbnailUrl } reactions { emoji byName memberId } \
    editedAt deletedAt activity { kind actorName memberName until what } }";

#[cfg(test)]
impl Message {
    /// The plainest message, for tests to start from.
    pub fn plain(seq: i64, direction: Direction) -> Self {
        let kind = if direction == Direction::Inbound { AuthorKind::Contact } else { AuthorKind::Member };
        Self {
            id: MessageId(uuid::Uuid::from_u128(seq.unsigned_abs().into())),
            seq,
            conversation_id: ConversationId(uuid::Uuid::from_u128(1)),
            client_id: None,
            direction,
            author: Author { kind, name: "A".to_owned(), member_id: None, contact_id: None },
            text: "x".to_owned(),
            spans: Vec::new(),
            card: None,
            forwarded: None,
            referral: None,
            sent_at: Timestamp(0),
            created_at: Timestamp(0),
            late: false,
            status: (direction == Direction::Outbound).then_some(MessageStatus::Sent),
            failure: None,
            can_retry: false,
            transmissions: Vec::new(),
            quoted: None,
            attachments: Vec::new(),
            reactions: Vec::new(),
            edited_at: None,
            deleted_at: None,
            activity: None,
        }
    }
}

#[cfg(test)]
impl Attachment {
    /// The plainest file, for tests to start from.
    pub fn plain() -> Self {
        Self {
            id: AttachmentId::new(),
            kind: AttachmentKind::File,
            state: AttachmentState::Ready,
            failure: None,
            name: "a file".to_owned(),
            content_type: "application/octet-stream".to_owned(),
            size_bytes: 1,
            width: None,
            height: None,
            duration_ms: None,
            waveform: None,
            url: String::new(),
            thumbnail_url: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_cut_between_characters() {
        assert_eq!(shortened(&"م".repeat(130)).chars().count(), 121);
        assert_eq!(shortened("short"), "short");
    }
}
