//! Sends for the channels of one workspace: reads what waits, begins calls, and writes what came of them, as many at
//! a time as there are. One transaction has both what ended and what begins: a send costs no claim of its own.

mod round;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use channel_core::ChannelAdapter;
use shared::{ChannelId, WorkspaceId};
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use super::finish::{Finished, Tally};
use super::lanes::{LaneId, Lanes, LineId};
use super::sender::Application;
use super::settings::OutboxSettings;
use super::{call, store};
use crate::app::App;
use crate::channels;

/// Pause after the database was not there.
const PAUSE: Duration = Duration::from_millis(300);
/// How long a stopping process waits for calls that are on their way.
const LAST_WAIT: Duration = Duration::from_secs(20);
const NOTES_AT_ONCE: usize = 4_096;

/// What an office is told.
pub(super) enum Note {
    /// It sends for a channel until then.
    Lease(Grant),
    /// Something was put in line.
    Ring(ChannelId, LaneId),
    /// A call is over.
    Ended(Box<Finished>),
    /// Begin nothing any more, and end.
    Stop,
}

/// A lease, by this process's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant {
    pub channel_id: ChannelId,
    pub token: Uuid,
    pub until: Instant,
    pub hold: Duration,
}

/// A channel of the office.
struct Post {
    token: Uuid,
    until: Instant,
    adapter: Arc<dyn ChannelAdapter>,
    application: Application,
    lanes: Lanes,
    scan_at: Instant,
}

/// Sends for the channels of one workspace.
pub(super) struct Office {
    app: Arc<App>,
    settings: Arc<OutboxSettings>,
    workspace_id: WorkspaceId,
    notes: mpsc::WeakUnboundedSender<Note>,
    posts: HashMap<ChannelId, Post>,
    /// Lines whose calls are on their way, or over and not written yet.
    in_flight: HashSet<LineId>,
    /// How many are on their way.
    calls: usize,
    finished: Vec<Finished>,
    tallies: BTreeMap<ChannelId, Tally>,
    tallied_at: Instant,
    /// When to look for reports that came at the moment of their message; none while nothing was sent.
    late_at: Option<Instant>,
    stopping: bool,
}

impl Office {
    /// Starts one; it ends after [`Note::Stop`].
    pub fn open(
        app: Arc<App>,
        settings: Arc<OutboxSettings>,
        workspace_id: WorkspaceId,
    ) -> mpsc::UnboundedSender<Note> {
        let (sender, notes) = mpsc::unbounded_channel();
        let office = Self {
            app: Arc::clone(&app),
            settings,
            workspace_id,
            notes: sender.downgrade(),
            posts: HashMap::new(),
            in_flight: HashSet::new(),
            calls: 0,
            finished: Vec::new(),
            tallies: BTreeMap::new(),
            tallied_at: Instant::now(),
            late_at: None,
            stopping: false,
        };
        app.background.spawn(office.run(notes));
        sender
    }

    async fn run(mut self, mut notes: mpsc::UnboundedReceiver<Note>) {
        let mut batch = Vec::new();
        let mut give_up_at: Option<Instant> = None;
        loop {
            let wake_at = give_up_at.into_iter().chain(self.wake_at()).min();
            let sleep = async {
                match wake_at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                count = notes.recv_many(&mut batch, NOTES_AT_ONCE) => {
                    if count == 0 {
                        self.stopping = true;
                        tokio::time::sleep(PAUSE).await; // nobody has anything to say any more
                    }
                }
                () = sleep => {}
            }
            for note in batch.drain(..) {
                self.take_in(note).await;
            }
            if let Err(error) = self.round().await {
                tracing::warn!(workspace.id = %self.workspace_id, %error, "sending waits: the database did not answer");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            if self.stopping {
                let last = *give_up_at.get_or_insert_with(|| Instant::now() + LAST_WAIT);
                let nothing_left = self.in_flight.is_empty();
                if nothing_left || Instant::now() >= last {
                    break;
                }
            }
        }
        if let Err(error) = self.close().await {
            tracing::debug!(workspace.id = %self.workspace_id, %error, "leases were not given back; they end by themselves");
        }
    }

    async fn take_in(&mut self, note: Note) {
        match note {
            Note::Lease(grant) => self.take_lease(grant).await,
            Note::Ring(channel_id, lane) => {
                if let Some(post) = self.posts.get_mut(&channel_id) {
                    post.lanes.must_read(lane);
                }
            }
            Note::Ended(finished) => {
                self.calls = self.calls.saturating_sub(1);
                self.finished.push(*finished);
            }
            Note::Stop => self.stopping = true,
        }
    }

    async fn take_lease(&mut self, grant: Grant) {
        let now = Instant::now();
        if let Some(post) = self.posts.get_mut(&grant.channel_id) {
            // Between two leases others may have been here; and what a paused channel had is read anew.
            if post.token != grant.token || post.until <= now {
                post.scan_at = now;
            }
            post.token = grant.token;
            post.until = grant.until;
            if !grant.hold.is_zero() {
                post.lanes.hold(now + grant.hold);
            }
            return;
        }
        let live = channels::live_account(&self.app, self.workspace_id, grant.channel_id).await;
        let live = match live {
            Ok(live) => live,
            Err(error) => {
                tracing::warn!(channel.id = %grant.channel_id, %error, "a channel cannot be opened for sending");
                return; // the next renewal asks again
            }
        };
        let Some(live) = live else { return };
        let Some(adapter) = self.app.adapters.calling(self.workspace_id, live.kind) else { return };
        let of = (!live.of_installation).then_some(self.workspace_id);
        let application = Application { kind: live.kind, of };
        let mut lanes = Lanes::new(self.settings.pace(adapter.capabilities().pace), now);
        lanes.hold(now + grant.hold);
        let post = Post { token: grant.token, until: grant.until, adapter, application, lanes, scan_at: now };
        self.posts.insert(grant.channel_id, post);
    }

    /// When there is something to do by itself; `None`: not before somebody says so.
    fn wake_at(&self) -> Option<Instant> {
        let now = Instant::now();
        if !self.finished.is_empty() {
            return Some(now);
        }
        let tallies = (!self.tallies.is_empty()).then(|| self.tallied_at + round::TALLY_PAUSE);
        if self.stopping {
            return tallies;
        }
        let tallies = tallies.into_iter().chain(self.late_at);
        let (full, of_channel) = (self.calls >= self.settings.calls_max, self.calls_of_channel());
        let posts = self.posts.values().filter(|post| post.until > now);
        let posts = posts.flat_map(|post| {
            let busy = full || post.lanes.in_flight() >= of_channel;
            let turn = post.lanes.wake_at(now).filter(|_| !busy);
            let reading = post.lanes.has_to_read().then_some(now);
            // When the lease ends there is nothing to wake up for.
            [turn, reading, Some(post.scan_at)].into_iter().flatten().filter(move |at| *at < post.until)
        });
        posts.chain(tallies).min()
    }

    /// How many calls one channel may have on their way: a slow platform must not take the others' room.
    fn calls_of_channel(&self) -> usize {
        let share = self.settings.calls_max / self.posts.len().max(1);
        share.clamp(8.min(self.settings.calls_of_channel_max), self.settings.calls_of_channel_max)
    }

    async fn close(&mut self) -> sqlx::Result<()> {
        let tokens: Vec<Uuid> = self.posts.values().map(|post| post.token).collect();
        if tokens.is_empty() {
            return Ok(());
        }
        let mut tx = self.app.db.sending(self.workspace_id).await?;
        round::count(&mut tx, &mut self.tallies).await?;
        store::release(&mut tx, &tokens).await?;
        tx.commit().await
    }

    /// Makes a call in a task of its own, whose end is noted here.
    fn call(&mut self, line: store::Begun) {
        let Some(post) = self.posts.get(&line.channel_id) else { return };
        self.in_flight.insert(line.id);
        self.calls += 1;
        let (app, adapter, settings) =
            (Arc::clone(&self.app), Arc::clone(&post.adapter), Arc::clone(&self.settings));
        let workspace_id = self.workspace_id;
        // The office itself holds no sender of its own notes: it ends when everybody else has gone.
        let Some(notes) = self.notes.upgrade() else { return };
        tokio::spawn(async move {
            let finished = call::make(app, workspace_id, adapter, settings, line).await;
            let _ = notes.send(Note::Ended(Box::new(finished))); // the office closed: the line stays unanswered
        });
    }
}
