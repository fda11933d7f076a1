//! How far messages of ours have come: one item of `statuses[]`.

use channel_core::{
    DeliveryStatus, Failure, InboundEvent, Pricing, Refusal, RefusalReason, StatusReport, StatusTarget,
};
use channel_meta::{GraphError, Object};
use serde_json::Value;

use super::message::elsewhere;
use super::moment::moment;
use super::people::{Names, People, platform_id_alias};
use super::{broken, unsupported};

/// Reads one item, which is at `at`.
pub fn read(item: &Value, at: &str, people: &People<'_>) -> InboundEvent {
    let Some(item) = Object::of(item) else { return broken(at, "it is no object") };
    let Some(id) = item.id("id") else { return broken(at, "it has no id") };
    let Some(word) = item.text("status") else { return broken(at, "it has no status") };
    if item.text("recipient_type") == Some("group") {
        return elsewhere(item.id("recipient_id").unwrap_or_default(), &format!("status: {word}"));
    }
    let status = match word {
        "sent" => DeliveryStatus::Sent,
        "delivered" => DeliveryStatus::Delivered,
        "read" => DeliveryStatus::Read,
        "played" => DeliveryStatus::Played,
        "failed" => DeliveryStatus::Failed(failure(item)),
        _ => return unsupported(format!("status: {word}")),
    };
    let recipient = people.person(&Names::of_recipient(item));
    // The message may have gone to the person under another name: every one is taught.
    let aliases = recipient.iter().flat_map(|recipient| {
        let itself = platform_id_alias(recipient.platform_id.clone());
        std::iter::once(itself).chain(recipient.aliases.iter().cloned())
    });
    InboundEvent::Status(Box::new(StatusReport {
        target: StatusTarget::Message(id),
        reference: item.owned("biz_opaque_callback_data"),
        status,
        aliases: aliases.collect(),
        recipient,
        pricing: pricing(item),
        at: moment(item, "timestamp"),
    }))
}

fn failure(status: Object<'_>) -> Failure {
    match status.list("errors").next().map(GraphError::read) {
        Some(error) => {
            Failure { code: error.shown_code(), words: error.words().to_owned(), refusal: error.refusal() }
        }
        None => Failure {
            code: String::new(),
            words: String::new(),
            refusal: Refusal::new(RefusalReason::Other, "WhatsApp did not deliver it, and does not say why."),
        },
    }
}

/// What it cost: per message, or in older deliveries as a part of a conversation.
fn pricing(status: Object<'_>) -> Option<Pricing> {
    let (price, conversation) = (status.object("pricing"), status.object("conversation"));
    price.or(conversation)?;
    let price_text = |key: &str| price.and_then(|price| price.owned(key));
    let origin = conversation.and_then(|conversation| conversation.object("origin"));
    Some(Pricing {
        billable: price.and_then(|price| price.value("billable")).and_then(Value::as_bool),
        model: price_text("pricing_model"),
        kind: price_text("type"),
        category: price_text("category"),
        conversation_id: conversation.and_then(|conversation| conversation.id("id")),
        origin: origin.and_then(|origin| origin.owned("type")),
        expires_at: conversation.and_then(|conversation| moment(conversation, "expiration_timestamp")),
    })
}
