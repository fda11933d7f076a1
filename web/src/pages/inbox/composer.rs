//! Where answers and notes are written.

mod files;
mod more;
mod template_picker;
mod voice;
mod window;
mod writing;

use leptos::prelude::*;
use shared::ConversationId;
use shared::policy::Form;

use super::use_desk;
use crate::api::messages::DraftMode;
use crate::app::actions::{Action, Key, use_actions};
use crate::state::answering::Standing;
use files::attach_all;
use window::{Locked, Notice, Window};
use writing::Writing;

/// What stands below the tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    /// The field.
    Writing,
    /// Templates, because the agent wants one.
    Templates,
    /// Why nothing can be written; with templates, where those may be sent.
    Locked { templates: bool },
}

/// Reply and note, text and files. `typing` is true while the agent writes to the customer.
#[component]
pub fn Composer(id: ConversationId, typing: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let mode = desk.mode;
    let dragging = RwSignal::new(false);
    let picking = RwSignal::new(false);
    let window = Window::watch(desk, id);
    let note = move || mode.get() == DraftMode::Note;
    let has_templates = Memo::new(move |_| window.has(Form::Template));
    let filling = Memo::new(move |_| desk.board.draft(id, DraftMode::Reply).filling.is_some());
    let body = Memo::new(move |_| match window.standing.get() {
        _ if note() => Body::Writing,
        Some(Standing::Locked { .. }) => Body::Locked { templates: has_templates.get() },
        // One that was begun, or that came back, stays in sight.
        _ if has_templates.get() && (picking.get() || filling.get()) => Body::Templates,
        _ => Body::Writing,
    });
    let pick = move || {
        picking.set(true);
        desk.compose(DraftMode::Reply);
    };
    let close_picker = Callback::new(move |()| {
        picking.set(false);
        desk.compose(DraftMode::Reply);
    });
    register_actions(id, pick, has_templates);
    let tab = move |of: DraftMode, words: &'static str, key: &'static str| {
        view! {
            <button
                type="button"
                class="composer__tab"
                class:composer__tab--note=of == DraftMode::Note
                aria-pressed=move || if mode.get() == of { "true" } else { "false" }
                aria-keyshortcuts=key
                title=format!("{words} ({})", key.to_uppercase())
                on:click=move |_| desk.compose(of)
            >
                {words}
                {move || (mode.get() != of && !desk.board.draft(id, of).is_empty()).then(|| view! {
                    <span class="composer__kept">"draft"</span>
                })}
            </button>
        }
    };
    view! {
        <div
            class="composer"
            class:composer--note=note
            class:composer--dragging=move || dragging.get()
            on:dragover=move |event| {
                event.prevent_default();
                dragging.set(true);
            }
            on:dragleave=move |_| dragging.set(false)
            on:drop=move |event| {
                event.prevent_default();
                dragging.set(false);
                if body.get_untracked() == Body::Writing {
                    attach_all(desk, id, event.data_transfer().and_then(|data| data.files()));
                }
            }
        >
            <div class="composer__tabs" role="group" aria-label="What to write">
                {tab(DraftMode::Reply, "Reply", "r")}
                {tab(DraftMode::Note, "Note", "n")}
                <Notice window=window note=Signal::derive(note)/>
            </div>
            {move || match body.get() {
                Body::Writing => view! { <Writing id=id typing=typing window=window pick=pick/> }.into_any(),
                Body::Templates => template_picker::template_picker(id, Some(close_picker)),
                Body::Locked { templates } => view! {
                    <Locked id=id window=window/>
                    {templates.then(|| template_picker::template_picker(id, None))}
                }
                .into_any(),
            }}
        </div>
    }
}

fn register_actions(
    id: ConversationId,
    pick: impl Fn() + Copy + Send + Sync + 'static,
    templates: Memo<bool>,
) {
    let desk = use_desk();
    use_actions().register([
        Action::new("Send a template…", "Conversation", pick)
            .key(Key::One("t"))
            .when(move || templates.get()),
        Action::new("Quote the last message", "Conversation", move || {
            if let Some(quoted) = desk.board.last_to_quote(id) {
                desk.board.quote(id, Some(quoted));
                desk.compose(DraftMode::Reply);
            }
        })
        .key(Key::One("q")),
        Action::new("Edit my last message", "Conversation", move || writing::edit_last(desk, id)).when(
            move || {
                desk.board.thread(id);
                untrack(|| desk.board.last_to_edit(id)).is_some()
            },
        ),
    ]);
}
