use std::time::Duration;

use channel_core::{
    Act, ChannelAdapter, FileGone, MediaPart, RefusalReason, SendError, Transmission, WaitScope,
};
use serde_json::{Value, json};
use shared::{MediaKind, RichText};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, ResponseTemplate};

use super::kit::*;

async fn failed(status: u16, body: Value) -> SendError {
    let wire = Wire::start().await;
    wire.on("POST", &format!("{NUMBER}/messages"), status, body).await;
    let error = wire.send(text("x")).await.unwrap_err();
    assert_eq!(wire.calls().await.len(), 1, "one call, no more");
    error
}

fn reason(error: &SendError) -> Option<RefusalReason> {
    match error {
        SendError::Refused(refusal) => Some(refusal.reason),
        _ => None,
    }
}

#[tokio::test]
async fn each_refusal_tells_the_caller_what_to_do_next() {
    assert!(matches!(failed(401, error(190, "Session has expired")).await, SendError::Unauthorised(_)));
    assert!(matches!(
        failed(400, error(100, "Object with ID '7' does not exist")).await,
        SendError::Refused(_)
    ));
    let closed = failed(400, error(131_047, "(#131047) Re-engagement message")).await;
    assert_eq!(reason(&closed), Some(RefusalReason::WindowClosed));
    assert_eq!(reason(&failed(400, error(131_026, "x")).await), Some(RefusalReason::Unreachable));
    assert_eq!(reason(&failed(404, error(132_001, "x")).await), Some(RefusalReason::Template));
    let SendError::Temporary(wait) = failed(400, error(131_056, "pair rate")).await else { panic!("a wait") };
    assert_eq!((wait.scope, wait.told), (WaitScope::Thread, false));
    assert!(matches!(failed(500, error(131_000, "x")).await, SendError::Temporary(_)));
    assert!(matches!(failed(502, json!("<html>")).await, SendError::Uncertain(_)));
    assert!(matches!(failed(503, json!("busy")).await, SendError::Temporary(_)));
    assert!(matches!(failed(200, json!({ "hello": 1 })).await, SendError::Uncertain(_)));
    assert!(matches!(failed(200, json!({ "messages": [{}] })).await, SendError::Uncertain(_)));
    let sent = json!({ "error": { "code": 1, "error_subcode": 1_357_046, "message": "x" } });
    assert!(matches!(failed(500, sent).await, SendError::Uncertain(_)));
}

#[tokio::test]
async fn an_object_that_the_token_cannot_see_asks_to_reconnect() {
    let gone = json!({ "error": { "code": 100, "error_subcode": 33, "message": "x" } });
    assert!(matches!(failed(400, gone).await, SendError::Unauthorised(_)));
}

#[tokio::test]
async fn minutes_in_the_header_are_passed_on() {
    let wire = Wire::start().await;
    let usage =
        json!({ "7": [{ "type": "whatsapp", "call_count": 100, "estimated_time_to_regain_access": 7 }] });
    Mock::given(method("POST"))
        .respond_with(
            ResponseTemplate::new(400)
                .set_body_json(error(80_007, "too many calls"))
                .insert_header("x-business-use-case-usage", usage.to_string()),
        )
        .mount(&wire.server)
        .await;
    let SendError::Temporary(wait) = wire.send(text("x")).await.unwrap_err() else { panic!("a wait") };
    assert_eq!(
        (wait.retry_after, wait.told, wait.scope),
        (Duration::from_secs(420), true, WaitScope::Account)
    );
}

#[tokio::test]
async fn a_quote_that_is_gone_does_not_lose_the_answer() {
    let wire = Wire::start().await;
    wire.on_times(
        1,
        "POST",
        &format!("{NUMBER}/messages"),
        400,
        error(131_009, "(#131009) context message_id is invalid"),
    )
    .await;
    wire.takes_messages().await;
    let quote = Some("wamid.GONE".to_owned());
    let receipt = wire.send_as(Transmission { quote, ..transmission(text("x")) }).await.unwrap();
    assert_eq!((receipt.platform_message_ids.len(), receipt.notes.len()), (1, 1));
    let messages = wire.messages().await;
    assert!(messages[0].get("context").is_some() && messages[1].get("context").is_none());
}

#[tokio::test]
async fn a_reaction_to_what_is_gone_says_so() {
    let wire = Wire::start().await;
    wire.on("POST", &format!("{NUMBER}/messages"), 400, error(131_009, "Parameter value is not valid")).await;
    for act in [
        Act::React { platform_message_id: "w".to_owned(), reaction: None },
        Act::MarkRead { platform_message_id: "w".to_owned() },
    ] {
        assert_eq!(reason(&wire.send(act).await.unwrap_err()), Some(RefusalReason::TargetGone));
    }
}

#[tokio::test]
async fn silence_after_a_message_is_uncertain() {
    let wire = Wire::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(accepted()).set_delay(Duration::from_secs(5)))
        .mount(&wire.server)
        .await;
    assert!(matches!(wire.send(text("x")).await, Err(SendError::Uncertain(_))));
}

#[tokio::test]
async fn a_connection_that_closes_after_the_request_is_uncertain_and_none_at_all_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await.unwrap();
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"mess").await.unwrap();
    });
    let whatsapp = channel_whatsapp::WhatsApp::new(graph(&format!("http://{address}")));
    let (account, message) = (account(), transmission(text("x")));
    let send = || whatsapp.send(&account, &message, &Shelf);
    assert!(matches!(send().await, Err(SendError::Uncertain(_))));
    serving.await.unwrap();
    let error = send().await;
    assert!(matches!(error, Err(SendError::Temporary(_))), "{error:?}");
}

fn picture() -> Act {
    let part =
        MediaPart { file: file(MediaKind::Image, "a.jpg", "image/jpeg"), caption: RichText::default() };
    Act::Media { part, buttons: None }
}

#[tokio::test]
async fn an_upload_that_fails_sends_nothing_and_is_never_uncertain() {
    for (answer, expected) in [
        (
            ResponseTemplate::new(200).set_body_json(json!({ "id": "1" })).set_delay(Duration::from_secs(5)),
            "temporary",
        ),
        (ResponseTemplate::new(502).set_body_string("<html>"), "temporary"),
        (ResponseTemplate::new(200).set_body_json(json!({})), "temporary"),
        (
            ResponseTemplate::new(400)
                .set_body_json(error(100, "Param file must be a file with a supported type")),
            "kind",
        ),
        (ResponseTemplate::new(400).set_body_json(error(131_053, "Media upload error")), "kind"),
        (ResponseTemplate::new(401).set_body_json(error(190, "expired")), "unauthorised"),
    ] {
        let wire = Wire::start().await;
        Mock::given(path(format!("/v25.0/{NUMBER}/media"))).respond_with(answer).mount(&wire.server).await;
        let got = match wire.send(picture()).await {
            Err(SendError::Temporary(_)) => "temporary",
            Err(SendError::Refused(refusal)) if refusal.reason == RefusalReason::KindNotTaken => "kind",
            Err(SendError::Unauthorised(_)) => "unauthorised",
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected);
        assert!(wire.messages().await.is_empty());
    }
}

#[tokio::test]
async fn a_file_of_ours_that_is_gone_is_refused_and_one_that_cannot_be_read_now_waits() {
    let wire = Wire::start().await;
    let send =
        async |gone| wire.whatsapp.send(&wire.account, &transmission(picture()), &EmptyShelf(gone)).await;
    assert_eq!(reason(&send(FileGone::Deleted).await.unwrap_err()), Some(RefusalReason::FileGone));
    assert!(matches!(send(FileGone::NotNow).await, Err(SendError::Temporary(_))));
    assert!(wire.calls().await.is_empty());
}

#[tokio::test]
async fn no_token_ever_shows() {
    let words = format!("Malformed access token {TOKEN}");
    for status in [400, 401, 500] {
        for code in [1, 100, 190, 131_047, 77_777] {
            let shown = format!("{:?}", failed(status, error(code, &words)).await);
            assert!(!shown.contains("EAAG"), "{shown}");
        }
    }
    let mut wire = Wire::start().await;
    wire.account.secrets.access_token = None;
    assert!(matches!(wire.send(text("x")).await, Err(SendError::Unauthorised(_))));
    wire.account.secrets.access_token = Some("two words".into());
    assert!(matches!(wire.send(text("x")).await, Err(SendError::Unauthorised(_))));
    assert!(wire.calls().await.is_empty());
    assert!(!format!("{:?} {:?}", wire.account, wire.whatsapp).contains(TOKEN));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let wire = Wire::start().await;
    let elsewhere = wiremock::MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(307).insert_header("location", elsewhere.uri()))
        .mount(&wire.server)
        .await;
    assert!(matches!(wire.send(text("x")).await, Err(SendError::Refused(_))));
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}
