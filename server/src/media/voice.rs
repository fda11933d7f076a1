//! Voice notes that go out: platforms play them as such only as Opus in Ogg.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use object_store::{ObjectStoreExt as _, PutPayload};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::{AttachmentId, AttachmentKind, AuditAction, TargetKind};
use uuid::Uuid;

use super::store::{self, Replacement};
use super::upload::attachment_path;
use super::{Attachment, ffmpeg, find, ogg, sound, webm};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::viewer::Viewer;

/// Longest recording.
const BYTES_MAX: i64 = 16 * 1024 * 1024;

/// Why a file is no voice note.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    /// In words for the agent.
    #[error("{0}")]
    Refused(String),
    /// Ours.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<sqlx::Error> for VoiceError {
    fn from(error: sqlx::Error) -> Self {
        Self::App(error.into())
    }
}

impl From<object_store::Error> for VoiceError {
    fn from(error: object_store::Error) -> Self {
        Self::App(AppError::Internal(anyhow::Error::new(error).context("storage of files")))
    }
}

/// Makes a member's upload a voice note: its content Opus in Ogg, with its length and its shape. What is one already
/// only gets the name of one.
///
/// # Errors
/// [`VoiceError::Refused`] for what cannot be made one; then it stays as it was.
pub async fn make_voice_note(app: &App, by: &Viewer, id: AttachmentId) -> Result<Attachment, VoiceError> {
    let workspace_id = by.workspace_id;
    let file = find(&app.db, workspace_id, id).await?;
    let file = file.filter(|file| file.message_id.is_none() && file.member_id == Some(by.member_id));
    let file = file.ok_or(AppError::NotFound("file"))?;
    if file.attachment.size_bytes > BYTES_MAX {
        return Err(VoiceError::Refused("A voice note may have up to 16 MB.".to_owned()));
    }
    let objects = app.media.store().await.map_err(AppError::Internal)?;
    let before = attachment_path(workspace_id, &file.storage_key);
    let recording = objects.get(&before).await?.bytes().await?;
    let voice = to_voice_note(app.media.ffmpeg(), recording.clone()).await?;
    let Some(sound) = sound::listen(voice.clone()).await else {
        return Err(VoiceError::Refused("The recording cannot be played.".to_owned()));
    };

    // Its own name even when nothing changed: what is noted and what lies there change together.
    let storage_key = Uuid::new_v4().simple().to_string();
    let after = attachment_path(workspace_id, &storage_key);
    objects.put(&after, PutPayload::from(voice.clone())).await?;
    let stem = file.attachment.name.rsplit_once('.').map_or(&*file.attachment.name, |(stem, _)| stem);
    let attachment = Attachment {
        kind: AttachmentKind::Voice,
        name: format!("{stem}.ogg"),
        content_type: "audio/ogg".to_owned(),
        size_bytes: i64::try_from(voice.len()).unwrap_or(i64::MAX),
        ..file.attachment.clone()
    };
    let noted = async {
        let mut tx = app.db.workspace(workspace_id).await?;
        let replacement = Replacement {
            attachment: &attachment,
            sha256: Sha256::digest(&voice).into(),
            storage_key: &storage_key,
            sound: Some(&sound),
        };
        store::replace(&mut tx, &replacement).await?;
        store::add_bytes(&mut tx, attachment.size_bytes.saturating_sub(file.attachment.size_bytes)).await?;
        tx.audit(
            Entry::new(by.actor(), AuditAction::AttachmentUploaded).on(TargetKind::Attachment, id.0).with(
                json!({ "contentType": "audio/ogg", "sizeBytes": attachment.size_bytes, "voiceNote": true }),
            ),
        );
        tx.commit().await
    };
    let noted = noted.await;
    // Nobody knows its name any more.
    let _ = objects.delete(if noted.is_ok() { &before } else { &after }).await;
    noted?;
    Ok(attachment)
}

async fn to_voice_note(ffmpeg: Option<&Path>, recording: Bytes) -> Result<Bytes, VoiceError> {
    if ogg::is_opus(&recording) {
        return Ok(recording);
    }
    if let Some(found) = webm::opus(&recording) {
        return Ok(ogg::opus_file(found.head, &found.packets).into());
    }
    let Some(ffmpeg) = ffmpeg else {
        return Err(VoiceError::Refused(
            "A voice note must be Opus in an Ogg or WebM file. This recording is neither, and Switchboard cannot \
             convert it: ffmpeg is not installed on its server."
                .to_owned(),
        ));
    };
    ffmpeg::to_voice_note(ffmpeg, &recording).await.map_err(|error| match error {
        ffmpeg::NotConverted::NotRun(_) => AppError::Internal(error.into()).into(),
        other => VoiceError::Refused(format!("The recording cannot be sent as a voice note: {other}.")),
    })
}

/// Where the program that converts recordings is, in words for the operator.
#[must_use]
pub fn describe_ffmpeg(configured: Option<&Path>) -> String {
    let found: Option<PathBuf> = ffmpeg::find_ffmpeg(configured);
    match (found, configured) {
        (Some(path), _) => format!("ffmpeg: {} (converts recordings into voice notes)", path.display()),
        (None, Some(path)) => format!("ffmpeg: {} is no program", path.display()),
        (None, None) => {
            "ffmpeg: not installed; only recordings in Opus can be sent as voice notes".to_owned()
        }
    }
}
