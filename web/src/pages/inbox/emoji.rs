//! A small board of emoji, those that customers and agents use most. The system's own picker has the rest.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::Reactions;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, KeyboardEvent, Node};

use crate::api::Failure;
use crate::components::icon::Icon as Shape;
use crate::components::{IconButton, Part};

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

type Entry = fn(Callback<&'static str>, Callback<()>) -> AnyView;

/// The code of the board.
static BOARD: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|on_pick, on_close| {
        view! { <EmojiBoard emoji=EMOJI.to_vec() on_pick=on_pick on_close=on_close/> }.into_any()
    })
}

/// The button and its board.
#[component]
pub fn EmojiPicker(on_pick: Callback<&'static str>) -> impl IntoView {
    let open = RwSignal::new(false);
    let pick = Callback::new(move |emoji| {
        open.set(false);
        on_pick.run(emoji);
    });
    let close = Callback::new(move |()| open.set(false));
    view! {
        <div class="emoji">
            <IconButton
                icon=Shape::Smile
                label="Emoji"
                tip="above"
                pressed=open
                on_press=move |_| open.update(|open| *open = !*open)
            />
            {move || open.get().then(|| BOARD.show(move |draw| draw(pick, close)))}
        </div>
    }
}

/// The reactions that can be given, to choose one from.
pub fn reaction_board(
    reactions: Reactions,
    on_pick: Callback<&'static str>,
    on_close: Callback<()>,
) -> AnyView {
    let emoji = match reactions {
        Reactions::None => Vec::new(),
        Reactions::AnyEmoji => EMOJI.to_vec(),
        Reactions::Of(these) => these.iter().map(|one| (*one, *one)).collect(),
    };
    view! { <EmojiBoard emoji=emoji on_pick=on_pick on_close=on_close/> }.into_any()
}

/// Emoji in rows, moved through with the arrow keys. It takes the keyboard when it appears, and asks to be closed when it
/// loses it.
#[component]
fn EmojiBoard(
    /// Each with the word a screen reader says.
    emoji: Vec<(&'static str, &'static str)>,
    on_pick: Callback<&'static str>,
    on_close: Callback<()>,
) -> impl IntoView {
    let board = NodeRef::<html::Div>::new();
    let focus = move |index: i32| {
        let Some(board) = board.try_get_untracked().flatten() else { return };
        let items = board.children();
        let count = i32::try_from(items.length()).unwrap_or_default().max(1);
        let item = items.item(u32::try_from(index.rem_euclid(count)).unwrap_or_default());
        if let Some(item) = item.and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = item.focus();
        }
    };
    Effect::new(move |_| {
        if board.get().is_some() {
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
                on_close.run(());
                return;
            }
            _ => return,
        };
        event.prevent_default();
        focus(to);
    };
    let on_focus_out = move |event: FocusEvent| {
        // The browser takes the focus from what is being removed: then nothing is left to be closed.
        let Some(board) = board.try_get_untracked().flatten() else { return };
        let to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
        // The button beside it opens and closes by itself.
        let place = board.parent_element();
        if !place.is_some_and(|place| place.contains(to.as_ref())) {
            on_close.run(());
        }
    };
    let buttons = (0_i32..).zip(emoji).map(|(index, (emoji, word))| {
        view! {
            <button
                type="button"
                class="emoji__one"
                aria-label=word
                title=word
                tabindex=if index == 0 { "0" } else { "-1" }
                on:keydown=move |event| on_key(event, index)
                on:click=move |_| on_pick.run(emoji)
            >
                {emoji}
            </button>
        }
    });
    view! {
        <div node_ref=board class="emoji__board" role="group" aria-label="Emoji" on:focusout=on_focus_out>
            {buttons.collect_view()}
        </div>
    }
}
