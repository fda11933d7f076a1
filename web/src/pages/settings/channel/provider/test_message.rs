//! A test to somebody who has written: the whole way out, and what the provider says.

use leptos::prelude::*;

use super::super::Part;
use super::Shown;
use crate::api::channels::{SEND_TEST, TestTo};
use crate::api::client;
use crate::api::conversations::{CONVERSATIONS, Conversation, ConversationView, ListConversations};
use crate::components::{Button, Form, FormNote, Load, Select, SelectOption, settle};

/// Most people to choose from.
const PEOPLE: u32 = 20;

/// Whom, and the way.
#[component]
pub(super) fn TestMessage(shown: Shown) -> impl IntoView {
    let form = Form::new();
    let whom = RwSignal::new(String::new());
    let said = RwSignal::new(String::new());
    let people = Load::new(move || async move {
        let wanted = ListConversations {
            view: ConversationView::All,
            channel_id: Some(shown.id),
            first: PEOPLE,
            after: None,
        };
        Ok(client::run(&CONVERSATIONS, wanted).await?.conversations.nodes)
    });
    let options = Signal::derive(move || {
        let mut options = vec![SelectOption::new("", "Choose…")];
        options.extend(people.value().unwrap_or_default().into_iter().map(|one| option(&one)));
        options
    });
    let nobody = move || people.value().is_none_or(|people| people.is_empty());
    let send = move |_| {
        let Ok(contact_id) = whom.get_untracked().parse() else { return };
        said.set(String::new());
        form.send(
            async move {
                let variables = TestTo { channel_id: shown.id, contact_id };
                let payload = client::run(&SEND_TEST, variables).await?.payload;
                Ok(settle(payload.words, payload.problem))
            },
            move |words| said.set(words),
        );
    };
    view! {
        <Part title="Send a test" text="A message that says what it is, to a person who has written on this channel. It stays in their conversation.">
            <Select label="To" value=whom options=options disabled=Signal::derive(nobody)/>
            <FormNote form=form/>
            <p role="status" class="found__aside">{move || said.get()}</p>
            <div class="person">
                <Button
                    busy=form.busy
                    disabled=Signal::derive(move || whom.with(String::is_empty))
                    on_press=send
                >
                    "Send test"
                </Button>
                {move || (people.value().is_some() && nobody()).then(|| view! {
                    <span class="said__aside">"Nobody has written yet, or all of it is closed."</span>
                })}
            </div>
        </Part>
    }
}

fn option(conversation: &Conversation) -> SelectOption {
    let name = conversation.contact.name.trim();
    let name = if name.is_empty() { "Visitor" } else { name };
    SelectOption::new(conversation.contact.id.to_string(), format!("{name} (#{})", conversation.number))
}
