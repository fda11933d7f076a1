//! GraphQL over a WebSocket: the `graphql-transport-ws` protocol, subscriptions only.
//!
//! Source: the protocol's description in `enisdenjo/graphql-ws`, PROTOCOL.md. A socket that cannot take
//! its events is closed, never skipped: the client resumes from its last number.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::{self, types::OperationType};
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use futures::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, interval, interval_at, timeout};
use tower_sessions::Session;

use super::follow::{Asker, Follow};
use super::{ApiSchema, limits};
use crate::app::App;
use crate::auth::{self, SessionKeyHash};
use crate::error::AppError;
use crate::viewer::{RequestContext, Viewer};

const PROTOCOL: &str = "graphql-transport-ws";
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Events that may wait for a slow socket before it is closed.
const WAITING_MAX: usize = 256;
const SUBSCRIPTIONS_MAX: usize = 50;
const SESSION_CHECK: Duration = Duration::from_secs(30);
const PING_EVERY: Duration = Duration::from_secs(25);
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the server ends a socket; 44xx are the protocol's own.
mod code {
    pub(super) const RESTARTING: u16 = 1012;
    pub(super) const TOO_SLOW: u16 = 1013;
    pub(super) const BAD_MESSAGE: u16 = 4400;
    pub(super) const UNAUTHENTICATED: u16 = 4401;
    pub(super) const INIT_TIMEOUT: u16 = 4408;
    pub(super) const SUBSCRIBER_EXISTS: u16 = 4409;
    pub(super) const TOO_MANY_INITS: u16 = 4429;
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FromClient {
    ConnectionInit,
    Ping,
    Pong,
    Subscribe { id: String, payload: Subscribe },
    Complete { id: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscribe {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ToClient<'a> {
    ConnectionAck,
    Ping,
    Pong,
    Next { id: &'a str, payload: &'a RawValue },
    Error { id: &'a str, payload: &'a RawValue },
    Complete { id: &'a str },
}

impl ToClient<'_> {
    fn frame(&self) -> Message {
        Message::text(serde_json::to_string(self).unwrap_or_default())
    }
}

/// `GET /graphql/ws`.
pub async fn upgrade(
    State(app): State<Arc<App>>,
    Extension(schema): Extension<ApiSchema>,
    Extension(viewer): Extension<Option<Viewer>>,
    Extension(context): Extension<RequestContext>,
    session: Session,
    upgrade: WebSocketUpgrade,
) -> Response {
    let (Some(viewer), Some(key)) = (viewer, auth::session_key(&session)) else {
        return AppError::Unauthenticated.into_response();
    };
    let Some(seat) = app.sockets.take(viewer.user_id) else {
        return AppError::Throttled { retry_after_seconds: 5 }.into_response();
    };
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            let connection =
                Connection { app, schema, viewer, context, key, running: HashMap::new(), ready: false };
            connection.run(socket).await;
            drop(seat);
        })
}

struct Connection {
    app: Arc<App>,
    schema: ApiSchema,
    viewer: Viewer,
    context: RequestContext,
    key: SessionKeyHash,
    running: HashMap<String, AbortHandle>,
    ready: bool,
}

/// What ends a socket.
type Closing = (u16, &'static str);

impl Connection {
    async fn run(mut self, socket: WebSocket) {
        let (mut sink, mut stream) = socket.split();
        let (outbox, mut waiting) = mpsc::channel::<(String, Message, bool)>(WAITING_MAX);
        let init_deadline = Instant::now() + INIT_TIMEOUT;
        let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        let mut checks = interval_at(Instant::now() + SESSION_CHECK, SESSION_CHECK);
        let mut revoked = self.app.auth.revocations.subscribe();
        let mut init_watch = interval(Duration::from_secs(1));

        let closing: Option<Closing> = loop {
            let step: ControlFlow<Option<Closing>, Option<Message>> = tokio::select! {
                received = stream.next() => match received {
                    Some(Ok(Message::Text(text))) => self.on_message(text.as_str(), &outbox),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(None),
                    Some(Ok(_)) => ControlFlow::Continue(None),
                },
                Some((id, message, last)) = waiting.recv() => {
                    if last {
                        self.running.remove(&id);
                    }
                    ControlFlow::Continue(Some(message))
                }
                _ = pings.tick() => ControlFlow::Continue(Some(ToClient::Ping.frame())),
                _ = checks.tick() => self.check_session().await,
                () = self.app.stopping.cancelled() => ControlFlow::Break(Some((code::RESTARTING, "restarting"))),
                notice = revoked.recv() => match notice {
                    Ok(notice) if !notice.concerns(self.key, &self.viewer) => ControlFlow::Continue(None),
                    _ => self.check_session().await,
                },
                _ = init_watch.tick(), if !self.ready => if Instant::now() >= init_deadline {
                    ControlFlow::Break(Some((code::INIT_TIMEOUT, "connection initialisation timeout")))
                } else {
                    ControlFlow::Continue(None)
                },
            };
            match step {
                ControlFlow::Break(closing) => break closing,
                ControlFlow::Continue(None) => {}
                ControlFlow::Continue(Some(message)) => match timeout(SEND_TIMEOUT, sink.send(message)).await
                {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => break None,
                    Err(_) => break Some((code::TOO_SLOW, "too slow; resume from the last event")),
                },
            }
        };
        for running in self.running.values() {
            running.abort();
        }
        if let Some((code, reason)) = closing {
            let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = timeout(Duration::from_secs(2), sink.send(frame)).await; // it may be gone already
        }
    }

    async fn check_session(&self) -> ControlFlow<Option<Closing>, Option<Message>> {
        match auth::still_valid(&self.app, self.key, &self.viewer).await {
            Ok(false) => ControlFlow::Break(Some((code::UNAUTHENTICATED, "signed out"))),
            // The database may be away for a moment: that signs nobody out.
            Ok(true) | Err(_) => ControlFlow::Continue(None),
        }
    }

    fn on_message(
        &mut self,
        text: &str,
        outbox: &mpsc::Sender<(String, Message, bool)>,
    ) -> ControlFlow<Option<Closing>, Option<Message>> {
        let Ok(message) = serde_json::from_str::<FromClient>(text) else {
            return ControlFlow::Break(Some((code::BAD_MESSAGE, "not a message of graphql-transport-ws")));
        };
        match message {
            FromClient::ConnectionInit if self.ready => {
                ControlFlow::Break(Some((code::TOO_MANY_INITS, "too many initialisation requests")))
            }
            FromClient::ConnectionInit => {
                self.ready = true;
                ControlFlow::Continue(Some(ToClient::ConnectionAck.frame()))
            }
            FromClient::Ping => ControlFlow::Continue(Some(ToClient::Pong.frame())),
            FromClient::Pong => ControlFlow::Continue(None),
            FromClient::Complete { id } => {
                if let Some(running) = self.running.remove(&id) {
                    running.abort();
                }
                ControlFlow::Continue(None)
            }
            FromClient::Subscribe { .. } if !self.ready => {
                ControlFlow::Break(Some((code::UNAUTHENTICATED, "send connection_init first")))
            }
            FromClient::Subscribe { id, .. } if self.running.contains_key(&id) => {
                ControlFlow::Break(Some((code::SUBSCRIBER_EXISTS, "subscriber already exists")))
            }
            FromClient::Subscribe { id, payload } => self.subscribe(id, payload, outbox),
        }
    }

    fn subscribe(
        &mut self,
        id: String,
        payload: Subscribe,
        outbox: &mpsc::Sender<(String, Message, bool)>,
    ) -> ControlFlow<Option<Closing>, Option<Message>> {
        let variables = payload.variables.unwrap_or_default();
        let refusal = if self.running.len() >= SUBSCRIPTIONS_MAX {
            Some("too many subscriptions on one socket".to_owned())
        } else if !is_subscription(&payload.query, payload.operation_name.as_deref()) {
            Some("only subscriptions run over the socket".to_owned())
        } else {
            limits::check(&payload.query, &variables, true).err()
        };
        if let Some(reason) = refusal {
            let errors =
                serde_json::json!([{ "message": reason, "extensions": { "code": "INVALID_REQUEST" } }]);
            let frame = raw(&errors).map(|payload| ToClient::Error { id: &id, payload: &payload }.frame());
            return ControlFlow::Continue(frame);
        }

        let document = parser::parse_query(&payload.query).ok();
        let operation = payload.operation_name.as_deref();
        let follow = document.as_ref().and_then(|d| Follow::read(&payload.query, d, operation, &variables));
        let asker = Asker {
            app: Arc::clone(&self.app),
            schema: self.schema.clone(),
            viewer: self.viewer.clone(),
            context: self.context.clone(),
            query: payload.query,
            document,
            operation: payload.operation_name,
            variables,
        };
        let outlet = Outlet { id: id.clone(), outbox: outbox.clone() };
        let running = tokio::spawn(async move {
            match follow {
                Some(follow) => follow.run(asker, &outlet).await,
                None => asker.run(&outlet).await,
            }
            let frame = ToClient::Complete { id: &outlet.id }.frame();
            let _ = outlet.outbox.send((outlet.id, frame, true)).await; // nobody left to tell
        });
        self.running.insert(id, running.abort_handle());
        ControlFlow::Continue(None)
    }
}

/// Where a subscription's answers go.
pub(super) struct Outlet {
    id: String,
    outbox: mpsc::Sender<(String, Message, bool)>,
}

impl Outlet {
    /// Waits for a slow socket; the hub behind the stream ends it when too much has gathered.
    pub(super) async fn hand_out(&self, payload: &RawValue) -> ControlFlow<()> {
        let frame = ToClient::Next { id: &self.id, payload }.frame();
        match self.outbox.send((self.id.clone(), frame, false)).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

fn raw<Payload: Serialize>(payload: &Payload) -> Option<Box<RawValue>> {
    serde_json::value::to_raw_value(payload).ok()
}

fn is_subscription(query: &str, operation_name: Option<&str>) -> bool {
    let Ok(document) = parser::parse_query(query) else { return false };
    let mut operations = document.operations.iter();
    match operation_name {
        Some(name) => operations.any(|(found, operation)| {
            found.is_some_and(|f| f.as_str() == name) && operation.node.ty == OperationType::Subscription
        }),
        None => operations.all(|(_, operation)| operation.node.ty == OperationType::Subscription),
    }
}
