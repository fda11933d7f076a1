//! A message's text as a tree: what each part means, ready to be shown. Pure; `bubble/text.rs` draws it.
//!
//! Spans come from outside, may nest and overlap, and are checked: what does not lie between characters is left
//! out. Blocks hold spoilers, spoilers hold links, links hold looks; where two of one kind overlap, the first wins.

mod emoji_only;
mod fold;
mod links;

use std::ops::Range;

use super::link_text::{Piece, pieces};
use crate::api::Timestamp;
use crate::api::messages::TextSpan;
pub use emoji_only::is_only_emoji;
pub use fold::fold_at;
pub use links::{checked, host};
use links::{disguised, of_span};

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Characters and how they look.
    Text(String, Looks),
    /// A link.
    Link {
        /// `http:`, `https:`, `mailto:` or `tel:`, never anything else.
        href: String,
        /// Where it really leads, when the text claims another host.
        host: Option<String>,
        /// What it says.
        parts: Vec<Part>,
    },
    /// Hidden until it is asked for.
    Spoiler(Vec<Part>),
    /// A quotation.
    Quote(Vec<Part>),
    /// Lines of fixed width.
    CodeBlock(String),
    /// A moment; the text is how the writer put it.
    Moment(Timestamp, String),
}

/// How characters look: a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looks(u8);

/// The names of looks, each a class in `text.css`, in the order of their bits.
const LOOKS: [(&str, &[&str]); 6] = [
    ("bold", &["bold"]),
    ("italic", &["italic"]),
    ("underline", &["underline"]),
    ("strike", &["strikethrough"]),
    ("code", &["code"]),
    ("name", &["mention", "hashtag", "cashtag", "command"]),
];

impl Looks {
    fn of(style: &str) -> Self {
        let bit = LOOKS.iter().position(|(_, styles)| styles.contains(&style));
        Self(bit.map_or(0, |bit| 1 << bit))
    }

    /// Nothing special.
    pub fn is_plain(self) -> bool {
        self.0 == 0
    }

    /// The classes of these looks.
    pub fn class(self) -> String {
        let mut class = String::new();
        for (bit, (name, _)) in LOOKS.iter().enumerate() {
            if self.0 & (1 << bit) != 0 {
                class.push_str(" text--");
                class.push_str(name);
            }
        }
        class
    }
}

/// Cuts a text, up to byte `end`, into its parts.
#[must_use]
pub fn parts(text: &str, spans: &[TextSpan], end: usize) -> Vec<Part> {
    let fits = |span: &&TextSpan| span.range().is_some_and(|at| at.start < at.end && text.get(at).is_some());
    let spans: Vec<&TextSpan> = spans.iter().filter(fits).collect();
    let end = end.min(text.len());
    Cutter { text, spans: &spans }.blocks(0..end)
}

impl TextSpan {
    fn range(&self) -> Option<Range<usize>> {
        Some(usize::try_from(self.start).ok()?..usize::try_from(self.end).ok()?)
    }

    fn at(&self) -> Range<usize> {
        self.range().unwrap_or_default()
    }

    fn is(&self, styles: &[&str]) -> bool {
        styles.contains(&self.style.as_str())
    }
}

struct Cutter<'a> {
    text: &'a str,
    spans: &'a [&'a TextSpan],
}

impl<'a> Cutter<'a> {
    fn slice(&self, at: Range<usize>) -> &'a str {
        self.text.get(at).unwrap_or_default()
    }

    /// The range in pieces: those that one of the spans with these styles covers, and what lies between.
    fn cut(&self, within: Range<usize>, styles: &[&str]) -> Vec<(Range<usize>, Option<&'a TextSpan>)> {
        let mut pieces = Vec::new();
        let mut at = within.start;
        let mut wanted: Vec<&TextSpan> = self.spans.iter().filter(|span| span.is(styles)).copied().collect();
        wanted.sort_by_key(|span| span.start);
        for span in wanted {
            let (start, end) = (span.at().start.max(within.start), span.at().end.min(within.end));
            if start < at || start >= end {
                continue;
            }
            if at < start {
                pieces.push((at..start, None));
            }
            pieces.push((start..end, Some(span)));
            at = end;
        }
        if at < within.end {
            pieces.push((at..within.end, None));
        }
        pieces
    }

    fn blocks(&self, within: Range<usize>) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut after_block = false;
        let pieces = self.cut(within, &["quote", "code_block"]);
        let mut rest = pieces.iter().peekable();
        while let Some((at, span)) = rest.next() {
            let mut at = at.clone();
            if let Some(span) = span {
                parts.push(if span.is(&["quote"]) {
                    Part::Quote(self.spoilers(at))
                } else {
                    Part::CodeBlock(self.slice(at).to_owned())
                });
                after_block = true;
                continue;
            }
            // A block stands on lines of its own already.
            if after_block && self.slice(at.clone()).starts_with('\n') {
                at.start += 1;
            }
            if rest.peek().is_some() && self.slice(at.clone()).ends_with('\n') {
                at.end -= 1;
            }
            parts.extend(self.spoilers(at));
        }
        parts
    }

    fn spoilers(&self, within: Range<usize>) -> Vec<Part> {
        let mut parts = Vec::new();
        for (at, span) in self.cut(within, &["spoiler"]) {
            let inner = self.links(at);
            match span {
                Some(_) => parts.push(Part::Spoiler(inner)),
                None => parts.extend(inner),
            }
        }
        parts
    }

    fn links(&self, within: Range<usize>) -> Vec<Part> {
        let mut parts = Vec::new();
        for (at, span) in self.cut(within, &["link", "email", "phone", "moment", "code"]) {
            let text = self.slice(at.clone());
            match span {
                None => self.plain(at, &mut parts),
                Some(span) if span.is(&["moment"]) => {
                    match span.value.as_deref().and_then(|seconds| seconds.parse::<i64>().ok()) {
                        Some(seconds) => {
                            parts
                                .push(Part::Moment(Timestamp(seconds.saturating_mul(1000)), text.to_owned()));
                        }
                        None => parts.extend(self.looks(at)),
                    }
                }
                Some(span) => match of_span(&span.style, span.value.as_deref(), text) {
                    Some(href) => {
                        parts.push(Part::Link { host: disguised(&href, text), href, parts: self.looks(at) })
                    }
                    None => parts.extend(self.looks(at)),
                },
            }
        }
        parts
    }

    /// Addresses that nobody marked are links, too.
    fn plain(&self, within: Range<usize>, parts: &mut Vec<Part>) {
        let mut start = within.start;
        let mut plain_from = start;
        for piece in pieces(self.slice(within.clone())) {
            let (Piece::Text(text) | Piece::Link { text, .. }) = &piece;
            let at = start..start + text.len();
            start = at.end;
            if let Piece::Link { href, .. } = piece
                && let Some(href) = checked(&href)
            {
                parts.extend(self.looks(plain_from..at.start));
                parts.push(Part::Link { href, host: None, parts: self.looks(at.clone()) });
                plain_from = at.end;
            }
        }
        parts.extend(self.looks(plain_from..within.end));
    }

    fn looks(&self, within: Range<usize>) -> Vec<Part> {
        let looks = |span: &&&TextSpan| !Looks::of(&span.style).is_plain();
        let marks: Vec<&&TextSpan> = self.spans.iter().filter(looks).collect();
        let mut cuts = vec![within.start, within.end];
        for span in &marks {
            let inside = |at: &usize| within.contains(at);
            cuts.extend([span.at().start, span.at().end].iter().filter(|at| inside(at)));
        }
        cuts.sort_unstable();
        cuts.dedup();
        let ends = cuts.iter().skip(1);
        let pieces = cuts.iter().zip(ends).map(|(start, end)| {
            let covers = |span: &&&&TextSpan| span.at().start <= *start && *end <= span.at().end;
            let bits = marks.iter().filter(covers).fold(0, |bits, span| bits | Looks::of(&span.style).0);
            Part::Text(self.slice(*start..*end).to_owned(), Looks(bits))
        });
        pieces.collect()
    }
}

#[cfg(test)]
mod tests;
