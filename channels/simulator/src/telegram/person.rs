//! What a person does on Telegram, and which updates tell the bot.

mod write;

use std::sync::Arc;

use serde_json::{Value, json};

use super::bot::Bot;
use super::message;
use super::update::{Update, emit};
use crate::ledger::{What, excerpt};
use crate::phones::{Act, ActError, Acted, Body, ChatKey, Receipt, Side, Writing};
use crate::sim::Sim;
use crate::world::World;
use write::{contents, text_content, write};

/// The place of an act: whose chat with which bot.
struct Scene {
    key: ChatKey,
    bot_id: i64,
    user: Value,
    chat: Value,
    connection: Option<String>,
    owner: Option<Value>,
}

impl Scene {
    fn find(world: &World, phone: &str, account: &str) -> Result<Self, ActError> {
        let person = world.phone(phone).ok_or(ActError::NotFound("phone"))?;
        let user = message::user(person).ok_or(ActError::NotFound("telegram account of the phone"))?;
        let mut chat = message::private_chat(person).ok_or(ActError::NotFound("phone"))?;
        let (kind, id) = account.split_once(':').ok_or(ActError::NotFound("account"))?;
        let key = ChatKey::new(account, phone);
        if kind == "tgb" {
            let connection = world.connections.get(id).ok_or(ActError::NotFound("account"))?;
            let owner = world.phone(&connection.owner).and_then(message::user);
            let (bot_id, connection) = (connection.bot_id, Some(id.to_owned()));
            return Ok(Self { key, bot_id, user, chat, connection, owner });
        }
        // `tg:<bot>/<group>` is a chat in a group.
        let (bot, group) = id.split_once('/').map_or((id, None), |(bot, group)| (bot, Some(group)));
        let bot_id =
            bot.parse().ok().filter(|id| world.bots.contains_key(id)).ok_or(ActError::NotFound("account"))?;
        let mut key = ChatKey::new(super::bot::account(bot_id), phone);
        if let Some(group) = group {
            let group =
                group.parse().ok().and_then(|id| world.groups.get(&id)).ok_or(ActError::NotFound("group"))?;
            chat = message::group_chat(group);
            key.phone = format!("group:{}", group.id);
        }
        Ok(Self { key, bot_id, user, chat, connection: None, owner: None })
    }

    fn lane(&self) -> String {
        match &self.connection {
            Some(connection) => format!("tgb:{connection}/{}", self.key.phone),
            None => format!("chat/{}", self.key.phone),
        }
    }

    /// The kind's name in chats of a business account, or in the bot's own.
    fn kind(&self, own: &'static str, business: &'static str) -> &'static str {
        if self.connection.is_some() { business } else { own }
    }
}

/// Does it.
///
/// # Errors
/// [`ActError`] when something is missing or Telegram offers no such act.
pub fn perform(sim: &Arc<Sim>, phone: &str, account: &str, act: Act) -> Result<Acted, ActError> {
    let contents = match &act {
        Act::Send(send) => {
            let bot_id = Scene::find(&sim.world(), phone, account)?.bot_id;
            contents(sim, bot_id, send)?
        }
        Act::Start { payload } => vec![text_content(format!("/start {payload}").trim_end(), Vec::new())],
        _ => Vec::new(),
    };
    let mut world = sim.world();
    let scene = Scene::find(&world, phone, account)?;
    match act {
        Act::Send(send) => write(sim, &mut world, phone, &scene, contents, &send),
        Act::Start { .. } => write(sim, &mut world, phone, &scene, contents, &Writing::default()),
        Act::React { message, emoji } => react(sim, &mut world, phone, &scene, &message, emoji),
        Act::Edit { message, text, by_business } => {
            edit(sim, &mut world, phone, &scene, &message, &text, by_business)
        }
        Act::Delete { messages, .. } => delete(sim, &mut world, phone, &scene, &messages),
        Act::Tap { message, button } => tap(sim, &mut world, phone, &scene, &message, &button),
        Act::Block => block(sim, &mut world, phone, &scene, true),
        Act::Unblock => block(sim, &mut world, phone, &scene, false),
        Act::Read | Act::Play { .. } => {
            let chat = world.chat_mut(&scene.key).ok_or(ActError::NotFound("chat"))?;
            for message in chat.messages.iter_mut().filter(|message| message.from == Side::Business) {
                message.receipt = message.receipt.max(Receipt::Read);
            }
            sim.live.chat(&scene.key, chat);
            Ok(Acted::default()) // Telegram tells bots nothing of it
        }
        Act::Choose { .. } | Act::ChangeNumber { .. } | Act::Marketing { .. } => {
            Err(ActError::Impossible("Telegram has no such thing".to_owned()))
        }
    }
}

fn react(
    sim: &Arc<Sim>,
    world: &mut World,
    phone: &str,
    scene: &Scene,
    id: &str,
    emoji: Vec<String>,
) -> Result<Acted, ActError> {
    let bubble =
        world.chat_mut(&scene.key).and_then(|chat| chat.find_mut(id)).ok_or(ActError::NotFound("message"))?;
    let old = std::mem::replace(&mut bubble.reactions.customer, emoji.clone());
    sim.live.message(&scene.key, bubble);
    let list = |emoji: &[String]| -> Vec<Value> {
        emoji.iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect()
    };
    let body = json!({
        "chat": scene.chat, "message_id": id.parse::<i64>().unwrap_or_default(), "user": scene.user,
        "date": sim.clock.now_s(), "old_reaction": list(&old), "new_reaction": list(&emoji),
    });
    let lane = format!("message_reaction/{}", scene.key.phone);
    let update = Update { kind: "message_reaction", lane, phone: Some(phone), about: "" };
    // Reactions in chats of a business account are told to nobody.
    let event =
        if scene.connection.is_some() { String::new() } else { emit(sim, world, scene.bot_id, update, body) };
    Ok(done(sim, world, scene, "react", id, &emoji.concat(), event))
}

fn edit(
    sim: &Arc<Sim>,
    world: &mut World,
    phone: &str,
    scene: &Scene,
    id: &str,
    text: &str,
    by_business: bool,
) -> Result<Acted, ActError> {
    let side = if by_business { Side::Business } else { Side::Customer };
    let bubble = world
        .chat_mut(&scene.key)
        .and_then(|chat| chat.find_mut(id))
        .filter(|bubble| bubble.from == side && !bubble.deleted)
        .ok_or(ActError::NotFound("message"))?;
    let mut changed = bubble.provider.clone();
    let Some(map) = changed.as_object_mut() else { return Err(ActError::NotFound("message")) };
    if map.contains_key("text") {
        map.remove("entities");
        map.extend(text_content(text, Vec::new()));
    } else if matches!(bubble.body, Body::Media { .. }) {
        map.remove("caption_entities");
        map.insert("caption".into(), text.into());
    } else {
        return Err(ActError::Impossible("only text and captions can be edited".to_owned()));
    }
    map.insert("edit_date".into(), sim.clock.now_s().into());
    bubble.body = message::body(&changed);
    bubble.edited_ms = Some(sim.clock.now_ms());
    bubble.provider = changed.clone();
    sim.live.message(&scene.key, bubble);
    let kind = scene.kind("edited_message", "edited_business_message");
    let update = Update { kind, lane: scene.lane(), phone: Some(phone), about: "" };
    let event = emit(sim, world, scene.bot_id, update, changed);
    Ok(done(sim, world, scene, "edit", id, text, event))
}

fn delete(
    sim: &Arc<Sim>,
    world: &mut World,
    phone: &str,
    scene: &Scene,
    ids: &[String],
) -> Result<Acted, ActError> {
    for id in ids {
        let bubble = world
            .chat_mut(&scene.key)
            .and_then(|chat| chat.find_mut(id))
            .ok_or(ActError::NotFound("message"))?;
        bubble.deleted = true;
        sim.live.message(&scene.key, bubble);
    }
    // Bots are told only in chats of a business account.
    let event = match &scene.connection {
        Some(connection) => {
            let numbers: Vec<i64> = ids.iter().filter_map(|id| id.parse().ok()).collect();
            let body =
                json!({ "business_connection_id": connection, "chat": scene.chat, "message_ids": numbers });
            let kind = "deleted_business_messages";
            emit(
                sim,
                world,
                scene.bot_id,
                Update { kind, lane: kind.into(), phone: Some(phone), about: "" },
                body,
            )
        }
        None => String::new(),
    };
    Ok(done(sim, world, scene, "delete", &ids.join(","), "", event))
}

fn tap(
    sim: &Arc<Sim>,
    world: &mut World,
    phone: &str,
    scene: &Scene,
    id: &str,
    button: &str,
) -> Result<Acted, ActError> {
    let bubble =
        world.chat(&scene.key).and_then(|chat| chat.find(id)).ok_or(ActError::NotFound("message"))?;
    let crate::phones::Actions::Buttons { rows } = &bubble.actions else {
        return Err(ActError::NotFound("button"));
    };
    let pressed = rows
        .iter()
        .flatten()
        .find(|shown| shown.id.as_deref() == Some(button) || shown.label == button)
        .ok_or(ActError::NotFound("button"))?;
    let Some(data) = pressed.id.clone() else {
        return Ok(Acted::default()); // a link: the phone opens it and tells nobody
    };
    let message = bubble.provider.clone();
    let at_ms = sim.clock.now_ms();
    let Some(bot) = world.bots.get_mut(&scene.bot_id) else { return Err(ActError::NotFound("account")) };
    let callback = format!("{}{:09}", scene.bot_id % 1_000_000_000, bot.next_callback);
    bot.next_callback += 1;
    bot.callbacks.retain(|_, (_, _, pressed_ms)| at_ms - *pressed_ms <= 150_000);
    bot.callbacks.insert(callback.clone(), (scene.key.account.clone(), phone.to_owned(), at_ms));
    let body = json!({
        "id": callback, "from": scene.user, "message": message, "data": data,
        "chat_instance": format!("{}", scene.bot_id.wrapping_mul(31)),
    });
    let lane = format!("callback_query/{phone}");
    let update = Update { kind: "callback_query", lane, phone: Some(phone), about: "" };
    let event = emit(sim, world, scene.bot_id, update, body);
    Ok(done(sim, world, scene, "tap", id, &data, event))
}

fn block(
    sim: &Arc<Sim>,
    world: &mut World,
    phone: &str,
    scene: &Scene,
    blocked: bool,
) -> Result<Acted, ActError> {
    let bot = world.bots.get(&scene.bot_id).map(Bot::user).ok_or(ActError::NotFound("account"))?;
    let chat = world.chat_or_new(&scene.key);
    if chat.blocked == blocked {
        return Ok(Acted::default());
    }
    chat.blocked = blocked;
    sim.live.chat(&scene.key, chat);
    let member = |status: &str| match status {
        "kicked" => json!({ "user": bot, "status": "kicked", "until_date": 0 }),
        _ => json!({ "user": bot, "status": "member" }),
    };
    let (old, new) = if blocked { ("member", "kicked") } else { ("kicked", "member") };
    let body = json!({
        "chat": scene.chat, "from": scene.user, "date": sim.clock.now_s(),
        "old_chat_member": member(old), "new_chat_member": member(new),
    });
    let lane = format!("my_chat_member/{phone}");
    let update = Update { kind: "my_chat_member", lane, phone: Some(phone), about: "" };
    let event = emit(sim, world, scene.bot_id, update, body);
    Ok(done(sim, world, scene, if blocked { "block" } else { "unblock" }, "", "", event))
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
        events: vec![event].into_iter().filter(|event| !event.is_empty()).collect(),
    }
}
