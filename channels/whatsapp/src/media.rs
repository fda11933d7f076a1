//! Fetching files: ask where it is, then open it there within five minutes (`protocols/whatsapp.md` 8).

use channel_core::{ChannelAccount, Lost, MediaDownload, MediaError, MediaRef, Wait, lost};
use channel_meta::{Failed, Graph, GraphApi, Object, is_id};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use reqwest::Response;
use serde_json::Value;

use crate::digest::sha256_hex;

/// Asks where a file is, then opens it. A link that died between is asked for once more.
pub async fn fetch(
    api: &GraphApi,
    account: &ChannelAccount,
    media: &MediaRef,
    bytes_max: u64,
) -> Result<MediaDownload, MediaError> {
    if !is_id(&media.0) {
        return Err(gone("This is no file of WhatsApp's."));
    }
    let graph = Graph::of(api, &account.secrets)?;
    let query = [("phone_number_id", account.platform_account_id.as_str())];
    let mut asked_again = false;
    loop {
        let place = graph.get(&[&media.0], &query).await?;
        let place = Object::of(&place).ok_or_else(|| gone("WhatsApp does not say where the file is."))?;
        let size_bytes = place.size("file_size");
        if size_bytes.is_some_and(|size| size > bytes_max) {
            return Err(MediaError::TooLarge { limit_bytes: bytes_max });
        }
        let address = place.text("url").ok_or_else(|| gone("WhatsApp does not say where the file is."))?;
        let response = match graph.open(address).await {
            Err(Failed::Lost(Lost::NotWritten(words))) if words.contains("Meta's own hosts") => {
                return Err(gone("WhatsApp names a place for the file that is not its own."));
            }
            other => other?,
        };
        match response.status().as_u16() {
            200 => return download(place, response, bytes_max),
            401 | 404 if !asked_again => asked_again = true,
            404 | 410 => return Err(gone("WhatsApp no longer has this file.")),
            status => {
                let words = format!("WhatsApp's file server answered {status}");
                return Err(MediaError::Temporary(Wait::guess(words)));
            }
        }
    }
}

fn download(place: Object<'_>, response: Response, bytes_max: u64) -> Result<MediaDownload, MediaError> {
    if response.content_length().is_some_and(|length| length > bytes_max) {
        return Err(MediaError::TooLarge { limit_bytes: bytes_max });
    }
    let content_type = place.text("mime_type").and_then(|name| name.split(';').next());
    Ok(MediaDownload {
        content_type: content_type.map(|name| name.trim().to_ascii_lowercase()),
        file_name: None, // the message had it
        size_bytes: response.content_length().or_else(|| place.size("file_size")),
        sha256: place.value("sha256").and_then(Value::as_str).and_then(sha256_hex),
        pieces: pieces(response, bytes_max),
    })
}

fn gone(words: &str) -> MediaError {
    MediaError::Gone { words: words.to_owned() }
}

/// The bytes, up to the limit: an announced length is not believed.
fn pieces(response: Response, bytes_max: u64) -> BoxStream<'static, Result<bytes::Bytes, MediaError>> {
    let mut read: u64 = 0;
    let pieces = response.bytes_stream().map(move |piece| {
        let piece = piece.map_err(|error| MediaError::Temporary(Wait::guess(lost(&error).words())))?;
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
