//! Text with formatting, the same for every channel.

use serde::{Deserialize, Serialize};

/// Text and what parts of it mean. Spans are ordered by start, outer ones first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RichText {
    /// The characters, without NUL.
    pub plain: String,
    /// What parts of them mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<TextSpan>,
}

/// A part of a text, in bytes of its UTF-8; both ends lie between characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSpan {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// What it means.
    #[serde(flatten)]
    pub style: TextStyle,
}

/// What a part of a text means. Styles may nest and overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "style", rename_all = "snake_case")]
pub enum TextStyle {
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strikethrough,
    /// Hidden until it is tapped.
    Spoiler,
    /// A quotation.
    Quote {
        /// Shown folded at first.
        #[serde(default)]
        folded: bool,
    },
    /// Fixed width, in a line.
    Code,
    /// Fixed width, lines of its own.
    CodeBlock {
        /// The programming language, as the writer named it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// A link; without `url` the text itself is the address.
    Link {
        /// Where to, when that is not the text. From outside: check before making it clickable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// Somebody's name.
    Mention {
        /// The platform's id of that person, when the text is no user name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform_id: Option<String>,
    },
    /// A `#word`.
    Hashtag,
    /// A `$WORD`.
    Cashtag,
    /// A `/command` to a bot.
    Command,
    /// A mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A picture in the place of the emoji that the text has.
    CustomEmoji {
        /// The platform's id of the picture.
        id: String,
    },
    /// A moment, that each reader's app shows in the reader's own time.
    Moment {
        /// Seconds since 1970.
        unix_seconds: i64,
    },
    /// Something newer than this version.
    Other {
        /// The platform's word for it.
        name: String,
    },
}

/// How a platform counts the length of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextUnit {
    /// Unicode scalar values.
    Characters,
    /// UTF-16 code units: an emoji counts two or more.
    Utf16,
}

impl TextUnit {
    /// The length of `text`.
    #[must_use]
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Characters => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }

    const fn of(self, character: char) -> usize {
        match self {
            Self::Characters => 1,
            Self::Utf16 => character.len_utf16(),
        }
    }
}

impl RichText {
    /// Text without formatting.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { plain: text.into(), spans: Vec::new() }
    }

    /// There are no characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// Cuts the text into pieces of at most `max` units each: at line ends or spaces where there are some
    /// in the second half of a piece, and never inside a character. White space at a cut is dropped.
    /// Formatting goes on in the next piece.
    #[must_use]
    pub fn split(&self, max: usize, unit: TextUnit) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut start = 0;
        while let Some(rest) = self.plain.get(start..).filter(|rest| !rest.is_empty()) {
            let end = start + cut(rest, max.max(2), unit);
            let piece = self.plain.get(start..end).unwrap_or_default();
            let last = end == self.plain.len();
            let kept = if last { piece } else { piece.trim_end() };
            let lead = if start == 0 { 0 } else { kept.len() - kept.trim_start().len() };
            if lead < kept.len() {
                pieces.push(self.part(start + lead, start + kept.len()));
            }
            start = end;
        }
        pieces
    }

    /// The text from byte `start` to byte `end`, with the formatting that falls into it.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Self {
        let inside = |span: &TextSpan| {
            let (from, to) = (span.start.max(start), span.end.min(end));
            (from < to).then(|| TextSpan { start: from - start, end: to - start, style: span.style.clone() })
        };
        Self {
            plain: self.plain.get(start..end).unwrap_or_default().to_owned(),
            spans: self.spans.iter().filter_map(inside).collect(),
        }
    }
}

/// How many bytes of `text` make the next piece.
fn cut(text: &str, max: usize, unit: TextUnit) -> usize {
    let mut units = 0;
    let mut line = None;
    let mut space = None;
    for (at, character) in text.char_indices() {
        units += unit.of(character);
        if units > max {
            return line.or(space).unwrap_or(at);
        }
        if units * 2 > max && character.is_whitespace() {
            let after = at + character.len_utf8();
            if character == '\n' {
                line = Some(after);
            } else {
                space = Some(after);
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_text_is_cut_between_words_and_its_formatting_goes_on() {
        let bold = TextSpan { start: 6, end: 17, style: TextStyle::Bold };
        let text = RichText { plain: "Hello little world".to_owned(), spans: vec![bold] };
        let pieces = text.split(13, TextUnit::Characters);
        assert_eq!(pieces.iter().map(|p| p.plain.as_str()).collect::<Vec<_>>(), ["Hello little", "world"]);
        assert_eq!(pieces[0].spans, [TextSpan { start: 6, end: 12, style: TextStyle::Bold }]);
        assert_eq!(pieces[1].spans, [TextSpan { start: 0, end: 4, style: TextStyle::Bold }]);
    }

    #[test]
    fn an_emoji_is_never_cut_through() {
        let pieces = RichText::plain("😀😀😀").split(3, TextUnit::Utf16);
        assert_eq!(pieces.iter().map(|p| p.plain.as_str()).collect::<Vec<_>>(), ["😀", "😀", "😀"]);
    }

    proptest! {
        #[test]
        fn pieces_fit_and_lose_nothing_but_white_space(text in "[a-z😀é \n]{0,200}", max in 2_usize..40) {
            let pieces = RichText::plain(text.clone()).split(max, TextUnit::Utf16);
            for piece in &pieces {
                prop_assert!(TextUnit::Utf16.length(&piece.plain) <= max);
            }
            let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let joined: String = pieces.iter().map(|piece| piece.plain.as_str()).collect();
            prop_assert_eq!(solid(&joined), solid(&text));
        }
    }
}
