//! Reactions that are no emoji at their platform, as an emoji that says the same.

/// What stands before a reaction that its platform names.
pub const NAMED: &str = "named:";
/// What stands before the id of a picture of the platform's.
pub const CUSTOM: &str = "custom:";

/// A kept reaction as it is shown.
#[must_use]
pub fn shown(kept: &str) -> &str {
    if kept.starts_with(CUSTOM) {
        return "✨";
    }
    let Some(name) = kept.strip_prefix(NAMED) else { return kept };
    match name {
        "like" | "thumbs_up" => "👍",
        "dislike" | "thumbs_down" => "👎",
        "love" | "heart" => "❤️",
        "laugh" | "haha" | "smile" => "😂",
        "wow" => "😮",
        "sad" => "😢",
        "angry" => "😡",
        "paid" => "⭐",
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_emoji_goes_by_its_name() {
        assert_eq!(shown("👍"), "👍");
        assert_eq!(shown("named:love"), "❤️");
        assert_eq!(shown("named:wave"), "wave");
        assert_eq!(shown("custom:5368"), "✨");
    }
}
