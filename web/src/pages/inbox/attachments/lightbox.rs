//! A picture or video over everything, and its way to the next one.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::{AttachmentId, AttachmentKind, AttachmentState};
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};

use super::zoom::Zoom;
use crate::api::Failure;
use crate::api::messages::Attachment;
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, IconButton, Part};
use crate::pages::inbox::thread::Over;

/// How much closer a press of a key or a button looks.
const CLOSER: f64 = 1.5;
/// How much closer a click looks.
const CLICK: f64 = 2.5;
/// How far an arrow key moves a picture that is looked at closely, in pixels.
const STEP_PX: f64 = 80.0;
/// Further than this is a swipe, not a click.
const SWIPE_PX: f64 = 60.0;
/// Nearer than this, the pointer has not moved.
const STILL_PX: f64 = 4.0;

/// All pictures and videos of a thread, the newest last.
fn pictures(over: Over) -> Vec<Attachment> {
    let thread = untrack(|| over.desk.board.thread(over.id));
    let seen = |file: &&Attachment| {
        matches!(file.kind, AttachmentKind::Image | AttachmentKind::Video)
            && file.state == AttachmentState::Ready
    };
    let messages = thread.messages.unwrap_or_default();
    let stored = messages
        .iter()
        .filter(|message| message.deleted_at.is_none())
        .flat_map(|message| &message.attachments);
    let pending = thread.pending.iter().flat_map(|pending| &pending.attachments);
    stored.chain(pending).filter(seen).cloned().collect()
}

type Entry = fn(Over) -> AnyView;

/// The code of pictures that fill the window.
static LIGHTBOX: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|over| {
        let files = pictures(over);
        let first = over.picture.get_untracked();
        let at = files.iter().position(|file| Some(file.id) == first).unwrap_or_default();
        view! { <Viewer over=over files=files first=at/> }.into_any()
    })
}

/// Fills the window while `over.picture` names a file of the thread.
#[component]
pub fn Lightbox(over: Over) -> impl IntoView {
    // Only whether one is open: going to the next one keeps the dialog.
    let open = Memo::new(move |_| over.picture.get().is_some());
    move || open.get().then(|| LIGHTBOX.show(move |draw| draw(over)))
}

/// Where the pointers are, and how far they have gone.
#[derive(Clone, Default)]
struct Drag {
    /// Each pointer that is down: its id and place.
    down: Vec<(i32, f64, f64)>,
    /// Since the first went down.
    x: f64,
    y: f64,
    pinched: bool,
}

#[component]
fn Viewer(over: Over, files: Vec<Attachment>, first: usize) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let stage = NodeRef::<html::Div>::new();
    let image = NodeRef::<html::Img>::new();
    let at = RwSignal::new(first);
    let zoom = RwSignal::new(Zoom::default());
    let drag = StoredValue::new(Drag::default());
    let count = files.len();
    let files = StoredValue::new(files);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    });
    let go = move |by: isize| {
        if let Some(next) = at.get_untracked().checked_add_signed(by).filter(|next| *next < count) {
            zoom.set(Zoom::default());
            at.set(next);
        }
    };
    let size = move || {
        let shown = image.get_untracked();
        shown.map_or((0.0, 0.0), |image| (f64::from(image.client_width()), f64::from(image.client_height())))
    };
    let shift = move |x: f64, y: f64| zoom.update(|zoom| *zoom = zoom.moved(x, y, size()));
    // Both from the middle of the stage.
    let closer = move |factor: f64, x: f64, y: f64| {
        zoom.update(|zoom| *zoom = zoom.by(factor, x, y).moved(0.0, 0.0, size()));
    };
    let from_middle = move |x: i32, y: i32| {
        let stage = stage.get_untracked().map(|stage| stage.get_bounding_client_rect());
        stage.map_or((0.0, 0.0), |stage| {
            (f64::from(x) - stage.x() - stage.width() / 2.0, f64::from(y) - stage.y() - stage.height() / 2.0)
        })
    };
    let on_key = move |event: KeyboardEvent| {
        let close = zoom.get_untracked().is_close();
        match event.key().as_str() {
            "ArrowRight" if close => shift(-STEP_PX, 0.0),
            "ArrowLeft" if close => shift(STEP_PX, 0.0),
            "ArrowUp" if close => shift(0.0, STEP_PX),
            "ArrowDown" if close => shift(0.0, -STEP_PX),
            "ArrowRight" => go(1),
            "ArrowLeft" => go(-1),
            "+" | "=" => closer(CLOSER, 0.0, 0.0),
            "-" => closer(1.0 / CLOSER, 0.0, 0.0),
            "0" => zoom.set(Zoom::default()),
            _ => return,
        }
        event.prevent_default();
    };
    let on_wheel = move |event: WheelEvent| {
        event.prevent_default();
        let (x, y) = from_middle(event.client_x(), event.client_y());
        closer((1.0 - event.delta_y() * 0.002).clamp(0.5, 2.0), x, y);
    };
    let on_down = move |event: PointerEvent| {
        if let Some(stage) = stage.get_untracked() {
            let _ = stage.set_pointer_capture(event.pointer_id());
        }
        drag.update_value(|drag| {
            if drag.down.is_empty() {
                *drag = Drag::default();
            }
            drag.down.push((event.pointer_id(), event.client_x().into(), event.client_y().into()));
        });
    };
    let on_move = move |event: PointerEvent| {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let step = drag.try_update_value(|drag| {
            let others = drag.down.clone();
            let own = drag.down.iter_mut().find(|(id, ..)| *id == event.pointer_id())?;
            let (before_x, before_y) = (own.1, own.2);
            (own.1, own.2) = (x, y);
            drag.x += x - before_x;
            drag.y += y - before_y;
            let other = others.iter().find(|(id, ..)| *id != event.pointer_id());
            let apart = |x: f64, y: f64| {
                other.map(|(_, ox, oy)| ((x - ox) * (x - ox) + (y - oy) * (y - oy)).sqrt().max(1.0))
            };
            drag.pinched |= other.is_some();
            Some((x - before_x, y - before_y, apart(x, y).zip(apart(before_x, before_y))))
        });
        match step.flatten() {
            Some((_, _, Some((now, before)))) => {
                let (x, y) = from_middle(event.client_x(), event.client_y());
                closer(now / before, x, y);
            }
            Some((by_x, by_y, None)) => shift(by_x, by_y),
            None => {}
        }
    };
    let on_up = move |event: PointerEvent| {
        let ended = drag.try_update_value(|drag| {
            drag.down.retain(|(id, ..)| *id != event.pointer_id());
            drag.down.is_empty().then(|| drag.clone())
        });
        let Some(Some(drag)) = ended else { return };
        if !drag.pinched && !zoom.get_untracked().is_close() && drag.x.abs() > SWIPE_PX {
            go(if drag.x < 0.0 { 1 } else { -1 });
        }
    };
    let on_click = move |event: MouseEvent| {
        let still = drag.with_value(|drag| !drag.pinched && drag.x.abs().max(drag.y.abs()) < STILL_PX);
        if still {
            let (x, y) = from_middle(event.client_x(), event.client_y());
            let close = zoom.get_untracked().is_close();
            closer(if close { 0.0 } else { CLICK }, x, y);
        }
    };
    let file = move || files.with_value(|files| files.get(at.get()).cloned());
    let shown = move || {
        let file = file()?;
        Some(if file.kind == AttachmentKind::Video {
            view! {
                <video class="lightbox__video" controls=true autoplay=true playsinline=true src=file.url poster=file.thumbnail_url title=file.name></video>
            }
            .into_any()
        } else {
            view! {
                <div
                    node_ref=stage
                    class="lightbox__stage"
                    class:lightbox__stage--close=move || zoom.get().is_close()
                    on:wheel=on_wheel
                    on:pointerdown=on_down
                    on:pointermove=on_move
                    on:pointerup=on_up
                    on:pointercancel=on_up
                    on:click=on_click
                >
                    <img node_ref=image src=file.url alt=file.name draggable="false" style:transform=move || zoom.get().transform()/>
                </div>
            }
            .into_any()
        })
    };
    let name = move || file().map(|file| file.name).unwrap_or_default();
    let is_picture = move || file().is_some_and(|file| file.kind == AttachmentKind::Image);
    let download = move || {
        let file = file()?;
        Some(view! {
            <a class="icon-button" href=file.url download=file.name aria-label="Download" title="Download">
                <Icon icon=Shape::Download size=20/>
            </a>
        })
    };
    let label = Signal::derive(move || {
        if zoom.get().is_close() { "Fit to the window" } else { "Look closer" }.to_owned()
    });
    let aside = move |by: isize, label: &'static str, icon: Shape, class: &'static str| {
        let is_end = move || at.get().checked_add_signed(by).is_none_or(|next| next >= count);
        (count > 1).then(|| view! {
            <button type="button" class=class aria-label=label disabled=is_end on:click=move |_| go(by)><Icon icon=icon size=20/></button>
        })
    };
    view! {
        <dialog
            node_ref=dialog
            class="lightbox"
            dir="ltr"
            aria-label=name
            on:close=move |_| over.picture.set(None::<AttachmentId>)
            on:keydown=on_key
        >
            <div class="lightbox__bar">
                <span class="lightbox__name" dir="auto">{name}</span>
                {(count > 1).then(|| view! { <span class="lightbox__count" role="status">{move || format!("{} of {count}", at.get() + 1)}</span> })}
                {move || is_picture().then(|| view! {
                    <IconButton
                        icon=Shape::ZoomIn
                        label=label
                        on_press=move |_| closer(if zoom.get_untracked().is_close() { 0.0 } else { CLICK }, 0.0, 0.0)
                    />
                })}
                {download}
                <IconButton icon=Shape::X label="Close" on_press=move |_| over.picture.set(None)/>
            </div>
            <div class="lightbox__place">
                {shown}
                {aside(-1, "The one before", Shape::ChevronLeft, "lightbox__aside lightbox__aside--before")}
                {aside(1, "The next one", Shape::ChevronRight, "lightbox__aside lightbox__aside--next")}
            </div>
        </dialog>
    }
}
