//! Files in the thread: pictures, videos, sounds, everything else as a row.

use leptos::html;
use leptos::prelude::*;
use shared::AttachmentKind;

use crate::api::messages::Attachment;
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, IconButton};

/// The largest a picture is drawn in the thread, in pixels.
const PREVIEW_PX: (i32, i32) = (320, 280);

/// A message's files.
pub fn attachments(files: &[Attachment]) -> AnyView {
    let views = files.iter().cloned().map(|file| match file.kind {
        AttachmentKind::Image | AttachmentKind::Sticker => view! { <Picture file=file/> }.into_any(),
        AttachmentKind::Video | AttachmentKind::VideoNote | AttachmentKind::Animation => view! {
            <video class="attachment attachment--video" controls=true preload="metadata" src=file.url title=file.name></video>
        }
        .into_any(),
        AttachmentKind::Audio | AttachmentKind::Voice => view! {
            <audio class="attachment attachment--audio" controls=true preload="metadata" src=file.url title=file.name></audio>
        }
        .into_any(),
        AttachmentKind::File => view! {
            <a class="attachment attachment--file" href=file.url download=file.name.clone() target="_blank">
                <Icon icon=Shape::File size=20/>
                <span class="attachment__name" dir="auto">{file.name.clone()}</span>
                <span class="attachment__size">{size(file.size_bytes)}</span>
            </a>
        }
        .into_any(),
    });
    view! { <div class="attachments">{views.collect_view()}</div> }.into_any()
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

/// The size a picture is drawn in: its place is kept before it is loaded, so that nothing jumps.
fn fit(width: Option<i32>, height: Option<i32>) -> Option<(i32, i32)> {
    let (width, height) = (f64::from(width?), f64::from(height?));
    if width < 1.0 || height < 1.0 {
        return None;
    }
    let scale = (f64::from(PREVIEW_PX.0) / width).min(f64::from(PREVIEW_PX.1) / height).min(1.0);
    Some(((width * scale).round().max(24.0) as i32, (height * scale).round().max(24.0) as i32))
}

#[component]
fn Picture(file: Attachment) -> impl IntoView {
    let enlarged = RwSignal::new(false);
    let fitted = fit(file.width, file.height);
    let small = file.thumbnail_url.clone().unwrap_or_else(|| file.url.clone());
    let label = format!("Enlarge {}", file.name);
    let alt = file.name.clone();
    view! {
        <button type="button" class="attachment attachment--image" aria-label=label on:click=move |_| enlarged.set(true)>
            <img
                src=small
                alt=alt
                loading="lazy"
                width=fitted.map(|(width, _)| width)
                height=fitted.map(|(_, height)| height)
            />
        </button>
        {move || enlarged.get().then(|| view! { <Lightbox file=file.clone() open=enlarged/> })}
    }
}

/// A picture over everything. A click looks closer, or back; Esc closes.
#[component]
fn Lightbox(file: Attachment, open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let close_up = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    });
    let label =
        Signal::derive(move || if close_up.get() { "Fit to the window" } else { "Look closer" }.to_owned());
    let (name, url) = (file.name, file.url);
    view! {
        <dialog
            node_ref=dialog
            class="lightbox"
            class:lightbox--close-up=move || close_up.get()
            aria-label=name.clone()
            on:close=move |_| open.set(false)
        >
            <div class="lightbox__bar">
                <span class="lightbox__name" dir="auto">{name.clone()}</span>
                <IconButton icon=Shape::Search label=label on_press=move |_| close_up.update(|up| *up = !*up)/>
                <a class="icon-button" href=url.clone() download=name.clone() aria-label="Download">
                    <Icon icon=Shape::Download size=20/>
                </a>
                <IconButton icon=Shape::X label="Close" on_press=move |_| open.set(false)/>
            </div>
            <div class="lightbox__stage" on:click=move |_| close_up.update(|up| *up = !*up)>
                <img src=url.clone() alt=name.clone()/>
            </div>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_never_enlarged_nor_bent() {
        assert_eq!(fit(Some(100), Some(50)), Some((100, 50)));
        assert_eq!(fit(Some(3_200), Some(1_600)), Some((320, 160)));
        assert_eq!(fit(Some(100), Some(2_800)), Some((24, 280)));
        assert_eq!(fit(None, Some(9)), None);
        assert_eq!(fit(Some(0), Some(9)), None);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([size(12), size(12_345), size(3_456_789)], ["12 bytes", "12 KB", "3.4 MB"]);
    }
}
