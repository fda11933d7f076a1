use std::time::Duration;

use super::kit::*;
use channel_core::{Act, ChannelAdapter, FileGone, MediaPart, RefusalReason, SendError, WaitScope};
use serde_json::json;
use shared::{MediaKind, RichText};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

async fn failed(status: u16, body: serde_json::Value) -> SendError {
    let wire = Wire::start().await;
    wire.answer("sendMessage", status, body).await;
    let error = wire.send(text("x")).await.unwrap_err();
    assert_eq!(wire.calls().await.len(), 1, "one call, no more");
    error
}

fn no(code: u16, description: &str, parameters: serde_json::Value) -> serde_json::Value {
    json!({ "ok": false, "error_code": code, "description": description, "parameters": parameters })
}

#[tokio::test]
async fn a_pause_that_telegram_asks_for_is_passed_on() {
    let body = no(429, "Too Many Requests: retry after 7", json!({ "retry_after": 7 }));
    let SendError::Temporary(wait) = failed(429, body).await else { panic!("a wait") };
    assert_eq!((wait.retry_after, wait.told, wait.scope), (Duration::from_secs(7), true, WaitScope::Account));
    let body = no(429, "Too Many Requests: retry after 12", json!({}));
    let SendError::Temporary(wait) = failed(429, body).await else { panic!("a wait") };
    assert_eq!(wait.retry_after, Duration::from_secs(12));
}

#[tokio::test]
async fn each_refusal_tells_the_caller_what_to_do_next() {
    let error = failed(403, no(403, "Forbidden: bot was blocked by the user", json!({}))).await;
    assert!(
        matches!(error, SendError::Refused(ref refusal) if refusal.reason == RefusalReason::Unreachable),
        "{error:?}"
    );
    let error = failed(
        400,
        no(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            json!({ "migrate_to_chat_id": -1_002_345_678_901_i64 }),
        ),
    )
    .await;
    assert_eq!(error, SendError::Moved { to: "-1002345678901".to_owned() });
    assert!(matches!(failed(401, no(401, "Unauthorized", json!({}))).await, SendError::Unauthorised(_)));
    assert!(matches!(failed(404, no(404, "Not Found", json!({}))).await, SendError::Unauthorised(_)));
    assert!(matches!(
        failed(500, no(500, "Internal Server Error", json!({}))).await,
        SendError::Temporary(_)
    ));
    assert!(matches!(failed(502, json!("<html>")).await, SendError::Uncertain(_)));
    assert!(matches!(failed(200, json!({ "hello": 1 })).await, SendError::Uncertain(_)));
    assert!(matches!(failed(200, json!({ "ok": true, "result": true })).await, SendError::Uncertain(_)));
}

#[tokio::test]
async fn silence_after_writing_is_uncertain() {
    let wire = Wire::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(5));
    Mock::given(any()).respond_with(slow).mount(&wire.server).await;
    assert!(matches!(wire.send(text("x")).await, Err(SendError::Uncertain(_))));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_uncertain() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = stream.read(&mut buffer).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"ok\":true").await;
    });
    let telegram = adapter(&format!("http://{address}"));
    let error = telegram.send(&account(), &transmission(text("x")), &Shelf).await.unwrap_err();
    assert!(matches!(error, SendError::Uncertain(_)), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_safe_to_try_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let telegram = adapter(&format!("http://{address}"));
    let error = telegram.send(&account(), &transmission(text("x")), &Shelf).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_of_ours_that_is_gone_is_no_fault_of_telegrams() {
    let wire = Wire::start().await;
    let part =
        MediaPart { file: file(MediaKind::File, "a.pdf", "application/pdf"), caption: RichText::default() };
    let act = transmission(Act::Media { part, buttons: None });
    let error = wire.telegram.send(&wire.account, &act, &EmptyShelf(FileGone::Deleted)).await.unwrap_err();
    assert!(matches!(error, SendError::Refused(ref refusal) if refusal.reason == RefusalReason::FileGone));
    let error = wire.telegram.send(&wire.account, &act, &EmptyShelf(FileGone::NotNow)).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)));
    let error = wire.telegram.send(&wire.account, &act, &TornShelf).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "half a file is no message: {error:?}");
    assert!(wire.calls().await.is_empty());
}

#[tokio::test]
async fn no_failure_and_no_debug_output_shows_the_token() {
    let secret = TOKEN.split_once(':').unwrap().1;
    let mut said = vec![format!("{:?} {:?}", account(), adapter("http://localhost:1"))];

    let dead = adapter("http://127.0.0.1:1");
    said.push(format!("{:?}", dead.send(&account(), &transmission(text("x")), &Shelf).await));
    said.push(format!(
        "{:?}",
        dead.fetch_media(&account(), &channel_core::MediaRef("f".to_owned()), 10).await.map(drop)
    ));
    said.push(format!("{:?}", dead.connect(&account(), &accounts_target()).await));
    said.push(format!("{:?}", accounts_target()));

    let echoing = no(400, &format!("Bad Request: strange /bot{TOKEN}/sendMessage"), json!({}));
    let error = failed(400, echoing).await;
    said.push(format!("{error:?} {error}"));

    let wire = Wire::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(5));
    Mock::given(any()).respond_with(slow).mount(&wire.server).await;
    let error = wire.send(text("x")).await.unwrap_err();
    said.push(format!("{error:?} {error}"));

    let redirecting = Wire::start().await;
    let elsewhere = ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/elsewhere");
    Mock::given(any()).respond_with(elsewhere).mount(&redirecting.server).await;
    let error = redirecting.send(text("x")).await.unwrap_err();
    said.push(format!("{error:?} {error}"));

    for words in said {
        assert!(!words.contains(secret), "{words}");
        assert!(!words.contains("hook-secret"), "{words}");
    }
}

fn accounts_target() -> channel_core::WebhookTarget {
    super::accounts::target()
}
