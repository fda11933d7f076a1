//! Figures of a day, and what the provider says.

use leptos::prelude::*;

use super::super::super::channels::{Permissions, Said};
use super::super::Part;
use super::Shown;
use crate::api::channels::{ChannelHealth, CredentialInfo, CredentialPurpose};
use crate::components::{CopyField, time};

/// What went in and out within 24 hours.
#[component]
pub(super) fn Figures(shown: Shown) -> impl IntoView {
    let health = Memo::new(move |_| shown.channel.get().health);
    let figure = |name: &'static str, value: String, bad: bool| {
        view! { <div class="figure" class:figure--bad=bad><dt>{name}</dt><dd>{value}</dd></div> }
    };
    move || {
        health.get().map(|health| {
            let ChannelHealth { inbound24h, sent24h, failed24h, .. } = health;
            view! {
                <dl class="figures" aria-label="Last 24 hours">
                    {figure("In, 24 hours", inbound24h.to_string(), false)}
                    {figure("Out", sent24h.to_string(), false)}
                    {figure("Refused", refused(sent24h, failed24h), failed24h > 0)}
                </dl>
            }
        })
    }
}

/// `0`, `3 (12 %)`: how many of those that should have gone out did not.
fn refused(sent: i32, failed: i32) -> String {
    let all = i64::from(sent.max(0)) + i64::from(failed.max(0));
    if failed <= 0 {
        return "0".to_owned();
    }
    match i64::from(failed) * 100 / all {
        0 => format!("{failed} (under 1 %)"),
        percent => format!("{failed} ({percent} %)"),
    }
}

/// Checks, permissions, and the connection's own facts.
#[component]
pub(super) fn Checks(shown: Shown) -> impl IntoView {
    let channel = shown.channel;
    let link = channel.with_untracked(|channel| channel.link.clone());
    let ids = channel.with_untracked(|channel| {
        let parent = channel.parent_account_id.clone().map(|id| ("Business account", id));
        parent.into_iter().chain([("Account", channel.platform_account_id.clone())]).collect::<Vec<_>>()
    });
    let fact = |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let facts = move || {
        let channel = channel.get();
        let mut facts: Vec<(&str, String)> = Vec::new();
        if let Some(health) = channel.health {
            facts.extend(
                health.webhook_ours.map(|ours| ("Delivers to", delivers_to(ours, health.webhook_host))),
            );
            facts.extend(
                health
                    .webhook_waiting
                    .filter(|waiting| *waiting > 0)
                    .map(|waiting| ("Waits there", waiting.to_string())),
            );
            facts.extend(health.webhook_failure.map(|words| ("Last failure", words)));
            facts.extend(health.quality.map(|quality| ("Quality", quality_words(quality))));
            let limit = health.messaging_limit.map(limit_words);
            facts.extend(limit.map(|limit| ("Limit for writing first", limit)));
            facts.extend(health.token_expires_at.map(|at| ("Token works until", time::day(at))));
        }
        facts.extend(channel.credentials.iter().map(credential));
        facts.extend(ids.clone());
        facts.into_iter().map(|(name, value)| fact(name, value)).collect_view()
    };
    let said = Memo::new(move |_| channel.get().health.map(|health| (health.checks, health.permissions)));
    view! {
        <Part title="Connection" text="What its provider says, and what Switchboard speaks to it with.">
            <div class="checks">
                {move || said.get().map(|(checks, permissions)| view! {
                    {checks.into_iter().map(|check| view! { <Said state=check.state words=check.words/> }).collect_view()}
                    <Permissions permissions=permissions/>
                })}
            </div>
            <dl class="facts">{facts}</dl>
            {link.map(|link| view! { <CopyField label="Link" text=Signal::stored(link)/> })}
        </Part>
    }
}

fn delivers_to(ours: bool, host: Option<String>) -> String {
    match (ours, host) {
        (true, Some(host)) => format!("{host}: Switchboard"),
        (true, None) => "Switchboard".to_owned(),
        (false, Some(host)) => format!("{host}: not Switchboard"),
        (false, None) => "nowhere".to_owned(),
    }
}

/// Meta's colour as the word that templates are told with.
fn quality_words(quality: String) -> String {
    match quality.as_str() {
        "GREEN" => "High".to_owned(),
        "YELLOW" => "Medium".to_owned(),
        "RED" => "Low".to_owned(),
        "UNKNOWN" | "NA" => "Not rated yet".to_owned(),
        _ => quality,
    }
}

/// `TIER_2K` as `2,000 people within 24 hours`; what is not known stands as it is.
fn limit_words(limit: String) -> String {
    let people = match limit.strip_prefix("TIER_") {
        Some("UNLIMITED") => return "None".to_owned(),
        Some(tier) => {
            tier.strip_suffix('K').map_or_else(|| tier.to_owned(), |thousands| format!("{thousands},000"))
        }
        None => return limit,
    };
    format!("{people} people within 24 hours")
}

/// Shown, never readable.
fn credential(credential: &CredentialInfo) -> (&'static str, String) {
    let name = match credential.purpose {
        CredentialPurpose::IdentitySecret => "Identity secret",
        CredentialPurpose::AccessToken => "Token",
        CredentialPurpose::SigningSecret => "Secret of its deliveries",
        CredentialPurpose::AppSecret => "App secret",
        CredentialPurpose::VerifyToken => "Word of the webhook",
        CredentialPurpose::Pin => "PIN",
    };
    let end =
        credential.last4.as_ref().map_or_else(|| "stored".to_owned(), |last4| format!("ends in {last4}"));
    let until = credential.expires_at.map(|at| format!(", works until {}", time::day(at)));
    (name, format!("{end}, since {}{}", time::day(credential.created_at), until.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_told_with_its_part() {
        for (sent, failed, text) in
            [(0, 0, "0"), (9, 0, "0"), (9, 1, "1 (10 %)"), (0, 2, "2 (100 %)"), (500, 1, "1 (under 1 %)")]
        {
            assert_eq!(refused(sent, failed), text);
        }
    }

    #[test]
    fn what_meta_abbreviates_is_told_in_words() {
        for (tier, words) in [
            ("TIER_250", "250 people within 24 hours"),
            ("TIER_2K", "2,000 people within 24 hours"),
            ("TIER_UNLIMITED", "None"),
            ("NEW_WORD", "NEW_WORD"),
        ] {
            assert_eq!(limit_words(tier.to_owned()), words);
        }
        assert_eq!(
            ["GREEN", "NA", "BLUE"].map(|word| quality_words(word.to_owned())),
            ["High", "Not rated yet", "BLUE"]
        );
    }

    #[test]
    fn where_events_go_is_told_even_when_it_is_nowhere() {
        assert_eq!(delivers_to(true, Some("a.example".to_owned())), "a.example: Switchboard");
        assert_eq!(delivers_to(false, Some("b.example".to_owned())), "b.example: not Switchboard");
        assert_eq!(delivers_to(false, None), "nowhere");
    }
}
