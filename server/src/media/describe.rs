//! Looking at a file that lies in storage: what it is, what it is called, how it is shown.

use bytes::Bytes;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use shared::AttachmentKind;

use super::content::{self, ContentType};
use super::picture::{self, Picture};
use super::sound::{self, Sound};
use super::storage::DECODERS;
use super::upload::Received;
use super::{UploadError, file_name, ogg};
use crate::app::App;
use crate::error::AppError;

/// What was found.
#[derive(Debug)]
pub(super) struct Description {
    /// A label, with an extension that fits the content.
    pub name: String,
    pub content: ContentType,
    /// Of an image.
    pub width: Option<i32>,
    /// Of an image.
    pub height: Option<i32>,
    pub has_thumbnail: bool,
    thumbnail: Option<Vec<u8>>,
    /// Of a voice note.
    pub sound: Option<Sound>,
}

impl Description {
    /// The small version of an image, to be stored.
    pub(super) fn take_thumbnail(&mut self) -> Option<Vec<u8>> {
        self.thumbnail.take()
    }
}

/// What a received file is, and the small version of an image. An image that cannot be decoded is no image.
pub(super) async fn describe(
    app: &App,
    path: &Path,
    name: &str,
    received: &Received,
) -> Result<Description, UploadError> {
    let mut name = file_name::clean(name);
    let mut found: ContentType = content::content_type(&received.head, &name);
    let mut picture: Option<Picture> = None;
    let mut sound = None;
    if ogg::is_opus(&received.head) && received.size_bytes <= sound::BYTES_MAX {
        sound = sound::listen(read(app, path).await?).await;
    }
    if found.kind == AttachmentKind::Image {
        let content = read(app, path).await?;
        match picture::look_into(content, &DECODERS).await {
            Ok(good) => picture = Some(good),
            Err(reason) => {
                tracing::info!(%reason, "an image is kept as a plain file");
                found = content::UNKNOWN;
            }
        }
    }
    if content::extension(&name).is_none()
        && let Some(extension) = found.extensions.first()
    {
        name = format!("{name}.{extension}");
    }
    let pixels = |count: u32| i32::try_from(count).ok();
    Ok(Description {
        name,
        content: found,
        width: picture.as_ref().and_then(|picture| pixels(picture.width)),
        height: picture.as_ref().and_then(|picture| pixels(picture.height)),
        has_thumbnail: picture.is_some(),
        thumbnail: picture.map(|picture| picture.thumbnail),
        sound,
    })
}

async fn read(app: &App, path: &Path) -> Result<Bytes, UploadError> {
    Ok(app.media.store().await.map_err(AppError::Internal)?.get(path).await?.bytes().await?)
}
