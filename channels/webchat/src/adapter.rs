//! Web chat as a channel adapter.

use async_trait::async_trait;
use channel_core::{
    Alias, AliasKind, AttachmentSource, BadSignature, ChannelAccount, ChannelAdapter, ChannelSecrets,
    InboundEvent, InboundMessage, OutboundMessage, Profile, SendError, SendReceipt, Sender, Unreadable,
};
use http::HeaderMap;
use shared::{Capabilities, ChannelKind};

use crate::delivery::{Delivery, DeliveryKind, Visitor, visitor_message_id};
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

    fn normalise(&self, body: &[u8]) -> Result<Vec<InboundEvent>, Unreadable> {
        let delivery: Delivery<'_> = serde_json::from_slice(body)
            .map_err(|error| Unreadable(format!("at {}:{}", error.line(), error.column())))?;
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
        Ok(vec![event])
    }

    /// There is no platform to hand it to: stored is sent, and the visitor's socket or replay takes it from there.
    async fn send(&self, _: &ChannelAccount, message: &OutboundMessage) -> Result<SendReceipt, SendError> {
        Ok(SendReceipt { platform_message_ids: vec![message.message_id.to_string()] })
    }
}

fn inbound(visitor: Visitor, message: PostedMessage) -> InboundMessage {
    InboundMessage {
        platform_message_id: visitor_message_id(&visitor.id, message.client_message_id),
        client_id: Some(message.client_message_id),
        page: message.page(),
        attachments: message.attachment_ids.iter().copied().map(AttachmentSource::Uploaded).collect(),
        text: message.text.unwrap_or_default(),
        quoted: None,
        sent_at: None,
        sender: sender(visitor),
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
        let [InboundEvent::Message(message)] = events.as_slice() else { panic!("one message") };
        assert_eq!(message.text, "ab \u{fffd}!");
        assert_eq!(message.sender.platform_id, "v_1");
        assert!(!message.sender.verified);
        assert_eq!(message.platform_message_id, "v_1:0197c0de-1111-7222-8333-444455556666");
        assert_eq!(message.page.as_ref().unwrap().title.as_deref(), Some("Shoe"));
    }

    #[test]
    fn a_read_position_becomes_an_event() {
        let events = WebChat.normalise(&stored(r#"{"seq":7}"#, DeliveryKind::Seen)).unwrap();
        assert!(matches!(events.as_slice(), [InboundEvent::Seen { up_to_seq: 7, .. }]));
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = WebChat.normalise(&body);
        }
    }
}
