//! What visitors post: as it is stored, and as a visitor could write it.
#![no_main]

use channel_webchat::{Delivery, DeliveryKind, PostedMessage, Visitor, WebChat};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

fuzz_target!(|body: &[u8]| {
    channel_fuzz::read(&WebChat, body);
    let Ok(text) = std::str::from_utf8(body) else { return };
    if let Ok(message) = PostedMessage::read(text) {
        let answers = message.answers();
        assert!(answers.iter().all(|(key, answer)| !key.contains('\0') && !answer.contains('\0')));
        assert!(message.page().is_none_or(|page| page.url.starts_with("http")));
    }
    let Ok(posted) = RawValue::from_string(text.to_owned()) else { return };
    for event in [DeliveryKind::Message, DeliveryKind::Seen] {
        let visitor = Visitor { id: "v_1".to_owned(), ..Visitor::default() };
        let stored = Delivery { event, visitor, posted: &posted }.to_bytes().expect("bytes to store");
        channel_fuzz::read(&WebChat, &stored);
    }
});
