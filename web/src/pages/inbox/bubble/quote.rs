//! What a message answers.

use leptos::prelude::*;

use crate::api::messages::QuotedMessage;
use crate::pages::inbox::name_of;
use crate::pages::inbox::rich_text::checked;
use crate::pages::inbox::thread::Over;

/// Above the answer: who said what. Pressed, it shows that message.
pub fn quote(over: Over, quoted: QuotedMessage) -> AnyView {
    let whose = whose(&quoted);
    let text = match (quoted.excerpt, quoted.text.is_empty()) {
        (Some(excerpt), _) => format!("“{excerpt}”"),
        (None, false) => quoted.text,
        (None, true) if quoted.message_id.is_some() => "This message was deleted.".to_owned(),
        (None, true) => "The platform does not say what it was.".to_owned(),
    };
    let words = view! {
        <span class="quote__author" dir="auto">{whose}</span>
        <span class="quote__text" dir="auto">{text}</span>
    };
    if let Some(id) = quoted.message_id {
        let seq = quoted.seq;
        return view! { <button type="button" class="quote" on:click=move |_| over.show(id, seq)>{words}</button> }.into_any();
    }
    let link = quoted.url.as_deref().and_then(checked).map(|href| {
        view! { <a href=href target="_blank" rel="noopener noreferrer nofollow">"Open it on the platform"</a> }
    });
    view! { <div class="quote">{words}{link}</div> }.into_any()
}

fn whose(quoted: &QuotedMessage) -> String {
    match quoted.kind.as_str() {
        _ if quoted.message_id.is_some() => name_of(&quoted.author_name),
        "story" => "Your story".to_owned(),
        "product" => "A product of yours".to_owned(),
        "elsewhere" => "A message of another chat".to_owned(),
        _ => "A message that is not here".to_owned(),
    }
}
