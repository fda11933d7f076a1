//! The board: views, list, thread, contact. What is open stands in the address.

mod alerts;
mod attachments;
mod board;
mod bubble;
mod calendar;
mod composer;
mod contact_column;
mod conversation_list;
mod emoji;
mod link_text;
mod notice;
mod provenance;
mod rich_text;
mod snooze;
mod sound;
mod thread;
mod thread_head;
mod timeline;
mod views;

use std::time::Duration;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ConversationId;
use wasm_bindgen::JsCast;

use crate::api::live::{self, Connection};
use crate::api::messages::DraftMode;
use crate::app::actions::{Action, Key, use_actions};
use crate::app::preferences::use_preferences;
use crate::app::route::{InboxView, Route};
use crate::app::router::{Router, use_router};
use crate::app::session::use_session;
use crate::components::{EmptyState, ErrorNote, use_toasts};
use crate::pages::settings::SETTINGS;
use board::Board;
use contact_column::ContactColumn;
use conversation_list::ConversationList;
use thread::ThreadColumn;
use views::ViewsColumn;

/// How long after the list the code of what may be opened next is fetched.
const PARTS_AFTER: Duration = Duration::from_secs(1);

/// What the columns share. Copied into closures for nothing.
#[derive(Clone, Copy)]
pub struct Desk {
    board: Board,
    router: Router,
    /// The list that is shown.
    view: Memo<InboxView>,
    /// The conversation that is open.
    open: Memo<Option<ConversationId>>,
    /// What the composer writes.
    mode: RwSignal<DraftMode>,
    /// The contact column lies over the thread, where there is no room beside it.
    contact_shown: RwSignal<bool>,
    /// The views lie over the list, where there is no room beside it.
    views_shown: RwSignal<bool>,
    /// The composer's field.
    field: NodeRef<html::Textarea>,
    /// The page is in front and has the keyboard.
    looking: RwSignal<bool>,
}

/// The desk of the page around.
fn use_desk() -> Desk {
    expect_context::<Desk>()
}

impl Desk {
    /// Opens a conversation in the present view.
    fn show(self, id: ConversationId) {
        self.router.go(Route::Inbox { view: self.view.get_untracked(), conversation: Some(id) });
    }

    /// Closes the thread, back to the list.
    fn show_list(self) {
        self.router.go(Route::Inbox { view: self.view.get_untracked(), conversation: None });
    }

    /// Opens the neighbour of the open conversation, or the first one.
    fn step(self, by: isize) {
        let ids = untrack(|| self.board.rows(self.view.get_untracked()).ids);
        let at = self.open.get_untracked().and_then(|open| ids.iter().position(|id| *id == open));
        let next = match at {
            Some(at) => at.checked_add_signed(by),
            None => Some(0),
        };
        if let Some(id) = next.and_then(|next| ids.get(next)) {
            self.show(*id);
        }
    }

    /// Writes an answer or a note: sets the mode and gives the field the keyboard.
    fn compose(self, mode: DraftMode) {
        self.mode.set(mode);
        request_animation_frame(move || {
            let Some(field) = self.field.get_untracked().filter(|field| field.is_connected()) else {
                // Templates stand where the field was.
                return press(".templates__input", true);
            };
            let _ = field.focus();
            // A dialog that closed may have taken the cursor with it.
            let end = u32::try_from(field.value().encode_utf16().count()).unwrap_or_default();
            let _ = field.set_selection_range(end, end);
        });
    }

    /// Closes the open conversation and goes on with the one below it.
    fn close_and_next(self) {
        if let Some(id) = self.open.get_untracked() {
            self.step(1);
            if self.open.get_untracked() == Some(id) {
                self.show_list();
            }
            self.board.close_conversation(id);
        }
    }
}

/// The inbox page.
#[component]
pub fn InboxPage() -> impl IntoView {
    let (session, router, toasts) = (use_session(), use_router(), use_toasts());
    let viewer = session.state.with_untracked(|state| match state {
        crate::app::session::State::SignedIn(viewer) => Some(viewer.clone()),
        _ => None,
    });
    let Some(viewer) = viewer else { return ().into_any() };
    let board = Board::open(&viewer, toasts);
    let view = Memo::new(move |before: Option<&InboxView>| match router.route() {
        Route::Inbox { view, .. } => view,
        _ => before.copied().unwrap_or(InboxView::All),
    });
    let open = Memo::new(move |_| match router.route() {
        Route::Inbox { conversation, .. } => conversation,
        _ => None,
    });
    let desk = Desk {
        board,
        router,
        view,
        open,
        mode: RwSignal::new(DraftMode::Reply),
        contact_shown: RwSignal::new(false),
        views_shown: RwSignal::new(false),
        field: NodeRef::new(),
        looking: RwSignal::new(is_looking()),
    };
    provide_context(desk);
    watch(desk);
    notice::watch(desk, use_preferences());
    register_actions(desk);
    load_parts(board);
    on_cleanup(move || {
        if session.viewer().is_none() {
            board.close();
        }
    });

    let thread = move || match open.get() {
        Some(id) => view! { <ThreadColumn id=id/> }.into_any(),
        None => view! {
            <section class="thread thread--none" aria-label="Conversation">
                <EmptyState
                    title="No conversation is open"
                    text="Choose one from the list, or press J to open the first."
                />
            </section>
        }
        .into_any(),
    };
    let contact = move || open.get().map(|id| view! { <ContactColumn id=id/> });
    let failure = Signal::derive(move || if board.ready() { None } else { board.failure() });
    view! {
        <alerts::Alerts/>
        <main class="inbox" class:inbox--open=move || open.get().is_some()>
            <h1 class="visually-hidden" tabindex="-1">"Inbox"</h1>
            <ViewsColumn/>
            <ConversationList/>
            {thread}
            {contact}
            <div class="inbox__failure"><ErrorNote failure=failure retry=move |()| board.reconnected()/></div>
        </main>
    }
    .into_any()
}

/// What to call somebody: most visitors have not said their name.
fn name_of(name: &str) -> String {
    if name.trim().is_empty() { "Visitor".to_owned() } else { name.to_owned() }
}

/// Whether the page is visible and has the keyboard.
fn is_looking() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
        && document().has_focus().unwrap_or(false)
}

/// Follows the connection and the window's focus.
fn watch(desk: Desk) {
    let connection = live::connection();
    Effect::new(move |_| {
        if connection.get() == Connection::Connected {
            desk.board.reconnected();
        }
    });
    let look = move || desk.looking.set(is_looking());
    let handles = [
        window_event_listener(ev::focus, move |_| look()),
        window_event_listener(ev::blur, move |_| look()),
        window_event_listener_untyped("visibilitychange", move |_| look()),
        window_event_listener(ev::online, move |_| desk.board.reconnected()),
        // What was sent and is still waiting for the connection would be lost with the tab: the browser asks first.
        window_event_listener(ev::beforeunload, move |event| {
            if desk.board.has_unsent() {
                event.prevent_default();
            }
        }),
    ];
    on_cleanup(move || {
        for handle in handles {
            handle.remove();
        }
    });
}

/// Once the list is here, fetches the code of what may be opened next, so that nobody waits for it then.
fn load_parts(board: Board) {
    let ready = Memo::new(move |_| board.ready());
    Effect::new(move |_| {
        if ready.get() {
            let load = || {
                spawn_local(async {
                    // What fails is tried again when it is wanted.
                    let _ = provenance::ORIGIN.load().await;
                    let _ = SETTINGS.load().await;
                });
            };
            set_timeout(load, PARTS_AFTER);
        }
    });
}

/// What can be done here, for keys and palette.
fn register_actions(desk: Desk) {
    let is_open = move || desk.open.get().is_some();
    let with_open = move |act: fn(Desk, ConversationId)| {
        move || {
            if let Some(id) = desk.open.get_untracked() {
                act(desk, id);
            }
        }
    };
    let status = move |wanted: shared::ConversationStatus| {
        move || {
            let id = desk.open.get()?;
            desk.board.conversation(id).map(|conversation| conversation.status == wanted)
        }
    };
    let open_now = status(shared::ConversationStatus::Open);
    let closed_now = status(shared::ConversationStatus::Closed);
    let group = "Conversation";
    use_actions().register([
        Action::new("Reply", group, move || desk.compose(DraftMode::Reply)).key(Key::One("r")).when(is_open),
        Action::new("Write a private note", group, move || desk.compose(DraftMode::Note))
            .key(Key::One("n"))
            .when(is_open),
        Action::new("Assign…", group, || press(".thread-head__assign .menu > button", false))
            .key(Key::One("a"))
            .when(is_open),
        Action::new("Assign to me", group, with_open(|desk, id| desk.board.assign(id, desk.board.me())))
            .key(Key::One("i"))
            .when(is_open),
        Action::new("Snooze…", group, || press(".thread-head__snooze .menu > button", false))
            .key(Key::One("s"))
            .when(is_open),
        Action::new("Close", group, with_open(|desk, id| desk.board.close_conversation(id)))
            .key(Key::One("e"))
            .when(move || closed_now() == Some(false)),
        Action::new("Close and next", group, move || desk.close_and_next())
            .key(Key::One("E"))
            .when(move || open_now() == Some(true)),
        Action::new("Reopen", group, with_open(|desk, id| desk.board.reopen(id)))
            .key(Key::One("o"))
            .when(move || open_now() == Some(false)),
        Action::new("Go to the messages", group, thread::to_newest).key(Key::One("m")).when(is_open),
        Action::new("Back to the list", group, move || desk.show_list())
            .key(Key::One("Escape"))
            .when(is_open),
        Action::new("Next conversation", "List", move || desk.step(1)).key(Key::One("j")),
        Action::new("Previous conversation", "List", move || desk.step(-1)).key(Key::One("k")),
        Action::new("Filter the list by name", "List", || press(".list__filter-input", true))
            .key(Key::One("/")),
    ]);
}

/// Gives the keyboard to the first element a selector finds, or presses it.
fn press(selector: &str, focus_only: bool) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        if focus_only {
            let _ = element.focus();
        } else {
            element.click();
        }
    }
}
