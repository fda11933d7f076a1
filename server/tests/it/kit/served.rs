//! The product on a real port, and a client of its `graphql-transport-ws` socket.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use server::app::App;
use server::config::Config;
use server::http::{accept, router};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Browser, TestDatabase};

/// Well before the check that every socket makes every 30 s by itself, and long on a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);

impl TestDatabase {
    /// One process of the product on a real port, hearing notifications; `already` do.
    pub async fn serve(&self, already: i64) -> Arc<App> {
        self.serve_with(already, |_| {}).await
    }

    /// The same, configured.
    pub async fn serve_with(&self, already: i64, change: impl FnOnce(&mut Config)) -> Arc<App> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config =
            Config { listen: listener.local_addr().unwrap(), data_dir: self.data_dir(), ..Config::default() };
        change(&mut config);
        let app = self.app_with(config);
        App::start_background(&app);
        let routes = router(&app, server::graphql::schema());
        tokio::spawn(accept::serve(listener, routes, app.config.limits, app.stopping.clone()));
        self.wait_for_listeners(already + 1).await;
        app
    }
}

/// An open socket of the API.
pub struct Live(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Live {
    /// Opens it with a browser's cookie.
    pub async fn open(app: &App, browser: &Browser) -> Self {
        let port = app.config.listen.port();
        let mut request = format!("ws://localhost:{port}/graphql/ws").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", app.config.origin().parse().unwrap());
        headers.insert("cookie", browser.cookie.clone().unwrap().parse().unwrap());
        headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (socket, _) = connect_async(request).await.unwrap();
        let mut live = Self(socket);
        live.send(json!({ "type": "connection_init" })).await;
        assert_eq!(live.frame().await, Some(json!({ "type": "connection_ack" })));
        live
    }

    /// Sends one message of the protocol.
    pub async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Begins a subscription under a name of the client's choice.
    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    /// The next message, pings left out; `None` when the server has closed, or said nothing for long.
    pub async fn frame(&mut self) -> Option<Value> {
        match self.next().await? {
            Message::Text(text) => Some(serde_json::from_str(&text).unwrap()),
            _ => None,
        }
    }

    /// What a subscription says next: its `data`.
    pub async fn data(&mut self, id: &str) -> Value {
        loop {
            let mut frame = self.frame().await.expect("an open socket that says something");
            if frame["id"] == id {
                assert_eq!(frame["type"], "next", "{frame}");
                return frame["payload"]["data"].take();
            }
        }
    }

    /// Everything the server still says, and the code with which it closes the socket, if it does so in time.
    pub async fn closed(&mut self) -> (Vec<Value>, Option<u16>) {
        let mut said = Vec::new();
        loop {
            match self.next().await {
                Some(Message::Text(text)) => said.push(serde_json::from_str(&text).unwrap()),
                Some(Message::Close(frame)) => return (said, frame.map(|frame| frame.code.into())),
                _ => return (said, None),
            }
        }
    }

    async fn next(&mut self) -> Option<Message> {
        let next = async {
            loop {
                match self.0.next().await?.ok()? {
                    Message::Text(text) if text.contains(r#""type":"ping""#) => {}
                    Message::Ping(_) | Message::Pong(_) => {}
                    message => return Some(message),
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.ok()?
    }
}
