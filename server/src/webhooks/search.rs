//! What an admin types to find a delivery, as it may be written in one: providers escape what they send, each in its
//! own way.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Longest search.
const CHARS_MAX: usize = 200;
/// Digits that make a search a phone number.
const PHONE_DIGITS_MIN: usize = 6;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needles {
    in_body: Vec<String>,
    in_words: String,
}

impl Needles {
    /// From what was typed; `None` when that is nothing.
    ///
    /// # Errors
    /// In words, when it is too long.
    pub fn of(typed: &str) -> Result<Option<Self>, String> {
        let typed = typed.replace('\0', "");
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        if typed.chars().count() > CHARS_MAX {
            return Err(format!("may have up to {CHARS_MAX} characters"));
        }
        let mut forms = BTreeSet::from([typed.to_owned()]);
        if !typed.is_ascii() {
            // The database folds the case of ASCII only.
            forms.extend([typed.to_lowercase(), typed.to_uppercase(), capitalised(typed)]);
        }
        forms.extend(digits_of_phone(typed));
        let mut in_body = BTreeSet::new();
        for form in &forms {
            let escaped = ascii_json(form);
            in_body.insert(as_database_shows(escaped.replace('/', "\\/").as_bytes()));
            in_body.insert(as_database_shows(escaped.as_bytes()));
            in_body.insert(as_database_shows(json(form).as_bytes()));
            in_body.insert(as_database_shows(form.as_bytes()));
        }
        Ok(Some(Self { in_body: in_body.into_iter().collect(), in_words: typed.to_lowercase() }))
    }

    /// As a body shows them: any of these.
    pub(super) fn in_body(&self) -> &[String] {
        &self.in_body
    }

    /// As our own words show them.
    pub(super) fn in_words(&self) -> &str {
        &self.in_words
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Only the digits of what looks like a phone number.
fn digits_of_phone(text: &str) -> Option<String> {
    let looks_like_one = text.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (looks_like_one && digits.len() >= PHONE_DIGITS_MIN).then_some(digits)
}

/// As JSON writes it, without the quotes.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// As JSON of nothing but ASCII writes it.
fn ascii_json(text: &str) -> String {
    let mut escaped = String::new();
    for c in json(text).chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}"); // a String takes it
            }
        }
    }
    escaped
}

/// As Postgres' `lower(encode(…, 'escape'))` shows these bytes.
fn as_database_shows(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for byte in bytes {
        match byte {
            b'\\' => shown.push_str("\\\\"),
            0 | 0x80.. => {
                let _ = write!(shown, "\\{byte:03o}"); // a String takes it
            }
            byte => shown.push(char::from(byte.to_ascii_lowercase())),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles(typed: &str) -> Vec<String> {
        Needles::of(typed).unwrap().unwrap().in_body
    }

    #[test]
    fn every_way_in_which_a_provider_may_write_it_is_looked_for() {
        let found = needles("Jürgen");
        for expected in ["j\\\\u00fcrgen", "j\\303\\274rgen", "j\\\\u00dcrgen"] {
            assert!(found.contains(&expected.to_owned()), "{expected}: {found:?}");
        }
        assert!(needles("😀").contains(&"\\\\ud83d\\\\ude00".to_owned()));
        assert!(needles("https://x/y").contains(&"https:\\\\/\\\\/x\\\\/y".to_owned()));
        assert!(needles("say \"hi\"").contains(&"say \\\\\"hi\\\\\"".to_owned()));
        assert_eq!(needles("WAMID.ABC"), ["wamid.abc"]);
    }

    #[test]
    fn a_phone_number_is_found_however_it_is_typed() {
        assert!(needles("+49 (170) 123-45.09").contains(&"491701234509".to_owned()));
        assert_eq!(digits_of_phone("12345"), None);
        assert_eq!(digits_of_phone("order 1234567"), None);
    }

    #[test]
    fn nothing_and_too_much_are_no_search() {
        assert_eq!(Needles::of(" \0 "), Ok(None));
        assert!(Needles::of(&"x".repeat(201)).is_err());
    }
}
