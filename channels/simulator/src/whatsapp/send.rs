//! `POST /{number}/messages`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::content::{self, Shown};
use super::error::GraphError;
use super::events;
use super::fill;
use super::media::{self, Fetched};
use super::statuses::{self, Sent};
use crate::delivery::Bucket;
use crate::faults::Fault;
use crate::ledger::{Change, What, excerpt};
use crate::phones::{ChatKey, Message, Reactions, Receipt, Side, digits_of};
use crate::sim::Sim;
use crate::world::World;

const WINDOW_MS: i64 = 86_400_000;

/// Whom a message goes to.
struct Recipient {
    phone: Option<String>,
    input: String,
    wa_id: Option<String>,
    user_id: Option<String>,
    by_number: bool,
}

/// Takes a message on: 200 means accepted, statuses tell the rest.
///
/// # Errors
/// What Meta refuses at once.
pub async fn send(
    sim: &Arc<Sim>,
    number: &str,
    message: &Map<String, Value>,
    fault: Option<&Fault>,
) -> Result<Value, GraphError> {
    let message = Value::Object(message.clone());
    let fetched = media::fetch_links(sim, &message).await;
    let (answer, sent) = accept(sim, number, &message, &fetched, fault)?;
    match fault {
        Some(Fault::EarlyStatus { answer_after_ms }) => {
            statuses::overtake(sim, &sent);
            tokio::time::sleep(std::time::Duration::from_millis(*answer_after_ms)).await;
        }
        _ => statuses::follow(sim, sent),
    }
    Ok(answer)
}

fn accept(
    sim: &Arc<Sim>,
    number_id: &str,
    message: &Value,
    fetched: &Fetched,
    fault: Option<&Fault>,
) -> Result<(Value, Sent), GraphError> {
    let text = |path: &str| message.pointer(path).and_then(Value::as_str);
    let mut world = sim.world();
    let account = format!("wa:{number_id}");
    let number =
        world.whatsapp.numbers.get(number_id).ok_or_else(|| GraphError::unknown_object(number_id))?;
    if !number.registered {
        return Err(GraphError::of_code(133_010));
    }
    let (business_account, at_once, own) =
        (number.business_account.clone(), number.refuses_at_once, number.digits.clone());
    let recipient = recipient(&mut world, &business_account, message)?;
    if recipient.input == own {
        return Err(GraphError::of_code(131_021));
    }
    if text("/biz_opaque_callback_data").is_some_and(|data| data.chars().count() > 512) {
        return Err(GraphError::new(
            100,
            "Param biz_opaque_callback_data must be at most 512 characters long.",
        ));
    }
    let key = ChatKey::new(account.as_str(), recipient.phone.clone().unwrap_or_default());
    let kind = text("/type").unwrap_or("text");
    let mut category = "service".to_owned();
    let shown = match kind {
        "template" => {
            let sent = message.get("template").ok_or_else(|| GraphError::missing("template"))?;
            let template = fill::find(&world, &business_account, sent)?;
            category = template.category.to_ascii_lowercase();
            Some(fill::fill(sim, &world, template, sent, fetched)?)
        }
        "reaction" => None,
        kind => Some(content::read(sim, &world, kind, message, fetched)?),
    };
    take_seats(sim, &mut world, number_id, &recipient)?;
    let chat = world.chat(&key);
    let last = chat.and_then(|chat| chat.last_inbound_ms);
    let is_open = last.is_some_and(|last| sim.clock.now_ms() - last <= WINDOW_MS);
    let closed = matches!(fault, Some(Fault::WindowClosed)) || (kind != "template" && !is_open);
    let (blocked, stopped) = chat.map_or((false, false), |chat| (chat.blocked, chat.marketing_stopped));
    let fails = match fault {
        Some(Fault::FailLater { code }) => Some(*code),
        _ if recipient.phone.is_none() => Some(131_026),
        _ if closed => Some(131_047),
        _ if stopped && category == "marketing" => Some(131_050),
        _ => shown.as_ref().and_then(|shown| shown.fails_later),
    };
    if closed && (at_once || matches!(fault, Some(Fault::WindowClosed))) {
        return Err(GraphError::of_code(131_047));
    }
    let wamid = events::wamid(sim, &key.phone);
    let sent = Sent {
        wamid: wamid.clone(),
        recipient_id: recipient.wa_id.clone(),
        recipient_user_id: recipient.user_id.clone(),
        client_ref: text("/biz_opaque_callback_data").map(str::to_owned),
        category,
        by_number: recipient.by_number,
        fails,
        stops_at_sent: blocked || kind == "reaction",
        key: key.clone(),
    };
    match shown {
        Some(shown) if fails.is_none() && !blocked => {
            put(sim, &mut world, &sent, shown, text("/context/message_id"))
        }
        Some(_) => {} // never reaches the phone
        None => react(sim, &mut world, &key, message, blocked)?,
    }
    let mut contact = json!({ "input": recipient.input });
    if let Some(contact) = contact.as_object_mut() {
        for (name, value) in [("wa_id", recipient.wa_id), ("user_id", recipient.user_id)] {
            if let Some(value) = value {
                contact.insert(name.into(), value.into());
            }
        }
    }
    let mut accepted = json!({ "id": wamid });
    if let (true, Some(accepted)) = (kind == "template", accepted.as_object_mut()) {
        accepted.insert("message_status".into(), "accepted".into());
    }
    Ok((json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted] }), sent))
}

/// `to` (a number, which wins) or `recipient` (a business-scoped id).
fn recipient(world: &mut World, business_account: &str, message: &Value) -> Result<Recipient, GraphError> {
    let given = |name: &str| match message.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let portfolio = world
        .whatsapp
        .business_accounts
        .get(business_account)
        .map(|account| account.portfolio.clone())
        .unwrap_or_default();
    if let Some(to) = given("to").filter(|to| !to.is_empty()) {
        let digits = digits_of(&to);
        if digits.len() < 5 {
            return Err(GraphError::new(100, "Invalid parameter").details("to is not a phone number"));
        }
        let found = world.phone_by_number(&digits).map(|phone| {
            let user = phone.whatsapp.as_ref();
            (phone.id.clone(), user.map(|user| user.wa_id.clone()))
        });
        let (phone, wa_id) = found.map_or((None, None), |(phone, wa_id)| (Some(phone), wa_id));
        let user_id = phone.as_ref().and_then(|phone| world.business_scoped_id(phone, &portfolio));
        let wa_id = Some(wa_id.unwrap_or(digits));
        return Ok(Recipient { phone, input: to, wa_id, user_id, by_number: true });
    }
    let id = given("recipient").ok_or_else(|| GraphError::missing("to"))?;
    let phone = world.phone_by_business_scoped_id(&id).map(|phone| phone.id.clone());
    Ok(Recipient { phone, input: id.clone(), wa_id: None, user_id: Some(id), by_number: false })
}

/// 80 messages/s per number, and to one person one per 6 s with a burst of 45.
fn take_seats(
    sim: &Arc<Sim>,
    world: &mut World,
    number: &str,
    recipient: &Recipient,
) -> Result<(), GraphError> {
    let (now_ms, factor) = (sim.clock.now_ms(), sim.clock.wait_factor());
    let Some(number) = world.whatsapp.numbers.get_mut(number).filter(|number| number.limited) else {
        return Ok(());
    };
    let pair = number.pairs.entry(recipient.input.clone()).or_insert_with(|| Bucket::new(factor / 6.0, 45.0));
    pair.take(now_ms).map_err(|_| GraphError::of_code(131_056))?;
    number.throughput.take(now_ms).map_err(|_| GraphError::of_code(130_429).status(429))
}

/// The bubble on the phone.
fn put(sim: &Arc<Sim>, world: &mut World, sent: &Sent, shown: Shown, quoted: Option<&str>) {
    let known = |id: &&str| world.chat(&sent.key).is_some_and(|chat| chat.find(id).is_some());
    let message = Message {
        id: sent.wamid.clone(),
        at_ms: sim.clock.now_ms(),
        from: Side::Business,
        body: shown.body,
        actions: shown.actions,
        reply_to: quoted.filter(known).map(str::to_owned), // an unknown quote is dropped silently
        edited_ms: None,
        deleted: false,
        reactions: Reactions::default(),
        receipt: Receipt::Sent,
        client_ref: sent.client_ref.clone(),
        provider: sent.to_provider(),
    };
    let line = What::Arrived {
        id: message.id.clone(),
        kind: message.body.kind().to_owned(),
        text: excerpt(message.body.words()),
        client_ref: message.client_ref.clone(),
        reply_to: message.reply_to.clone(),
    };
    world.note(sim.clock.now_ms(), &sent.key, line);
    world.chat_or_new(&sent.key).typing_until_ms = 0;
    sim.live.message(&sent.key, &message);
    world.push_message(&sent.key, message);
    if let Some(chat) = world.chat(&sent.key) {
        sim.live.chat(&sent.key, chat);
    }
}

fn react(
    sim: &Arc<Sim>,
    world: &mut World,
    key: &ChatKey,
    message: &Value,
    blocked: bool,
) -> Result<(), GraphError> {
    let text = |path: &str| message.pointer(path).and_then(Value::as_str);
    let id = text("/reaction/message_id").ok_or_else(|| GraphError::missing("reaction['message_id']"))?;
    let emoji = text("/reaction/emoji").unwrap_or_default();
    let now_ms = sim.clock.now_ms();
    let target = world
        .chat_mut(key)
        .and_then(|chat| chat.find_mut(id))
        .filter(|target| !target.deleted && now_ms - target.at_ms <= 30 * WINDOW_MS)
        .ok_or_else(|| GraphError::invalid("reaction: the message is deleted, unknown or too old"))?;
    if blocked {
        return Ok(());
    }
    target.reactions.business = if emoji.is_empty() { Vec::new() } else { vec![emoji.to_owned()] };
    sim.live.message(key, target);
    let (id, text) = (id.to_owned(), emoji.to_owned());
    world.note(now_ms, key, What::Changed { id, change: Change::Reacted, text });
    Ok(())
}

/// `{"status": "read", "message_id": …}`, with or without a typing sign.
///
/// # Errors
/// 131009 for a message that is not the customer's or not known.
pub fn mark_read(sim: &Arc<Sim>, number: &str, message: &Map<String, Value>) -> Result<Value, GraphError> {
    const TYPING_MS: i64 = 25_000;
    let id =
        message.get("message_id").and_then(Value::as_str).ok_or_else(|| GraphError::missing("message_id"))?;
    let key = ChatKey::new(format!("wa:{number}"), events::phone_in(id).unwrap_or_default());
    let now_ms = sim.clock.now_ms();
    let mut world = sim.world();
    let unknown = || GraphError::invalid("message_id: unknown, or older than 30 days");
    let chat = world.chat_mut(&key).ok_or_else(unknown)?;
    let at = chat
        .messages
        .iter()
        .position(|message| message.id == id && message.from == Side::Customer)
        .ok_or_else(unknown)?;
    for message in chat.messages.iter_mut().take(at + 1) {
        if message.from == Side::Customer && message.receipt < Receipt::Read {
            message.receipt = Receipt::Read;
            sim.live.message(&key, message);
        }
    }
    let typing = message.contains_key("typing_indicator");
    if typing {
        chat.typing_until_ms = now_ms + TYPING_MS;
    }
    sim.live.chat(&key, chat);
    world.note(now_ms, &key, What::Changed { id: id.to_owned(), change: Change::Read, text: String::new() });
    if typing {
        let line = What::Changed { id: id.to_owned(), change: Change::Typing, text: String::new() };
        world.note(now_ms, &key, line);
    }
    Ok(json!({ "success": true }))
}
