//! The second column: what waits for an answer, newest activity first.
//!
//! Rows are of one height and only those in sight are in the document, so that ten thousand scroll like ten.

use leptos::html;
use leptos::prelude::*;
use shared::{AuthorKind, ConversationId};

use super::board::Rows;
use super::{Desk, name_of, use_desk, views};
use crate::api::conversations::Conversation;
use crate::app::route::{InboxView, Route};
use crate::components::icon::Icon as Shape;
use crate::components::time::{short_age, use_now};
use crate::components::{Avatar, Button, ChannelMark, EmptyState, Icon, IconButton, Lamp, Skeleton};

/// The height of a row in pixels; `conversation_list.css` says the same.
const ROW_PX: i32 = 64;
/// Rows drawn beyond what is in sight, each way.
const ROWS_BEYOND: usize = 6;
/// So many rows before the end the next page is asked for.
const ROWS_AHEAD: usize = 15;

/// The list of the present view.
#[component]
pub fn ConversationList() -> impl IntoView {
    let desk = use_desk();
    let filter = RwSignal::new(String::new());
    let scroller = NodeRef::<html::Div>::new();
    let top_px = RwSignal::new(0_i32);
    let height_px = RwSignal::new(900_i32);

    // The first page of a view that is shown for the first time, or again after everything was thrown away.
    Effect::new(move |_| {
        let view = desk.view.get();
        let rows = desk.board.rows(view);
        if !desk.board.ready() {
            return;
        }
        if !rows.loaded && !rows.failed {
            desk.board.load_rows(view);
        }
        // What concerns this agent is known whatever is shown: for the lamps, the title, and to be there at once.
        for view in [InboxView::Mine, InboxView::Unassigned] {
            let rows = desk.board.rows(view);
            if !rows.loaded && !rows.failed {
                desk.board.load_rows(view);
            }
        }
    });
    Effect::new(move |_| {
        desk.view.track();
        filter.set(String::new());
        if let Some(scroller) = scroller.get() {
            scroller.set_scroll_top(0);
            height_px.set(scroller.client_height());
        }
        top_px.set(0);
    });
    let rows = Memo::new(move |_| {
        let mut rows = desk.board.rows(desk.view.get());
        let wanted = filter.get().trim().to_lowercase();
        if !wanted.is_empty() {
            rows.ids.retain(|id| matches(desk, *id, &wanted));
        }
        rows
    });
    let window = Memo::new(move |_| {
        let count = rows.with(|rows| rows.ids.len());
        let first = usize::try_from(top_px.get() / ROW_PX).unwrap_or_default().saturating_sub(ROWS_BEYOND);
        let seen = usize::try_from(height_px.get() / ROW_PX).unwrap_or_default() + 2 * ROWS_BEYOND + 1;
        (first.min(count), (first + seen).min(count))
    });
    Effect::new(move |_| {
        let (_, last) = window.get();
        let (count, more, failed) = rows.with(|rows| (rows.ids.len(), rows.more && rows.loaded, rows.failed));
        if more && !failed && last + ROWS_AHEAD >= count {
            desk.board.load_rows(desk.view.get_untracked());
        }
    });
    keep_open_row_in_sight(desk, rows, scroller);

    let shown = move || {
        let (first, last) = window.get();
        rows.with(|rows| rows.ids.get(first..last).map(<[_]>::to_vec).unwrap_or_default())
    };
    let on_scroll = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            top_px.set(scroller.scroll_top());
            height_px.set(scroller.client_height());
        }
    };
    let px = |rows: usize| format!("{}px", i64::try_from(rows).unwrap_or_default() * i64::from(ROW_PX));
    let below = move || {
        let filtering = !filter.get().trim().is_empty();
        rows.with(|rows| foot(desk, rows, filtering))
    };
    view! {
        <section class="list" aria-label="Conversations">
            <header class="list__head">
                <div class="list__views">
                    <IconButton icon=Shape::Menu label="Views" on_press=move |_| desk.views_shown.set(true)/>
                </div>
                <h2 class="list__title">{move || title(desk)}</h2>
                <label class="list__filter">
                    <Icon icon=Shape::Search/>
                    <span class="visually-hidden">"Filter by name"</span>
                    <input
                        class="list__filter-input"
                        type="search"
                        placeholder="Filter"
                        autocomplete="off"
                        spellcheck="false"
                        bind:value=filter
                        on:keydown=move |event| {
                            if event.key() == "Escape" {
                                event.stop_propagation();
                                filter.set(String::new());
                                if let Some(input) = event_target_input(&event) {
                                    let _ = input.blur();
                                }
                            }
                        }
                    />
                </label>
            </header>
            <div class="list__scroll" node_ref=scroller on:scroll=on_scroll on:keydown=move |event| arrow(desk, &event)>
                <ul
                    class="list__rows"
                    style:padding-block-start=move || px(window.get().0)
                    style:block-size=move || px(rows.with(|rows| rows.ids.len()))
                >
                    <For each=shown key=|id| *id children=move |id| view! { <Row id=id/> }/>
                </ul>
                {below}
            </div>
        </section>
    }
}

fn event_target_input(event: &web_sys::KeyboardEvent) -> Option<web_sys::HtmlElement> {
    use wasm_bindgen::JsCast;
    event.target().and_then(|target| target.dyn_into().ok())
}

fn title(desk: Desk) -> String {
    match desk.view.get() {
        InboxView::Channel(id) => {
            let channels = desk.board.channels();
            let channel = channels.into_iter().find(|channel| channel.id == id);
            channel.map_or_else(|| views::name(InboxView::Channel(id)).to_owned(), |channel| channel.name)
        }
        view => views::name(view).to_owned(),
    }
}

fn matches(desk: Desk, id: ConversationId, wanted: &str) -> bool {
    let fits = |conversation: &Conversation| {
        name_of(&conversation.contact.name).to_lowercase().contains(wanted)
            || conversation
                .contact
                .email
                .as_deref()
                .is_some_and(|email| email.to_lowercase().contains(wanted))
            || conversation.number.to_string() == wanted.trim_start_matches('#')
    };
    desk.board.conversation(id).is_some_and(|conversation| fits(&conversation))
}

/// Up and down move the focus from row to row; J and K open them.
fn arrow(desk: Desk, event: &web_sys::KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    event.prevent_default();
    desk.step(by);
}

/// The open row follows the keyboard: when it leaves the sight, the list moves.
fn keep_open_row_in_sight(desk: Desk, rows: Memo<Rows>, scroller: NodeRef<html::Div>) {
    Effect::new(move |_| {
        let Some(open) = desk.open.get() else { return };
        let at = rows.with_untracked(|rows| rows.ids.iter().position(|id| *id == open));
        let (Some(at), Some(scroller)) = (at, scroller.get_untracked()) else { return };
        let top = i32::try_from(at).unwrap_or_default() * ROW_PX;
        let (from, height) = (scroller.scroll_top(), scroller.client_height());
        if top < from {
            scroller.set_scroll_top(top);
        } else if top + ROW_PX > from + height {
            scroller.set_scroll_top(top + ROW_PX - height);
        }
    });
}

/// What stands below the rows: still loading, nothing here, not to be had.
fn foot(desk: Desk, rows: &Rows, filtering: bool) -> AnyView {
    let view = desk.view.get();
    if rows.failed {
        return view! {
            <div class="list__foot" role="alert">
                <p>"The conversations could not be loaded."</p>
                <Button on_press=move |_| desk.board.load_rows(view)>"Try again"</Button>
            </div>
        }
        .into_any();
    }
    if !rows.loaded {
        return view! { <Skeleton rows=9 kind="talk"/> }.into_any();
    }
    if filtering {
        let text = match (rows.ids.is_empty(), rows.more) {
            (true, _) => "No loaded conversation has this name.",
            (false, true) => "Only what is loaded is filtered. Scroll on to load more.",
            (false, false) => "",
        };
        return view! { <p class="list__foot">{text}</p> }.into_any();
    }
    if rows.more {
        return view! { <Skeleton rows=2 kind="talk"/> }.into_any();
    }
    if !rows.ids.is_empty() {
        return ().into_any();
    }
    let (title, text) = match view {
        InboxView::Mine => (
            "Nothing is yours right now",
            "Conversations you take or are given stand here. Look under Unassigned.",
        ),
        InboxView::Unassigned => {
            ("Nobody waits to be taken", "New conversations come in here until somebody takes them.")
        }
        InboxView::All => ("No open conversations", "When a customer writes, it appears here at once."),
        InboxView::Snoozed => {
            ("Nothing is snoozed", "What you put away until later comes back from here by itself.")
        }
        InboxView::Closed => {
            ("Nothing is closed yet", "Closed conversations stay here, and reopen when the customer writes.")
        }
        InboxView::Channel(_) => {
            ("Nothing is open here", "When a customer writes on this channel, it appears here at once.")
        }
    };
    view! { <EmptyState title=title text=text/> }.into_any()
}

/// One conversation.
#[component]
fn Row(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let now = use_now();
    let body = move || {
        let conversation = desk.board.conversation(id)?;
        let unread = desk.board.unread(id);
        let waiting = conversation.waiting_since;
        let since = waiting.unwrap_or(conversation.last_activity_at);
        let age = move || short_age(now.get().since_ms(since));
        let typing = move || {
            desk.open.get() == Some(id)
                && desk.board.presence(id).iter().any(|other| other.contact && other.typing)
        };
        let preview = conversation.clone();
        let second = move || {
            if typing() {
                return view! { <span class="talk__preview talk__preview--typing">"typing…"</span> }
                    .into_any();
            }
            let ours = matches!(preview.preview_author, AuthorKind::Member | AuthorKind::Outside);
            view! {
                <span class="talk__preview" dir="auto">
                    {ours.then_some("You: ")}
                    {preview.preview.clone()}
                </span>
            }
            .into_any()
        };
        let draft = move || desk.board.has_draft(id) && desk.open.get() != Some(id);
        let count = if unread > 99 { "99+".to_owned() } else { unread.to_string() };
        let assignee = conversation.assignee.as_ref().map(|member| member.name.clone());
        Some(view! {
            <Lamp lit=Signal::stored(waiting.is_some())/>
            <span class="talk__name" dir="auto">{name_of(&conversation.contact.name)}</span>
            <span class="talk__time" class:talk__time--waiting=waiting.is_some()>
                {waiting.is_some().then(|| view! { <span class="visually-hidden">"waiting for "</span> })}
                {age}
            </span>
            <span class="talk__second">
                <ChannelMark kind=conversation.channel.kind/>
                {move || draft().then(|| view! { <span class="talk__draft">"Draft"</span> })}
                {second}
            </span>
            <span class="talk__end">
                {(unread > 0).then(|| view! {
                    <span class="talk__count">{count}<span class="visually-hidden">" unread"</span></span>
                })}
                {assignee.map(|name| view! {
                    <span class="talk__assignee" title=format!("Assigned to {name}")>
                        <Avatar name=Signal::stored(name.clone()) size=20/>
                        <span class="visually-hidden">{format!("assigned to {name}")}</span>
                    </span>
                })}
            </span>
        })
    };
    let href = move || Route::Inbox { view: desk.view.get(), conversation: Some(id) }.href();
    view! {
        <li>
            <a
                class="talk"
                class:talk--unread=move || { desk.board.unread(id) > 0 }
                href=href
                aria-current=move || (desk.open.get() == Some(id)).then_some("true")
            >
                {body}
            </a>
        </li>
    }
}
