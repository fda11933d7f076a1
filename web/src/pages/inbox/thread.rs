//! The third column: one conversation, newest at the bottom, history above.

use leptos::html;
use leptos::prelude::*;
use shared::{ConversationId, MessageId};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::board::ThreadView;
use super::composer::Composer;
use super::thread_head::ThreadHead;
use super::timeline::{Item, first_unread, lay_out};
use super::{Desk, bubble, calendar, name_of, use_desk};
use crate::api::live;
use crate::api::messages::DraftMode;
use crate::components::icon::Icon as Shape;
use crate::components::{Avatar, Button, Dialog, EmptyState, Icon, Look, Skeleton};
use crate::state::outbox::PendingState;

/// Nearer to the bottom than this is at the bottom: new messages then pull the thread along.
const BOTTOM_PX: i32 = 80;
/// Nearer to the top than this, earlier messages are asked for.
const TOP_PX: i32 = 600;

/// Head, messages and composer of the open conversation.
#[component]
pub fn ThreadColumn(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let typing = RwSignal::new(false);
    hold_presence(desk, id, typing);
    Effect::new(move |_| {
        // Again after everything was thrown away, too.
        let thread = desk.board.thread(id);
        if desk.board.ready() && thread.messages.is_none() && !thread.failed && !thread.missing {
            desk.board.open_thread(id);
        }
    });
    mark_read(desk, id);
    let missing = Memo::new(move |_| desk.board.thread(id).missing);
    move || {
        if missing.get() {
            return view! {
                <section class="thread thread--none" aria-label="Conversation">
                    <EmptyState
                        title="This conversation is not here"
                        text="It belongs to another workspace, or the address is incomplete."
                    />
                </section>
            }
            .into_any();
        }
        view! {
            <section class="thread" aria-label="Conversation">
                <ThreadHead id=id/>
                <Messages id=id/>
                <Others id=id/>
                <Composer id=id typing=typing/>
                <NewerAnswer id=id/>
            </section>
        }
        .into_any()
    }
}

/// Says that we are here, and whether we type, as long as the page is in front.
fn hold_presence(desk: Desk, id: ConversationId, typing: RwSignal<bool>) {
    let visible = RwSignal::new(true);
    let handle = window_event_listener_untyped("visibilitychange", move |_| {
        visible.set(document().visibility_state() == web_sys::VisibilityState::Visible);
    });
    on_cleanup(move || handle.remove());
    let held = StoredValue::new_local(None::<live::Subscription>);
    Effect::new(move |_| {
        let (visible, typing) = (visible.get(), typing.get());
        let next =
            visible.then(|| live::presence(id, typing, move |others| desk.board.set_presence(id, others)));
        // The new one is held before the old one is let go: to the others we never leave.
        let before = held.try_update_value(|held| std::mem::replace(held, next));
        drop(before);
    });
    on_cleanup(move || {
        held.try_update_value(Option::take);
    });
}

/// What the customer wrote counts as read once it is on a screen that somebody looks at.
fn mark_read(desk: Desk, id: ConversationId) {
    let shown =
        Memo::new(move |_| desk.board.thread(id).messages.is_some_and(|messages| !messages.is_empty()));
    Effect::new(move |_| {
        if desk.looking.get() && shown.get() && desk.board.unread(id) > 0 {
            desk.board.read(id);
        }
    });
}

#[component]
fn Messages(id: ConversationId) -> impl IntoView {
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
    let from_end = StoredValue::new(0_i32);
    keep_place(thread, scroller, at_bottom, missed, from_end);

    let on_scroll = move |_| {
        let Some(scroller) = scroller.get_untracked() else { return };
        from_end.set_value(scroller.scroll_height() - scroller.scroll_top());
        let below = from_end.get_value() - scroller.client_height();
        at_bottom.set(below < BOTTOM_PX);
        if below < BOTTOM_PX {
            missed.set(0);
        }
        if scroller.scroll_top() < TOP_PX {
            desk.board.load_older(id);
        }
    };
    let jump = Callback::new(move |message: MessageId| show_message(desk, id, message));
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
            <div class="thread__scroll" node_ref=scroller on:scroll=on_scroll tabindex="0" role="log" aria-label="Messages">
                <div class="thread__column">
                    {above}
                    <For each=move || items.get() key=Item::key children=move |item| bubble::item(desk, item, jump)/>
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
        </div>
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

/// Keeps what is being read where it is: at the bottom the thread follows, elsewhere it stands still, whether
/// history grows above or new messages come below. `from_end` is how far the end was below the upper edge when
/// the thread last stood still: history above does not change it.
fn keep_place(
    thread: Memo<ThreadView>,
    scroller: NodeRef<html::Div>,
    at_bottom: RwSignal<bool>,
    missed: RwSignal<usize>,
    from_end: StoredValue<i32>,
) {
    /// First and last number shown, how many, and how many of ours are pending.
    type Extent = Option<(i64, i64, usize)>;
    Effect::new(move |before: Option<Extent>| {
        let extent: Extent = thread.with(|thread| {
            let messages = thread.messages.as_ref()?;
            let number = |message: Option<&std::sync::Arc<crate::api::messages::Message>>| {
                message.map_or(0, |m| m.seq)
            };
            Some((number(messages.first()), number(messages.last()), thread.pending.len()))
        });
        let Some(scroller) = scroller.get_untracked() else { return extent };
        let before = before.flatten();
        request_animation_frame(move || {
            match (before, extent) {
                (None, Some(_)) => show_newest(&scroller),
                (Some((first, ..)), Some((now, ..))) if now < first => {
                    let from_end = from_end.try_get_value().unwrap_or_default();
                    scroller.set_scroll_top(scroller.scroll_height() - from_end);
                }
                (Some((_, last, pending)), Some((_, now, now_pending))) => {
                    let ours = now_pending > pending;
                    if ours || at_bottom.try_get_untracked() == Some(true) {
                        scroller.set_scroll_top(scroller.scroll_height());
                    } else if now > last {
                        missed.try_update(|missed| *missed += usize::try_from(now - last).unwrap_or(1));
                    }
                }
                _ => {}
            }
            from_end.try_update_value(|from| *from = scroller.scroll_height() - scroller.scroll_top());
        });
        extent
    });
    // Pictures that load without a known size, and a growing composer, push the bottom away.
    let observed = StoredValue::new_local(None::<web_sys::ResizeObserver>);
    Effect::new(move |_| {
        let Some(scroller) = scroller.get() else { return };
        let held = scroller.clone();
        let follow = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || {
            if at_bottom.try_get_untracked() == Some(true) {
                held.set_scroll_top(held.scroll_height());
            }
        })
        .into_js_value();
        if let Ok(observer) = web_sys::ResizeObserver::new(follow.unchecked_ref()) {
            observer.observe(&scroller);
            if let Some(column) = scroller.first_element_child() {
                observer.observe(&column);
            }
            observed.set_value(Some(observer));
        }
    });
    on_cleanup(move || {
        if let Some(Some(observer)) = observed.try_update_value(Option::take) {
            observer.disconnect();
        }
    });
}

/// A thread opens at its end, or at what is new when that is more than a screen.
fn show_newest(scroller: &web_sys::HtmlDivElement) {
    scroller.set_scroll_top(scroller.scroll_height());
    let line = scroller.query_selector(".new-line").ok().flatten();
    if let Some(line) = line.and_then(|line| line.dyn_into::<HtmlElement>().ok()) {
        let from_top = line.offset_top() - 48;
        if from_top < scroller.scroll_top() {
            scroller.set_scroll_top(from_top);
        }
    }
}

/// Brings a message into sight and lights it for a moment; loads history until it is there.
fn show_message(desk: Desk, id: ConversationId, message: MessageId) {
    fn attempt(desk: Desk, id: ConversationId, message: MessageId, tries: u8) {
        let found = document().get_element_by_id(&bubble::anchor(message));
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Center);
            element.scroll_into_view_with_scroll_into_view_options(&options);
            let _ = element.focus();
            let _ = element.class_list().add_1("entry--lit");
            set_timeout(
                move || {
                    let _ = element.class_list().remove_1("entry--lit");
                },
                std::time::Duration::from_millis(1_600),
            );
        } else if tries > 0 && untrack(|| desk.board.thread(id)).more {
            desk.board.load_older(id);
            set_timeout(move || attempt(desk, id, message, tries - 1), std::time::Duration::from_millis(250));
        }
    }
    attempt(desk, id, message, 40);
}

/// Who else is here, and who types.
#[component]
fn Others(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let others = Memo::new(move |_| desk.board.presence(id));
    let words = move || {
        let others = others.get();
        let typing: Vec<_> =
            others.iter().filter(|other| other.typing).map(|other| name_of(&other.name)).collect();
        let viewing: Vec<_> = others
            .iter()
            .filter(|other| other.viewing && !other.typing && !other.contact)
            .map(|o| o.name.clone())
            .collect();
        let list = |names: &[String]| names.join(", ");
        match (typing.as_slice(), viewing.as_slice()) {
            ([], []) => ().into_any(),
            ([], names) => {
                let text = format!(
                    "{} {} looking at this too",
                    list(names),
                    if names.len() == 1 { "is" } else { "are" }
                );
                view! { <Icon icon=Shape::Eye/><span>{text}</span> }.into_any()
            }
            (names, _) => {
                let text = format!("{} {} typing", list(names), if names.len() == 1 { "is" } else { "are" });
                let first = names.first().cloned().unwrap_or_default();
                view! {
                    <Avatar name=Signal::stored(first) size=20/>
                    <span>{text}</span>
                    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
                }
                .into_any()
            }
        }
    };
    view! { <div class="others" role="status">{words}</div> }
}

/// A colleague has answered since the agent last looked: shown before ours goes out.
#[component]
fn NewerAnswer(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let held = Memo::new(move |_| {
        let pending = desk.board.thread(id).pending;
        pending.into_iter().find_map(|pending| match pending.state {
            PendingState::Held(newer) => Some((pending.client_id, pending.text, newer)),
            _ => None,
        })
    });
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(held.get().is_some()));
    // Esc and the cross decide for safety: nothing goes out.
    Effect::new(move |was: Option<bool>| {
        let is = open.get();
        if was == Some(true) && !is {
            if let Some((client_id, ..)) = held.get_untracked() {
                desk.board.keep_editing(&client_id);
            }
            desk.compose(DraftMode::Reply);
        }
        is
    });
    view! {
        <Dialog open=open title="Somebody has just answered">
            {move || held.get().map(|(client_id, text, newer)| {
                let anyway = client_id.clone();
                view! {
                    <div class="newer">
                        <p>{format!("{} sent this after you last looked:", newer.author.name)}</p>
                        <blockquote class="newer__theirs" dir="auto">{newer.text.clone()}</blockquote>
                        <p>"You were about to send:"</p>
                        <blockquote class="newer__mine" dir="auto">{text}</blockquote>
                        <div class="newer__choice">
                            <Button look=Look::Primary on_press=move |_| desk.board.keep_editing(&client_id)>
                                "Keep editing"
                            </Button>
                            <Button on_press=move |_| desk.board.send_anyway(&anyway)>"Send anyway"</Button>
                        </div>
                    </div>
                }
            })}
        </Dialog>
    }
}
