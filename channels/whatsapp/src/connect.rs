//! Connecting and disconnecting a number (`protocols/whatsapp.md` 11).

mod find;
mod register;

use channel_core::{
    AccountInfo, CallError, ChannelAccount, CheckState, Connected, Credentials, Wait, Webhook, WebhookTarget,
};
use channel_meta::subscription::{self, AppSubscription, Subscription};
use channel_meta::{Failed, Graph, GraphApi, MetaApp, TokenInfo, is_id, token};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::business_number::BusinessNumber;

pub use find::{PERMISSIONS, SCOPES};

/// The kind of account that webhooks are subscribed for.
pub const OBJECT: &str = "whatsapp_business_account";
/// Every field of the webhook that an inbox can use.
pub const FIELDS: &[&str] = &[
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "account_update",
    "account_alerts",
    "phone_number_quality_update",
    "phone_number_name_update",
    "user_preferences",
    "smb_message_echoes",
];

/// Asks whose number it is, what the token may do, and what is odd about either.
pub async fn inspect(api: &GraphApi, credentials: &Credentials) -> Result<AccountInfo, CallError> {
    let claim = find::claim(api, credentials).await?;
    let graph = Graph::with_token(api, &claim.token, claim.app_secret.as_ref())?;
    let info = find::check_token(api, &graph, &claim).await?;
    let (business_account, number) = find::number(&graph, info.as_ref(), &claim).await?;
    let registered_host = match subscription::subscribed_apps(&graph, &business_account).await {
        Ok(apps) => ours(&apps, info.as_ref()).and_then(Subscription::host),
        // Not worth refusing to connect: connecting asks again.
        Err(_) => None,
    };
    let digits: String =
        number.display.iter().flat_map(|text| text.chars()).filter(char::is_ascii_digit).collect();
    Ok(AccountInfo {
        name: number
            .verified_name
            .clone()
            .or_else(|| number.display.clone())
            .unwrap_or_else(|| number.id.clone()),
        handle: number.display.clone(),
        link: (!digits.is_empty()).then(|| format!("https://wa.me/{digits}")),
        picture: None,
        token: claim.exchanged.then(|| claim.token.clone()),
        token_expires_at: info.as_ref().and_then(|info| info.expires_at).or(claim.expires_at),
        permissions: info.as_ref().map(|info| info.scopes.clone()).unwrap_or_default(),
        warnings: warnings(&number, info.as_ref()),
        registered_host,
        parent_account_id: Some(business_account),
        app_id: info.as_ref().and_then(|info| info.app_id.clone()),
        platform_account_id: number.id,
    })
}

/// What an admin should know before connecting.
fn warnings(number: &BusinessNumber, info: Option<&TokenInfo>) -> Vec<String> {
    let mut warnings = Vec::new();
    if info.is_none() {
        warnings.push(
            "Meta does not say what this token may do: if something fails, look at its permissions."
                .to_owned(),
        );
    }
    if !number.is_registered() && !number.in_business_app {
        warnings.push(
            "The number is not registered at the Cloud API yet: give its PIN of six digits.".to_owned(),
        );
    }
    warnings.extend(
        crate::health::of_number(number)
            .into_iter()
            .filter(|check| check.state != CheckState::Good)
            // That it is not registered was said before, with what to do now.
            .filter(|check| check.name != "status" || number.is_registered())
            .map(|check| check.words),
    );
    warnings
}

/// The subscription of the token's own app; where Meta did not say which app that is, the only one.
fn ours<'a>(apps: &'a [Subscription], info: Option<&TokenInfo>) -> Option<&'a Subscription> {
    match info.and_then(|info| info.app_id.as_ref()) {
        Some(id) => apps.iter().find(|one| one.app_id.as_ref() == Some(id)),
        None => Some(apps).filter(|apps| apps.len() == 1).and_then(|apps| apps.first()),
    }
}

/// Registers the number if it is not, sends the business account's events to `target`, and reads that back.
pub async fn connect(
    api: &GraphApi,
    account: &ChannelAccount,
    target: &WebhookTarget,
) -> Result<Connected, CallError> {
    let business_account = business_account(account)?;
    check_target(target, api.is_real())?;
    let graph = Graph::of(api, &account.secrets)?;
    let number = BusinessNumber::fetch(&graph, &account.platform_account_id).await?;
    let mut warnings = register::if_needed(&graph, &number, account.secrets.pin.as_ref()).await?;

    let parameters = json!({
        "override_callback_uri": target.url.as_str(),
        "verify_token": target.secret.expose_secret(),
    });
    let app = prepare_app(api, &graph, account, target).await;
    subscription::subscribe(&graph, business_account, &parameters).await?;
    let apps = subscription::subscribed_apps(&graph, business_account).await?;
    let confirmed = apps.iter().any(|one| one.callback.as_deref() == Some(target.url.as_str()));
    let silent = apps.iter().all(|one| one.callback.is_none()); // it does not say where to
    if apps.is_empty() || !(confirmed || silent) {
        return Err(CallError::Temporary(Wait::guess(
            "Meta took the webhook, but names another one: somebody else sets it, too",
        )));
    }
    let events = app.as_ref().map(|app| app.fields.clone()).unwrap_or_default();
    warnings.extend(app.as_ref().map(missing).filter(|missing| !missing.is_empty()).map(|missing| {
        format!(
            "The app at Meta does not subscribe to: {}. Its webhook settings can add them.",
            missing.join(", ")
        )
    }));
    Ok(Connected { webhook: Webhook { host: target.url.host_str().map(str::to_owned), events }, warnings })
}

/// Which events the app gets. A business account's own callback is of no use while its app subscribes to nothing: then
/// the app is subscribed, too. It takes the app's secret, and is no reason to fail: an admin can do it by hand.
async fn prepare_app(
    api: &GraphApi,
    graph: &Graph<'_>,
    account: &ChannelAccount,
    target: &WebhookTarget,
) -> Option<AppSubscription> {
    let (app, token) = (as_app(graph, account).await?, target.secret.expose_secret());
    let asker = Graph::as_app(api, &app).ok()?;
    if let Some(known) = app_subscription(&asker, &app.id).await.ok()? {
        return Some(known);
    }
    let made = subscription::subscribe_app(&asker, &app.id, OBJECT, (&target.url, token), FIELDS).await;
    made.ok()?;
    app_subscription(&asker, &app.id).await.ok()?
}

/// The app that a channel's token was made for, if its secret is known.
pub async fn as_app(graph: &Graph<'_>, account: &ChannelAccount) -> Option<MetaApp> {
    let (secret, token) = (account.secrets.app_secret.clone()?, account.secrets.access_token.as_ref()?);
    let id = token::debug_token(graph, token).await.ok()?.app_id?;
    Some(MetaApp { id, secret })
}

/// What an app subscribes to for WhatsApp.
pub async fn app_subscription(asker: &Graph<'_>, app_id: &str) -> Result<Option<AppSubscription>, Failed> {
    let all = subscription::app_subscriptions(asker, app_id).await?;
    Ok(all.into_iter().find(|one| one.object == OBJECT))
}

/// Fields that no conversation works without, and that the app does not subscribe to.
pub fn missing(app: &AppSubscription) -> Vec<String> {
    let wanted = FIELDS
        .iter()
        .filter(|field| matches!(**field, "messages" | "message_template_status_update" | "account_update"));
    wanted
        .filter(|field| app.fields.iter().all(|got| got != *field))
        .map(|field| (*field).to_owned())
        .collect()
}

/// Detaches the business account from the app, unless its events go elsewhere by now. All numbers of one business
/// account share that subscription: the caller does this for the last of them only.
pub async fn disconnect(
    api: &GraphApi,
    account: &ChannelAccount,
    target: &WebhookTarget,
) -> Result<(), CallError> {
    match detach(api, account, target).await.map_err(CallError::from) {
        Err(CallError::Unauthorised(_)) => Ok(()),
        other => other,
    }
}

async fn detach(api: &GraphApi, account: &ChannelAccount, target: &WebhookTarget) -> Result<(), Failed> {
    let Some(business_account) = account.parent_account_id.as_deref().filter(|id| is_id(id)) else {
        return Ok(());
    };
    let graph = Graph::of(api, &account.secrets)?;
    let apps = subscription::subscribed_apps(&graph, business_account).await?;
    let goes_to_us = apps.iter().any(|one| one.callback.as_deref() == Some(target.url.as_str()));
    let silent = apps.iter().all(|one| one.callback.is_none());
    if !apps.is_empty() && (goes_to_us || silent) {
        subscription::unsubscribe(&graph, business_account).await?;
    }
    Ok(())
}

/// The business account, as an id that may stand in a path.
pub fn business_account(account: &ChannelAccount) -> Result<&str, CallError> {
    let id = account.parent_account_id.as_deref().filter(|id| is_id(id));
    id.filter(|_| is_id(&account.platform_account_id)).ok_or_else(|| {
        CallError::refused("The ids of the number and of its business account are digits only.")
    })
}

fn check_target(target: &WebhookTarget, real: bool) -> Result<(), CallError> {
    if target.secret.expose_secret().is_empty() {
        return Err(CallError::refused("The webhook needs a verify token."));
    }
    if real && target.url.scheme() != "https" {
        return Err(CallError::refused(
            "Meta delivers to https addresses only: give Switchboard a public https address.",
        ));
    }
    Ok(())
}
