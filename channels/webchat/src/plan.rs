//! What a web chat can carry.

use channel_core::{Act, MediaPart, OutboundMessage, Refusal, RefusalReason};
use shared::{Capabilities, RichText, TextUnit};

/// One transmission, whatever the message holds: the widget shows text and files together.
pub fn plan(message: &OutboundMessage) -> Result<Vec<Act>, Refusal> {
    let limits = Capabilities::WEB_CHAT;
    if message.buttons.is_some()
        || message.list.is_some()
        || message.location.is_some()
        || message.template.is_some()
        || !message.contacts.is_empty()
    {
        return Err(refuse(RefusalReason::KindNotTaken, "Web chat carries text and files only."));
    }
    if TextUnit::Characters.length(&message.text.plain) > limits.text_chars_max {
        return Err(refuse(RefusalReason::TooLong, "A message can have up to 10,000 characters."));
    }
    if message.files.len() > limits.files_max {
        return Err(refuse(RefusalReason::TooLarge, "A message can carry up to 10 files."));
    }
    if message.files.iter().any(|file| file.size_bytes > limits.file_bytes_max) {
        return Err(refuse(RefusalReason::TooLarge, "A file can have up to 20 MB."));
    }
    let mut parts: Vec<MediaPart> = message
        .files
        .iter()
        .map(|file| MediaPart { file: file.clone(), caption: RichText::default() })
        .collect();
    if let Some(first) = parts.first_mut() {
        first.caption = message.text.clone();
        return Ok(vec![Act::Album { parts }]);
    }
    if message.text.plain.trim().is_empty() {
        return Err(refuse(RefusalReason::Empty, "Write something, or attach a file."));
    }
    Ok(vec![Act::Text { text: message.text.clone(), buttons: None }])
}

fn refuse(reason: RefusalReason, words: &str) -> Refusal {
    Refusal::new(reason, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_out_as_it_is_and_nothing_is_refused() {
        let message = OutboundMessage { text: RichText::plain("Hello"), ..OutboundMessage::default() };
        assert_eq!(plan(&message).unwrap(), [Act::Text { text: RichText::plain("Hello"), buttons: None }]);
        assert_eq!(plan(&OutboundMessage::default()).unwrap_err().reason, RefusalReason::Empty);
    }
}
