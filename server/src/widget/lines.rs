//! The sockets a session holds open: few, and gone when the session ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::session::SessionKey;

/// Sockets of one session at a time. A tab has a session and a socket of its own; more than one only while
/// an old one has not noticed yet that its network is gone.
const LINES_PER_SESSION: usize = 5;

/// Open sockets of this process by session. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<HashMap<SessionKey, Held>>>);

struct Held {
    count: usize,
    ended: CancellationToken,
}

/// One socket's place; given back when dropped.
pub(super) struct Seat {
    lines: Lines,
    key: SessionKey,
    /// Cancelled when the session ends.
    pub ended: CancellationToken,
}

impl Lines {
    /// A place, or `None` when the session holds as many as it may.
    pub(super) fn take(&self, key: SessionKey) -> Option<Seat> {
        let mut sessions = self.sessions();
        let held = sessions.entry(key).or_insert_with(|| Held { count: 0, ended: CancellationToken::new() });
        if held.count >= LINES_PER_SESSION {
            return None;
        }
        held.count += 1;
        Some(Seat { lines: self.clone(), key, ended: held.ended.clone() })
    }

    /// Has the session's sockets close.
    pub(super) fn end(&self, key: SessionKey) {
        if let Some(held) = self.sessions().get(&key) {
            held.ended.cancel();
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<SessionKey, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut sessions = self.lines.sessions();
        if let Some(held) = sessions.get_mut(&self.key) {
            held.count = held.count.saturating_sub(1);
            if held.count == 0 {
                sessions.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_back_can_be_taken_again() {
        let lines = Lines::default();
        let one = SessionKey::for_test(1);
        let mut seats: Vec<Seat> = (0..LINES_PER_SESSION).filter_map(|_| lines.take(one)).collect();
        assert_eq!(seats.len(), LINES_PER_SESSION);
        assert!(lines.take(one).is_none());
        assert!(lines.take(SessionKey::for_test(2)).is_some());
        seats.pop();
        assert!(lines.take(one).is_some());
        lines.end(one);
        assert!(seats.iter().all(|seat| seat.ended.is_cancelled()));
        seats.clear();
        assert!(lines.sessions().is_empty(), "nothing is kept of who left");
    }
}
