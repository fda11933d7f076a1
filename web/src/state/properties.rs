//! Whatever the order in which events, pages and answers arrive, drop and repeat: the end is the same.
//!
//! A small server in memory keeps every version of its world. A client drinks from it badly: pages show a
//! version somewhere between question and answer, events are repeated, skipped and read late, answers to
//! messages get lost. When everything has calmed down, the client must show exactly the server's last version.

use std::collections::HashMap;

use proptest::prelude::*;
use shared::{
    AuthorKind, ChannelId, ChannelKind, ChannelState, ContactId, ConversationId, ConversationKind,
    ConversationStatus, Direction, MemberId, MessageId, MessageStatus,
};
use uuid::Uuid;

use super::event::{Change, Effect};
use super::inbox::{Asked, Inbox, ListPage, ThreadPage};
use super::list::{Key, Reach, holds};
use super::outbox::{Pending, PendingState};
use super::thread::Back;
use crate::api::Timestamp;
use crate::api::channels::ChannelSummary;
use crate::api::contacts::ContactSummary;
use crate::api::conversations::{Assignee, ChannelCount, Conversation, ViewCounts};
use crate::api::live::{ChangedCounts, EventKind, MemberCount, WorkspaceEvent};
use crate::api::messages::{DraftMode, Message};
use crate::app::route::InboxView as View;

const PAGE: usize = 2;
const CONVERSATIONS: u8 = 5;

fn me() -> MemberId {
    MemberId(Uuid::from_u128(1))
}

fn conversation_id(number: u8) -> ConversationId {
    ConversationId(Uuid::from_u128(100 + u128::from(number)))
}

fn channel_id(number: u8) -> ChannelId {
    ChannelId(Uuid::from_u128(50 + u128::from(number % 2)))
}

const fn views() -> [View; 6] {
    [
        View::Mine,
        View::Unassigned,
        View::All,
        View::Snoozed,
        View::Closed,
        View::Channel(ChannelId(Uuid::from_u128(50))),
    ]
}

/// Everything the server knows at one version.
#[derive(Clone, Default)]
struct World {
    conversations: HashMap<ConversationId, Conversation>,
    messages: HashMap<ConversationId, Vec<Message>>,
    read: HashMap<ConversationId, i64>,
}

impl World {
    fn rows(&self, view: View) -> Vec<Conversation> {
        let mut rows: Vec<_> =
            self.conversations.values().filter(|row| holds(view, row, me())).cloned().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(Key::of(row)));
        rows
    }

    fn counts(&self) -> ViewCounts {
        let count = |view| self.rows(view).len() as i64;
        ViewCounts {
            mine: count(View::Mine),
            unassigned: count(View::Unassigned),
            all: count(View::All),
            snoozed: count(View::Snoozed),
            closed: count(View::Closed),
            channels: (0..2)
                .map(|n| ChannelCount {
                    channel_id: channel_id(n),
                    open: count(View::Channel(channel_id(n))),
                })
                .collect(),
        }
    }
}

/// What an event says besides the world it is read in.
#[derive(Clone)]
struct Logged {
    kind: EventKind,
    conversation: ConversationId,
    message: Option<usize>,
    read: Option<i64>,
}

/// `versions[n]` is the world after event `n`.
struct Server {
    versions: Vec<World>,
    log: Vec<Logged>,
}

impl Server {
    fn new() -> Self {
        Self { versions: vec![World::default()], log: Vec::new() }
    }

    fn now(&self) -> usize {
        self.log.len()
    }

    fn commit(&mut self, world: World, logged: Logged) {
        self.versions.push(world);
        self.log.push(logged);
    }

    fn message(&mut self, number: u8, direction: Direction, client_id: Option<String>) {
        let mut world = self.versions.last().unwrap().clone();
        let id = conversation_id(number);
        let at = Timestamp(1_000 + self.now() as i64 / 2); // two in a row share a time: the id decides
        let conversation = world.conversations.entry(id).or_insert_with(|| Conversation {
            id,
            number: i32::from(number),
            kind: ConversationKind::Chat,
            created_at: at,
            status: ConversationStatus::Open,
            snoozed_until: None,
            contact: ContactSummary {
                id: ContactId(Uuid::from_u128(7)),
                name: "Ana".into(),
                email: None,
                verified: false,
            },
            channel: ChannelSummary {
                id: channel_id(number),
                kind: ChannelKind::WebChat,
                name: "Site".into(),
                active: true,
                state: ChannelState::Connected,
            },
            assignee: None,
            last_activity_at: at,
            waiting_since: None,
            preview: String::new(),
            preview_author: AuthorKind::Contact,
            last_seq: 0,
            inbound_count: 0,
            read_count: None,
            contact_read_seq: 0,
            contact_delivered_seq: 0,
            last_inbound_at: None,
            reachable: true,
            unreachable_reason: None,
            opted_out: Vec::new(),
        });
        let inbound = direction == Direction::Inbound;
        conversation.last_seq += 1;
        conversation.last_activity_at = at;
        conversation.inbound_count += i64::from(inbound);
        if inbound {
            conversation.status = ConversationStatus::Open;
        }
        let seq = conversation.last_seq;
        let messages = world.messages.entry(id).or_default();
        messages.push(Message {
            id: MessageId(Uuid::from_u128(1_000 + self.log.len() as u128)),
            conversation_id: id,
            client_id,
            text: format!("{seq}"),
            sent_at: at,
            created_at: at,
            status: (!inbound).then_some(MessageStatus::Queued),
            ..Message::plain(seq, direction)
        });
        let message = Some(messages.len() - 1);
        self.commit(world, Logged { kind: EventKind::MessageCreated, conversation: id, message, read: None });
    }

    fn change(&mut self, number: u8, change: impl FnOnce(&mut Conversation)) {
        let mut world = self.versions.last().unwrap().clone();
        let id = conversation_id(number);
        let Some(conversation) = world.conversations.get_mut(&id) else { return };
        change(conversation);
        let kind = EventKind::ConversationChanged;
        self.commit(world, Logged { kind, conversation: id, message: None, read: None });
    }

    fn deliver_last(&mut self, number: u8) {
        let mut world = self.versions.last().unwrap().clone();
        let id = conversation_id(number);
        let Some(messages) = world.messages.get_mut(&id) else { return };
        let Some(at) = messages.iter().rposition(|message| message.status == Some(MessageStatus::Queued))
        else {
            return;
        };
        messages[at].status = Some(MessageStatus::Read);
        let kind = EventKind::MessageChanged;
        self.commit(world, Logged { kind, conversation: id, message: Some(at), read: None });
    }

    fn read(&mut self, number: u8) {
        let mut world = self.versions.last().unwrap().clone();
        let id = conversation_id(number);
        let Some(count) = world.conversations.get(&id).map(|row| row.inbound_count) else { return };
        world.read.insert(id, count);
        self.commit(
            world,
            Logged { kind: EventKind::ReadMoved, conversation: id, message: None, read: Some(count) },
        );
    }

    /// Event number `seq`, with the world as it was at `version` (not before the event).
    fn event(&self, seq: usize, version: usize) -> WorkspaceEvent {
        let logged = &self.log[seq - 1];
        let world = &self.versions[version];
        let (before, after) = (self.versions[seq - 1].counts(), self.versions[seq].counts());
        let changed = |old: i64, new: i64| (old != new).then_some(new);
        let channels =
            after.channels.iter().filter(|count| !before.channels.contains(count)).cloned().collect();
        WorkspaceEvent {
            seq: seq as i64,
            kind: logged.kind,
            at: Timestamp(0),
            conversation: world.conversations.get(&logged.conversation).cloned(),
            message: logged.message.map(|at| world.messages[&logged.conversation][at].clone()),
            member_id: logged.read.map(|_| me()),
            read_count: logged.read,
            view_counts: Some(ChangedCounts {
                unassigned: changed(before.unassigned, after.unassigned),
                all: changed(before.all, after.all),
                snoozed: changed(before.snoozed, after.snoozed),
                closed: changed(before.closed, after.closed),
                members: changed(before.mine, after.mine)
                    .map(|open| MemberCount { member_id: me(), open })
                    .into_iter()
                    .collect(),
                channels,
            }),
        }
    }
}

/// A question under way: asked at `version`, answered with that world or a later one.
#[expect(clippy::large_enum_variant, reason = "a few at a time, in a test")]
enum Question {
    Page { view: View, after: Option<String> },
    Thread { id: ConversationId, before: Option<String> },
    Counts,
    Read { id: ConversationId },
    Send { pending: Pending },
}

struct Client {
    inbox: Inbox,
    under_way: Vec<(Question, Asked, usize)>,
    sent: Vec<(ConversationId, String)>,
}

impl Client {
    fn take(&mut self, effects: Vec<Effect>, server: &Server) {
        for effect in effects {
            match effect {
                Effect::Reload => self.reload(server),
                Effect::FetchReadCount(id) => {
                    self.under_way.push((Question::Read { id }, self.inbox.asking(), server.now()));
                }
                Effect::CustomerWrote(_) => {}
            }
        }
    }

    /// Like the page does: read the cursor, start anew, ask for what is shown.
    fn reload(&mut self, server: &Server) {
        self.inbox.restart(server.now() as i64);
        self.under_way.push((Question::Counts, self.inbox.asking(), server.now()));
    }

    fn deliver(&mut self, server: &Server, skip: usize, lag: usize) {
        let Some(cursor) = self.inbox.cursor() else { return };
        let seq = cursor as usize + 1 + skip;
        if seq > server.now() {
            return;
        }
        let version = (seq + lag).min(server.now());
        let outcome = self.inbox.apply(server.event(seq, version));
        self.take(outcome.effects, server);
    }

    fn catch_up(&mut self, server: &Server) {
        while self.inbox.cursor().is_some_and(|cursor| (cursor as usize) < server.now()) {
            self.deliver(server, 0, 0);
        }
    }

    fn ask_page(&mut self, view: View, server: &Server) {
        if let Some((asked, after)) = self.inbox.page_wanted(view) {
            self.under_way.push((Question::Page { view, after }, asked, server.now()));
        }
    }

    fn ask_thread(&mut self, number: u8, server: &Server) {
        let id = conversation_id(number);
        let asked = self.inbox.asking();
        if self.inbox.open_thread(id) {
            self.under_way.push((Question::Thread { id, before: None }, asked, server.now()));
        } else if let Some(thread) = self.inbox.thread_mut(id)
            && let Back::From(_, before) = thread.back().clone()
            && !thread.loading_older
        {
            thread.loading_older = true;
            self.under_way.push((Question::Thread { id, before: Some(before) }, asked, server.now()));
        }
    }

    fn send(&mut self, number: u8, server: &Server) {
        let id = conversation_id(number);
        if !server.versions.last().unwrap().conversations.contains_key(&id) {
            return;
        }
        let client_id = format!("client-{}", self.sent.len());
        self.sent.push((id, client_id.clone()));
        self.inbox.enqueue(Pending {
            client_id,
            conversation_id: id,
            mode: DraftMode::Reply,
            text: "hello".into(),
            attachments: Vec::new(),
            extra: None,
            quoted: None,
            created_at: Timestamp(0),
            last_seen_seq: None,
            state: PendingState::Waiting,
        });
        self.pump(server);
    }

    fn pump(&mut self, server: &Server) {
        for pending in self.inbox.outbox.take_due() {
            self.under_way.push((Question::Send { pending }, self.inbox.asking(), server.now()));
        }
    }

    /// Answers one question; a `lost` answer to a message reached the server, but not the client.
    fn answer(&mut self, which: usize, fresh: bool, lost: bool, server: &mut Server) {
        if self.under_way.is_empty() {
            return;
        }
        let (question, asked, version) = self.under_way.remove(which % self.under_way.len());
        let world = server.versions[if fresh { server.now() } else { version }].clone();
        match question {
            Question::Page { view, after } => {
                let rows = world.rows(view);
                let from =
                    after.map_or(0, |cursor| rows.iter().filter(|row| cursor_of(row) >= cursor).count());
                let with_read = |mut row: Conversation| {
                    row.read_count = Some(world.read.get(&row.id).copied().unwrap_or(0));
                    row
                };
                let page: Vec<_> = rows.iter().skip(from).take(PAGE).cloned().map(with_read).collect();
                let page = ListPage {
                    end_cursor: page.last().map(cursor_of),
                    more: from + page.len() < rows.len(),
                    rows: page,
                };
                self.inbox.page_loaded(view, asked, page);
            }
            Question::Thread { id, before } => {
                let all = world.messages.get(&id).cloned().unwrap_or_default();
                let end = before.map_or(all.len(), |before| {
                    all.iter().take_while(|message| format!("{:05}", message.seq) < before).count()
                });
                let start = end.saturating_sub(PAGE);
                let messages = all[start..end].to_vec();
                let start_cursor = messages.first().map(|message| format!("{:05}", message.seq));
                self.inbox.thread_loaded(id, asked, ThreadPage { messages, start_cursor, more: start > 0 });
            }
            Question::Counts => {
                self.inbox.counts_loaded(asked, &world.counts());
            }
            Question::Read { id } => {
                self.inbox.read_loaded(id, world.read.get(&id).copied().unwrap_or(0));
            }
            Question::Send { pending } => {
                let id = pending.conversation_id;
                let stored = |server: &Server| {
                    let messages =
                        server.versions.last().unwrap().messages.get(&id).cloned().unwrap_or_default();
                    messages
                        .into_iter()
                        .find(|message| message.client_id.as_deref() == Some(&pending.client_id))
                };
                if stored(server).is_none() {
                    let number = (id.0.as_u128() - 100) as u8;
                    server.message(number, Direction::Outbound, Some(pending.client_id.clone()));
                }
                if lost {
                    self.inbox.pending_changed(&pending.client_id, PendingState::Waiting);
                } else {
                    let message = stored(server).unwrap();
                    self.inbox.message_confirmed(&pending.client_id, asked, message);
                }
                self.pump(server);
            }
        }
    }

    /// What the agent sees twice is wrong at any moment, not only at the end.
    fn assert_nothing_doubled(&self) {
        for view in views() {
            let rows = self.inbox.list(view).map_or(&[][..], |list| list.rows());
            let mut ids: Vec<_> = rows.iter().map(|key| key.id).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), rows.len());
        }
        for (id, client_id) in &self.sent {
            let shown = self.inbox.thread(*id).is_some_and(|thread| thread.has_client_id(client_id));
            let pending = self.inbox.outbox.get(client_id).is_some();
            assert!(!(shown && pending), "{client_id} is shown as sent and as pending");
        }
    }
}

fn cursor_of(row: &Conversation) -> String {
    format!("{:010}-{}", row.last_activity_at.0, row.id)
}

#[derive(Debug, Clone)]
enum Step {
    CustomerWrites(u8),
    ColleagueWrites(u8),
    AssignToMe(u8),
    Unassign(u8),
    Snooze(u8),
    Close(u8),
    Reopen(u8),
    StatusMoves(u8),
    ReadElsewhere(u8),
    Deliver {
        lag: usize,
    },
    /// Everything that has happened: from here on an answer asked for earlier is out of date.
    CatchUp,
    Repeat {
        back: usize,
    },
    Skip,
    AskPage(usize),
    AskThread(u8),
    AskCounts,
    Send(u8),
    Answer {
        which: usize,
        fresh: bool,
        lost: bool,
    },
    ServerForgotCursor,
}

fn step() -> impl Strategy<Value = Step> {
    let number = || 0..CONVERSATIONS;
    prop_oneof![
        4 => number().prop_map(Step::CustomerWrites),
        2 => number().prop_map(Step::ColleagueWrites),
        1 => number().prop_map(Step::AssignToMe),
        1 => number().prop_map(Step::Unassign),
        1 => number().prop_map(Step::Snooze),
        1 => number().prop_map(Step::Close),
        1 => number().prop_map(Step::Reopen),
        4 => number().prop_map(Step::StatusMoves),
        1 => number().prop_map(Step::ReadElsewhere),
        8 => (0_usize..4).prop_map(|lag| Step::Deliver { lag }),
        4 => Just(Step::CatchUp),
        1 => (0_usize..5).prop_map(|back| Step::Repeat { back }),
        1 => Just(Step::Skip),
        4 => (0_usize..6).prop_map(Step::AskPage),
        5 => number().prop_map(Step::AskThread),
        1 => Just(Step::AskCounts),
        2 => number().prop_map(Step::Send),
        6 => (any::<usize>(), any::<bool>(), any::<bool>())
            .prop_map(|(which, fresh, lost)| Step::Answer { which, fresh, lost }),
        1 => Just(Step::ServerForgotCursor),
    ]
}

fn run(steps: Vec<Step>) -> (Client, Server) {
    let mut server = Server::new();
    let mut client = Client { inbox: Inbox::new(me()), under_way: Vec::new(), sent: Vec::new() };
    client.reload(&server);
    for step in steps {
        match step {
            Step::CustomerWrites(number) => server.message(number, Direction::Inbound, None),
            Step::ColleagueWrites(number) => server.message(number, Direction::Outbound, None),
            Step::AssignToMe(number) => server.change(number, |row| {
                row.assignee = Some(Assignee { id: me(), name: "Eva".into() });
            }),
            Step::Unassign(number) => server.change(number, |row| row.assignee = None),
            Step::Snooze(number) => server.change(number, |row| row.status = ConversationStatus::Snoozed),
            Step::Close(number) => server.change(number, |row| row.status = ConversationStatus::Closed),
            Step::Reopen(number) => server.change(number, |row| row.status = ConversationStatus::Open),
            Step::StatusMoves(number) => server.deliver_last(number),
            Step::ReadElsewhere(number) => server.read(number),
            Step::Deliver { lag } => client.deliver(&server, 0, lag),
            Step::CatchUp => client.catch_up(&server),
            Step::Repeat { back } => {
                let seq = (client.inbox.cursor().unwrap_or(0) as usize).saturating_sub(back);
                if seq > 0 {
                    let outcome = client.inbox.apply(server.event(seq, server.now()));
                    assert!(outcome.changes.is_empty() && outcome.effects.is_empty());
                }
            }
            Step::Skip => client.deliver(&server, 1, 0),
            Step::AskPage(view) => client.ask_page(views()[view], &server),
            Step::AskThread(number) => client.ask_thread(number, &server),
            Step::AskCounts => {
                client.under_way.push((Question::Counts, client.inbox.asking(), server.now()));
            }
            Step::Send(number) => client.send(number, &server),
            Step::Answer { which, fresh, lost } => client.answer(which, fresh, lost, &mut server),
            Step::ServerForgotCursor => {
                let mut event = WorkspaceEvent {
                    seq: server.now() as i64,
                    kind: EventKind::Resync,
                    at: Timestamp(0),
                    conversation: None,
                    message: None,
                    member_id: None,
                    read_count: None,
                    view_counts: None,
                };
                event.seq = server.now() as i64;
                let outcome = client.inbox.apply(event);
                client.take(outcome.effects, &server);
            }
        }
        client.assert_nothing_doubled();
    }
    client.pump(&server);
    while !client.under_way.is_empty() {
        client.answer(0, true, false, &mut server);
    }
    client.catch_up(&server);
    while !client.under_way.is_empty() {
        client.answer(0, true, false, &mut server);
    }
    (client, server)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_interleaving_ends_in_the_servers_state(steps in prop::collection::vec(step(), 1..120)) {
        let (client, server) = run(steps);
        let world = server.versions.last().unwrap();
        let inbox = &client.inbox;

        for (id, truth) in &world.conversations {
            if let Some(known) = inbox.conversation(*id) {
                let mut known = (*known).clone();
                known.read_count = None;
                prop_assert_eq!(&known, truth);
                let unread = truth.inbound_count - world.read.get(id).copied().unwrap_or(0);
                prop_assert_eq!(inbox.unread(*id), Some(unread));
            }
        }
        for view in views() {
            let Some(list) = inbox.list(view) else { continue };
            let in_reach = |key: &Key| match list.reach() {
                Reach::Nothing => false,
                Reach::To(last, _) => key >= last,
                Reach::End => true,
            };
            let truth: Vec<Key> = world.rows(view).iter().map(Key::of).filter(in_reach).collect();
            prop_assert_eq!(list.rows(), &truth[..], "{:?}", view);
        }
        for number in 0..CONVERSATIONS {
            let id = conversation_id(number);
            let Some(shown) = inbox.thread(id).and_then(|thread| thread.messages()) else { continue };
            let truth = world.messages.get(&id).cloned().unwrap_or_default();
            let first = shown.first().map_or(i64::MAX, |message| message.seq);
            let expected: Vec<_> = truth.iter().filter(|message| message.seq >= first).collect();
            prop_assert_eq!(shown.iter().map(|message| &**message).collect::<Vec<_>>(), expected);
            if inbox.thread(id).is_some_and(|thread| *thread.back() == Back::Start) {
                prop_assert_eq!(shown.len(), truth.len());
            }
        }
        let counts = world.counts();
        prop_assert_eq!(inbox.counts().of(View::Mine), Some(counts.mine));
        prop_assert_eq!(inbox.counts().of(View::Unassigned), Some(counts.unassigned));
        prop_assert_eq!(inbox.counts().of(View::All), Some(counts.all));
        prop_assert_eq!(inbox.counts().of(View::Snoozed), Some(counts.snoozed));
        prop_assert_eq!(inbox.counts().of(View::Closed), Some(counts.closed));
        for count in &counts.channels {
            prop_assert_eq!(inbox.counts().of(View::Channel(count.channel_id)), Some(count.open));
        }
    }

    #[test]
    fn what_was_sent_is_stored_once_and_in_order(steps in prop::collection::vec(step(), 1..120)) {
        let (client, server) = run(steps);
        let world = server.versions.last().unwrap();
        prop_assert!(client.inbox.outbox.is_empty());
        for number in 0..CONVERSATIONS {
            let id = conversation_id(number);
            let sent: Vec<&str> =
                client.sent.iter().filter(|(of, _)| *of == id).map(|(_, client_id)| client_id.as_str()).collect();
            let stored: Vec<&str> = world
                .messages
                .get(&id)
                .into_iter()
                .flatten()
                .filter_map(|message| message.client_id.as_deref())
                .collect();
            prop_assert_eq!(sent, stored);
        }
    }
}

#[test]
fn a_repeated_event_changes_nothing_and_a_gap_asks_for_a_reload() {
    let mut server = Server::new();
    server.message(0, Direction::Inbound, None);
    server.message(0, Direction::Inbound, None);
    server.message(0, Direction::Inbound, None);
    let mut inbox = Inbox::new(me());
    inbox.restart(0);

    let first = inbox.apply(server.event(1, 1));
    assert!(first.changes.contains(&Change::Conversation(conversation_id(0))));
    assert!(first.effects.contains(&Effect::FetchReadCount(conversation_id(0))));
    assert!(inbox.apply(server.event(1, 1)).changes.is_empty());

    assert_eq!(inbox.apply(server.event(3, 3)).effects, [Effect::Reload]);
    assert_eq!(inbox.cursor(), None);
}

#[test]
fn a_held_answer_holds_back_those_behind_it_and_a_refused_one_does_not() {
    let mut client = Client { inbox: Inbox::new(me()), under_way: Vec::new(), sent: Vec::new() };
    let mut server = Server::new();
    server.message(0, Direction::Inbound, None);
    client.reload(&server);
    client.send(0, &server);
    client.send(0, &server);
    let newer = std::sync::Arc::new(server.versions.last().unwrap().messages[&conversation_id(0)][0].clone());

    client.inbox.pending_changed("client-0", PendingState::Held(newer));
    assert!(client.inbox.outbox.take_due().is_empty());

    client.inbox.pending_changed("client-0", PendingState::Refused("Too long.".into()));
    assert_eq!(client.inbox.outbox.take_due()[0].client_id, "client-1");
}
