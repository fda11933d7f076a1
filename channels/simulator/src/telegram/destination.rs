//! Where a bot's call goes: a private chat, a group, or a chat of a business account.

use std::sync::Arc;

use serde_json::Value;

use super::bot::account;
use super::error::TelegramError;
use super::message::{group_chat, private_chat};
use super::params::{Params, as_int};
use crate::delivery::Bucket;
use crate::phones::ChatKey;
use crate::sim::Sim;
use crate::world::World;

/// A chat that the bot may use.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The simulator's name for it.
    pub key: ChatKey,
    /// The `Chat` object.
    pub chat: Value,
    /// The business connection, if the call named one.
    pub connection: Option<String>,
    /// Whether it is a group.
    pub is_group: bool,
}

const DAY_MS: i64 = 86_400_000;

/// Finds the chat that the parameters name, whatever its state.
///
/// # Errors
/// 400 for an unknown chat or connection, or a group that has a new id.
pub fn find(world: &World, bot_id: i64, params: &Params) -> Result<Destination, TelegramError> {
    let not_found = || TelegramError::bad_request("chat not found");
    if !params.has("chat_id") {
        return Err(TelegramError::bad_request("chat_id is empty"));
    }
    let chat_id = params.int("chat_id").ok_or_else(not_found)?;
    if let Some(id) = params.text("business_connection_id").filter(|id| !id.is_empty()) {
        let connection = world
            .connections
            .get(&id)
            .filter(|connection| connection.bot_id == bot_id)
            .ok_or_else(|| TelegramError::bad_request("business connection not found"))?;
        if !connection.is_enabled {
            return Err(TelegramError::bad_request("BUSINESS_CONNECTION_INVALID"));
        }
        let phone = world.phone_by_telegram_id(chat_id).ok_or_else(not_found)?;
        return Ok(Destination {
            key: ChatKey::new(format!("tgb:{id}"), phone.id.as_str()),
            chat: private_chat(phone).ok_or_else(not_found)?,
            connection: Some(id),
            is_group: false,
        });
    }
    if chat_id < 0 {
        let group =
            world.groups.get(&chat_id).filter(|group| group.bot_id == bot_id).ok_or_else(not_found)?;
        if let Some(new_id) = group.migrated_to {
            return Err(TelegramError::migrated(new_id));
        }
        if group.bot_kicked {
            return Err(TelegramError::forbidden("bot was kicked from the group chat"));
        }
        let key = ChatKey::new(account(bot_id), format!("group:{chat_id}"));
        return Ok(Destination { key, chat: group_chat(group), connection: None, is_group: true });
    }
    let phone = world.phone_by_telegram_id(chat_id).ok_or_else(not_found)?;
    Ok(Destination {
        key: ChatKey::new(account(bot_id), phone.id.as_str()),
        chat: private_chat(phone).ok_or_else(not_found)?,
        connection: None,
        is_group: false,
    })
}

/// Finds the chat and checks that the bot may write there now.
///
/// # Errors
/// As [`find`], and 403 where the person has not started or has blocked the bot.
pub fn writable(
    sim: &Arc<Sim>,
    world: &World,
    bot_id: i64,
    params: &Params,
) -> Result<Destination, TelegramError> {
    let destination = find(world, bot_id, params)?;
    if destination.is_group {
        return Ok(destination);
    }
    let chat = world.chat(&destination.key);
    if let Some(id) = &destination.connection {
        if world.connections.get(id).is_some_and(|connection| !connection.can_reply) {
            return Err(TelegramError::bad_request("not enough rights to send messages in the chat"));
        }
        let last = chat.and_then(|chat| chat.last_inbound_ms);
        if last.is_none_or(|last| sim.clock.now_ms() - last > DAY_MS) {
            return Err(TelegramError::bad_request("BUSINESS_PEER_USAGE_MISSING"));
        }
    }
    if chat.is_some_and(|chat| chat.blocked) {
        return Err(TelegramError::forbidden("bot was blocked by the user"));
    }
    if chat.is_none_or(|chat| !chat.started) {
        return Err(TelegramError::forbidden("bot can't initiate conversation with a user"));
    }
    Ok(destination)
}

/// Counts messages against the limits: about 30/s in all, 1/s per chat with a burst of 20, 20/min per group.
///
/// # Errors
/// 429 with the seconds to wait.
pub fn take_seats(
    sim: &Arc<Sim>,
    world: &mut World,
    bot_id: i64,
    destination: &Destination,
    count: usize,
) -> Result<(), TelegramError> {
    if sim.settings.no_rate_limits {
        return Ok(());
    }
    let factor = sim.clock.wait_factor();
    let now_ms = sim.clock.now_ms();
    let Some(bot) = world.bots.get_mut(&bot_id) else { return Err(TelegramError::unauthorized()) };
    let fresh = if destination.is_group {
        Bucket::new(20.0 / 60.0 * factor, 20.0)
    } else {
        Bucket::new(1.0 * factor, 20.0)
    };
    let name = format!("{}/{}", destination.key.account, destination.key.phone);
    let chat = bot.per_chat.entry(name).or_insert(fresh);
    for _ in 0..count {
        chat.take(now_ms).and_then(|()| bot.overall.take(now_ms)).map_err(|wait_ms| {
            TelegramError::too_many(Some(u64::try_from(wait_ms.div_euclid(1000) + 1).unwrap_or(1)))
        })?;
    }
    Ok(())
}

/// The message a call replies to, if it named one that exists.
///
/// # Errors
/// 400 when it does not and the call insisted, or when the quote is not a part of it.
pub fn reply_to(world: &World, key: &ChatKey, params: &Params) -> Result<Option<Value>, TelegramError> {
    let reply = params.json("reply_parameters")?;
    let (id, lenient) = match &reply {
        Some(reply) => (
            reply.get("message_id").and_then(as_int),
            reply.get("allow_sending_without_reply").and_then(Value::as_bool).unwrap_or(false),
        ),
        None => (params.int("reply_to_message_id"), params.flag("allow_sending_without_reply")),
    };
    let Some(id) = id else { return Ok(None) };
    let quoted =
        world.chat(key).and_then(|chat| chat.find(&id.to_string())).filter(|message| !message.deleted);
    let Some(quoted) = quoted else {
        if lenient {
            return Ok(None);
        }
        return Err(TelegramError::bad_request("message to be replied not found"));
    };
    if let Some(quote) = reply.as_ref().and_then(|reply| reply.get("quote")).and_then(Value::as_str)
        && !quoted.body.words().contains(quote)
    {
        return Err(TelegramError::bad_request("QUOTE_TEXT_INVALID"));
    }
    Ok(Some(quoted.provider.clone()))
}
