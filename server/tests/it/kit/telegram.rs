//! Updates of a Telegram bot, as small as they can be.

use serde_json::{Value, json};

/// The person whose chat it is.
pub const NOOR: i64 = 6_812_345_678;

/// When the first message of a test was sent, in Unix seconds.
pub const T0: i64 = 1_779_012_345;

/// Noor, as Telegram describes her.
pub fn noor() -> Value {
    json!({ "id": NOOR, "is_bot": false, "first_name": "Noor", "last_name": "de Wit", "username": "noordw",
            "language_code": "nl" })
}

/// A message of hers: `content` is what it is.
pub fn message(number: i64, content: Value) -> Value {
    json!({ "update_id": 1_000 + number, "message": inner(number, content) })
}

/// A text of hers.
pub fn text(number: i64, text: &str) -> Value {
    message(number, json!({ "text": text }))
}

/// The same message after an edit, `after` seconds later.
pub fn edited(number: i64, after: i64, content: Value) -> Value {
    let mut message = inner(number, content);
    message["edit_date"] = json!(T0 + number + after);
    json!({ "update_id": 2_000 + number, "edited_message": message })
}

/// A part of an album.
pub fn album(number: i64, album: &str, caption: Option<&str>) -> Value {
    let mut content = json!({ "media_group_id": album, "photo": [photo(number)] });
    if let Some(caption) = caption {
        content["caption"] = json!(caption);
    }
    message(number, content)
}

/// A picture.
pub fn photo(number: i64) -> Value {
    json!({ "file_id": format!("file-{number}"), "file_unique_id": format!("unique-{number}"), "width": 800,
            "height": 600, "file_size": 70_000 })
}

/// Noor's reactions to a message are now these.
pub fn reacted(number: i64, after: i64, emoji: &[&str]) -> Value {
    let now: Vec<Value> = emoji.iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect();
    json!({ "update_id": 3_000 + number * 10 + after, "message_reaction": {
        "chat": { "id": NOOR, "type": "private", "first_name": "Noor" }, "message_id": number, "user": noor(),
        "date": T0 + number + after, "old_reaction": [], "new_reaction": now } })
}

/// She blocked the bot, or no longer does.
pub fn member(after: i64, status: &str) -> Value {
    json!({ "update_id": 4_000 + after, "my_chat_member": {
        "chat": { "id": NOOR, "type": "private", "first_name": "Noor" }, "from": noor(), "date": T0 + after,
        "old_chat_member": { "user": { "id": 5_500_110_022_i64, "is_bot": true }, "status": "member" },
        "new_chat_member": { "user": { "id": 5_500_110_022_i64, "is_bot": true }, "status": status } } })
}

/// A message of a business account's chat with Noor, written by `from`.
pub fn business(number: i64, from: Value, content: Value) -> Value {
    let mut message = inner(number, content);
    message["from"] = from;
    message["business_connection_id"] = json!("conn-1");
    json!({ "update_id": 5_000 + number, "business_message": message })
}

/// The owner of the business account.
pub fn owner() -> Value {
    json!({ "id": 700_100, "is_bot": false, "first_name": "Olga" })
}

/// Messages of a business account's chat with Noor were deleted.
pub fn business_deleted(numbers: &[i64]) -> Value {
    json!({ "update_id": 6_000, "deleted_business_messages": {
        "business_connection_id": "conn-1", "chat": { "id": NOOR, "type": "private", "first_name": "Noor" },
        "message_ids": numbers } })
}

fn inner(number: i64, content: Value) -> Value {
    let mut message = json!({
        "message_id": number, "from": noor(), "date": T0 + number,
        "chat": { "id": NOOR, "type": "private", "first_name": "Noor", "last_name": "de Wit", "username": "noordw" },
    });
    if let (Value::Object(message), Value::Object(content)) = (&mut message, content) {
        message.extend(content);
    }
    message
}
