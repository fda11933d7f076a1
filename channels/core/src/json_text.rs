//! Making text from outside storable: JSON may carry NUL and lone surrogates, Postgres text may not.

use std::borrow::Cow;

/// Rewrites JSON source so that every string in it can be decoded and stored: an escaped NUL goes, a lone
/// surrogate escape becomes U+FFFD. JSON without either is returned as it came, and so is what is no JSON.
#[must_use]
pub fn mend_json(source: &str) -> Cow<'_, str> {
    let mut mended: Option<String> = None;
    let mut kept = 0; // everything before is in `mended`
    let mut at = 0;
    let bytes = source.as_bytes();
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        let escape = at + step;
        let Some(unit) = unit_at(source, escape) else {
            if bytes.get(escape + 1) == Some(&b'u') {
                // Half an escape, which is no JSON. What stands around a NUL that goes must not complete it.
                return Cow::Borrowed(source);
            }
            at = escape + 2; // \" \\ \n …: two bytes, whatever they are
            continue;
        };
        let replacement = match unit {
            0 => "",
            0xD800..=0xDBFF if matches!(unit_at(source, escape + 6), Some(0xDC00..=0xDFFF)) => {
                at = escape + 12;
                continue;
            }
            0xD800..=0xDFFF => "\\ufffd",
            _ => {
                at = escape + 6;
                continue;
            }
        };
        let target = mended.get_or_insert_with(String::new);
        target.push_str(source.get(kept..escape).unwrap_or_default());
        target.push_str(replacement);
        at = escape + 6;
        kept = at;
    }
    match mended {
        Some(mut text) => {
            text.push_str(source.get(kept..).unwrap_or_default());
            Cow::Owned(text)
        }
        None => Cow::Borrowed(source),
    }
}

/// The UTF-16 unit of a `\uXXXX` that starts here.
fn unit_at(source: &str, at: usize) -> Option<u16> {
    let digits = source.get(at..at + 6)?.strip_prefix("\\u")?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

/// Without NUL, which Postgres text refuses.
#[must_use]
pub fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lone_surrogates_become_replacement_characters_and_pairs_stay() {
        assert_eq!(mend_json(r#"{"t":"a\ud83db"}"#), r#"{"t":"a\ufffdb"}"#);
        assert_eq!(mend_json(r#""\udc00\ud83d\ude00\uD83D""#), r#""\ufffd\ud83d\ude00\ufffd""#);
        assert_eq!(mend_json(r#""\u0000x""#), r#""x""#);
    }

    #[test]
    fn an_escaped_backslash_before_a_u_is_text() {
        let source = r#""\\ud83d \\u0000""#;
        assert_eq!(mend_json(source), source);
    }

    #[test]
    fn half_an_escape_is_not_completed_by_what_goes() {
        let source = r#"{"t":"\u00\u000000"}"#;
        assert_eq!(mend_json(source), source);
        assert!(serde_json::from_str::<serde_json::Value>(&mend_json(source)).is_err());
    }

    proptest! {
        #[test]
        fn any_string_of_units_can_be_read_afterwards(units in proptest::collection::vec(any::<u16>(), 0..40)) {
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let read: String = serde_json::from_str(&mend_json(&format!("\"{escaped}\""))).unwrap();
            let expected = String::from_utf16_lossy(&units).replace('\0', "");
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn good_json_is_left_alone(text in "[^\0]*") {
            let source = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(mend_json(&source).into_owned(), source);
        }

        #[test]
        fn any_text_at_all_is_survived(source in "\\PC*") {
            let _ = mend_json(&source);
        }
    }
}
