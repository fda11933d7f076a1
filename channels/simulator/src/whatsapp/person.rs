//! What a person does on WhatsApp, and which webhooks tell the business.

mod answer;
mod change;
mod settings;
mod write;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::events;
use crate::ledger::{What, excerpt};
use crate::phones::{Act, ActError, Acted, ChatKey, digits_of};
use crate::sim::Sim;
use crate::world::World;

/// The place of an act: whose chat with which number.
struct Scene {
    key: ChatKey,
    number: String,
    /// The business's number, digits.
    business: String,
    wa_id: Option<String>,
    user_id: String,
}

impl Scene {
    fn find(world: &mut World, phone: &str, account: &str) -> Result<Self, ActError> {
        let number = world.whatsapp.number(account).ok_or(ActError::NotFound("account"))?;
        let (id, business) = (number.id.clone(), number.digits.clone());
        let portfolio = world.whatsapp.business_account_of(account).map(|account| account.portfolio.clone());
        let user_id = world
            .business_scoped_id(phone, &portfolio.unwrap_or_default())
            .ok_or(ActError::NotFound("whatsapp account of the phone"))?;
        let user = world.phone(phone).and_then(|phone| phone.whatsapp.as_ref());
        let wa_id = user.filter(|user| !user.hides_number).map(|user| user.wa_id.clone());
        Ok(Self { key: ChatKey::new(account, phone), number: id, business, wa_id, user_id })
    }

    /// What every message has.
    fn frame(&self, id: &str, at_ms: i64, kind: &str) -> Map<String, Value> {
        let mut message = Map::new();
        if let Some(wa_id) = &self.wa_id {
            message.insert("from".into(), wa_id.clone().into());
        }
        message.insert("from_user_id".into(), self.user_id.clone().into());
        message.insert("id".into(), id.into());
        message.insert("timestamp".into(), at_ms.div_euclid(1000).to_string().into());
        message.insert("type".into(), kind.into());
        message
    }
}

/// Does it.
///
/// # Errors
/// [`ActError`] when something is missing or WhatsApp offers no such act.
pub fn perform(sim: &Arc<Sim>, phone: &str, account: &str, act: Act) -> Result<Acted, ActError> {
    let mut world = sim.world();
    let world = &mut *world;
    let scene = Scene::find(world, phone, account)?;
    match act {
        Act::Send(writing) if writing.by_business => write::echo(sim, world, &scene, &writing),
        Act::Send(writing) => write::write(sim, world, &scene, &writing),
        Act::React { message, emoji } => change::react(sim, world, &scene, &message, emoji),
        Act::Edit { message, text, by_business } => {
            change::edit(sim, world, &scene, &message, &text, by_business)
        }
        Act::Delete { messages, by_business } => change::revoke(sim, world, &scene, &messages, by_business),
        Act::Tap { message, button } => answer::tap(sim, world, &scene, &message, &button),
        Act::Choose { message, row } => answer::choose(sim, world, &scene, &message, &row),
        Act::Block => settings::block(sim, world, &scene, true),
        Act::Unblock => settings::block(sim, world, &scene, false),
        Act::Start { .. } => {
            let id = events::wamid(sim, phone);
            let message = scene.frame(&id, sim.clock.now_ms(), "request_welcome");
            let event = tell(sim, world, &scene, message, Vec::new());
            Ok(done(sim, world, &scene, "start", "", "", event))
        }
        Act::Read => settings::read(sim, world, &scene),
        Act::Play { message } => settings::play(sim, world, &scene, &message),
        Act::ChangeNumber { number } => settings::change_number(sim, world, &scene, &digits_of(&number)),
        Act::Marketing { stop } => settings::marketing(sim, world, &scene, stop),
    }
}

/// Sends one message event; `errors` stand beside it.
fn tell(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    message: Map<String, Value>,
    errors: Vec<Value>,
) -> String {
    let id = message.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let contacts: Vec<Value> = match message.get("type").and_then(Value::as_str) {
        Some("system") => Vec::new(),
        _ => events::contact(world, &scene.key.account, &scene.key.phone).into_iter().collect(),
    };
    let mut message = Value::Object(message);
    if let (false, Some(map)) = (errors.is_empty(), message.as_object_mut()) {
        map.insert("errors".into(), errors.into());
    }
    events::item(sim, world, &scene.key, ("messages", "messages"), contacts, message, &id)
}

fn done(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    act: &str,
    id: &str,
    text: &str,
    event: String,
) -> Acted {
    let line =
        What::Acted { act: act.to_owned(), id: id.to_owned(), text: excerpt(text), event: event.clone() };
    world.note(sim.clock.now_ms(), &scene.key, line);
    Acted {
        messages: Vec::new(),
        events: Some(event).filter(|event| !event.is_empty()).into_iter().collect(),
    }
}
