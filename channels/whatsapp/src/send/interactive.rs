//! Messages with buttons or a list.

use channel_core::{Button, ButtonAction, Buttons, List, Refusal, RefusalReason};
use serde_json::{Map, Value, json};
use shared::RichText;

use crate::markup;
use crate::plan::{Choice, choice};

/// A message with buttons, under a file if there is one.
pub fn buttons(
    text: &RichText,
    buttons: &Buttons,
    file: Option<(&'static str, Value)>,
) -> Result<Value, Refusal> {
    let kind = choice(buttons)?;
    let all: Vec<&Button> = buttons.rows.iter().flatten().collect();
    let (name, action) = match kind {
        Choice::Reply => {
            ("button", json!({ "buttons": all.iter().filter_map(|one| reply(one)).collect::<Vec<_>>() }))
        }
        Choice::Open => {
            let parameters = all.first().and_then(|one| match &one.action {
                ButtonAction::Open(address) => Some(json!({ "display_text": one.title, "url": address })),
                _ => None,
            });
            ("cta_url", json!({ "name": "cta_url", "parameters": parameters }))
        }
        Choice::AskLocation => ("location_request_message", json!({ "name": "send_location" })),
        Choice::AskPhone => ("contact_request", json!({ "name": "request_contact_info" })),
    };
    let mut message = start(name, text, action);
    match kind {
        Choice::Reply | Choice::Open => {
            lines(&mut message, buttons.header.as_deref(), buttons.footer.as_deref())
        }
        Choice::AskLocation | Choice::AskPhone => {} // these have a text only
    }
    match (file, kind) {
        (None, _) => {}
        (Some((file, value)), Choice::Reply) if matches!(file, "image" | "video" | "document") => {
            message.insert("header".to_owned(), json!({ "type": file, file: value }));
        }
        (Some(_), _) => {
            let words = "On WhatsApp only pictures, videos and documents can have buttons, and only such that answer.";
            return Err(Refusal::new(RefusalReason::KindNotTaken, words));
        }
    }
    Ok(Value::Object(message))
}

/// A message with a list.
pub fn list(text: &RichText, list: &List) -> Value {
    let sections: Vec<Value> = list
        .sections
        .iter()
        .map(|section| {
            let rows: Vec<Value> = section
                .rows
                .iter()
                .map(|row| {
                    let mut value = json!({ "id": row.id, "title": row.title });
                    add(&mut value, "description", row.description.as_deref());
                    value
                })
                .collect();
            let mut value = json!({ "rows": rows });
            add(&mut value, "title", Some(section.title.as_str()));
            value
        })
        .collect();
    let mut message = start("list", text, json!({ "button": list.button, "sections": sections }));
    lines(&mut message, list.header.as_deref(), list.footer.as_deref());
    Value::Object(message)
}

fn start(kind: &str, text: &RichText, action: Value) -> Map<String, Value> {
    let mut message = Map::new();
    message.insert("type".to_owned(), kind.into());
    message.insert("body".to_owned(), json!({ "text": markup::write(text) }));
    message.insert("action".to_owned(), action);
    message
}

fn lines(message: &mut Map<String, Value>, header: Option<&str>, footer: Option<&str>) {
    if let Some(header) = header {
        message.insert("header".to_owned(), json!({ "type": "text", "text": header }));
    }
    if let Some(footer) = footer {
        message.insert("footer".to_owned(), json!({ "text": footer }));
    }
}

fn add(value: &mut Value, key: &str, text: Option<&str>) {
    if let (Some(value), Some(text)) = (value.as_object_mut(), text.filter(|text| !text.is_empty())) {
        value.insert(key.to_owned(), text.into());
    }
}

fn reply(button: &Button) -> Option<Value> {
    let ButtonAction::Reply(id) = &button.action else { return None };
    Some(json!({ "type": "reply", "reply": { "id": id, "title": button.title } }))
}
