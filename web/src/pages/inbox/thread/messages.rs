//! The messages themselves, in a box that scrolls.

use leptos::html;
use leptos::prelude::*;
use shared::ConversationId;

use super::panel::panel_place;
use super::place::keep_place;
use super::rows::live_rows;
use super::{Over, keys};
use crate::components::icon::Icon as Shape;
use crate::components::{Button, Confirm, Icon, Skeleton};
use crate::pages::inbox::attachments::Lightbox;
use crate::pages::inbox::board::ThreadView;
use crate::pages::inbox::provenance::origin;
use crate::pages::inbox::timeline::{first_unread, lay_out};
use crate::pages::inbox::{bubble, calendar, use_desk};

/// Nearer to the bottom than this is at the bottom: new messages then pull the thread along.
const BOTTOM_PX: i32 = 80;
/// Nearer to the top than this, earlier messages are asked for.
const TOP_PX: i32 = 600;

/// What was written, and what is on its way.
#[component]
pub fn Messages(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let scroller = NodeRef::<html::Div>::new();
    let at_bottom = RwSignal::new(true);
    let missed = RwSignal::new(0_usize);
    let thread = Memo::new(move |_| desk.board.thread(id));
    // Where the unread line stands is decided once, when the thread is first shown.
    desk.board.note_unread(id);
    let new_from = Memo::new(move |before: Option<&Option<i64>>| {
        if let Some(Some(before)) = before {
            return Some(*before);
        }
        thread.with(|thread| first_unread(thread.messages.as_deref()?, desk.board.unread_at_open(id)))
    });
    let items = Memo::new(move |_| {
        let conversation = desk.board.conversation(id);
        thread.with(|thread| match &thread.messages {
            Some(messages) => lay_out(
                messages,
                &thread.pending,
                conversation.as_deref(),
                new_from.get(),
                calendar::day_number,
            ),
            None => Vec::new(),
        })
    });
    let over = Over::new(desk, id);
    let from_end = StoredValue::new(0_i32);
    keep_place(thread, scroller, at_bottom, missed, from_end);

    let on_scroll = move |_| {
        let Some(scroller) = scroller.get_untracked() else { return };
        from_end.set_value(scroller.scroll_height() - scroller.scroll_top());
        over.panel.set(None);
        let below = from_end.get_value() - scroller.client_height();
        at_bottom.set(below < BOTTOM_PX);
        if below < BOTTOM_PX {
            missed.set(0);
        }
        if scroller.scroll_top() < TOP_PX {
            desk.board.load_older(id);
        }
    };
    let rows = live_rows(items);
    let to_bottom = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            scroller.set_scroll_top(scroller.scroll_height());
        }
        missed.set(0);
    };
    let standing = Memo::new(move |_| thread.with(Standing::of));
    let above = move || {
        match standing.get() {
        Standing::Loading => view! { <Skeleton rows=7 kind="bubble"/> }.into_any(),
        Standing::Failed => view! {
            <div class="thread__failed" role="alert">
                <p>"The messages could not be loaded."</p>
                <Button on_press=move |_| desk.board.load_thread(id)>"Try again"</Button>
            </div>
        }
        .into_any(),
        Standing::More { failed: true } => view! {
            <div class="thread__more"><Button on_press=move |_| desk.board.load_older(id)>"Load earlier messages"</Button></div>
        }
        .into_any(),
        Standing::More { failed: false } => view! { <div class="thread__more"><Skeleton rows=1/></div> }.into_any(),
        Standing::Whole { empty: true } => {
            view! { <p class="thread__start">"Nothing has been written here yet."</p> }.into_any()
        }
        Standing::Whole { empty: false } => ().into_any(),
    }
    };
    view! {
        <div class="thread__place">
            <div
                class="thread__scroll"
                node_ref=scroller
                on:scroll=on_scroll
                on:keydown=keys::on_key
                tabindex="0"
                role="log"
                aria-label="Messages"
            >
                <div class="thread__column">
                    {above}
                    <For each=move || rows.get() key=|row| row.key.clone() children=move |row| bubble::row(over, row)/>
                </div>
            </div>
            {move || (!at_bottom.get()).then(|| view! {
                <button type="button" class="thread__down" class:thread__down--new=move || { missed.get() > 0 } on:click=to_bottom>
                    <Icon icon=Shape::ArrowDown/>
                    {move || match missed.get() {
                        0 => "To the newest".to_owned(),
                        1 => "1 new message".to_owned(),
                        count => format!("{count} new messages"),
                    }}
                </button>
            })}
            {panel_place(over)}
            <Lightbox over=over/>
            {origin(over)}
            <Deleting over=over/>
        </div>
    }
}

/// Asks before a message is taken back.
#[component]
fn Deleting(over: Over) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if over.deleting.get().is_some() {
            open.set(true);
        }
    });
    let yes = move |()| {
        open.set(false);
        if let Some(message) = over.deleting.get_untracked() {
            over.desk.board.delete_message(&message);
        }
        over.deleting.set(None);
    };
    view! {
        <Confirm
            open=open
            title="Delete this message?"
            text="It disappears for the customer and for your team. What it said cannot be brought back."
            verb="Delete for everyone"
            on_yes=yes
        />
    }
}

/// How much of a thread is here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Loading,
    Failed,
    More { failed: bool },
    Whole { empty: bool },
}

impl Standing {
    fn of(thread: &ThreadView) -> Self {
        match &thread.messages {
            None if thread.failed => Self::Failed,
            None => Self::Loading,
            Some(_) if thread.more => Self::More { failed: thread.failed },
            Some(messages) => Self::Whole { empty: messages.is_empty() && thread.pending.is_empty() },
        }
    }
}
