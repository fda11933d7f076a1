//! Reactions, edits and deletions.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Scene, done, tell};
use crate::phones::{ActError, Acted, Body, Side};
use crate::sim::Sim;
use crate::whatsapp::events;
use crate::world::World;

/// One emoji on a message, or none.
pub fn react(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    id: &str,
    emoji: Vec<String>,
) -> Result<Acted, ActError> {
    let target =
        world.chat_mut(&scene.key).and_then(|chat| chat.find_mut(id)).ok_or(ActError::NotFound("message"))?;
    let last = emoji.into_iter().next_back();
    target.reactions.customer = last.clone().into_iter().collect();
    sim.live.message(&scene.key, target);
    let new = events::wamid(sim, &scene.key.phone);
    let mut message = scene.frame(&new, sim.clock.now_ms(), "reaction");
    let mut reaction = json!({ "message_id": id });
    if let (Some(emoji), Some(reaction)) = (&last, reaction.as_object_mut()) {
        reaction.insert("emoji".into(), emoji.clone().into());
    }
    message.insert("reaction".into(), reaction);
    let event = tell(sim, world, scene, message, Vec::new());
    Ok(done(sim, world, scene, "react", id, &last.unwrap_or_default(), event))
}

/// A new text or caption.
pub fn edit(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    id: &str,
    text: &str,
    by_business: bool,
) -> Result<Acted, ActError> {
    let side = if by_business { Side::Business } else { Side::Customer };
    let now_ms = sim.clock.now_ms();
    let target = world
        .chat_mut(&scene.key)
        .and_then(|chat| chat.find_mut(id))
        .filter(|target| target.from == side && !target.deleted)
        .ok_or(ActError::NotFound("message"))?;
    let new = match &mut target.body {
        Body::Text { text: old, .. } => {
            text.clone_into(old);
            json!({ "type": "text", "text": { "body": text } })
        }
        Body::Media { caption, media, .. } => {
            text.clone_into(caption);
            let field = if media == "photo" { "image" } else { media.as_str() };
            json!({ "type": field, field: { "caption": text } })
        }
        _ => return Err(ActError::Impossible("only text and captions can be edited".to_owned())),
    };
    target.edited_ms = Some(now_ms);
    sim.live.message(&scene.key, target);
    let object = json!({ "original_message_id": id, "message": new });
    let event = change_event(sim, world, scene, "edit", object, by_business);
    Ok(done(sim, world, scene, "edit", id, text, event))
}

/// Deleted for everybody.
pub fn revoke(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    ids: &[String],
    by_business: bool,
) -> Result<Acted, ActError> {
    let side = if by_business { Side::Business } else { Side::Customer };
    let mut acted = Acted::default();
    for id in ids {
        let target = world
            .chat_mut(&scene.key)
            .and_then(|chat| chat.find_mut(id))
            .filter(|target| target.from == side)
            .ok_or(ActError::NotFound("message"))?;
        target.deleted = true;
        sim.live.message(&scene.key, target);
        let event =
            change_event(sim, world, scene, "revoke", json!({ "original_message_id": id }), by_business);
        acted.events.extend(done(sim, world, scene, "delete", id, "", event).events);
    }
    Ok(acted)
}

/// An `edit` or `revoke`: a message of its own, from the person or as an echo.
fn change_event(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    kind: &str,
    object: Value,
    by_business: bool,
) -> String {
    let new = events::wamid(sim, &scene.key.phone);
    let mut message = scene.frame(&new, sim.clock.now_ms(), kind);
    message.insert(kind.to_owned(), object);
    if !by_business {
        return tell(sim, world, scene, message, Vec::new());
    }
    message.remove("from_user_id");
    message.insert("from".into(), scene.business.clone().into());
    message.insert("to".into(), scene.wa_id.clone().into());
    let list = ("smb_message_echoes", "message_echoes");
    events::item(sim, world, &scene.key, list, Vec::new(), Value::Object(message), &new)
}
