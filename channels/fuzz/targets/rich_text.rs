//! Text with formatting: cut, written for each channel, and read from Telegram's entities.
#![no_main]

use channel_core::{Act, ChannelAdapter, OutboundMessage};
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use shared::{RichText, TextSpan, TextStyle, TextUnit};

const KINDS: &[&str] = &["bold", "italic", "code", "pre", "text_link", "blockquote", "custom_emoji", "sparkle"];

fuzz_target!(|input: (&str, Vec<(u16, u16, u8)>, i64)| {
    let (plain, spans, far) = input;
    let style = |kind: u8| match kind % 8 {
        0 => TextStyle::Bold,
        1 => TextStyle::Italic,
        2 => TextStyle::Strikethrough,
        3 => TextStyle::Code,
        4 => TextStyle::CodeBlock { language: Some("rs".to_owned()) },
        5 => TextStyle::Link { url: Some("https://shop.example/".to_owned()) },
        6 => TextStyle::Quote { folded: false },
        _ => TextStyle::Spoiler,
    };
    let good = spans.iter().filter_map(|(start, length, kind)| {
        let (start, end) = (usize::from(*start), usize::from(*start) + usize::from(*length));
        plain.get(start..end).filter(|part| !part.is_empty())?;
        Some(TextSpan { start, end, style: style(*kind) })
    });
    let text = RichText { plain: plain.replace('\0', ""), spans: Vec::new() };
    let text = if text.plain == plain { RichText { spans: good.collect(), ..text } } else { text };
    for (max, unit) in [(7, TextUnit::Utf16), (4_096, TextUnit::Characters)] {
        for piece in text.split(max, unit) {
            assert!(unit.length(&piece.plain) <= max);
            channel_fuzz::check_text(&piece);
        }
    }
    plan(&*channel_fuzz::TELEGRAM, &text);
    plan(&*channel_fuzz::WHATSAPP, &text);

    // Entities count in UTF-16, and may say anything.
    let entities: Vec<_> = spans
        .iter()
        .map(|(start, length, kind)| {
            let kind = KINDS[usize::from(*kind) % KINDS.len()];
            json!({ "type": kind, "offset": start, "length": length, "url": "https://shop.example/" })
        })
        .chain([json!({ "type": "bold", "offset": far, "length": far })])
        .collect();
    let update = json!({ "update_id": 1, "message": {
        "message_id": 1, "date": 1_779_012_345, "chat": { "id": 5, "type": "private" }, "from": { "id": 5 },
        "text": plain, "entities": entities,
    }});
    channel_fuzz::read(&*channel_fuzz::TELEGRAM, &serde_json::to_vec(&update).expect("JSON"));
});

/// Every part of what a channel makes of a text is within its limit.
fn plan(adapter: &dyn ChannelAdapter, text: &RichText) {
    let can = adapter.capabilities();
    let Ok(acts) = adapter.plan(&OutboundMessage { text: text.clone(), ..OutboundMessage::default() }) else {
        return;
    };
    for act in acts {
        if let Act::Text { text, .. } = act {
            assert!(can.text_unit.length(&text.plain) <= can.text_chars_max);
            channel_fuzz::check_text(&text);
        }
    }
}
