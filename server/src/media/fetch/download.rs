//! One try to fetch a file: streamed into storage, measured, compared with what was announced, looked into.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use channel_core::{ChannelAccount, ChannelAdapter, MediaDownload, MediaError, MediaRef};
use futures::StreamExt as _;
use object_store::ObjectStoreExt as _;
use shared::{AttachmentKind, WorkspaceId};
use uuid::Uuid;

use super::shown::shown;
use super::store::Wanted;
use super::{FILE_BYTES_MAX, NO_ROOM};
use crate::app::App;
use crate::error::AppError;
use crate::media::describe::describe;
use crate::media::sound::Sound;
use crate::media::storage::DECODERS;
use crate::media::upload::{Received, attachment_path, has_room, receive, thumbnail_path};
use crate::media::{Attachment, UploadError, picture};

/// Largest small picture that a platform may offer.
const THUMBNAIL_BYTES_MAX: u64 = 1024 * 1024;

/// A file that lies in storage, and what it is.
pub(super) struct Fetched {
    pub attachment: Attachment,
    pub sha256: [u8; 32],
    pub storage_key: String,
    pub thumbnail: Option<Vec<u8>>,
    pub sound: Option<Sound>,
}

/// Why it is not here, cut by what follows.
#[derive(Debug)]
pub(super) enum NotFetched {
    /// Try again, not before this time.
    Later { after: Duration, words: String },
    /// Try again soon, but not for long.
    OtherBytes,
    /// Try again when the channel has another token.
    Unauthorised(String),
    /// Never.
    Gone(String),
    /// Our own fault.
    Ours(AppError),
}

impl From<UploadError> for NotFetched {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooLarge { bytes_max } => MediaError::TooLarge { limit_bytes: bytes_max }.into(),
            UploadError::Empty => Self::Gone("The file is empty.".to_owned()),
            UploadError::QuotaExceeded => Self::Gone(NO_ROOM.to_owned()),
            UploadError::Interrupted => Self::Later {
                after: Duration::ZERO,
                words: "it stopped in the middle of the file".to_owned(),
            },
            UploadError::NoVoiceNote(words) => Self::Gone(words),
            UploadError::App(error) => Self::Ours(error),
        }
    }
}

/// What the platform says of the file as it gives it out.
struct Announced {
    file_name: Option<String>,
    size_bytes: Option<u64>,
    sha256: Option<String>,
}

/// Fetches the file once. When it fails, nothing stays in storage.
pub(super) async fn download(
    app: &App,
    workspace_id: WorkspaceId,
    adapter: &dyn ChannelAdapter,
    account: &ChannelAccount,
    wanted: &Wanted,
) -> Result<Fetched, NotFetched> {
    let remote = &wanted.remote;
    let Some(reference) = remote.reference.as_ref().filter(|_| !remote.show_only) else {
        return Err(NotFetched::Gone("The platform does not let this file be kept.".to_owned()));
    };
    has_room(app, workspace_id).await?;
    let MediaDownload { file_name, size_bytes, sha256, pieces, .. } =
        adapter.fetch_media(account, reference, FILE_BYTES_MAX).await?;
    let announced = Announced { file_name, size_bytes, sha256 };
    let storage_key = Uuid::new_v4().simple().to_string();
    let path = attachment_path(workspace_id, &storage_key);
    let objects = app.media.store().await.map_err(|error| NotFetched::Ours(AppError::Internal(error)))?;

    let target = objects.put_multipart(&path).await.map_err(UploadError::from)?;
    let failure: Arc<Mutex<Option<MediaError>>> = Arc::default();
    let noting = Arc::clone(&failure);
    let pieces = pieces.inspect(move |piece| {
        if let Err(error) = piece {
            *noting.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        }
    });
    let received = match receive(target, FILE_BYTES_MAX, pieces).await {
        Ok(received) => received,
        Err(error) => {
            let cause = failure.lock().unwrap_or_else(PoisonError::into_inner).take();
            return Err(cause.map_or_else(|| error.into(), NotFetched::from));
        }
    };
    let looked = async {
        if !is_as_announced(&received, &announced, wanted) {
            return Err(NotFetched::OtherBytes);
        }
        let thumbnail = offered_thumbnail(adapter, account, wanted).await;
        look(app, workspace_id, wanted, &announced, received, storage_key.clone(), thumbnail).await
    };
    let looked = looked.await;
    if looked.is_err() {
        discard(app, workspace_id, &storage_key).await;
    }
    looked
}

/// Removes what nobody knows of.
pub(super) async fn discard(app: &App, workspace_id: WorkspaceId, storage_key: &str) {
    let Ok(objects) = app.media.store().await else { return };
    for path in [attachment_path(workspace_id, storage_key), thumbnail_path(workspace_id, storage_key)] {
        let _ = objects.delete(&path).await; // nobody knows its name
    }
}

/// Length and digest, where the platform names them with the file; the digest also where the message did.
fn is_as_announced(received: &Received, announced: &Announced, wanted: &Wanted) -> bool {
    let digest = hex::encode(received.sha256);
    let mut digests = [&announced.sha256, &wanted.remote.sha256].into_iter().flatten();
    announced.size_bytes.is_none_or(|size| size == received.size_bytes)
        && digests.all(|named| named.eq_ignore_ascii_case(&digest))
}

async fn look(
    app: &App,
    workspace_id: WorkspaceId,
    wanted: &Wanted,
    announced: &Announced,
    received: Received,
    storage_key: String,
    offered_thumbnail: Option<Bytes>,
) -> Result<Fetched, NotFetched> {
    // A name that we gave ourselves must not speak against the content.
    let given = wanted.remote.file_name.as_deref().or(announced.file_name.as_deref());
    let own = || wanted.name.rsplit_once('.').map_or(&*wanted.name, |(stem, _)| stem);
    let path = attachment_path(workspace_id, &storage_key);
    let mut description = describe(app, &path, given.unwrap_or_else(own), &received).await?;
    let (kind, mime) = shown(wanted.remote.kind, &description.content);
    let mut thumbnail = description.take_thumbnail();
    if thumbnail.is_none()
        && kind != AttachmentKind::File
        && let Some(offered) = offered_thumbnail
    {
        thumbnail = picture::look_into(offered, &DECODERS).await.ok().map(|picture| picture.thumbnail);
    }
    Ok(Fetched {
        attachment: Attachment {
            id: wanted.id,
            kind,
            name: description.name,
            content_type: mime.to_owned(),
            size_bytes: i64::try_from(received.size_bytes).unwrap_or(i64::MAX),
            width: description.width,
            height: description.height,
            has_thumbnail: thumbnail.is_some(),
        },
        sha256: received.sha256,
        storage_key,
        thumbnail,
        sound: description.sound,
    })
}

/// The platform's small picture of a video; without it there is none, and that is no failure.
async fn offered_thumbnail(
    adapter: &dyn ChannelAdapter,
    account: &ChannelAccount,
    wanted: &Wanted,
) -> Option<Bytes> {
    let reference: &MediaRef = wanted.remote.thumbnail.as_ref()?;
    let mut pieces = adapter.fetch_media(account, reference, THUMBNAIL_BYTES_MAX).await.ok()?.pieces;
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next().await {
        whole.extend_from_slice(&piece.ok()?);
        if whole.len() as u64 > THUMBNAIL_BYTES_MAX {
            return None;
        }
    }
    Some(whole.into())
}
