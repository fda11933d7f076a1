//! The person writes, or the owner by hand in the business's own app.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Scene, done, tell};
use crate::files::File;
use crate::ledger::{What, excerpt};
use crate::phones::{ActError, Acted, Actions, Body, Message, Reactions, Receipt, Side, Writing, digits_of};
use crate::sim::Sim;
use crate::whatsapp::{events, media};
use crate::world::World;

/// What is written: the bubble on the phone, the kind, and the object of that kind.
struct Part {
    body: Body,
    kind: String,
    object: Value,
}

fn parts(sim: &Arc<Sim>, world: &mut World, scene: &Scene, writing: &Writing) -> Result<Vec<Part>, ActError> {
    let one = |body: Body, kind: &str, object: Value| Ok(vec![Part { body, kind: kind.to_owned(), object }]);
    match writing.kind.as_str() {
        "text" if writing.text.is_empty() => Err(ActError::Impossible("nothing to send".to_owned())),
        "text" => one(Body::text(writing.text.as_str()), "text", json!({ "body": writing.text })),
        "location" => {
            let words = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let (name, address) = (words(&writing.name), words(&writing.address));
            let mut object = json!({ "latitude": writing.latitude, "longitude": writing.longitude });
            if let (Some(name), Some(object)) = (&name, object.as_object_mut()) {
                object.insert("name".into(), name.clone().into());
                object.insert("address".into(), address.clone().into());
            }
            let (latitude, longitude) = (writing.latitude, writing.longitude);
            one(Body::Location { latitude, longitude, name, address }, "location", object)
        }
        "contact" => {
            let first = writing.name.split(' ').next().unwrap_or_default();
            let card = json!({
                "name": { "formatted_name": writing.name, "first_name": first }, "origin": "other",
                "phones": [{ "phone": writing.number, "wa_id": digits_of(&writing.number), "type": "CELL" }],
            });
            let body = Body::Contact { name: writing.name.clone(), phones: vec![writing.number.clone()] };
            one(body, "contacts", json!([card]))
        }
        "raw" => {
            let kind = writing.raw.get("type").and_then(Value::as_str).unwrap_or("unsupported").to_owned();
            let object = writing.raw.get(&kind).cloned().unwrap_or_default();
            let body = Body::Note { text: format!("({kind})") };
            Ok(vec![Part { body, kind, object }])
        }
        kind => {
            let mut parts = Vec::new();
            for (at, (sent, file)) in writing.shelved(sim)?.into_iter().enumerate() {
                let caption = if at == 0 && sent.caption.is_empty() { &writing.text } else { &sent.caption };
                let kind = if kind == "album" { album_kind(&sent.kind, &file.mime) } else { kind };
                parts.push(medium(sim, world, scene, kind, &file, caption));
            }
            Ok(parts)
        }
    }
}

fn album_kind<'kind>(given: &'kind str, mime: &str) -> &'kind str {
    match given {
        "" if mime.starts_with("video/") => "video",
        "" if mime.starts_with("image/") => "photo",
        "" => "document",
        given => given,
    }
}

fn medium(sim: &Arc<Sim>, world: &mut World, scene: &Scene, kind: &str, file: &File, caption: &str) -> Part {
    let id = media::keep(sim, world, &scene.number, file, 7);
    let url = media::link(sim, world, &id);
    let mut object =
        json!({ "mime_type": file.mime, "sha256": media::webhook_digest(file), "id": id, "url": url });
    let field = match kind {
        "photo" => "image",
        "voice" | "audio" => "audio",
        "video" | "video_note" | "animation" => "video",
        "sticker" => "sticker",
        _ => "document",
    };
    if let Some(map) = object.as_object_mut() {
        if !caption.is_empty() && matches!(field, "image" | "video" | "document") {
            map.insert("caption".into(), caption.into());
        }
        match field {
            "audio" => {
                map.insert("voice".into(), (kind == "voice").into());
            }
            "sticker" => {
                map.insert("animated".into(), false.into());
            }
            "document" => {
                map.insert("filename".into(), file.name.clone().unwrap_or_else(|| "file".to_owned()).into());
            }
            _ => {}
        }
    }
    let body = Body::Media {
        media: if field == "image" { "photo".to_owned() } else { kind.to_owned() },
        url: Some(format!("/shelf/{}", file.id)),
        name: file.name.clone(),
        mime: file.mime.clone(),
        size: file.bytes.len() as u64,
        caption: caption.to_owned(),
        entities: Vec::new(),
        duration_s: file.duration_s,
        width: file.width,
        height: file.height,
        album: None,
    };
    Part { body, kind: field.to_owned(), object }
}

/// The person writes.
pub fn write(sim: &Arc<Sim>, world: &mut World, scene: &Scene, writing: &Writing) -> Result<Acted, ActError> {
    if world.chat(&scene.key).is_some_and(|chat| chat.blocked) {
        return Err(ActError::Impossible("unblock the business first".to_owned()));
    }
    if let Some(quoted) = &writing.reply_to {
        world.chat(&scene.key).and_then(|chat| chat.find(quoted)).ok_or(ActError::NotFound("message"))?;
    }
    let mut acted = Acted::default();
    for part in parts(sim, world, scene, writing)? {
        let (id, at_ms) = (events::wamid(sim, &scene.key.phone), sim.clock.now_ms());
        let mut message = scene.frame(&id, at_ms, &part.kind);
        if let Some(quoted) = &writing.reply_to {
            message.insert("context".into(), json!({ "from": scene.business, "id": quoted }));
        } else if writing.forwarded {
            message.insert("context".into(), json!({ "forwarded": true }));
        }
        if let Some(referral) = &writing.referral {
            message.insert("referral".into(), referral.clone());
        }
        if !part.object.is_null() {
            message.insert(part.kind.clone(), part.object);
        }
        message.extend(writing.raw.clone());
        show(sim, world, scene, &id, at_ms, Side::Customer, part.body, writing.reply_to.clone());
        let refused =
            world.whatsapp.numbers.get(&scene.number).is_some_and(|n| n.blocked.contains(&scene.key.phone));
        let event = if refused { String::new() } else { tell(sim, world, scene, message, Vec::new()) };
        log_sent(sim, world, scene, &id, &event);
        acted.messages.push(id);
        acted.events.extend(Some(event).filter(|event| !event.is_empty()));
    }
    Ok(acted)
}

/// Puts a bubble at the end of the chat; the person's own opens the window.
#[expect(clippy::too_many_arguments, reason = "a bubble has that many parts of its own")]
pub fn show(
    sim: &Arc<Sim>,
    world: &mut World,
    scene: &Scene,
    id: &str,
    at_ms: i64,
    from: Side,
    body: Body,
    reply_to: Option<String>,
) {
    let message = Message {
        id: id.to_owned(),
        at_ms,
        from,
        body,
        actions: Actions::None,
        reply_to,
        edited_ms: None,
        deleted: false,
        reactions: Reactions::default(),
        receipt: Receipt::Sent,
        client_ref: None,
        provider: Value::Null,
    };
    let chat = world.chat_or_new(&scene.key);
    if from == Side::Customer {
        chat.started = true;
        chat.last_inbound_ms = Some(at_ms);
    }
    sim.live.message(&scene.key, &message);
    world.push_message(&scene.key, message);
    if let Some(chat) = world.chat(&scene.key) {
        sim.live.chat(&scene.key, chat);
    }
}

/// Writes a line for a message that the person sent.
pub fn log_sent(sim: &Arc<Sim>, world: &mut World, scene: &Scene, id: &str, event: &str) {
    let Some(message) = world.chat(&scene.key).and_then(|chat| chat.find(id)) else { return };
    let (kind, text) = (message.body.kind().to_owned(), excerpt(message.body.words()));
    let line = What::Sent { id: id.to_owned(), kind, text, event: event.to_owned() };
    world.note(sim.clock.now_ms(), &scene.key, line);
}

/// The owner answers in the WhatsApp Business app: the business is told by an echo.
pub fn echo(sim: &Arc<Sim>, world: &mut World, scene: &Scene, writing: &Writing) -> Result<Acted, ActError> {
    let mut acted = Acted::default();
    for part in parts(sim, world, scene, writing)? {
        let (id, at_ms) = (events::wamid(sim, &scene.key.phone), sim.clock.now_ms());
        let mut message = scene.frame(&id, at_ms, &part.kind);
        message.remove("from_user_id");
        message.insert("from".into(), scene.business.clone().into());
        if let Some(wa_id) = &scene.wa_id {
            message.insert("to".into(), wa_id.clone().into());
        }
        message.insert("to_user_id".into(), scene.user_id.clone().into());
        message.insert(part.kind, part.object);
        show(sim, world, scene, &id, at_ms, Side::Business, part.body, None);
        let list = ("smb_message_echoes", "message_echoes");
        let event = events::item(sim, world, &scene.key, list, Vec::new(), Value::Object(message), &id);
        acted.events.push(event.clone());
        done(sim, world, scene, "owner_wrote", &id, &writing.text, event);
        acted.messages.push(id);
    }
    Ok(acted)
}
