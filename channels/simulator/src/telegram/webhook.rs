//! `setWebhook`, `deleteWebhook`, `getWebhookInfo`, and for bots without one `getUpdates`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::bot::{Webhook, account};
use super::error::TelegramError;
use super::params::Params;
use crate::delivery::Target;
use crate::sim::Sim;
use crate::world::World;

/// Carries the secret token: the only proof of origin.
pub const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// A webhook that answered nothing but 410 for so long is removed.
const GONE_MS: i64 = 23 * 3_600_000;

/// `setWebhook`.
///
/// # Errors
/// 400 for an address, secret or limit that Telegram refuses.
pub fn set(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let url = params.text("url").unwrap_or_default();
    if url.is_empty() {
        return delete(sim, bot_id, params);
    }
    check_url(&url)?;
    let secret = params.text("secret_token").filter(|secret| !secret.is_empty());
    if secret.as_deref().is_some_and(|secret| secret.len() > 256) {
        return Err(TelegramError::bad_request("secret token is too long"));
    }
    if secret.as_deref().is_some_and(|secret| !secret.bytes().all(is_secret_byte)) {
        return Err(TelegramError::bad_request("secret token contains unallowed characters"));
    }
    let connections_max = params.int("max_connections").unwrap_or(40).clamp(1, 100);
    let allowed = params.json("allowed_updates")?;
    let mut world = sim.world();
    let Some(bot) = world.bots.get_mut(&bot_id) else { return Err(TelegramError::unauthorized()) };
    let same = bot.webhook.as_ref().is_some_and(|webhook| webhook.url == url);
    bot.webhook = Some(Webhook {
        url,
        secret,
        connections_max: usize::try_from(connections_max).unwrap_or(40),
        custom_certificate: params.file("certificate").is_some(),
        ip_address: params.text("ip_address"),
    });
    if let Some(Value::Array(kinds)) = allowed {
        bot.allowed_updates = kinds.iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect();
    }
    bot.last_error = None;
    drop(world);
    if params.flag("drop_pending_updates") {
        sim.post.drop_waiting(&account(bot_id));
    }
    sim.post.wake(sim, &account(bot_id));
    sim.live.accounts();
    Ok(json!({ "result": true, "description":
        if same { "Webhook is already set" } else { "Webhook was set" } }))
}

fn is_secret_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// HTTPS on four ports, as Telegram has it; plain HTTP is let through to this machine and private networks only,
/// where no certificate can be had.
fn check_url(url: &str) -> Result<(), TelegramError> {
    let refused = |words: &str| Err(TelegramError::bad_request(&format!("bad webhook: {words}")));
    let Ok(parsed) = url::Url::parse(url) else { return refused("invalid URL specified") };
    if is_near(&parsed) {
        return Ok(());
    }
    if parsed.scheme() != "https" {
        return refused("An HTTPS URL must be provided for webhook");
    }
    match parsed.port_or_known_default() {
        Some(443 | 80 | 88 | 8443) => Ok(()),
        _ => refused("Webhook can be set up only on ports 80, 88, 443 or 8443"),
    }
}

/// This machine or a private network.
pub fn is_near(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || !name.contains('.')
        }
        Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        None => false,
    }
}

/// `deleteWebhook`.
///
/// # Errors
/// 401 when the bot is gone.
pub fn delete(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let mut world = sim.world();
    let Some(bot) = world.bots.get_mut(&bot_id) else { return Err(TelegramError::unauthorized()) };
    let had = bot.webhook.take().is_some();
    bot.last_error = None;
    drop(world);
    if params.flag("drop_pending_updates") {
        sim.post.drop_waiting(&account(bot_id));
    }
    sim.live.accounts();
    Ok(json!({ "result": true, "description":
        if had { "Webhook was deleted" } else { "Webhook is already deleted" } }))
}

/// `getWebhookInfo`.
pub fn info(sim: &Arc<Sim>, bot_id: i64) -> Value {
    let waiting = sim.post.waiting(&account(bot_id));
    let world = sim.world();
    let Some(bot) = world.bots.get(&bot_id) else { return Value::Null };
    let mut info = json!({
        "url": bot.webhook.as_ref().map_or("", |webhook| webhook.url.as_str()),
        "has_custom_certificate": bot.webhook.as_ref().is_some_and(|webhook| webhook.custom_certificate),
        "pending_update_count": waiting,
    });
    if let Some(map) = info.as_object_mut() {
        if let Some(webhook) = &bot.webhook {
            map.insert("max_connections".into(), webhook.connections_max.into());
            let address = webhook.ip_address.clone().unwrap_or_else(|| "127.0.0.1".to_owned());
            map.insert("ip_address".into(), address.into());
        }
        if let Some((date, message)) = &bot.last_error {
            map.insert("last_error_date".into(), (*date).into());
            map.insert("last_error_message".into(), message.clone().into());
        }
        if !bot.allowed_updates.is_empty() {
            map.insert("allowed_updates".into(), bot.allowed_updates.clone().into());
        }
    }
    info
}

/// `getUpdates`: what waits, oldest first. Updates handed out once are confirmed by that.
///
/// # Errors
/// 409 while a webhook is set.
pub async fn updates(sim: &Arc<Sim>, bot_id: i64, params: &Params) -> Result<Value, TelegramError> {
    let timeout_s = u64::try_from(params.int("timeout").unwrap_or(0).clamp(0, 50)).unwrap_or(0);
    let until = tokio::time::Instant::now() + Duration::from_secs(timeout_s);
    loop {
        if sim.world().bots.get(&bot_id).is_some_and(|bot| bot.webhook.is_some()) {
            return Err(TelegramError::new(
                409,
                "Conflict: can't use getUpdates method while webhook is active; \
                 use deleteWebhook to delete the webhook first",
            ));
        }
        let waiting = sim.post.take_waiting(&account(bot_id));
        if !waiting.is_empty() || tokio::time::Instant::now() >= until {
            return Ok(Value::Array(waiting.into_iter().map(|parcel| parcel.payload).collect()));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Where a bot's updates go now.
#[must_use]
pub fn webhook_target(world: &World, bot: &str) -> Option<Target> {
    let webhook = world.bots.get(&bot.parse().ok()?)?.webhook.as_ref()?;
    Some(Target {
        url: webhook.url.clone(),
        connections_max: webhook.connections_max,
        secret: webhook.secret.clone(),
        any_success: true,
    })
}

/// Remembers a failure for `getWebhookInfo`.
pub fn webhook_failed(world: &mut World, account: &str, now_ms: i64, status: Option<u16>) {
    let Some(bot) = bot_of(world, account) else { return };
    let words = match status {
        Some(status) => {
            let phrase = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
            format!("Wrong response from the webhook: {status} {}", phrase.unwrap_or_default())
        }
        None => "Connection refused".to_owned(),
    };
    bot.last_error = Some((now_ms.div_euclid(1000), words));
    bot.gone_since_ms = if status == Some(410) { bot.gone_since_ms.or(Some(now_ms)) } else { None };
    if bot.gone_since_ms.is_some_and(|since_ms| now_ms - since_ms > GONE_MS) {
        bot.webhook = None;
    }
}

fn bot_of<'world>(world: &'world mut World, account: &str) -> Option<&'world mut super::bot::Bot> {
    let id = account.strip_prefix("tg:")?.parse().ok()?;
    world.bots.get_mut(&id)
}
