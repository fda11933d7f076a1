//! What exists at Meta: apps, business accounts, numbers, tokens.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::first_templates::first_templates;
use super::media::Media;
use super::templates::Template;
use crate::delivery::{Bucket, Target};
use crate::sim::Sim;
use crate::world::World;

/// All of it.
#[derive(Debug, Default)]
pub struct Platform {
    /// By app id.
    pub apps: BTreeMap<String, App>,
    /// By id (WABA id).
    pub business_accounts: BTreeMap<String, BusinessAccount>,
    /// By phone number id.
    pub numbers: BTreeMap<String, Number>,
    /// By the token itself.
    pub tokens: HashMap<String, Token>,
    /// Codes of Embedded Signup, by the code itself.
    pub codes: HashMap<String, Code>,
    /// By media id.
    pub media: HashMap<String, Media>,
}

/// A developer's app.
#[derive(Debug, Serialize, Deserialize)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Signs the webhooks.
    pub secret: String,
    /// Where webhooks go.
    pub callback: Option<Callback>,
    /// Version of the webhook payloads, as chosen in the dashboard.
    pub webhook_version: u32,
}

/// A webhook at Meta.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Callback {
    /// The address.
    pub url: String,
    /// Proves in the handshake that the address agrees.
    pub verify_token: String,
}

/// A WhatsApp Business Account.
#[derive(Debug, Serialize, Deserialize)]
pub struct BusinessAccount {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The business portfolio it belongs to.
    pub portfolio: String,
    /// Apps attached, each with a callback of its own if it asked for one.
    pub subscriptions: BTreeMap<String, Option<Callback>>,
    /// Its templates.
    pub templates: Vec<Template>,
}

/// A phone number of a business.
#[derive(Debug, Serialize, Deserialize)]
pub struct Number {
    /// The phone number id: the key of a channel.
    pub id: String,
    /// Its business account.
    pub business_account: String,
    /// Digits only.
    pub digits: String,
    /// The name customers see.
    pub verified_name: String,
    /// GREEN, YELLOW, RED or UNKNOWN.
    pub quality: String,
    /// TIER_250, TIER_2K … UNLIMITED.
    pub tier: String,
    /// CONNECTED, PENDING, FLAGGED, BANNED …
    pub status: String,
    /// `/register` was called.
    pub registered: bool,
    /// Two-step PIN.
    pub pin: Option<String>,
    /// Messages in all.
    #[serde(skip)]
    pub throughput: Bucket,
    /// Messages to each person.
    #[serde(skip)]
    pub pairs: HashMap<String, Bucket>,
    /// A closed window is told in the answer, not by a status.
    pub refuses_at_once: bool,
    /// Sends `sent`, `delivered`, `read` by itself.
    pub sends_statuses: bool,
    /// The rate limits are in force.
    pub limited: bool,
    /// Also used in the WhatsApp Business app.
    pub coexistence: bool,
    /// People the business blocked, by phone.
    pub blocked: Vec<String>,
}

/// An access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    /// The app it was made for.
    pub app: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Business accounts it was granted.
    pub business_accounts: Vec<String>,
    /// Unix seconds.
    pub issued_s: i64,
    /// Unix seconds; 0 is never.
    pub expires_s: i64,
    /// Why it no longer works: the subcode of error 190.
    pub dead: Option<u32>,
}

/// A code of Embedded Signup: 30 seconds, once.
#[derive(Debug, Clone)]
pub struct Code {
    /// The app it was made for.
    pub app: String,
    /// The business account shared by it.
    pub business_account: String,
    /// Unix milliseconds.
    pub made_ms: i64,
    /// Seconds that the token from it will live; 0 for ever.
    pub token_lifetime_s: i64,
}

/// Scopes that messaging needs.
pub const SCOPES: [&str; 2] = ["whatsapp_business_management", "whatsapp_business_messaging"];

/// A number to create; what is left out is made up. The app is made on first use.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewNumber {
    /// Digits with country code.
    pub number: Option<String>,
    /// The name customers see.
    pub name: Option<String>,
    /// An existing business account.
    pub business_account: Option<String>,
    /// App id; the first app when not given.
    pub app: Option<String>,
    /// App secret, for a new app.
    pub app_secret: Option<String>,
    /// Where webhooks go (as if set in the dashboard).
    pub webhook_url: Option<String>,
    /// The verify token set there.
    pub verify_token: Option<String>,
    /// Attach the app to the business account at once.
    pub subscribed: bool,
    /// `/register` is not needed any more.
    pub registered: Option<bool>,
    /// See [`Number::refuses_at_once`].
    pub refuses_at_once: bool,
    /// See [`Number::sends_statuses`]; on when not given.
    pub sends_statuses: Option<bool>,
    /// Also used in the WhatsApp Business app.
    pub coexistence: bool,
    /// Version of the webhook payloads; 25 when not given.
    pub webhook_version: Option<u32>,
}

/// Creates a number with all it needs, and a system user's token for it.
///
/// # Errors
/// Words, when a business account named does not exist.
pub fn create_number(sim: &Arc<Sim>, new: NewNumber) -> Result<Value, String> {
    let mut world = sim.world();
    let app = create_app(sim, &mut world, &new);
    let business_account = match new.business_account {
        Some(id) if world.whatsapp.business_accounts.contains_key(&id) => id,
        Some(_) => return Err("no such business account".to_owned()),
        None => create_business_account(sim, &mut world, new.name.as_deref().unwrap_or("Jacket & Sons")),
    };
    if new.subscribed
        && let Some(account) = world.whatsapp.business_accounts.get_mut(&business_account)
    {
        account.subscriptions.insert(app.clone(), None);
    }
    let number = Number {
        id: sim.chance.digits(15),
        business_account: business_account.clone(),
        digits: new.number.map_or_else(
            || format!("4930{}", sim.chance.digits(8)),
            |number| crate::phones::digits_of(&number),
        ),
        verified_name: new.name.unwrap_or_else(|| "Jacket & Sons".to_owned()),
        quality: "GREEN".to_owned(),
        tier: "TIER_2K".to_owned(),
        status: if new.registered.unwrap_or(true) { "CONNECTED" } else { "PENDING" }.to_owned(),
        registered: new.registered.unwrap_or(true),
        pin: None,
        throughput: Number::fresh_bucket(sim.clock.wait_factor()),
        pairs: HashMap::new(),
        refuses_at_once: new.refuses_at_once,
        sends_statuses: new.sends_statuses.unwrap_or(true),
        limited: !sim.settings.no_rate_limits,
        coexistence: new.coexistence,
        blocked: Vec::new(),
    };
    let id = number.id.clone();
    world.whatsapp.numbers.insert(id.clone(), number);
    let token = create_token(sim, &mut world, &app, vec![business_account], 0);
    let mut described = describe(&world, &id, &sim.url);
    if let Some(described) = described.as_object_mut() {
        described.insert("token".into(), token.into());
    }
    drop(world);
    sim.live.accounts();
    Ok(described)
}

fn create_app(sim: &Arc<Sim>, world: &mut World, new: &NewNumber) -> String {
    let known = new.app.clone().or_else(|| world.whatsapp.apps.keys().next().cloned());
    let id = known.unwrap_or_else(|| sim.chance.digits(16));
    let secret = new.app_secret.clone();
    let app = world.whatsapp.apps.entry(id.clone()).or_insert_with(|| App {
        id: id.clone(),
        secret: secret.clone().unwrap_or_else(|| hex::encode(sim.chance.letters(16))),
        callback: None,
        webhook_version: 25,
    });
    if let Some(secret) = secret {
        app.secret = secret;
    }
    if let Some(version) = new.webhook_version {
        app.webhook_version = version;
    }
    if let Some(url) = &new.webhook_url {
        let verify_token = new.verify_token.clone().unwrap_or_default();
        app.callback = Some(Callback { url: url.clone(), verify_token });
    }
    id
}

fn create_business_account(sim: &Arc<Sim>, world: &mut World, name: &str) -> String {
    let id = sim.chance.digits(15);
    let account = BusinessAccount {
        id: id.clone(),
        name: name.to_owned(),
        portfolio: sim.chance.digits(15),
        subscriptions: BTreeMap::new(),
        templates: first_templates(&sim.chance),
    };
    world.whatsapp.business_accounts.insert(id.clone(), account);
    id
}

/// Makes a token.
pub fn create_token(
    sim: &Arc<Sim>,
    world: &mut World,
    app: &str,
    business_accounts: Vec<String>,
    lifetime_s: i64,
) -> String {
    let token = format!("EAAG{}", sim.chance.letters(60));
    let issued_s = sim.clock.now_s();
    let scopes = SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
    let expires_s = if lifetime_s > 0 { issued_s + lifetime_s } else { 0 };
    let made = Token { app: app.to_owned(), scopes, business_accounts, issued_s, expires_s, dead: None };
    world.whatsapp.tokens.insert(token.clone(), made);
    token
}

/// What the control API tells of a number, with the secrets that a connecting server needs.
pub fn describe(world: &World, id: &str, url: &str) -> Value {
    let platform = &world.whatsapp;
    let Some(number) = platform.numbers.get(id) else { return Value::Null };
    let app = platform.apps.values().next();
    let token = platform.tokens.iter().find(|(_, token)| {
        token.dead.is_none() && token.business_accounts.contains(&number.business_account)
    });
    json!({
        "account": format!("wa:{id}"), "kind": "whatsapp", "name": number.verified_name,
        "phone_number_id": id, "business_account_id": number.business_account, "number": number.digits,
        "display_phone_number": display(&number.digits), "quality": number.quality, "tier": number.tier,
        "registered": number.registered, "app_id": app.map(|app| &app.id), "app_secret": app.map(|app| &app.secret),
        "token": token.map(|(token, _)| token), "api": url,
        "webhook": webhook_target(world, &format!("wa:{id}")).map(|target| target.url),
    })
}

/// All numbers.
pub fn describe_all(world: &World, url: &str) -> Vec<Value> {
    world.whatsapp.numbers.keys().map(|id| describe(world, id, url)).collect()
}

/// As the webhook's metadata and the number's node show it.
#[must_use]
pub fn display(digits: &str) -> String {
    let (country, rest) = digits.split_at_checked(2).unwrap_or((digits, ""));
    format!("+{country} {rest}")
}

impl Number {
    /// 80 messages a second.
    #[must_use]
    pub fn fresh_bucket(wait_factor: f64) -> Bucket {
        Bucket::new(80.0 * wait_factor, 80.0)
    }
}

impl Platform {
    /// The business account of `wa:<phone number id>` or `wa:<business account id>`.
    #[must_use]
    pub fn business_account_of(&self, account: &str) -> Option<&BusinessAccount> {
        let id = account.strip_prefix("wa:")?;
        let id = self.numbers.get(id).map_or(id, |number| number.business_account.as_str());
        self.business_accounts.get(id)
    }

    /// The id an envelope's entry carries.
    #[must_use]
    pub fn entry_id(&self, account: &str) -> String {
        self.business_account_of(account).map(|account| account.id.clone()).unwrap_or_default()
    }

    /// The number behind an account's name.
    #[must_use]
    pub fn number(&self, account: &str) -> Option<&Number> {
        self.numbers.get(account.strip_prefix("wa:")?)
    }
}

/// Where a number's or business account's events go: to the first app attached to the business account.
#[must_use]
pub fn webhook_target(world: &World, account: &str) -> Option<Target> {
    let business_account = world.whatsapp.business_account_of(account)?;
    business_account.subscriptions.iter().find_map(|(app, own)| {
        let app = world.whatsapp.apps.get(app)?;
        let callback = own.as_ref().or(app.callback.as_ref())?;
        let secret = Some(app.secret.clone());
        Some(Target { url: callback.url.clone(), connections_max: 32, secret, any_success: false })
    })
}
