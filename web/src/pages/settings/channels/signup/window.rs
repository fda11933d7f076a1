//! What Meta's window is opened with, and what it says.

use serde_json::Value;

use crate::api::channels::WhatsappSignup;
use crate::api::json;

/// What the window told before it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Which number, and which business account it belongs to. A claim: the token decides.
    Chosen {
        account_id: Option<String>,
        parent_account_id: Option<String>,
    },
    Cancelled,
}

/// `https://a.example` of `https://a.example/b?c`.
fn origin_of(address: &str) -> &str {
    let host_at = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(host_at..).and_then(|rest| rest.find('/')).map_or(address.len(), |at| host_at + at);
    address.get(..end).unwrap_or_default()
}

/// Reads a message; none when it is not from the window, to the letter, or about something else.
pub(super) fn read_message(origin: &str, dialog_url: &str, text: &str) -> Option<Told> {
    let dialog = origin_of(dialog_url);
    let also = (dialog == "https://www.facebook.com").then_some("https://web.facebook.com");
    if origin.is_empty() || (origin != dialog && Some(origin) != also) {
        return None;
    }
    let message = json::parse(text).ok()?;
    if message.get("type").and_then(Value::as_str) != Some("WA_EMBEDDED_SIGNUP") {
        return None;
    }
    let event = message.get("event").and_then(Value::as_str)?;
    let id = |name: &str| {
        let id = message.get("data").and_then(|data| data.get(name)).and_then(Value::as_str);
        id.map(str::to_owned)
    };
    match event {
        "CANCEL" => Some(Told::Cancelled),
        _ if event.starts_with("FINISH") => {
            Some(Told::Chosen { account_id: id("phone_number_id"), parent_account_id: id("waba_id") })
        }
        _ => None,
    }
}

/// Where the window is, with all that it needs to know.
pub(super) fn dialog_address(signup: &WhatsappSignup, redirect: &str, state: &str) -> String {
    let extras = r#"{"setup":{},"sessionInfoVersion":"3"}"#;
    let parameters = [
        ("client_id", signup.app_id.as_str()),
        ("config_id", &signup.config_id),
        ("response_type", "code"),
        ("override_default_response_type", "true"),
        ("redirect_uri", redirect),
        ("state", state),
        ("extras", extras),
    ];
    let query: Vec<String> =
        parameters.into_iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    format!("{}?{}", signup.dialog_url, query.join("&"))
}

fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The code that the window ended with, or that it ended without one; none when it is not the window that we opened.
pub(super) fn read_answer(search: &str, state: &str) -> Option<Result<String, ()>> {
    let value = |name: &str| {
        let pairs = search.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
    };
    if state.is_empty() || value("state").as_deref() != Some(state) {
        return None;
    }
    Some(value("code").filter(|code| !code.is_empty()).ok_or(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = "https://www.facebook.com/v25.0/dialog/oauth";
    const FINISH: &str =
        r#"{"type":"WA_EMBEDDED_SIGNUP","event":"FINISH","data":{"phone_number_id":"5","waba_id":"7"}}"#;

    #[test]
    fn only_the_window_itself_is_believed() {
        let chosen =
            Some(Told::Chosen { account_id: Some("5".to_owned()), parent_account_id: Some("7".to_owned()) });
        for origin in ["https://www.facebook.com", "https://web.facebook.com"] {
            assert_eq!(read_message(origin, META, FINISH), chosen);
        }
        for origin in [
            "",
            "http://www.facebook.com",
            "https://www.facebook.com.evil.example",
            "https://evilwww.facebook.com",
            "https://m.facebook.com",
            "https://www.facebook.com:444",
        ] {
            assert_eq!(read_message(origin, META, FINISH), None, "{origin}");
        }
        let simulator = "http://127.0.0.1:8300/v25.0/dialog/oauth";
        assert_eq!(read_message("http://127.0.0.1:8300", simulator, FINISH), chosen);
        assert_eq!(read_message("https://web.facebook.com", simulator, FINISH), None);
    }

    #[test]
    fn a_message_about_something_else_is_no_answer() {
        let origin = "https://www.facebook.com";
        let cancel = r#"{"type":"WA_EMBEDDED_SIGNUP","event":"CANCEL","data":{}}"#;
        assert_eq!(read_message(origin, META, cancel), Some(Told::Cancelled));
        for text in ["", "cb=f1&code=x", "{}", r#"{"type":"OTHER","event":"FINISH"}"#, "[1]"] {
            assert_eq!(read_message(origin, META, text), None, "{text}");
        }
    }

    #[test]
    fn the_code_counts_only_with_our_own_mark() {
        let code = |search: &str| read_answer(search, "s1");
        assert_eq!(code("?code=A%2Fb-1&state=s1"), Some(Ok("A/b-1".to_owned())));
        assert_eq!(code("?error=access_denied&state=s1"), Some(Err(())));
        assert_eq!(code("?code=x&state=s2"), None);
        assert_eq!(code("?code=x"), None);
        assert_eq!(read_answer("?code=x&state=", ""), None);
    }

    #[test]
    fn the_window_gets_all_it_needs() {
        let signup =
            WhatsappSignup { app_id: "1".to_owned(), config_id: "2".to_owned(), dialog_url: META.to_owned() };
        let address = dialog_address(&signup, "https://a.example/b", "s1");
        assert!(
            address.starts_with(&format!("{META}?client_id=1&config_id=2&response_type=code&")),
            "{address}"
        );
        assert!(address.contains("&redirect_uri=https%3A%2F%2Fa.example%2Fb&state=s1&"), "{address}");
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_reads_back(text in "\\PC{0,40}") {
            proptest::prop_assert_eq!(decoded(&encoded(&text)), text);
        }
    }
}
