//! What can be connected to: the answer to "which accounts are there?"

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sim::Sim;
use crate::{telegram, whatsapp};

/// All accounts of all providers, with their secrets: this is a stage.
#[must_use]
pub fn list(sim: &Arc<Sim>) -> Vec<Value> {
    let world = sim.world();
    let mut accounts: Vec<Value> = world.bots.values().map(|bot| telegram::describe(bot, &sim.url)).collect();
    accounts.extend(world.connections.values().map(|connection| {
        let owner = world.phone(&connection.owner).map(crate::phones::Phone::full_name);
        json!({
            "account": format!("tgb:{}", connection.id), "kind": "telegram_business", "name": owner,
            "connection": connection.id, "owner": connection.owner, "bot": connection.bot_id,
            "is_enabled": connection.is_enabled,
        })
    }));
    accounts.extend(whatsapp::describe_all(&world, &sim.url));
    accounts
}

/// The names of all accounts.
#[must_use]
pub fn names(world: &crate::world::World) -> Vec<String> {
    let bots = world.bots.keys().map(|id| format!("tg:{id}"));
    let connections = world.connections.keys().map(|id| format!("tgb:{id}"));
    let numbers = world.whatsapp.numbers.keys().map(|id| format!("wa:{id}"));
    bots.chain(connections).chain(numbers).collect()
}
