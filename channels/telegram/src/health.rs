//! How a bot is doing, by Telegram's account.

use channel_core::{
    CallError, ChannelAccount, Check, CheckState, Health, ProviderApi, WebhookHealth, WebhookTarget,
};
use chrono::DateTime;
use serde_json::json;

use crate::api::Api;
use crate::connect::{host, missing};
use crate::error::Failed;
use crate::json::Object;

/// So many waiting updates are no longer a moment's work.
const BACKLOG_MAX: u64 = 100;

/// Asks for the token, then for the webhook.
pub async fn probe(
    provider: &ProviderApi,
    account: &ChannelAccount,
    target: &WebhookTarget,
) -> Result<Health, CallError> {
    let api = Api::of(provider, &account.secrets)?;
    api.call("getMe", &json!({})).await?;
    let info = api.call("getWebhookInfo", &json!({})).await?;
    let info = Object::of(&info).ok_or(Failed::Garbled { status: 200 })?;
    Ok(read(info, target))
}

fn read(info: Object<'_>, target: &WebhookTarget) -> Health {
    let url = info.text("url");
    let ours = url == Some(target.url.as_str());
    let waiting = info.size("pending_update_count");
    let failed_at = info.id("last_error_date").and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let failure = info.owned("last_error_message");
    let missing = if ours { missing(info) } else { Vec::new() };

    let mut checks = vec![check("token", CheckState::Good, "Telegram accepts the bot's token.")];
    checks.push(match (ours, url.and_then(host)) {
        (true, _) => check("webhook", CheckState::Good, "Telegram delivers to Switchboard."),
        (false, Some(host)) => check(
            "webhook",
            CheckState::Broken,
            format!("Another product has taken the bot: Telegram delivers to {host}. Connect it again to take it back."),
        ),
        (false, None) => check("webhook", CheckState::Broken, "Telegram delivers nowhere. Connect the bot again."),
    });
    if let Some(waiting) = waiting.filter(|waiting| *waiting > 0) {
        let state = if waiting > BACKLOG_MAX { CheckState::Broken } else { CheckState::Warning };
        let reason = failure.as_deref().unwrap_or("no reason given");
        checks.push(check(
            "backlog",
            state,
            format!("{waiting} updates wait at Telegram; the last failure: {reason}."),
        ));
    }
    if !missing.is_empty() {
        let words = format!("Telegram does not send: {}. Connect the bot again.", missing.join(", "));
        checks.push(check("events", CheckState::Warning, words));
    }
    checks.sort_by_key(|check| std::cmp::Reverse(check.state));
    Health {
        webhook: Some(WebhookHealth { ours, host: url.and_then(host), waiting, failed_at, failure, missing }),
        checks,
        ..Health::default()
    }
}

fn check(name: &str, state: CheckState, words: impl Into<String>) -> Check {
    Check { name: name.to_owned(), state, words: words.into() }
}
