//! What a bot can ask about people, and small signs: typing, read, button answered.

use std::sync::Arc;

use serde_json::{Value, json};

use super::destination;
use super::error::TelegramError;
use super::file;
use super::params::Params;
use crate::ledger::{Change, What};
use crate::phones::{ChatKey, Receipt, Side};
use crate::sim::Sim;

/// How long a typing sign lasts.
const TYPING_MS: i64 = 5_000;
/// How long a button press can be answered.
const CALLBACK_MS: i64 = 150_000;

/// `getMe`.
pub fn me(sim: &Arc<Sim>, bot_id: i64) -> Result<Value, TelegramError> {
    let world = sim.world();
    let mut me =
        world.bots.get(&bot_id).map(super::bot::Bot::user).ok_or_else(TelegramError::unauthorized)?;
    if let Some(me) = me.as_object_mut() {
        for (key, value) in [
            ("can_join_groups", true),
            ("can_read_all_group_messages", false),
            ("supports_inline_queries", false),
            ("can_connect_to_business", true),
            ("has_main_web_app", false),
        ] {
            me.insert(key.into(), value.into());
        }
    }
    Ok(me)
}

/// `getChat`.
///
/// # Errors
/// 400 for a chat the bot does not know.
pub fn chat(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let (mut chat, name) = {
        let world = sim.world();
        let destination = destination::find(&world, bot_id, params)?;
        if !destination.is_group && world.chat(&destination.key).is_none() {
            return Err(TelegramError::bad_request("chat not found"));
        }
        let name = world.phone(&destination.key.phone).map(crate::phones::Phone::full_name);
        (destination.chat, name)
    };
    let Some(map) = chat.as_object_mut() else { return Ok(chat) };
    map.insert("accent_color_id".into(), 3.into());
    map.insert("max_reaction_count".into(), 11.into());
    let photo = name.and_then(|name| file::profile_photo(sim, bot_id, &name));
    if let Some(size) = photo.as_ref().and_then(|sizes| sizes.first()) {
        let part = |key: &str| size.get(key).cloned().unwrap_or_default();
        let (id, unique) = (part("file_id"), part("file_unique_id"));
        let photo = json!({ "small_file_id": id, "small_file_unique_id": unique,
                            "big_file_id": id, "big_file_unique_id": unique });
        map.insert("photo".into(), photo);
    }
    Ok(chat)
}

/// `getUserProfilePhotos`.
///
/// # Errors
/// 400 for an unknown user.
pub fn photos(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let id = params.int("user_id").ok_or_else(|| TelegramError::bad_request("invalid user_id specified"))?;
    let name = sim.world().phone_by_telegram_id(id).map(crate::phones::Phone::full_name);
    let name = name.ok_or_else(|| TelegramError::bad_request("user not found"))?;
    let photos: Vec<Value> = file::profile_photo(sim, bot_id, &name).into_iter().map(Value::Array).collect();
    Ok(json!({ "total_count": photos.len(), "photos": photos }))
}

/// `sendChatAction`.
///
/// # Errors
/// 400 for an unknown action, and what sending would answer.
pub fn action(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    const ACTIONS: [&str; 11] = [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ];
    let action = params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.as_str()) {
        return Err(TelegramError::bad_request("wrong parameter action in request"));
    }
    let mut world = sim.world();
    let destination = destination::writable(sim, &world, bot_id, params)?;
    let now_ms = sim.clock.now_ms();
    let chat = world.chat_or_new(&destination.key);
    chat.typing_until_ms = now_ms + TYPING_MS;
    sim.live.chat(&destination.key, chat);
    world.note(
        now_ms,
        &destination.key,
        What::Changed { id: String::new(), change: Change::Typing, text: action },
    );
    Ok(true.into())
}

/// `leaveChat`: from then on the bot is no member, and cannot write there.
///
/// # Errors
/// 400 for a private chat or an unknown one, 403 where it is no member.
pub fn leave(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let mut world = sim.world();
    let destination = destination::find(&world, bot_id, params)?;
    let group_id = params.int("chat_id").filter(|_| destination.is_group);
    let group = group_id.and_then(|id| world.groups.get_mut(&id));
    let private = || TelegramError::bad_request("chat member status can't be changed in private chats");
    group.ok_or_else(private)?.bot_kicked = true;
    Ok(true.into())
}

/// `answerCallbackQuery`.
///
/// # Errors
/// 400 when the press is too old, unknown, or was answered.
pub fn answer_callback(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let id = params.text("callback_query_id").unwrap_or_default();
    let text = params.text("text").unwrap_or_default();
    if text.chars().count() > 200 {
        return Err(TelegramError::bad_request("MESSAGE_TOO_LONG"));
    }
    let mut world = sim.world();
    let now_ms = sim.clock.now_ms();
    let pressed = world.bots.get_mut(&bot_id).and_then(|bot| bot.callbacks.remove(&id));
    let Some((account, phone, _)) = pressed.filter(|(_, _, at_ms)| now_ms - at_ms <= CALLBACK_MS) else {
        return Err(TelegramError::bad_request(
            "query is too old and response timeout expired or query ID is invalid",
        ));
    };
    let key = ChatKey::new(account, phone);
    if !text.is_empty() {
        sim.live.toast(&key, &text, params.flag("show_alert"));
    }
    world.note(now_ms, &key, What::Changed { id, change: Change::Answered, text });
    Ok(true.into())
}

/// `readBusinessMessage`: the customer sees that it was read, and so were all before it.
///
/// # Errors
/// 400 without the right, or for an unknown message.
pub fn read_business(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let mut world = sim.world();
    let destination = destination::find(&world, bot_id, params)?;
    let allowed = destination.connection.as_ref().and_then(|id| world.connections.get(id));
    match allowed {
        Some(connection) if connection.can_read => {}
        Some(_) => return Err(TelegramError::bad_request("not enough rights to read messages")),
        None => return Err(TelegramError::bad_request("business connection not found")),
    }
    let id = params.int("message_id").unwrap_or_default();
    let missing = || TelegramError::bad_request("message to read not found");
    let chat = world.chat_mut(&destination.key).ok_or_else(missing)?;
    chat.find(&id.to_string()).ok_or_else(missing)?;
    for message in chat.messages.iter_mut().filter(|message| message.from == Side::Customer) {
        if message.id.parse::<i64>().is_ok_and(|number| number <= id) && message.receipt < Receipt::Read {
            message.receipt = Receipt::Read;
            sim.live.message(&destination.key, message);
        }
    }
    let line = What::Changed { id: id.to_string(), change: Change::Read, text: String::new() };
    world.note(sim.clock.now_ms(), &destination.key, line);
    Ok(true.into())
}

/// `getBusinessConnection`.
///
/// # Errors
/// 400 for one of another bot.
pub fn business_connection(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let id = params.text("business_connection_id").unwrap_or_default();
    let world = sim.world();
    world
        .connections
        .get(&id)
        .filter(|connection| connection.bot_id == bot_id)
        .and_then(|_| super::bot::connection_json(&world, &id))
        .ok_or_else(|| TelegramError::bad_request("business connection not found"))
}

/// Whose phone a call concerns, for faults that strike one phone.
pub fn phone_of(sim: &Arc<Sim>, params: &Params) -> Option<String> {
    let world = sim.world();
    let phone = world.phone_by_telegram_id(params.int("chat_id")?)?;
    Some(phone.id.clone())
}
