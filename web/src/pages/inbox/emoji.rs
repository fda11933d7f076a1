//! A small board of emoji, those that customers and agents use most. The system's own picker has the rest.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, KeyboardEvent, Node};

use crate::components::IconButton;
use crate::components::icon::Icon as Shape;

/// Emoji with the word a screen reader says.
const EMOJI: [(&str, &str); 48] = [
    ("🙂", "slight smile"),
    ("😀", "grin"),
    ("😄", "laugh"),
    ("😉", "wink"),
    ("😊", "blush"),
    ("😍", "heart eyes"),
    ("😅", "nervous laugh"),
    ("😂", "tears of joy"),
    ("🤔", "thinking"),
    ("😮", "surprised"),
    ("😕", "confused"),
    ("😔", "sad"),
    ("😢", "crying"),
    ("😬", "grimace"),
    ("🙄", "eye roll"),
    ("😴", "sleeping"),
    ("👍", "thumbs up"),
    ("👎", "thumbs down"),
    ("👌", "OK"),
    ("🙏", "thank you"),
    ("👏", "clap"),
    ("🙌", "raised hands"),
    ("💪", "strong"),
    ("👋", "wave"),
    ("🤝", "handshake"),
    ("❤️", "heart"),
    ("💚", "green heart"),
    ("💔", "broken heart"),
    ("🔥", "fire"),
    ("✨", "sparkles"),
    ("🎉", "party"),
    ("🎁", "gift"),
    ("⭐", "star"),
    ("✅", "done"),
    ("❌", "cross"),
    ("⚠️", "warning"),
    ("❓", "question"),
    ("❗", "exclamation"),
    ("💡", "idea"),
    ("📎", "paperclip"),
    ("📦", "parcel"),
    ("🚚", "delivery"),
    ("📅", "calendar"),
    ("⏰", "clock"),
    ("📍", "place"),
    ("📞", "phone"),
    ("💳", "card"),
    ("☕", "coffee"),
];
/// How many stand in a row.
const COLUMNS: i32 = 8;

/// The button and its board.
#[component]
pub fn EmojiPicker(on_pick: Callback<&'static str>) -> impl IntoView {
    let open = RwSignal::new(false);
    let place = NodeRef::<html::Div>::new();
    let focus = move |index: i32| {
        let Some(place) = place.get_untracked() else { return };
        let Ok(items) = place.query_selector_all(".emoji__one") else { return };
        let count = i32::try_from(items.length()).unwrap_or_default().max(1);
        let item = items.item(u32::try_from(index.rem_euclid(count)).unwrap_or_default());
        if let Some(item) = item.and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = item.focus();
        }
    };
    Effect::new(move |_| {
        if open.get() {
            request_animation_frame(move || focus(0));
        }
    });
    let on_key = move |event: KeyboardEvent, index: i32| {
        let to = match event.key().as_str() {
            "ArrowRight" => index + 1,
            "ArrowLeft" => index - 1,
            "ArrowDown" => index + COLUMNS,
            "ArrowUp" => index - COLUMNS,
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                open.set(false);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        focus(to);
    };
    let on_focus_out = move |event: FocusEvent| {
        let to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
        if !place.get_untracked().is_some_and(|place| place.contains(to.as_ref())) {
            open.set(false);
        }
    };
    let board = move || {
        let buttons = (0_i32..).zip(EMOJI).map(|(index, (emoji, word))| {
            view! {
                <button
                    type="button"
                    class="emoji__one"
                    aria-label=word
                    title=word
                    tabindex=if index == 0 { "0" } else { "-1" }
                    on:keydown=move |event| on_key(event, index)
                    on:click=move |_| {
                        open.set(false);
                        on_pick.run(emoji);
                    }
                >
                    {emoji}
                </button>
            }
        });
        view! { <div class="emoji__board" role="group" aria-label="Emoji">{buttons.collect_view()}</div> }
    };
    view! {
        <div class="emoji" node_ref=place on:focusout=on_focus_out>
            <IconButton
                icon=Shape::Smile
                label="Emoji"
                tip="above"
                pressed=open
                on_press=move |_| open.update(|open| *open = !*open)
            />
            {move || open.get().then(board)}
        </div>
    }
}
