//! Templates: found by a few letters, filled in, sent. Stands in the field's place.

mod fill;
mod preview;

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use shared::{ChannelKind, ConversationId};
use web_sys::KeyboardEvent;

use crate::api::messages::DraftMode;
use crate::api::templates::Template;
use crate::api::{Failure, Timestamp};
use crate::components::icon::Icon as Shape;
use crate::components::{Button, Icon, IconButton, Part, Skeleton, channel_kind_name};
use crate::pages::inbox::use_desk;
use crate::state::answering::template_refused;
use crate::state::template::{Filling, category_name, find, quality_name, status_name};
use fill::Fill;

type Entry = fn(ConversationId, Option<Callback<()>>) -> AnyView;

/// The code of templates.
static TEMPLATES: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|id, on_close| view! { <TemplatePicker id=id on_close=on_close/> }.into_any())
}

/// The list, or the template that was taken from it. `on_close` leads back to the field, where there is one.
pub fn template_picker(id: ConversationId, on_close: Option<Callback<()>>) -> AnyView {
    TEMPLATES.show(move |draw| draw(id, on_close))
}

#[component]
fn TemplatePicker(id: ConversationId, on_close: Option<Callback<()>>) -> impl IntoView {
    let desk = use_desk();
    // Drawn anew for another template only, not for each letter that is filled in.
    let chosen = Memo::new(move |_| {
        let filling = desk.board.draft(id, DraftMode::Reply).filling;
        filling.map(|filling| filling.template.id.clone())
    });
    view! {
        <div class="templates">
            {move || match chosen.get() {
                Some(_) => view! { <Fill id=id on_sent=move || on_close.into_iter().for_each(|close| close.run(()))/> }.into_any(),
                None => view! { <TemplateList id=id on_close=on_close/> }.into_any(),
            }}
        </div>
    }
}

/// One row, and why it cannot be taken.
#[derive(Clone, PartialEq)]
struct Row {
    template: Arc<Template>,
    refused: Option<String>,
}

#[component]
fn TemplateList(id: ConversationId, on_close: Option<Callback<()>>) -> impl IntoView {
    let desk = use_desk();
    let channel = Memo::new(move |_| {
        desk.board.conversation(id).map(|conversation| (conversation.channel.id, conversation.channel.kind))
    });
    Effect::new(move |_| {
        if let Some((channel_id, _)) = channel.get() {
            desk.board.load_templates(channel_id);
        }
    });
    let templates =
        Memo::new(move |_| channel.get().map(|(id, _)| desk.board.templates(id)).unwrap_or_default());
    let query = RwSignal::new(String::new());
    let position = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    // Asked for by the agent, it has the keyboard; standing there by itself, it does not take it.
    Effect::new(move |_| {
        if on_close.is_some()
            && let Some(input) = input.get()
        {
            let _ = input.focus();
        }
    });
    let rows = Memo::new(move |_| {
        let conversation = desk.board.conversation(id);
        let all = templates.with(|templates| templates.all.clone())?;
        let row = |template: Arc<Template>| {
            let mut refused = (!template.can_be_sent).then(|| {
                let status = status_name(&template).unwrap_or("not to be sent");
                template.why_not.clone().unwrap_or_else(|| format!("This template is {status}."))
            });
            if refused.is_none()
                && let Some(conversation) = &conversation
            {
                refused = template_refused(conversation, &template.category, Timestamp::server_now());
            }
            Row { template, refused }
        };
        Some(find(&all, &query.get()).into_iter().map(row).collect::<Vec<_>>())
    });
    let take = move |index: usize| {
        let row = rows.with_untracked(|rows| rows.as_ref()?.get(index).cloned());
        if let Some(Row { template, refused: None }) = row {
            desk.board.draft_reply(id, |draft| draft.filling = Some(Filling::new(template)));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = rows.with_untracked(|rows| rows.as_ref().map_or(0, Vec::len));
        let (now, last) = (position.get_untracked(), count.saturating_sub(1));
        match event.key().as_str() {
            "ArrowDown" => position.set(if now >= last { 0 } else { now + 1 }),
            "ArrowUp" => position.set(if now == 0 { last } else { now - 1 }),
            "Enter" => take(now),
            "Escape" => {
                event.stop_propagation();
                match (on_close, input.get_untracked()) {
                    (Some(close), _) => close.run(()),
                    (None, Some(input)) => {
                        let _ = input.blur();
                    }
                    (None, None) => {}
                }
            }
            _ => return,
        }
        event.prevent_default();
        if let Some(row) = document().get_element_by_id(&format!("template-{}", position.get_untracked())) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    };
    let row_view = move |(index, Row { template, refused }): (usize, Row)| {
        let about = [
            Some(template.language.clone()),
            Some(category_name(&template.category)),
            quality_name(&template).map(str::to_owned),
            status_name(&template).map(str::to_owned),
        ];
        let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let blocked = refused.is_some();
        view! {
            <li
                id=format!("template-{index}")
                class="templates__row"
                class:templates__row--blocked=blocked
                role="option"
                aria-disabled=blocked.then_some("true")
                aria-selected=move || if position.get() == index { "true" } else { "false" }
                on:pointermove=move |_| position.set(index)
                on:click=move |_| take(index)
            >
                <span class="templates__name">{template.name.clone()}</span>
                <span class="templates__about">{about}</span>
                <span class="templates__text" dir="auto">{refused.unwrap_or_else(|| template.main.body.clone())}</span>
            </li>
        }
    };
    let none = move || {
        let found = rows.with(|rows| rows.as_ref().map(Vec::is_empty));
        match (found, templates.with(|templates| templates.failure.clone())) {
            (Some(false), _) => ().into_any(),
            (_, Some(words)) => view! {
                <div class="templates__none" role="alert">
                    <p>"The templates could not be loaded. "{words}</p>
                    <Button on_press=move |_| if let Some((id, _)) = channel.get_untracked() { desk.board.load_templates(id) }>
                        "Try again"
                    </Button>
                </div>
            }
            .into_any(),
            (None, None) => view! { <Skeleton rows=3/> }.into_any(),
            (Some(true), None) if !query.get().trim().is_empty() => {
                view! { <p class="templates__none" role="status">"No template says that. Try another word."</p> }.into_any()
            }
            (Some(true), None) => {
                let kind = channel.get().map_or(ChannelKind::Whatsapp, |(_, kind)| kind);
                let words = format!(
                    "This channel has no templates yet. They are written and approved at {}; \
                     an admin can fetch them anew in the channel's settings.",
                    channel_kind_name(kind)
                );
                view! { <p class="templates__none" role="status">{words}</p> }.into_any()
            }
        }
    };
    view! {
        <div class="templates__search">
            <Icon icon=Shape::Search/>
            <input
                node_ref=input
                class="templates__input"
                type="text"
                role="combobox"
                aria-label="Find a template"
                placeholder="Find a template"
                autocomplete="off"
                spellcheck="false"
                aria-expanded="true"
                aria-controls="template-list"
                aria-activedescendant=move || format!("template-{}", position.get())
                on:input=move |event| {
                    query.set(event_target_value(&event));
                    position.set(0);
                }
                on:keydown=on_key
            />
            {on_close.map(|close| view! {
                <IconButton icon=Shape::X label="Back to writing (Esc)" tip="above" on_press=move |_| close.run(())/>
            })}
        </div>
        <ul id="template-list" class="templates__list" role="listbox" aria-label="Templates">
            {move || rows.get().unwrap_or_default().into_iter().enumerate().map(row_view).collect_view()}
        </ul>
        {none}
    }
}
