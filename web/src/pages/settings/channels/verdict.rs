//! How a channel is doing, in one sentence, and the one thing to do about it.

use shared::{ChannelKind, ChannelState};

use crate::api::Timestamp;
use crate::api::channels::{Channel, ChannelHealth, HealthState};
use crate::components::time::long_age;

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// New credentials, or the old ones again: sets the webhook anew, too.
    Reconnect,
    /// It is paused.
    SwitchOn,
    /// Outgoing messages were given up.
    SendAgain,
    /// Deliveries were not processed.
    ReadDeliveries,
}

impl Remedy {
    /// On its button.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Reconnect => "Connect again…",
            Self::SwitchOn => "Switch on",
            Self::SendAgain => "Send again",
            Self::ReadDeliveries => "Look at them",
        }
    }
}

/// The sentence, how bad it is, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub state: HealthState,
    pub words: String,
    pub remedy: Option<Remedy>,
}

/// The worst that is known of a channel; when nothing is wrong, when it was last alive.
pub fn verdict(channel: &Channel, now: Timestamp) -> Verdict {
    let reason = |or: &str| channel.state_reason.clone().unwrap_or_else(|| or.to_owned());
    let say = |state, words: String, remedy: Option<Remedy>| Verdict { state, words, remedy };
    match channel.state {
        ChannelState::Disconnected => {
            let words = "Disconnected: nothing comes in or goes out. Its conversations are kept.".to_owned();
            return say(HealthState::Broken, words, Some(Remedy::Reconnect));
        }
        ChannelState::Reconnect => {
            let words =
                reason("Its token is accepted no longer. What you send waits until it is connected again.");
            return say(HealthState::Broken, words, Some(Remedy::Reconnect));
        }
        ChannelState::Connected => {}
    }
    if channel.kind == ChannelKind::WebChat {
        let words = if channel.active { "Takes messages" } else { "Switched off: takes nothing in" };
        let remedy = (!channel.active).then_some(Remedy::SwitchOn);
        let state = if channel.active { HealthState::Good } else { HealthState::Warning };
        return say(
            state,
            last_message(channel.health.as_ref(), now)
                .filter(|_| channel.active)
                .unwrap_or_else(|| words.to_owned()),
            remedy,
        );
    }
    let Some(health) = &channel.health else {
        return say(HealthState::Good, "Connected".to_owned(), None);
    };
    let worst = |wanted| health.checks.iter().find(|check| check.state == wanted);
    if let Some(check) = worst(HealthState::Broken) {
        return say(HealthState::Broken, check.words.clone(), remedy_of(&check.name));
    }
    if !channel.active {
        let words = "Paused: messages still come in, what you send waits.".to_owned();
        return say(HealthState::Warning, words, Some(Remedy::SwitchOn));
    }
    if health.dead_letters > 0 {
        let words = format!("{} did not go out.", count(health.dead_letters, "message"));
        return say(HealthState::Broken, words, Some(Remedy::SendAgain));
    }
    if let Some(check) = worst(HealthState::Warning) {
        return say(HealthState::Warning, check.words.clone(), remedy_of(&check.name));
    }
    if health.not_processed > 0 {
        let words = format!("{} could not be processed yet.", count(health.not_processed, "delivery"));
        return say(HealthState::Warning, words, Some(Remedy::ReadDeliveries));
    }
    let words = last_message(channel.health.as_ref(), now)
        .unwrap_or_else(|| "Connected. Nobody has written yet.".to_owned());
    say(HealthState::Good, words, None)
}

/// What helps against a failed check.
fn remedy_of(check: &str) -> Option<Remedy> {
    matches!(check, "token" | "webhook" | "permissions" | "events" | "status").then_some(Remedy::Reconnect)
}

/// `Last message 2 minutes ago`, whoever wrote it.
fn last_message(health: Option<&ChannelHealth>, now: Timestamp) -> Option<String> {
    let health = health?;
    let last = health.last_inbound_at.max(health.last_outbound_at)?;
    Some(format!("Last message {}", long_age(now.since_ms(last))))
}

/// `1 message`, `3 deliveries`.
pub fn count(number: i32, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use shared::ChannelId;

    use super::*;
    use crate::api::channels::HealthCheck;

    const NOW: Timestamp = Timestamp(10_000_000);

    fn channel() -> Channel {
        let health = ChannelHealth {
            state: HealthState::Good,
            checked_at: None,
            checks: vec![check("token", HealthState::Good)],
            permissions: Vec::new(),
            last_inbound_at: None,
            last_outbound_at: None,
            inbound24h: 0,
            sent24h: 0,
            failed24h: 0,
            webhook_host: None,
            webhook_ours: None,
            webhook_waiting: None,
            webhook_failure: None,
            token_expires_at: None,
            quality: None,
            messaging_limit: None,
            not_processed: 0,
            queued: 0,
            dead_letters: 0,
        };
        Channel {
            id: ChannelId::new(),
            kind: ChannelKind::Telegram,
            name: "Shop".to_owned(),
            active: true,
            created_at: Timestamp(0),
            state: ChannelState::Connected,
            state_reason: None,
            handle: None,
            link: None,
            platform_account_id: "1".to_owned(),
            parent_account_id: None,
            credentials: Vec::new(),
            provider: None,
            health: Some(health),
            web_chat: None,
        }
    }

    fn check(name: &str, state: HealthState) -> HealthCheck {
        HealthCheck { name: name.to_owned(), state, words: format!("{name} it is.") }
    }

    fn told(change: impl FnOnce(&mut Channel, &mut ChannelHealth)) -> (HealthState, String, Option<Remedy>) {
        let mut channel = channel();
        let mut health = channel.health.take().unwrap();
        change(&mut channel, &mut health);
        channel.health = Some(health);
        let Verdict { state, words, remedy } = verdict(&channel, NOW);
        (state, words, remedy)
    }

    #[test]
    fn a_channel_in_order_says_when_it_was_last_alive() {
        let (state, words, remedy) = told(|_, health| {
            health.last_inbound_at = Some(Timestamp(NOW.0 - 300_000));
            health.last_outbound_at = Some(Timestamp(NOW.0 - 120_000));
        });
        assert_eq!((state, words.as_str(), remedy), (HealthState::Good, "Last message 2 minutes ago", None));
        assert_eq!(told(|_, _| ()).1, "Connected. Nobody has written yet.");
    }

    #[test]
    fn the_worst_is_told_first_with_what_helps() {
        let dead = told(|channel, health| {
            channel.state = ChannelState::Reconnect;
            channel.state_reason = Some("Revoked.".to_owned());
            health.dead_letters = 3;
        });
        assert_eq!(dead, (HealthState::Broken, "Revoked.".to_owned(), Some(Remedy::Reconnect)));
        let taken = told(|channel, health| {
            channel.active = false;
            health.checks.push(check("webhook", HealthState::Broken));
        });
        assert_eq!(taken, (HealthState::Broken, "webhook it is.".to_owned(), Some(Remedy::Reconnect)));
        let rated = told(|_, health| health.checks.push(check("quality", HealthState::Warning)));
        assert_eq!(rated, (HealthState::Warning, "quality it is.".to_owned(), None));
        assert_eq!(told(|channel, _| channel.active = false).2, Some(Remedy::SwitchOn));
        assert_eq!(told(|channel, _| channel.state = ChannelState::Disconnected).2, Some(Remedy::Reconnect));
    }

    #[test]
    fn what_is_stuck_is_counted_in_words() {
        let (state, words, remedy) = told(|_, health| health.dead_letters = 1);
        let expected = (HealthState::Broken, "1 message did not go out.", Some(Remedy::SendAgain));
        assert_eq!((state, words.as_str(), remedy), expected);
        let (_, words, remedy) = told(|_, health| health.not_processed = 2);
        assert_eq!(
            (words.as_str(), remedy),
            ("2 deliveries could not be processed yet.", Some(Remedy::ReadDeliveries))
        );
    }

    #[test]
    fn a_web_chat_is_on_or_off() {
        let web =
            |active: bool| told(|channel, _| (channel.kind, channel.active) = (ChannelKind::WebChat, active));
        assert_eq!(web(true), (HealthState::Good, "Takes messages".to_owned(), None));
        assert_eq!(web(false).2, Some(Remedy::SwitchOn));
    }
}
