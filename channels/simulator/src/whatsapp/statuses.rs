//! Receipts: sent, delivered, read, played, failed.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::GraphError;
use super::events;
use crate::ledger::{Change, What};
use crate::phones::{ChatKey, Receipt, Side};
use crate::sim::Sim;
use crate::world::World;

/// How long a message takes to leave Meta and to reach a phone, in the provider's milliseconds.
const SENT_MS: i64 = 60;
const DELIVERED_MS: i64 = 200;

/// What a receipt needs to know of the message that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The chat; without a phone when nobody has the number.
    pub key: ChatKey,
    /// The message.
    pub wamid: String,
    /// The number written to, as WhatsApp has it; absent when the person hides it.
    pub recipient_id: Option<String>,
    /// The person's business-scoped id; absent when nobody has the number.
    pub recipient_user_id: Option<String>,
    /// `biz_opaque_callback_data`.
    pub client_ref: Option<String>,
    /// service, utility, marketing or authentication.
    pub category: String,
    /// Written to by number, not by business-scoped id.
    pub by_number: bool,
    /// Fails after it was accepted.
    pub fails: Option<u32>,
    /// Stays at one tick: a reaction, or the person blocked the business.
    pub stops_at_sent: bool,
}

impl Sent {
    /// As kept with the bubble, for receipts that come later.
    #[must_use]
    pub fn to_provider(&self) -> Value {
        json!({
            "recipient_id": self.recipient_id, "recipient_user_id": self.recipient_user_id,
            "category": self.category, "by_number": self.by_number,
        })
    }

    /// Read back from a bubble.
    #[must_use]
    pub fn of(world: &World, key: &ChatKey, wamid: &str) -> Option<Self> {
        let message = world.chat(key)?.find(wamid)?;
        let text = |name: &str| message.provider.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            key: key.clone(),
            wamid: wamid.to_owned(),
            recipient_id: text("recipient_id"),
            recipient_user_id: text("recipient_user_id"),
            client_ref: message.client_ref.clone(),
            category: text("category").unwrap_or_else(|| "service".to_owned()),
            by_number: message.provider.get("by_number").and_then(Value::as_bool).unwrap_or(true),
            fails: None,
            stops_at_sent: false,
        })
    }
}

/// Lets the receipts follow a message, each after its time.
pub fn follow(sim: &Arc<Sim>, sent: Sent) {
    let own = Arc::clone(sim);
    sim.spawn(async move {
        let sim = own;
        sim.clock.wait(SENT_MS).await;
        if let Some(code) = sent.fails {
            return issue(&sim, &mut sim.world(), &sent, Receipt::Failed, Some(code));
        }
        issue(&sim, &mut sim.world(), &sent, Receipt::Sent, None);
        if sent.stops_at_sent {
            return;
        }
        sim.clock.wait(DELIVERED_MS).await;
        arrive(&sim, &mut sim.world(), &sent);
    });
}

/// All receipts at once, before the answer of the send.
pub fn overtake(sim: &Arc<Sim>, sent: &Sent) {
    let mut world = sim.world();
    if let Some(code) = sent.fails {
        return issue(sim, &mut world, sent, Receipt::Failed, Some(code));
    }
    issue(sim, &mut world, sent, Receipt::Sent, None);
    if !sent.stops_at_sent {
        arrive(sim, &mut world, sent);
    }
}

/// Two ticks, if the phone is on; blue ones, if its owner looks.
fn arrive(sim: &Arc<Sim>, world: &mut World, sent: &Sent) {
    let Some(phone) = world.phone(&sent.key.phone).filter(|phone| phone.online) else { return };
    let (reads, receipts) = (phone.auto_read, phone.receipts);
    issue(sim, world, sent, Receipt::Delivered, None);
    if reads && receipts {
        issue(sim, world, sent, Receipt::Read, None);
    }
}

/// A phone came online: what stood at one tick gets its second.
pub fn came_online(sim: &Arc<Sim>, phone: &str) {
    let mut world = sim.world();
    let accounts: Vec<String> = world.whatsapp.numbers.keys().map(|id| format!("wa:{id}")).collect();
    for account in accounts {
        let key = ChatKey::new(account, phone);
        let waiting: Vec<String> = world
            .chat(&key)
            .into_iter()
            .filter(|chat| !chat.blocked)
            .flat_map(|chat| &chat.messages)
            .filter(|message| message.from == Side::Business && message.receipt == Receipt::Sent)
            .map(|message| message.id.clone())
            .collect();
        for wamid in waiting {
            if let Some(sent) = Sent::of(&world, &key, &wamid) {
                arrive(sim, &mut world, &sent);
            }
        }
    }
}

/// Sends one status, if the number sends any, and moves the bubble's ticks.
pub fn issue(sim: &Arc<Sim>, world: &mut World, sent: &Sent, receipt: Receipt, code: Option<u32>) {
    let name = match receipt {
        Receipt::Sent => "sent",
        Receipt::Delivered => "delivered",
        Receipt::Read => "read",
        Receipt::Played => "played",
        Receipt::Failed => "failed",
    };
    if let Some(chat) = world.chat_mut(&sent.key) {
        chat.advance(&sent.wamid, receipt);
        if let Some(message) = chat.find(&sent.wamid) {
            sim.live.message(&sent.key, message);
        }
    }
    let now_ms = sim.clock.now_ms();
    if receipt == Receipt::Failed {
        let text = code.map(|code| code.to_string()).unwrap_or_default();
        world.note(now_ms, &sent.key, What::Changed { id: sent.wamid.clone(), change: Change::Failed, text });
    }
    if world.whatsapp.number(&sent.key.account).is_none_or(|number| !number.sends_statuses) {
        return;
    }
    let version = world.whatsapp.apps.values().next().map_or(25, |app| app.webhook_version);
    let status = status(sent, name, now_ms, code, version);
    // Failed statuses name nobody.
    let contacts =
        if code.is_none() { events::contact(world, &sent.key.account, &sent.key.phone) } else { None };
    let contacts = contacts.into_iter().collect();
    let about = format!("{}#{name}", sent.wamid);
    let event = events::item(sim, world, &sent.key, ("messages", "statuses"), contacts, status, &about);
    let line = What::Receipt { id: sent.wamid.clone(), status: name.to_owned(), event };
    world.note(now_ms, &sent.key, line);
}

fn status(sent: &Sent, name: &str, now_ms: i64, code: Option<u32>, version: u32) -> Value {
    let mut status = json!({
        "id": sent.wamid, "status": name, "timestamp": now_ms.div_euclid(1000).to_string(),
    });
    let Some(map) = status.as_object_mut() else { return status };
    if let Some(id) = &sent.recipient_id {
        map.insert("recipient_id".into(), id.clone().into());
    }
    if let Some(id) = sent.recipient_user_id.as_ref().filter(|_| code.is_none() || !sent.by_number) {
        map.insert("recipient_user_id".into(), id.clone().into());
    }
    if let Some(client_ref) = &sent.client_ref {
        map.insert("biz_opaque_callback_data".into(), client_ref.clone().into());
    }
    if let Some(code) = code {
        map.insert("errors".into(), json!([GraphError::of_code(code).in_webhook()]));
        return status;
    }
    // Prices come with `sent` and with one of the two that follow.
    if matches!(name, "sent" | "delivered") {
        let free = sent.category == "service";
        map.insert(
            "pricing".into(),
            json!({
                "billable": !free, "pricing_model": if version >= 24 { "PMP" } else { "CBP" },
                "type": if free { "free_customer_service" } else { "regular" }, "category": sent.category,
            }),
        );
        if version < 24 {
            let origin = json!({ "type": sent.category });
            let until = (now_ms.div_euclid(1000) + 86_400).to_string();
            let id = hex::encode(sent.wamid.as_bytes().iter().rev().take(16).copied().collect::<Vec<u8>>());
            map.insert(
                "conversation".into(),
                json!({ "id": id, "origin": origin, "expiration_timestamp": until }),
            );
        }
    }
    status
}
