//! Attachments in the database.

use shared::{AttachmentId, AttachmentKind, AttachmentState, ChannelId, MemberId, MessageId, WorkspaceId};
use sqlx::FromRow;

use super::sound::Sound;
use crate::db::{Db, WorkspaceTx};

/// A file, as people see it.
#[derive(Debug, Clone, FromRow)]
pub struct Attachment {
    /// Which.
    pub id: AttachmentId,
    /// How it is shown.
    pub kind: AttachmentKind,
    /// A label.
    pub name: String,
    /// By its content.
    pub content_type: String,
    /// Its length.
    pub size_bytes: i64,
    /// Pixels, of an image.
    pub width: Option<i32>,
    /// Pixels, of an image.
    pub height: Option<i32>,
    /// Whether a small version exists.
    pub has_thumbnail: bool,
}

/// A file, with what is needed to give it out and to decide to whom.
#[derive(Debug, Clone, FromRow)]
pub struct StoredFile {
    /// What people see.
    #[sqlx(flatten)]
    pub attachment: Attachment,
    /// The message it belongs to; none before it is sent.
    pub message_id: Option<MessageId>,
    /// The member who uploaded it.
    pub member_id: Option<MemberId>,
    /// The channel of the visitor who uploaded it.
    pub channel_id: Option<ChannelId>,
    /// That visitor.
    pub platform_id: Option<String>,
    /// Whether its bytes are here.
    pub state: AttachmentState,
    /// Why they cannot be had.
    pub failure: Option<String>,
    /// Empty when they are not.
    pub(super) storage_key: String,
}

/// A file of this workspace; another workspace's is not there.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &Db, workspace_id: WorkspaceId, id: AttachmentId) -> sqlx::Result<Option<StoredFile>> {
    let mut tx = db.read(workspace_id).await?;
    sqlx::query_as(
        "select id, kind, name, content_type, size_bytes, width, height, has_thumbnail, message_id, member_id,
                channel_id, platform_id, state, failure, coalesce(storage_key, '') as storage_key
         from attachments where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await
}

/// A row to be.
pub(super) struct NewAttachment<'a> {
    pub attachment: &'a Attachment,
    pub member_id: Option<MemberId>,
    pub channel_id: Option<ChannelId>,
    pub platform_id: Option<&'a str>,
    pub sha256: &'a [u8; 32],
    pub storage_key: &'a str,
    pub sound: Option<&'a Sound>,
}

pub(super) async fn insert(tx: &mut WorkspaceTx, new: NewAttachment<'_>) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let attachment = new.attachment;
    sqlx::query(
        "insert into attachments (workspace_id, id, member_id, channel_id, platform_id, kind, name, content_type,
                                  size_bytes, sha256, width, height, has_thumbnail, storage_key, duration_ms, waveform)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(workspace_id)
    .bind(attachment.id)
    .bind(new.member_id)
    .bind(new.channel_id)
    .bind(new.platform_id)
    .bind(attachment.kind)
    .bind(&attachment.name)
    .bind(&attachment.content_type)
    .bind(attachment.size_bytes)
    .bind(new.sha256.as_slice())
    .bind(attachment.width)
    .bind(attachment.height)
    .bind(attachment.has_thumbnail)
    .bind(new.storage_key)
    .bind(new.sound.map(|sound| sound.duration_ms))
    .bind(new.sound.and_then(|sound| sound.waveform.as_deref()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Other bytes for a file that is noted already: fetched from its platform, or made a voice note.
pub(super) struct Replacement<'a> {
    pub attachment: &'a Attachment,
    pub sha256: [u8; 32],
    pub storage_key: &'a str,
    pub sound: Option<&'a Sound>,
}

/// Notes what lies there now. False when the file is gone meanwhile, or given up.
pub(super) async fn replace(tx: &mut WorkspaceTx, new: &Replacement<'_>) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let attachment = new.attachment;
    let replaced = sqlx::query(
        "update attachments
         set state = 1, kind = $3, name = $4, content_type = $5, size_bytes = $6, sha256 = $7, storage_key = $8,
             width = coalesce($9, width), height = coalesce($10, height), has_thumbnail = $11,
             duration_ms = coalesce($12, duration_ms), waveform = coalesce($13, waveform), failure = null,
             remote = remote - 'reference' - 'thumbnail'
         where workspace_id = $1 and id = $2 and state in (1, 2)",
    )
    .bind(workspace_id)
    .bind(attachment.id)
    .bind(attachment.kind)
    .bind(&attachment.name)
    .bind(&attachment.content_type)
    .bind(attachment.size_bytes)
    .bind(new.sha256.as_slice())
    .bind(new.storage_key)
    .bind(attachment.width)
    .bind(attachment.height)
    .bind(attachment.has_thumbnail)
    .bind(new.sound.map(|sound| sound.duration_ms))
    .bind(new.sound.and_then(|sound| sound.waveform.as_deref()))
    .execute(tx.conn())
    .await?;
    Ok(replaced.rows_affected() == 1)
}

/// How much the workspace keeps now.
pub(super) async fn bytes_kept(tx: &mut WorkspaceTx) -> sqlx::Result<i64> {
    let workspace_id = tx.workspace_id();
    let bytes: Option<i64> =
        sqlx::query_scalar("select bytes from workspace_storage where workspace_id = $1")
            .bind(workspace_id)
            .fetch_optional(tx.conn())
            .await?;
    Ok(bytes.unwrap_or(0))
}

/// Adds to what the workspace keeps; returns the sum.
pub(super) async fn add_bytes(tx: &mut WorkspaceTx, bytes: i64) -> sqlx::Result<i64> {
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "insert into workspace_storage as s (workspace_id, bytes) values ($1, greatest($2, 0))
         on conflict (workspace_id) do update set bytes = greatest(s.bytes + $2, 0) returning bytes",
    )
    .bind(workspace_id)
    .bind(bytes)
    .fetch_one(tx.conn())
    .await
}

/// Uploads of more than a day ago that no message carries, locked.
pub(super) async fn left_over(
    tx: &mut WorkspaceTx,
    at_most: i64,
) -> sqlx::Result<Vec<(AttachmentId, i64, String, bool)>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, size_bytes, coalesce(storage_key, ''), has_thumbnail from attachments
         where workspace_id = $1 and message_id is null and created_at < now() - interval '1 day'
         order by created_at limit $2 for update skip locked",
    )
    .bind(workspace_id)
    .bind(at_most)
    .fetch_all(tx.conn())
    .await
}

pub(super) async fn delete(tx: &mut WorkspaceTx, ids: &[AttachmentId]) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query("delete from attachments where workspace_id = $1 and id = any($2)")
        .bind(workspace_id)
        .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
    Ok(())
}
