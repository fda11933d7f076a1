//! Accounts and people that outlive the program, for a stage that is put up again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::phones::Phone;
use crate::sim::Sim;
use crate::telegram::{Bot, BusinessConnection};
use crate::whatsapp::{App, BusinessAccount, Number, Token};
use crate::world::World;

/// How often changes are written.
const EVERY: Duration = Duration::from_secs(1);

/// What is read back.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Kept {
    phones: Vec<Phone>,
    bots: Vec<Bot>,
    connections: Vec<BusinessConnection>,
    apps: Vec<App>,
    business_accounts: Vec<BusinessAccount>,
    numbers: Vec<Number>,
    tokens: Vec<(String, Token)>,
}

/// The same, borrowed to be written.
#[derive(Serialize)]
struct Keeping<'world> {
    phones: Vec<&'world Phone>,
    bots: Vec<&'world Bot>,
    connections: Vec<&'world BusinessConnection>,
    apps: Vec<&'world App>,
    business_accounts: Vec<&'world BusinessAccount>,
    numbers: Vec<&'world Number>,
    tokens: Vec<(&'world String, &'world Token)>,
}

/// Reads the file, if one is set and there. True when accounts came back.
///
/// # Errors
/// When the file cannot be read or is not what was written.
pub fn load(sim: &Arc<Sim>) -> anyhow::Result<bool> {
    let Some(path) = sim.settings.state.as_deref().filter(|path| path.exists()) else { return Ok(false) };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let kept: Kept = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a simulator's state", path.display()))?;
    let mut world = sim.world();
    let restored = !kept.bots.is_empty() || !kept.numbers.is_empty();
    for phone in kept.phones {
        world.add_phone(phone)?;
    }
    for mut bot in kept.bots {
        bot.overall = Bot::fresh_bucket(sim.clock.wait_factor());
        bot.next_update_id += 1_000; // what was sent after the last writing is not sent again
        world.bots.insert(bot.id, bot);
    }
    for mut number in kept.numbers {
        number.throughput = Number::fresh_bucket(sim.clock.wait_factor());
        world.whatsapp.numbers.insert(number.id.clone(), number);
    }
    let named = kept.connections.into_iter().map(|connection| (connection.id.clone(), connection));
    world.connections.extend(named);
    world.whatsapp.apps.extend(kept.apps.into_iter().map(|app| (app.id.clone(), app)));
    let named = kept.business_accounts.into_iter().map(|account| (account.id.clone(), account));
    world.whatsapp.business_accounts.extend(named);
    world.whatsapp.tokens.extend(kept.tokens);
    Ok(restored)
}

/// Writes changes to the file as they come, if one is set.
pub fn keep(sim: &Arc<Sim>) {
    let Some(path) = sim.settings.state.clone() else { return };
    let own = Arc::clone(sim);
    sim.spawn(async move {
        let mut last = String::new();
        loop {
            tokio::time::sleep(EVERY).await;
            last = write_changed(&own, &path, last);
        }
    });
}

/// Writes the file now, if one is set.
pub fn save(sim: &Arc<Sim>) {
    if let Some(path) = &sim.settings.state {
        write_changed(sim, path, String::new());
    }
}

fn write_changed(sim: &Arc<Sim>, path: &Path, last: String) -> String {
    let Some(now) = describe(&sim.world()) else { return last };
    if now == last {
        return last;
    }
    // Beside it first, then in its place: a crash leaves the old file or the new one, never half of one.
    let beside = path.with_extension("new");
    match std::fs::write(&beside, &now).and_then(|()| std::fs::rename(&beside, path)) {
        Ok(()) => now,
        Err(error) => {
            tracing::warn!(%error, "the simulator's state could not be written");
            last
        }
    }
}

fn describe(world: &World) -> Option<String> {
    let platform = &world.whatsapp;
    let mut tokens: Vec<_> = platform.tokens.iter().collect();
    tokens.sort_by_key(|(token, _)| *token);
    let keeping = Keeping {
        phones: world.phones().collect(),
        bots: world.bots.values().collect(),
        connections: world.connections.values().collect(),
        apps: platform.apps.values().collect(),
        business_accounts: platform.business_accounts.values().collect(),
        numbers: platform.numbers.values().collect(),
        tokens,
    };
    serde_json::to_string(&keeping).ok()
}
