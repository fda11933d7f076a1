//! Connecting and disconnecting a bot.

use std::time::Duration;

use channel_core::{
    AccountInfo, CallError, ChannelAccount, Connected, Credentials, MediaRef, ProviderApi, Wait, Webhook,
    WebhookTarget,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use teloxide::types::AllowedUpdate;
use url::Url;

use crate::api::{Api, bot_id};
use crate::error::Failed;
use crate::json::Object;

/// Everything an inbox can use. Reactions come only when they are named; what is left out keeps its former setting.
pub const UPDATES: &[AllowedUpdate] = &[
    AllowedUpdate::Message,
    AllowedUpdate::EditedMessage,
    AllowedUpdate::ChannelPost,
    AllowedUpdate::EditedChannelPost,
    AllowedUpdate::MessageReaction,
    AllowedUpdate::CallbackQuery,
    AllowedUpdate::MyChatMember,
    AllowedUpdate::BusinessConnection,
    AllowedUpdate::BusinessMessage,
    AllowedUpdate::EditedBusinessMessage,
    AllowedUpdate::DeletedBusinessMessages,
];
/// Ports that Telegram delivers to.
const PORTS: &[u16] = &[443, 80, 88, 8443];
/// At the same time, from Telegram to us.
const CONNECTIONS_MAX: u8 = 40;

/// Asks whose token it is.
pub async fn inspect(provider: &ProviderApi, credentials: &Credentials) -> Result<AccountInfo, CallError> {
    let Credentials::Token { token, account_id, .. } = credentials else {
        return Err(CallError::refused("Telegram connects by a bot token."));
    };
    let api = Api::with_token(provider, token)?;
    let me = api.call("getMe", &json!({})).await?;
    let me = Object::of(&me).ok_or(Failed::Garbled { status: 200 })?;
    let id = me.id("id").ok_or(Failed::Garbled { status: 200 })?.to_string();
    if account_id.as_ref().is_some_and(|expected| *expected != id) {
        return Err(CallError::refused("This token belongs to another bot than the one connected before."));
    }
    let webhook = api.call("getWebhookInfo", &json!({})).await?;
    let username = me.owned("username");
    let mut warnings = Vec::new();
    if me.flag("can_join_groups") {
        warnings.push("The bot can be added to groups; Switchboard does not answer there. BotFather can forbid it (/setjoingroups).".to_owned());
    }
    Ok(AccountInfo {
        name: me.owned("first_name").or_else(|| username.clone()).unwrap_or_else(|| id.clone()),
        handle: username.as_ref().map(|name| format!("@{name}")),
        link: username.map(|name| format!("https://t.me/{name}")),
        picture: picture(&api, &id).await,
        parent_account_id: None,
        app_id: None,
        token: None,
        token_expires_at: None,
        permissions: Vec::new(),
        warnings,
        registered_host: Object::of(&webhook).and_then(|webhook| host(webhook.text("url")?)),
        platform_account_id: id,
    })
}

/// The bot's own picture. That there is none must not stop anybody from connecting.
async fn picture(api: &Api<'_>, id: &str) -> Option<MediaRef> {
    let photos = api
        .call("getUserProfilePhotos", &json!({ "user_id": id.parse::<i64>().ok()?, "limit": 1 }))
        .await
        .ok()?;
    let sizes = photos.get("photos")?.get(0)?.as_array()?;
    let size = sizes.iter().filter_map(Object::of).max_by_key(|size| size.size("width"))?;
    size.owned("file_id").map(MediaRef)
}

/// Sets the webhook and reads it back.
pub async fn connect(
    provider: &ProviderApi,
    account: &ChannelAccount,
    target: &WebhookTarget,
) -> Result<Connected, CallError> {
    check_token(account)?;
    check_target(target, is_real(provider))?;
    let api = Api::of(provider, &account.secrets)?;
    let parameters = json!({
        "url": target.url.as_str(),
        "secret_token": target.secret.expose_secret(),
        "allowed_updates": UPDATES,
        "max_connections": CONNECTIONS_MAX,
        "drop_pending_updates": false,
    });
    api.call("setWebhook", &parameters).await?;
    let webhook = api.call("getWebhookInfo", &json!({})).await?;
    let webhook = Object::of(&webhook).ok_or(Failed::Garbled { status: 200 })?;
    if webhook.text("url") != Some(target.url.as_str()) {
        return Err(CallError::Temporary(Wait {
            retry_after: Duration::from_secs(2),
            ..Wait::guess("Telegram took the webhook, but names another one: somebody else sets it, too")
        }));
    }
    let missing = missing(webhook);
    let warnings = if missing.is_empty() {
        Vec::new()
    } else {
        vec![format!("Telegram does not send: {}.", missing.join(", "))]
    };
    Ok(Connected {
        webhook: Webhook { host: target.url.host_str().map(str::to_owned), events: names(webhook) },
        warnings,
    })
}

/// Removes our webhook. A token that is dead has none.
pub async fn disconnect(
    provider: &ProviderApi,
    account: &ChannelAccount,
    target: &WebhookTarget,
) -> Result<(), CallError> {
    match remove(provider, account, target).await.map_err(CallError::from) {
        Err(CallError::Unauthorised(_)) => Ok(()),
        other => other,
    }
}

async fn remove(
    provider: &ProviderApi,
    account: &ChannelAccount,
    target: &WebhookTarget,
) -> Result<(), Failed> {
    let api = Api::of(provider, &account.secrets)?;
    let webhook = api.call("getWebhookInfo", &json!({})).await?;
    let registered = Object::of(&webhook).and_then(|webhook| webhook.text("url"));
    if registered == Some(target.url.as_str()) {
        api.call("deleteWebhook", &json!({ "drop_pending_updates": false })).await?;
    }
    Ok(())
}

/// A token that was typed for another bot would answer in that bot's name.
fn check_token(account: &ChannelAccount) -> Result<(), CallError> {
    let id = account.secrets.access_token.as_ref().and_then(bot_id).ok_or(Failed::NoToken)?;
    if account.platform_account_id == id.to_string() {
        return Ok(());
    }
    Err(CallError::refused("This token belongs to another bot than the one connected before."))
}

fn check_target(target: &WebhookTarget, real: bool) -> Result<(), CallError> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let secret = target.secret.expose_secret();
    if !(1..=256).contains(&secret.len()) || !secret.chars().all(good) {
        return Err(CallError::refused("The webhook's secret has characters that Telegram does not take."));
    }
    if real && target.url.scheme() != "https" {
        return Err(CallError::refused(
            "Telegram delivers to https addresses only: give Switchboard a public https address.",
        ));
    }
    if real && !target.url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
        return Err(CallError::refused("Telegram delivers to the ports 443, 80, 88 and 8443 only."));
    }
    Ok(())
}

/// It is Telegram itself; a simulator or a server of one's own has other rules.
fn is_real(provider: &ProviderApi) -> bool {
    provider.base_url.host_str() == Some("api.telegram.org")
}

/// Kinds of updates that we need and do not get. No list means all but a few, and the few have reactions among them.
pub fn missing(webhook: Object<'_>) -> Vec<String> {
    let got = names(webhook);
    let wanted = UPDATES.iter().filter_map(|update| match serde_json::to_value(update) {
        Ok(Value::String(name)) => Some(name),
        _ => None,
    });
    if got.is_empty() {
        return wanted.filter(|name| name == "message_reaction").collect();
    }
    wanted.filter(|name| !got.contains(name)).collect()
}

fn names(webhook: Object<'_>) -> Vec<String> {
    webhook.values("allowed_updates").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The host of an address: its path may be a secret of somebody's.
pub fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}
