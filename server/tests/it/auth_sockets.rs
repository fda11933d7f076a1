//! What is open ends with the access that opened it, in every process, within five seconds.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::json;
use server::app::App;
use server::config::Config;
use server::http::{accept, router};
use shared::Role;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::kit::{Browser, PASSWORD, TestDatabase, ask};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One process of the product on a real port, hearing notifications.
async fn start(test: &TestDatabase, already: i64) -> Arc<App> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let app = test.app_with(Config { listen: listener.local_addr().unwrap(), ..Config::default() });
    App::start_background(&app);
    let routes = router(&app, server::graphql::schema());
    tokio::spawn(accept::serve(listener, routes, app.config.limits, app.stopping.clone()));
    test.wait_for_listeners(already + 1).await;
    app
}

/// Opens the API's socket with a browser's cookie.
async fn open(app: &App, browser: &Browser) -> Socket {
    let port = app.config.listen.port();
    let mut request = format!("ws://localhost:{port}/graphql/ws").into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("origin", app.config.origin().parse().unwrap());
    headers.insert("cookie", browser.cookie.clone().unwrap().parse().unwrap());
    headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    socket.send(Message::text("{\"type\":\"connection_init\"}")).await.unwrap();
    let ack = socket.next().await.unwrap().unwrap();
    assert!(ack.to_text().unwrap().contains("connection_ack"), "{ack:?}");
    socket
}

/// The code with which the server closes the socket, if it does so in time.
async fn closed(socket: &mut Socket) -> Option<u16> {
    let wait = async {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(frame) = message {
                return frame.map(|frame| frame.code.into());
            }
        }
        None
    };
    // Well before the check that every socket makes every 30 s by itself.
    tokio::time::timeout(Duration::from_secs(20), wait).await.ok().flatten()
}

#[tokio::test]
async fn sockets_close_when_access_ends_also_in_another_process() {
    let test = TestDatabase::create().await;
    let here = start(&test, 0).await;
    let there = start(&test, 1).await;
    let owner = test.owner().await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let id = json!(agent.member_id.to_string());

    let mut bystander = open(&there, &test.signed_in(&here, &owner).await).await;
    let causes = [
        "mutation { signOut { ok } }",
        "mutation($password: String!) { changePassword(currentPassword: $password, newPassword: \"ochre tunnel seventeen gulls\") {
            problem { code } } }",
        "mutation($id: ID!) { changeMemberRole(memberId: $id, role: ADMIN) { problem { code } } }",
        "mutation($id: ID!) { removeMember(memberId: $id) { problem { code } } }",
    ];
    for cause in causes {
        let mut browser = test.signed_in(&here, &agent).await;
        let mut sockets = [open(&here, &browser).await, open(&there, &browser).await];
        if cause.contains("Member") {
            ask(&here, Some(&owner), cause, json!({ "id": id })).await.ok();
        } else if cause.contains("password") {
            browser.ask(cause, json!({ "password": PASSWORD })).await.ok();
        } else {
            browser.ask(cause, json!({})).await.ok();
        }
        for socket in &mut sockets {
            assert_eq!(closed(socket).await, Some(4401), "{cause}");
        }
    }
    bystander.send(Message::text("{\"type\":\"ping\"}")).await.unwrap();
    let answer = bystander.next().await.unwrap().unwrap();
    assert!(answer.to_text().unwrap().contains("pong"), "{answer:?}");
}

#[tokio::test]
async fn nobody_opens_a_socket_without_a_session_or_from_another_site() {
    let test = TestDatabase::create().await;
    let app = start(&test, 0).await;
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
