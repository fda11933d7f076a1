//! The bot was blocked, unblocked, or put into a group.

use channel_core::{InboundEvent, Reachability};

use super::{broken, elsewhere, is_private, person};
use crate::json::Object;

/// `my_chat_member`.
pub fn mine_changed(update: Object<'_>, kind: &str) -> InboundEvent {
    let chat = update.object("chat");
    if chat.is_some_and(|chat| chat.has("type") && !is_private(chat)) {
        return elsewhere(chat, kind);
    }
    read(update).map_or_else(|| broken(kind, "chat or status is missing"), InboundEvent::Reachability)
}

fn read(update: Object<'_>) -> Option<Reachability> {
    let status = update.object("new_chat_member")?.text("status")?;
    Some(Reachability {
        sender: person::of_chat(update.object("chat")?, update.object("from"), None)?,
        reachable: !matches!(status, "kicked" | "left" | "restricted"),
        what: status.to_owned(),
        at: person::moment(update, "date"),
    })
}
