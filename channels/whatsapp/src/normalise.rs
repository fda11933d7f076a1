//! Reading one delivery into events.

use channel_core::{Inbound, InboundEvent, Unreadable, mend_json};
use channel_meta::Object;
use serde_json::Value;

/// Reads one delivery.
pub fn normalise(body: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
    let delivery = parse(body)?;
    let Some(delivery) = Object::of(&delivery) else {
        return Err(Unreadable("it is no object".to_owned()));
    };
    let changes = delivery.list("entry").flat_map(|entry| entry.list("changes"));
    let unsupported = |change: Object<'_>| {
        let what = change.owned("field").unwrap_or_else(|| "a change without a field".to_owned());
        Inbound::at_endpoint(InboundEvent::Unsupported { what })
    };
    Ok(changes.map(unsupported).collect())
}

/// The JSON of a delivery, mended where it holds what cannot be stored.
pub fn parse(body: &[u8]) -> Result<Value, Unreadable> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str(&mend_json(&text))
        .map_err(|error| Unreadable(format!("no JSON at {}:{}", error.line(), error.column())))
}
