//! A visitor's live connection: hello with the session's token, what was missed, then what happens.
//!
//! Messages travel by HTTP, durably; the socket only tells. A visitor without a conversation waits for
//! the first message to make one.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures::{Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::ConversationId;
use std::pin::Pin;

use super::error::Refusal;
use super::session::VisitorSession;
use super::thread_store::{self, Range, Thread};
use super::{config, view};
use crate::app::App;
use crate::channels::LiveWidget;
use crate::realtime::{Change, EventKind, HydratedEvent, Present};

const PROTOCOL: &str = "switchboard.v1";
const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Unsent bytes after which a socket is closed; it comes back and resumes from its cursor.
const UNSENT_BYTES_MAX: usize = 1024 * 1024;
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A client that pings every 20 s and is silent for this long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(60);
const SEND_WITHIN: Duration = Duration::from_secs(10);
const PAGE: i64 = 100;
/// "Service restart" of RFC 6455's registry.
const RESTARTING: u16 = 1012;

/// `GET /events`
pub(super) async fn upgrade(
    State(app): State<Arc<App>>,
    Extension(widget): Extension<Arc<LiveWidget>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(UNSENT_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            let stopping = app.stopping.clone();
            let mut line = Line { app, widget, socket };
            let closing = tokio::select! {
                () = stopping.cancelled() => Some(CloseFrame { code: RESTARTING, reason: "restarting".into() }),
                outcome = line.run() => match outcome {
                    Ok(()) => None,
                    Err(refusal) => {
                        let _ = line.send(&json!({ "type": "error", "code": refusal.code() })).await;
                        Some(CloseFrame { code: refusal.close_code(), reason: refusal.code().into() })
                    }
                },
            };
            let _ = line.socket.send(Frame::Close(closing)).await; // the other side may be gone already
        })
}

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Said {
    Hello {
        session_token: String,
        #[serde(default)]
        after_seq: i64,
    },
    Typing {
        on: bool,
    },
    Ping,
    #[serde(other)]
    Other,
}

struct Line {
    app: Arc<App>,
    widget: Arc<LiveWidget>,
    socket: WebSocket,
}

type Presences = Pin<Box<dyn Stream<Item = Vec<Present>> + Send>>;

/// Where the visitor stands in the thread.
struct Position {
    thread: Option<ConversationId>,
    /// The last message that was sent down this line.
    seq: i64,
    contact_read_seq: i64,
    agents_read: i64,
}

impl Line {
    /// Runs until the client leaves; an error is told before the line is cut.
    async fn run(&mut self) -> Result<(), Refusal> {
        let Ok(Some((token, after_seq))) = tokio::time::timeout(HELLO_WITHIN, self.hello()).await else {
            return Ok(());
        };
        let visitor = self.app.visitors.session(&self.widget, &token).await?;
        let seat = self.app.visitors.seat(&self.widget, &token)?;
        // The number first, the state after it: what happens in between is told twice and dropped here.
        let from = thread_store::event_seq(&self.app.db, &self.widget).await?;
        let mut position =
            Position { thread: None, seq: after_seq.max(0), contact_read_seq: 0, agents_read: 0 };
        let thread = self.catch_up(&visitor, &mut position, true).await?;
        let mut presences = self.watch(thread);
        let mut typing = false;

        let mut events = std::pin::pin!(self.app.hub.subscribe(self.widget.workspace_id, from));
        let mut heard = tokio::time::Instant::now();
        loop {
            tokio::select! {
                event = events.next() => {
                    let Some(event) = event else {
                        // Too slow, or the database was away: the client comes back with its cursor.
                        return self.send(&json!({ "type": "resync", "reason": "behind" })).await;
                    };
                    if self.happened(&visitor, &mut position, &event).await? {
                        presences = self.watch(position.thread);
                    }
                }
                Some(present) = presences.next() => {
                    let agent = present.iter().find(|person| person.typing && person.member_id.is_some());
                    if agent.is_some() != typing {
                        typing = agent.is_some();
                        let name = agent.map(|agent| agent.name.as_str());
                        self.send(&json!({ "type": "typing", "on": typing, "name": name })).await?;
                    }
                }
                () = seat.ended.cancelled() => return Err(Refusal::NO_SESSION),
                frame = self.socket.recv() => {
                    heard = tokio::time::Instant::now();
                    match frame {
                        Some(Ok(Frame::Text(text))) => self.said(&visitor, &token, &position, &text).await?,
                        Some(Ok(Frame::Binary(_))) | Some(Ok(Frame::Ping(_))) | Some(Ok(Frame::Pong(_))) => {}
                        Some(Ok(Frame::Close(_)) | Err(_)) | None => return Ok(()),
                    }
                }
                () = tokio::time::sleep_until(heard + SILENCE_MAX) => return Ok(()),
            }
        }
    }

    async fn hello(&mut self) -> Option<(String, i64)> {
        while let Some(Ok(frame)) = self.socket.recv().await {
            if let Frame::Text(text) = frame {
                return match serde_json::from_str(&text).ok()? {
                    Said::Hello { session_token, after_seq } => Some((session_token, after_seq)),
                    _ => None,
                };
            }
        }
        None
    }

    /// Sends what the thread has after the position; with a greeting first.
    async fn catch_up(
        &mut self,
        visitor: &VisitorSession,
        position: &mut Position,
        greet: bool,
    ) -> Result<Option<ConversationId>, Refusal> {
        let mut tx = self.app.db.read(self.widget.workspace_id).await?;
        let thread = thread_store::find(&mut tx, &self.widget, &visitor.platform_id).await?;
        let mut missed = Vec::new();
        let mut agents_read = 0;
        if let Some(thread) = &thread {
            agents_read = thread_store::agent_read_seq(&mut tx, thread).await?;
            loop {
                let (page, more) =
                    thread_store::messages(&mut tx, thread.id, Range::After(position.seq), PAGE).await?;
                position.seq = page.last().map_or(position.seq, |last| last.message.seq);
                missed.extend(page);
                if !more {
                    break;
                }
            }
        }
        drop(tx);
        if greet {
            let online = self.app.presence.agents_online(self.widget.workspace_id);
            let seq = thread.as_ref().map_or(0, |thread: &Thread| thread.last_seq);
            let open = config::is_open(&self.widget);
            self.send(&json!({ "type": "hello", "seq": seq, "open": open, "agentsOnline": online })).await?;
        }
        for message in &missed {
            if let Some(message) = view::message(&self.app, &self.widget, message)? {
                self.send(&json!({ "type": "message", "message": message })).await?;
            }
        }
        if let Some(thread) = &thread {
            position.thread = Some(thread.id);
            self.read_moved(position, agents_read, thread.contact_read_seq).await?;
        }
        Ok(position.thread)
    }

    async fn read_moved(
        &mut self,
        position: &mut Position,
        agents: i64,
        contact: i64,
    ) -> Result<(), Refusal> {
        if agents > position.agents_read {
            position.agents_read = agents;
            self.send(&json!({ "type": "seen", "seq": agents })).await?;
        }
        if contact > position.contact_read_seq {
            position.contact_read_seq = contact;
            self.send(&json!({ "type": "contactSeen", "seq": contact })).await?;
        }
        Ok(())
    }

    /// Tells what concerns this visitor; whether the visitor's conversation has only now come to be.
    async fn happened(
        &mut self,
        visitor: &VisitorSession,
        position: &mut Position,
        event: &HydratedEvent,
    ) -> Result<bool, Refusal> {
        let Change::Event(kind) = event.change else {
            self.catch_up(visitor, position, false).await?;
            return Ok(false);
        };
        let Some(conversation) = &event.conversation else { return Ok(false) };
        let conversation = &conversation.conversation;
        let Some(thread) = position.thread else {
            // No conversation yet: look once something happened that could have made it.
            if conversation.channel_id != self.widget.channel_id || kind != EventKind::MessageCreated {
                return Ok(false);
            }
            return Ok(self.catch_up(visitor, position, false).await?.is_some());
        };
        if conversation.id != thread {
            return Ok(false);
        }
        match (kind, &event.message) {
            (EventKind::MessageCreated, Some(message)) if message.message.seq > position.seq => {
                position.seq = message.message.seq;
                if let Some(message) = view::message(&self.app, &self.widget, message)? {
                    self.send(&json!({ "type": "message", "message": message })).await?;
                }
            }
            (EventKind::MessageChanged, Some(message)) => {
                if let Some(message) = view::message(&self.app, &self.widget, message)? {
                    self.send(&json!({ "type": "update", "message": message })).await?;
                }
            }
            (EventKind::ReadMoved, _) => {
                let mut tx = self.app.db.read(self.widget.workspace_id).await?;
                let Some(now) = thread_store::find(&mut tx, &self.widget, &visitor.platform_id).await? else {
                    return Ok(false);
                };
                let agents = thread_store::agent_read_seq(&mut tx, &now).await?;
                drop(tx);
                self.read_moved(position, agents, now.contact_read_seq).await?;
            }
            _ => {}
        }
        let contact = conversation.contact_read_seq;
        self.read_moved(position, 0, contact).await?;
        Ok(false)
    }

    fn watch(&self, thread: Option<ConversationId>) -> Presences {
        match thread {
            Some(thread) => Box::pin(self.app.presence.watch(self.widget.workspace_id, thread)),
            None => Box::pin(futures::stream::pending()),
        }
    }

    async fn said(
        &mut self,
        visitor: &VisitorSession,
        token: &str,
        position: &Position,
        text: &str,
    ) -> Result<(), Refusal> {
        match serde_json::from_str(text) {
            Ok(Said::Ping) => {
                // The session may have ended in another process, or by its age.
                match self.app.visitors.session(&self.widget, token).await {
                    Err(over) if over == Refusal::NO_SESSION => Err(over),
                    _ => self.send(&json!({ "type": "pong" })).await,
                }
            }
            Ok(Said::Typing { on }) => {
                let allowed =
                    self.app.visitors.allowances.of(self.widget.channel_id, &visitor.platform_id).small();
                if let (Ok(()), Some(thread)) = (allowed, position.thread) {
                    let name = visitor.profile.name.as_deref().unwrap_or_default();
                    self.app.presence.contact_typing(self.widget.workspace_id, thread, name, on);
                }
                Ok(())
            }
            Ok(Said::Hello { .. } | Said::Other) => Ok(()),
            Err(_) => Err(Refusal::MALFORMED),
        }
    }

    /// One frame. A client that does not take it in time is cut; it resumes from its cursor.
    async fn send(&mut self, frame: &Value) -> Result<(), Refusal> {
        let frame = Frame::Text(frame.to_string().into());
        match tokio::time::timeout(SEND_WITHIN, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Refusal::busy()),
        }
    }
}
