//! Pictures, alone and several together.

use leptos::prelude::*;
use shared::{AttachmentKind, AttachmentState};

use super::album::{SHOWN_MAX, rows};
use super::waveform::clock;
use super::{Held, name};
use crate::api::messages::Attachment;
use crate::components::Icon;
use crate::components::icon::Icon as Shape;
use crate::pages::inbox::thread::Over;

/// The largest a picture is drawn in the thread, in pixels.
const PREVIEW_PX: (i32, i32) = (320, 280);
/// The place kept for one of unknown size.
pub(super) const UNKNOWN_PX: (i32, i32) = (240, 180);

/// The size a picture is drawn in: its place is kept before it is loaded, so that nothing jumps.
pub(super) fn fit(width: Option<i32>, height: Option<i32>) -> Option<(i32, i32)> {
    let (width, height) = (f64::from(width?), f64::from(height?));
    if width < 1.0 || height < 1.0 {
        return None;
    }
    let scale = (f64::from(PREVIEW_PX.0) / width).min(f64::from(PREVIEW_PX.1) / height).min(1.0);
    Some(((width * scale).round().max(24.0) as i32, (height * scale).round().max(24.0) as i32))
}

/// The place of a file that is on its way, or was when it was first shown.
pub(super) fn place(file: &Attachment, held: Held) -> Option<(i32, i32)> {
    let known = fit(file.width, file.height);
    if file.state == AttachmentState::Fetching && known.is_none() {
        held.update_value(|held| held.push(file.id));
    }
    let kept = held.with_value(|held| held.contains(&file.id));
    if kept { Some(UNKNOWN_PX) } else { known }
}

/// A shape of the right size in the place of what is on its way.
pub(super) fn waiting(kind: AttachmentKind, place: (i32, i32)) -> AnyView {
    let label = format!("{} on its way", name(kind));
    view! {
        <div
            class="attachment attachment--waiting skeleton__bar"
            role="img"
            aria-busy="true"
            aria-label=label
            style:inline-size=format!("{}px", place.0)
            style:aspect-ratio=format!("{} / {}", place.0, place.1)
        ></div>
    }
    .into_any()
}

/// One picture; pressed, it fills the window.
pub(super) fn picture(over: Over, file: &Attachment, held: Held) -> AnyView {
    let place = place(file, held);
    if file.state == AttachmentState::Fetching {
        return waiting(file.kind, place.unwrap_or(UNKNOWN_PX));
    }
    let id = file.id;
    let small = file.thumbnail_url.clone().unwrap_or_else(|| file.url.clone());
    view! {
        <button type="button" class="attachment attachment--image" aria-label=format!("Enlarge {}", file.name) on:click=move |_| over.picture.set(Some(id))>
            <img
                src=small
                alt=file.name.clone()
                loading="lazy"
                width=place.map(|(width, _)| width)
                height=place.map(|(_, height)| height)
            />
        </button>
    }
    .into_any()
}

/// Several pictures and videos as one block.
pub(super) fn album(over: Over, files: &[Attachment]) -> AnyView {
    let sizes: Vec<_> = files.iter().map(|file| file.width.zip(file.height)).collect();
    let more = files.len().saturating_sub(SHOWN_MAX);
    let mut left = files.iter();
    let mut rest = files.len().min(SHOWN_MAX);
    let rows = rows(&sizes).into_iter().map(|row| {
        let cells = row.aspects.iter().zip(left.by_ref()).map(|(aspect, file)| {
            rest -= 1;
            cell(over, file, *aspect, if rest == 0 { more } else { 0 })
        });
        let cells: Vec<_> = cells.collect();
        view! { <div class="album__row" style:aspect-ratio=format!("{} / 1000", row.aspect())>{cells}</div> }
    });
    let label = format!("{} photos and videos", files.len());
    view! { <div class="album" role="group" aria-label=label>{rows.collect_view()}</div> }.into_any()
}

fn cell(over: Over, file: &Attachment, aspect: i32, more: usize) -> AnyView {
    let grow = aspect.to_string();
    let what = name(file.kind);
    match file.state {
        AttachmentState::Fetching => view! {
            <div class="album__cell skeleton__bar" role="img" aria-busy="true" aria-label=format!("{what} on its way") style:flex-grow=grow></div>
        }
        .into_any(),
        AttachmentState::Gone => {
            let reason = file.failure.clone().unwrap_or_else(|| "It cannot be had any more.".to_owned());
            view! {
                <div class="album__cell album__cell--gone" role="img" aria-label=format!("{what}: {reason}") title=reason.clone() style:flex-grow=grow>
                    <Icon icon=Shape::CircleAlert size=20/>
                </div>
            }
            .into_any()
        }
        AttachmentState::Ready => {
            let id = file.id;
            let is_video = file.kind == AttachmentKind::Video;
            let image = file.thumbnail_url.clone().or_else(|| (!is_video).then(|| file.url.clone()));
            let image = image.map(|src| view! { <img src=src alt=file.name.clone() loading="lazy"/> });
            let length = file.duration_ms.filter(|_| is_video).map(clock).unwrap_or_default();
            let more = if more > 0 { format!("+{more}") } else { String::new() };
            let label = format!("Enlarge {} {length} {more}", file.name);
            let play = is_video.then(|| view! { <span class="album__play"><Icon icon=Shape::Play/>{length}</span> });
            let more = (!more.is_empty()).then(|| view! { <span class="album__left">{more}</span> });
            view! {
                <button
                    type="button"
                    class="album__cell"
                    aria-label=label
                    style:flex-grow=grow
                    on:click=move |_| over.picture.set(Some(id))
                >
                    {image}
                    {play}
                    {more}
                </button>
            }
            .into_any()
        }
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
    fn what_comes_later_keeps_the_place_that_was_kept_for_it() {
        let held = StoredValue::new(Vec::new());
        let mut file = Attachment { state: AttachmentState::Fetching, ..Attachment::plain() };
        assert_eq!(place(&file, held), Some(UNKNOWN_PX));
        file = Attachment { state: AttachmentState::Ready, width: Some(900), height: Some(300), ..file };
        assert_eq!(place(&file, held), Some(UNKNOWN_PX));
        assert_eq!(place(&file, StoredValue::new(Vec::new())), Some((320, 107)));
    }
}
