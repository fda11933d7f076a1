//! What the columns read. Where a doc says "tracked", the reader runs again when it changes.

use std::sync::Arc;

use shared::{ConversationId, MemberId};

use super::{Board, change, follow, ring, with};
use crate::api::Failure;
use crate::api::channels::{ChannelEvent, ChannelSummary};
use crate::api::conversations::Conversation;
use crate::api::live::Presence;
use crate::api::messages::Message;
use crate::api::session::Member;
use crate::app::route::InboxView;
use crate::state::list::Reach;
use crate::state::outbox::Pending;
use crate::state::thread::{Back, Thread};

impl Board {
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

    /// What somebody should look at, newest first; tracked.
    pub fn alerts(self) -> Vec<ChannelEvent> {
        follow(|signals| signals.board.clone());
        with(|inner| inner.alerts.clone()).unwrap_or_default()
    }

    /// Somebody has seen it.
    pub fn alert_seen(self, id: &str) {
        with(|inner| inner.alerts.retain(|alert| alert.id != id));
        ring(|signals| Some(signals.board.clone()));
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
                messages: thread.and_then(Thread::messages),
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
