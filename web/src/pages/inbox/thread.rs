//! The third column: one conversation, newest at the bottom, history above.

mod jump;
mod keys;
mod messages;
mod newer_answer;
mod others;
mod over;
mod panel;
mod place;
mod rows;

use leptos::prelude::*;
use shared::ConversationId;

use super::composer::Composer;
use super::thread_head::ThreadHead;
use super::{Desk, use_desk};
use crate::api::live;
use crate::components::EmptyState;
pub use keys::to_newest;
use messages::Messages;
use newer_answer::NewerAnswer;
use others::Others;
pub use over::{Over, Shows};
pub use rows::Row;

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
