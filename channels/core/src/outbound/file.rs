//! Files that go out.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use shared::{AttachmentId, MediaKind, RichText};

use crate::MediaRef;

/// A file of ours that goes out, without its bytes: so a transmission can wait in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFile {
    /// Ours.
    pub attachment_id: AttachmentId,
    /// As what it is sent. A planner may send it as [`MediaKind::File`] when the platform does not take it so.
    pub kind: MediaKind,
    /// What the person sees.
    pub name: String,
    /// From content, not from the name.
    pub content_type: String,
    /// In bytes.
    pub size_bytes: u64,
    /// In pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// In pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// In milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// The platform has it already, from an earlier send by the same account ([`SentMedia`](crate::SentMedia)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<MediaRef>,
}

/// A file and the words under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaPart {
    /// The file.
    pub file: MediaFile,
    /// The words.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub caption: RichText,
}

/// Where an adapter gets the bytes of our files from.
#[async_trait]
pub trait FileSource: Send + Sync {
    /// Opens a file of ours.
    ///
    /// # Errors
    /// [`FileGone`] when it is not there, or cannot be read now.
    async fn open(&self, attachment_id: AttachmentId) -> Result<FileContent, FileGone>;
}

/// The bytes of a file.
pub enum FileContent {
    /// All of them.
    Bytes(Bytes),
    /// One piece after the other.
    Stream {
        /// How many there will be, in bytes.
        size_bytes: u64,
        /// The pieces. One that cannot be read is `io::Error::other(FileGone::…)`: so an adapter can tell our
        /// fault from the network's, and knows that nothing was sent.
        pieces: BoxStream<'static, std::io::Result<Bytes>>,
    },
}

impl fmt::Debug for FileContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream { size_bytes, .. } => *size_bytes,
        };
        write!(f, "FileContent({size} bytes)")
    }
}

/// A file of ours cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileGone {
    /// It was deleted.
    #[error("the file is no longer there")]
    Deleted,
    /// The store does not answer.
    #[error("the file cannot be read now")]
    NotNow,
}
