//! Messages and edits, of the bot's own chats and of business accounts.

use channel_core::{By, ChatMoved, Echo, EchoSource, Edit, InboundEvent, InboundMessage, Referral, Sender};

use super::{broken, content, elsewhere, is_private, person, quote, unsupported};
use crate::ids::{MessageId, Thread};
use crate::json::Object;

/// Service messages that a private chat can have: they show nothing, and say nothing new.
const SERVICE: &[&str] = &[
    "pinned_message",
    "write_access_allowed",
    "users_shared",
    "chat_shared",
    "message_auto_delete_timer_changed",
    "chat_background_set",
    "proximity_alert_triggered",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "poll_option_added",
    "poll_option_deleted",
    "boost_added",
    "managed_bot_created",
    "connected_website",
    "passport_data",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "refunded_payment",
    "giveaway_created",
    "giveaway_completed",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "paid_message_price_changed",
    "direct_message_price_changed",
];

/// A message, as far as it is one of a person.
struct Read {
    message: InboundMessage,
    by: By,
}

/// `message` and `business_message`.
pub fn new(message: Object<'_>, kind: &str) -> Vec<InboundEvent> {
    if let Some(moved) = moved(message) {
        return vec![InboundEvent::ChatMoved(moved)];
    }
    if let Some(other) = not_for_the_inbox(message, kind) {
        return vec![other];
    }
    let Some(read) = read(message) else { return vec![broken(kind, "chat or message number is missing")] };
    if read.by == By::Contact {
        return vec![InboundEvent::Message(Box::new(read.message))];
    }
    let bot = message.object("sender_business_bot").and_then(|bot| bot.id("id"));
    vec![InboundEvent::Echo(Box::new(Echo {
        source: bot.map_or(EchoSource::NativeApp, |bot| EchoSource::Application(bot.to_string())),
        reference: None,
        automatic: message.flag("is_from_offline"),
        message: read.message,
    }))]
}

/// `edited_message` and `edited_business_message`.
pub fn edited(message: Object<'_>, kind: &str) -> Vec<InboundEvent> {
    if let Some(other) = not_for_the_inbox(message, kind) {
        return vec![other];
    }
    let Some(read) = read(message) else { return vec![broken(kind, "chat or message number is missing")] };
    vec![InboundEvent::Edited(Box::new(Edit {
        message: read.message,
        text_only: false,
        by: read.by,
        edited_at: person::moment(message, "edit_date"),
        number: None,
    }))]
}

/// A group became a supergroup: told in the old one and in the new one, in either order.
fn moved(message: Object<'_>) -> Option<ChatMoved> {
    let here = message.object("chat")?.id("id")?;
    let (from, to) = match (message.id("migrate_from_chat_id"), message.id("migrate_to_chat_id")) {
        (Some(from), _) => (from, here),
        (None, Some(to)) => (here, to),
        (None, None) => return None,
    };
    Some(ChatMoved { from: from.to_string(), to: to.to_string() })
}

fn not_for_the_inbox(message: Object<'_>, kind: &str) -> Option<InboundEvent> {
    let chat = message.object("chat");
    if !chat.is_some_and(is_private) {
        return Some(match chat {
            Some(chat) if chat.has("type") => elsewhere(Some(chat), kind),
            _ => broken(kind, "it has no chat"),
        });
    }
    SERVICE.iter().find(|service| message.has(service)).map(|service| unsupported(service))
}

fn read(message: Object<'_>) -> Option<Read> {
    let chat = message.object("chat")?;
    let from = message.object("from");
    let connection = message.text("business_connection_id");
    let sender = person::of_chat(chat, from, connection)?;
    let thread = Thread { chat_id: chat.id("id")?, connection: connection.map(str::to_owned) };
    let id = MessageId { number: message.id("message_id")?, thread };

    // In a private chat the chat's id is the person's: whoever else writes there is the business.
    let from_id = from.and_then(|from| from.id("id"));
    let by = if connection.is_some() && from_id.is_some_and(|from| Some(from) != chat.id("id")) {
        By::Business
    } else {
        By::Contact
    };
    let content = content::read(message, from_id);
    let referral = referral(&content.text.plain);
    let message = InboundMessage {
        platform_message_id: id.to_string(),
        sender: with_phone(sender, content.own_phone),
        text: content.text,
        attachments: content.attachments,
        card: content.card,
        quote: quote::read(message, &id.thread),
        album: message.text("media_group_id").map(|album| format!("{}:{album}", id.thread)),
        forwarded: message.object("forward_origin").map(quote::forwarded),
        referral: referral.filter(|_| by == By::Contact),
        sent_at: person::moment(message, "date"),
        ..InboundMessage::default()
    };
    Some(Read { message, by })
}

/// A person who shares their own number says what it is.
fn with_phone(mut sender: Sender, phone: Option<String>) -> Sender {
    if let Some(phone) = phone {
        let alias = channel_core::Alias { kind: channel_core::AliasKind::Phone, value: phone.clone() };
        sender.aliases.push(alias);
        sender.profile.phone = Some(phone);
    }
    sender
}

/// `/start <payload>`: the person pressed Start behind a link. Anybody can make such a link.
fn referral(text: &str) -> Option<Referral> {
    let payload = text.strip_prefix("/start ")?.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let good = (1..=64).contains(&payload.len()) && payload.chars().all(allowed);
    good.then(|| Referral {
        source: "start".to_owned(),
        payload: Some(payload.to_owned()),
        ..Referral::default()
    })
}
