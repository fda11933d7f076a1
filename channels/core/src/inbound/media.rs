//! Files that come with messages.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::{AttachmentId, MediaKind, RichText};

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttachmentSource {
    /// Already ours: uploaded before the message that refers to it.
    Uploaded(AttachmentId),
    /// Still the platform's: to be fetched at once, since references die.
    Remote(Box<RemoteMedia>),
}

/// What an adapter needs to fetch a file: opaque to everyone else, storable, and never shown (it may be an
/// address that works without a password).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaRef(pub String);

impl fmt::Debug for MediaRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaRef({} bytes)", self.0.len())
    }
}

/// A file at the platform, and what is known of it before it is fetched. All of it is claimed, not proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteMedia {
    /// How to fetch it; `None` when the platform says that it cannot be had ([`Self::unavailable`] says why).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<MediaRef>,
    /// The same for the same bytes, whoever sends them; cannot be fetched by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<String>,
    /// What it was sent as.
    pub kind: MediaKind,
    /// The type the platform names, without parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The name the sender gave it: for show only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// In bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// In pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// In pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// In milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Loudness over time, 0 to 255, if the platform sends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waveform: Vec<u8>,
    /// The file's digest, in lower-case hex, to compare after fetching.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// A small picture of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<MediaRef>,
    /// Artist and title of music, title of a shared post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Words of this file alone. A message's only caption is the message's text, not this.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub caption: RichText,
    /// The emoji that a sticker stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// A sticker that moves; the content type says how.
    #[serde(default)]
    pub animated: bool,
    /// Shown blurred until tapped.
    #[serde(default)]
    pub spoiler: bool,
    /// Must not be kept, only shown from where it is (a story that mentions the business).
    #[serde(default)]
    pub show_only: bool,
    /// Why it cannot be fetched, in words for the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<String>,
}

impl RemoteMedia {
    /// A file of which only kind and reference are known.
    #[must_use]
    pub fn new(kind: MediaKind, reference: MediaRef) -> Self {
        Self {
            reference: Some(reference),
            unique_id: None,
            kind,
            content_type: None,
            file_name: None,
            size_bytes: None,
            width: None,
            height: None,
            duration_ms: None,
            waveform: Vec::new(),
            sha256: None,
            thumbnail: None,
            title: None,
            caption: RichText::default(),
            emoji: None,
            animated: false,
            spoiler: false,
            show_only: false,
            unavailable: None,
        }
    }
}
