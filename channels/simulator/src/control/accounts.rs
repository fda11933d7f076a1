//! Accounts: bots, business connections and groups.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal, read};
use crate::sim::Sim;
use crate::telegram;

/// All accounts, with the secrets that a connecting server needs.
pub async fn list(State(sim): State<Arc<Sim>>) -> Answer {
    Ok(Json(json!({ "accounts": crate::accounts::list(&sim) })))
}

/// Creates a bot.
pub async fn create_bot(State(sim): State<Arc<Sim>>, Json(new): Json<Value>) -> Answer {
    telegram::create_bot(&sim, read(new)?).map(Json).map_err(Refusal::invalid)
}

/// What can change of a bot.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BotChange {
    revoked: Option<bool>,
    name: Option<String>,
}

/// Revokes a bot's token (every call is a 401), or takes that back; renames it.
pub async fn change_bot(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<i64>,
    Json(change): Json<Value>,
) -> Answer {
    let change: BotChange = read(change)?;
    let described = {
        let mut world = sim.world();
        let bot = world.bots.get_mut(&id).ok_or_else(|| Refusal::not_found("bot"))?;
        bot.revoked = change.revoked.unwrap_or(bot.revoked);
        if let Some(name) = change.name {
            bot.first_name = name;
        }
        telegram::describe(bot, &sim.url)
    };
    sim.live.accounts();
    Ok(Json(described))
}

/// A business connection to make.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    bot: i64,
    owner: String,
    #[serde(default = "yes")]
    can_reply: bool,
}

fn yes() -> bool {
    true
}

/// The owner of a phone adds the bot to their business account.
pub async fn create_connection(State(sim): State<Arc<Sim>>, Json(new): Json<Value>) -> Answer {
    let new: NewConnection = read(new)?;
    telegram::create_connection(&sim, new.bot, &new.owner, new.can_reply).map(Json).map_err(Refusal::invalid)
}

/// What can change of a business connection.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionChange {
    is_enabled: Option<bool>,
    can_reply: Option<bool>,
}

/// Switches a business connection off or on, or changes its rights; the bot is told.
pub async fn change_connection(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Json(change): Json<Value>,
) -> Answer {
    let change: ConnectionChange = read(change)?;
    let mut world = sim.world();
    let connection = world.connections.get_mut(&id).ok_or_else(|| Refusal::not_found("connection"))?;
    connection.is_enabled = change.is_enabled.unwrap_or(connection.is_enabled);
    connection.can_reply = change.can_reply.unwrap_or(connection.can_reply);
    telegram::announce_connection(&sim, &mut world, &id);
    Ok(Json(json!({ "ok": true })))
}

/// A group to make.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    bot: i64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    members: Vec<String>,
}

/// Puts a bot and phones into a group. Phones write there with `"to": "tg:<bot>/<chat id>"`.
pub async fn create_group(State(sim): State<Arc<Sim>>, Json(new): Json<Value>) -> Answer {
    let new: NewGroup = read(new)?;
    telegram::create_group(&sim, new.bot, &new.title, new.members).map(Json).map_err(Refusal::invalid)
}

/// Turns a group into a supergroup with a new id.
pub async fn upgrade_group(State(sim): State<Arc<Sim>>, Path(id): Path<i64>) -> Answer {
    telegram::upgrade_group(&sim, id).map(Json).map_err(Refusal::invalid)
}
