//! The files beside a text.

use leptos::prelude::*;
use shared::{AttachmentKind, ConversationId};
use web_sys::FileList;

use crate::components::icon::Icon as Shape;
use crate::components::{Icon, IconButton};
use crate::pages::inbox::attachments;
use crate::pages::inbox::board::{FileEntry, FileState};
use crate::pages::inbox::{Desk, use_desk};

/// Adds what was chosen, dropped or pasted.
pub fn attach_all(desk: Desk, id: ConversationId, files: Option<FileList>) {
    let Some(files) = files else { return };
    for index in 0..files.length() {
        if let Some(file) = files.get(index) {
            desk.board.attach(id, desk.mode.get_untracked(), &file, false);
        }
    }
}

/// All of a draft's files, each with its way out.
#[component]
pub fn Files(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let files = Memo::new(move |_| desk.board.draft(id, desk.mode.get()).files);
    view! {
        <ul class="composer__files">
            <For
                each=move || files.get()
                key=|file| (file.number, file_key(file))
                children=move |file| view! { <FileChip id=id file=file/> }
            />
        </ul>
    }
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
    let FileEntry { number, name, size_bytes, note, voice, state } = file;
    let label = format!("Remove {name}");
    let full_name = name.clone();
    let sound = match &state {
        FileState::Stored(stored) if voice || stored.kind == AttachmentKind::Audio => {
            Some(stored.url.clone())
        }
        _ => None,
    };
    let detail = match &state {
        FileState::Uploading(part) => {
            #[expect(clippy::cast_possible_truncation, reason = "at most 100")]
            let percent = (part * 100.0).round() as i32;
            view! { <progress class="file-chip__progress" max="100" value=percent aria-label="Uploading"></progress> }.into_any()
        }
        FileState::Stored(stored) => note.unwrap_or_else(|| attachments::size(stored.size_bytes)).into_any(),
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
            {match (sound, picture) {
                (Some(url), _) => view! { <audio class="file-chip__sound" controls=true preload="metadata" src=url></audio> }.into_any(),
                (_, Some(url)) => view! { <img class="file-chip__picture" src=url alt=""/> }.into_any(),
                _ => view! { <Icon icon=Shape::File/> }.into_any(),
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
