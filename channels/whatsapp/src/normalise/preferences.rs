//! What people want to be written about.

use channel_core::{InboundEvent, Preference};
use channel_meta::Object;
use serde_json::Value;

use super::envelope::Change;
use super::moment::moment;
use super::people::{Names, People};
use super::{broken, unsupported};

/// `user_preferences`.
pub fn read(change: &Change<'_>) -> Vec<InboundEvent> {
    let people = People::of(change.value);
    change.items("user_preferences").map(|(at, item)| preference(item, &at, &people)).collect()
}

fn preference(item: &Value, at: &str, people: &People<'_>) -> InboundEvent {
    let Some(item) = Object::of(item) else { return broken(at, "it is no object") };
    let Some(sender) = people.person(&Names::of_holder(item)) else {
        return broken(at, "it names no person");
    };
    let Some(category) = item.owned("category") else { return broken(at, "it names no category") };
    let allowed = match item.text("value") {
        Some("stop") => false,
        Some("resume" | "signup") => true,
        Some(other) => return unsupported(format!("user_preferences: {other}")),
        None => return broken(at, "it has no value"),
    };
    InboundEvent::Preference(Preference {
        sender,
        category,
        allowed,
        detail: item.owned("detail"),
        at: moment(item, "timestamp"),
    })
}
