//! Answering Meta when it asks whether an endpoint is ours (`protocols/meta-common.md` 2).

use channel_core::ChannelSecrets;
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;

/// Longest challenge that is echoed.
const CHALLENGE_CHARS_MAX: usize = 128;

/// The challenge to echo, if the query has our verify token. It is text from outside that we send back: only
/// letters, digits, `_` and `-` pass. A parameter that is given twice is as good as wrong.
#[must_use]
pub fn answer(query: &str, secrets: &ChannelSecrets) -> Option<String> {
    let expected = secrets.verify_token.as_ref().map(|token| token.expose_secret().as_bytes());
    let expected = expected.filter(|token| !token.is_empty())?;
    let token = the_only(query, "hub.verify_token")?;
    let right: bool = expected.ct_eq(token.as_bytes()).into();
    let subscribes = the_only(query, "hub.mode").is_some_and(|mode| mode == "subscribe");
    let challenge = the_only(query, "hub.challenge")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let good = (1..=CHALLENGE_CHARS_MAX).contains(&challenge.len()) && challenge.chars().all(plain);
    (right && subscribes && good).then_some(challenge)
}

fn the_only(query: &str, name: &str) -> Option<String> {
    let mut all = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    match (all.next(), all.next()) {
        (Some((_, value)), None) => Some(value.into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;

    fn secrets(token: &str) -> ChannelSecrets {
        ChannelSecrets { verify_token: Some(SecretString::from(token)), ..ChannelSecrets::default() }
    }

    #[test]
    fn the_challenge_comes_back_as_it_came() {
        let query = "hub.mode=subscribe&hub.challenge=1482093377&hub.verify_token=correct-horse";
        assert_eq!(answer(query, &secrets("correct-horse")).as_deref(), Some("1482093377"));
        let escaped = "hub.verify_token=correct%2Dhorse&hub.challenge=a_B-9&hub.mode=subscribe&other=1";
        assert_eq!(answer(escaped, &secrets("correct-horse")).as_deref(), Some("a_B-9"));
    }

    #[test]
    fn everything_else_gets_no_answer() {
        let long = "1".repeat(129);
        for query in [
            "",
            "hub.mode=subscribe&hub.challenge=1",
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong",
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=correct-hors",
            "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=correct-horse",
            "hub.challenge=1&hub.verify_token=correct-horse",
            "hub.mode=subscribe&hub.verify_token=correct-horse",
            "hub.mode=subscribe&hub.challenge=&hub.verify_token=correct-horse",
            "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=correct-horse",
            "hub.mode=subscribe&hub.challenge=1%0A&hub.verify_token=correct-horse",
            "hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token=correct-horse",
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong&hub.verify_token=correct-horse",
            &format!("hub.mode=subscribe&hub.challenge={long}&hub.verify_token=correct-horse"),
        ] {
            assert_eq!(answer(query, &secrets("correct-horse")), None, "{query}");
        }
        let query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token=";
        assert_eq!(answer(query, &secrets("")), None);
        assert_eq!(answer(query, &ChannelSecrets::default()), None);
    }

    proptest! {
        #[test]
        fn nothing_but_plain_characters_is_ever_echoed(query in "\\PC{0,120}", challenge in "\\PC{0,140}") {
            let whole: String = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("hub.mode", "subscribe")
                .append_pair("hub.verify_token", "token")
                .append_pair("hub.challenge", &challenge)
                .finish();
            prop_assert_eq!(answer(&query, &secrets("token")), None);
            if let Some(echoed) = answer(&whole, &secrets("token")) {
                prop_assert_eq!(&echoed, &challenge);
                prop_assert!(echoed.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            }
        }
    }
}
