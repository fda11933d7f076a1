//! Who looks at a conversation and who types in it, over all processes. Ephemeral: a process says so
//! again and again while it lasts, and what is not said again is over.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{Stream, stream};
use shared::{ConversationId, MemberId, WorkspaceId};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use uuid::Uuid;

use super::signal::{self, Person, Signal, SignalKind};
use crate::db::Db;

const VIEWING_SAID_AGAIN: Duration = Duration::from_secs(20);
/// Each second those whose turn it is say it again: a thousand at once would be felt by everybody.
const TURNS: u64 = VIEWING_SAID_AGAIN.as_secs();
const VIEWING_EXPIRES: Duration = Duration::from_secs(45);
const TYPING_SAID_AGAIN: Duration = Duration::from_secs(4);
const TYPING_EXPIRES: Duration = Duration::from_secs(6);
/// A client that starts or stops typing asks anew; it has not left in between.
const LEAVING_GRACE: Duration = Duration::from_millis(1_000);
/// Signals are worth little: with this many waiting, further ones are dropped.
const OUTBOX_MAX: usize = 8_192;

/// Somebody at a conversation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Present {
    /// The member; none: the contact.
    pub member_id: Option<MemberId>,
    /// As shown to the other side.
    pub name: String,
    /// Writes something.
    pub typing: bool,
    /// Has it on the screen.
    pub viewing: bool,
}

/// Presence as this process knows it. Cheap to clone.
#[derive(Clone)]
pub struct Presence(Arc<Inner>);

struct Inner {
    process: Uuid,
    table: Mutex<Table>,
    outbox: mpsc::Sender<Signal>,
    waiting: Mutex<Option<mpsc::Receiver<Signal>>>,
}

type Place = (WorkspaceId, ConversationId);

#[derive(Default)]
struct Table {
    places: HashMap<Place, Room>,
    /// What this process's own sockets hold.
    held: HashMap<(Place, Option<MemberId>), Tally>,
}

#[derive(Default)]
struct Room {
    marks: HashMap<(Option<MemberId>, Uuid), Mark>,
    changed: watch::Sender<()>,
}

/// What one process said of one person.
struct Mark {
    name: String,
    viewing_until: Option<Instant>,
    typing_until: Option<Instant>,
}

/// How many sockets of this process hold a person at a place.
struct Tally {
    person: Person,
    here: usize,
    typing: usize,
}

impl Presence {
    /// Nobody anywhere yet.
    #[must_use]
    pub fn new() -> Self {
        let (outbox, waiting) = mpsc::channel(OUTBOX_MAX);
        let waiting = Mutex::new(Some(waiting));
        Self(Arc::new(Inner { process: Uuid::now_v7(), table: Mutex::default(), outbox, waiting }))
    }

    /// The person has the conversation on the screen (and types) until the answer is dropped.
    #[must_use]
    pub fn hold(
        &self,
        workspace_id: WorkspaceId,
        conversation_id: ConversationId,
        person: Person,
        typing: bool,
    ) -> Holding {
        let place = (workspace_id, conversation_id);
        self.change_tally(place, &person, |tally| {
            tally.here += 1;
            tally.typing += usize::from(typing);
        });
        Holding { presence: self.clone(), place, person, typing }
    }

    /// The person has the inbox open at all: [`Presence::agents_online`].
    #[must_use]
    pub fn hold_online(&self, workspace_id: WorkspaceId, person: Person) -> Holding {
        self.hold(workspace_id, nowhere(), person, false)
    }

    /// Whether any member has the inbox open.
    #[must_use]
    pub fn agents_online(&self, workspace_id: WorkspaceId) -> bool {
        self.who(workspace_id, nowhere()).iter().any(|present| present.member_id.is_some())
    }

    /// The contact types, or has stopped. Say it again every few seconds while it lasts.
    pub fn contact_typing(
        &self,
        workspace_id: WorkspaceId,
        conversation_id: ConversationId,
        name: &str,
        on: bool,
    ) {
        let by = Person { member_id: None, name: name.to_owned() };
        self.say((workspace_id, conversation_id), SignalKind::Typing, by, on);
    }

    /// Who is there now, members in a stable order.
    #[must_use]
    pub fn who(&self, workspace_id: WorkspaceId, conversation_id: ConversationId) -> Vec<Present> {
        self.table().places.get(&(workspace_id, conversation_id)).map(Room::present).unwrap_or_default()
    }

    /// Who is there: now, and after each change. Watching is not being there.
    pub fn watch(
        &self,
        workspace_id: WorkspaceId,
        conversation_id: ConversationId,
    ) -> impl Stream<Item = Vec<Present>> + Send + use<> {
        let place = (workspace_id, conversation_id);
        let mut changed = self.table().places.entry(place).or_default().changed.subscribe();
        changed.mark_changed();
        stream::unfold((self.clone(), changed, None), move |(presence, mut changed, last)| async move {
            loop {
                changed.changed().await.ok()?;
                let now = presence.who(place.0, place.1);
                if last.as_ref() != Some(&now) {
                    return Some((now.clone(), (presence, changed, Some(now))));
                }
            }
        })
    }

    /// Takes in what a process said.
    pub fn hear(&self, payload: &str) {
        let Ok(signal) = serde_json::from_str::<Signal>(payload) else {
            tracing::debug!("a signal could not be read");
            return;
        };
        if signal.process == self.0.process {
            return; // taken in when it was said
        }
        if signal.kind == SignalKind::Who {
            self.say_all_held();
        } else {
            self.take_in(&signal);
        }
    }

    /// Asks the other processes to say again who is there.
    pub(super) async fn ask_who_is_there(&self) {
        let by = Person { member_id: None, name: String::new() };
        self.send((WorkspaceId(Uuid::nil()), nowhere()), SignalKind::Who, by, true);
    }

    /// Sends what is said, says it again, and forgets what is over; for the life of the process.
    pub async fn run(self, db: Db) {
        let waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut waiting) = waiting else { return };
        let mut sweep = tokio::time::interval(Duration::from_secs(1));
        sweep.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut second, mut typing_said) = (0_u64, Instant::now());
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                count = waiting.recv_many(&mut batch, 200) => {
                    if count == 0 {
                        return;
                    }
                    if let Err(error) = signal::send(db.pool(), &batch).await {
                        tracing::debug!(%error, "signals were lost");
                    }
                    batch.clear();
                }
                _ = sweep.tick() => {
                    second = second.wrapping_add(1);
                    self.say_turn_held(second % TURNS);
                    if typing_said.elapsed() >= TYPING_SAID_AGAIN {
                        typing_said = Instant::now();
                        self.say_typing_held();
                    }
                    self.forget_what_is_over();
                }
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what all of this process's holdings of a person come to at a place.
    fn say_held(&self, place: Place, person: &Person) {
        let who = person.member_id;
        let (there, typing, was_typing) = {
            let table = self.table();
            let tally = table.held.get(&(place, who));
            let mark = table.places.get(&place).and_then(|room| room.marks.get(&(who, self.0.process)));
            let was_typing = mark.is_some_and(|mark| mark.typing_until.is_some());
            (tally.is_some(), tally.is_some_and(|tally| tally.typing > 0), was_typing)
        };
        if !there {
            self.say(place, SignalKind::Gone, person.clone(), false);
            return;
        }
        self.say(place, SignalKind::Viewing, person.clone(), true);
        if typing || was_typing {
            self.say(place, SignalKind::Typing, person.clone(), typing);
        }
    }

    fn say_all_held(&self) {
        for (place, person) in self.held(|_, _| true) {
            self.say_held(place, &person);
        }
    }

    fn say_turn_held(&self, turn: u64) {
        let turn_of = |place: &Place, person: &Person| {
            let mut hasher = DefaultHasher::new();
            (place, person.member_id).hash(&mut hasher);
            hasher.finish() % TURNS
        };
        for (place, person) in self.held(|place, tally| turn_of(place, &tally.person) == turn) {
            self.say_held(place, &person);
        }
    }

    fn say_typing_held(&self) {
        for (place, person) in self.held(|_, tally| tally.typing > 0) {
            self.say(place, SignalKind::Typing, person, true);
        }
    }

    fn held(&self, wanted: impl Fn(&Place, &Tally) -> bool) -> Vec<(Place, Person)> {
        let table = self.table();
        let held = table.held.iter().filter(|((place, _), tally)| wanted(place, tally));
        held.map(|((place, _), tally)| (*place, tally.person.clone())).collect()
    }

    fn change_tally(&self, place: Place, person: &Person, change: impl FnOnce(&mut Tally)) {
        let mut table = self.table();
        let key = (place, person.member_id);
        let tally =
            table.held.entry(key).or_insert_with(|| Tally { person: person.clone(), here: 0, typing: 0 });
        change(tally);
        if tally.here == 0 {
            table.held.remove(&key);
        }
        drop(table);
        self.say_held(place, person);
    }

    /// Takes it in here, and tells the others.
    fn say(&self, place: Place, kind: SignalKind, by: Person, on: bool) {
        let signal = self.send(place, kind, by, on);
        self.take_in(&signal);
    }

    fn send(&self, place: Place, kind: SignalKind, by: Person, on: bool) -> Signal {
        let (workspace_id, conversation_id) = place;
        let signal = Signal { workspace_id, conversation_id, kind, by, on, process: self.0.process };
        if self.0.outbox.try_send(signal.clone()).is_err() {
            tracing::debug!("too many signals wait; one was dropped");
        }
        signal
    }

    fn take_in(&self, signal: &Signal) {
        let now = Instant::now();
        let place = (signal.workspace_id, signal.conversation_id);
        let who = (signal.by.member_id, signal.process);
        let mut table = self.table();
        let room = table.places.entry(place).or_default();
        let before = room.present();
        if signal.kind == SignalKind::Gone {
            room.marks.remove(&who);
        } else {
            let mark = room.marks.entry(who).or_insert_with(|| Mark {
                name: String::new(),
                viewing_until: None,
                typing_until: None,
            });
            mark.name.clone_from(&signal.by.name);
            match signal.kind {
                SignalKind::Typing => mark.typing_until = signal.on.then(|| now + TYPING_EXPIRES),
                SignalKind::Viewing => mark.viewing_until = signal.on.then(|| now + VIEWING_EXPIRES),
                SignalKind::Gone | SignalKind::Who => {}
            }
        }
        if room.present() != before {
            room.changed.send_replace(());
        }
        if room.is_empty() {
            table.places.remove(&place);
        }
    }

    fn forget_what_is_over(&self) {
        let now = Instant::now();
        self.table().places.retain(|_, room| {
            let before = room.present_at(None);
            for mark in room.marks.values_mut() {
                mark.typing_until = mark.typing_until.filter(|until| *until > now);
                mark.viewing_until = mark.viewing_until.filter(|until| *until > now);
            }
            room.marks.retain(|_, mark| mark.typing_until.is_some() || mark.viewing_until.is_some());
            if room.present_at(None) != before {
                room.changed.send_replace(());
            }
            !room.is_empty()
        });
    }
}

impl Default for Presence {
    fn default() -> Self {
        Self::new()
    }
}

impl Room {
    fn present(&self) -> Vec<Present> {
        self.present_at(Some(Instant::now()))
    }

    /// Who is there; at no time: by marks that are not forgotten yet.
    fn present_at(&self, now: Option<Instant>) -> Vec<Present> {
        let lasts = |until: Option<Instant>| until.is_some_and(|until| now.is_none_or(|now| until > now));
        let mut people: HashMap<Option<MemberId>, Present> = HashMap::new();
        for ((member_id, _), mark) in &self.marks {
            let (typing, viewing) = (lasts(mark.typing_until), lasts(mark.viewing_until));
            if typing || viewing {
                let present = people.entry(*member_id).or_insert_with(|| Present {
                    member_id: *member_id,
                    name: mark.name.clone(),
                    typing: false,
                    viewing: false,
                });
                present.typing |= typing;
                present.viewing |= viewing;
            }
        }
        let mut people: Vec<Present> = people.into_values().collect();
        people.sort();
        people
    }

    fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.changed.receiver_count() == 0
    }
}

/// The place that stands for having the inbox open at all.
fn nowhere() -> ConversationId {
    ConversationId(Uuid::nil())
}

/// While this lives, somebody is there.
pub struct Holding {
    presence: Presence,
    place: Place,
    person: Person,
    typing: bool,
}

impl Drop for Holding {
    fn drop(&mut self) {
        // Typing ends at once, being there a moment later.
        if self.typing {
            self.presence.change_tally(self.place, &self.person, |tally| tally.typing -= 1);
        }
        let (presence, place, person) = (self.presence.clone(), self.place, self.person.clone());
        let leave = move || presence.change_tally(place, &person, |tally| tally.here -= 1);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    tokio::time::sleep(LEAVING_GRACE).await;
                    leave();
                });
            }
            Err(_) => leave(), // the process is going down
        }
    }
}
