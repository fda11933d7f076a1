//! How a number is doing, by Meta's account.

use channel_core::{CallError, ChannelAccount, Check, CheckState, Health, WebhookHealth, WebhookTarget};
use channel_meta::subscription::{self, Subscription};
use channel_meta::usage::SLOW_FROM_PERCENT;
use channel_meta::{Failed, Graph, GraphApi, TokenInfo, token};
use chrono::{DateTime, TimeDelta, Utc};

use crate::business_number::BusinessNumber;
use crate::connect::{self, SCOPES};

/// Before this long a token's end is worth a look.
const EXPIRES_SOON: TimeDelta = TimeDelta::days(14);

/// Asks for the number, for its token, and for the webhook.
pub async fn probe(
    api: &GraphApi,
    account: &ChannelAccount,
    target: &WebhookTarget,
) -> Result<Health, CallError> {
    let business_account = connect::business_account(account)?;
    let graph = Graph::of(api, &account.secrets)?;
    let number = BusinessNumber::fetch(&graph, &account.platform_account_id).await?;
    let apps = subscription::subscribed_apps(&graph, business_account).await?;
    let info = match &account.secrets.access_token {
        Some(token) => match token::debug_token(&graph, token).await {
            Ok(info) => Some(info),
            Err(Failed::Refused(_)) => None, // it works, as was just seen; Meta tells no more
            Err(failed) => return Err(failed.into()),
        },
        None => None,
    };
    let missing = missing_events(api, account, info.as_ref()).await;
    let mut checks = of_token(info.as_ref(), Utc::now());
    checks.extend(of_number(&number));
    let webhook = WebhookHealth { missing, ..of_webhook(&apps, info.as_ref(), target) };
    checks.extend(webhook_checks(&webhook));
    let used = graph.usage().percent;
    if used >= SLOW_FROM_PERCENT {
        let words =
            format!("{used} % of the calls that Meta allows are used up: Switchboard may have to wait.");
        checks.push(check("limits", CheckState::Warning, words));
    }
    checks.sort_by_key(|check| std::cmp::Reverse(check.state));
    Ok(Health {
        webhook: Some(webhook),
        token_expires_at: info.as_ref().and_then(|info| info.expires_at),
        permissions: info.map(|info| info.scopes).unwrap_or_default(),
        quality: number.quality,
        messaging_limit: number.tier,
        checks,
    })
}

/// Events that the app should get and does not; nothing where its secret is not known.
async fn missing_events(api: &GraphApi, account: &ChannelAccount, info: Option<&TokenInfo>) -> Vec<String> {
    let app = account.secrets.app_secret.clone().zip(info.and_then(|info| info.app_id.clone()));
    let Some((secret, id)) = app else { return Vec::new() };
    let app = channel_meta::MetaApp { id, secret };
    let Ok(asker) = Graph::as_app(api, &app) else { return Vec::new() };
    match connect::app_subscription(&asker, &app.id).await {
        Ok(Some(subscription)) => connect::missing(&subscription),
        _ => Vec::new(),
    }
}

fn of_token(info: Option<&TokenInfo>, now: DateTime<Utc>) -> Vec<Check> {
    let mut checks = vec![match info.and_then(|info| info.expires_at) {
        Some(end) if end - now <= EXPIRES_SOON => {
            let words =
                format!("The token ends on {}: connect the channel again before.", end.format("%-d %B %Y"));
            check("token", CheckState::Warning, words)
        }
        _ => check("token", CheckState::Good, "Meta accepts the token."),
    }];
    let Some(info) = info else { return checks };
    let lacking: Vec<&str> = SCOPES.into_iter().filter(|scope| !info.has(scope)).collect();
    checks.push(if lacking.is_empty() {
        check("permissions", CheckState::Good, "The token has both permissions that messaging needs.")
    } else {
        let words = format!("The token lacks {}: connect the channel again.", lacking.join(" and "));
        check("permissions", CheckState::Broken, words)
    });
    checks
}

/// What Meta thinks of a number.
pub fn of_number(number: &BusinessNumber) -> Vec<Check> {
    let parts = [status(number), quality(number), name(number), verification(number), mode(number)];
    let mut checks: Vec<Check> = parts.into_iter().flatten().collect();
    checks.extend(sending(number));
    checks
}

fn status(number: &BusinessNumber) -> Option<Check> {
    Some(match number.status.as_deref()? {
        "CONNECTED" => check("status", CheckState::Good, "The number is connected."),
        "FLAGGED" => check(
            "status",
            CheckState::Warning,
            "Meta has flagged the number for low quality: unless that gets better, it may write first to fewer people.",
        ),
        "RESTRICTED" => check(
            "status",
            CheckState::Broken,
            "The number has reached its limit for writing first; answers still go out.",
        ),
        "BANNED" => {
            check("status", CheckState::Broken, "Meta has banned the number: see the WhatsApp Manager.")
        }
        "PENDING" | "DISCONNECTED" | "UNVERIFIED" | "MIGRATED" | "DELETED" => check(
            "status",
            CheckState::Broken,
            "The number is not registered at the Cloud API: connect it again with its PIN.",
        ),
        other => check("status", CheckState::Warning, format!("Meta calls the number's state {other}.")),
    })
}

fn quality(number: &BusinessNumber) -> Option<Check> {
    Some(match number.quality.as_deref()? {
        "GREEN" => check("quality", CheckState::Good, "People rate the number's messages well."),
        "YELLOW" => check(
            "quality",
            CheckState::Warning,
            "Some people block or report the number: its quality is medium. Write to those only who expect it.",
        ),
        "RED" => check(
            "quality",
            CheckState::Broken,
            "Many people block or report the number: its quality is low, and Meta may limit it. Stop what they \
             did not ask for.",
        ),
        _ => return None, // too few messages to say
    })
}

fn name(number: &BusinessNumber) -> Option<Check> {
    Some(match number.name_status.as_deref()? {
        "APPROVED" | "AVAILABLE_WITHOUT_REVIEW" => {
            check("name", CheckState::Good, "The display name is approved.")
        }
        "PENDING_REVIEW" => check("name", CheckState::Warning, "Meta is still looking at the display name."),
        "DECLINED" => check(
            "name",
            CheckState::Warning,
            "Meta declined the display name: choose another one in the WhatsApp Manager.",
        ),
        "EXPIRED" => {
            check("name", CheckState::Warning, "The display name's approval has expired: submit it again.")
        }
        _ => return None,
    })
}

fn verification(number: &BusinessNumber) -> Option<Check> {
    (number.verification.as_deref() == Some("NOT_VERIFIED") && !number.is_registered()).then(|| {
        check(
            "verification",
            CheckState::Broken,
            "Nobody has proven yet that the number is the business's: the WhatsApp Manager sends it a code.",
        )
    })
}

fn mode(number: &BusinessNumber) -> Option<Check> {
    (number.mode.as_deref() == Some("SANDBOX")).then(|| {
        check(
            "mode",
            CheckState::Warning,
            "This is a test number: it writes to up to 5 numbers on its list at Meta only.",
        )
    })
}

fn sending(number: &BusinessNumber) -> Option<Check> {
    let reasons = number.obstacles.join("; ");
    let told =
        |words: &str| if reasons.is_empty() { words.to_owned() } else { format!("{words}: {reasons}") };
    match number.can_send.as_deref()? {
        "BLOCKED" => Some(check("sending", CheckState::Broken, told("Meta does not let the number send"))),
        "LIMITED" => {
            Some(check("sending", CheckState::Warning, told("Meta limits what the number may send")))
        }
        _ => None,
    }
}

fn of_webhook(apps: &[Subscription], info: Option<&TokenInfo>, target: &WebhookTarget) -> WebhookHealth {
    let ours = apps.iter().any(|one| one.callback.as_deref() == Some(target.url.as_str()));
    let app = info.and_then(|info| info.app_id.as_ref());
    let of_our_app = apps.iter().find(|one| app.is_none() || one.app_id.as_ref() == app);
    let host =
        if ours { target.url.host_str().map(str::to_owned) } else { of_our_app.and_then(Subscription::host) };
    // Meta may not tell where they go: then that the app is attached has to do.
    let silent = of_our_app.is_some() && apps.iter().all(|one| one.callback.is_none());
    WebhookHealth { ours: ours || silent, host, ..WebhookHealth::default() }
}

fn webhook_checks(webhook: &WebhookHealth) -> Vec<Check> {
    let mut checks = vec![match (webhook.ours, &webhook.host) {
        (true, _) => check("webhook", CheckState::Good, "Meta delivers to Switchboard."),
        (false, Some(host)) => check(
            "webhook",
            CheckState::Broken,
            format!(
                "Meta delivers to {host}: another product has taken the number. Connect it again to take it back."
            ),
        ),
        (false, None) => {
            check("webhook", CheckState::Broken, "Meta delivers nowhere. Connect the number again.")
        }
    }];
    if !webhook.missing.is_empty() {
        let words = format!(
            "The app at Meta does not subscribe to: {}. Its webhook settings can add them.",
            webhook.missing.join(", ")
        );
        let state = if webhook.missing.iter().any(|field| field == "messages") {
            CheckState::Broken
        } else {
            CheckState::Warning
        };
        checks.push(check("events", state, words));
    }
    checks
}

fn check(name: &str, state: CheckState, words: impl Into<String>) -> Check {
    Check { name: name.to_owned(), state, words: words.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(number: &BusinessNumber) -> Vec<(String, CheckState)> {
        of_number(number).into_iter().map(|check| (check.name, check.state)).collect()
    }

    #[test]
    fn a_number_in_trouble_says_what_it_is() {
        let text = |text: &str| Some(text.to_owned());
        let number = BusinessNumber {
            status: text("FLAGGED"),
            quality: text("RED"),
            name_status: text("DECLINED"),
            can_send: text("BLOCKED"),
            obstacles: vec!["waba: no payment method".to_owned()],
            ..BusinessNumber::default()
        };
        use CheckState::{Broken, Warning};
        let expected = [("status", Warning), ("quality", Broken), ("name", Warning), ("sending", Broken)];
        assert_eq!(states(&number), expected.map(|(name, state)| (name.to_owned(), state)));
        assert!(of_number(&number).iter().any(|check| check.words.contains("no payment method")));
    }

    #[test]
    fn what_meta_does_not_say_is_no_trouble() {
        assert_eq!(states(&BusinessNumber::default()), []);
    }

    #[test]
    fn a_token_that_ends_soon_is_a_warning() {
        let info = |days| TokenInfo {
            expires_at: Some(Utc::now() + TimeDelta::days(days)),
            scopes: SCOPES.map(str::to_owned).to_vec(),
            ..TokenInfo::default()
        };
        let state = |info: &TokenInfo| of_token(Some(info), Utc::now())[0].state;
        assert_eq!(state(&info(13)), CheckState::Warning);
        assert_eq!(state(&info(30)), CheckState::Good);
        let bare = TokenInfo::default();
        assert_eq!(of_token(Some(&bare), Utc::now())[1].state, CheckState::Broken);
        assert_eq!(of_token(None, Utc::now()).len(), 1);
    }
}
