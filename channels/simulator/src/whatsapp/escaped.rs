//! JSON as Meta writes it into webhooks: everything beyond ASCII as `\uXXXX`, slashes as `\/`.

use serde_json::Value;

/// The body over which the signature is made.
#[must_use]
pub fn write_escaped(value: &Value) -> String {
    let plain = value.to_string();
    let mut escaped = String::with_capacity(plain.len() + plain.len() / 8);
    for character in plain.chars() {
        match character {
            // Slashes and other characters beyond ASCII only occur inside strings.
            '/' => escaped.push_str("\\/"),
            character if character.is_ascii() => escaped.push(character),
            character => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::write_escaped;

    #[test]
    fn emoji_become_surrogates_and_read_back_as_themselves() {
        let value = json!({ "ä": "😀 https://a.example" });
        let text = write_escaped(&value);
        assert_eq!(text, r#"{"\u00e4":"\ud83d\ude00 https:\/\/a.example"}"#);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
