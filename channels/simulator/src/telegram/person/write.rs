//! The person writes, or the owner of a business account by hand.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Scene;
use crate::ledger::{What, excerpt};
use crate::phones::{ActError, Acted, Side, Writing};
use crate::sim::Sim;
use crate::telegram::error::TelegramError;
use crate::telegram::message::{self, Frame};
use crate::telegram::update::{Update, emit};
use crate::telegram::{entities, file};
use crate::world::World;

/// A text with its marks: those given, or those Telegram finds.
pub fn text_content(text: &str, given: Vec<Value>) -> Map<String, Value> {
    let mut content = Map::new();
    let marks = if given.is_empty() { entities::found_in(text) } else { entities::checked(text, given) };
    content.insert("text".into(), text.into());
    if !marks.is_empty() {
        content.insert("entities".into(), Value::Array(marks));
    }
    content
}

/// What the messages hold: one each, for an album several.
pub fn contents(sim: &Arc<Sim>, bot_id: i64, send: &Writing) -> Result<Vec<Map<String, Value>>, ActError> {
    let refused = |error: TelegramError| ActError::Impossible(error.description);
    let mut content = match send.kind.as_str() {
        "text" => {
            if send.text.is_empty() {
                return Err(ActError::Impossible("nothing to send".to_owned()));
            }
            text_content(&send.text, send.entities.clone())
        }
        "location" => {
            let place = json!({ "latitude": send.latitude, "longitude": send.longitude });
            let mut content = Map::new();
            if !send.name.is_empty() {
                let venue = json!({ "location": place, "title": send.name, "address": send.address });
                content.insert("venue".into(), venue);
            }
            content.insert("location".into(), place);
            content
        }
        "contact" => {
            let (first, last) = send.name.split_once(' ').unwrap_or((send.name.as_str(), ""));
            let mut contact = json!({ "phone_number": send.number, "first_name": first });
            if let (false, Some(contact)) = (last.is_empty(), contact.as_object_mut()) {
                contact.insert("last_name".into(), last.into());
            }
            Map::from_iter([("contact".to_owned(), contact)])
        }
        "raw" => Map::new(),
        "album" => {
            let group = sim.chance.digits(17);
            let mut parts = Vec::new();
            for (at, (sent, file)) in send.shelved(sim)?.into_iter().enumerate() {
                let kind = match sent.kind.as_str() {
                    "" if file.mime.starts_with("video/") => "video",
                    "" if file.mime.starts_with("image/") => "photo",
                    "" => "document",
                    kind => kind,
                };
                let mut content = file::content(sim, bot_id, kind, &file).map_err(refused)?;
                let caption = if at == 0 && sent.caption.is_empty() { &send.text } else { &sent.caption };
                if !caption.is_empty() {
                    content.insert("caption".into(), caption.clone().into());
                }
                content.insert("media_group_id".into(), group.clone().into());
                parts.push(content);
            }
            return Ok(parts);
        }
        kind => {
            let files = send.shelved(sim)?;
            let (_, file) = files.first().ok_or(ActError::NotFound("file"))?;
            let mut content = file::content(sim, bot_id, kind, file).map_err(refused)?;
            if !send.text.is_empty() && !matches!(kind, "sticker" | "video_note") {
                content.insert("caption".into(), send.text.clone().into());
                if !send.entities.is_empty() {
                    content.insert("caption_entities".into(), send.entities.clone().into());
                }
            }
            content
        }
    };
    if send.forwarded {
        let origin =
            json!({ "type": "hidden_user", "sender_user_name": "Maria", "date": sim.clock.now_s() - 3600 });
        content.insert("forward_origin".into(), origin);
    }
    content.extend(send.raw.clone());
    Ok(vec![content])
}

/// Puts the messages into the chat and tells the bot.
pub fn write(
    sim: &Arc<Sim>,
    world: &mut World,
    phone: &str,
    scene: &Scene,
    contents: Vec<Map<String, Value>>,
    send: &Writing,
) -> Result<Acted, ActError> {
    if world.chat(&scene.key).is_some_and(|chat| chat.blocked) {
        return Err(ActError::Impossible("unblock the bot first".to_owned()));
    }
    let mut acted = Acted::default();
    let at_ms = sim.clock.now_ms();
    for content in contents {
        let quoted = send.reply_to.as_ref().and_then(|id| world.chat(&scene.key)?.find(id));
        let reply_to = match (&send.reply_to, quoted) {
            (Some(_), None) => return Err(ActError::NotFound("message")),
            (_, quoted) => quoted.map(|message| message.provider.clone()),
        };
        let by_owner = send.by_business && scene.owner.is_some();
        let chat = world.chat_or_new(&scene.key);
        chat.started = true;
        if !by_owner {
            chat.last_inbound_ms = Some(at_ms);
        }
        let frame = Frame {
            number: chat.next_number(sim.first_message_number),
            from: if by_owner { scene.owner.clone().unwrap_or_default() } else { scene.user.clone() },
            chat: scene.chat.clone(),
            at_ms,
            reply_to,
            connection: scene.connection.clone(),
            business_bot: None,
        };
        let whole = message::build(frame, &content);
        let side = if by_owner { Side::Business } else { Side::Customer };
        let bubble = message::bubble(&whole, side, at_ms);
        let (id, kind, text) =
            (bubble.id.clone(), bubble.body.kind().to_owned(), excerpt(bubble.body.words()));
        sim.live.message(&scene.key, &bubble);
        world.push_message(&scene.key, bubble);
        let update = Update {
            kind: scene.kind("message", "business_message"),
            lane: scene.lane(),
            phone: Some(phone),
            about: &id,
        };
        let event = emit(sim, world, scene.bot_id, update, whole);
        let line = if by_owner {
            let act = "owner_wrote".to_owned();
            What::Acted { act, id: id.clone(), text, event: event.clone() }
        } else {
            What::Sent { id: id.clone(), kind, text, event: event.clone() }
        };
        world.note(at_ms, &scene.key, line);
        acted.messages.push(id);
        acted.events.push(event);
    }
    if let Some(chat) = world.chat(&scene.key) {
        sim.live.chat(&scene.key, chat);
    }
    Ok(acted)
}
