//! Reading formatting: markers become spans and go; no other character changes.

use shared::{RichText, TextSpan, TextStyle};

const FENCE: &str = "```";
const QUOTE: &str = "> ";
/// The markers of one character, each with its place in the lists below.
const MARKERS: [char; 4] = ['*', '_', '~', '`'];
const CODE: usize = 3;

/// Reads a text as WhatsApp's own app shows it.
pub fn read(text: &str) -> RichText {
    if !text.contains(MARKERS) && !text.contains(QUOTE) {
        return RichText::plain(text);
    }
    let mut reader = Reader { read: RichText::plain(String::with_capacity(text.len())) };
    let (mut rest, mut line_start) = (text, true);
    while let Some((before, block, after)) = block(rest) {
        reader.lines(before, line_start);
        reader.styled(TextStyle::CodeBlock { language: None }, |reader| reader.read.plain.push_str(block));
        line_start = false;
        rest = after;
    }
    reader.lines(rest, line_start);
    join_quotes(&mut reader.read);
    reader.read
}

/// The first block of code, with what is before and after it.
fn block(text: &str) -> Option<(&str, &str, &str)> {
    let mut open = text.find(FENCE)?;
    loop {
        let start = open + FENCE.len();
        let end = start + text.get(start..)?.find(FENCE)?;
        let block = text.get(start..end)?;
        if !block.trim().is_empty() {
            let block = block.strip_prefix('\n').unwrap_or(block);
            let block = block.strip_suffix('\n').unwrap_or(block);
            return Some((text.get(..open)?, block, text.get(end + FENCE.len()..)?));
        }
        open = end; // nothing in it: what closed it may open another
    }
}

/// What has been read so far.
struct Reader {
    read: RichText,
}

impl Reader {
    /// Reads whatever `inner` reads in this style. The outer span comes first.
    fn styled(&mut self, style: TextStyle, inner: impl FnOnce(&mut Self)) {
        let (place, start) = (self.read.spans.len(), self.read.plain.len());
        inner(self);
        let end = self.read.plain.len();
        self.read.spans.insert(place, TextSpan { start, end, style });
    }

    fn lines(&mut self, text: &str, mut line_start: bool) {
        for line in text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            let quoted = line.strip_prefix(QUOTE).filter(|rest| line_start && !rest.trim().is_empty());
            match quoted {
                Some(quoted) => self.styled(TextStyle::Quote { folded: false }, |reader| reader.line(quoted)),
                None => self.line(line),
            }
            self.read.plain.push_str(end);
            line_start = true;
        }
    }

    fn line(&mut self, line: &str) {
        let line = Line::new(line);
        self.part(&line, 0, line.text.len(), [false; 4]);
    }

    /// A part of a line, inside of those styles that are `open`.
    fn part(&mut self, line: &Line<'_>, from: usize, to: usize, open: [bool; 4]) {
        let mut kept = from; // everything before is read
        let first = line.openings.partition_point(|(at, _)| *at < from);
        for (at, marker) in line.openings.iter().skip(first).take_while(|(at, _)| *at < to) {
            let (at, marker) = (*at, *marker);
            if at < kept || open.get(marker) != Some(&false) {
                continue;
            }
            let Some(close) = line.closing(marker, at, to) else { continue };
            self.plain(line, kept, at);
            let mut inside = open;
            if let Some(inside) = inside.get_mut(marker) {
                *inside = true;
            }
            self.styled(style(marker), |reader| {
                if marker == CODE {
                    reader.plain(line, at + 1, close);
                } else {
                    reader.part(line, at + 1, close, inside);
                }
            });
            kept = close + 1;
        }
        self.plain(line, kept, to);
    }

    fn plain(&mut self, line: &Line<'_>, from: usize, to: usize) {
        self.read.plain.push_str(line.text.get(from..to).unwrap_or_default());
    }
}

const fn style(marker: usize) -> TextStyle {
    match marker {
        0 => TextStyle::Bold,
        1 => TextStyle::Italic,
        2 => TextStyle::Strikethrough,
        _ => TextStyle::Code,
    }
}

/// A line and where its markers are.
struct Line<'a> {
    text: &'a str,
    /// Markers that could begin a part, with their kind, in order.
    openings: Vec<(usize, usize)>,
    /// Markers that could end a part, by kind, in order.
    closings: [Vec<usize>; 4],
}

impl<'a> Line<'a> {
    /// A marker begins a part after what is no letter and before what is no space, and the other way round at its
    /// end. One in an address is a part of the address.
    fn new(text: &'a str) -> Self {
        let mut line = Self { text, openings: Vec::new(), closings: Default::default() };
        let (mut before, mut address_end) = (None, 0);
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let after = characters.peek().map(|(_, after)| *after);
            if at >= address_end && !before.is_some_and(char::is_alphanumeric) {
                address_end = end_of_address(text, at).unwrap_or(address_end);
            }
            let marker = MARKERS.iter().position(|marker| *marker == character);
            if let Some(marker) = marker.filter(|_| at >= address_end) {
                let solid = |beside: Option<char>| beside.is_some_and(|beside| !beside.is_whitespace());
                let apart = |beside: Option<char>| !beside.is_some_and(char::is_alphanumeric);
                if apart(before) && solid(after) && after != Some(character) {
                    line.openings.push((at, marker));
                }
                if let Some(closings) =
                    line.closings.get_mut(marker).filter(|_| solid(before) && apart(after))
                {
                    closings.push(at);
                }
            }
            before = Some(character);
        }
        line
    }

    /// The end of a part that begins with this marker, with something between.
    fn closing(&self, marker: usize, open: usize, to: usize) -> Option<usize> {
        let closings = self.closings.get(marker)?;
        let next = closings.partition_point(|at| *at <= open + 1);
        closings.get(next).copied().filter(|at| *at < to)
    }
}

/// Where an address that begins here ends. Markers at its end may belong to the text around it.
fn end_of_address(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if !rest.starts_with("http://") && !rest.starts_with("https://") {
        return None;
    }
    let whole = rest.split(char::is_whitespace).next().unwrap_or_default();
    Some(at + whole.trim_end_matches(MARKERS).len())
}

/// Quoted lines that follow each other are one quotation.
fn join_quotes(text: &mut RichText) {
    let mut joined: Vec<TextSpan> = Vec::with_capacity(text.spans.len());
    let mut last: Option<usize> = None;
    for span in text.spans.drain(..) {
        if !matches!(span.style, TextStyle::Quote { .. }) {
            joined.push(span);
            continue;
        }
        match last.and_then(|last| joined.get_mut(last)) {
            Some(before) if before.end + 1 == span.start => before.end = span.end,
            _ => {
                last = Some(joined.len());
                joined.push(span);
            }
        }
    }
    text.spans = joined;
}

#[cfg(test)]
mod tests;
