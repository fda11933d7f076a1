//! Buttons and lists.

use std::sync::Arc;

use serde_json::{Value, json};

use super::write::{log_sent, show};
use super::{Scene, tell};
use crate::phones::{ActError, Acted, Actions, Body, Side};
use crate::sim::Sim;
use crate::whatsapp::events;
use crate::world::World;

/// A tapped button: of an interactive message its reply, of a template `button`.
pub fn tap(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    id: &str,
    button: &str,
) -> Result<Acted, ActError> {
    let target =
        world.chat(&scene.key).and_then(|chat| chat.find(id)).ok_or(ActError::NotFound("message"))?;
    let Actions::Buttons { rows } = &target.actions else { return Err(ActError::NotFound("button")) };
    let pressed = rows
        .iter()
        .flatten()
        .find(|shown| shown.id.as_deref() == Some(button) || shown.label == button)
        .cloned()
        .ok_or(ActError::NotFound("button"))?;
    let Some(payload) = pressed.id else { return Ok(Acted::default()) }; // a link tells nobody
    let of_template = matches!(&target.body, Body::Card { card, .. } if card == "template");
    let (kind, object) = if of_template {
        ("button", json!({ "payload": payload, "text": pressed.label }))
    } else {
        let reply = json!({ "id": payload, "title": pressed.label });
        ("interactive", json!({ "type": "button_reply", "button_reply": reply }))
    };
    Ok(answer(sim, world, scene, id, kind, object, &pressed.label))
}

/// A row of a list.
pub fn choose(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    id: &str,
    row: &str,
) -> Result<Acted, ActError> {
    let target =
        world.chat(&scene.key).and_then(|chat| chat.find(id)).ok_or(ActError::NotFound("message"))?;
    let Actions::List { sections, .. } = &target.actions else { return Err(ActError::NotFound("list")) };
    let chosen = sections
        .iter()
        .flat_map(|section| &section.rows)
        .find(|shown| shown.id == row || shown.title == row)
        .cloned()
        .ok_or(ActError::NotFound("row"))?;
    let mut reply = json!({ "id": chosen.id, "title": chosen.title });
    if let (Some(description), Some(reply)) = (&chosen.description, reply.as_object_mut()) {
        reply.insert("description".into(), description.clone().into());
    }
    let object = json!({ "type": "list_reply", "list_reply": reply });
    Ok(answer(sim, world, scene, id, "interactive", object, &chosen.title))
}

/// A tap shows as a bubble of the person that quotes the message, and opens the window.
fn answer(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    quoted: &str,
    kind: &str,
    object: Value,
    label: &str,
) -> Acted {
    let (id, at_ms) = (events::wamid(sim, &scene.key.phone), sim.clock.now_ms());
    let mut message = scene.frame(&id, at_ms, kind);
    message.insert("context".into(), json!({ "from": scene.business, "id": quoted }));
    message.insert(kind.to_owned(), object);
    show(sim, world, scene, &id, at_ms, Side::Customer, Body::text(label), Some(quoted.to_owned()));
    let event = tell(sim, world, scene, message, Vec::new());
    log_sent(sim, world, scene, &id, &event);
    Acted { messages: vec![id], events: vec![event] }
}
