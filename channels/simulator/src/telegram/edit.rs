//! Edits, deletions and reactions by a bot.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::content;
use super::destination::{self, Destination};
use super::error::TelegramError;
use super::markup;
use super::message;
use super::params::{Params, as_int};
use crate::ledger::{Change, What, excerpt};
use crate::phones::Side;
use crate::sim::Sim;
use crate::world::World;

/// Messages older than this can no longer be deleted by a bot.
const DELETABLE_MS: i64 = 48 * 3_600_000;

/// `editMessageText`, `editMessageCaption`, `editMessageReplyMarkup`.
///
/// # Errors
/// 400 when the message is not there, not the bot's, or would not change.
pub fn edit(sim: &Arc<Sim>, bot_id: i64, method: &str, params: &Params) -> Result<Value, TelegramError> {
    let new = match method {
        "editmessagetext" => content::text(params)?,
        "editmessagecaption" => content::caption(params)?,
        _ => Map::new(),
    };
    let markup = params.json("reply_markup")?;
    if let Some(markup) = &markup {
        markup::check(markup)?;
    }
    let mut world = sim.world();
    let destination = destination::find(&world, bot_id, params)?;
    let id = message_id(params, "edit")?;
    let now_ms = sim.clock.now_ms();
    let chat = world.chat_mut(&destination.key).ok_or_else(|| not_found("edit"))?;
    let bubble = chat.find_mut(&id).filter(|bubble| !bubble.deleted).ok_or_else(|| not_found("edit"))?;
    if bubble.from != Side::Business {
        return Err(TelegramError::bad_request("message can't be edited"));
    }
    let mut changed = bubble.provider.clone();
    let Some(map) = changed.as_object_mut() else { return Err(not_found("edit")) };
    match method {
        "editmessagetext" => {
            if !map.contains_key("text") {
                return Err(TelegramError::bad_request("there is no text in the message to edit"));
            }
            map.remove("entities");
        }
        "editmessagecaption" => {
            if map.contains_key("text") {
                return Err(TelegramError::bad_request("there is no caption in the message to edit"));
            }
            map.remove("caption");
            map.remove("caption_entities");
        }
        _ => {}
    }
    map.extend(new);
    map.remove("reply_markup");
    if let Some(markup) = markup.filter(|markup| markup.get("inline_keyboard").is_some()) {
        map.insert("reply_markup".into(), markup);
    }
    let mut before = bubble.provider.clone();
    before.as_object_mut().map(|before| before.remove("edit_date"));
    let mut after = changed.clone();
    after.as_object_mut().map(|after| after.remove("edit_date"));
    if before == after {
        return Err(TelegramError::bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same \
             as a current content and reply markup of the message",
        ));
    }
    if let Some(map) = changed.as_object_mut() {
        map.insert("edit_date".into(), now_ms.div_euclid(1000).into());
    }
    bubble.body = message::body(&changed);
    bubble.actions = markup::actions(changed.get("reply_markup"));
    bubble.edited_ms = Some(now_ms);
    bubble.provider = changed.clone();
    let text = excerpt(bubble.body.words());
    sim.live.message(&destination.key, bubble);
    world.note(now_ms, &destination.key, What::Changed { id, change: Change::Edited, text });
    Ok(changed)
}

fn not_found(act: &str) -> TelegramError {
    TelegramError::bad_request(&format!("message to {act} not found"))
}

fn message_id(params: &Params, act: &str) -> Result<String, TelegramError> {
    if !params.has("message_id") {
        return Err(TelegramError::bad_request("message identifier is not specified"));
    }
    params.int("message_id").map(|id| id.to_string()).ok_or_else(|| not_found(act))
}

/// `deleteMessage`.
///
/// # Errors
/// 400 when it is not there or too old.
pub fn delete(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let mut world = sim.world();
    let destination = destination::find(&world, bot_id, params)?;
    let id = message_id(params, "delete")?;
    remove(sim, &mut world, &destination, &id)?;
    Ok(true.into())
}

/// `deleteMessages`: what is not there is passed over.
///
/// # Errors
/// 400 for an empty list or more than 100.
pub fn delete_many(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let ids = match params.json("message_ids")? {
        Some(Value::Array(ids)) if (1..=100).contains(&ids.len()) => ids,
        Some(Value::Array(ids)) if ids.len() > 100 => {
            return Err(TelegramError::bad_request("too many message identifiers specified"));
        }
        _ => return Err(TelegramError::bad_request("message identifiers are not specified")),
    };
    let mut world = sim.world();
    let destination = destination::find(&world, bot_id, params)?;
    for id in ids.iter().filter_map(as_int) {
        let _ = remove(sim, &mut world, &destination, &id.to_string()); // passed over, as Telegram does
    }
    Ok(true.into())
}

fn remove(
    sim: &Arc<Sim>,
    world: &mut World,
    destination: &Destination,
    id: &str,
) -> Result<(), TelegramError> {
    let now_ms = sim.clock.now_ms();
    let chat = world.chat_mut(&destination.key).ok_or_else(|| not_found("delete"))?;
    let bubble = chat.find_mut(id).filter(|bubble| !bubble.deleted).ok_or_else(|| not_found("delete"))?;
    if now_ms - bubble.at_ms > DELETABLE_MS {
        return Err(TelegramError::bad_request("message can't be deleted"));
    }
    bubble.deleted = true;
    sim.live.message(&destination.key, bubble);
    let line = What::Changed { id: id.to_owned(), change: Change::Deleted, text: String::new() };
    world.note(now_ms, &destination.key, line);
    Ok(())
}

/// `setMessageReaction`: one emoji of the fixed set, or none.
///
/// # Errors
/// 400 for other emoji, more than one, or no such message.
pub fn react(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    if params.has("business_connection_id") {
        return Err(TelegramError::bad_request("BUSINESS_CONNECTION_NOT_ALLOWED"));
    }
    let reactions = match params.json("reaction")? {
        Some(Value::Array(reactions)) => reactions,
        _ => Vec::new(),
    };
    if reactions.len() > 1 {
        return Err(TelegramError::bad_request("REACTIONS_TOO_MANY"));
    }
    let emoji: Vec<String> = reactions
        .iter()
        .filter_map(|reaction| reaction.get("emoji").and_then(Value::as_str))
        .map(str::to_owned)
        .collect();
    if emoji.len() != reactions.len() || !emoji.iter().all(|emoji| REACTIONS.contains(&emoji.as_str())) {
        return Err(TelegramError::bad_request("REACTION_INVALID"));
    }
    let mut world = sim.world();
    let destination = destination::find(&world, bot_id, params)?;
    let id = message_id(params, "react")?;
    let bubble = world
        .chat_mut(&destination.key)
        .and_then(|chat| chat.find_mut(&id))
        .filter(|bubble| !bubble.deleted)
        .ok_or_else(|| not_found("react"))?;
    let text = emoji.concat();
    bubble.reactions.business = emoji;
    sim.live.message(&destination.key, bubble);
    world.note(sim.clock.now_ms(), &destination.key, What::Changed { id, change: Change::Reacted, text });
    Ok(true.into())
}

/// The emoji that may be used as reactions.
pub const REACTIONS: [&str; 73] = [
    "👍",
    "👎",
    "❤",
    "🔥",
    "🥰",
    "👏",
    "😁",
    "🤔",
    "🤯",
    "😱",
    "🤬",
    "😢",
    "🎉",
    "🤩",
    "🤮",
    "💩",
    "🙏",
    "👌",
    "🕊",
    "🤡",
    "🥱",
    "🥴",
    "😍",
    "🐳",
    "❤‍🔥",
    "🌚",
    "🌭",
    "💯",
    "🤣",
    "⚡",
    "🍌",
    "🏆",
    "💔",
    "🤨",
    "😐",
    "🍓",
    "🍾",
    "💋",
    "🖕",
    "😈",
    "😴",
    "😭",
    "🤓",
    "👻",
    "👨‍💻",
    "👀",
    "🎃",
    "🙈",
    "😇",
    "😨",
    "🤝",
    "✍",
    "🤗",
    "🫡",
    "🎅",
    "🎄",
    "☃",
    "💅",
    "🤪",
    "🗿",
    "🆒",
    "💘",
    "🙉",
    "🦄",
    "😘",
    "💊",
    "🙊",
    "😎",
    "👾",
    "🤷‍♂",
    "🤷",
    "🤷‍♀",
    "😡",
];
