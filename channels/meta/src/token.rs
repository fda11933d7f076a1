//! Tokens: what they are good for, and how a code becomes one (`protocols/meta-common.md` 8).

use channel_core::CallError;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::api::{GraphApi, MetaApp};
use crate::error::{Failed, GraphError};
use crate::graph::Graph;
use crate::json::Object;

/// What a token is good for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenInfo {
    /// The app it was made for.
    pub app_id: Option<String>,
    /// That app's name.
    pub application: Option<String>,
    /// It works.
    pub valid: bool,
    /// Why not, if it does not.
    pub error: Option<GraphError>,
    /// Until when it works; `None` is for ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// Permissions.
    pub scopes: Vec<String>,
    /// For what each permission was granted, by the platform's ids; without ids, for everything.
    pub granted: Vec<(String, Vec<String>)>,
    /// Who granted it, as this app sees them.
    pub user_id: Option<String>,
}

impl TokenInfo {
    /// It has this permission.
    #[must_use]
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope) || self.granted.iter().any(|(held, _)| held == scope)
    }

    /// The ids that this permission was granted for; empty when it is for everything, or Meta does not say.
    #[must_use]
    pub fn targets(&self, scope: &str) -> &[String] {
        self.granted.iter().find(|(held, _)| held == scope).map_or(&[], |(_, ids)| ids.as_slice())
    }

    fn read(answer: &Value) -> Option<Self> {
        let data = Object::of(answer)?.object("data")?;
        let texts = |values: &[Value]| values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let moment = |key| data.whole(key).filter(|seconds| *seconds > 0);
        let granted = data.list("granular_scopes").filter_map(|one| {
            let ids = one.values("target_ids").iter().filter_map(|id| match id {
                Value::String(id) => Some(id.clone()),
                Value::Number(id) => Some(id.to_string()),
                _ => None,
            });
            Some((one.owned("scope")?, ids.collect()))
        });
        Some(Self {
            app_id: data.id("app_id"),
            application: data.owned("application"),
            valid: data.flag("is_valid"),
            error: data.object("error").map(|error| GraphError {
                subcode: error.whole("error_subcode").or_else(|| error.whole("subcode")),
                ..GraphError::read(error)
            }),
            expires_at: moment("expires_at").and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            scopes: texts(data.values("scopes")),
            granted: granted.collect(),
            user_id: data.id("user_id"),
        })
    }
}

/// Asks what `token` is good for. The asker is its app, or a token of the same app: itself as well.
///
/// # Errors
/// [`Failed`]; that the token does not work is no error but an answer.
pub async fn debug_token(asker: &Graph<'_>, token: &SecretString) -> Result<TokenInfo, Failed> {
    let answer = asker.get(&["debug_token"], &[("input_token", token.expose_secret())]).await?;
    TokenInfo::read(&answer).ok_or(Failed::Garbled { status: 200 })
}

/// A token that was got for a code.
#[derive(Debug, Clone)]
pub struct Exchanged {
    /// The token.
    pub token: SecretString,
    /// Until when it works; `None` is for ever.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Exchanges the code of a sign-up window. It is good once, and for some seconds only. `redirect_uri` is what the
/// window was opened with, where it was.
///
/// # Errors
/// [`CallError`], with words about what to do next.
pub async fn exchange_code(
    api: &GraphApi,
    app: &MetaApp,
    code: &SecretString,
    redirect_uri: Option<&str>,
) -> Result<Exchanged, CallError> {
    let mut query = vec![
        ("client_id", app.id.as_str()),
        ("client_secret", app.secret.expose_secret()),
        ("code", code.expose_secret()),
    ];
    query.extend(redirect_uri.map(|uri| ("redirect_uri", uri)));
    let answer = Graph::nobody(api).get(&["oauth", "access_token"], &query).await.map_err(not_exchanged)?;
    let read = Object::of(&answer);
    let token = read.and_then(|answer| answer.text("access_token")).ok_or(Failed::Garbled { status: 200 })?;
    let seconds = read.and_then(|answer| answer.whole("expires_in")).filter(|seconds| *seconds > 0);
    Ok(Exchanged {
        token: SecretString::from(token),
        expires_at: seconds
            .and_then(TimeDelta::try_seconds)
            .and_then(|lives| Utc::now().checked_add_signed(lives)),
    })
}

fn not_exchanged(failed: Failed) -> CallError {
    let Failed::Refused(error) = failed else { return failed.into() };
    let words = if error.says("client secret") || error.says("client_secret") || error.code == 101 {
        "Meta does not accept the id and secret of Switchboard's own app: its operator has to correct them."
    } else if error.says("authorization code") || error.says("verification code") || error.code == 100 {
        "The sign-up's code is good for half a minute, and once: go through the sign-up again."
    } else {
        return Failed::Refused(error).into();
    };
    CallError::Refused { words: words.to_owned(), code: Some(error.shown()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_token_is_good_for_is_read() {
        let info = TokenInfo::read(&json!({ "data": {
            "app_id": "118800000000017", "application": "Shop", "is_valid": true, "expires_at": 1_779_100_000,
            "scopes": ["whatsapp_business_messaging"], "user_id": 122_100,
            "granular_scopes": [{ "scope": "whatsapp_business_management", "target_ids": ["33", 44] },
                                { "scope": "public_profile" }, { "target_ids": ["1"] }],
        } }))
        .unwrap();
        assert!(info.valid && info.has("whatsapp_business_messaging") && info.has("public_profile"));
        assert!(!info.has("pages_messaging"));
        assert_eq!(info.targets("whatsapp_business_management"), ["33", "44"]);
        assert!(info.targets("public_profile").is_empty());
        assert_eq!(info.expires_at.unwrap().timestamp(), 1_779_100_000);
        assert_eq!(info.user_id.as_deref(), Some("122100"));
    }

    #[test]
    fn zero_is_for_ever_and_a_dead_token_says_why() {
        let info = TokenInfo::read(&json!({ "data": {
            "is_valid": false, "expires_at": 0, "scopes": [],
            "error": { "code": 190, "subcode": 463, "message": "Session has expired" },
        } }))
        .unwrap();
        assert_eq!((info.valid, info.expires_at), (false, None));
        assert_eq!(info.error.unwrap().shown_code(), "190/463");
        assert_eq!(TokenInfo::read(&json!({ "data": [] })), None);
    }

    #[test]
    fn why_a_code_was_not_taken_is_told() {
        let words = |code, message: &str| {
            let error = GraphError { code, message: message.to_owned(), ..GraphError::default() };
            match not_exchanged(Failed::Refused(Box::new(error))) {
                CallError::Refused { words, .. } => words,
                other => panic!("{other:?}"),
            }
        };
        assert!(words(100, "This authorization code has been used.").contains("half a minute"));
        assert!(words(1, "Error validating client secret.").contains("operator"));
        assert!(words(101, "Error validating application.").contains("operator"));
    }
}
