//! Asks for pages of lists and threads, and hands them to the state.

use leptos::task::spawn_local;
use shared::ConversationId;

use super::{Board, change, drafts, take, with};
use crate::api::client::run;
use crate::api::conversations::{CONVERSATIONS, ConversationView, ListConversations};
use crate::api::messages::{EarlierMessages, HISTORY, Message, OpenThread, THREAD};
use crate::api::{Failure, Page};
use crate::app::route::InboxView;
use crate::state::event::{Change, Outcome};
use crate::state::inbox::{ListPage, ThreadPage};
use crate::state::thread::Back;

/// Rows per page of a list.
const ROWS_PER_PAGE: u32 = 50;
/// Messages per page of a thread.
const MESSAGES_PER_PAGE: u32 = 40;
/// The most the server gives at once.
const MESSAGES_PER_STEP_BACK: u32 = 100;

impl Board {
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
        load_before(id, MESSAGES_PER_PAGE);
    }

    /// Goes further back in one step, to get at a certain message.
    pub fn load_back(self, id: ConversationId) {
        load_before(id, MESSAGES_PER_STEP_BACK);
    }
}

/// Loads so many messages before those that are shown, unless some are under way.
fn load_before(id: ConversationId, last: u32) {
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
        let answer = run(&HISTORY, EarlierMessages { id, last, before }).await;
        change(|inbox| match answer {
            Ok(answer) => match answer.conversation {
                Some(history) => inbox.thread_loaded(id, asked, thread_page(history.messages)),
                None => inbox.thread_failed(id),
            },
            Err(_) => inbox.thread_failed(id),
        });
    });
}

fn thread_page(page: Page<Message>) -> ThreadPage {
    let Page { nodes, page_info } = page;
    ThreadPage { messages: nodes, start_cursor: page_info.start_cursor, more: page_info.has_previous_page }
}

fn gone(id: ConversationId) {
    with(|inner| inner.missing.push(id));
    take(Outcome { changes: vec![Change::Thread(id)], effects: Vec::new() });
}
