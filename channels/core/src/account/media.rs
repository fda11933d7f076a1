//! Fetching files.

use std::fmt;

use bytes::Bytes;
use futures::stream::BoxStream;

use crate::Wait;

/// A file on its way to us. Its type and name are claims; whoever stores it looks at the bytes.
pub struct MediaDownload {
    /// The type the provider names.
    pub content_type: Option<String>,
    /// The name the provider gives.
    pub file_name: Option<String>,
    /// How many bytes the provider announces.
    pub size_bytes: Option<u64>,
    /// The digest the provider announces, in lower-case hex.
    pub sha256: Option<String>,
    /// The pieces. Ends with [`MediaError::TooLarge`] as soon as it is larger than allowed.
    pub pieces: BoxStream<'static, Result<Bytes, MediaError>>,
}

impl fmt::Debug for MediaDownload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaDownload").field("size_bytes", &self.size_bytes).finish_non_exhaustive()
    }
}

/// Why a file cannot be fetched, cut by what the caller does next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// **Wait.** The same call may succeed later.
    #[error("the provider is busy; try again in {} s", .0.retry_after.as_secs())]
    Temporary(Wait),
    /// **Give up**, and show these words in the file's place.
    #[error("the file cannot be had: {words}")]
    Gone {
        /// For the agent.
        words: String,
    },
    /// **Give up**: it is larger than the platform or we allow.
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit_bytes: u64,
    },
    /// **Reconnect.**
    #[error("the channel's credentials no longer work: {0}")]
    Unauthorised(String),
}
