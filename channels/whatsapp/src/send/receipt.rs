//! What WhatsApp answered to a send: it accepted it, which is not yet that it sent it.

use channel_core::{Act, Alias, AliasKind, SendError, SendReceipt};
use channel_meta::Object;
use serde_json::Value;

use super::upload::Uploads;
use crate::numbers;

/// Reads the id of the message that was made, and what the answer teaches about the recipient.
pub fn read(
    answer: &Value,
    act: &Act,
    uploads: Uploads,
    notes: Vec<String>,
) -> Result<SendReceipt, SendError> {
    let answer = Object::of(answer);
    let message = answer.and_then(|answer| answer.list("messages").next());
    let aliases = answer.and_then(|answer| answer.list("contacts").next()).map(aliases).unwrap_or_default();
    let id = message.and_then(|message| message.owned("id"));
    if id.is_none() && act.makes_message() {
        return Err(SendError::Uncertain("WhatsApp took the message, but did not say as which".to_owned()));
    }
    Ok(SendReceipt {
        platform_message_ids: id.into_iter().filter(|_| act.makes_message()).collect(),
        held: message.and_then(|message| message.text("message_status"))
            == Some("held_for_quality_assessment"),
        aliases,
        media: uploads.into_sent(),
        notes,
    })
}

/// The number as WhatsApp writes it, which may differ from what was dialled, and the id at this business.
fn aliases(contact: Object<'_>) -> Vec<Alias> {
    let by_platform = |value: String| Alias { kind: AliasKind::PlatformId, value };
    let mut aliases = Vec::new();
    if let Some(wa_id) = contact.id("wa_id") {
        aliases.extend(numbers::alternatives(&wa_id).into_iter().map(by_platform));
        if wa_id.bytes().all(|b| b.is_ascii_digit()) {
            aliases.push(Alias { kind: AliasKind::Phone, value: format!("+{wa_id}") });
        }
        aliases.push(by_platform(wa_id));
    }
    aliases.extend(contact.id("user_id").map(by_platform));
    aliases
}
