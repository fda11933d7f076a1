//! Updates: numbered, filtered by what the bot asked for, and put into their lane.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::delivery::Parcel;
use crate::sim::Sim;
use crate::world::World;

/// Kinds that a bot gets only when it names them.
const ASKED_FOR_ONLY: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// An update about to be sent.
pub struct Update<'a> {
    /// `message`, `callback_query` …
    pub kind: &'static str,
    /// The lane: messages and edits of a chat share one, other kinds have their own.
    pub lane: String,
    /// Whose act it was.
    pub phone: Option<&'a str>,
    /// The message id it is about; ends the event's name.
    pub about: &'a str,
}

/// Sends one update. Returns the event's name, empty when the bot does not want this kind.
pub fn emit(sim: &Arc<Sim>, world: &mut World, bot_id: i64, update: Update<'_>, body: Value) -> String {
    let Some(bot) = world.bots.get_mut(&bot_id) else { return String::new() };
    let wanted = if bot.allowed_updates.is_empty() {
        !ASKED_FOR_ONLY.contains(&update.kind)
    } else {
        bot.allowed_updates.iter().any(|allowed| allowed == update.kind)
    };
    if !wanted {
        return String::new();
    }
    let update_id = bot.next_update_id;
    bot.next_update_id += 1;
    let event = format!("{bot_id}.u{update_id} {}", update.about).trim_end().to_owned();
    let mut payload = Map::new();
    payload.insert("update_id".into(), update_id.into());
    payload.insert(update.kind.into(), body);
    let parcel = Parcel {
        account: super::bot::account(bot_id),
        lane: update.lane,
        phone: update.phone.map(str::to_owned),
        event: event.clone(),
        kind: update.kind,
        payload: Value::Object(payload),
        made_ms: sim.clock.now_ms(),
    };
    sim.dispatch(world, parcel);
    event
}
