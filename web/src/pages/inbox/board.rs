//! The tab's one inbox: the plain state of `state::inbox` with what makes it live: signals, questions, timers.
//!
//! It outlives the pages, so that coming back from the settings shows everything at once and up to date. All
//! of it sits in one thread-local; [`Board`] is an empty handle that closures can copy for nothing.

mod act;
mod drafts;
mod loading;
mod message_acts;
mod origin;
mod sending;
mod shown;
mod templates;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ChannelId, ConversationId, MemberId, WorkspaceId};

use crate::api::channels::{ChannelEvent, ChannelSummary};
use crate::api::client::run;
use crate::api::conversations::{BOARD, CONVERSATION_BY_ID, EVENT_SEQ, WhichConversation};
use crate::api::live::{self, Connection, EventKind, Subscription};
use crate::api::operation::NoVariables;
use crate::api::session::{Member, Viewer};
use crate::api::{Failure, Timestamp};
use crate::components::Toasts;
use crate::state::event::{Change, Effect as StateEffect, Outcome};
use crate::state::inbox::Inbox;
pub use act::{contact, update_contact};

use drafts::Drafts;
pub use drafts::{Draft, FileEntry, FileState};
pub use origin::{provenance, revisions};
pub use shown::{Rows, ThreadView};
pub use templates::Templates;

/// How long to wait before asking again what could not be asked.
const RETRY: Duration = Duration::from_secs(3);

/// How long changes of the workspace are gathered.
const REFRESH: Duration = Duration::from_millis(400);

/// What has been said to the browser about one thing, and who follows it.
#[derive(Default)]
struct Signals {
    lists: ArcTrigger,
    counts: ArcTrigger,
    /// Members, channels, whether the first load is done or failed.
    board: ArcTrigger,
    conversations: HashMap<ConversationId, ArcTrigger>,
    threads: HashMap<ConversationId, ArcTrigger>,
    presence: ArcTrigger,
    drafts: ArcTrigger,
}

struct Inner {
    whose: (WorkspaceId, MemberId),
    toasts: Toasts,
    inbox: Inbox,
    events: Option<Subscription>,
    failure: Option<Failure>,
    loading: bool,
    channels: Vec<ChannelSummary>,
    /// What somebody should look at.
    alerts: Vec<ChannelEvent>,
    /// It is on its way again.
    refreshing: bool,
    members: Vec<Member>,
    /// How many were unread when a thread was last opened: where its "New" line stands.
    unread_at_open: HashMap<ConversationId, i64>,
    /// Conversations that turned out not to be here.
    missing: Vec<ConversationId>,
    drafts: Drafts,
    /// What each channel has, as last loaded.
    templates: HashMap<ChannelId, Templates>,
    /// Read positions the server has not confirmed yet.
    reads: HashMap<ConversationId, i64>,
    /// Called when a customer has written.
    on_customer: Option<Rc<dyn Fn(ConversationId)>>,
}

impl Inner {
    fn take_people(&mut self, board: crate::api::conversations::Board) {
        self.channels = board.channels;
        self.alerts = board.channel_alerts;
        self.members = board.members;
    }
}

thread_local! {
    static INNER: RefCell<Option<Inner>> = const { RefCell::new(None) };
    static SIGNALS: RefCell<Signals> = RefCell::default();
}

fn with<T>(look: impl FnOnce(&mut Inner) -> T) -> Option<T> {
    INNER.with_borrow_mut(|inner| inner.as_mut().map(look))
}

fn follow(pick: impl FnOnce(&mut Signals) -> ArcTrigger) {
    SIGNALS.with_borrow_mut(pick).track();
}

fn ring(pick: impl FnOnce(&mut Signals) -> Option<ArcTrigger>) {
    let trigger = SIGNALS.with_borrow_mut(pick);
    if let Some(trigger) = trigger {
        trigger.notify();
    }
}

fn ring_all() {
    let all: Vec<ArcTrigger> = SIGNALS.with_borrow(|signals| {
        let keyed = signals.conversations.values().chain(signals.threads.values()).cloned();
        let single = [&signals.lists, &signals.counts, &signals.board, &signals.presence, &signals.drafts];
        single.into_iter().cloned().chain(keyed).collect()
    });
    for trigger in all {
        trigger.notify();
    }
}

/// Shows what changed and does what is to be done.
fn take(outcome: Outcome) {
    for change in outcome.changes {
        ring(|signals| match change {
            Change::Conversation(id) => signals.conversations.get(&id).cloned(),
            Change::Lists => Some(signals.lists.clone()),
            Change::Thread(id) => signals.threads.get(&id).cloned(),
            Change::Counts => Some(signals.counts.clone()),
            Change::Presence(_) => Some(signals.presence.clone()),
        });
    }
    for effect in outcome.effects {
        match effect {
            StateEffect::Reload => load(),
            StateEffect::FetchReadCount(id) => fetch_read_count(id),
            StateEffect::CustomerWrote(id) => {
                let act = with(|inner| inner.on_customer.clone()).flatten();
                if let Some(act) = act {
                    act(id);
                }
            }
        }
    }
}

fn change(apply: impl FnOnce(&mut Inbox) -> Outcome) {
    if let Some(outcome) = with(|inner| apply(&mut inner.inbox)) {
        take(outcome);
    }
}

/// Starts from the server's present: first the cursor, then everything else, then the events after the cursor.
fn load() {
    let start = with(|inner| {
        inner.events = None;
        !std::mem::replace(&mut inner.loading, true)
    });
    if start != Some(true) {
        return;
    }
    spawn_local(async {
        let answer = async {
            let cursor = run(&EVENT_SEQ, NoVariables {}).await?.event_seq;
            Ok((cursor, run(&BOARD, NoVariables {}).await?))
        }
        .await;
        let failed = with(|inner| {
            inner.loading = false;
            match answer {
                Ok((cursor, board)) => {
                    inner.failure = None;
                    inner.inbox.restart(cursor);
                    let asked = inner.inbox.asking();
                    inner.inbox.counts_loaded(asked, &board.view_counts);
                    inner.take_people(board);
                    inner.missing.clear();
                    false
                }
                Err(failure) => {
                    let again = !matches!(failure, Failure::Unauthenticated | Failure::Forbidden);
                    inner.failure = Some(failure);
                    again
                }
            }
        });
        match failed {
            Some(false) => {
                let cursor = || with(|inner| inner.inbox.cursor()).flatten().unwrap_or_default();
                let events = live::events(cursor, |event| {
                    if event.kind == EventKind::WorkspaceChanged {
                        refresh();
                    }
                    change(|inbox| inbox.apply(event));
                });
                with(|inner| inner.events = Some(events));
            }
            Some(true) => set_timeout(load, RETRY),
            None => {}
        }
        ring_all();
    });
}

/// The workspace, its members or its channels changed. Changes come in flocks: one question for all of them.
fn refresh() {
    if with(|inner| !std::mem::replace(&mut inner.refreshing, true)) != Some(true) {
        return;
    }
    let ask = || {
        with(|inner| inner.refreshing = false);
        spawn_local(async {
            if let Ok(board) = run(&BOARD, NoVariables {}).await {
                let channels = board.channels.clone();
                with(|inner| inner.take_people(board));
                ring(|signals| Some(signals.board.clone()));
                change(|inbox| inbox.channels_loaded(&channels));
            }
        });
    };
    set_timeout(ask, REFRESH);
}

fn fetch_read_count(id: ConversationId) {
    spawn_local(async move {
        if let Ok(answer) = run(&CONVERSATION_BY_ID, WhichConversation { id }).await
            && let Some(read) = answer.conversation.and_then(|conversation| conversation.read_count)
        {
            change(|inbox| inbox.read_loaded(id, read));
        }
    });
}

/// The handle.
#[derive(Clone, Copy)]
pub struct Board;

impl Board {
    /// The signed-in member's inbox: the one that is running already, or a new one.
    pub fn open(viewer: &Viewer, toasts: Toasts) -> Self {
        let whose = (viewer.workspace.id, viewer.member.id);
        let running =
            with(|inner| inner.whose == whose && (inner.events.is_some() || inner.loading)) == Some(true);
        // The session closes the socket when it ends; what was subscribed is gone then.
        let connected = live::connection().get_untracked() != Connection::Idle;
        if !running || !connected {
            let fresh = Inner {
                whose,
                toasts,
                inbox: Inbox::new(viewer.member.id),
                events: None,
                failure: None,
                loading: false,
                channels: Vec::new(),
                alerts: Vec::new(),
                refreshing: false,
                members: Vec::new(),
                unread_at_open: HashMap::new(),
                missing: Vec::new(),
                drafts: Drafts::default(),
                templates: HashMap::new(),
                reads: HashMap::new(),
                on_customer: None,
            };
            let before = INNER.with_borrow_mut(|inner| inner.replace(fresh));
            drop(before);
            load();
        }
        Self
    }

    /// Forgets everything: the person has signed out.
    pub fn close(self) {
        let before = INNER.with_borrow_mut(Option::take);
        drop(before);
    }

    /// Sets what happens when a customer writes.
    pub fn on_customer(self, act: impl Fn(ConversationId) + 'static) {
        with(|inner| inner.on_customer = Some(Rc::new(act)));
    }

    /// The connection is back: asks and sends what could not be.
    pub fn reconnected(self) {
        if with(|inner| inner.failure.is_some()) == Some(true) {
            load();
        }
        let reads: Vec<_> =
            with(|inner| inner.reads.iter().map(|(id, count)| (*id, *count)).collect()).unwrap_or_default();
        for (id, count) in reads {
            act::tell_read(id, count);
        }
        sending::pump();
    }
}

/// The present, for what is made here.
fn now() -> Timestamp {
    Timestamp::now()
}
