//! Web chat as a channel adapter.

use async_trait::async_trait;
use channel_core::{
    AccountInfo, Act, Alias, AliasKind, AttachmentSource, BadSignature, CallError, ChannelAccount,
    ChannelAdapter, ChannelSecrets, Connected, Credentials, FileSource, Health, Inbound, InboundEvent,
    InboundMessage, OutboundMessage, Profile, Refusal, SendError, SendReceipt, Sender, Transmission,
    Unreadable, Webhook, WebhookTarget,
};
use http::HeaderMap;
use shared::{Capabilities, ChannelKind, RichText};

use crate::delivery::{Delivery, DeliveryKind, Visitor, visitor_message_id};
use crate::plan;
use crate::posted::{PostedMessage, PostedSeen};

/// The adapter of every web chat channel.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebChat;

#[async_trait]
impl ChannelAdapter for WebChat {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WebChat
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::WEB_CHAT
    }

    /// The widget API has checked the visitor's session before it made the delivery; nothing else can make one.
    fn verify(&self, _: &HeaderMap, _: &[u8], _: &ChannelSecrets) -> Result<(), BadSignature> {
        Ok(())
    }

    fn normalise(&self, body: &[u8]) -> Result<Vec<Inbound>, Unreadable> {
        let delivery: Delivery<'_> = serde_json::from_slice(body)
            .map_err(|error| Unreadable(format!("at {}:{}", error.line(), error.column())))?;
        if delivery.visitor.id.is_empty() {
            return Err(Unreadable("it names no visitor".to_owned()));
        }
        let posted = delivery.posted.get();
        let event = match delivery.event {
            DeliveryKind::Message => {
                let message = PostedMessage::read(posted).map_err(|error| Unreadable(error.to_string()))?;
                InboundEvent::Message(Box::new(inbound(delivery.visitor, message)))
            }
            DeliveryKind::Seen => {
                let seen = PostedSeen::read(posted).map_err(|error| Unreadable(error.to_string()))?;
                InboundEvent::Seen { sender: sender(delivery.visitor), up_to_seq: seen.seq }
            }
        };
        Ok(vec![Inbound::at_endpoint(event)])
    }

    fn plan(&self, message: &OutboundMessage) -> Result<Vec<Act>, Refusal> {
        plan::plan(message)
    }

    /// There is no platform to hand it to: stored is sent, and the visitor's socket or replay takes it from there.
    async fn send(
        &self,
        _: &ChannelAccount,
        transmission: &Transmission,
        _: &dyn FileSource,
    ) -> Result<SendReceipt, SendError> {
        let ids = transmission.act.makes_message().then(|| transmission.reference.clone());
        Ok(SendReceipt { platform_message_ids: ids.into_iter().collect(), ..SendReceipt::default() })
    }

    /// A web chat speaks for nobody's account elsewhere.
    async fn inspect(&self, _: &Credentials) -> Result<AccountInfo, CallError> {
        Err(CallError::refused(
            "Web chat needs no account: create the channel, and put its snippet on your site.",
        ))
    }

    /// Nothing to register: the widget posts to us by itself.
    async fn connect(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<Connected, CallError> {
        Ok(Connected { webhook: Webhook { host: None, events: Vec::new() }, warnings: Vec::new() })
    }

    async fn disconnect(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<(), CallError> {
        Ok(())
    }

    /// We are the platform: if this runs, it runs.
    async fn probe(&self, _: &ChannelAccount, _: &WebhookTarget) -> Result<Health, CallError> {
        Ok(Health::default())
    }
}

fn inbound(visitor: Visitor, message: PostedMessage) -> InboundMessage {
    InboundMessage {
        platform_message_id: visitor_message_id(&visitor.id, message.client_message_id),
        client_id: Some(message.client_message_id),
        page: message.page(),
        attachments: message.attachment_ids.iter().copied().map(AttachmentSource::Uploaded).collect(),
        text: RichText::plain(message.text.unwrap_or_default()),
        sender: sender(visitor),
        ..InboundMessage::default()
    }
}

fn sender(visitor: Visitor) -> Sender {
    let aliases = visitor.user_id.map(|value| Alias { kind: AliasKind::UserId, value }).into_iter().collect();
    Sender {
        platform_id: visitor.id,
        display_name: visitor.name,
        verified: visitor.verified,
        profile: Profile {
            email: visitor.email,
            phone: visitor.phone,
            locale: visitor.locale,
            attributes: visitor.answers,
        },
        aliases,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    fn stored(posted: &str, event: DeliveryKind) -> Vec<u8> {
        let posted = RawValue::from_string(posted.to_owned()).unwrap();
        let visitor = Visitor { id: "v_1".to_owned(), ..Visitor::default() };
        Delivery { event, visitor, posted: &posted }.to_bytes().unwrap()
    }

    #[test]
    fn a_stored_message_becomes_an_event_of_its_sessions_visitor() {
        let posted = r#"{"clientMessageId":"0197c0de-1111-7222-8333-444455556666","text":"a\u0000b \ud83d!",
            "visitor":{"id":"v_2","verified":true},"page":{"url":"https://shop.example/p/42","title":"Shoe"}}"#;
        let events = WebChat.normalise(&stored(posted, DeliveryKind::Message)).unwrap();
        let [Inbound { event: InboundEvent::Message(message), .. }] = events.as_slice() else {
            panic!("one message")
        };
        assert_eq!(message.text.plain, "ab \u{fffd}!");
        assert_eq!(message.sender.platform_id, "v_1");
        assert!(!message.sender.verified);
        assert_eq!(message.platform_message_id, "v_1:0197c0de-1111-7222-8333-444455556666");
        assert_eq!(message.page.as_ref().unwrap().title.as_deref(), Some("Shoe"));
    }

    #[test]
    fn a_delivery_of_nobody_is_refused() {
        let body = br#"{"event":"seen","visitor":{"name":"Noor"},"posted":{"seq":7}}"#;
        assert_eq!(WebChat.normalise(body).unwrap_err().0, "it names no visitor");
    }

    #[test]
    fn a_read_position_becomes_an_event() {
        let events = WebChat.normalise(&stored(r#"{"seq":7}"#, DeliveryKind::Seen)).unwrap();
        assert!(matches!(
            events.as_slice(),
            [Inbound { event: InboundEvent::Seen { up_to_seq: 7, .. }, .. }]
        ));
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = WebChat.normalise(&body);
        }
    }
}
