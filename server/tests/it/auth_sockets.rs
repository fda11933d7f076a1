//! What is open ends with the access that opened it, in every process, within five seconds.

use serde_json::{Value, json};
use shared::Role;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::kit::{Live, PASSWORD, TestDatabase, ask};

#[tokio::test]
async fn sockets_close_when_access_ends_also_in_another_process() {
    let test = TestDatabase::create().await;
    let here = test.serve(0).await;
    let there = test.serve(1).await;
    let owner = test.owner().await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let id = json!(agent.member_id.to_string());

    let mut bystander = Live::open(&there, &test.signed_in(&here, &owner).await).await;
    let causes = [
        "mutation { signOut { ok } }",
        "mutation($password: String!) { changePassword(currentPassword: $password, newPassword: \"ochre tunnel seventeen gulls\") {
            problem { code } } }",
        "mutation($id: ID!) { changeMemberRole(memberId: $id, role: ADMIN) { problem { code } } }",
        "mutation($id: ID!) { removeMember(memberId: $id) { problem { code } } }",
    ];
    for cause in causes {
        let mut browser = test.signed_in(&here, &agent).await;
        let mut sockets = [Live::open(&here, &browser).await, Live::open(&there, &browser).await];
        if cause.contains("Member") {
            ask(&here, Some(&owner), cause, json!({ "id": id })).await.ok();
        } else if cause.contains("password") {
            browser.ask(cause, json!({ "password": PASSWORD })).await.ok();
        } else {
            browser.ask(cause, json!({})).await.ok();
        }
        for socket in &mut sockets {
            assert_eq!(socket.closed().await.1, Some(4401), "{cause}");
        }
    }
    bystander.send(json!({ "type": "ping" })).await;
    assert_eq!(bystander.frame().await, Some(json!({ "type": "pong" })));
}

#[tokio::test]
async fn a_removed_members_subscriptions_end_and_tell_nothing_of_what_comes_after() {
    const REMOVE: &str = "mutation($id: ID!) { removeMember(memberId: $id) { problem { code } } }";
    const NOTE: &str = "mutation($id: ID!, $client: String!) {
        addNote(input: { conversationId: $id, clientId: $client, text: \"among us now\" }) { problem { code } } }";
    let test = TestDatabase::create().await;
    let here = test.serve(0).await;
    let there = test.serve(1).await;
    let owner = test.owner().await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let channel = test.web_chat(owner.workspace_id).await;
    let conversation = test.conversation(owner.workspace_id, channel, 1).await;
    let events = "subscription { events(after: 0) { seq kind message { text } } }";
    let presence = format!(
        r#"subscription {{ presence(conversationId: "{conversation}", typing: true) {{ memberId typing }} }}"#
    );

    let mut watching = Live::open(&here, &test.signed_in(&here, &owner).await).await;
    watching.subscribe("p", &presence).await;
    let browser = test.signed_in(&here, &agent).await;
    let mut sockets = Vec::new();
    for process in [&here, &there] {
        let mut socket = Live::open(process, &browser).await;
        socket.subscribe("e", events).await;
        assert_eq!(socket.data("e").await["events"]["message"]["text"], "Message 1");
        socket.subscribe("p", &presence).await;
        socket.data("p").await;
        sockets.push(socket);
    }
    let is_there = json!([{ "memberId": agent.member_id, "typing": true }]);
    while watching.data("p").await["presence"] != is_there {}

    ask(&here, Some(&owner), REMOVE, json!({ "id": agent.member_id })).await.ok();
    let note = json!({ "id": conversation, "client": uuid::Uuid::new_v4() });
    ask(&here, Some(&owner), NOTE, note).await.ok();
    for socket in &mut sockets {
        let (said, code) = socket.closed().await;
        assert_eq!(code, Some(4401), "{said:?}");
        assert!(!said.iter().any(|frame| frame.to_string().contains("among us now")), "{said:?}");
    }
    while watching.data("p").await["presence"] != Value::Array(Vec::new()) {}
}

#[tokio::test]
async fn nobody_opens_a_socket_without_a_session_or_from_another_site() {
    let test = TestDatabase::create().await;
    let app = test.serve(0).await;
    let owner = test.owner().await;
    let browser = test.signed_in(&app, &owner).await;
    let port = app.config.listen.port();
    for (origin, cookie, status) in [
        (app.config.origin(), "switchboard-session=AAAAAAAAAAAAAAAAAAAAAA".to_owned(), 401),
        ("http://evil.example".to_owned(), browser.cookie.clone().unwrap(), 403),
    ] {
        let mut request = format!("ws://localhost:{port}/graphql/ws").into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        match connect_async(request).await {
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), status),
            other => panic!("{other:?}"),
        }
    }
}
