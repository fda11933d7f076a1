//! The one WebSocket of the tab and its timers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::prelude::{document, window};
use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::backoff::delay_ms;
use super::frames::{self, ServerFrame};
use super::{Connection, set_connection};
use crate::api::{Failure, Timestamp, client, failure};

/// Silence after which we ask whether the server is still there.
const QUIET_MS: i64 = 20_000;
/// Silence after which we take the connection for dead.
const DEAD_MS: i64 = 35_000;
/// How often silence is measured.
const TICK_MS: i32 = 5_000;
/// Close codes of graphql-transport-ws: unauthorized, forbidden.
const CLOSED_UNAUTHORIZED: u16 = 4401;
const CLOSED_FORBIDDEN: u16 = 4403;

/// Takes a payload in; a failure ends the subscription.
type OnPayload = Box<dyn Fn(&Value) -> Result<(), Failure>>;

/// One subscription, to be sent at each connection.
pub(super) struct Entry {
    /// Makes the question, with fresh variables, as JSON.
    pub(super) question: Box<dyn Fn() -> String>,
    pub(super) on_payload: OnPayload,
}

#[derive(Default)]
struct Socket {
    current: Option<WebSocket>,
    acknowledged: bool,
    entries: BTreeMap<u64, Rc<Entry>>,
    last_id: u64,
    failed_tries: u32,
    /// Ignores timers and events that belong to a socket given up.
    generation: u64,
    heard_at: Timestamp,
    retry_timer: Option<i32>,
    watching: bool,
}

thread_local! {
    static SOCKET: RefCell<Socket> = RefCell::default();
}

/// Adds a subscription, connecting when it is the first; answers its number.
pub(super) fn add(entry: Entry) -> u64 {
    watch_browser();
    let id = SOCKET.with_borrow_mut(|socket| {
        socket.last_id += 1;
        let id = socket.last_id;
        socket.entries.insert(id, Rc::new(entry));
        id
    });
    if SOCKET.with_borrow(|socket| socket.acknowledged) {
        start(id);
    } else if SOCKET.with_borrow(|socket| socket.current.is_none() && socket.retry_timer.is_none()) {
        connect();
    }
    id
}

/// Ends a subscription.
pub(super) fn remove(id: u64) {
    let known = SOCKET.with_borrow_mut(|socket| socket.entries.remove(&id).is_some());
    if known && SOCKET.with_borrow(|socket| socket.acknowledged) {
        send(&frames::complete(id));
    }
}

/// Drops the connection and all subscriptions.
pub(super) fn close_all() {
    SOCKET.with_borrow_mut(|socket| socket.entries.clear());
    give_up();
}

/// Connects now, if there is something to connect for and no connection.
pub(super) fn wake() {
    let (wanted, connected, heard_at) =
        SOCKET.with_borrow(|socket| (!socket.entries.is_empty(), socket.current.is_some(), socket.heard_at));
    if !wanted {
        return;
    }
    if !connected {
        connect();
    } else if Timestamp::now().since_ms(heard_at) > QUIET_MS {
        // Timers slept with the tab: find out at once whether the connection did not survive.
        send(frames::PING);
    }
}

fn start(id: u64) {
    let entry = SOCKET.with_borrow(|socket| socket.entries.get(&id).cloned());
    if let Some(entry) = entry {
        send(&frames::subscribe(id, &(entry.question)()));
    }
}

fn send(frame: &str) {
    SOCKET.with_borrow(|socket| {
        if let Some(current) = &socket.current {
            // Fails only while the socket is not open; the next connection starts everything again.
            let _ = current.send_with_str(frame);
        }
    });
}

/// Lets go of the socket and its timer without touching the subscriptions.
fn give_up() {
    let (current, timer) = SOCKET.with_borrow_mut(|socket| {
        socket.generation += 1;
        socket.acknowledged = false;
        (socket.current.take(), socket.retry_timer.take())
    });
    if let Some(timer) = timer {
        window().clear_timeout_with_handle(timer);
    }
    if let Some(current) = current {
        current.set_onmessage(None);
        current.set_onclose(None);
        current.set_onopen(None);
        let _ = current.close();
    }
}

fn connect() {
    give_up();
    set_connection(Connection::Connecting);
    let Ok(socket) = WebSocket::new_with_str(&address(), frames::SUBPROTOCOL) else {
        lost();
        return;
    };
    let opened = socket.clone();
    let on_open = Closure::once_into_js(move || {
        let _ = opened.send_with_str(frames::INIT);
    });
    socket.set_onopen(Some(on_open.unchecked_ref()));
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            receive(&text);
        }
    })
    .into_js_value();
    socket.set_onmessage(Some(on_message.unchecked_ref()));
    let on_close = Closure::once_into_js(|event: CloseEvent| match event.code() {
        CLOSED_UNAUTHORIZED | CLOSED_FORBIDDEN => {
            give_up();
            client::signed_out();
        }
        _ => lost(),
    });
    socket.set_onclose(Some(on_close.unchecked_ref()));
    SOCKET.with_borrow_mut(|state| {
        state.heard_at = Timestamp::now();
        state.current = Some(socket);
    });
}

fn address() -> String {
    let location = window().location();
    let scheme = if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
    format!("{scheme}://{}/graphql/ws", location.host().unwrap_or_default())
}

/// The connection is gone: say so and try again later.
fn lost() {
    give_up();
    let (wanted, tries) = SOCKET.with_borrow_mut(|socket| {
        socket.failed_tries = socket.failed_tries.saturating_add(1);
        (!socket.entries.is_empty(), socket.failed_tries)
    });
    if !wanted {
        set_connection(Connection::Idle);
        return;
    }
    let since = Timestamp::now();
    let online = window().navigator().on_line();
    set_connection(if online { Connection::Reconnecting { since } } else { Connection::Offline { since } });
    #[expect(clippy::cast_possible_truncation, reason = "at most 30,000")]
    let delay = delay_ms(tries, js_sys::Math::random()) as i32;
    let generation = SOCKET.with_borrow(|socket| socket.generation);
    let again = Closure::once_into_js(move || {
        let current = SOCKET.with_borrow_mut(|socket| {
            let current = socket.generation == generation;
            if current {
                socket.retry_timer = None;
            }
            current
        });
        if current {
            connect();
        }
    });
    let timer = window().set_timeout_with_callback_and_timeout_and_arguments_0(again.unchecked_ref(), delay);
    SOCKET.with_borrow_mut(|socket| socket.retry_timer = timer.ok());
}

fn receive(text: &str) {
    SOCKET.with_borrow_mut(|socket| socket.heard_at = Timestamp::now());
    match ServerFrame::read(text) {
        Some(ServerFrame::Ack) => {
            let ids: Vec<u64> = SOCKET.with_borrow_mut(|socket| {
                socket.acknowledged = true;
                socket.failed_tries = 0;
                socket.entries.keys().copied().collect()
            });
            set_connection(Connection::Connected);
            ids.into_iter().for_each(start);
        }
        Some(ServerFrame::Ping) => send(frames::PONG),
        Some(ServerFrame::Pong) | None => {}
        Some(ServerFrame::Next { id, payload }) => {
            let entry = SOCKET.with_borrow(|socket| socket.entries.get(&id).cloned());
            if let Some(entry) = entry
                && let Err(failure) = (entry.on_payload)(&payload)
            {
                refused(id, &failure);
            }
        }
        Some(ServerFrame::Error { id, payload }) => {
            refused(id, &failure::first_error(&payload, None));
        }
        // The server ends a subscription only when it cannot go on with it, so the same is asked for again.
        Some(ServerFrame::Complete { id }) => refused(id, &Failure::Offline),
    }
}

/// A subscription ended though it is still wanted. A gone session ends all; anything else is tried again.
fn refused(id: u64, failure: &Failure) {
    match failure {
        Failure::Unauthenticated => client::signed_out(),
        Failure::NotFound | Failure::Forbidden => {
            SOCKET.with_borrow_mut(|socket| socket.entries.remove(&id));
        }
        _ => {
            let again = Closure::once_into_js(move || start(id));
            #[expect(clippy::cast_possible_truncation, reason = "at most 30,000")]
            let delay = delay_ms(3, js_sys::Math::random()) as i32;
            let _ =
                window().set_timeout_with_callback_and_timeout_and_arguments_0(again.unchecked_ref(), delay);
        }
    }
}

/// Follows the browser's network state, the tab's visibility and the connection's silence; once per tab.
fn watch_browser() {
    if SOCKET.with_borrow_mut(|socket| std::mem::replace(&mut socket.watching, true)) {
        return;
    }
    let wake_up = Closure::<dyn Fn()>::new(wake).into_js_value();
    let _ = window().add_event_listener_with_callback("online", wake_up.unchecked_ref());
    let _ = document().add_event_listener_with_callback("visibilitychange", wake_up.unchecked_ref());
    let offline = Closure::<dyn Fn()>::new(|| {
        if SOCKET.with_borrow(|socket| !socket.entries.is_empty()) {
            lost();
        }
    })
    .into_js_value();
    let _ = window().add_event_listener_with_callback("offline", offline.unchecked_ref());
    let tick = Closure::<dyn Fn()>::new(|| {
        let (connected, heard_at) = SOCKET.with_borrow(|socket| (socket.current.is_some(), socket.heard_at));
        let quiet_ms = Timestamp::now().since_ms(heard_at);
        if connected && quiet_ms > DEAD_MS {
            lost();
        } else if connected && quiet_ms > QUIET_MS {
            send(frames::PING);
        }
    })
    .into_js_value();
    let _ = window().set_interval_with_callback_and_timeout_and_arguments_0(tick.unchecked_ref(), TICK_MS);
}
