//! What somebody typed, or was given by a provider's window, to connect an account.

use channel_core::Credentials;
use secrecy::{ExposeSecret as _, SecretString};
use shared::ChannelKind;

use super::Outcome;
use crate::graphql::Problem;

/// Longest of anything that is typed here, in bytes.
const BYTES_MAX: usize = 4096;

/// As it came.
#[derive(Debug, Clone)]
pub struct Typed {
    /// What kind of account.
    pub kind: ChannelKind,
    /// A token.
    pub token: Option<SecretString>,
    /// A code of the provider's sign-up window; instead of a token.
    pub code: Option<SecretString>,
    /// The platform's id of the account.
    pub account_id: Option<String>,
    /// The platform's id of what is above it.
    pub parent_account_id: Option<String>,
    /// Where the window was told to come back to.
    pub redirect_uri: Option<String>,
    /// The secret of the application that the token was made for.
    pub app_secret: Option<SecretString>,
    /// What the number is registered with.
    pub pin: Option<SecretString>,
    /// What members are to call the channel.
    pub name: Option<String>,
}

impl Typed {
    /// Without blanks around everything; empty is absent.
    ///
    /// # Errors
    /// The first problem, with the field it is about.
    pub fn checked(self) -> Outcome<Self> {
        let text = |field: &str, value: Option<String>| match value.map(|value| value.trim().to_owned()) {
            Some(value) if value.len() > BYTES_MAX || value.chars().any(char::is_control) => Err(
                Problem::of_field(field, "INVALID", "This is too long, or has characters that do not show."),
            ),
            value => Ok(value.filter(|value| !value.is_empty())),
        };
        let secret = |field: &str, value: Option<SecretString>| {
            let value = value.map(|value| value.expose_secret().to_owned());
            Ok::<_, Problem>(text(field, value)?.map(SecretString::from))
        };
        let checked = Self {
            kind: self.kind,
            token: secret("token", self.token)?,
            code: secret("code", self.code)?,
            account_id: text("accountId", self.account_id)?,
            parent_account_id: text("parentAccountId", self.parent_account_id)?,
            redirect_uri: text("redirectUri", self.redirect_uri)?,
            app_secret: secret("appSecret", self.app_secret)?,
            pin: secret("pin", self.pin)?,
            name: super::settings::checked_name(self.name.as_deref().filter(|name| !name.trim().is_empty()))?,
        };
        let is_pin = |pin: &SecretString| {
            let pin = pin.expose_secret();
            pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit())
        };
        if checked.pin.as_ref().is_some_and(|pin| !is_pin(pin)) {
            return Err(Problem::of_field("pin", "INVALID", "A PIN has six digits."));
        }
        match (&checked.token, &checked.code) {
            (None, None) => Err(Problem::of_field("token", "REQUIRED", "Give the token.")),
            (Some(_), Some(_)) => {
                Err(Problem::of_field("code", "INVALID", "Give a token or a code, not both."))
            }
            _ => Ok(checked),
        }
    }

    /// What an adapter is asked with.
    #[must_use]
    pub fn credentials(&self) -> Option<Credentials> {
        let (account_id, parent_account_id) = (self.account_id.clone(), self.parent_account_id.clone());
        if let Some(code) = self.code.clone() {
            let (redirect_uri, pin) = (self.redirect_uri.clone(), self.pin.clone());
            return Some(Credentials::Code { code, account_id, parent_account_id, redirect_uri, pin });
        }
        let (token, app_secret) = (self.token.clone()?, self.app_secret.clone());
        Some(Credentials::Token { token, account_id, parent_account_id, app_secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed {
            kind: ChannelKind::Telegram,
            token: Some(" 1:abc\n".into()),
            code: None,
            account_id: Some("  ".to_owned()),
            parent_account_id: None,
            redirect_uri: None,
            app_secret: Some("".into()),
            pin: None,
            name: Some(" ".to_owned()),
        }
    }

    #[test]
    fn blanks_around_what_was_pasted_do_not_count() {
        let checked = typed().checked().unwrap();
        assert_eq!(checked.token.as_ref().unwrap().expose_secret(), "1:abc");
        assert!(checked.account_id.is_none() && checked.app_secret.is_none() && checked.name.is_none());
        assert!(matches!(checked.credentials(), Some(Credentials::Token { .. })));
        let code = Typed { token: None, code: Some("c".into()), ..typed() }.checked().unwrap();
        assert!(matches!(code.credentials(), Some(Credentials::Code { .. })));
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        for (typed, field) in [
            (Typed { token: None, ..typed() }, "token"),
            (Typed { token: Some("   ".into()), ..typed() }, "token"),
            (Typed { code: Some("c".into()), ..typed() }, "code"),
            (Typed { pin: Some("12345".into()), ..typed() }, "pin"),
            (Typed { pin: Some("12345a".into()), ..typed() }, "pin"),
            (Typed { name: Some("x".repeat(121)), ..typed() }, "name"),
            (Typed { token: Some("a\u{7}b".into()), ..typed() }, "token"),
            (Typed { account_id: Some("1".repeat(5000)), ..typed() }, "accountId"),
        ] {
            assert_eq!(typed.checked().unwrap_err().field.as_deref(), Some(field));
        }
    }
}
