//! Presses of buttons under our messages.

use channel_core::{ButtonPress, InboundEvent};

use super::{broken, elsewhere, is_private, person};
use crate::ids::{MessageId, Thread};
use crate::json::Object;

/// `callback_query`.
pub fn pressed(query: Object<'_>, kind: &str) -> InboundEvent {
    let chat = query.object("message").and_then(|message| message.object("chat"));
    if chat.is_some_and(|chat| chat.has("type") && !is_private(chat)) {
        return elsewhere(chat, kind);
    }
    read(query).map_or_else(
        || broken(kind, "id or sender is missing"),
        |press| InboundEvent::Pressed(Box::new(press)),
    )
}

/// The message may be missing, or be too old for Telegram to show: then only its place is known.
fn read(query: Object<'_>) -> Option<ButtonPress> {
    let from = query.object("from")?;
    let message = query.object("message");
    let chat = message.and_then(|message| message.object("chat"));
    let connection = message.and_then(|message| message.text("business_connection_id"));
    let sender = match chat {
        Some(chat) => person::of_chat(chat, Some(from), connection)?,
        None => person::of_user(from, connection)?,
    };
    let message_id =
        chat.and_then(|chat| chat.id("id")).zip(message.and_then(|message| message.id("message_id")));
    let payload = query.owned("data");
    Some(ButtonPress {
        sender,
        press_id: query.owned("id")?,
        wants_answer: true,
        platform_message_id: message_id.map(|(chat_id, number)| {
            let thread = Thread { chat_id, connection: connection.map(str::to_owned) };
            MessageId { thread, number }.to_string()
        }),
        title: message.zip(payload.as_deref()).and_then(|(message, payload)| title(message, payload)),
        payload,
        referral: None,
        at: None,
    })
}

/// What the pressed button said, from the message's own keyboard.
fn title(message: Object<'_>, payload: &str) -> Option<String> {
    let rows = message.object("reply_markup")?.values("inline_keyboard");
    let buttons = rows.iter().filter_map(|row| row.as_array()).flatten().filter_map(Object::of);
    buttons
        .filter(|button| button.text("callback_data") == Some(payload))
        .find_map(|button| button.owned("text"))
}
