//! Conversations in the database.

use chrono::{DateTime, Utc};
use shared::{
    AuthorKind, ChannelId, ContactId, ConversationId, ConversationKind, ConversationStatus, Handler,
    IdentityId, MemberId,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::db::WorkspaceTx;

/// One thread with one identity on one channel, with all that a list shows of it.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// For people: #1042.
    pub number: i64,
    /// What kind of thread.
    pub kind: ConversationKind,
    /// Over which channel.
    pub channel_id: ChannelId,
    /// With which face of the contact.
    pub identity_id: IdentityId,
    /// With whom.
    pub contact_id: ContactId,
    /// Open, snoozed or closed.
    pub status: ConversationStatus,
    /// When it opens again; set exactly while it is snoozed.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Who answers at the moment.
    pub handler: Handler,
    /// Whose it is; none: in the queue.
    pub assignee_id: Option<MemberId>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When the last message or note came: lists are in this order.
    pub last_activity_at: DateTime<Utc>,
    /// Since when the contact has been waiting for an answer.
    pub waiting_since: Option<DateTime<Utc>>,
    /// The last message or note, at most 120 characters.
    pub preview: String,
    /// Who wrote it.
    pub preview_author: AuthorKind,
    /// The newest timeline entry's number.
    pub last_seq: i64,
    /// How many messages the contact has written.
    pub inbound_count: i64,
    /// Up to where the contact's device has it.
    pub contact_delivered_seq: i64,
    /// Up to where the contact has read.
    pub contact_read_seq: i64,
    /// When the contact last wrote, by the platform's clock.
    pub last_inbound_at: Option<DateTime<Utc>>,
}

/// The columns of [`Conversation`], for the statements of this feature.
macro_rules! columns {
    () => {
        "id, number, kind, channel_id, identity_id, contact_id, status, snoozed_until, handler, assignee_id, \
         created_at, last_activity_at, waiting_since, preview, preview_author, last_seq, inbound_count, \
         contact_delivered_seq, contact_read_seq, last_inbound_at"
    };
}
pub(super) use columns;

/// These conversations, in no order; those that are not there are left out.
///
/// # Errors
/// When the database refuses.
pub async fn by_ids(tx: &mut WorkspaceTx, ids: &[ConversationId]) -> sqlx::Result<Vec<Conversation>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from conversations where workspace_id = $1 and id = any($2)"
    ))
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// This conversation, locked until the transaction ends: the first lock of everything that changes one.
///
/// # Errors
/// When the database refuses or another transaction holds it for too long.
pub async fn lock(tx: &mut WorkspaceTx, id: ConversationId) -> sqlx::Result<Option<Conversation>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from conversations where workspace_id = $1 and id = $2 for no key update"
    ))
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await
}

/// Stores what a change may change.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut WorkspaceTx, conversation: &Conversation) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update conversations
         set status = $3, snoozed_until = $4, handler = $5, assignee_id = $6, waiting_since = $7, last_seq = $8,
             last_activity_at = $9, preview = $10, preview_author = $11
         where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(conversation.id)
    .bind(conversation.status)
    .bind(conversation.snoozed_until)
    .bind(conversation.handler)
    .bind(conversation.assignee_id)
    .bind(conversation.waiting_since)
    .bind(conversation.last_seq)
    .bind(conversation.last_activity_at)
    .bind(&conversation.preview)
    .bind(conversation.preview_author)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Another conversation with the same identity that is not closed: there is room for one only.
///
/// # Errors
/// When the database refuses.
pub async fn other_not_closed(
    tx: &mut WorkspaceTx,
    conversation: &Conversation,
) -> sqlx::Result<Option<ConversationId>> {
    if conversation.kind == ConversationKind::Comment {
        return Ok(None);
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select id from conversations
         where workspace_id = $1 and identity_id = $2 and status <> 3 and kind <> 2 and id <> $3",
    )
    .bind(workspace_id)
    .bind(conversation.identity_id)
    .bind(conversation.id)
    .fetch_optional(tx.conn())
    .await
}

/// Conversations with a contact, newest first, after one of them.
///
/// # Errors
/// When the database refuses.
pub async fn of_contacts(
    tx: &mut WorkspaceTx,
    contacts: &[(ContactId, Uuid)],
    limit: i64,
) -> sqlx::Result<Vec<Conversation>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(concat!(
        "select c.* from unnest($2::uuid[], $3::uuid[]) as asked(contact_id, before)
         cross join lateral (select ",
        columns!(),
        " from conversations c
           where c.workspace_id = $1 and c.contact_id = asked.contact_id and c.id < asked.before
           order by c.id desc limit $4) c"
    ))
    .bind(workspace_id)
    .bind(contacts.iter().map(|asked| asked.0.0).collect::<Vec<_>>())
    .bind(contacts.iter().map(|asked| asked.1).collect::<Vec<_>>())
    .bind(limit)
    .fetch_all(tx.conn())
    .await
}
