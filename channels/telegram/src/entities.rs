//! Formatting: Telegram counts UTF-16 units, we count bytes of UTF-8.

use shared::{RichText, TextSpan, TextStyle};
use teloxide::types::{MessageEntity, MessageEntityKind};
use url::Url;

use crate::json::Object;

/// Reads a text with its entities. An entity that points outside the text, or at nothing, is dropped; one that
/// points into a character takes all of it.
pub fn read<'a>(text: &str, entities: impl Iterator<Item = Object<'a>>) -> RichText {
    let bytes = ByteOffsets::of(text);
    let mut spans: Vec<TextSpan> = entities
        .filter_map(|entity| {
            let start = entity.size("offset").and_then(|offset| usize::try_from(offset).ok())?;
            let length = entity.size("length").and_then(|length| usize::try_from(length).ok())?;
            let (start, end) = bytes.span(start, start.checked_add(length)?)?;
            Some(TextSpan { start, end, style: style(entity) })
        })
        .collect();
    spans.sort_by_key(|span| (span.start, usize::MAX - span.end));
    RichText { plain: text.to_owned(), spans }
}

fn style(entity: Object<'_>) -> TextStyle {
    match entity.text("type").unwrap_or_default() {
        "mention" => TextStyle::Mention { platform_id: None },
        "text_mention" => {
            let id = entity.object("user").and_then(|user| user.id("id"));
            TextStyle::Mention { platform_id: id.map(|id| id.to_string()) }
        }
        "hashtag" => TextStyle::Hashtag,
        "cashtag" => TextStyle::Cashtag,
        "bot_command" => TextStyle::Command,
        "url" => TextStyle::Link { url: None },
        "text_link" => TextStyle::Link { url: entity.owned("url") },
        "email" => TextStyle::Email,
        "phone_number" => TextStyle::Phone,
        "bold" => TextStyle::Bold,
        "italic" => TextStyle::Italic,
        "underline" => TextStyle::Underline,
        "strikethrough" => TextStyle::Strikethrough,
        "spoiler" => TextStyle::Spoiler,
        "blockquote" => TextStyle::Quote { folded: false },
        "expandable_blockquote" => TextStyle::Quote { folded: true },
        "code" => TextStyle::Code,
        "pre" => TextStyle::CodeBlock { language: entity.owned("language") },
        "custom_emoji" => TextStyle::CustomEmoji { id: entity.owned("custom_emoji_id").unwrap_or_default() },
        "date_time" => TextStyle::Moment { unix_seconds: entity.id("unix_time").unwrap_or_default() },
        other => TextStyle::Other { name: other.to_owned() },
    }
}

/// Writes the formatting of a text as entities. What Telegram finds by itself (links, names, numbers) is left to it,
/// and so is what a bot may not send.
pub fn write(text: &RichText) -> Vec<MessageEntity> {
    let units = UnitOffsets::of(&text.plain);
    text.spans
        .iter()
        .filter_map(|span| {
            let (start, end) = (units.at(span.start)?, units.at(span.end)?);
            (start < end).then_some(())?;
            Some(MessageEntity::new(kind(&span.style)?, start, end - start))
        })
        .collect()
}

fn kind(style: &TextStyle) -> Option<MessageEntityKind> {
    Some(match style {
        TextStyle::Bold => MessageEntityKind::Bold,
        TextStyle::Italic => MessageEntityKind::Italic,
        TextStyle::Underline => MessageEntityKind::Underline,
        TextStyle::Strikethrough => MessageEntityKind::Strikethrough,
        TextStyle::Spoiler => MessageEntityKind::Spoiler,
        TextStyle::Quote { folded: false } => MessageEntityKind::Blockquote,
        TextStyle::Quote { folded: true } => MessageEntityKind::ExpandableBlockquote,
        TextStyle::Code => MessageEntityKind::Code,
        TextStyle::CodeBlock { language } => MessageEntityKind::Pre { language: language.clone() },
        TextStyle::Link { url: Some(url) } => MessageEntityKind::TextLink { url: address(url)? },
        TextStyle::Mention { platform_id: Some(id) } => {
            let id: i64 = id.parse().ok()?;
            MessageEntityKind::TextLink { url: Url::parse(&format!("tg://user?id={id}")).ok()? }
        }
        _ => return None,
    })
}

fn address(url: &str) -> Option<Url> {
    Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https" | "mailto" | "tel" | "tg"))
}

/// For every UTF-16 unit of a text: where the character that it belongs to begins, in bytes; and the end of the text.
struct ByteOffsets {
    starts: Vec<usize>,
    end: usize,
}

impl ByteOffsets {
    fn of(text: &str) -> Self {
        let starts = text.char_indices().flat_map(|(at, c)| std::iter::repeat_n(at, c.len_utf16())).collect();
        Self { starts, end: text.len() }
    }

    /// The bytes of units `start` to `end`, widened to whole characters.
    fn span(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let from = *self.starts.get(start)?;
        let last = *self.starts.get(end.min(self.starts.len()).checked_sub(1)?)?;
        let to = self.starts.iter().skip(end).copied().find(|next| *next > last).unwrap_or(self.end);
        (end > start && from < to).then_some((from, to))
    }
}

/// For every byte at which a character begins, and the end: how many UTF-16 units lie before it.
struct UnitOffsets {
    at: Vec<Option<usize>>,
}

impl UnitOffsets {
    fn of(text: &str) -> Self {
        let mut at = vec![None; text.len() + 1];
        let mut units = 0;
        for (byte, character) in text.char_indices() {
            if let Some(place) = at.get_mut(byte) {
                *place = Some(units);
            }
            units += character.len_utf16();
        }
        if let Some(place) = at.last_mut() {
            *place = Some(units);
        }
        Self { at }
    }

    fn at(&self, byte: usize) -> Option<usize> {
        self.at.get(byte).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn text_of(text: &str, entities: &Value) -> RichText {
        let holder = json!({ "entities": entities });
        read(text, Object::of(&holder).unwrap().list("entities"))
    }

    #[test]
    fn offsets_after_an_emoji_count_it_as_two() {
        let text =
            text_of("Werkt de code 😀 SALE10 nog?", &json!([{ "type": "code", "offset": 17, "length": 6 }]));
        let [span] = text.spans.as_slice() else { panic!("one span") };
        assert_eq!(&text.plain[span.start..span.end], "SALE10");
        assert_eq!(span.style, TextStyle::Code);
    }

    #[test]
    fn what_points_nowhere_is_dropped_and_what_points_into_a_character_takes_it() {
        let text = text_of(
            "a😀b",
            &json!([
                { "type": "bold", "offset": 2, "length": 1 },
                { "type": "bold", "offset": 9, "length": 1 },
                { "type": "bold", "offset": 0, "length": 0 },
                { "type": "bold", "offset": -1, "length": 3 },
                { "type": "italic", "offset": 3, "length": 4_000_000_000_000_u64 },
                { "type": "bold", "offset": 18_446_744_073_709_551_615_u64, "length": 18_446_744_073_709_551_615_u64 },
                { "type": 4, "offset": "x" },
            ]),
        );
        let parts: Vec<&str> = text.spans.iter().map(|span| &text.plain[span.start..span.end]).collect();
        assert_eq!(parts, ["😀", "b"]);
    }

    #[test]
    fn an_unknown_entity_keeps_its_name() {
        let text = text_of("hello", &json!([{ "type": "sparkle", "offset": 0, "length": 5 }]));
        assert_eq!(text.spans[0].style, TextStyle::Other { name: "sparkle".to_owned() });
    }

    #[test]
    fn a_script_address_is_no_link() {
        let link = |url: &str| RichText {
            plain: "here".to_owned(),
            spans: vec![TextSpan { start: 0, end: 4, style: TextStyle::Link { url: Some(url.to_owned()) } }],
        };
        assert!(write(&link("javascript:alert(1)")).is_empty());
        assert_eq!(write(&link("https://shop.example/")).len(), 1);
    }

    fn style() -> impl Strategy<Value = TextStyle> {
        prop_oneof![
            Just(TextStyle::Bold),
            Just(TextStyle::Italic),
            Just(TextStyle::Spoiler),
            Just(TextStyle::Quote { folded: true }),
            Just(TextStyle::CodeBlock { language: Some("rust".to_owned()) }),
            Just(TextStyle::Link { url: Some("https://shop.example/?a=1".to_owned()) }),
        ]
    }

    proptest! {
        /// Emoji with joiners, Hebrew, Arabic, combining marks, zero-width characters.
        #[test]
        fn formatting_survives_the_way_out_and_back(
            pieces in proptest::collection::vec("[a-z]{0,3}|👨‍👩‍👧|שלום|مرحبا|e\u{301}|\u{200b}|\u{200f}|𝔘|\n", 1..12),
            picks in proptest::collection::vec((0_usize..40, 1_usize..40, style()), 0..6),
        ) {
            let plain = pieces.concat();
            let ends: Vec<usize> = plain.char_indices().map(|(at, _)| at).chain([plain.len()]).collect();
            let mut spans: Vec<TextSpan> = picks
                .into_iter()
                .filter_map(|(from, count, style)| {
                    let start = *ends.get(from)?;
                    let end = *ends.get(from + count)?;
                    Some(TextSpan { start, end, style })
                })
                .collect();
            spans.sort_by_key(|span| (span.start, usize::MAX - span.end));
            let text = RichText { plain, spans };
            let entities = serde_json::to_value(write(&text)).unwrap();
            prop_assert_eq!(text_of(&text.plain, &entities), text);
        }

        #[test]
        fn any_entities_are_survived(text in "\\PC{0,30}", offset in any::<u64>(), length in any::<u64>()) {
            let read = text_of(&text, &json!([{ "type": "bold", "offset": offset, "length": length }]));
            for span in &read.spans {
                prop_assert!(read.plain.get(span.start..span.end).is_some_and(|part| !part.is_empty()));
            }
        }
    }
}
