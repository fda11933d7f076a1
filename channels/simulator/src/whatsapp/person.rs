//! What a person does on WhatsApp, and which webhooks tell the business.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::statuses::{self, Sent};
use super::{events, media};
use crate::files::File;
use crate::ledger::{What, excerpt};
use crate::phones::{
    Act, ActError, Acted, Actions, Body, ChatKey, Message, Reactions, Receipt, Side, Writing, digits_of,
};
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
        Act::Send(writing) if writing.by_business => echo(sim, world, &scene, &writing),
        Act::Send(writing) => write(sim, world, &scene, &writing),
        Act::React { message, emoji } => react(sim, world, &scene, &message, emoji),
        Act::Edit { message, text, by_business } => edit(sim, world, &scene, &message, &text, by_business),
        Act::Delete { messages, by_business } => revoke(sim, world, &scene, &messages, by_business),
        Act::Tap { message, button } => tap(sim, world, &scene, &message, &button),
        Act::Choose { message, row } => choose(sim, world, &scene, &message, &row),
        Act::Block => block(sim, world, &scene, true),
        Act::Unblock => block(sim, world, &scene, false),
        Act::Start { .. } => {
            let id = events::wamid(sim, phone);
            let message = scene.frame(&id, sim.clock.now_ms(), "request_welcome");
            let event = tell(sim, world, &scene, message, Vec::new());
            Ok(done(sim, world, &scene, "start", "", "", event))
        }
        Act::Read => read(sim, world, &scene),
        Act::Play { message } => play(sim, world, &scene, &message),
        Act::ChangeNumber { number } => change_number(sim, world, &scene, &digits_of(&number)),
        Act::Marketing { stop } => marketing(sim, world, &scene, stop),
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

fn write(sim: &Arc<Sim>, world: &mut World, scene: &Scene, writing: &Writing) -> Result<Acted, ActError> {
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

#[expect(clippy::too_many_arguments, reason = "a bubble has that many parts of its own")]
fn show(
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

fn log_sent(sim: &Arc<Sim>, world: &mut World, scene: &Scene, id: &str, event: &str) {
    let Some(message) = world.chat(&scene.key).and_then(|chat| chat.find(id)) else { return };
    let (kind, text) = (message.body.kind().to_owned(), excerpt(message.body.words()));
    let line = What::Sent { id: id.to_owned(), kind, text, event: event.to_owned() };
    world.note(sim.clock.now_ms(), &scene.key, line);
}

/// The owner answers in the WhatsApp Business app: the business is told by an echo.
fn echo(sim: &Arc<Sim>, world: &mut World, scene: &Scene, writing: &Writing) -> Result<Acted, ActError> {
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

fn react(
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

fn edit(
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

fn revoke(
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

/// A tapped button: of an interactive message its reply, of a template `button`.
fn tap(sim: &Arc<Sim>, world: &mut World, scene: &Scene, id: &str, button: &str) -> Result<Acted, ActError> {
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

fn choose(sim: &Arc<Sim>, world: &mut World, scene: &Scene, id: &str, row: &str) -> Result<Acted, ActError> {
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

/// WhatsApp tells nobody; messages then stay at one tick.
fn block(sim: &Arc<Sim>, world: &mut World, scene: &Scene, blocked: bool) -> Result<Acted, ActError> {
    let chat = world.chat_or_new(&scene.key);
    chat.blocked = blocked;
    sim.live.chat(&scene.key, chat);
    Ok(done(sim, world, scene, if blocked { "block" } else { "unblock" }, "", "", String::new()))
}

fn read(sim: &Arc<Sim>, world: &mut World, scene: &Scene) -> Result<Acted, ActError> {
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

fn play(sim: &Arc<Sim>, world: &mut World, scene: &Scene, id: &str) -> Result<Acted, ActError> {
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

fn change_number(sim: &Arc<Sim>, world: &mut World, scene: &Scene, number: &str) -> Result<Acted, ActError> {
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

fn marketing(sim: &Arc<Sim>, world: &mut World, scene: &Scene, stop: bool) -> Result<Acted, ActError> {
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
