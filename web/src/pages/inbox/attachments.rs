//! Files in the thread: pictures, videos, sounds, everything else as a row.

mod album;
mod clip;
mod lightbox;
mod picture;
mod player;
mod waveform;
mod zoom;

use leptos::prelude::*;
use shared::{AttachmentId, AttachmentKind, AttachmentState};

use super::thread::Over;
use crate::api::messages::Attachment;
use crate::components::Icon;
use crate::components::icon::Icon as Shape;
pub use lightbox::Lightbox;

/// Files that were on their way when they were first shown, of unknown size: they keep the place kept for them.
pub type Held = StoredValue<Vec<AttachmentId>>;

/// A message's files. Pictures and videos that follow one another stand together.
pub fn attachments(over: Over, files: &[Attachment], held: Held) -> AnyView {
    let mut views = Vec::new();
    for group in files.chunk_by(|a, b| in_album(a) && in_album(b)) {
        match group {
            [one] => views.push(single(over, one, held)),
            several => views.push(picture::album(over, several)),
        }
    }
    view! { <div class="attachments">{views}</div> }.into_any()
}

fn in_album(file: &Attachment) -> bool {
    matches!(file.kind, AttachmentKind::Image | AttachmentKind::Video)
}

fn single(over: Over, file: &Attachment, held: Held) -> AnyView {
    if file.state == AttachmentState::Gone {
        return gone(file);
    }
    match file.kind {
        AttachmentKind::Image => picture::picture(over, file, held),
        AttachmentKind::Video => clip::video(file, held),
        AttachmentKind::VideoNote | AttachmentKind::Animation | AttachmentKind::Sticker => clip::moving(file),
        AttachmentKind::Voice | AttachmentKind::Audio => player::player(file),
        AttachmentKind::File => document(file),
    }
}

/// A kind in words.
fn name(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Image => "Photo",
        AttachmentKind::Video => "Video",
        AttachmentKind::Audio => "Audio",
        AttachmentKind::File => "File",
        AttachmentKind::Voice => "Voice message",
        AttachmentKind::VideoNote => "Video message",
        AttachmentKind::Animation => "GIF",
        AttachmentKind::Sticker => "Sticker",
    }
}

fn document(file: &Attachment) -> AnyView {
    let about = if file.state == AttachmentState::Fetching {
        "on its way…".to_owned()
    } else {
        format!("{} · {}", type_name(file), size(file.size_bytes))
    };
    let inside = view! {
        <Icon icon=Shape::File size=20/>
        <span class="attachment__name" dir="auto">{file.name.clone()}</span>
        <span class="attachment__size">{about}</span>
    };
    if file.state == AttachmentState::Fetching {
        return view! { <div class="attachment attachment--file" aria-busy="true">{inside}</div> }.into_any();
    }
    view! {
        <a class="attachment attachment--file" href=file.url.clone() download=file.name.clone() target="_blank">{inside}</a>
    }
    .into_any()
}

/// What cannot be had, and why.
fn gone(file: &Attachment) -> AnyView {
    let reason = file.failure.clone().unwrap_or_else(|| "It cannot be had any more.".to_owned());
    view! {
        <p class="attachment attachment--gone">
            <Icon icon=Shape::CircleAlert size=20/>
            <span>
                <span class="attachment__name" dir="auto">{if file.name.is_empty() { name(file.kind).to_owned() } else { file.name.clone() }}</span>
                <span class="attachment__reason" dir="auto">{reason}</span>
            </span>
        </p>
    }
    .into_any()
}

/// `PDF`, `XLSX`: from the name, else from the content type.
fn type_name(file: &Attachment) -> String {
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending);
    let short =
        |text: &&str| (1..=5).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric());
    let ending = ending.filter(short).or_else(|| file.content_type.rsplit('/').next().filter(short));
    ending.map_or_else(|| "File".to_owned(), str::to_uppercase)
}

/// `340 bytes`, `12 KB`, `3.4 MB`.
#[must_use]
pub fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!([size(12), size(12_345), size(3_456_789)], ["12 bytes", "12 KB", "3.4 MB"]);
    }

    #[test]
    fn a_type_is_told_by_the_name_or_else_by_the_content() {
        let named = |name: &str, content_type: &str| {
            type_name(&Attachment {
                name: name.to_owned(),
                content_type: content_type.to_owned(),
                ..Attachment::plain()
            })
        };
        assert_eq!(named("prices.xlsx", "application/octet-stream"), "XLSX");
        assert_eq!(named("no ending", "application/pdf"), "PDF");
        assert_eq!(named("a.b c", "application/vnd.oasis.opendocument"), "File");
    }
}
