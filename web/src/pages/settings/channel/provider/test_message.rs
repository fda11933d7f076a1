//! A test to somebody who has written: the whole way out, with what became of it.

use leptos::prelude::*;

use super::super::Part;
use super::Shown;
use crate::api::client;
use crate::api::conversations::{CONVERSATIONS, Conversation, ConversationView, ListConversations};
use crate::api::messages::{SEND_MESSAGE, SendMessageInput};
use crate::api::session::Input;
use crate::app::route::{InboxView, Route};
use crate::app::router::use_router;
use crate::components::{Button, Form, FormNote, Load, Select, SelectOption, settle};

/// Most people to choose from.
const PEOPLE: u32 = 20;
const TEXT: &str = "This is a test.";

/// Whom, and the way.
#[component]
pub(super) fn TestMessage(shown: Shown) -> impl IntoView {
    let router = use_router();
    let form = Form::new();
    let whom = RwSignal::new(String::new());
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
        let Ok(conversation_id) = whom.get_untracked().parse() else { return };
        let input = SendMessageInput {
            conversation_id,
            client_id: uuid::Uuid::new_v4().to_string(),
            text: TEXT.to_owned(),
            attachment_ids: Vec::new(),
            quoted_message_id: None,
            last_seen_seq: None,
            template: None,
            location: None,
            buttons: Vec::new(),
            list: None,
        };
        form.send(
            async move {
                let payload = client::run(&SEND_MESSAGE, Input { input }).await?.payload;
                Ok(settle(payload.message, payload.problem))
            },
            move |_| router.go(Route::Inbox { view: InboxView::All, conversation: Some(conversation_id) }),
        );
    };
    view! {
        <Part title="Send a test" text="“This is a test.” goes to a person who has written on this channel, and you see there what becomes of it.">
            <Select label="To" value=whom options=options disabled=Signal::derive(nobody)/>
            <FormNote form=form/>
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
    SelectOption::new(conversation.id.to_string(), format!("{name} (#{})", conversation.number))
}
