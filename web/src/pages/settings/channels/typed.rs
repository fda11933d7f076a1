//! What is typed to connect an account, as plain values.

use shared::ChannelKind;

use crate::api::Problem;
use crate::api::channels::ConnectChannelInput;

/// Of a kind, with nothing typed yet.
pub fn nothing(kind: ChannelKind) -> ConnectChannelInput {
    ConnectChannelInput {
        kind,
        token: None,
        code: None,
        account_id: None,
        parent_account_id: None,
        redirect_uri: None,
        app_secret: None,
        pin: None,
    }
}

/// Without blanks around it; none when nothing is left.
pub fn typed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether it is worth asking the provider: half a token is never right.
pub fn worth_asking(input: &ConnectChannelInput) -> bool {
    let token = input.token.as_deref().unwrap_or_default();
    let pin_is_whole = input.pin.as_ref().is_none_or(|pin| pin.len() == 6);
    pin_is_whole
        && match input.kind {
            ChannelKind::Telegram => token.split_once(':').is_some_and(|(_, secret)| secret.len() >= 8),
            _ => token.len() >= 20,
        }
}

/// The field that a problem belongs to. What a provider refuses names none: its words do.
pub fn place(mut problem: Problem, kind: ChannelKind) -> Problem {
    const WORDS: [(&str, &str); 5] = [
        ("app secret", "appSecret"),
        ("phone number id", "accountId"),
        ("business account", "parentAccountId"),
        ("pin", "pin"),
        ("token", "token"),
    ];
    let account = if kind == ChannelKind::Whatsapp { "accountId" } else { "token" };
    problem.field = problem.field.or_else(|| {
        if matches!(problem.code.as_str(), "ALREADY_CONNECTED" | "TAKEN") {
            return Some(account.to_owned());
        }
        let said = problem.message.to_lowercase();
        let whole_word = |word: &str| {
            said.match_indices(word).any(|(at, _)| {
                let letter = |text: Option<char>| text.is_some_and(char::is_alphabetic);
                let before = said.get(..at).and_then(|text| text.chars().next_back());
                let after = said.get(at + word.len()..).and_then(|text| text.chars().next());
                !letter(before) && !letter(after)
            })
        };
        let found = WORDS.into_iter().find(|(words, _)| whole_word(words));
        found.filter(|_| problem.code == "REFUSED").map(|(_, field)| field.to_owned())
    });
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(code: &str, message: &str, kind: ChannelKind) -> Option<String> {
        let problem = Problem { code: code.to_owned(), message: message.to_owned(), field: None };
        place(problem, kind).field
    }

    #[test]
    fn a_refusal_goes_to_the_field_it_speaks_of() {
        for (message, field) in [
            ("The app secret is not that of the app which the token was made for.", Some("appSecret")),
            ("Which number? Give the phone number id of one: +1 (5).", Some("accountId")),
            ("The WhatsApp business account has no number with this phone number id.", Some("accountId")),
            (
                "Meta does not know this WhatsApp business account, or the token cannot see it.",
                Some("parentAccountId"),
            ),
            ("The token lacks whatsapp_business_messaging.", Some("token")),
            ("Give the PIN of six digits.", Some("pin")),
            ("Telegram does not deliver to http: spinning.", None),
        ] {
            assert_eq!(placed("REFUSED", message, ChannelKind::Whatsapp).as_deref(), field, "{message}");
        }
    }

    #[test]
    fn who_has_the_account_is_told_where_the_account_is_typed() {
        for code in ["TAKEN", "ALREADY_CONNECTED"] {
            assert_eq!(placed(code, "m", ChannelKind::Whatsapp).as_deref(), Some("accountId"));
            assert_eq!(placed(code, "m", ChannelKind::Telegram).as_deref(), Some("token"));
        }
        assert_eq!(placed("PROVIDER_BUSY", "The token …", ChannelKind::Telegram), None);
    }

    #[test]
    fn a_named_field_stays() {
        let problem = Problem {
            code: "REFUSED".to_owned(),
            message: "token".to_owned(),
            field: Some("pin".to_owned()),
        };
        assert_eq!(place(problem.clone(), ChannelKind::Whatsapp), problem);
    }

    #[test]
    fn half_a_token_is_not_asked_about() {
        let with = |kind, token: &str| ConnectChannelInput { token: typed(token), ..nothing(kind) };
        for (kind, token, worth) in [
            (ChannelKind::Telegram, "", false),
            (ChannelKind::Telegram, "123456", false),
            (ChannelKind::Telegram, "123456:AAE", false),
            (ChannelKind::Telegram, " 123456:AAExxxxxxxxxxx ", true),
            (ChannelKind::Whatsapp, "EAAG", false),
            (ChannelKind::Whatsapp, "EAAGxxxxxxxxxxxxxxxxxx", true),
        ] {
            assert_eq!(worth_asking(&with(kind, token)), worth, "{token}");
        }
        let whole = with(ChannelKind::Whatsapp, "EAAGxxxxxxxxxxxxxxxxxx");
        assert!(!worth_asking(&ConnectChannelInput { pin: typed("123"), ..whole.clone() }));
        assert!(worth_asking(&ConnectChannelInput { pin: typed("123456"), ..whole }));
    }
}
