//! Messages in the database: reading.

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{
    AttachmentId, AttachmentKind, AttachmentState, AuthorKind, ChannelId, ContactId, ConversationId,
    Direction, MemberId, MessageId, MessageStatus,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::db::WorkspaceTx;

/// One entry of a thread: a message, a note, or something that happened.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// 1, 2, 3 … in the conversation.
    pub seq: i64,
    /// Which way it goes.
    pub direction: Direction,
    /// Who made it.
    pub author_kind: AuthorKind,
    /// The member who made it.
    pub author_member_id: Option<MemberId>,
    /// The contact who made it.
    pub author_contact_id: Option<ContactId>,
    /// The sender's own id for it.
    pub client_id: Option<Uuid>,
    /// Plain text; empty when there are only files, or when it was taken back.
    pub text: String,
    /// The platform's time.
    pub sent_at: DateTime<Utc>,
    /// When we stored it.
    pub created_at: DateTime<Utc>,
    /// It came after messages that were sent later.
    pub late: bool,
    /// Outbound: how far it has come.
    pub status: Option<MessageStatus>,
    /// Why the platform refused it, for people.
    pub failure: Option<String>,
    /// Which message it answers.
    pub quoted_message_id: Option<MessageId>,
    /// When its text last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub deleted_at: Option<DateTime<Utc>>,
    /// For an activity: what happened ([`super::Activity`]).
    pub activity: Option<Value>,
    /// Through which channel.
    pub channel_id: ChannelId,
    /// What parts of the text mean, as [`shared::TextSpan`]s; none when it is plain.
    pub spans: Option<Value>,
    /// What it is besides text and files ([`super::MessageCard`]).
    pub card: Option<Value>,
    /// What else is known of it ([`super::Context`]).
    pub context: Option<Value>,
    /// What the platform calls the message it answers.
    pub quoted_platform_id: Option<String>,
}

/// The columns of [`Message`], for the statements of this feature.
macro_rules! columns {
    () => {
        "id, conversation_id, seq, direction, author_kind, author_member_id, author_contact_id, client_id, \
         case when deleted_at is null then text else '' end as text, sent_at, created_at, late, status, failure, \
         quoted_message_id, edited_at, deleted_at, activity, channel_id, \
         case when deleted_at is null then spans end as spans, case when deleted_at is null then card end as card, \
         case when deleted_at is null then context end as context, quoted_platform_id"
    };
}
pub(super) use columns;

/// These messages, in no order; those that are not there are left out.
///
/// # Errors
/// When the database refuses.
pub async fn by_ids(tx: &mut WorkspaceTx, ids: &[MessageId]) -> sqlx::Result<Vec<Message>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!("select ", columns!(), " from messages where workspace_id = $1 and id = any($2)"))
        .bind(workspace_id)
        .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Attachment {
    /// Which.
    pub id: AttachmentId,
    /// Whose; none before it is sent.
    pub message_id: Option<MessageId>,
    /// The member who uploaded it.
    pub member_id: Option<MemberId>,
    /// How it is shown.
    pub kind: AttachmentKind,
    /// What the sender called it.
    pub name: String,
    /// By its content.
    pub content_type: String,
    /// Bytes.
    pub size_bytes: i64,
    /// Pixels, of an image.
    pub width: Option<i32>,
    /// Pixels, of an image.
    pub height: Option<i32>,
    /// Whether a smaller picture exists.
    pub has_thumbnail: bool,
    /// Whether its bytes are here.
    pub state: AttachmentState,
    /// Why they cannot be had, in words for the agent.
    pub failure: Option<String>,
    /// How long it plays.
    pub duration_ms: Option<i64>,
    /// Loudness in 64 steps of equal length.
    pub waveform: Option<Vec<u8>>,
}

/// The columns of [`Attachment`], for the statements of this feature.
macro_rules! attachment_columns {
    () => {
        "id, message_id, member_id, kind, name, content_type, size_bytes, width, height, has_thumbnail, state, \
         failure, duration_ms, waveform"
    };
}
pub(super) use attachment_columns;

/// The files of these messages, in their order.
///
/// # Errors
/// When the database refuses.
pub async fn attachments_of(tx: &mut WorkspaceTx, messages: &[MessageId]) -> sqlx::Result<Vec<Attachment>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(
        "select ",
        attachment_columns!(),
        " from attachments where workspace_id = $1 and message_id = any($2) order by message_id, position, id"
    ))
    .bind(workspace_id)
    .bind(messages.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// These files, in no order.
///
/// # Errors
/// When the database refuses.
pub async fn attachments_by_ids(tx: &mut WorkspaceTx, ids: &[AttachmentId]) -> sqlx::Result<Vec<Attachment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(
        "select ",
        attachment_columns!(),
        " from attachments where workspace_id = $1 and id = any($2)"
    ))
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// What somebody answered a message with, in one emoji.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Reaction {
    /// To which message.
    pub message_id: MessageId,
    /// The contact or member.
    pub actor_id: Uuid,
    /// Which of the two.
    pub actor_kind: AuthorKind,
    /// The emoji.
    pub emoji: String,
}

/// The reactions to these messages, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn reactions_to(tx: &mut WorkspaceTx, messages: &[MessageId]) -> sqlx::Result<Vec<Reaction>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select message_id, actor_id, actor_kind, emoji from reactions
         where workspace_id = $1 and message_id = any($2) and removed_at is null order by reacted_at, actor_id, emoji",
    )
    .bind(workspace_id)
    .bind(messages.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// A text that a message had before.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Revision {
    /// Of which message.
    pub message_id: MessageId,
    /// The text.
    pub text: String,
    /// When another one took its place.
    pub replaced_at: DateTime<Utc>,
}

/// The texts that these messages had before, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn revisions_of(tx: &mut WorkspaceTx, messages: &[MessageId]) -> sqlx::Result<Vec<Revision>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select message_id, text, replaced_at from message_revisions
         where workspace_id = $1 and message_id = any($2) order by message_id, revision desc",
    )
    .bind(workspace_id)
    .bind(messages.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}
