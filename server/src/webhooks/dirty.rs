//! Which workspaces have deliveries to process, in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::WorkspaceId;
use tokio::sync::Notify;

/// A queue in which each workspace stands at most once, and is worked on by one worker at a time.
#[derive(Debug, Default)]
pub(super) struct DirtySet {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<WorkspaceId>,
    places: HashMap<WorkspaceId, Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Queued,
    Worked,
    /// More came while it is being worked on.
    WorkedAndWoken,
}

impl DirtySet {
    /// Says that there is work in this workspace.
    pub(super) fn wake(&self, workspace: WorkspaceId) {
        let mut state = self.lock();
        match state.places.get(&workspace) {
            None => {
                state.places.insert(workspace, Place::Queued);
                state.queue.push_back(workspace);
                drop(state);
                self.changed.notify_one();
            }
            Some(Place::Worked) => {
                state.places.insert(workspace, Place::WorkedAndWoken);
            }
            Some(Place::Queued | Place::WorkedAndWoken) => {}
        }
    }

    /// Waits for a workspace with work and takes it; give it back with [`done`](Self::done).
    pub(super) async fn take(&self) -> WorkspaceId {
        loop {
            if let Some(workspace) = self.try_take() {
                return workspace;
            }
            self.changed.notified().await;
        }
    }

    /// Ends the work on a workspace; it queues again if `more` is left or it was woken meanwhile.
    pub(super) fn done(&self, workspace: WorkspaceId, more: bool) {
        let mut state = self.lock();
        let woken = state.places.remove(&workspace) == Some(Place::WorkedAndWoken);
        drop(state);
        if more || woken {
            self.wake(workspace);
        }
    }

    fn try_take(&self) -> Option<WorkspaceId> {
        let mut state = self.lock();
        let workspace = state.queue.pop_front()?;
        state.places.insert(workspace, Place::Worked);
        if !state.queue.is_empty() {
            self.changed.notify_one(); // the next worker need not wait for us
        }
        Some(workspace)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_workspace_woken_while_worked_on_queues_once_more() {
        let dirty = DirtySet::default();
        let workspace = WorkspaceId::new();
        dirty.wake(workspace);
        dirty.wake(workspace);
        assert_eq!(dirty.take().await, workspace);
        assert_eq!(dirty.try_take(), None);
        dirty.wake(workspace);
        assert_eq!(dirty.try_take(), None);
        dirty.done(workspace, false);
        assert_eq!(dirty.try_take(), Some(workspace));
        dirty.done(workspace, false);
        assert_eq!(dirty.try_take(), None);
    }
}
