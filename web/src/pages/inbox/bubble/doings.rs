//! What can be done with a message, beside it.

use leptos::prelude::*;
use shared::Direction;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Entry;
use crate::api::messages::{DraftMode, Message, QuotedMessage};
use crate::components::Icon;
use crate::components::icon::Icon as Shape;
use crate::pages::inbox::thread::{Over, Shows};

/// The buttons beside a bubble: quote it, and everything else. They stay while the message changes, and are about what
/// it is when they are pressed.
pub fn doings(over: Over, entry: RwSignal<Entry>) -> Option<AnyView> {
    let message = entry.with_untracked(|entry| entry.message.clone());
    let quotable = message.direction == Direction::Inbound && over.desk.board.message_acts(&message).quote;
    let reply = quotable.then(|| {
        view! {
            <button type="button" class="entry__do" aria-label="Quote this message" title="Quote" tabindex="-1" on:click=move |_| quote_it(over, &message)>
                <Icon icon=Shape::Reply/>
            </button>
        }
    });
    Some(
        view! {
            <div class="entry__doings">
                {reply}
                <button
                    type="button"
                    class="entry__do entry__more"
                    aria-label="What to do with this message"
                    title="More"
                    aria-haspopup="menu"
                    on:click=move |event| {
                        if let Some(button) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
                            over.open(&entry.with_untracked(|entry| entry.message.clone()), Shows::Menu, &button);
                        }
                    }
                >
                    <Icon icon=Shape::Ellipsis/>
                </button>
            </div>
        }
        .into_any(),
    )
}

/// Answers this message.
pub fn quote_it(over: Over, message: &Message) {
    over.desk.board.quote(message.conversation_id, Some(QuotedMessage::of(message)));
    over.desk.compose(DraftMode::Reply);
}
