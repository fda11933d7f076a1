//! How long the agent may write freely: the countdown, and what stands there when it has run out.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use shared::ConversationId;
use shared::policy::Form;

use crate::api::Timestamp;
use crate::api::messages::DraftMode;
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, time};
use crate::pages::inbox::Desk;
use crate::pages::inbox::use_desk;
use crate::state::answering::{Answering, Standing, is_urgent, time_left};

/// What may be sent, moving on with the clock.
#[derive(Clone, Copy)]
pub struct Window {
    /// Free answers; none until the conversation is here.
    pub standing: Memo<Option<Standing>>,
    answering: Memo<Option<Answering>>,
    /// The server's clock, as of the last step.
    clock: RwSignal<Timestamp>,
}

impl Window {
    /// Follows a conversation: steps exactly when what is shown changes.
    pub fn watch(desk: Desk, id: ConversationId) -> Self {
        let clock = RwSignal::new(Timestamp::server_now());
        let answering = Memo::new(move |_| {
            let now = clock.get();
            desk.board.conversation(id).map(|conversation| Answering::of(&conversation, now))
        });
        let next = StoredValue::new_local(None::<TimeoutHandle>);
        let stop = move || {
            if let Some(Some(handle)) = next.try_update_value(Option::take) {
                handle.clear();
            }
        };
        Effect::new(move |_| {
            let now = clock.get();
            let wait =
                answering.with(|answering| answering.as_ref().map(|answering| answering.holds_for_ms(now)));
            stop();
            let step = move || {
                clock.try_set(Timestamp::server_now());
            };
            if let Some(wait) = wait {
                next.set_value(set_timeout_with_handle(step, Duration::from_millis(wait.into())).ok());
            }
        });
        on_cleanup(stop);
        let standing =
            Memo::new(move |_| answering.with(|answering| Some(answering.as_ref()?.standing.clone())));
        Self { standing, answering, clock }
    }

    /// Whether a form may be sent; tracked.
    pub fn has(self, form: Form) -> bool {
        self.answering.with(|answering| answering.as_ref().is_some_and(|answering| answering.forms.has(form)))
    }
}

/// What stands at the end of the tabs: who sees a note, or how long the window is open.
#[component]
pub fn Notice(window: Window, note: Signal<bool>) -> impl IntoView {
    // Its own memo: only the text changes with each step.
    let left = move || match window.standing.get() {
        Some(Standing::Open { until: Some(until), .. }) => Some(until.since_ms(window.clock.get())),
        _ => None,
    };
    let urgent = Memo::new(move |_| left().is_some_and(is_urgent));
    let words = move || match window.standing.get() {
        _ if note.get() => "Only your team sees notes".to_owned(),
        Some(Standing::Locked { closed_at: Some(at), .. }) => {
            format!("closed {}", time::long_age(window.clock.get().since_ms(at)))
        }
        Some(Standing::Locked { .. }) => "closed".to_owned(),
        _ => left().map(|left| format!("closes in {}", time_left(left))).unwrap_or_default(),
    };
    let until = move || match window.standing.get() {
        Some(Standing::Open { until: Some(until), .. }) if !note.get() => {
            Some(format!("You can write freely until {}", time::day_and_clock(until)))
        }
        _ => None,
    };
    view! {
        <span
            class="composer__hint"
            class:composer__hint--urgent=move || urgent.get() && !note.get()
            role="timer"
            aria-live="off"
            title=until
        >
            {words}
        </span>
    }
}

/// Why nothing can be written, and what to do.
#[component]
pub fn Locked(id: ConversationId, window: Window) -> impl IntoView {
    let desk = use_desk();
    let words = move || match window.standing.get() {
        Some(Standing::Locked { words, .. }) => words,
        _ => String::new(),
    };
    let kept = move || !desk.board.draft(id, DraftMode::Reply).is_empty();
    view! {
        <div class="composer__locked" role="status">
            <Icon icon=Shape::Lock/>
            <p>{words} {move || kept().then_some(" What you have written is kept.")}</p>
        </div>
    }
}
