//! What must hold for anything that is fed to the channels, and what it takes to feed them. Each program in `targets/`
//! is one parser or verifier; `script/fuzz` runs them.

use std::sync::LazyLock;

use channel_core::{ChannelAdapter, ChannelSecrets, InboundEvent, InboundMessage, ProviderApi};
use channel_meta::GraphApi;
use channel_telegram::Telegram;
use channel_whatsapp::WhatsApp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use shared::RichText;

/// The adapter of Telegram. It calls nobody: reading needs no network.
pub static TELEGRAM: LazyLock<Telegram> = LazyLock::new(|| Telegram::new(nobody()));
/// The adapter of WhatsApp.
pub static WHATSAPP: LazyLock<WhatsApp> = LazyLock::new(|| WhatsApp::new(GraphApi::new(nobody())));

fn nobody() -> ProviderApi {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let address = "http://127.0.0.1:1".parse().expect("an address");
    ProviderApi::new(reqwest::Client::new(), address)
}

/// Reads a delivery, and panics if what comes out could not be routed, stored or shown.
pub fn read(adapter: &dyn ChannelAdapter, body: &[u8]) {
    let routes = adapter.route(body);
    assert!(!routes.is_empty(), "nobody's delivery");
    let read = adapter.normalise(body);
    assert_eq!(adapter.normalise(body), read, "read again, it says something else");
    let Ok(events) = read else { return };
    assert!(!events.is_empty(), "a delivery that says nothing");
    for inbound in &events {
        assert!(routes.iter().any(|route| route.to == inbound.to), "no route to {:?}", inbound.to);
        let message = match &inbound.event {
            InboundEvent::Message(message) => Some(&**message),
            InboundEvent::Echo(echo) => Some(&echo.message),
            InboundEvent::Edited(edit) => Some(&edit.message),
            _ => None,
        };
        if let Some(message) = message {
            check_message(message);
        }
        let written = serde_json::to_string(inbound).expect("an event that can be written");
        assert!(!written.contains("\\u0000"), "a NUL, which cannot be stored");
        let back: channel_core::Inbound = serde_json::from_str(&written).expect("an event that can be read back");
        assert_eq!(back.to, inbound.to);
    }
}

fn check_message(message: &InboundMessage) {
    assert!(!message.platform_message_id.is_empty(), "a message without an id");
    assert!(!message.sender.platform_id.is_empty(), "a message without a person");
    let shows = !message.text.is_empty() || !message.attachments.is_empty() || message.card.is_some();
    assert!(shows, "a message that shows nothing");
    check_text(&message.text);
}

/// Every span is a part of its text.
pub fn check_text(text: &RichText) {
    for span in &text.spans {
        let part = text.plain.get(span.start..span.end);
        assert!(part.is_some_and(|part| !part.is_empty()), "a span that is no part of its text: {span:?}");
    }
}

/// The HMAC-SHA256 of a message, made here and not by the code that is tested.
#[must_use]
pub fn tag(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("keys have any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Secrets that sign deliveries.
#[must_use]
pub fn signing(secrets: &[&[u8]]) -> ChannelSecrets {
    ChannelSecrets {
        signing: secrets.iter().map(|secret| secret.to_vec()).collect(),
        ..ChannelSecrets::default()
    }
}
