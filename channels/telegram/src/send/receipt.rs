//! What Telegram answered to a send.

use channel_core::{Act, AttachmentSource, MediaPart, SendError, SendReceipt, SentMedia};
use serde_json::Value;

use crate::ids::{MessageId, Thread};
use crate::json::Object;
use crate::normalise::files_of;

/// Reads the ids of the messages that were made, and under what Telegram now has our files.
pub fn read(
    result: &Value,
    thread: &Thread,
    act: &Act,
    notes: Vec<String>,
) -> Result<SendReceipt, SendError> {
    if !act.makes_message() {
        return Ok(SendReceipt { notes, ..SendReceipt::default() });
    }
    let messages: Vec<Object<'_>> = match result {
        Value::Array(messages) => messages.iter().filter_map(Object::of).collect(),
        message => Object::of(message).into_iter().collect(),
    };
    let id = |message: &Object<'_>| {
        let number = message.id("message_id")?;
        // A thread that has just moved answers with its new id.
        let chat_id = message.object("chat").and_then(|chat| chat.id("id")).unwrap_or(thread.chat_id);
        let thread = Thread { chat_id, connection: thread.connection.clone() };
        Some(MessageId { thread, number }.to_string())
    };
    let platform_message_ids: Vec<String> = messages.iter().filter_map(id).collect();
    if platform_message_ids.is_empty() {
        return Err(SendError::Uncertain("Telegram took the message, but did not say as which".to_owned()));
    }
    let parts: &[MediaPart] = match act {
        Act::Media { part, .. } => std::slice::from_ref(part),
        Act::Album { parts } => parts,
        _ => &[],
    };
    let sent = parts.iter().zip(&messages).filter_map(|(part, message)| {
        let AttachmentSource::Remote(file) = files_of(*message)?.into_iter().next()? else { return None };
        Some(SentMedia { attachment_id: part.file.attachment_id, reference: file.reference? })
    });
    Ok(SendReceipt { media: sent.collect(), platform_message_ids, notes, ..SendReceipt::default() })
}
