//! What to do when a message did not go out, or nobody knows whether it did.

use leptos::prelude::*;
use shared::MessageStatus;

use super::Entry;
use crate::components::Icon;
use crate::components::icon::Icon as Shape;
use crate::pages::inbox::thread::Over;

/// The reason, and the ways on.
pub fn failure(over: Over, entry: &Entry) -> Option<AnyView> {
    let (message, board) = (entry.message.clone(), over.desk.board);
    match entry.status? {
        MessageStatus::Failed => {
            let reason = message.failure.clone().unwrap_or_else(|| "The message was refused.".to_owned());
            let again = message.can_retry.then(|| {
                view! { <button type="button" on:click=move |_| board.retry_message(&message)>"Try again"</button> }
            });
            Some(
                view! {
                    <p class="entry__failure" role="alert">
                        <Icon icon=Shape::CircleAlert/>
                        <span dir="auto">{reason}</span>
                        {again}
                    </p>
                }
                .into_any(),
            )
        }
        MessageStatus::Unknown => {
            let same = message.clone();
            Some(view! {
                <p class="entry__failure entry__failure--unknown" role="alert">
                    <Icon icon=Shape::CircleAlert/>
                    <span>"No answer came: it may have gone out. Look in the app before you send it again."</span>
                    <button type="button" on:click=move |_| board.settle_message(&same, true)>"It went out"</button>
                    <button type="button" on:click=move |_| board.settle_message(&message, false)>"Send again"</button>
                </p>
            }
            .into_any())
        }
        _ => None,
    }
}
