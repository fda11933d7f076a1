//! Bots, the business accounts they serve, and the groups they are in.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::update::{self, Update};
use crate::delivery::Bucket;
use crate::sim::Sim;
use crate::world::World;

/// A bot.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bot {
    /// Its user id, and the part of the token before the colon.
    pub id: i64,
    /// The whole token.
    pub token: String,
    /// Shown name.
    pub first_name: String,
    /// Ends in `bot`.
    pub username: String,
    /// The token was revoked: every call is a 401.
    pub revoked: bool,
    /// The webhook, if set.
    pub webhook: Option<Webhook>,
    /// What `setWebhook` asked for last; kept when it is left out. Empty means "all but three".
    pub allowed_updates: Vec<String>,
    /// The next `update_id`.
    pub next_update_id: i64,
    /// The next number of a button press.
    pub next_callback: u64,
    /// Since when the webhook has answered 410 only, Unix milliseconds.
    #[serde(skip)]
    pub gone_since_ms: Option<i64>,
    /// Button presses that can still be answered: id → (chat account, phone, pressed at).
    #[serde(skip)]
    pub callbacks: HashMap<String, (String, String, i64)>,
    /// When and how the webhook last failed.
    pub last_error: Option<(i64, String)>,
    /// Calls in all.
    #[serde(skip)]
    pub overall: Bucket,
    /// Messages to each chat.
    #[serde(skip)]
    pub per_chat: HashMap<String, Bucket>,
}

/// Where a bot's updates go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// Comes back in the header.
    pub secret: Option<String>,
    /// 1 to 100.
    pub connections_max: usize,
    /// A self-signed certificate was uploaded.
    pub custom_certificate: bool,
    /// A fixed address.
    pub ip_address: Option<String>,
}

/// A Telegram Business account that added a bot.
#[derive(Debug, Serialize, Deserialize)]
pub struct BusinessConnection {
    /// Its id.
    pub id: String,
    /// The bot.
    pub bot_id: i64,
    /// The owner's phone.
    pub owner: String,
    /// May write.
    pub can_reply: bool,
    /// May mark as read.
    pub can_read: bool,
    /// Not switched off.
    pub is_enabled: bool,
    /// Unix seconds.
    pub date: i64,
}

/// A group or supergroup with a bot in it.
#[derive(Debug)]
pub struct Group {
    /// Negative; supergroups at or below −1000000000000.
    pub id: i64,
    /// The bot.
    pub bot_id: i64,
    /// Its name.
    pub title: String,
    /// Phones in it.
    pub members: BTreeSet<String>,
    /// Its new id, once upgraded.
    pub migrated_to: Option<i64>,
    /// The bot was thrown out.
    pub bot_kicked: bool,
}

/// A bot to create; what is left out is made up.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewBot {
    /// Shown name.
    pub name: Option<String>,
    /// Ends in `bot`.
    pub username: Option<String>,
    /// A token of your choice: digits, a colon, 35 or so letters.
    pub token: Option<String>,
}

/// Creates a bot and returns its description with the token.
///
/// # Errors
/// Words, when the token is malformed or the bot exists.
pub fn create_bot(sim: &Arc<Sim>, new: NewBot) -> Result<Value, String> {
    let token = new.token.unwrap_or_else(|| {
        let id = sim.chance.between(5_000_000_000, 7_999_999_999);
        format!("{id}:AA{}", sim.chance.letters(33))
    });
    let id = token
        .split_once(':')
        .filter(|(_, secret)| secret.len() >= 10)
        .and_then(|(id, _)| id.parse::<i64>().ok())
        .ok_or("token: digits, a colon, and at least 10 letters")?;
    let mut world = sim.world();
    if world.bots.contains_key(&id) {
        return Err("this bot exists already".to_owned());
    }
    let bot = Bot {
        id,
        first_name: new.name.unwrap_or_else(|| "Helpdesk".to_owned()),
        username: new.username.unwrap_or_else(|| format!("helpdesk{}bot", id % 10_000)),
        token,
        revoked: false,
        webhook: None,
        allowed_updates: Vec::new(),
        next_update_id: i64::try_from(sim.chance.between(100_000_000, 900_000_000)).unwrap_or(1),
        next_callback: 1,
        gone_since_ms: None,
        callbacks: HashMap::new(),
        last_error: None,
        overall: Bot::fresh_bucket(sim.clock.wait_factor()),
        per_chat: HashMap::new(),
    };
    let description = describe(&bot, &sim.url);
    world.bots.insert(id, bot);
    drop(world);
    sim.live.accounts();
    Ok(description)
}

/// What the control API tells of a bot; it is a stage, so the token is shown.
pub fn describe(bot: &Bot, url: &str) -> Value {
    json!({
        "account": account(bot.id), "kind": "telegram", "name": bot.first_name, "id": bot.id,
        "username": bot.username, "token": bot.token, "api": url, "revoked": bot.revoked,
        "webhook": bot.webhook.as_ref().map(|webhook| &webhook.url),
    })
}

/// The account's name in the ledger.
#[must_use]
pub fn account(bot_id: i64) -> String {
    format!("tg:{bot_id}")
}

impl Bot {
    /// About 30 messages a second in all.
    #[must_use]
    pub fn fresh_bucket(wait_factor: f64) -> Bucket {
        Bucket::new(30.0 * wait_factor, 30.0)
    }

    /// The bot as a `User`.
    #[must_use]
    pub fn user(&self) -> Value {
        json!({ "id": self.id, "is_bot": true, "first_name": self.first_name, "username": self.username })
    }
}

/// The owner of a phone adds the bot to their business account.
///
/// # Errors
/// Words, when the bot or the phone does not exist.
pub fn create_connection(sim: &Arc<Sim>, bot_id: i64, owner: &str, can_reply: bool) -> Result<Value, String> {
    let mut world = sim.world();
    if !world.bots.contains_key(&bot_id) {
        return Err("no such bot".to_owned());
    }
    if world.phone(owner).and_then(|phone| phone.telegram.as_ref()).is_none() {
        return Err("no such phone with Telegram".to_owned());
    }
    let connection = BusinessConnection {
        id: sim.chance.letters(22),
        bot_id,
        owner: owner.to_owned(),
        can_reply,
        can_read: can_reply,
        is_enabled: true,
        date: sim.clock.now_s(),
    };
    let id = connection.id.clone();
    world.connections.insert(id.clone(), connection);
    announce_connection(sim, &mut world, &id);
    drop(world);
    sim.live.accounts();
    Ok(
        json!({ "account": format!("tgb:{id}"), "kind": "telegram_business", "connection": id, "owner": owner }),
    )
}

/// Sends `business_connection` with the connection's present state.
pub fn announce_connection(sim: &Arc<Sim>, world: &mut World, id: &str) {
    let Some(body) = connection_json(world, id) else { return };
    let Some(bot_id) = world.connections.get(id).map(|connection| connection.bot_id) else { return };
    let update =
        Update { kind: "business_connection", lane: "business_connection".into(), phone: None, about: "" };
    update::emit(sim, world, bot_id, update, body);
}

/// A `BusinessConnection`.
pub fn connection_json(world: &World, id: &str) -> Option<Value> {
    let connection = world.connections.get(id)?;
    let owner = world.phone(&connection.owner)?;
    let user = super::message::user(owner)?;
    let mut rights = json!({});
    if let Some(rights) = rights.as_object_mut() {
        if connection.can_reply {
            rights.insert("can_reply".into(), true.into());
        }
        if connection.can_read {
            rights.insert("can_read_messages".into(), true.into());
        }
    }
    Some(json!({
        "id": id, "user": user, "user_chat_id": user.get("id"), "date": connection.date,
        "rights": rights, "is_enabled": connection.is_enabled,
    }))
}

/// Puts a bot and some phones into a new group; the bot is told by `my_chat_member`.
///
/// # Errors
/// Words, when the bot does not exist.
pub fn create_group(sim: &Arc<Sim>, bot_id: i64, title: &str, members: Vec<String>) -> Result<Value, String> {
    let id = -i64::try_from(sim.chance.between(100_000_000, 999_999_999)).unwrap_or(1);
    let mut world = sim.world();
    let Some(bot) = world.bots.get(&bot_id).map(Bot::user) else { return Err("no such bot".to_owned()) };
    let from = members.first().and_then(|member| world.phone(member)).and_then(super::message::user);
    let group = Group {
        id,
        bot_id,
        title: title.to_owned(),
        members: members.into_iter().collect(),
        migrated_to: None,
        bot_kicked: false,
    };
    let chat = super::message::group_chat(&group);
    world.groups.insert(id, group);
    let body = json!({
        "chat": chat, "from": from, "date": sim.clock.now_s(),
        "old_chat_member": { "user": bot, "status": "left" },
        "new_chat_member": { "user": bot, "status": "member" },
    });
    let update = Update { kind: "my_chat_member", lane: "my_chat_member".into(), phone: None, about: "" };
    update::emit(sim, &mut world, bot_id, update, body);
    Ok(json!({ "account": account(bot_id), "chat_id": id, "title": title }))
}

/// Turns a group into a supergroup: the old id is dead, and both service messages go out.
///
/// # Errors
/// Words, when there is no such group or it was upgraded before.
pub fn upgrade_group(sim: &Arc<Sim>, id: i64) -> Result<Value, String> {
    let new_id = -1_000_000_000_000 - i64::try_from(sim.chance.between(1_000_000, 999_999_999)).unwrap_or(1);
    let mut world = sim.world();
    let group =
        world.groups.get_mut(&id).filter(|group| group.migrated_to.is_none()).ok_or("no such group")?;
    group.migrated_to = Some(new_id);
    let old_chat = super::message::group_chat(group);
    let new = Group {
        id: new_id,
        bot_id: group.bot_id,
        title: group.title.clone(),
        members: group.members.clone(),
        migrated_to: None,
        bot_kicked: false,
    };
    let (bot_id, new_chat) = (new.bot_id, super::message::group_chat(&new));
    world.groups.insert(new_id, new);
    let date = sim.clock.now_s();
    for (chat, key, other, number) in
        [(old_chat, "migrate_to_chat_id", new_id, 900_000_001), (new_chat, "migrate_from_chat_id", id, 1)]
    {
        let body = json!({ "message_id": number, "chat": chat, "date": date, key: other });
        let lane = format!("chat/group:{}", if other == id { new_id } else { id });
        update::emit(sim, &mut world, bot_id, Update { kind: "message", lane, phone: None, about: "" }, body);
    }
    Ok(json!({ "chat_id": new_id, "migrated_from": id }))
}
