//! Where a very long text is folded.

/// A text longer than this, in characters or lines, is folded.
const CHARS_MAX: usize = 2_400;
const LINES_MAX: usize = 36;
/// What a folded text shows.
const CHARS_SHOWN: usize = 1_600;
const LINES_SHOWN: usize = 24;

/// The byte at which a very long text is cut for a start: at the end of a line or word, if one is near.
#[must_use]
pub fn fold_at(text: &str) -> Option<usize> {
    let long = text.chars().nth(CHARS_MAX).is_some() || text.matches('\n').nth(LINES_MAX).is_some();
    if !long {
        return None;
    }
    let by_chars = text.char_indices().nth(CHARS_SHOWN).map_or(text.len(), |(at, _)| at);
    let by_lines = text.match_indices('\n').nth(LINES_SHOWN).map_or(text.len(), |(at, _)| at);
    let most = by_chars.min(by_lines);
    let shown = text.get(..most).unwrap_or_default();
    let near = most - most.min(200);
    let space = shown.rfind(char::is_whitespace).filter(|at| *at > near);
    Some(if by_lines < by_chars { most } else { space.unwrap_or(most) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_very_long_texts_are_folded() {
        assert_eq!(fold_at("short"), None);
        assert_eq!(fold_at(&"x".repeat(CHARS_MAX)), None);
        assert_eq!(fold_at(&"x".repeat(CHARS_MAX + 1)), Some(CHARS_SHOWN));
        assert_eq!(fold_at(&"ab\n".repeat(LINES_MAX)), None);
        assert_eq!(fold_at(&"ab\n".repeat(LINES_MAX + 1)), Some(3 * LINES_SHOWN + 2));
    }

    #[test]
    fn the_cut_lies_between_words_and_never_inside_a_character() {
        let words = "слово ".repeat(500);
        let at = fold_at(&words).unwrap();
        assert!(words.is_char_boundary(at) && words[..at].ends_with("слово"));
        let solid = "م".repeat(65_536);
        assert!(solid.is_char_boundary(fold_at(&solid).unwrap()));
    }
}
