use super::kit::*;
use channel_core::{ChannelAdapter, MediaDownload, MediaError, MediaRef};
use futures::StreamExt;
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

async fn wire_with(path_at_telegram: &str, bytes: &[u8], status: u16) -> Wire {
    let wire = Wire::start().await;
    let result = json!({ "file_id": "f", "file_unique_id": "u", "file_path": path_at_telegram });
    wire.result("getFile", result).await;
    Mock::given(method("GET"))
        .and(path(format!("/file/bot{TOKEN}/{path_at_telegram}")))
        .respond_with(ResponseTemplate::new(status).set_body_bytes(bytes))
        .mount(&wire.server)
        .await;
    wire
}

async fn fetch(wire: &Wire, bytes_max: u64) -> Result<MediaDownload, MediaError> {
    wire.telegram.fetch_media(&wire.account, &MediaRef("f".to_owned()), bytes_max).await
}

#[tokio::test]
async fn a_file_is_read_to_its_end() {
    let wire = wire_with("voice/file_12.oga", b"ogg bytes", 200).await;
    let mut download = fetch(&wire, 100).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = download.pieces.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    assert_eq!((bytes.as_slice(), download.size_bytes), (&b"ogg bytes"[..], Some(9)));
}

#[tokio::test]
async fn a_file_that_is_larger_than_allowed_is_not_read() {
    let wire = wire_with("documents/file_1", &[0; 50], 200).await;
    assert_eq!(fetch(&wire, 49).await.unwrap_err(), MediaError::TooLarge { limit_bytes: 49 });
    assert!(fetch(&wire, 50).await.is_ok());
}

#[tokio::test]
async fn each_failure_tells_what_to_do_next() {
    let refusing = |code, description: &'static str| async move {
        let wire = Wire::start().await;
        wire.refuse_times(9, "getFile", code, description).await;
        fetch(&wire, 100).await.unwrap_err()
    };
    let error = refusing(400, "Bad Request: file is too big").await;
    assert_eq!(error, MediaError::TooLarge { limit_bytes: 20 * 1024 * 1024 });
    let error = refusing(400, "Bad Request: wrong file_id or the file is temporarily unavailable").await;
    assert!(matches!(error, MediaError::Temporary(_)), "{error:?}");
    assert!(matches!(refusing(400, "Bad Request: invalid file_id").await, MediaError::Gone { .. }));
    assert!(matches!(refusing(401, "Unauthorized").await, MediaError::Unauthorised(_)));
    assert!(matches!(refusing(429, "Too Many Requests: retry after 3").await, MediaError::Temporary(_)));

    let gone = wire_with("photos/file_3.jpg", b"", 404).await;
    assert!(matches!(fetch(&gone, 100).await, Err(MediaError::Gone { .. })));
    let local = wire_with("/var/lib/telegram/file_3.jpg", b"", 200).await;
    assert!(matches!(fetch(&local, 100).await, Err(MediaError::Gone { .. })));
}
