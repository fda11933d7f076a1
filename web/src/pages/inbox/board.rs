//! The tab's one inbox: the plain state of `state::inbox` with what makes it live: signals, questions, timers.
//!
//! It outlives the pages, so that coming back from the settings shows everything at once and up to date. All
//! of it sits in one thread-local; [`Board`] is an empty handle that closures can copy for nothing.

mod act;
mod drafts;
mod sending;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ConversationId, MemberId, WorkspaceId};

use crate::api::channels::ChannelSummary;
use crate::api::client::run;
use crate::api::conversations::{
    BOARD, CONVERSATION_BY_ID, CONVERSATIONS, Conversation, ConversationView, EVENT_SEQ, ListConversations,
    WhichConversation,
};
use crate::api::live::{self, Connection, Presence, Subscription};
use crate::api::messages::{EarlierMessages, HISTORY, Message, OpenThread, THREAD};
use crate::api::operation::NoVariables;
use crate::api::session::{Member, Viewer};
use crate::api::{Failure, Page, Timestamp};
use crate::app::route::InboxView;
use crate::components::Toasts;
use crate::state::event::{Change, Effect as StateEffect, Outcome};
use crate::state::inbox::{Inbox, ListPage, ThreadPage};
use crate::state::list::Reach;
use crate::state::outbox::Pending;
use crate::state::thread::Back;
pub use act::{contact, update_contact};
use drafts::Drafts;
pub use drafts::{Draft, FileEntry, FileState};

/// Rows per page of a list.
const ROWS_PER_PAGE: u32 = 50;
/// Messages per page of a thread.
const MESSAGES_PER_PAGE: u32 = 40;
/// How long to wait before asking again what could not be asked.
const RETRY: Duration = Duration::from_secs(3);

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
    members: Vec<Member>,
    /// How many were unread when a thread was last opened: where its "New" line stands.
    unread_at_open: HashMap<ConversationId, i64>,
    /// Conversations that turned out not to be here.
    missing: Vec<ConversationId>,
    drafts: Drafts,
    /// Read positions the server has not confirmed yet.
    reads: HashMap<ConversationId, i64>,
    /// Called when a customer has written.
    on_customer: Option<Rc<dyn Fn(ConversationId)>>,
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
                    inner.channels = board.channels;
                    inner.members = board.members;
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
                let events = live::events(cursor, |event| change(|inbox| inbox.apply(event)));
                with(|inner| inner.events = Some(events));
            }
            Some(true) => set_timeout(load, RETRY),
            None => {}
        }
        ring_all();
    });
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
                members: Vec::new(),
                unread_at_open: HashMap::new(),
                missing: Vec::new(),
                drafts: Drafts::default(),
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

    /// Whether the first load is done; tracked.
    pub fn ready(self) -> bool {
        follow(|signals| signals.board.clone());
        with(|inner| inner.inbox.cursor().is_some()) == Some(true)
    }

    /// Why nothing could be loaded; tracked.
    pub fn failure(self) -> Option<Failure> {
        follow(|signals| signals.board.clone());
        with(|inner| inner.failure.clone()).flatten()
    }

    /// The signed-in member.
    pub fn me(self) -> Option<MemberId> {
        with(|inner| inner.inbox.me())
    }

    /// Active members, for assigning; tracked.
    pub fn members(self) -> Vec<Member> {
        follow(|signals| signals.board.clone());
        with(|inner| inner.members.iter().filter(|member| member.active).cloned().collect())
            .unwrap_or_default()
    }

    /// The workspace's channels; tracked.
    pub fn channels(self) -> Vec<ChannelSummary> {
        follow(|signals| signals.board.clone());
        with(|inner| inner.channels.clone()).unwrap_or_default()
    }

    /// How many a view has; tracked.
    pub fn count(self, view: InboxView) -> Option<i64> {
        follow(|signals| signals.counts.clone());
        with(|inner| inner.inbox.counts().of(view)).flatten()
    }

    /// Somebody in a view waits for an answer, as far as it is loaded; tracked.
    pub fn someone_waits(self, view: InboxView) -> bool {
        follow(|signals| signals.counts.clone());
        follow(|signals| signals.lists.clone());
        with(|inner| inner.inbox.someone_waits(view)) == Some(true)
    }

    /// A view's rows in order, and how the list stands; tracked.
    pub fn rows(self, view: InboxView) -> Rows {
        follow(|signals| signals.lists.clone());
        with(|inner| {
            let list = inner.inbox.list(view);
            Rows {
                ids: list.map(|list| list.rows().iter().map(|key| key.id).collect()).unwrap_or_default(),
                loaded: list.is_some_and(|list| *list.reach() != Reach::Nothing),
                more: list.is_some_and(|list| *list.reach() != Reach::End),
                failed: list.is_some_and(|list| list.failed),
            }
        })
        .unwrap_or_default()
    }

    /// Loads the next page of a list, if there is one and none is under way.
    pub fn load_rows(self, view: InboxView) {
        let wanted = with(|inner| {
            inner.inbox.cursor()?;
            inner.inbox.page_wanted(view)
        });
        let Some(Some((asked, after))) = wanted else { return };
        let (of, channel_id) = match view {
            InboxView::Mine => (ConversationView::Mine, None),
            InboxView::Unassigned => (ConversationView::Unassigned, None),
            InboxView::All => (ConversationView::All, None),
            InboxView::Snoozed => (ConversationView::Snoozed, None),
            InboxView::Closed => (ConversationView::Closed, None),
            InboxView::Channel(id) => (ConversationView::All, Some(id)),
        };
        spawn_local(async move {
            let question = ListConversations { view: of, channel_id, first: ROWS_PER_PAGE, after };
            let answer = run(&CONVERSATIONS, question).await;
            change(|inbox| match answer {
                Ok(answer) => {
                    let Page { nodes, page_info } = answer.conversations;
                    let page = ListPage {
                        rows: nodes,
                        end_cursor: page_info.end_cursor,
                        more: page_info.has_next_page,
                    };
                    inbox.page_loaded(view, asked, page)
                }
                Err(_) => inbox.page_failed(view, asked),
            });
        });
    }

    /// A conversation as it stands; tracked.
    pub fn conversation(self, id: ConversationId) -> Option<Arc<Conversation>> {
        follow(|signals| signals.conversations.entry(id).or_default().clone());
        with(|inner| inner.inbox.conversation(id)).flatten()
    }

    /// How many of the customer's messages are unread; tracked.
    pub fn unread(self, id: ConversationId) -> i64 {
        follow(|signals| signals.conversations.entry(id).or_default().clone());
        with(|inner| inner.inbox.unread(id)).flatten().unwrap_or_default()
    }

    /// How many open conversations that concern me have something unread; tracked.
    pub fn unread_conversations(self) -> usize {
        follow(|signals| signals.lists.clone());
        follow(|signals| signals.counts.clone());
        with(|inner| inner.inbox.unread_conversations()).unwrap_or_default()
    }

    /// An opened thread; tracked.
    pub fn thread(self, id: ConversationId) -> ThreadView {
        follow(|signals| signals.threads.entry(id).or_default().clone());
        with(|inner| {
            let thread = inner.inbox.thread(id);
            ThreadView {
                messages: thread.and_then(crate::state::thread::Thread::messages),
                pending: inner.inbox.outbox.of(id).cloned().collect(),
                more: thread.is_some_and(|thread| matches!(thread.back(), Back::From(..))),
                loading_older: thread.is_some_and(|thread| thread.loading_older),
                failed: thread.is_some_and(|thread| thread.failed),
                missing: inner.missing.contains(&id),
            }
        })
        .unwrap_or_default()
    }

    /// A thread is being opened: from here on the "New" line stands where it stands.
    pub fn note_unread(self, id: ConversationId) {
        with(|inner| {
            let unread = inner.inbox.unread(id).unwrap_or_default();
            inner.unread_at_open.insert(id, unread);
        });
    }

    /// How many were unread when the thread was opened.
    pub fn unread_at_open(self, id: ConversationId) -> i64 {
        with(|inner| inner.unread_at_open.get(&id).copied()).flatten().unwrap_or_default()
    }

    /// The newest number of an opened thread.
    pub fn last_seq(self, id: ConversationId) -> i64 {
        with(|inner| inner.inbox.thread(id).map(crate::state::thread::Thread::last_seq))
            .flatten()
            .unwrap_or_default()
    }

    /// Opens a thread: loads its newest messages unless they are kept already.
    pub fn open_thread(self, id: ConversationId) {
        if with(|inner| inner.inbox.cursor().is_some() && inner.inbox.open_thread(id)) == Some(true) {
            self.load_thread(id);
        }
    }

    /// Loads a thread's newest messages, with the conversation and the drafts.
    pub fn load_thread(self, id: ConversationId) {
        let Some(asked) = with(|inner| inner.inbox.asking()) else { return };
        spawn_local(async move {
            match run(&THREAD, OpenThread { id, last: MESSAGES_PER_PAGE }).await {
                Ok(answer) => match answer.conversation {
                    Some(thread) => {
                        drafts::loaded(id, thread.reply_draft, thread.note_draft);
                        let conversation = &thread.conversation;
                        let unread = conversation.inbound_count - conversation.read_count.unwrap_or_default();
                        with(|inner| inner.unread_at_open.insert(id, unread));
                        change(|inbox| inbox.conversation_loaded(asked, thread.conversation));
                        change(|inbox| inbox.thread_loaded(id, asked, thread_page(thread.messages)));
                    }
                    None => gone(id),
                },
                Err(Failure::NotFound) => gone(id),
                Err(_) => change(|inbox| inbox.thread_failed(id)),
            }
        });
    }

    /// Loads the messages before those that are shown.
    pub fn load_older(self, id: ConversationId) {
        let wanted = with(|inner| {
            let asked = inner.inbox.asking();
            let thread = inner.inbox.thread_mut(id)?;
            match thread.back().clone() {
                Back::From(_, before) if !thread.loading_older => {
                    thread.loading_older = true;
                    Some((asked, before))
                }
                _ => None,
            }
        });
        let Some(Some((asked, before))) = wanted else { return };
        spawn_local(async move {
            let answer = run(&HISTORY, EarlierMessages { id, last: MESSAGES_PER_PAGE, before }).await;
            change(|inbox| match answer {
                Ok(answer) => match answer.conversation {
                    Some(history) => inbox.thread_loaded(id, asked, thread_page(history.messages)),
                    None => inbox.thread_failed(id),
                },
                Err(_) => inbox.thread_failed(id),
            });
        });
    }

    /// Who else is in a conversation; tracked.
    pub fn presence(self, id: ConversationId) -> Vec<Presence> {
        follow(|signals| signals.presence.clone());
        with(|inner| inner.inbox.presence(id).to_vec()).unwrap_or_default()
    }

    /// The server's list of who else is in a conversation.
    pub fn set_presence(self, id: ConversationId, others: Vec<Presence>) {
        change(|inbox| inbox.presence_changed(id, others));
    }
}

fn thread_page(page: Page<Message>) -> ThreadPage {
    let Page { nodes, page_info } = page;
    ThreadPage { messages: nodes, start_cursor: page_info.start_cursor, more: page_info.has_previous_page }
}

fn gone(id: ConversationId) {
    with(|inner| inner.missing.push(id));
    take(Outcome { changes: vec![Change::Thread(id)], effects: Vec::new() });
}

/// A list as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// In order.
    pub ids: Vec<ConversationId>,
    /// At least one page is here.
    pub loaded: bool,
    /// There is more below.
    pub more: bool,
    /// The last page could not be had.
    pub failed: bool,
}

/// A thread as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadView {
    /// Oldest first; none until loaded.
    pub messages: Option<Vec<Arc<Message>>>,
    /// Ours that the server has not confirmed.
    pub pending: Vec<Pending>,
    /// There is more above.
    pub more: bool,
    /// It is on its way.
    pub loading_older: bool,
    /// The last page could not be had.
    pub failed: bool,
    /// There is no such conversation here.
    pub missing: bool,
}

/// The present, for what is made here.
fn now() -> Timestamp {
    Timestamp::now()
}
