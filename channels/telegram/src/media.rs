//! Fetching files.

use channel_core::{ChannelAccount, MediaDownload, MediaError, MediaRef, ProviderApi, lost};
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::Response;
use serde_json::json;

use crate::api::Api;
use crate::json::Object;

/// Asks where a file is, then opens it. The address holds the token, so it is used here and forgotten.
pub async fn fetch(
    provider: &ProviderApi,
    account: &ChannelAccount,
    media: &MediaRef,
    bytes_max: u64,
) -> Result<MediaDownload, MediaError> {
    let api = Api::of(provider, &account.secrets)?;
    let file = api.call("getFile", &json!({ "file_id": media.0 })).await?;
    let file = Object::of(&file);
    let size_bytes = file.and_then(|file| file.size("file_size"));
    if size_bytes.is_some_and(|size| size > bytes_max) {
        return Err(MediaError::TooLarge { limit_bytes: bytes_max });
    }
    let path = file
        .and_then(|file| file.text("file_path"))
        .ok_or_else(|| gone("Telegram does not say where the file is."))?;
    if !is_plain(path) {
        return Err(gone(
            "The Bot API server keeps its files on its own disk (local mode): they cannot be fetched.",
        ));
    }
    let response = api.download(path).await?;
    if response.content_length().is_some_and(|length| length > bytes_max) {
        return Err(MediaError::TooLarge { limit_bytes: bytes_max });
    }
    Ok(MediaDownload {
        // The file server names every file a stream of octets; the message knew better.
        content_type: None,
        file_name: None,
        size_bytes: response.content_length().or(size_bytes),
        sha256: None,
        pieces: pieces(response, bytes_max),
    })
}

fn gone(words: &str) -> MediaError {
    MediaError::Gone { words: words.to_owned() }
}

/// A path below the bot's own: what is absolute is on the disk of a self-hosted server.
fn is_plain(path: &str) -> bool {
    path.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
}

/// The bytes, up to the limit: an announced length is not believed.
fn pieces(response: Response, bytes_max: u64) -> BoxStream<'static, Result<bytes::Bytes, MediaError>> {
    let mut read: u64 = 0;
    let pieces = response.bytes_stream().map(move |piece| {
        let piece =
            piece.map_err(|error| MediaError::Temporary(channel_core::Wait::guess(lost(&error).words())))?;
        read = read.saturating_add(piece.len() as u64);
        if read > bytes_max { Err(MediaError::TooLarge { limit_bytes: bytes_max }) } else { Ok(piece) }
    });
    // After the first error there is nothing more to come.
    let mut over = false;
    pieces
        .take_while(move |piece| {
            let go_on = !over;
            over = over || piece.is_err();
            std::future::ready(go_on)
        })
        .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_the_bot() {
        assert!(is_plain("photos/file_12.jpg"));
        for bad in ["/var/lib/bot/file.jpg", "../x", "photos/../../x", "a//b", ""] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
