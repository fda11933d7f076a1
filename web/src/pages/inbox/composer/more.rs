//! What an answer can be besides text and files: a template, a place, buttons, a menu.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::policy::Form;
use shared::{Capabilities, ConversationId};

use super::window::Window;
use crate::api::Failure;
use crate::api::messages::DraftMode;
use crate::components::icon::Icon as Shape;
use crate::components::{Button, Dialog, Icon, Look, Menu, MenuItem, Part, TextArea, TextField};
use crate::pages::inbox::use_desk;
use crate::state::choices::{self, Choices};
use crate::state::place::PlaceDraft;

/// Which dialog is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Place,
    Buttons,
    List,
}

type Entry = fn(Open, ConversationId, Callback<()>) -> AnyView;

/// The code of the dialogs' forms.
static FORMS: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|which, id, close| match which {
        Open::Place => view! { <Place id=id close=close/> }.into_any(),
        Open::Buttons | Open::List => {
            view! { <Below id=id list=which == Open::List close=close/> }.into_any()
        }
    })
}

/// The menu of all that, and its dialogs; nothing where a channel has none.
#[component]
pub fn More(
    id: ConversationId,
    window: Window,
    pick: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let open = RwSignal::new(None::<Open>);
    let any = Memo::new(move |_| {
        [Form::Template, Form::Location, Form::Buttons, Form::List].into_iter().any(|form| window.has(form))
    });
    let item = move |form: Form, icon: Shape, words: &'static str, press: Callback<()>| {
        window.has(form).then(|| view! { <MenuItem icon=icon on_press=press>{words}</MenuItem> })
    };
    let show = move |which| Callback::new(move |()| open.set(Some(which)));
    let shown = RwSignal::new(false);
    Effect::new(move |_| shown.set(open.get().is_some()));
    Effect::new(move |_| {
        // Only news is told: the two would answer each other for ever.
        if !shown.get() && open.get_untracked().is_some() {
            open.set(None);
        }
    });
    let title = Signal::derive(move || {
        match open.get() {
            Some(Open::Buttons) => "Buttons under the text",
            Some(Open::List) => "A menu under the text",
            _ => "Send a place",
        }
        .to_owned()
    });
    let close = Callback::new(move |()| shown.set(false));
    move || {
        any.get().then(|| view! {
            <Menu label="More to send" place="above" tip="above" trigger=move || view! { <Icon icon=Shape::Plus size=20/> }>
                {item(Form::Template, Shape::ScrollText, "Template…", Callback::new(move |()| pick()))}
                {item(Form::Location, Shape::MapPin, "Place…", show(Open::Place))}
                {item(Form::Buttons, Shape::Reply, "Buttons…", show(Open::Buttons))}
                {item(Form::List, Shape::Menu, "Menu of choices…", show(Open::List))}
            </Menu>
            <Dialog open=shown title=title>
                {move || open.get().map(|which| FORMS.show(move |draw| draw(which, id, close)))}
            </Dialog>
        })
    }
}

/// A place, which goes by itself.
#[component]
fn Place(id: ConversationId, close: Callback<()>) -> impl IntoView {
    let desk = use_desk();
    let kept = untrack(|| desk.board.draft(id, DraftMode::Reply)).place;
    let (point, name, address) =
        (RwSignal::new(kept.point), RwSignal::new(kept.name), RwSignal::new(kept.address));
    let draft = move || PlaceDraft { point: point.get(), name: name.get(), address: address.get() };
    let tried = RwSignal::new(false);
    let problem = Signal::derive(move || {
        let wrong = tried.get() && draft().place().is_none();
        wrong.then(|| "Paste two numbers, as 52.5163, 13.3777, or the link of a map.".to_owned())
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let draft = untrack(draft);
        if draft.place().is_some() {
            desk.board.send_place(id, draft);
            close.run(());
            desk.compose(DraftMode::Reply);
        } else {
            tried.set(true);
        }
    };
    view! {
        <form on:submit=submit novalidate=true class="composer-form">
            <TextField label="Coordinates or a map link" value=point problem=problem/>
            <TextField label="Name" value=name/>
            <TextField label="Address" value=address/>
            <div class="dialog__foot"><Button look=Look::Primary submit=true>"Send place"</Button></div>
        </form>
    }
}

/// Buttons or a menu, one a line; they go with the text.
#[component]
fn Below(id: ConversationId, list: bool, close: Callback<()>) -> impl IntoView {
    let desk = use_desk();
    let kept = untrack(|| desk.board.draft(id, DraftMode::Reply)).choices;
    let kept = kept.filter(|kept| matches!(kept, Choices::List(_)) == list);
    let opener = match &kept {
        Some(Choices::List(list)) => list.button.clone(),
        _ => "Choose".to_owned(),
    };
    let (lines, button) =
        (RwSignal::new(kept.as_ref().map(choices::lines).unwrap_or_default()), RwSignal::new(opener));
    let problem = RwSignal::new(None::<String>);
    let set = move |choices: Option<Choices>| {
        desk.board.draft_reply(id, |draft| draft.choices = choices);
        close.run(());
        desk.compose(DraftMode::Reply);
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let kind = untrack(|| desk.board.conversation(id)).map(|conversation| conversation.channel.kind);
        let Some(can) = kind.and_then(Capabilities::of) else { return };
        let read = if list {
            choices::list(&can, &button.get_untracked(), &lines.get_untracked())
        } else {
            choices::buttons(&can, &lines.get_untracked())
        };
        match read {
            Ok(choices) => set(Some(choices)),
            Err(words) => problem.set(Some(words)),
        }
    };
    let hint = if list {
        "One choice a line. “Monday | until six” adds a description, “# Days” begins a group."
    } else {
        "One button a line. With an address after its words, it opens that."
    };
    view! {
        <form on:submit=submit class="composer-form">
            {list.then(|| view! { <TextField label="What opens the menu" value=button/> })}
            <TextArea label="What can be tapped" value=lines rows=5 hint=hint.to_owned() problem=problem/>
            <div class="dialog__foot">
                {kept.is_some().then(|| view! { <Button on_press=move |_| set(None)>"Take away"</Button> })}
                <Button look=Look::Primary submit=true>"Put under the text"</Button>
            </div>
        </form>
    }
}
