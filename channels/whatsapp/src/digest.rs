//! A file's digest: base64 in deliveries, hex where a file is asked for.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Reads a SHA-256 in either form, and writes it in lower-case hex; `None` for what is neither.
#[must_use]
pub fn sha256_hex(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some(text.to_ascii_lowercase());
    }
    let unpadded = text.trim_end_matches('=');
    let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(unpadded)).ok()?;
    (bytes.len() == 32).then(|| hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_one() {
        let digest: Vec<u8> = (0..32).map(|n| n * 8 + 3).collect();
        let expected = Some(hex::encode(&digest));
        assert_eq!(sha256_hex(&STANDARD.encode(&digest)), expected);
        assert_eq!(sha256_hex(&URL_SAFE_NO_PAD.encode(&digest)), expected);
        assert_eq!(sha256_hex(&hex::encode_upper(&digest)), expected);
        for bad in ["", "abc", "q1v8", &"g".repeat(64), &STANDARD.encode([1; 31])] {
            assert_eq!(sha256_hex(bad), None, "{bad}");
        }
    }
}
