//! `account_update`: restricted, banned, taken away, given back.

use channel_core::AccountEvent;
use channel_meta::Object;

use crate::normalise::moment::moment;

/// One update. Those that nobody knows are notices, with their name.
pub fn account(value: Object<'_>) -> Option<AccountEvent> {
    let what = value.owned("event")?;
    let state = value.object("ban_info").and_then(|ban| ban.text("waba_ban_state"));
    Some(match (what.as_str(), state) {
        ("ACCOUNT_DELETED" | "PARTNER_REMOVED" | "PARTNER_APP_UNINSTALLED" | "ACCOUNT_OFFBOARDED", _)
        | ("DISABLED_UPDATE", Some("DISABLE")) => AccountEvent::Disconnected { words: words(value), what },
        ("ACCOUNT_RECONNECTED", _) | ("DISABLED_UPDATE", Some("REINSTATE")) => {
            AccountEvent::Reconnected { what }
        }
        ("ACCOUNT_RESTRICTION" | "ACCOUNT_VIOLATION" | "DISABLED_UPDATE", _) => {
            AccountEvent::Notice { words: words(value), what, urgent: true }
        }
        _ => AccountEvent::Notice { words: words(value), what, urgent: false },
    })
}

/// The details, in WhatsApp's words.
fn words(value: Object<'_>) -> Option<String> {
    let restrictions = value.list("restriction_info").filter_map(restriction);
    let parts = [
        ("violation_info", ["violation_type", ""]),
        ("ban_info", ["waba_ban_state", "waba_ban_date"]),
        ("disconnection_info", ["reason", "initiated_by"]),
    ];
    let parts = parts.into_iter().filter_map(|(part, keys)| {
        let part = value.object(part)?;
        let texts: Vec<&str> = keys.into_iter().filter_map(|key| part.text(key)).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    });
    let all: Vec<String> = restrictions.chain(parts).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn restriction(restriction: Object<'_>) -> Option<String> {
    let what = restriction.text("restriction_type")?;
    Some(match moment(restriction, "expiration") {
        Some(until) => format!("{what} until {}", until.format("%Y-%m-%d %H:%M UTC")),
        None => what.to_owned(),
    })
}
