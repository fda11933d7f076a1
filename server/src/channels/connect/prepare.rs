//! A place for the account's events, before the provider is told of it.

use channel_core::{ChannelAccount, ChannelSecrets, WebhookTarget};
use serde_json::json;
use shared::{ChannelId, ChannelState};

use super::{Wish, attempt};
use crate::app::App;
use crate::channels::accounts;
use crate::channels::credentials::{self, Keep, Purpose};
use crate::channels::endpoints::{EndpointKey, random_text};
use crate::channels::provider::{Through, taken_elsewhere};
use crate::channels::store::connect::{self as store, Connecting};
use crate::channels::{CHANNELS_MAX, Outcome};
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::viewer::Viewer;

/// An account that can be told where its events go.
pub struct Prepared {
    /// Its channel, as it was before.
    pub channel: Connecting,
    /// With the new credentials.
    pub account: ChannelAccount,
    /// Where its events are to go.
    pub webhook: WebhookTarget,
}

/// Finds or makes the account's channel, and gives it an endpoint if it has none.
pub async fn prepare(app: &App, by: &Viewer, wish: &Wish) -> Result<Outcome<Prepared>, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let channel = match find_or_make(&mut tx, wish).await? {
        Ok(channel) => channel,
        Err(problem) => return Ok(Err(problem)),
    };
    if matches!(wish.through, Through::Installation)
        && let Some(problem) = taken_elsewhere(&mut tx, channel.kind, &wish.info).await?
    {
        return Ok(Err(problem));
    }
    store::begin(&mut tx, &attempt(channel.id, &wish.info, &wish.through)).await?;
    give_endpoint(app, &mut tx, &channel, &wish.through).await?;

    let mut secrets = ChannelSecrets {
        access_token: wish.info.token.clone().or_else(|| wish.typed.token.clone()),
        pin: wish.typed.pin.clone(),
        ..credentials::open_all(&app.vault, &mut tx, channel.id).await?.secrets
    };
    let webhook = match &wish.through {
        Through::Installation => {
            accounts::installation_secrets(app, &mut secrets);
            accounts::installation_webhook(app)
        }
        Through::Own { secret, .. } => {
            secrets.app_secret = Some(secret.clone());
            accounts::own_webhook(app, &mut tx, channel.kind, channel.id, channel.id).await?
        }
        Through::Nothing => accounts::own_webhook(app, &mut tx, channel.kind, channel.id, channel.id).await?,
    };
    let Some(webhook) = webhook else {
        return Err(AppError::Internal(anyhow::anyhow!("a channel that is being connected has no endpoint")));
    };
    let account = ChannelAccount {
        channel_id: channel.id,
        platform_account_id: wish.info.platform_account_id.clone(),
        parent_account_id: wish.info.parent_account_id.clone(),
        secrets,
    };
    tx.commit().await?;
    app.accounts.forget(by.workspace_id, channel.id).await;
    Ok(Ok(Prepared { channel, account, webhook }))
}

async fn find_or_make(tx: &mut WorkspaceTx, wish: &Wish) -> Result<Outcome<Connecting>, AppError> {
    if let Some(id) = wish.again {
        let channel = store::lock_channel(tx, id).await?.ok_or(AppError::NotFound("channel"))?;
        return Ok(Ok(channel));
    }
    let (kind, account) = (wish.typed.kind, wish.info.platform_account_id.as_str());
    let known = store::lock_account(tx, kind, account).await?;
    if let Some(known) = known.as_ref().filter(|known| known.state == ChannelState::Connected) {
        let words = format!(
            "This account is connected already, as {}. To give it new credentials, connect that channel again.",
            known.name
        );
        return Ok(Err(Problem::new("ALREADY_CONNECTED", words)));
    }
    if let Some(known) = known {
        return Ok(Ok(known));
    }
    if store::count(tx).await? >= CHANNELS_MAX {
        return Ok(Err(Problem::new("TOO_MANY", format!("A workspace can have {CHANNELS_MAX} channels."))));
    }
    let name = shown_name(wish);
    store::insert(tx, ChannelId::new(), kind, &name, account, &json!({})).await?;
    let made = store::lock_account(tx, kind, account).await?;
    Ok(Ok(made.ok_or(AppError::NotFound("channel"))?))
}

/// What the platform calls it, fit to be a name here.
fn shown_name(wish: &Wish) -> String {
    let info = &wish.info;
    let fit =
        |name: &str| name.chars().filter(|c| !c.is_control()).take(120).collect::<String>().trim().to_owned();
    let names = [Some(&info.name), info.handle.as_ref(), Some(&info.platform_account_id)];
    let typed = wish.typed.name.clone();
    typed
        .or_else(|| names.into_iter().flatten().map(|name| fit(name)).find(|name| !name.is_empty()))
        .unwrap_or_default()
}

/// An address that nobody can guess, and what the provider proves itself with there. What is there already stays:
/// events are on their way to it.
async fn give_endpoint(
    app: &App,
    tx: &mut WorkspaceTx,
    channel: &Connecting,
    through: &Through,
) -> Result<(), AppError> {
    if matches!(through, Through::Installation) {
        return Ok(());
    }
    let opened = credentials::open_all(&app.vault, tx, channel.id).await?;
    let vault = &app.vault;
    if opened.endpoint_key.is_none() {
        let key = EndpointKey::generate()?;
        credentials::keep(vault, tx, channel.id, Keep::hidden(Purpose::EndpointKey, &key.0)).await?;
        store::set_endpoint(tx, channel.id, &key.sha256()).await?;
    }
    match through {
        Through::Own { secret, .. } => {
            if opened.secrets.verify_token.is_none() {
                let token = random_text()?;
                credentials::keep(vault, tx, channel.id, Keep::of(Purpose::VerifyToken, &token)).await?;
            }
            // From now on deliveries are proven with it, too.
            credentials::keep_if_new(vault, tx, channel.id, Keep::of(Purpose::AppSecret, secret)).await?;
        }
        _ if opened.secrets.signing.is_empty() => {
            let secret = random_text()?;
            credentials::keep(vault, tx, channel.id, Keep::of(Purpose::SigningSecret, &secret)).await?;
        }
        _ => {}
    }
    Ok(())
}
