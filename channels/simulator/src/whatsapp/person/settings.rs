//! Blocking, reading, a new number, marketing.

use std::sync::Arc;

use serde_json::json;

use super::{Scene, done, tell};
use crate::phones::{ActError, Acted, Receipt, Side};
use crate::sim::Sim;
use crate::whatsapp::events;
use crate::whatsapp::statuses::{self, Sent};
use crate::world::World;

/// WhatsApp tells nobody; messages then stay at one tick.
pub fn block(sim: &Arc<Sim>, world: &mut World, scene: &Scene, blocked: bool) -> Result<Acted, ActError> {
    let chat = world.chat_or_new(&scene.key);
    chat.blocked = blocked;
    sim.live.chat(&scene.key, chat);
    Ok(done(sim, world, scene, if blocked { "block" } else { "unblock" }, "", "", String::new()))
}

/// Everything in the chat is read; told, if receipts are on.
pub fn read(sim: &Arc<Sim>, world: &mut World, scene: &Scene) -> Result<Acted, ActError> {
    let receipts = world.phone(&scene.key.phone).is_some_and(|phone| phone.receipts);
    let unread: Vec<String> = world
        .chat(&scene.key)
        .into_iter()
        .flat_map(|chat| &chat.messages)
        .filter(|message| message.from == Side::Business && message.receipt < Receipt::Read)
        .map(|message| message.id.clone())
        .collect();
    for id in unread {
        match Sent::of(world, &scene.key, &id) {
            Some(sent) if receipts && sent.recipient_user_id.is_some() => {
                statuses::issue(sim, world, &sent, Receipt::Read, None);
            }
            _ => {
                if let Some(chat) = world.chat_mut(&scene.key) {
                    chat.advance(&id, Receipt::Read); // receipts are off: only the phone knows
                }
            }
        }
    }
    if let Some(chat) = world.chat(&scene.key) {
        sim.live.chat(&scene.key, chat);
    }
    Ok(Acted::default())
}

/// A voice note is listened to.
pub fn play(sim: &Arc<Sim>, world: &mut World, scene: &Scene, id: &str) -> Result<Acted, ActError> {
    let sent = Sent::of(world, &scene.key, id).ok_or(ActError::NotFound("message"))?;
    let is_voice = world
        .chat(&scene.key)
        .and_then(|chat| chat.find(id))
        .is_some_and(|message| message.body.kind() == "voice" && message.receipt < Receipt::Played);
    if is_voice {
        statuses::issue(sim, world, &sent, Receipt::Played, None);
    }
    Ok(Acted::default())
}

/// The person has a new number.
pub fn change_number(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    number: &str,
) -> Result<Acted, ActError> {
    if number.len() < 7 || world.phone_by_number(number).is_some() {
        return Err(ActError::Impossible("this number is taken or too short".to_owned()));
    }
    let (id, at_ms) = (events::wamid(sim, &scene.key.phone), sim.clock.now_ms());
    let mut message = scene.frame(&id, at_ms, "system");
    let old = scene.wa_id.clone().unwrap_or_default();
    message.insert(
        "system".into(),
        json!({ "type": "user_changed_number", "wa_id": number,
                "body": format!("User changed from {old} to {number}") }),
    );
    world.change_number(&scene.key.phone, number, number);
    sim.live.phones();
    let event = tell(sim, world, scene, message, Vec::new());
    Ok(done(sim, world, scene, "change_number", "", number, event))
}

/// The person stops or takes marketing messages.
pub fn marketing(sim: &Arc<Sim>, world: &mut World, scene: &Scene, stop: bool) -> Result<Acted, ActError> {
    world.chat_or_new(&scene.key).marketing_stopped = stop;
    let value = if stop { "stop" } else { "resume" };
    let mut preference = json!({
        "user_id": scene.user_id, "category": "marketing_messages", "value": value, "timestamp": sim.clock.now_s(),
        "detail": if stop { "User requested to stop marketing messages" } else { "User requested to resume marketing messages" },
    });
    if let (Some(wa_id), Some(preference)) = (&scene.wa_id, preference.as_object_mut()) {
        preference.insert("wa_id".into(), wa_id.clone().into());
    }
    let contacts = events::contact(world, &scene.key.account, &scene.key.phone).into_iter().collect();
    let about = format!("preference-{}", sim.chance.letters(10));
    let list = ("user_preferences", "user_preferences");
    let event = events::item(sim, world, &scene.key, list, contacts, preference, &about);
    Ok(done(sim, world, scene, if stop { "stop_marketing" } else { "resume_marketing" }, "", "", event))
}
