//! The last column: who we are talking with.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ContactId, ConversationId, ConversationStatus};

use super::board::{contact, update_contact};
use super::{name_of, use_desk};
use crate::api::Failure;
use crate::api::contacts::{ChangedContact, Contact, EarlierConversation, Identity};
use crate::app::route::{InboxView, Route};
use crate::components::icon::Icon as Shape;
use crate::components::{
    Avatar, ChannelMark, ErrorNote, Icon, IconButton, RelativeTime, Skeleton, channel_kind_name, use_toasts,
};

/// What can be changed of a contact.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Email,
    Phone,
}

/// The open conversation's contact. Where there is no room beside the thread, a drawer over it.
#[component]
pub fn ContactColumn(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let contact_id =
        Memo::new(move |_| desk.board.conversation(id).map(|conversation| conversation.contact.id));
    // What the contact is called changes with the conversation, as when they fill in the form before a chat.
    let summary =
        Memo::new(move |_| desk.board.conversation(id).map(|conversation| conversation.contact.clone()));
    let known = RwSignal::new(None::<Contact>);
    let failure = RwSignal::new(None::<Failure>);
    let load = move |of: ContactId| {
        spawn_local(async move {
            let answer = contact(of).await;
            if contact_id.try_get_untracked() != Some(Some(of)) {
                return;
            }
            match answer {
                Ok(answer) => {
                    known.set(Some(answer));
                    failure.set(None);
                }
                Err(reason) => failure.set(Some(reason)),
            }
        });
    };
    Effect::new(move |_| {
        if let Some(summary) = summary.get() {
            load(summary.id);
        }
    });
    let body = move || match known.get() {
        Some(contact) => view! { <Details contact=contact known=known open=id/> }.into_any(),
        None if failure.get().is_some() => view! {
            <ErrorNote
                failure=failure
                retry=move |()| if let Some(of) = contact_id.get_untracked() {
                    load(of);
                }
            />
        }
        .into_any(),
        None => view! { <Skeleton rows=5/> }.into_any(),
    };
    view! {
        <div
            class="contact-scrim"
            class:contact-scrim--shown=move || desk.contact_shown.get()
            on:click=move |_| desk.contact_shown.set(false)
        ></div>
        <aside class="contact" class:contact--shown=move || desk.contact_shown.get() aria-label="Contact">
            <div class="contact__close">
                <IconButton icon=Shape::X label="Close the contact" on_press=move |_| desk.contact_shown.set(false)/>
            </div>
            {body}
        </aside>
    }
}

#[component]
fn Details(contact: Contact, known: RwSignal<Option<Contact>>, open: ConversationId) -> impl IntoView {
    let id = contact.id;
    let name = contact.name.clone();
    let verified = contact.verified.then(|| {
        view! {
            <p class="contact__verified" title="The site vouched for who this is">
                <Icon icon=Shape::ShieldCheck/>"Verified"
            </p>
        }
    });
    let earlier: Vec<_> = contact.conversations.nodes.iter().filter(|one| one.id != open).cloned().collect();
    let more = contact.conversations.page_info.has_next_page;
    let attributes = contact.attributes.iter().map(|attribute| {
        view! { <dt>{attribute.key.clone()}</dt><dd dir="auto">{attribute.value.clone()}</dd> }
    });
    let attributes = (!contact.attributes.is_empty()).then(|| {
        view! {
            <section class="contact__part">
                <h3>"Attributes"</h3>
                <dl class="contact__attributes">{attributes.collect_view()}</dl>
            </section>
        }
    });
    let identities = contact.identities.iter().cloned().map(identity).collect_view();
    view! {
        <header class="contact__head">
            <Avatar name=Signal::stored(name_of(&name)) size=40/>
            <div class="contact__who">
                <p class="contact__name" dir="auto">{name_of(&name)}</p>
                {verified}
            </div>
        </header>
        <section class="contact__part" aria-label="Details">
            <Editable id=id field=Field::Name label="Name" value=name known=known/>
            <Editable id=id field=Field::Email label="E-mail" value=contact.email.unwrap_or_default() known=known/>
            <Editable id=id field=Field::Phone label="Phone" value=contact.phone.unwrap_or_default() known=known/>
            {contact.locale.map(|locale| view! {
                <div class="contact__fact"><span>"Language"</span><span>{locale}</span></div>
            })}
            <div class="contact__fact"><span>"First seen"</span><RelativeTime at=Signal::stored(contact.created_at)/></div>
        </section>
        {(!contact.identities.is_empty()).then(|| view! {
            <section class="contact__part"><h3>"Reached through"</h3>{identities}</section>
        })}
        {attributes}
        <section class="contact__part">
            <h3>"Earlier conversations"</h3>
            {if earlier.is_empty() {
                view! { <p class="contact__none">"This is the first one."</p> }.into_any()
            } else {
                view! { <ul>{earlier.into_iter().map(past).collect_view()}</ul> }.into_any()
            }}
            {more.then(|| view! { <p class="contact__none">"There are older ones."</p> })}
        </section>
    }
}

fn identity(identity: Identity) -> AnyView {
    let kind = identity.channel.kind;
    let aliases = identity.aliases.into_iter().map(|alias| view! { <li dir="auto">{alias.value}</li> });
    let page = identity.last_page.map(|page| {
        let title = page.title.filter(|title| !title.is_empty()).unwrap_or_else(|| page.url.clone());
        // The address comes from the visitor's browser: only the web's own schemes become a link.
        let safe = page.url.starts_with("https://") || page.url.starts_with("http://");
        let words = if safe {
            view! {
                <a href=page.url.clone() target="_blank" rel="noopener noreferrer nofollow" title=page.url.clone() dir="auto">
                    {title}
                </a>
            }
            .into_any()
        } else {
            view! { <span dir="auto">{title}</span> }.into_any()
        };
        view! {
            <p class="contact__page">
                <Icon icon=Shape::MapPin/>
                <span class="contact__page-words">{words}" · "<RelativeTime at=Signal::stored(page.at)/></span>
            </p>
        }
    });
    view! {
        <div class="contact__identity">
            <p class="contact__channel">
                <ChannelMark kind=kind/>
                <span dir="auto">{identity.channel.name.clone()}</span>
                {(identity.channel.name != channel_kind_name(kind))
                    .then(|| view! { <span class="contact__kind">{channel_kind_name(kind)}</span> })}
            </p>
            {identity.display_name.map(|name| view! { <p dir="auto">{name}</p> })}
            <ul>{aliases.collect_view()}</ul>
            {page}
        </div>
    }
    .into_any()
}

fn past(one: EarlierConversation) -> AnyView {
    let view = match one.status {
        ConversationStatus::Open => InboxView::All,
        ConversationStatus::Snoozed => InboxView::Snoozed,
        ConversationStatus::Closed => InboxView::Closed,
    };
    let state = match one.status {
        ConversationStatus::Open => "open",
        ConversationStatus::Snoozed => "snoozed",
        ConversationStatus::Closed => "closed",
    };
    let href = Route::Inbox { view, conversation: Some(one.id) }.href();
    view! {
        <li>
            <a class="contact__earlier" href=href>
                <span class="contact__earlier-head">
                    {format!("#{} · {state}", one.number)}
                    <RelativeTime at=Signal::stored(one.last_activity_at) short=true/>
                </span>
                <span class="contact__earlier-text" dir="auto">{one.preview}</span>
            </a>
        </li>
    }
    .into_any()
}

/// A fact that becomes a field when pressed. Enter or leaving it saves, Esc leaves it as it was.
#[component]
fn Editable(
    id: ContactId,
    field: Field,
    label: &'static str,
    value: String,
    known: RwSignal<Option<Contact>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let text = RwSignal::new(value.clone());
    let editing = RwSignal::new(false);
    let input = NodeRef::<leptos::html::Input>::new();
    let was = StoredValue::new(value.clone());
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
            input.select();
        }
    });
    let save = move || {
        if !editing.get_untracked() {
            return;
        }
        editing.set(false);
        let new = text.get_untracked().trim().to_owned();
        if new == was.get_value() || (field == Field::Name && new.is_empty()) {
            text.set(was.get_value());
            return;
        }
        let only = |of: Field| (of == field).then(|| new.clone());
        let changed = ChangedContact {
            contact_id: id,
            name: only(Field::Name),
            email: only(Field::Email),
            phone: only(Field::Phone),
        };
        spawn_local(async move {
            match update_contact(changed).await {
                Ok(contact) => {
                    toasts.say("Saved.");
                    known.try_set(Some(contact));
                }
                Err(failure) => {
                    toasts.failed(&failure);
                    // What was typed stays, to be put right.
                    editing.try_set(true);
                }
            }
        });
    };
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            save();
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            text.set(was.get_value());
            editing.set(false);
        }
        _ => {}
    };
    let kind = match field {
        Field::Name => "text",
        Field::Email => "email",
        Field::Phone => "tel",
    };
    let shown = move || {
        if editing.get() {
            return view! {
                <input
                    node_ref=input
                    class="field__input contact__input"
                    type=kind
                    aria-label=label
                    autocomplete="off"
                    bind:value=text
                    on:keydown=on_key
                    on:blur=move |_| save()
                />
            }
            .into_any();
        }
        let value = value.clone();
        let empty = value.is_empty();
        let words =
            if empty { format!("Add {}", label.to_lowercase()) } else { format!("{label}: {value}. Change") };
        view! {
            <button
                type="button"
                class="contact__value"
                class:contact__value--empty=empty
                aria-label=words
                on:click=move |_| editing.set(true)
            >
                <span dir="auto">{if empty { "Add".to_owned() } else { value }}</span>
                <Icon icon=Shape::Pencil/>
            </button>
        }
        .into_any()
    };
    view! { <div class="contact__fact"><span>{label}</span>{shown}</div> }
}
