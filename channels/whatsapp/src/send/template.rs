//! Templates with their blanks filled in (`protocols/whatsapp.md` 7).

use channel_core::{
    HeaderValue, MediaPart, Refusal, RefusalReason, TemplateButtonKind, TemplateButtonValue, TemplateMessage,
    TemplateParameter,
};
use serde_json::{Value, json};
use shared::RichText;

use super::upload::Uploads;
use super::{body, cards};

/// The `template` of a message.
pub fn write(template: &TemplateMessage, uploads: &Uploads) -> Result<Value, Refusal> {
    let mut components = parts(template, uploads)?;
    if !template.cards.is_empty() {
        let mut written = Vec::with_capacity(template.cards.len());
        for (index, card) in template.cards.iter().enumerate() {
            written.push(json!({ "card_index": index, "components": parts(card, uploads)? }));
        }
        components.push(json!({ "type": "carousel", "cards": written }));
    }
    let mut value = json!({ "name": template.name, "language": { "code": template.language } });
    if let (false, Some(value)) = (components.is_empty(), value.as_object_mut()) {
        value.insert("components".to_owned(), components.into());
    }
    Ok(value)
}

/// Header, text and buttons: of the template, or of one of its cards. A part without a blank is left out.
fn parts(part: &TemplateMessage, uploads: &Uploads) -> Result<Vec<Value>, Refusal> {
    let mut components = Vec::new();
    if let Some(header) = &part.header {
        components.push(json!({ "type": "header", "parameters": [header_value(header, uploads)?] }));
    }
    if !part.body.is_empty() {
        components.push(json!({ "type": "body", "parameters": in_order(&part.body) }));
    }
    for button in &part.buttons {
        components.push(button_value(button)?);
    }
    Ok(components)
}

fn header_value(header: &HeaderValue, uploads: &Uploads) -> Result<Value, Refusal> {
    Ok(match header {
        HeaderValue::Text(blank) => text(blank),
        HeaderValue::Location(place) => json!({ "type": "location", "location": cards::location(place) }),
        HeaderValue::Media(file) => {
            let part = MediaPart { file: file.clone(), caption: RichText::default() };
            let (kind, value) = body::media(&part, uploads)?;
            json!({ "type": kind, kind: value })
        }
    })
}

/// Blanks with names carry them; those with numbers go by their order, which is that of the numbers.
fn in_order(blanks: &[TemplateParameter]) -> Vec<Value> {
    let number = |blank: &TemplateParameter| blank.name.as_deref().and_then(|name| name.parse::<u32>().ok());
    if !blanks.iter().all(|blank| number(blank).is_some()) {
        return blanks.iter().map(text).collect();
    }
    let mut sorted: Vec<&TemplateParameter> = blanks.iter().collect();
    sorted.sort_by_key(|blank| number(blank));
    sorted.into_iter().map(text).collect()
}

fn text(blank: &TemplateParameter) -> Value {
    match blank.name.as_deref().filter(|name| name.parse::<u32>().is_err()) {
        Some(name) => json!({ "type": "text", "parameter_name": name, "text": blank.text }),
        None => json!({ "type": "text", "text": blank.text }),
    }
}

fn button_value(button: &TemplateButtonValue) -> Result<Value, Refusal> {
    let (kind, parameter) = match &button.kind {
        TemplateButtonKind::QuickReply => {
            ("quick_reply", json!({ "type": "payload", "payload": button.value }))
        }
        TemplateButtonKind::Url(_) => ("url", json!({ "type": "text", "text": button.value })),
        TemplateButtonKind::CopyCode => {
            ("copy_code", json!({ "type": "coupon_code", "coupon_code": button.value }))
        }
        TemplateButtonKind::Phone(_) | TemplateButtonKind::Other(_) => {
            let words = "This kind of button cannot be filled in here.";
            return Err(Refusal::new(RefusalReason::TemplateParameters, words));
        }
    };
    let index = button.index.to_string();
    Ok(json!({ "type": "button", "sub_type": kind, "index": index, "parameters": [parameter] }))
}
