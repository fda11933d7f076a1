//! Taking a file in: streamed, measured, looked into, stored, and only then noted in the database.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutPayload, WriteMultipart};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::{ActorKind, AttachmentId, AuditAction, ChannelId, TargetKind, WorkspaceId};
use uuid::Uuid;

use super::describe::describe;
use super::sound::Sound;
use super::store::{self, NewAttachment};
use super::{Attachment, VoiceError, content};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::viewer::{Actor, RequestContext, Viewer};

/// Longest file a member may send.
pub const FILE_BYTES_MAX: u64 = 25 * 1024 * 1024;
/// How long a sender may be silent in the middle of a file.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Who sends a file.
#[derive(Debug, Clone)]
pub enum Uploader {
    /// A member, to use it in a message or note.
    Member(Viewer),
    /// A visitor of a channel.
    Visitor {
        /// The channel.
        channel_id: ChannelId,
        /// What the channel calls the visitor.
        platform_id: String,
        /// The contact, when it is known already.
        contact_id: Option<Uuid>,
        /// Where the request came from.
        request: RequestContext,
    },
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Longer than allowed.
    #[error("the file is larger than {} MB", bytes_max / (1024 * 1024))]
    TooLarge {
        /// What is allowed.
        bytes_max: u64,
    },
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The workspace keeps too much already.
    #[error("the workspace has no room for more files")]
    QuotaExceeded,
    /// The sender went away, fell silent, or sent no proper form.
    #[error("the file did not arrive whole")]
    Interrupted,
    /// It cannot be made a voice note, for the reason given.
    #[error("{0}")]
    NoVoiceNote(String),
    /// Ours.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<VoiceError> for UploadError {
    fn from(error: VoiceError) -> Self {
        match error {
            VoiceError::Refused(words) => Self::NoVoiceNote(words),
            VoiceError::App(error) => Self::App(error),
        }
    }
}

impl From<sqlx::Error> for UploadError {
    fn from(error: sqlx::Error) -> Self {
        Self::App(error.into())
    }
}

impl From<object_store::Error> for UploadError {
    fn from(error: object_store::Error) -> Self {
        Self::App(AppError::Internal(anyhow::Error::new(error).context("storage of files")))
    }
}

/// Stores a file of at most `bytes_max` bytes and notes it; a message may carry it from then on.
///
/// # Errors
/// See [`UploadError`]; then nothing is kept.
pub async fn store_upload<Failure>(
    app: &App,
    workspace_id: WorkspaceId,
    uploader: &Uploader,
    name: &str,
    bytes_max: u64,
    chunks: impl Stream<Item = Result<Bytes, Failure>> + Send,
) -> Result<Attachment, UploadError> {
    has_room(app, workspace_id).await?;
    let objects = app.media.store().await.map_err(AppError::Internal)?;
    let key = Uuid::new_v4().simple().to_string(); // not the attachment's id: that one is shown
    let path = attachment_path(workspace_id, &key);

    let received = receive(objects.put_multipart(&path).await?, bytes_max, chunks).await?;
    let noted = async {
        let mut description = describe(app, &path, name, &received).await?;
        if let Some(thumbnail) = description.take_thumbnail() {
            objects.put(&thumbnail_path(workspace_id, &key), PutPayload::from(thumbnail)).await?;
        }
        let attachment = Attachment {
            id: AttachmentId::new(),
            size_bytes: i64::try_from(received.size_bytes).unwrap_or(i64::MAX),
            kind: description.content.kind,
            content_type: description.content.mime.to_owned(),
            width: description.width,
            height: description.height,
            has_thumbnail: description.has_thumbnail,
            name: description.name,
        };
        let stored = Stored { attachment: &attachment, sha256: &received.sha256, key: &key };
        note(app, workspace_id, uploader, stored, description.sound.as_ref()).await?;
        Ok(attachment)
    }
    .await;
    if noted.is_err() {
        let _ = objects.delete(&path).await; // nobody knows its name
        let _ = objects.delete(&thumbnail_path(workspace_id, &key)).await;
    }
    noted
}

pub(super) fn attachment_path(workspace_id: WorkspaceId, key: &str) -> Path {
    Path::from(format!("{}/attachments/{key}", workspace_id.0.simple()))
}

pub(super) fn thumbnail_path(workspace_id: WorkspaceId, key: &str) -> Path {
    Path::from(format!("{}/thumbnails/{key}", workspace_id.0.simple()))
}

/// A file that lies in storage, under a name that nobody knows yet.
pub(super) struct Received {
    pub head: Vec<u8>,
    pub size_bytes: u64,
    pub sha256: [u8; 32],
}

pub(super) async fn receive<Failure>(
    target: Box<dyn object_store::MultipartUpload>,
    bytes_max: u64,
    chunks: impl Stream<Item = Result<Bytes, Failure>> + Send,
) -> Result<Received, UploadError> {
    let mut writer = WriteMultipart::new(target);
    match copy(&mut writer, bytes_max, chunks).await {
        Ok(received) => {
            writer.finish().await?;
            Ok(received)
        }
        Err(error) => {
            if let Err(error) = writer.abort().await {
                tracing::warn!(%error, "an unfinished upload could not be removed from storage");
            }
            Err(error)
        }
    }
}

async fn copy<Failure>(
    writer: &mut WriteMultipart,
    bytes_max: u64,
    chunks: impl Stream<Item = Result<Bytes, Failure>> + Send,
) -> Result<Received, UploadError> {
    let mut chunks = std::pin::pin!(chunks);
    let mut digest = Sha256::new();
    let (mut head, mut size_bytes) = (Vec::new(), 0_u64);
    loop {
        let chunk = match tokio::time::timeout(SILENCE_MAX, chunks.next()).await {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) => return Err(UploadError::Interrupted),
        };
        size_bytes = size_bytes.saturating_add(chunk.len() as u64);
        if size_bytes > bytes_max {
            return Err(UploadError::TooLarge { bytes_max });
        }
        head.extend(chunk.iter().take(content::HEAD_BYTES.saturating_sub(head.len())));
        digest.update(&chunk);
        writer.wait_for_capacity(2).await?;
        writer.put(chunk);
    }
    if size_bytes == 0 {
        return Err(UploadError::Empty);
    }
    Ok(Received { head, size_bytes, sha256: digest.finalize().into() })
}

/// Refuses early: whoever is over the quota need not send the whole file first.
pub(super) async fn has_room(app: &App, workspace_id: WorkspaceId) -> Result<(), UploadError> {
    let mut tx = app.db.read(workspace_id).await?;
    let kept = store::bytes_kept(&mut tx).await?;
    if u64::try_from(kept).unwrap_or(0) >= app.media.quota_bytes {
        return Err(UploadError::QuotaExceeded);
    }
    Ok(())
}

/// What lies in storage.
struct Stored<'a> {
    attachment: &'a Attachment,
    sha256: &'a [u8; 32],
    key: &'a str,
}

async fn note(
    app: &App,
    workspace_id: WorkspaceId,
    uploader: &Uploader,
    stored: Stored<'_>,
    sound: Option<&Sound>,
) -> Result<(), UploadError> {
    let Stored { attachment, sha256, key: storage_key } = stored;
    let (actor, member_id, channel_id, platform_id) = match uploader {
        Uploader::Member(viewer) => (viewer.actor(), Some(viewer.member_id), None, None),
        Uploader::Visitor { channel_id, platform_id, contact_id, request } => {
            let actor = Actor { kind: ActorKind::Contact, id: *contact_id, request: request.clone() };
            (actor, None, Some(*channel_id), Some(platform_id.as_str()))
        }
    };
    let mut tx = app.db.workspace(workspace_id).await?;
    let kept = store::add_bytes(&mut tx, attachment.size_bytes).await?;
    if u64::try_from(kept).unwrap_or(0) > app.media.quota_bytes {
        return Err(UploadError::QuotaExceeded);
    }
    store::insert(
        &mut tx,
        NewAttachment { attachment, member_id, channel_id, platform_id, sha256, storage_key, sound },
    )
    .await?;
    tx.audit(
        Entry::new(actor, AuditAction::AttachmentUploaded)
            .on(TargetKind::Attachment, attachment.id.0)
            .with(json!({ "contentType": attachment.content_type, "sizeBytes": attachment.size_bytes })),
    );
    tx.commit().await?;
    Ok(())
}
