//! A message as a list shows it: one short line.

/// Longest preview, in characters.
const CHARS_MAX: usize = 120;

/// The beginning of a text on one line; of a message without text, its first file's name.
#[must_use]
pub fn preview(text: &str, first_file: Option<&str>) -> String {
    let source = if text.trim().is_empty() { first_file.unwrap_or_default() } else { text };
    let mut line = String::new();
    for word in source.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > CHARS_MAX * 4 {
            break; // no character has more bytes
        }
    }
    line.chars().take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_line_of_at_most_120_characters() {
        assert_eq!(preview("  two\n\nlines ", None), "two lines");
        assert_eq!(preview(&"ä".repeat(500), None).chars().count(), 120);
        assert_eq!(preview(" ", Some("invoice.pdf")), "invoice.pdf");
        assert_eq!(preview("", None), "");
    }
}
