//! Puts a bot's message on the phone.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::destination::{self, Destination};
use super::error::TelegramError;
use super::markup;
use super::message::{self, Frame};
use super::params::Params;
use crate::ledger::{What, excerpt};
use crate::phones::{ChatKey, Message, Receipt, Side};
use crate::sim::Sim;
use crate::world::World;

/// Delivers contents as messages in one chat, in order; the answer holds the `Message`s.
///
/// # Errors
/// What Telegram answers when the bot may not write there.
pub fn deliver(
    sim: &Arc<Sim>,
    bot_id: i64,
    params: &Params,
    contents: Vec<Map<String, Value>>,
) -> Result<Vec<Value>, TelegramError> {
    let markup = params.json("reply_markup")?;
    if let Some(markup) = &markup {
        markup::check(markup)?;
    }
    let mut world = sim.world();
    let destination = destination::writable(sim, &world, bot_id, params)?;
    let reply_to = destination::reply_to(&world, &destination.key, params)?;
    destination::take_seats(sim, &mut world, bot_id, &destination, contents.len())?;
    let mut sent = Vec::with_capacity(contents.len());
    for mut content in contents {
        if let Some(markup) = markup.as_ref().filter(|markup| markup.get("inline_keyboard").is_some()) {
            content.insert("reply_markup".into(), markup.clone());
        }
        sent.push(put(sim, &mut world, bot_id, &destination, reply_to.clone(), &content)?);
    }
    Ok(sent)
}

fn put(
    sim: &Arc<Sim>,
    world: &mut World,
    bot_id: i64,
    destination: &Destination,
    reply_to: Option<Value>,
    content: &Map<String, Value>,
) -> Result<Value, TelegramError> {
    let bot = world.bots.get(&bot_id).map(super::bot::Bot::user).ok_or_else(TelegramError::unauthorized)?;
    let owner = destination
        .connection
        .as_ref()
        .and_then(|id| world.connections.get(id))
        .and_then(|connection| world.phone(&connection.owner))
        .and_then(message::user);
    let at_ms = sim.clock.now_ms();
    let key = &destination.key;
    let frame = Frame {
        number: world.chat_or_new(key).next_number(sim.first_message_number),
        from: owner.clone().unwrap_or_else(|| bot.clone()),
        chat: destination.chat.clone(),
        at_ms,
        reply_to,
        connection: destination.connection.clone(),
        business_bot: owner.map(|_| bot),
    };
    let whole = message::build(frame, content);
    show(sim, world, key, message::bubble(&whole, Side::Business, at_ms));
    Ok(whole)
}

/// Adds a bubble of the business to a chat, and to the ledger.
pub fn show(sim: &Arc<Sim>, world: &mut World, key: &ChatKey, mut bubble: Message) {
    if world.phone(&key.phone).is_some_and(|phone| phone.auto_read) {
        bubble.receipt = Receipt::Read;
    }
    let line = What::Arrived {
        id: bubble.id.clone(),
        kind: bubble.body.kind().to_owned(),
        text: excerpt(bubble.body.words()),
        client_ref: bubble.client_ref.clone(),
        reply_to: bubble.reply_to.clone(),
    };
    world.note(sim.clock.now_ms(), key, line);
    world.chat_or_new(key).typing_until_ms = 0;
    sim.live.message(key, &bubble);
    world.push_message(key, bubble);
    if let Some(chat) = world.chat(key) {
        sim.live.chat(key, chat);
    }
}
