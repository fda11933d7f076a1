//! A visitor's sockets and sessions: how many, until when, and what agents hear of them.

use futures::{SinkExt as _, StreamExt as _};
use http::StatusCode;
use serde_json::{Value, json};
use server::channels::{IdentityMode, WebChatChange};
use tokio_tungstenite::tungstenite::Message as Frame;
use tower::ServiceExt as _;

use crate::kit::Live;
use crate::widget::{Socket, Widget};

/// The code with which the server closes a visitor's socket, and the last thing it said.
async fn closed(socket: &mut Socket) -> (Value, Option<u16>) {
    let mut last = Value::Null;
    let wait = async {
        while let Some(Ok(frame)) = socket.0.next().await {
            match frame {
                Frame::Text(text) => last = serde_json::from_str(&text).unwrap(),
                Frame::Close(frame) => return frame.map(|frame| frame.code.into()),
                _ => {}
            }
        }
        None
    };
    let code = tokio::time::timeout(std::time::Duration::from_secs(20), wait).await.ok().flatten();
    (last, code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_holds_five_sockets_and_no_more() {
    let widget = Widget::start().await;
    let address = widget.serve().await;
    let (ana, ben) = (widget.visitor().await, widget.visitor().await);
    let mut open = Vec::new();
    for _ in 0..5 {
        let mut socket = widget.connect(address, &ana, 0).await;
        socket.next_of("hello").await;
        open.push(socket);
    }
    let mut sixth = widget.connect(address, &ana, 0).await;
    assert_eq!(
        closed(&mut sixth).await,
        (json!({ "type": "error", "code": "TOO_MANY_SOCKETS" }), Some(4429))
    );
    widget.connect(address, &ben, 0).await.next_of("hello").await; // another session has its own

    open.pop().unwrap().0.close(None).await.unwrap();
    for _ in 0..400 {
        let mut again = widget.connect(address, &ana, 0).await;
        if again.next().await["type"] == "hello" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("a place that was given back cannot be taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_a_session_ends_its_tokens_and_its_sockets_and_nobody_elses() {
    let widget = Widget::start().await;
    let address = widget.serve().await;
    let session = widget.session(json!({})).await;
    let ana = session["sessionToken"].as_str().unwrap();
    let visitor_token = session["visitorToken"].clone();
    let ben = widget.visitor().await;
    widget.say(ana, "hello").await;
    widget.texts(ana, 1).await;
    let mut hers = widget.connect(address, ana, 0).await;
    hers.next_of("hello").await;
    let mut his = widget.connect(address, &ben, 0).await;
    his.next_of("hello").await;

    let end = json!({ "visitorToken": visitor_token }).to_string();
    assert_eq!(widget.post("/sessions/end", None, "{}").await.status, StatusCode::UNAUTHORIZED);
    let ended = widget.post("/sessions/end", Some(ana), end.clone()).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(closed(&mut hers).await, (json!({ "type": "error", "code": "UNAUTHENTICATED" }), Some(4401)));
    assert_eq!(widget.say(ana, "still here?").await.status, StatusCode::UNAUTHORIZED);
    let back = widget.session(json!({ "visitorToken": visitor_token })).await;
    assert_eq!((&back["hasConversation"], back["visitorToken"] == visitor_token), (&json!(false), false));
    assert_eq!(widget.post("/sessions/end", Some(ana), end).await.status, StatusCode::NO_CONTENT, "again");

    his.0.send(Frame::text(r#"{"type":"ping"}"#)).await.unwrap();
    his.next_of("pong").await;
    assert_eq!(widget.say(&ben, "me too").await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_in_another_process_ends_here() {
    let widget = Widget::start().await;
    let there = widget.test.serve(1).await;
    let address = widget.serve().await;
    let visitor = widget.visitor().await;
    let mut socket = widget.connect(address, &visitor, 0).await;
    socket.next_of("hello").await;
    let end = http::Request::post(format!("/widget/v1/{}/sessions/end", widget.widget_id))
        .header("origin", there.config.origin())
        .header("authorization", format!("Bearer {visitor}"))
        .body(axum::body::Body::empty())
        .unwrap();
    let routes = server::widget::routes(&there).with_state(std::sync::Arc::clone(&there));
    assert_eq!(routes.oneshot(end).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(closed(&mut socket).await.1, Some(4401));
    assert_eq!(widget.say(&visitor, "still here?").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_whose_session_ended_unheard_closes_at_a_ping() {
    let change = WebChatChange { identity_mode: Some(IdentityMode::Optional), ..WebChatChange::default() };
    let widget = Widget::start_with(change).await;
    let secret = widget.secret().await;
    let address = widget.serve().await;
    let visitor = widget.visitor().await;
    let mut socket = widget.connect(address, &visitor, 0).await;
    socket.next_of("hello").await;
    widget.sql("delete from visitor_sessions").await;
    // Makes the process forget what it remembers of sessions; else that takes it half a minute.
    widget.session(json!({ "identityToken": widget.jwt(&secret, "u1", 3_600) })).await;
    socket.0.send(Frame::text(r#"{"type":"ping"}"#)).await.unwrap();
    assert_eq!(closed(&mut socket).await.1, Some(4401));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_sees_the_visitor_type_and_stop() {
    let widget = Widget::start().await;
    let api = widget.test.serve(1).await;
    let address = widget.serve().await;
    let visitor = widget.visitor().await;
    widget.say(&visitor, "hello").await;
    widget.texts(&visitor, 1).await;
    let conversation: shared::ConversationId = sqlx::query_scalar("select id from conversations")
        .fetch_one(&mut widget.test.superuser().await)
        .await
        .unwrap();
    let presence = format!(
        r#"subscription {{ presence(conversationId: "{conversation}", typing: false) {{ contact typing }} }}"#
    );
    // The agent is on another process than the visitor.
    let mut agent = Live::open(&api, &widget.test.signed_in(&api, &widget.owner).await).await;
    agent.subscribe("p", &presence).await;
    assert_eq!(agent.data("p").await["presence"], json!([]));

    let mut socket = widget.connect(address, &visitor, 0).await;
    socket.next_of("hello").await;
    socket.next_of("message").await;
    let typing = json!([{ "contact": true, "typing": true }]);
    for stop in [Some(r#"{"type":"typing","on":false}"#), None] {
        socket.0.send(Frame::text(r#"{"type":"typing","on":true}"#)).await.unwrap();
        assert_eq!(agent.data("p").await["presence"], typing);
        if let Some(stop) = stop {
            socket.0.send(Frame::text(stop)).await.unwrap();
        } else {
            socket.0.close(None).await.unwrap(); // without a word: it is over by itself
        }
        assert_eq!(agent.data("p").await["presence"], json!([]));
    }
}
