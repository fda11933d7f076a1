//! What happens to messages after they were sent, and a chat that was opened without any.

use channel_core::{AttachmentSource, Edit, InboundEvent, Opened, Reaction, ReactionChange, Unsend};

use super::message::{self, Act};
use super::moment::moment;
use super::{broken, content, context};

/// A person has one reaction per message: a new one replaces it, an empty one or none takes it away.
pub fn reacted(act: Act<'_>) -> InboundEvent {
    let reaction = act.item.object("reaction");
    let Some(target) = reaction.and_then(|reaction| reaction.id("message_id")) else {
        return broken(act.at, "it names no message");
    };
    let emoji = reaction.and_then(|reaction| reaction.owned("emoji"));
    InboundEvent::Reacted(ReactionChange {
        sender: act.sender,
        by: act.by,
        platform_message_id: target,
        now: emoji.map(Reaction::Emoji).into_iter().collect(),
        at: moment(act.item, "timestamp"),
    })
}

/// An edit has an id of its own, and the whole new message inside. A new caption may come without its file.
pub fn edited(act: Act<'_>) -> InboundEvent {
    let edit = act.item.object("edit");
    let Some(target) = edit.and_then(|edit| edit.id("original_message_id")) else {
        return broken(act.at, "it names no message");
    };
    let Some(now) = edit.and_then(|edit| edit.object("message")) else {
        return broken(act.at, "it has no message");
    };
    let mut message = message::message(target, content::kind_of(now), now, act.sender, &[]);
    if !message.text.is_empty() {
        message.attachments.retain(has_file);
    }
    InboundEvent::Edited(Box::new(Edit {
        text_only: message.card.is_none() && !message.attachments.iter().any(has_file),
        message,
        by: act.by,
        edited_at: moment(act.item, "timestamp"),
        number: None,
    }))
}

fn has_file(attachment: &AttachmentSource) -> bool {
    !matches!(attachment, AttachmentSource::Remote(media) if media.reference.is_none())
}

/// The message was taken back.
pub fn revoked(act: Act<'_>) -> InboundEvent {
    let target = act.item.object("revoke").and_then(|revoke| revoke.id("original_message_id"));
    let Some(target) = target else { return broken(act.at, "it names no message") };
    InboundEvent::Unsent(Unsend {
        sender: act.sender,
        platform_message_ids: vec![target],
        by: act.by,
        at: moment(act.item, "timestamp"),
    })
}

/// The chat was opened for the first time, and nothing written.
pub fn opened(act: Act<'_>) -> InboundEvent {
    InboundEvent::Opened(Box::new(Opened {
        sender: act.sender,
        event_id: act.item.id("id"),
        referral: context::referral(act.item),
        at: moment(act.item, "timestamp"),
    }))
}
