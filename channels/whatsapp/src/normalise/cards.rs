//! What a message can be besides text and files.

use channel_core::{ButtonReply, Card, Location, Order, OrderItem, ReplyKind};
use channel_meta::Object;
use serde_json::Value;

/// A pin, a place with a name, or a business.
pub fn location(place: Object<'_>) -> Option<Card> {
    Some(Card::Location(Location {
        latitude: place.number("latitude").filter(|degrees| degrees.abs() <= 90.0)?,
        longitude: place.number("longitude").filter(|degrees| degrees.abs() <= 180.0)?,
        name: place.owned("name"),
        address: place.owned("address"),
        url: place.owned("url"),
        ..Location::default()
    }))
}

/// What was tapped under a message of ours, or filled in.
pub fn interactive(interactive: Object<'_>) -> Option<ButtonReply> {
    let button = || Some(reply(ReplyKind::Button, interactive.object("button_reply")?));
    let row = || Some(reply(ReplyKind::List, interactive.object("list_reply")?));
    button().or_else(row).or_else(|| Some(form(interactive.object("nfm_reply")?)))
}

fn reply(kind: ReplyKind, tapped: Object<'_>) -> ButtonReply {
    let payload = tapped.id("id");
    ButtonReply {
        kind,
        title: tapped.owned("title").or_else(|| payload.clone()).unwrap_or_else(|| "…".to_owned()),
        description: tapped.owned("description"),
        payload,
        form: None,
    }
}

/// The answers are JSON inside of a text. Among them is the token that we gave the form, if we gave one.
fn form(form: Object<'_>) -> ButtonReply {
    let answers = match form.value("response_json") {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(other @ (Value::Object(_) | Value::Array(_))) => Some(other.to_string()),
        _ => None,
    };
    let read = answers.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let title = form.owned("body").or_else(|| form.owned("name"));
    ButtonReply {
        kind: ReplyKind::Form,
        payload: read.as_ref().and_then(Object::of).and_then(|answers| answers.id("flow_token")),
        title: title.unwrap_or_else(|| "…".to_owned()),
        description: None,
        form: answers,
    }
}

/// A quick-reply button of a template.
pub fn button(button: Object<'_>) -> ButtonReply {
    let payload = button.id("payload");
    ButtonReply {
        kind: ReplyKind::Template,
        title: button.owned("text").or_else(|| payload.clone()).unwrap_or_else(|| "…".to_owned()),
        payload,
        description: None,
        form: None,
    }
}

/// A basket from the catalogue; lines without a product are left out.
pub fn order(order: Object<'_>) -> Option<Card> {
    let items: Vec<OrderItem> = order.list("product_items").filter_map(item).collect();
    let catalog_id = order.id("catalog_id").unwrap_or_default();
    (!items.is_empty()).then_some(Card::Order(Order { catalog_id, items }))
}

fn item(item: Object<'_>) -> Option<OrderItem> {
    Some(OrderItem {
        product_id: item.id("product_retailer_id")?,
        quantity: item.number("quantity").unwrap_or(1.0),
        price: item.number("item_price").unwrap_or_default(),
        currency: item.owned("currency").unwrap_or_default(),
    })
}
