use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use channel_core::{ChannelAdapter, MediaDownload, MediaError, MediaRef};
use futures::StreamExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wiremock::matchers::{header, header_exists, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use super::kit::*;

const MEDIA: &str = "990011223344";

async fn place(wire: &Wire, place: Value) {
    wire.on("GET", MEDIA, 200, place).await;
}

fn at(wire: &Wire, link: &str) -> Value {
    let url = format!("{}/{link}", wire.server.uri());
    json!({ "messaging_product": "whatsapp", "url": url, "mime_type": "audio/ogg; codecs=opus", "file_size": "15",
            "sha256": hex::encode(Sha256::digest(CONTENT)), "id": MEDIA })
}

async fn serve(wire: &Wire, link: &str, answer: ResponseTemplate) {
    Mock::given(method("GET"))
        .and(path(format!("/{link}")))
        .and(header("authorization", format!("Bearer {TOKEN}")))
        .and(header_exists("user-agent"))
        .respond_with(answer)
        .mount(&wire.server)
        .await;
}

async fn fetch(wire: &Wire, bytes_max: u64) -> Result<MediaDownload, MediaError> {
    wire.whatsapp.fetch_media(&wire.account, &MediaRef(MEDIA.to_owned()), bytes_max).await
}

async fn bytes(download: MediaDownload) -> Result<Vec<u8>, MediaError> {
    let mut pieces = download.pieces;
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await {
        all.extend_from_slice(&piece?);
    }
    Ok(all)
}

#[tokio::test]
async fn a_file_is_asked_for_then_opened_with_the_token() {
    for digest in [hex::encode(Sha256::digest(CONTENT)), STANDARD.encode(Sha256::digest(CONTENT))] {
        let wire = Wire::start().await;
        let mut answer = at(&wire, "link");
        answer["sha256"] = json!(digest);
        Mock::given(method("GET"))
            .and(path(format!("/v25.0/{MEDIA}")))
            .and(query_param("phone_number_id", NUMBER))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .mount(&wire.server)
            .await;
        serve(&wire, "link", ResponseTemplate::new(200).set_body_bytes(CONTENT)).await;
        let download = fetch(&wire, 1 << 20).await.unwrap();
        assert_eq!(download.content_type.as_deref(), Some("audio/ogg"));
        assert_eq!(download.sha256, Some(hex::encode(Sha256::digest(CONTENT))));
        assert_eq!(download.size_bytes, Some(15));
        assert_eq!(bytes(download).await.unwrap(), CONTENT);
    }
}

#[tokio::test]
async fn a_link_that_died_is_asked_for_once_more() {
    for status in [401, 404] {
        let wire = Wire::start().await;
        wire.on_times(1, "GET", MEDIA, 200, at(&wire, "dead")).await;
        place(&wire, at(&wire, "fresh")).await;
        serve(&wire, "dead", ResponseTemplate::new(status)).await;
        serve(&wire, "fresh", ResponseTemplate::new(200).set_body_bytes(CONTENT)).await;
        assert_eq!(bytes(fetch(&wire, 1 << 20).await.unwrap()).await.unwrap(), CONTENT);
        assert_eq!(wire.calls().await.len(), 4);
    }
}

#[tokio::test]
async fn a_file_that_stays_away_is_given_up() {
    let wire = Wire::start().await;
    place(&wire, at(&wire, "dead")).await;
    serve(&wire, "dead", ResponseTemplate::new(404)).await;
    assert!(matches!(fetch(&wire, 1 << 20).await, Err(MediaError::Gone { .. })));

    let wire = Wire::start().await;
    let gone = json!({ "error": { "code": 100, "error_subcode": 33, "message": "x" } });
    wire.on("GET", MEDIA, 400, gone).await;
    assert!(matches!(fetch(&wire, 1 << 20).await, Err(MediaError::Gone { .. })));

    let wire = Wire::start().await;
    wire.on("GET", MEDIA, 401, error(190, "expired")).await;
    assert!(matches!(fetch(&wire, 1 << 20).await, Err(MediaError::Unauthorised(_))));

    let wire = Wire::start().await;
    place(&wire, at(&wire, "busy")).await;
    serve(&wire, "busy", ResponseTemplate::new(503)).await;
    assert!(matches!(fetch(&wire, 1 << 20).await, Err(MediaError::Temporary(_))));

    for bad in ["", "me", "1/../2", "1?x=2"] {
        let fetched = wire.whatsapp.fetch_media(&wire.account, &MediaRef(bad.to_owned()), 9).await;
        assert!(matches!(fetched, Err(MediaError::Gone { .. })), "{bad}");
    }
}

#[tokio::test]
async fn the_token_goes_nowhere_else() {
    let elsewhere = wiremock::MockServer::start().await;
    let wire = Wire::start().await;
    let mut answer = at(&wire, "x");
    answer["url"] = json!(format!("{}/x", elsewhere.uri()));
    place(&wire, answer).await;
    assert!(matches!(fetch(&wire, 1 << 20).await, Err(MediaError::Gone { .. })));

    let wire = Wire::start().await;
    place(&wire, at(&wire, "away")).await;
    let away = ResponseTemplate::new(302).insert_header("location", format!("{}/x", elsewhere.uri()));
    serve(&wire, "away", away).await;
    assert!(matches!(fetch(&wire, 1 << 20).await, Err(MediaError::Temporary(_))));
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_larger_than_allowed_is_read() {
    let wire = Wire::start().await;
    place(&wire, at(&wire, "link")).await;
    assert!(matches!(fetch(&wire, 14).await, Err(MediaError::TooLarge { limit_bytes: 14 })));
    assert_eq!(wire.calls().await.len(), 1, "its size was told before");

    let wire = Wire::start().await;
    let mut liar = at(&wire, "link");
    liar["file_size"] = json!(3);
    place(&wire, liar).await;
    serve(&wire, "link", ResponseTemplate::new(200).set_body_bytes(CONTENT)).await;
    let fetched = match fetch(&wire, 14).await {
        Ok(download) => bytes(download).await,
        Err(error) => Err(error),
    };
    assert_eq!(fetched, Err(MediaError::TooLarge { limit_bytes: 14 }));
}
