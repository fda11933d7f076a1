//! Formatting as WhatsApp writes it: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, ```` ```block``` ````, `> quote`.
//!
//! There is no way to escape a marker, and one beside a letter is shown as it is. So formatting that could not be seen
//! is left out; the characters of the text are never changed.

mod read;

use std::collections::BTreeMap;

use shared::{RichText, TextSpan, TextStyle};

pub use read::read;

/// A part of a text between two markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    start: usize,
    end: usize,
    marker: &'static str,
}

/// Writes a text with its formatting.
pub fn write(text: &RichText) -> String {
    if text.spans.is_empty() {
        return text.plain.clone();
    }
    let runs = runs(text);
    let suffixes: BTreeMap<usize, String> =
        text.spans.iter().filter_map(|span| address(text, span)).collect();
    let quoted = |at: usize| {
        let quotes = |span: &&TextSpan| matches!(span.style, TextStyle::Quote { .. });
        text.spans.iter().filter(quotes).any(|span| (span.start..span.end).contains(&at))
    };
    let mut written = String::with_capacity(text.plain.len() + 4 * runs.len());
    let mut open: Vec<Run> = Vec::new();
    let mut next = runs.iter().peekable();
    let mut line_start = true;
    for (at, character) in text.plain.char_indices() {
        close(&mut open, at, &mut written);
        suffix(&suffixes, at, &mut written);
        if line_start && quoted(at) {
            written.push_str("> ");
        }
        while let Some(run) = next.next_if(|run| run.start == at) {
            written.push_str(run.marker);
            open.push(*run);
        }
        written.push(character);
        line_start = character == '\n';
    }
    close(&mut open, text.plain.len(), &mut written);
    suffix(&suffixes, text.plain.len(), &mut written);
    written
}

fn close(open: &mut Vec<Run>, at: usize, written: &mut String) {
    while let Some(run) = open.pop_if(|run| run.end <= at) {
        written.push_str(run.marker);
    }
}

fn suffix(suffixes: &BTreeMap<usize, String>, at: usize, written: &mut String) {
    if let Some(text) = suffixes.get(&at) {
        written.push_str(text);
    }
}

/// A link that hides its address would be lost: the address goes behind it.
fn address(text: &RichText, span: &TextSpan) -> Option<(usize, String)> {
    let TextStyle::Link { url: Some(url) } = &span.style else { return None };
    let shown = text.plain.get(span.start..span.end)?;
    let known = url::Url::parse(url).ok()?;
    let good = matches!(known.scheme(), "http" | "https" | "mailto" | "tel");
    let bare = |address: &str| address.trim_end_matches('/').to_owned();
    (good && bare(shown) != bare(url)).then(|| (span.end, format!(" ({url})")))
}

/// Everything that gets markers, outer ones first; of two that cross, the first.
fn runs(text: &RichText) -> Vec<Run> {
    let mut found: Vec<Run> = text.spans.iter().flat_map(|span| of_span(&text.plain, span)).collect();
    found.sort_by_key(|run| (run.start, usize::MAX - run.end));
    let mut kept: Vec<Run> = Vec::with_capacity(found.len());
    let mut around: Vec<Run> = Vec::new(); // those that have not ended yet, the innermost last
    for run in found {
        while around.pop_if(|outer| outer.end <= run.start).is_some() {}
        let clashes = around
            .iter()
            .any(|outer| run.end > outer.end || outer.marker.starts_with('`') || run.marker == outer.marker);
        if !clashes {
            kept.push(run);
            around.push(run);
        }
    }
    kept
}

/// The runs of one span: one per line, but for blocks of code.
fn of_span(plain: &str, span: &TextSpan) -> Vec<Run> {
    let marker = match span.style {
        TextStyle::Bold => "*",
        TextStyle::Italic => "_",
        TextStyle::Strikethrough => "~",
        TextStyle::Code => "`",
        TextStyle::CodeBlock { .. } => "```",
        _ => return Vec::new(),
    };
    let Some(part) = plain.get(span.start..span.end) else { return Vec::new() };
    if marker == "```" {
        let whole = Run { start: span.start, end: span.end, marker };
        return if part.trim().is_empty() || part.contains("```") { Vec::new() } else { vec![whole] };
    }
    let mut runs = Vec::new();
    let mut start = span.start;
    for line in part.split_inclusive('\n') {
        let lead = line.len() - line.trim_start().len();
        let solid = line.trim();
        let run = Run { start: start + lead, end: start + lead + solid.len(), marker };
        if !solid.is_empty() && !solid.contains(marker) && stands_apart(plain, run) {
            runs.push(run);
        }
        start += line.len();
    }
    runs
}

/// No letter or digit touches it from outside: else the markers would be shown, and the formatting would not.
fn stands_apart(plain: &str, run: Run) -> bool {
    let before = plain.get(..run.start).and_then(|text| text.chars().next_back());
    let after = plain.get(run.end..).and_then(|text| text.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests;
