//! This process's part in sending: leases of channels, rings, and one office per workspace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::{ChannelId, ChannelKind, WorkspaceId};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use uuid::Uuid;

use super::lanes::LaneId;
use super::office::{Grant, Note, Office};
use super::settings::OutboxSettings;
use super::store::{self, Lease};
use super::typing::Typists;
use crate::app::App;

/// Rings of channels that nobody here sends for lead to a look at the leases, but not more often than this.
const CLAIM_PAUSE: Duration = Duration::from_millis(100);
/// A lease counts as over a little early: clocks and commits take their time.
const LEASE_MARGIN: Duration = Duration::from_millis(1_500);
/// An office without a channel is kept for so long, for what it knows of threads' pace.
const OFFICE_REST: Duration = Duration::from_secs(300);
const RINGS_AT_ONCE: usize = 4_096;

/// Something was put in line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ring {
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    lane: LaneId,
}

/// The bell of this process's sender. Cheap to clone.
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    rings: mpsc::UnboundedSender<Ring>,
    heard: Mutex<Option<mpsc::UnboundedReceiver<Ring>>>,
    /// Platforms that told our whole application to wait.
    held: Mutex<HashMap<Application, Instant>>,
    typists: Typists,
}

impl Default for Outbox {
    fn default() -> Self {
        let (rings, heard) = mpsc::unbounded_channel();
        Self(Arc::new(Inner {
            rings,
            heard: Mutex::new(Some(heard)),
            held: Mutex::default(),
            typists: Typists::default(),
        }))
    }
}

impl Outbox {
    /// Takes in a notification of `sb_outbox`: `<workspace>:<channel>:<lane>`.
    pub fn hear(&self, payload: &str) {
        let mut parts = payload.split(':').map(|part| part.parse::<Uuid>().ok());
        if let (Some(Some(workspace)), Some(Some(channel)), Some(Some(lane)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        {
            let ring = Ring { workspace_id: WorkspaceId(workspace), channel_id: ChannelId(channel), lane };
            let _ = self.0.rings.send(ring); // nobody sends any more: the process goes down
        }
    }

    pub(super) fn typists(&self) -> &Typists {
        &self.0.typists
    }

    /// A platform told a whole application to wait.
    pub(super) fn hold_application(&self, application: Application, until: Instant) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let at = held.entry(application).or_insert(until);
        *at = until.max(*at);
    }

    /// Until when this application must leave its platform alone.
    pub(super) fn application_held(&self, application: Application) -> Option<Instant> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner).get(&application).copied()
    }
}

/// Whose application at a platform a channel is connected through. What one workspace's own has used up must not hold
/// the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Application {
    pub kind: ChannelKind,
    /// The workspace's own; none for the installation's.
    pub of: Option<WorkspaceId>,
}

/// Starts sending, until the app stops: then what is on its way is waited for, and leases are given back.
pub fn start(app: &Arc<App>, settings: OutboxSettings) {
    let heard = app.outbox.0.heard.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(heard) = heard else { return };
    let sender = Sender {
        app: Arc::clone(app),
        settings: Arc::new(settings),
        process: Uuid::new_v4(),
        offices: HashMap::new(),
    };
    app.background.spawn(sender.run(heard));
}

struct Sender {
    app: Arc<App>,
    settings: Arc<OutboxSettings>,
    process: Uuid,
    offices: HashMap<WorkspaceId, Desk>,
}

/// What the sender knows of an office.
struct Desk {
    notes: mpsc::UnboundedSender<Note>,
    leases: HashMap<ChannelId, Instant>,
    empty_since: Option<Instant>,
}

impl Sender {
    async fn run(mut self, mut heard: mpsc::UnboundedReceiver<Ring>) {
        let stopping = self.app.stopping.clone();
        let mut rounds = tokio::time::interval(self.settings.poll);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut rings = Vec::new();
        let mut claimed_at = Instant::now();
        let mut claim_at: Option<Instant> = None;
        loop {
            let claim_soon = async {
                match claim_at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stopping.cancelled() => break,
                _ = rounds.tick() => {}
                () = claim_soon => {}
                _ = heard.recv_many(&mut rings, RINGS_AT_ONCE) => {
                    let mut nobodys = false;
                    for ring in rings.drain(..) {
                        nobodys |= !self.pass_on(ring);
                    }
                    if nobodys && claim_at.is_none() {
                        claim_at = Some((claimed_at + CLAIM_PAUSE).max(Instant::now()));
                    }
                    continue;
                }
            }
            claim_at = None;
            claimed_at = Instant::now();
            self.claim().await;
        }
        // Offices hear of the stop themselves, and end when nothing is on its way any more.
        for desk in self.offices.values() {
            let _ = desk.notes.send(Note::Stop);
        }
        let ended: Vec<_> = self.offices.into_values().map(|desk| desk.notes).collect();
        for notes in ended {
            notes.closed().await;
        }
    }

    /// Whether this process sends for the ring's channel.
    fn pass_on(&self, ring: Ring) -> bool {
        let Some(desk) = self.offices.get(&ring.workspace_id) else { return false };
        let ours = desk.leases.get(&ring.channel_id).is_some_and(|until| *until > Instant::now());
        ours && desk.notes.send(Note::Ring(ring.channel_id, ring.lane)).is_ok()
    }

    async fn claim(&mut self) {
        let now = Instant::now();
        let until = now + self.settings.lease.saturating_sub(LEASE_MARGIN);
        let at_most = i32::try_from(self.settings.channels_max).unwrap_or(i32::MAX);
        match store::claim(&self.app.db, self.process, at_most, self.settings.lease).await {
            Ok(leases) => leases.into_iter().for_each(|lease| self.grant(lease, until)),
            Err(error) => tracing::warn!(%error, "could not look for what waits to be sent"),
        }
        self.offices.retain(|_, desk| {
            desk.leases.retain(|_, until| *until > now);
            match (desk.leases.is_empty(), desk.empty_since) {
                (false, _) => desk.empty_since = None,
                (true, None) => desk.empty_since = Some(now),
                (true, Some(since)) if since + OFFICE_REST < now => {
                    let _ = desk.notes.send(Note::Stop); // it is empty either way
                    return false;
                }
                (true, Some(_)) => {}
            }
            true
        });
    }

    fn grant(&mut self, lease: Lease, until: Instant) {
        let (app, settings) = (&self.app, &self.settings);
        let desk = self.offices.entry(lease.workspace_id).or_insert_with(|| Desk {
            notes: Office::open(Arc::clone(app), Arc::clone(settings), lease.workspace_id),
            leases: HashMap::new(),
            empty_since: None,
        });
        desk.leases.insert(lease.channel_id, until);
        let hold = Duration::try_from_secs_f64(lease.hold_seconds).unwrap_or_default();
        let grant = Grant { channel_id: lease.channel_id, token: lease.token, until, hold };
        if desk.notes.send(Note::Lease(grant)).is_err() {
            tracing::error!(workspace.id = %lease.workspace_id, "an office ended by itself");
            self.offices.remove(&lease.workspace_id); // a new one opens with the next claim
        }
    }
}
