//! One subscriber's way through the event log: from the database up to now, then live.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::{Stream, stream};
use shared::WorkspaceId;
use tokio::sync::broadcast::{self, error::RecvError};

use super::hub::{Hub, PAGE_EVENTS, Seat};
use super::read::{HydratedEvent, events_after, window};

/// Further back than this a client loads its screen anew rather than replaying.
const REPLAY_MAX: i64 = 5_000;

/// Where a subscriber is.
enum Stage {
    /// The cursor is not looked at yet.
    New,
    /// Reading from the database, without a seat in the room.
    CatchingUp,
    /// In the room.
    Live { receiver: broadcast::Receiver<Arc<HydratedEvent>>, _seat: Seat },
}

struct Subscriber {
    hub: Hub,
    workspace_id: WorkspaceId,
    /// The last number that was handed to the reader.
    at: i64,
    /// Read, not handed out yet.
    ready: VecDeque<Arc<HydratedEvent>>,
    stage: Stage,
}

pub(super) fn stream(
    hub: Hub,
    workspace_id: WorkspaceId,
    after: i64,
) -> impl Stream<Item = Arc<HydratedEvent>> + Send + use<> {
    let subscriber = Subscriber { hub, workspace_id, at: after, ready: VecDeque::new(), stage: Stage::New };
    stream::unfold(subscriber, |mut subscriber| async move {
        match subscriber.next().await {
            Ok(Some(event)) => Some((event, subscriber)),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(workspace.id = %subscriber.workspace_id, %error, "a subscription ended");
                None
            }
        }
    })
}

impl Subscriber {
    /// The next event; none when the reader should come back from its cursor.
    async fn next(&mut self) -> sqlx::Result<Option<Arc<HydratedEvent>>> {
        loop {
            while let Some(event) = self.ready.pop_front() {
                if event.seq > self.at {
                    self.at = event.seq;
                    return Ok(Some(event));
                }
            }
            match &mut self.stage {
                Stage::New => {
                    self.stage = Stage::CatchingUp;
                    let window = window(self.hub.db(), self.workspace_id).await?;
                    if !window.reaches(self.at) || window.head - self.at > REPLAY_MAX {
                        self.at = window.head;
                        return Ok(Some(Arc::new(HydratedEvent::resync(window.head))));
                    }
                    if window.head == self.at {
                        self.sit_down().await?;
                    }
                }
                Stage::CatchingUp => {
                    if self.read_page().await? < PAGE_EVENTS {
                        self.sit_down().await?;
                    }
                }
                Stage::Live { receiver, .. } => match receiver.recv().await {
                    // The room may be behind or ahead of where this reader came in.
                    Ok(event) if event.seq > self.at.saturating_add(1) => self.fill_up_to(event.seq).await?,
                    Ok(event) => self.ready.push_back(event),
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return Ok(None),
                },
            }
        }
    }

    /// Takes a seat, and reads what the room had already handed out by then.
    async fn sit_down(&mut self) -> sqlx::Result<()> {
        let newest = self.ready.back().map_or(self.at, |event| event.seq);
        let (seat, receiver, from) = self.hub.join(self.workspace_id, newest);
        self.stage = Stage::Live { receiver, _seat: seat };
        self.fill_up_to(from).await
    }

    /// Reads until everything up to `seq` is ready.
    async fn fill_up_to(&mut self, seq: i64) -> sqlx::Result<()> {
        while self.ready.back().map_or(self.at, |event| event.seq) < seq {
            if self.read_page().await? == 0 {
                break;
            }
        }
        Ok(())
    }

    async fn read_page(&mut self) -> sqlx::Result<i64> {
        let newest = self.ready.back().map_or(self.at, |event| event.seq);
        let page = events_after(self.hub.db(), self.workspace_id, newest, PAGE_EVENTS).await?;
        let count = i64::try_from(page.len()).unwrap_or(i64::MAX);
        self.ready.extend(page);
        Ok(count)
    }
}
