//! One of ours that the server has not confirmed.

use leptos::prelude::*;
use shared::Direction;

use super::{class, quote, text};
use crate::api::messages::DraftMode;
use crate::components::Icon;
use crate::components::icon::Icon as Shape;
use crate::pages::inbox::attachments::attachments;
use crate::pages::inbox::thread::Over;
use crate::state::outbox::{Pending, PendingState};

/// Draws it as it will look, and says how it stands.
pub fn pending(over: Over, pending: Pending, first: bool) -> AnyView {
    let board = over.desk.board;
    let direction = if pending.mode == DraftMode::Note { Direction::Note } else { Direction::Outbound };
    let held = StoredValue::new(Vec::new());
    let files = (!pending.attachments.is_empty()).then(|| attachments(over, &pending.attachments, held));
    let words = pending.words();
    let words = (!words.is_empty()).then(|| text::text(&words, &[]));
    let client_id = pending.client_id.clone();
    let refused = match &pending.state {
        PendingState::Refused(reason) => Some(reason.clone()),
        _ => None,
    };
    let state = match pending.state {
        PendingState::Waiting => "waiting for the connection",
        PendingState::Sending => "sending",
        PendingState::Held(_) => "waits for your decision",
        PendingState::Refused(_) => "not sent",
    };
    let failure = refused.map(|reason| {
        let (again, back) = (client_id.clone(), client_id);
        view! {
            <p class="entry__failure" role="alert">
                <Icon icon=Shape::CircleAlert/>
                <span>{reason}</span>
                <button type="button" on:click=move |_| board.retry(&again)>"Try again"</button>
                <button type="button" on:click=move |_| board.keep_editing(&back)>"Edit"</button>
            </p>
        }
    });
    let failed = failure.is_some();
    view! {
        <article class=class(direction, first, true) class:entry--failed=failed class:entry--pending=!failed>
            <div class="entry__line">
                <div class="bubble">
                    {pending.quoted.map(|quoted| quote::quote(over, quoted))}
                    {files}
                    {words}
                    <p class="entry__meta">
                        <span class="entry__waiting"><Icon icon=Shape::Clock/>{state}</span>
                    </p>
                </div>
            </div>
            {failure}
        </article>
    }
    .into_any()
}
