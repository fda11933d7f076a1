//! Attaching an account to an app, and an app to a callback (`protocols/meta-common.md` 6).

use serde_json::{Value, json};
use url::Url;

use crate::error::Failed;
use crate::graph::Graph;
use crate::json::Object;

/// An app that gets an account's events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    /// The app.
    pub app_id: Option<String>,
    /// Its name.
    pub app_name: Option<String>,
    /// Where this account's events go, if not where all of the app's do. Only its host is for showing.
    pub callback: Option<String>,
    /// Kinds of events, where they are chosen per account.
    pub fields: Vec<String>,
}

impl Subscription {
    /// The callback's host.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        host(self.callback.as_deref()?)
    }

    fn read(entry: Object<'_>) -> Self {
        // A WhatsApp business account nests what a page has flat.
        let app = entry.object("whatsapp_business_api_data").unwrap_or(entry);
        Self {
            app_id: app.id("id"),
            app_name: app.owned("name"),
            callback: entry.owned("override_callback_uri").or_else(|| app.owned("override_callback_uri")),
            fields: texts(entry.values("subscribed_fields")),
        }
    }
}

/// Every app that gets an account's events, as far as the token sees them.
///
/// # Errors
/// [`Failed`].
pub async fn subscribed_apps(graph: &Graph<'_>, account: &str) -> Result<Vec<Subscription>, Failed> {
    let answer = graph.get(&[account, "subscribed_apps"], &[]).await?;
    let answer = Object::of(&answer).ok_or(Failed::Garbled { status: 200 })?;
    Ok(answer.list("data").map(Subscription::read).collect())
}

/// Attaches the token's app to an account; `parameters` are those of the account's kind.
///
/// # Errors
/// [`Failed`].
pub async fn subscribe(graph: &Graph<'_>, account: &str, parameters: &Value) -> Result<(), Failed> {
    done(&graph.post(&[account, "subscribed_apps"], parameters).await?)
}

/// Detaches the token's app from an account.
///
/// # Errors
/// [`Failed`].
pub async fn unsubscribe(graph: &Graph<'_>, account: &str) -> Result<(), Failed> {
    done(&graph.delete(&[account, "subscribed_apps"], &[]).await?)
}

/// Where all events of an app go, for one kind of account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppSubscription {
    /// `whatsapp_business_account`, `page`, `instagram` …
    pub object: String,
    /// Where to. Only its host is for showing.
    pub callback: Option<String>,
    /// Kinds of events.
    pub fields: Vec<String>,
    /// It is in force.
    pub active: bool,
}

/// What an app is subscribed to. The caller must be the app itself ([`Graph::as_app`]).
///
/// # Errors
/// [`Failed`].
pub async fn app_subscriptions(as_app: &Graph<'_>, app_id: &str) -> Result<Vec<AppSubscription>, Failed> {
    let answer = as_app.get(&[app_id, "subscriptions"], &[]).await?;
    let answer = Object::of(&answer).ok_or(Failed::Garbled { status: 200 })?;
    let one = |entry: Object<'_>| {
        let names = entry.list("fields").filter_map(|field| field.owned("name"));
        let mut fields: Vec<String> = names.collect();
        fields.extend(texts(entry.values("fields")));
        Some(AppSubscription {
            object: entry.owned("object")?,
            callback: entry.owned("callback_url"),
            fields,
            active: entry.value("active").and_then(Value::as_bool).unwrap_or(true),
        })
    };
    Ok(answer.list("data").filter_map(one).collect())
}

/// Sends all events of an app, for one kind of account, to `callback`.
///
/// # Errors
/// [`Failed`].
pub async fn subscribe_app(
    as_app: &Graph<'_>,
    app_id: &str,
    object: &str,
    (callback, verify_token): (&Url, &str),
    fields: &[&str],
) -> Result<(), Failed> {
    let parameters = json!({
        "object": object,
        "callback_url": callback.as_str(),
        "verify_token": verify_token,
        "fields": fields.join(","),
        "include_values": true,
    });
    done(&as_app.post(&[app_id, "subscriptions"], &parameters).await?)
}

/// `{"success": true}`; an answer that says nothing is believed, one that says no is not.
///
/// # Errors
/// [`Failed::Garbled`].
pub fn done(answer: &Value) -> Result<(), Failed> {
    match answer.get("success") {
        Some(Value::Bool(false)) => Err(Failed::Garbled { status: 200 }),
        _ => Ok(()),
    }
}

/// The host of an address: its path may be a secret of somebody's.
#[must_use]
pub fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_of_a_subscription_are_read() {
        let whatsapp = json!({ "whatsapp_business_api_data": { "id": "7", "name": "Shop", "link": "x" },
                               "override_callback_uri": "https://inbox.example/hook/secret" });
        let read = Subscription::read(Object::of(&whatsapp).unwrap());
        assert_eq!((read.app_id.as_deref(), read.host().as_deref()), (Some("7"), Some("inbox.example")));
        let page = json!({ "id": 8, "name": "Shop", "subscribed_fields": ["messages"] });
        let read = Subscription::read(Object::of(&page).unwrap());
        assert_eq!(
            (read.app_id.as_deref(), read.fields.as_slice()),
            (Some("8"), &["messages".to_owned()][..])
        );
        assert_eq!(read.host(), None);
    }

    #[test]
    fn only_a_plain_no_is_one() {
        assert!(done(&json!({ "success": true })).is_ok());
        assert!(done(&json!({})).is_ok());
        assert!(done(&json!({ "success": false })).is_err());
    }
}
