//! Plain text with its addresses found. Text only ever becomes text nodes: nothing in it is read as HTML.

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// An address: what it leads to, and how it is written.
    Link {
        /// `http:`, `https:` or `mailto:`, never anything else.
        href: String,
        /// As typed.
        text: String,
    },
}

/// What may stand at the end of an address without being part of it.
const TRAILING: &[char] = &['.', ',', ';', ':', '!', '?', '\'', '"', '»', '”', '’', '*', '_', '،', '؟', '。'];

/// Finds `http://…`, `https://…`, `mailto:…` and bare `name@example.com`.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    for token in text.split_inclusive(char::is_whitespace) {
        let word = token.trim_end_matches(char::is_whitespace);
        let start = word.find("http://").or_else(|| word.find("https://")).or_else(|| word.find("mailto:"));
        let start =
            start.unwrap_or_else(|| word.len() - word.trim_start_matches(['(', '<', '"', '\'', '[']).len());
        let (before, rest) = word.split_at(start);
        let address = trimmed(rest);
        match href(address) {
            Some(href) => {
                plain.push_str(before);
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Link { href, text: address.to_owned() });
                plain.push_str(token.get(start + address.len()..).unwrap_or_default());
            }
            None => plain.push_str(token),
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

/// Without the punctuation that closes the sentence, or the bracket opened before the address.
fn trimmed(mut address: &str) -> &str {
    loop {
        let shorter = address.trim_end_matches(TRAILING);
        let shorter = match shorter.chars().next_back() {
            Some(close @ (')' | ']' | '>')) => {
                let open = match close {
                    ')' => '(',
                    ']' => '[',
                    _ => '<',
                };
                let balanced = shorter.matches(open).count() >= shorter.matches(close).count();
                if balanced { shorter } else { shorter.strip_suffix(close).unwrap_or(shorter) }
            }
            _ => shorter,
        };
        if shorter.len() == address.len() {
            return address;
        }
        address = shorter;
    }
}

fn href(address: &str) -> Option<String> {
    for scheme in ["http://", "https://"] {
        if let Some(rest) = address.strip_prefix(scheme) {
            return rest.starts_with(char::is_alphanumeric).then(|| address.to_owned());
        }
    }
    let mail = address.strip_prefix("mailto:").unwrap_or(address);
    let (name, host) = mail.split_once('@')?;
    let name_fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || ".+-_".contains(c));
    let host_fits = host.contains('.')
        && !host.starts_with(['.', '-'])
        && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    (name_fits && host_fits).then(|| format!("mailto:{mail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let link = |piece| match piece {
            Piece::Link { href, .. } => Some(href),
            Piece::Text(_) => None,
        };
        pieces(text).into_iter().filter_map(link).collect()
    }

    #[test]
    fn addresses_are_found_without_the_punctuation_around_them() {
        assert_eq!(links("See https://a.example/x?y=1#z."), ["https://a.example/x?y=1#z"]);
        assert_eq!(links("(http://a.example/b_(c)), and more"), ["http://a.example/b_(c)"]);
        assert_eq!(links("انظر https://a.example/مرحبا، شكرا"), ["https://a.example/مرحبا"]);
        assert_eq!(links("write to <ana+1@b.example>!"), ["mailto:ana+1@b.example"]);
    }

    #[test]
    fn nothing_but_web_and_mail_becomes_a_link() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://",
            "a@b",
            "@all",
            "ftp://a.example",
            "https://<b>",
        ] {
            assert!(links(text).is_empty(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_character_is_lost_or_moved(text in "\\PC{0,60}( https://[a-z]{1,9}\\.example[\\PC]{0,9} )?\\PC{0,20}") {
            let joined: String = pieces(&text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) | Piece::Link { text, .. } => text,
                })
                .collect();
            proptest::prop_assert_eq!(joined, text);
        }
    }
}
