//! Where answers and notes are written.

use std::time::Duration;

use leptos::prelude::*;
use shared::ConversationId;
use web_sys::{FileList, HtmlTextAreaElement, KeyboardEvent};

use super::board::{Draft, FileEntry, FileState};
use super::emoji::EmojiPicker;
use super::{attachments, use_desk};
use crate::api::messages::DraftMode;
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, IconButton};

/// How long after the last key we still count as typing.
const TYPING: Duration = Duration::from_secs(5);
/// The longest text a channel takes; the server has the last word.
const TEXT_CHARS_MAX: usize = 10_000;

/// Reply and note, text and files. `typing` is true while the agent writes to the customer.
#[component]
pub fn Composer(id: ConversationId, typing: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let mode = desk.mode;
    let draft = Memo::new(move |_| desk.board.draft(id, mode.get()));
    let dragging = RwSignal::new(false);
    let field = desk.field;
    let picker = NodeRef::<leptos::html::Input>::new();

    // The field shows the draft, unless it is what was just typed.
    Effect::new(move |_| {
        let text = draft.with(|draft| draft.text.clone());
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
        if !to_customer {
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
    let send = move || {
        if desk.board.send(id, mode.get_untracked()) {
            stop_typing();
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
            }
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            send();
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            if let Some(field) = field.get_untracked() {
                let _ = field.blur();
            }
        }
        _ => {}
    };
    let attach = move |files: Option<FileList>| {
        let Some(files) = files else { return };
        for index in 0..files.length() {
            if let Some(file) = files.get(index) {
                desk.board.attach(id, mode.get_untracked(), &file);
            }
        }
    };
    let on_paste = move |event: web_sys::ClipboardEvent| {
        let files = event.clipboard_data().and_then(|data| data.files());
        if files.as_ref().is_some_and(|files| files.length() > 0) {
            event.prevent_default();
            attach(files);
        }
    };
    let on_drop = move |event: web_sys::DragEvent| {
        event.prevent_default();
        dragging.set(false);
        attach(event.data_transfer().and_then(|data| data.files()));
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
    let note = move || mode.get() == DraftMode::Note;
    let blocked =
        Memo::new(move |_| draft.with(|draft| draft.is_empty() || draft.held_up() || too_long(draft)));
    let remaining = move || {
        draft.with(|draft| {
            let count = draft.text.chars().count();
            (count + 500 > TEXT_CHARS_MAX).then(|| {
                let left = i64::try_from(TEXT_CHARS_MAX).unwrap_or_default()
                    - i64::try_from(count).unwrap_or_default();
                view! { <span class="composer__left" class:composer__left--over=left < 0>{left}</span> }
            })
        })
    };
    let quoted = move || {
        let quoted = draft.with(|draft| draft.quoted.clone()).filter(|_| !note())?;
        Some(view! {
            <div class="composer__quoted">
                <Icon icon=Shape::Reply/>
                <span class="composer__quoted-text" dir="auto">{format!("{}: {}", quoted.author_name, quoted.text)}</span>
                <IconButton icon=Shape::X size=16 label="Do not quote" tip="above" on_press=move |_| desk.board.quote(id, None)/>
            </div>
        })
    };
    let files = Memo::new(move |_| draft.with(|draft| draft.files.clone()));
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
            on:drop=on_drop
        >
            <div class="composer__tabs" role="group" aria-label="What to write">
                {tab(DraftMode::Reply, "Reply", "r")}
                {tab(DraftMode::Note, "Note", "n")}
                <span class="composer__hint">
                    {move || if note() { "Only your team sees notes" } else { "" }}
                </span>
            </div>
            {quoted}
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
            <ul class="composer__files">
                <For
                    each=move || files.get()
                    key=|file| (file.number, file_key(file))
                    children=move |file| view! { <FileChip id=id file=file/> }
                />
            </ul>
            <div class="composer__bar">
                <EmojiPicker on_pick=insert/>
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
                        attach(picker.files());
                        picker.set_value("");
                    }
                />
                <span class="composer__space">{remaining}</span>
                <button
                    type="button"
                    class="button button--primary composer__send"
                    class:composer__send--note=note
                    disabled=move || blocked.get()
                    title=move || if note() { "Add note (Enter)" } else { "Send (Enter)" }
                    on:click=move |_| send()
                >
                    <span>{move || if note() { "Add note" } else { "Send" }}</span>
                    <Icon icon=Shape::Send/>
                </button>
            </div>
        </div>
    }
}

fn too_long(draft: &Draft) -> bool {
    draft.text.chars().count() > TEXT_CHARS_MAX
}

/// Draws a file anew when it is stored or refused, and at each twentieth of its way.
fn file_key(file: &FileEntry) -> i32 {
    match &file.state {
        FileState::Uploading(part) => (part * 20.0) as i32,
        FileState::Stored(_) => 100,
        FileState::Failed(_) => 101,
    }
}

#[component]
fn FileChip(id: ConversationId, file: FileEntry) -> impl IntoView {
    let desk = use_desk();
    let FileEntry { number, name, size_bytes, state } = file;
    let label = format!("Remove {name}");
    let full_name = name.clone();
    let detail = match &state {
        FileState::Uploading(part) => {
            #[expect(clippy::cast_possible_truncation, reason = "at most 100")]
            let percent = (part * 100.0).round() as i32;
            view! { <progress class="file-chip__progress" max="100" value=percent aria-label="Uploading"></progress> }.into_any()
        }
        FileState::Stored(stored) => attachments::size(stored.size_bytes).into_any(),
        FileState::Failed(reason) => {
            view! { <span class="file-chip__failed" role="alert">{reason.clone()}</span> }.into_any()
        }
    };
    let picture = match &state {
        FileState::Stored(stored) => stored.thumbnail_url.clone(),
        _ => None,
    };
    let bytes = attachments::size(size_bytes as i64);
    let title = format!("{full_name}, {bytes}");
    view! {
        <li class="file-chip" title=title>
            {match picture {
                Some(url) => view! { <img class="file-chip__picture" src=url alt=""/> }.into_any(),
                None => view! { <Icon icon=Shape::File/> }.into_any(),
            }}
            <span class="file-chip__name" dir="auto">{name}</span>
            <span class="file-chip__detail">{detail}</span>
            <IconButton
                icon=Shape::X
                size=16
                label=label
                tip="above"
                on_press=move |_| desk.board.detach(id, desk.mode.get_untracked(), number)
            />
        </li>
    }
}

/// The field is as high as its text, up to what the style allows.
fn grow(field: &HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(field);
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
}
