//! One to three emoji and nothing else are drawn large.

/// Whether a text is one to three emoji and nothing else. What is joined into one picture counts as one.
#[must_use]
pub fn is_only_emoji(text: &str) -> bool {
    let mut count = 0;
    let mut joined = false;
    let mut half_a_flag = false;
    for c in text.trim().chars() {
        match u32::from(c) {
            0x200D => joined = true,
            0xFE0F | 0x20E3 | 0x1F3FB..=0x1F3FF | 0xE0020..=0xE007F => {}
            0x1F1E6..=0x1F1FF => {
                count += usize::from(!half_a_flag);
                half_a_flag = !half_a_flag;
            }
            0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0x2190..=0x21FF | 0x2300..=0x23FF => {
                count += usize::from(!joined);
                joined = false;
            }
            _ => return false,
        }
    }
    (1..=3).contains(&count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_emoji_alone_are_large() {
        for text in ["🙂", "👍🏽", "❤️ ".trim(), "👩‍🚀🙂", "🇦🇹🇧🇷", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "⏰"]
        {
            assert!(is_only_emoji(text), "{text}");
        }
        for text in ["", "ok 🙂", "🙂🙂🙂🙂", "1", "->", "م"] {
            assert!(!is_only_emoji(text), "{text}");
        }
    }
}
