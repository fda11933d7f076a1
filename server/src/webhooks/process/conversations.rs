//! The conversations of a batch: found and locked, opened again or made, and brought up to date.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use shared::{
    AuditAction, AuthorKind, ChannelId, ChannelKind, ContactId, ConversationId, ConversationKind,
    ConversationStatus, IdentityId, MemberId, TargetKind,
};
use sqlx::FromRow;

use super::batch::Incoming;
use super::messages::{Files, Row};
use super::people::{People, Person};
use crate::audit::Entry;
use crate::conversations::Counter;
use crate::db::WorkspaceTx;
use crate::messages::ActivityKind;
use crate::realtime::Event;
use crate::viewer::Actor;

/// Characters of a message that a list shows.
const PREVIEW_CHARS: usize = 120;

/// A conversation as this batch changes it.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Thread {
    pub id: ConversationId,
    identity_id: IdentityId,
    contact_id: ContactId,
    channel_id: ChannelId,
    status: ConversationStatus,
    assignee_id: Option<MemberId>,
    /// The assignee is a member no more.
    assignee_left: bool,
    last_activity_at: DateTime<Utc>,
    waiting_since: Option<DateTime<Utc>>,
    preview: String,
    pub last_seq: i64,
    inbound_count: i64,
    pub contact_read_seq: i64,
    last_inbound_at: Option<DateTime<Utc>>,
    /// The time of the newest message shown.
    newest_at: Option<DateTime<Utc>>,
    #[sqlx(skip)]
    change: Change,
}

/// What this batch did to a conversation.
#[derive(Debug, Clone, Default)]
struct Change {
    made: Option<ConversationKind>,
    opened_from: Option<ConversationStatus>,
    written: bool,
    /// Whose it was, when that member has left.
    released_from: Option<MemberId>,
    /// Read up to here before, if it moved.
    read_from: Option<i64>,
}

/// The conversations of a batch, by person.
pub(super) struct Threads {
    of_person: HashMap<usize, usize>,
    all: Vec<Thread>,
}

impl Threads {
    /// Locks the latest conversation of each person, in the order of ids as everybody does.
    pub(super) async fn lock(tx: &mut WorkspaceTx, people: &People) -> sqlx::Result<Self> {
        let workspace_id = tx.workspace_id();
        let all: Vec<Thread> = sqlx::query_as(
            "select c.id, c.identity_id, c.contact_id, c.channel_id, c.status, c.assignee_id, c.last_activity_at,
                    c.waiting_since, c.preview, c.last_seq, c.inbound_count, c.contact_read_seq, c.last_inbound_at,
                    (select m.sent_at from messages m
                     where m.workspace_id = $1 and m.conversation_id = c.id and m.direction in (1, 2)
                     order by m.seq desc limit 1) as newest_at,
                    exists (select from members b
                            where b.workspace_id = $1 and b.id = c.assignee_id and b.removed_at is not null) as assignee_left
             from conversations c
             where c.workspace_id = $1 and c.id in (
                 select (select l.id from conversations l
                         where l.workspace_id = $1 and l.identity_id = i.id order by l.id desc limit 1)
                 from unnest($2::uuid[]) as i(id))
             order by c.id for no key update of c",
        )
        .bind(workspace_id)
        .bind(people.all().iter().map(|person| person.identity_id.0).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
        let place: HashMap<IdentityId, usize> =
            all.iter().enumerate().map(|(at, t)| (t.identity_id, at)).collect();
        let of_person = people
            .all()
            .iter()
            .enumerate()
            .filter_map(|(number, person)| Some((number, *place.get(&person.identity_id)?)))
            .collect();
        Ok(Self { of_person, all })
    }

    /// Puts the messages into their conversations; returns the entries to store, in order.
    pub(super) fn add(&mut self, incoming: &[Incoming], people: &People, files: &Files) -> Vec<Row> {
        let mut rows = Vec::with_capacity(incoming.len());
        for message in incoming {
            let Some((number, person)) = people.of(message.channel_id, &message.message.sender) else {
                continue;
            };
            let thread = self.of_person_or_new(number, person, message);
            thread.open_again(message, &mut rows);
            thread.write(message, person, files, &mut rows);
        }
        rows
    }

    /// The conversation of a person, if there is one.
    pub(super) fn of_person(&mut self, number: usize) -> Option<&mut Thread> {
        self.of_person.get(&number).and_then(|at| self.all.get_mut(*at))
    }

    fn of_person_or_new(&mut self, number: usize, person: &Person, first: &Incoming) -> &mut Thread {
        let at = *self.of_person.entry(number).or_insert_with(|| {
            self.all.push(Thread::new(person, first));
            self.all.len() - 1
        });
        // `at` is a place in `all`: it came from there, and nothing is ever taken out.
        #[expect(clippy::indexing_slicing, reason = "see the line above")]
        &mut self.all[at]
    }

    /// Stores the new conversations, with the next human numbers.
    pub(super) async fn create_new(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let new: Vec<&Thread> = self.all.iter().filter(|thread| thread.change.made.is_some()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "with number as (
                 insert into conversation_counters as c (workspace_id, kind, subject_id, n)
                 values ($1, 0, '00000000-0000-0000-0000-000000000000', $2)
                 on conflict (workspace_id, kind, subject_id) do update set n = c.n + excluded.n
                 returning n)
             insert into conversations
                    (workspace_id, id, number, kind, channel_id, identity_id, contact_id, last_activity_at,
                     waiting_since, preview, preview_author, last_seq, inbound_count, last_inbound_at)
             select $1, t.id, number.n - $2 + t.n, t.kind, t.channel_id, t.identity_id, t.contact_id, t.last_activity_at,
                    t.waiting_since, t.preview, $13, t.last_seq, t.inbound_count, t.last_inbound_at
             from number,
                  unnest($3::uuid[], $4::smallint[], $5::uuid[], $6::uuid[], $7::uuid[], $8::timestamptz[],
                         $9::timestamptz[], $10::text[], $11::bigint[], $12::bigint[], $14::timestamptz[])
                      with ordinality
                      as t(id, kind, channel_id, identity_id, contact_id, last_activity_at, waiting_since, preview,
                           last_seq, inbound_count, last_inbound_at, n)",
        )
        .bind(workspace_id)
        .bind(i64::try_from(new.len()).unwrap_or(i64::MAX))
        .bind(new.iter().map(|t| t.id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.change.made.unwrap_or(ConversationKind::Direct).code()).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.channel_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.identity_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.contact_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.last_activity_at).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.waiting_since).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.preview.as_str()).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.last_seq).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.inbound_count).collect::<Vec<_>>())
        .bind(AuthorKind::Contact)
        .bind(new.iter().map(|t| t.last_inbound_at).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Brings the conversations that were there up to date.
    pub(super) async fn update(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let written: Vec<&Thread> =
            self.all.iter().filter(|thread| thread.change.made.is_none() && thread.change.written).collect();
        if written.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "update conversations c
             set status = $2, snoozed_until = null, last_activity_at = t.last_activity_at, waiting_since = t.waiting_since,
                 preview = t.preview, preview_author = $3, last_seq = t.last_seq, inbound_count = t.inbound_count,
                 last_inbound_at = t.last_inbound_at,
                 assignee_id = case when t.released then null else c.assignee_id end
             from unnest($4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::bigint[], $9::bigint[],
                         $10::timestamptz[], $11::boolean[])
                  as t(id, last_activity_at, waiting_since, preview, last_seq, inbound_count, last_inbound_at, released)
             where c.workspace_id = $1 and c.id = t.id",
        )
        .bind(workspace_id)
        .bind(ConversationStatus::Open)
        .bind(AuthorKind::Contact)
        .bind(written.iter().map(|t| t.id.0).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.last_activity_at).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.waiting_since).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.preview.as_str()).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.last_seq).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.inbound_count).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.last_inbound_at).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.change.released_from.is_some()).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Net changes of the counters, and the visible changes that are no message.
    pub(super) fn count_and_publish(&self, tx: &mut WorkspaceTx) {
        for thread in &self.all {
            let change = &thread.change;
            if let Some(before) = change.opened_from {
                let counter =
                    if before == ConversationStatus::Snoozed { Counter::Snoozed } else { Counter::Closed };
                tx.count(counter, -1);
            }
            if change.made.is_some() || change.opened_from.is_some() {
                tx.count(Counter::Open, 1);
                tx.count(Counter::Channel(thread.channel_id), 1);
                tx.count(thread.assignee_id.map_or(Counter::Unassigned, Counter::Assigned), 1);
            }
            if let Some(left) = change.released_from {
                tx.audit(
                    Entry::new(Actor::system(), AuditAction::ConversationUnassigned)
                        .on(TargetKind::Conversation, thread.id.0)
                        .with(json!({ "from": left, "to": null })),
                );
            }
            if change.opened_from.is_some() || change.read_from.is_some() {
                tx.publish(Event::conversation(thread.id));
            }
        }
    }

    /// Who read further: conversation, read up to where before, and up to where now.
    pub(super) fn read_further(&self) -> impl Iterator<Item = (ConversationId, i64, i64)> {
        self.all.iter().filter_map(|t| Some((t.id, t.change.read_from?, t.contact_read_seq)))
    }
}

impl Thread {
    fn new(person: &Person, first: &Incoming) -> Self {
        let kind = if first.kind == ChannelKind::WebChat {
            ConversationKind::Chat
        } else {
            ConversationKind::Direct
        };
        Self {
            id: ConversationId::new(),
            identity_id: person.identity_id,
            contact_id: person.contact_id,
            channel_id: first.channel_id,
            status: ConversationStatus::Open,
            assignee_id: None,
            assignee_left: false,
            last_activity_at: first.at,
            waiting_since: None,
            preview: String::new(),
            last_seq: 0,
            inbound_count: 0,
            contact_read_seq: 0,
            last_inbound_at: None,
            newest_at: None,
            change: Change { made: Some(kind), ..Change::default() },
        }
    }

    /// Whoever writes is heard: closed and snoozed conversations open, and the thread says so. What a member
    /// closed who has left since comes into the queue.
    fn open_again(&mut self, message: &Incoming, rows: &mut Vec<Row>) {
        if self.status == ConversationStatus::Open {
            return;
        }
        self.change.opened_from = Some(self.status);
        self.status = ConversationStatus::Open;
        let mut say = |kind| {
            self.last_seq += 1;
            rows.push(Row::activity(kind, self.id, self.channel_id, self.last_seq, message.at));
        };
        say(ActivityKind::Reopened);
        if self.assignee_left {
            say(ActivityKind::Unassigned);
            self.change.released_from = self.assignee_id.take();
        }
    }

    fn write(&mut self, message: &Incoming, person: &Person, files: &Files, rows: &mut Vec<Row>) {
        self.last_seq += 1;
        self.inbound_count += 1;
        self.change.written = true;
        let late = self.newest_at.is_some_and(|newest| message.at < newest);
        self.newest_at = Some(self.newest_at.map_or(message.at, |newest| newest.max(message.at)));
        self.last_activity_at = self.last_activity_at.max(message.at);
        self.last_inbound_at = Some(self.last_inbound_at.map_or(message.at, |last| last.max(message.at)));
        self.waiting_since = self.waiting_since.or(Some(message.at));
        let row = Row::inbound(message, person, self.id, self.last_seq, late, files);
        self.preview = preview(&row);
        rows.push(row);
    }

    /// Moves the contact's read position forward; whether it moved.
    pub(super) fn read_up_to(&mut self, seq: i64) -> bool {
        let seq = seq.min(self.last_seq);
        if seq <= self.contact_read_seq {
            return false;
        }
        self.change.read_from.get_or_insert(self.contact_read_seq);
        self.contact_read_seq = seq;
        true
    }
}

/// The first characters of a message on one line; of one without text, its first file's name.
fn preview(row: &Row) -> String {
    let source = if row.text.trim().is_empty() {
        row.files.first().map_or("", |file| file.name.as_str())
    } else {
        row.text.as_str()
    };
    let mut line = String::with_capacity(PREVIEW_CHARS);
    for word in source.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > PREVIEW_CHARS * 4 {
            break;
        }
    }
    if let Some((end, _)) = line.char_indices().nth(PREVIEW_CHARS) {
        line.truncate(end);
    }
    line
}
