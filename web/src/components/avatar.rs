//! A person without a picture: initials on a quiet tint that stays theirs.

use leptos::prelude::*;

/// How many tints `avatar.css` knows.
const TINTS: u32 = 6;

/// Initials on a tint, drawn by CSS so that they are no text to read or copy. The name is expected beside it, so screen readers pass over it.
#[component]
pub fn Avatar(
    /// Whose.
    #[prop(into)]
    name: Signal<String>,
    /// 20, 28 or 40 pixels.
    #[prop(default = 28)]
    size: u8,
) -> impl IntoView {
    view! {
        <span class=move || format!("avatar avatar--{size} avatar--tint{}", tint(&name.get())) data-initials=move || initials(&name.get()) aria-hidden="true"></span>
    }
}

/// First letters of the first and the last word; one letter for one word; nothing readable: a question mark.
fn initials(name: &str) -> String {
    let letter = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let mut letters = name.split_whitespace().filter_map(letter);
    let first = letters.next();
    let last = letters.next_back();
    let both: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if both.is_empty() { "?".to_owned() } else { both }
}

/// The same name gives the same tint, on every device (FNV-1a).
fn tint(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
        % TINTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_and_the_last_word() {
        assert_eq!(initials("Ana Lima"), "AL");
        assert_eq!(initials("maría del carmen ruiz"), "MR");
        assert_eq!(initials("Bo"), "B");
        assert_eq!(initials("عمر حسن"), "عح");
        assert_eq!(initials("🙂 (Zoë)"), "Z");
        assert_eq!(initials(" "), "?");
    }

    #[test]
    fn a_tint_is_one_that_exists() {
        for name in ["", "Ana", "Bo Chen", "عمر"] {
            assert!(tint(name) < TINTS);
        }
    }
}
