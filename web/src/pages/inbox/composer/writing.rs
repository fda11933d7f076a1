//! The field, what is beside its text, and the bar below.

use std::time::Duration;

use leptos::prelude::*;
use shared::policy::Form;
use shared::{Capabilities, ConversationId, MediaKind};
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

use super::files::{Files, attach_all};
use super::more::More;
use super::voice::Voice;
use super::window::Window;
use crate::api::messages::DraftMode;
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, IconButton};
use crate::pages::inbox::board::{Draft, FileState};
use crate::pages::inbox::emoji::EmojiPicker;
use crate::pages::inbox::{Desk, use_desk};
use crate::state::answering::Standing;
use crate::state::attaching::{TextNote, kind_of, text_note};

/// How long after the last key we still count as typing.
const TYPING: Duration = Duration::from_secs(5);

/// Text, files, and the bar. `pick` opens the templates.
#[component]
pub fn Writing(
    id: ConversationId,
    typing: RwSignal<bool>,
    window: Window,
    pick: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let mode = desk.mode;
    let draft = Memo::new(move |_| desk.board.draft(id, mode.get()));
    let field = desk.field;
    let picker = NodeRef::<leptos::html::Input>::new();
    let note = move || mode.get() == DraftMode::Note;
    let editing = Memo::new(move |_| draft.with(|draft| draft.editing.is_some()));

    // The field shows the draft, unless it is what was just typed.
    Effect::new(move |_| {
        let text = draft.with(|draft| draft.shown().to_owned());
        if let Some(field) = field.get() {
            if field.value() != text {
                field.set_value(&text);
            }
            grow(&field);
        }
    });
    let last_key = StoredValue::new(0_u64);
    let stop_typing = move || {
        last_key.try_update_value(|last| *last += 1);
        typing.try_set(false);
    };
    let written = move || {
        let Some(field) = field.get_untracked() else { return };
        let text = field.value();
        grow(&field);
        let to_customer = mode.get_untracked() == DraftMode::Reply && !text.trim().is_empty();
        desk.board.write(id, mode.get_untracked(), text);
        if !to_customer || editing.get_untracked() {
            stop_typing();
            return;
        }
        if !typing.get_untracked() {
            typing.set(true);
        }
        last_key.update_value(|last| *last += 1);
        let key = last_key.get_value();
        set_timeout(
            move || {
                if last_key.try_get_value() == Some(key) {
                    typing.try_set(false);
                }
            },
            TYPING,
        );
    };
    let note_on_text = Memo::new(move |_| {
        let kind = desk.board.conversation(id).map(|conversation| conversation.channel.kind);
        // Notes are as long as our own channel's messages.
        let can = kind.filter(|_| !note()).and_then(Capabilities::of).unwrap_or(Capabilities::WEB_CHAT);
        draft.with(|draft| text_note(&can, draft.shown(), first_file(draft)))
    });
    let blocked = Memo::new(move |_| {
        let over = matches!(note_on_text.get(), Some(TextNote::Over(_)));
        over || draft.with(|draft| match &draft.editing {
            Some(editing) => editing.saving || editing.text.trim().is_empty(),
            None => draft.is_empty() || draft.held_up(),
        })
    });
    let send = move || {
        if blocked.get_untracked() {
            return;
        }
        if editing.get_untracked() {
            desk.board.save_edit(id);
        } else if desk.board.send(id, mode.get_untracked()) {
            stop_typing();
        }
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            send();
        }
        "ArrowUp" if !note() && draft.with_untracked(|draft| draft.shown().is_empty()) => {
            event.prevent_default();
            edit_last(desk, id);
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            if editing.get_untracked() {
                desk.board.stop_edit(id);
            } else if let Some(field) = field.get_untracked() {
                let _ = field.blur();
            }
        }
        _ => {}
    };
    let on_paste = move |event: web_sys::ClipboardEvent| {
        let files = event.clipboard_data().and_then(|data| data.files());
        if files.as_ref().is_some_and(|files| files.length() > 0) && !editing.get_untracked() {
            event.prevent_default();
            attach_all(desk, id, files);
        }
    };
    let insert = Callback::new(move |emoji: &'static str| {
        let Some(field) = field.get_untracked() else { return };
        let (start, end) = (field.selection_start().ok().flatten(), field.selection_end().ok().flatten());
        let end_of_text = u32::try_from(field.value().encode_utf16().count()).unwrap_or_default();
        let (start, end) = (start.unwrap_or(end_of_text), end.unwrap_or(end_of_text));
        let _ = field.set_range_text_with_start_and_end(emoji, start, end);
        let after = start + u32::try_from(emoji.encode_utf16().count()).unwrap_or_default();
        let _ = field.set_selection_range(after, after);
        let _ = field.focus();
        written();
    });
    let above = move || {
        let of = draft.get();
        if let Some(editing) = of.editing {
            let words = format!("Editing: {}", editing.before);
            let drop = move || desk.board.stop_edit(id);
            return Some(aside(Shape::Pencil, words, "Leave it as it was (Esc)", drop));
        }
        let quoted = of.quoted.filter(|_| !note())?;
        let words = format!("{}: {}", quoted.author_name, quoted.text);
        Some(aside(Shape::Reply, words, "Do not quote", move || desk.board.quote(id, None)))
    };
    let hold = move || {
        let held = match window.standing.get() {
            Some(Standing::Open { hold: Some(hold), .. }) if !note() => hold.to_string(),
            _ => return None,
        };
        Some(view! { <p class="composer__hold" role="status"><Icon icon=Shape::Clock/>{held}</p> })
    };
    let choices = move || {
        let words = draft.with(|draft| Some(draft.choices.as_ref()?.words())).filter(|_| !note())?;
        let drop = move || desk.board.draft_reply(id, |draft| draft.choices = None);
        Some(aside(Shape::Menu, words, "Take these away", drop))
    };
    let on_text = move || {
        let (words, over) = match note_on_text.get()? {
            TextNote::Left(left) => (left.to_string(), false),
            TextNote::Over(over) => (format!("-{over}"), true),
            TextNote::Parts(words) => (words, false),
        };
        Some(view! { <span class:composer__left--over=over>{words}</span> })
    };
    let may_attach = move || !editing.get() && (note() || window.has(Form::File));
    let (verb, title) = (
        move || {
            if note() {
                "Add note"
            } else if editing.get() {
                "Save"
            } else {
                "Send"
            }
        },
        move || if note() { "Add note (Enter)" } else { "Send (Enter)" },
    );
    view! {
        {hold}
        {above}
        <textarea
            node_ref=field
            class="composer__field"
            rows="2"
            dir="auto"
            aria-label=move || if note() { "Private note" } else { "Reply" }
            placeholder=move || if note() { "Write a note for your team" } else { "Write a reply" }
            on:input=move |_| written()
            on:keydown=on_key
            on:paste=on_paste
            on:blur=move |_| stop_typing()
        ></textarea>
        {choices}
        {move || (!editing.get()).then(|| view! { <Files id=id/> })}
        <div class="composer__bar">
            <EmojiPicker on_pick=insert/>
            {move || may_attach().then(|| view! {
                <IconButton
                    icon=Shape::Paperclip
                    label="Attach files"
                    tip="above"
                    on_press=move |_| if let Some(picker) = picker.get_untracked() { picker.click() }
                />
                <input
                    node_ref=picker
                    type="file"
                    multiple=true
                    hidden=true
                    on:change=move |_| if let Some(picker) = picker.get_untracked() {
                        attach_all(desk, id, picker.files());
                        picker.set_value("");
                    }
                />
                <Voice id=id/>
            })}
            {move || (!note() && !editing.get()).then(|| view! { <More id=id window=window pick=pick/> })}
            <span class="composer__space">{on_text}</span>
            <button
                type="button"
                class="button button--primary composer__send"
                class:composer__send--note=note
                disabled=move || blocked.get()
                title=title
                on:click=move |_| send()
            >
                <span>{verb}</span>
                <Icon icon=Shape::Send/>
            </button>
        </div>
    }
}

/// What goes with the text, and the way to drop it.
fn aside(
    icon: Shape,
    words: String,
    label: &'static str,
    drop: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    view! {
        <div class="composer__quoted">
            <Icon icon=icon/>
            <span class="composer__quoted-text" dir="auto">{words}</span>
            <IconButton icon=Shape::X size=16 label=label tip="above" on_press=move |_| drop()/>
        </div>
    }
    .into_any()
}

/// Brings our last message that can still be changed into the field.
pub fn edit_last(desk: Desk, id: ConversationId) {
    if let Some(message) = desk.board.last_to_edit(id) {
        desk.board.begin_edit(&message);
        desk.compose(DraftMode::Reply);
    }
}

/// What the first file is sent as.
fn first_file(draft: &Draft) -> Option<MediaKind> {
    match &draft.files.first()?.state {
        FileState::Stored(file) => Some(kind_of(&file.content_type)),
        _ => None,
    }
}

/// The field is as high as its text, up to what the style allows.
fn grow(field: &HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(field);
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
}
