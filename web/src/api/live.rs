//! The live socket: one per tab, however many subscriptions.
//!
//! It reconnects by itself: with growing, jittered waits, and at once when the browser comes back online or the
//! tab back to the front. Each subscription is then started again with fresh variables, so that the caller's
//! newest cursor goes out and nothing in between is missed.

mod backoff;
mod events;
mod frames;
mod socket;

use leptos::prelude::{ArcRwSignal, GetUntracked, Set};
use serde::Serialize;

#[cfg(test)]
pub use events::MemberCount;
#[cfg(test)]
pub(super) use events::{After, At, EVENTS, PRESENCE};
pub use events::{ChangedCounts, EventKind, Presence, WorkspaceEvent, events, presence};

use super::json::{self, FromJson};
use super::operation::Operation;
use super::{Failure, Timestamp, failure};

/// How the socket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Nobody has subscribed to anything.
    Idle,
    /// First connection on its way.
    Connecting,
    /// Live.
    Connected,
    /// Lost, trying again.
    Reconnecting {
        /// When it was lost.
        since: Timestamp,
    },
    /// The browser says that there is no network.
    Offline {
        /// When it was lost.
        since: Timestamp,
    },
}

thread_local! {
    static CONNECTION: ArcRwSignal<Connection> = ArcRwSignal::new(Connection::Idle);
}

/// How the socket stands, to be followed.
pub fn connection() -> ArcRwSignal<Connection> {
    CONNECTION.with(Clone::clone)
}

/// Moves to `next`, keeping the time at which the connection was first lost.
fn set_connection(next: Connection) {
    let signal = connection();
    let now = signal.get_untracked();
    let next = match (now, next) {
        (
            Connection::Reconnecting { since } | Connection::Offline { since },
            Connection::Reconnecting { .. },
        ) => Connection::Reconnecting { since },
        (Connection::Reconnecting { since } | Connection::Offline { since }, Connection::Offline { .. }) => {
            Connection::Offline { since }
        }
        (Connection::Reconnecting { .. } | Connection::Offline { .. }, Connection::Connecting) => now,
        (_, next) => next,
    };
    if next != now {
        signal.set(next);
    }
}

/// A running subscription; dropping it ends it.
#[derive(Debug)]
#[must_use = "dropping it ends the subscription"]
pub struct Subscription {
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        socket::remove(self.id);
    }
}

/// Runs a subscription for as long as the handle lives. `variables` is called at each (re)connection.
fn subscribe<Variables: Serialize, Data: FromJson>(
    operation: &'static Operation<Variables, Data>,
    variables: impl Fn() -> Variables + 'static,
    on_data: impl Fn(Data) + 'static,
) -> Subscription {
    let id = socket::add(socket::Entry {
        question: Box::new(move || operation.question(&variables())),
        on_payload: Box::new(move |payload| {
            let data = json::read_value(failure::data(payload, None)?)
                .map_err(|message| Failure::Server { message, request_id: None })?;
            on_data(data);
            Ok(())
        }),
    });
    Subscription { id }
}

/// Closes the socket and forgets every subscription: the session ended or changed workspace.
pub fn close() {
    socket::close_all();
    connection().set(Connection::Idle);
}

/// Tries to connect now instead of after the wait.
pub fn retry_now() {
    socket::wake();
}
