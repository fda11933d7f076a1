//! A template's blanks, with what the customer will read beside them.

use leptos::html;
use leptos::prelude::*;
use shared::{Capabilities, ConversationId};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::preview::Preview;
use crate::api::messages::DraftMode;
use crate::api::templates::TemplateHeaderKind;
use crate::api::upload;
use crate::components::icon::Icon as Shape;
use crate::components::{Button, IconButton, Look, channel_kind_name};
use crate::pages::inbox::use_desk;
use crate::state::attaching::{Fit, fit};
use crate::state::template::{Filling, Slot, SlotKind};

/// Fields, preview, and the way out. `on_sent` is called when it has been sent.
#[component]
pub fn Fill(id: ConversationId, on_sent: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let filling = Memo::new(move |_| desk.board.draft(id, DraftMode::Reply).filling);
    let tried = RwSignal::new(false);
    let form = NodeRef::<html::Form>::new();
    let Some(first) = filling.get_untracked() else { return ().into_any() };
    let back = move || desk.board.draft_reply(id, |draft| draft.filling = None);
    // The first field that `wanted` picks gets the keyboard.
    let focus = move |wanted: &str| {
        let found = form.get_untracked().and_then(|form| form.query_selector(wanted).ok().flatten());
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    };
    Effect::new(move |_| {
        if form.get().is_some() {
            request_animation_frame(move || focus(".templates__value, .templates__send"));
        }
    });
    let send = move || {
        if desk.board.send_template(id) {
            on_sent();
        } else {
            tried.set(true);
            request_animation_frame(move || focus("[aria-invalid=true]"));
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            send();
        }
        // From field to field; from the last one, the form is sent.
        "Enter" => {
            let next =
                form.get_untracked().and_then(|form| after(&form, document().active_element().as_ref()?));
            if let Some(next) = next {
                event.prevent_default();
                let _ = next.focus();
            }
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            back();
        }
        _ => {}
    };
    let fields = first.slots().into_iter().map(|slot| {
        let problem = Signal::derive(move || {
            let wrong = filling.with(|filling| {
                let filling = filling.as_ref()?;
                let problem = filling.problem(slot)?;
                // An empty field is no mistake until it is to be sent.
                (tried.get() || !filling.value(slot).is_empty()).then_some(problem)
            });
            wrong.map(str::to_owned)
        });
        view! { <Field id=id of=slot first=first.clone() problem=problem/> }
    });
    view! {
        <form
            node_ref=form
            class="templates__fill"
            on:keydown=on_key
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <div class="templates__head">
                <IconButton icon=Shape::ArrowLeft label="Back to the list (Esc)" tip="above" on_press=move |_| back()/>
                <span class="templates__name">{first.template.name.clone()}</span>
                <span class="templates__about">{first.template.language.clone()}</span>
            </div>
            <div class="templates__fields">{fields.collect_view()}</div>
            <Preview filling=filling/>
            <div class="templates__foot">
                <Button look=Look::Primary submit=true icon=Shape::Send>"Send template"</Button>
            </div>
        </form>
    }
    .into_any()
}

/// The field after the one that has the keyboard.
fn after(form: &web_sys::HtmlFormElement, focused: &web_sys::Element) -> Option<HtmlElement> {
    let fields = form.query_selector_all(".templates__value").ok()?;
    let at = (0..fields.length())
        .find(|at| fields.item(*at).is_some_and(|field| focused.is_same_node(Some(&field))))?;
    fields.item(at + 1)?.dyn_into().ok()
}

/// One field: a line of text, or a file.
#[component]
fn Field(id: ConversationId, of: Slot, first: Filling, problem: Signal<Option<String>>) -> impl IntoView {
    let desk = use_desk();
    let slot = of;
    let name = format!("template-{}-{:?}", slot.part, slot.what);
    let below = format!("{name}-below");
    let said = RwSignal::new(None::<String>);
    let control = match slot.what {
        SlotKind::File(kind) => {
            let uploaded = move || {
                let filling = desk.board.draft(id, DraftMode::Reply).filling?;
                Some(filling.file(slot.part)?.name.clone())
            };
            view! {
                <input
                    id=name.clone()
                    class="templates__value"
                    type="file"
                    accept=accepted(kind)
                    aria-describedby=below.clone()
                    aria-invalid=move || problem.get().is_some().then_some("true")
                    on:change=move |event| choose(desk.board, id, slot, &event, said)
                />
                {move || uploaded().map(|name| view! { <span class="templates__about" dir="auto">{name}</span> })}
            }
            .into_any()
        }
        _ => view! {
            <input
                id=name.clone()
                class="field__input templates__value"
                type="text"
                dir="auto"
                autocomplete="off"
                placeholder=first.example(slot)
                prop:value=first.value(slot).to_owned()
                aria-describedby=below.clone()
                aria-invalid=move || problem.get().is_some().then_some("true")
                on:input=move |event| desk.board.draft_reply(id, |draft| {
                    if let Some(filling) = &mut draft.filling {
                        filling.set(slot, event_target_value(&event));
                    }
                })
            />
        }
        .into_any(),
    };
    view! {
        <div class="field">
            <label for=name>{first.label(slot)}</label>
            {control}
            <p id=below class="field__below field__below--problem">
                {move || said.get().or_else(|| problem.get())}
            </p>
        </div>
    }
}

/// What the browser's own dialog offers; the server looks into the file.
fn accepted(kind: TemplateHeaderKind) -> &'static str {
    match kind {
        TemplateHeaderKind::Image => "image/jpeg,image/png",
        TemplateHeaderKind::Video => "video/mp4,video/3gpp",
        _ => "",
    }
}

/// Uploads the chosen file; `said` tells how far it is, or why not.
fn choose(
    board: crate::pages::inbox::board::Board,
    id: ConversationId,
    slot: Slot,
    event: &web_sys::Event,
    said: RwSignal<Option<String>>,
) {
    let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
    let Some(file) = input.and_then(|input| input.files()?.get(0)) else { return };
    let set = move |stored| {
        board.draft_reply(id, |draft| {
            if let Some(filling) = &mut draft.filling {
                filling.set_file(slot.part, stored);
            }
        });
    };
    set(None);
    let kind = untrack(|| board.conversation(id)).map(|conversation| conversation.channel.kind);
    let can = kind.and_then(|kind| Some((Capabilities::of(kind)?, channel_kind_name(kind))));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size")]
    let size_bytes = file.size() as u64;
    let fitting = fit(can.as_ref().map(|(can, channel)| (can, *channel)), &file.type_(), size_bytes);
    match fitting {
        Fit::Refused(words) => return said.set(Some(words)),
        // A heading shows a picture or a video, or nothing.
        Fit::AsFile(_) if slot.what != SlotKind::File(TemplateHeaderKind::Document) => {
            return said.set(Some("This kind or size cannot be shown here.".to_owned()));
        }
        _ => {}
    }
    let progress = move |part: f64| {
        said.try_set(Some(format!("Uploading, {:.0} %", part * 100.0)));
    };
    let done = move |stored: Result<_, crate::api::Failure>| match stored {
        Ok(stored) => {
            said.try_set(None);
            set(Some(stored));
        }
        Err(failure) => {
            said.try_set(Some(failure.sentence()));
        }
    };
    if let Err(failure) = upload::start(&file, false, progress, done) {
        said.set(Some(failure.sentence()));
    }
}
