//! Fan-out: each event of a workspace that somebody watches is read once per process and handed to all
//! its subscribers. A workspace that nobody watches costs nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::Stream;
use shared::WorkspaceId;
use tokio::sync::{Notify, broadcast};

use super::read::{HydratedEvent, events_after};
use super::subscription;
use crate::db::Db;

/// How far a subscriber may fall behind before it is ended, to resume from its cursor.
const BACKLOG_MAX: usize = 256;
/// Most events read at once.
pub(super) const PAGE_EVENTS: i64 = 200;
/// How often a room looks by itself while notifications arrive: one may be lost.
const POLL_LISTENING: Duration = Duration::from_secs(10);
/// How often while there is no listener.
const POLL_DEAF: Duration = Duration::from_secs(1);

/// The live side of this process. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    db: Db,
    rooms: Mutex<HashMap<WorkspaceId, Room>>,
    listening: AtomicBool,
}

/// A workspace that somebody watches.
struct Room {
    shared: Arc<RoomState>,
    seats: usize,
}

struct RoomState {
    wake: Notify,
    /// The newest number that was handed out; changes only together with `sender`, under the lock of `rooms`.
    handed_out: AtomicI64,
    sender: broadcast::Sender<Arc<HydratedEvent>>,
}

impl Hub {
    /// A hub without any room; reads nothing until somebody subscribes.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self(Arc::new(Inner { db, rooms: Mutex::default(), listening: AtomicBool::new(false) }))
    }

    /// Everything that happens in a workspace after number `after`: first what is in the database, then
    /// live, without a gap or a double. A cursor that is too old, or of the future, is answered by one
    /// [`Change::Resync`](super::Change::Resync) first. The stream ends when the database is away or its
    /// reader is too slow; the reader then subscribes again from the last number it saw.
    pub fn subscribe(
        &self,
        workspace_id: WorkspaceId,
        after: i64,
    ) -> impl Stream<Item = Arc<HydratedEvent>> + Send + use<> {
        subscription::stream(self.clone(), workspace_id, after)
    }

    /// Something happened in a workspace, up to number `seq`.
    pub fn ring(&self, workspace_id: WorkspaceId, seq: i64) {
        if let Some(room) = self.rooms().get(&workspace_id)
            && room.shared.handed_out.load(Ordering::Acquire) < seq
        {
            room.shared.wake.notify_one();
        }
    }

    /// Something may have happened anywhere: rings were missed.
    pub fn ring_all(&self) {
        for room in self.rooms().values() {
            room.shared.wake.notify_one();
        }
    }

    /// Whether notifications arrive; without them rooms look more often by themselves.
    pub fn set_listening(&self, listening: bool) {
        self.0.listening.store(listening, Ordering::Release);
        self.ring_all();
    }

    /// How many workspaces are watched here.
    #[must_use]
    pub fn rooms_open(&self) -> usize {
        self.rooms().len()
    }

    pub(super) fn db(&self) -> &Db {
        &self.0.db
    }

    /// Takes a seat. Everything after the returned number comes through the receiver; when the room is
    /// new, that number is `at`.
    pub(super) fn join(
        &self,
        workspace_id: WorkspaceId,
        at: i64,
    ) -> (Seat, broadcast::Receiver<Arc<HydratedEvent>>, i64) {
        let mut rooms = self.rooms();
        let room = match rooms.entry(workspace_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let state = Arc::new(RoomState {
                    wake: Notify::new(),
                    handed_out: AtomicI64::new(at),
                    sender: broadcast::Sender::new(BACKLOG_MAX),
                });
                tokio::spawn(pump(self.clone(), workspace_id, Arc::clone(&state)));
                entry.insert(Room { shared: state, seats: 0 })
            }
        };
        room.seats += 1;
        let receiver = room.shared.sender.subscribe();
        let from = room.shared.handed_out.load(Ordering::Acquire);
        (Seat { hub: self.clone(), workspace_id }, receiver, from)
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Room>> {
        self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a page to everybody in the room. False when the room is gone.
    fn hand_out(
        &self,
        workspace_id: WorkspaceId,
        state: &Arc<RoomState>,
        page: Vec<Arc<HydratedEvent>>,
    ) -> bool {
        let rooms = self.rooms();
        if !rooms.get(&workspace_id).is_some_and(|room| Arc::ptr_eq(&room.shared, state)) {
            return false;
        }
        for event in page {
            state.handed_out.store(event.seq, Ordering::Release);
            let _ = state.sender.send(event); // nobody there: they read it from the database when they come
        }
        true
    }

    fn is_open(&self, workspace_id: WorkspaceId, state: &Arc<RoomState>) -> bool {
        self.rooms().get(&workspace_id).is_some_and(|room| Arc::ptr_eq(&room.shared, state))
    }
}

/// A subscriber's place in a room; the last one to leave closes it.
pub(super) struct Seat {
    hub: Hub,
    workspace_id: WorkspaceId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut rooms = self.hub.rooms();
        if let Entry::Occupied(mut entry) = rooms.entry(self.workspace_id) {
            entry.get_mut().seats -= 1;
            if entry.get().seats == 0 {
                let room = entry.remove();
                room.shared.wake.notify_one(); // so that its pump sees that it is over
            }
        }
    }
}

/// Reads what is new whenever the room is rung, however often that was meanwhile, until the room closes.
async fn pump(hub: Hub, workspace_id: WorkspaceId, state: Arc<RoomState>) {
    let mut failures: u32 = 0;
    while hub.is_open(workspace_id, &state) {
        let at = state.handed_out.load(Ordering::Acquire);
        match events_after(&hub.0.db, workspace_id, at, PAGE_EVENTS).await {
            Ok(page) => {
                failures = 0;
                let full = page.len() as i64 == PAGE_EVENTS;
                if !hub.hand_out(workspace_id, &state, page) {
                    return;
                }
                if full {
                    continue;
                }
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::warn!(workspace.id = %workspace_id, %error, "events could not be read");
                tokio::time::sleep(Duration::from_millis(100 << failures.min(5))).await;
                continue;
            }
        }
        let poll = if hub.0.listening.load(Ordering::Acquire) { POLL_LISTENING } else { POLL_DEAF };
        let _ = tokio::time::timeout(poll, state.wake.notified()).await; // either way: look
    }
}
