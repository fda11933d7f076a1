//! One conversation as a batch changes it.

use chrono::{DateTime, Utc};
use shared::{
    AuthorKind, ChannelId, ChannelKind, ContactId, ConversationId, ConversationKind, ConversationStatus,
    Direction, IdentityId, MemberId, MessageId,
};
use sqlx::FromRow;

use super::counters;
use crate::conversations;
use crate::db::WorkspaceTx;
use crate::messages::{Activity, ActivityKind};
use crate::webhooks::process::body::Body;
use crate::webhooks::process::entries::{Entries, Entry, New};
use crate::webhooks::process::people::Person;

/// A conversation as this batch changes it.
#[derive(Debug, Clone, FromRow)]
pub(in super::super) struct Thread {
    pub id: ConversationId,
    pub kind: ConversationKind,
    pub identity_id: IdentityId,
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
    pub status: ConversationStatus,
    pub assignee_id: Option<MemberId>,
    /// The assignee is a member no more.
    assignee_left: bool,
    pub last_activity_at: DateTime<Utc>,
    pub waiting_since: Option<DateTime<Utc>>,
    pub preview: String,
    pub preview_author: AuthorKind,
    pub last_seq: i64,
    pub inbound_count: i64,
    pub contact_read_seq: i64,
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// The time of the newest message shown.
    newest_at: Option<DateTime<Utc>>,
    #[sqlx(skip)]
    pub change: Change,
}

/// What this batch did to a conversation.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Change {
    /// It was not there before.
    pub made: bool,
    /// How it stood when the batch began.
    pub was: Option<Was>,
    /// Its row changed.
    pub written: bool,
    /// The entry that lists show, if it is new or changed.
    pub shown: Option<usize>,
    /// Whose it was, when that member has left.
    pub released_from: Option<MemberId>,
    /// Read up to here before, if it moved.
    pub read_from: Option<i64>,
    /// Something else that people see of it changed.
    pub touched: bool,
}

/// How a conversation stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Was {
    pub status: ConversationStatus,
    pub assignee_id: Option<MemberId>,
}

impl Thread {
    /// One that is not there yet.
    pub(super) fn new(person: &Person, kind: ChannelKind, at: DateTime<Utc>) -> Self {
        let kind =
            if kind == ChannelKind::WebChat { ConversationKind::Chat } else { ConversationKind::Direct };
        Self {
            id: ConversationId::new(),
            kind,
            identity_id: person.identity_id,
            contact_id: person.contact_id,
            channel_id: person.channel_id,
            status: ConversationStatus::Open,
            assignee_id: None,
            assignee_left: false,
            last_activity_at: at,
            waiting_since: None,
            preview: String::new(),
            preview_author: AuthorKind::Contact,
            last_seq: 0,
            inbound_count: 0,
            contact_read_seq: 0,
            last_inbound_at: None,
            newest_at: None,
            change: Change { made: true, ..Change::default() },
        }
    }

    /// Of two threads with one person: the one that is not closed, else the later one.
    pub(super) fn counts_before(&self, other: &Self) -> bool {
        let rank = |thread: &Self| {
            let is_comment = thread.kind == ConversationKind::Comment;
            let is_open = thread.status != ConversationStatus::Closed;
            (!is_comment, is_open, is_open.then_some(thread.last_activity_at), thread.id)
        };
        rank(self) > rank(other)
    }

    /// Whoever writes is heard: closed and snoozed conversations open, and the thread says so. What a member
    /// closed who has left since comes into the queue.
    pub(in super::super) fn open_again(&mut self, at: DateTime<Utc>, entries: &mut Entries) {
        if self.status == ConversationStatus::Open {
            return;
        }
        self.status = ConversationStatus::Open;
        self.happened(Activity::of(ActivityKind::Reopened), None, at, entries);
        if self.assignee_left {
            self.happened(Activity::of(ActivityKind::Unassigned), None, at, entries);
            self.change.released_from = self.assignee_id.take();
        }
    }

    /// Another thread with the same person goes on.
    pub(super) fn close(&mut self, entries: &mut Entries, at: DateTime<Utc>) {
        if self.status == ConversationStatus::Closed {
            return;
        }
        self.status = ConversationStatus::Closed;
        self.waiting_since = None;
        self.happened(Activity::of(ActivityKind::Merged), Some(self.contact_id), at, entries);
        self.happened(Activity::of(ActivityKind::Closed), None, at, entries);
    }

    /// Adds an activity; `by` is the contact, where it was them. Its place.
    pub(in super::super) fn happened(
        &mut self,
        activity: Activity,
        by: Option<ContactId>,
        at: DateTime<Utc>,
        entries: &mut Entries,
    ) -> usize {
        self.last_seq += 1;
        self.change.written = true;
        entries.push(Entry {
            id: MessageId::new(),
            conversation_id: self.id,
            channel_id: self.channel_id,
            seq: self.last_seq,
            direction: Direction::Activity,
            body: Body::default(),
            new: Some(New {
                delivery: None,
                author_kind: by.map_or(AuthorKind::System, |_| AuthorKind::Contact),
                author_contact_id: by.map(|contact| contact.0),
                platform_message_id: None,
                client_id: None,
                quoted_platform_id: None,
                quoted_message_id: None,
                sent_at: at,
                late: false,
                status: None,
                activity: Some(activity.to_value()),
                provenance: None,
                album: None,
                may_be_quoted: false,
            }),
            is_last: false,
            is_changed: false,
            is_transmitted: false,
        })
    }

    /// Makes room for what the contact wrote: its number, and whether it comes after messages that were sent later.
    pub(in super::super) fn take_inbound(&mut self, at: DateTime<Utc>) -> (i64, bool) {
        self.inbound_count += 1;
        self.last_inbound_at = Some(self.last_inbound_at.map_or(at, |last| last.max(at)));
        self.waiting_since = self.waiting_since.or(Some(at));
        self.take(at)
    }

    /// Makes room for what the business wrote in the platform's own app; whoever waited has an answer, unless a
    /// machine gave it.
    pub(in super::super) fn take_outside(&mut self, at: DateTime<Utc>, automatic: bool) -> (i64, bool) {
        if !automatic {
            self.waiting_since = self.waiting_since.filter(|since| *since > at);
        }
        self.take(at)
    }

    fn take(&mut self, at: DateTime<Utc>) -> (i64, bool) {
        self.last_seq += 1;
        self.change.written = true;
        let late = self.newest_at.is_some_and(|newest| at < newest);
        self.newest_at = Some(self.newest_at.map_or(at, |newest| newest.max(at)));
        self.last_activity_at = self.last_activity_at.max(at);
        (self.last_seq, late)
    }

    /// Lists show this entry.
    pub(super) fn show(&mut self, entry: &Entry) {
        self.preview = match entry.body.deleted_at {
            Some(_) => "Message deleted".to_owned(),
            None => conversations::preview(&entry.body.in_short(), None),
        };
        if let Some(new) = &entry.new {
            self.preview_author = new.author_kind;
        }
        self.change.written = true;
        self.change.touched |= entry.new.is_none();
    }

    /// Moves the contact's read position forward; whether it moved.
    pub(in super::super) fn read_up_to(&mut self, seq: i64) -> bool {
        let seq = seq.min(self.last_seq);
        if seq <= self.contact_read_seq {
            return false;
        }
        self.change.read_from.get_or_insert(self.contact_read_seq);
        self.contact_read_seq = seq;
        true
    }

    /// Moves the counters from how it stood to how it stands.
    pub(super) fn count_move(&self, tx: &mut WorkspaceTx) {
        let now = Was { status: self.status, assignee_id: self.assignee_id };
        if self.change.was == Some(now) {
            return;
        }
        if let Some(was) = self.change.was {
            let before = Self { assignee_id: was.assignee_id, ..self.clone() };
            counters(&before, was.status).into_iter().for_each(|counter| tx.count(counter, -1));
        }
        counters(self, self.status).into_iter().for_each(|counter| tx.count(counter, 1));
    }
}
