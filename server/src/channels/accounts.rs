//! What it takes to speak for a channel, opened for the moment it is needed.
//!
//! Kept in memory for seconds, since every delivery and every send asks; changed here, it is forgotten at once,
//! changed by another process, after [`LIFE`].

use std::sync::Arc;
use std::time::Duration;

use channel_core::{ChannelAccount, ChannelSecrets, WebhookTarget};
use moka::future::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use shared::{ChannelId, ChannelKind, ChannelState, WorkspaceId};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use url::Url;

use super::credentials;
use super::endpoints::{self, Endpoint};
use super::provider_settings::ProviderSettings;
use super::store::accounts as store;
use crate::app::App;
use crate::db::WorkspaceTx;
use crate::error::AppError;

/// How long another process's change may go unseen here.
const LIFE: Duration = Duration::from_secs(5);
const ENTRIES_MAX: u64 = 10_000;

/// Look-ups of endpoints at the same time: an address that somebody made up costs a query, and must not cost
/// everybody's …
static LOOK_UPS: Semaphore = Semaphore::const_new(4);
/// … nor keep a provider waiting, which comes again.
const LOOK_UP_WAIT: Duration = Duration::from_secs(5);

/// A channel as those who speak for it need it.
pub struct LiveAccount {
    /// Which adapter speaks for it.
    pub kind: ChannelKind,
    /// Switched on.
    pub active: bool,
    /// How its connection stands.
    pub state: ChannelState,
    /// Ids and opened secrets.
    pub account: ChannelAccount,
    /// As set.
    pub settings: ProviderSettings,
    /// It has been connected at least once.
    pub(super) connected: bool,
    /// It was connected through the installation's own application at its provider.
    pub(crate) of_installation: bool,
    webhook: Option<WebhookTarget>,
    endpoint_key_sha256: Option<Vec<u8>>,
}

impl LiveAccount {
    /// Whether an endpoint's address is this channel's. In constant time.
    #[must_use]
    pub fn is_at(&self, endpoint: &Endpoint) -> bool {
        let kept = self.endpoint_key_sha256.as_deref().unwrap_or_default(); // none after disconnecting
        kept.ct_eq(&endpoint.key.sha256()).into()
    }

    /// Where the provider sends this account's events; `None` while it has no endpoint.
    #[must_use]
    pub fn webhook(&self) -> Option<&WebhookTarget> {
        self.webhook.as_ref()
    }
}

/// Opened accounts in memory; unknown ones, too.
pub struct AccountCache(Cache<(WorkspaceId, ChannelId), Option<Arc<LiveAccount>>>);

impl Default for AccountCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(ENTRIES_MAX).time_to_live(LIFE).build())
    }
}

impl AccountCache {
    /// Reads it anew when it is next asked for. Call after the commit of a change.
    pub(super) async fn forget(&self, workspace_id: WorkspaceId, channel_id: ChannelId) {
        self.0.invalidate(&(workspace_id, channel_id)).await;
    }
}

/// A channel with opened secrets, whatever its state; `None` when it is not there.
///
/// # Errors
/// When the database or the key file refuses.
pub async fn live_account(
    app: &App,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
) -> Result<Option<Arc<LiveAccount>>, AppError> {
    let key = (workspace_id, channel_id);
    // Nearly always known: only a miss pays for the large future of a look-up.
    if let Some(known) = app.accounts.0.get(&key).await {
        return Ok(known);
    }
    let loading = Box::pin(load(app, workspace_id, channel_id));
    app.accounts.0.try_get_with(key, loading).await.map_err(|error: Arc<AppError>| match &*error {
        AppError::Unavailable => AppError::Unavailable,
        other => AppError::Internal(anyhow::anyhow!("{other:?}")),
    })
}

async fn load(
    app: &App,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
) -> Result<Option<Arc<LiveAccount>>, AppError> {
    let mut tx = app.db.read(workspace_id).await?;
    Ok(open(app, &mut tx, channel_id).await?.map(Arc::new))
}

/// Opens a channel's secrets inside a transaction.
pub(super) async fn open(
    app: &App,
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
) -> Result<Option<LiveAccount>, AppError> {
    open_without(app, tx, channel_id, channel_id).await
}

/// Like [`open`], with its webhook as it will be when the channel `gone` is disconnected.
pub(super) async fn open_without(
    app: &App,
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    gone: ChannelId,
) -> Result<Option<LiveAccount>, AppError> {
    let Some(row) = store::account(tx, channel_id).await? else { return Ok(None) };
    let mut secrets = credentials::open_all(&app.vault, tx, channel_id).await?.secrets;
    let signs = app.adapters.of(row.kind).is_some_and(|adapter| adapter.signs_with_application());
    let of_installation = signs && row.app_id.is_none();
    if of_installation {
        installation_secrets(app, &mut secrets);
    }
    let webhook = if of_installation {
        installation_webhook(app)
    } else {
        own_webhook(app, tx, row.kind, channel_id, gone).await?
    };
    Ok(Some(LiveAccount {
        kind: row.kind,
        active: row.active,
        state: row.state,
        settings: serde_json::from_value(row.settings).unwrap_or_default(),
        connected: row.connected,
        of_installation,
        webhook,
        endpoint_key_sha256: row.endpoint_key_sha256,
        account: ChannelAccount {
            channel_id,
            platform_account_id: row.platform_account_id,
            parent_account_id: row.parent_account_id,
            secrets,
        },
    }))
}

/// The endpoint that all accounts of the installation's own application share.
pub(super) fn installation_webhook(app: &App) -> Option<WebhookTarget> {
    let secret = app.config.providers.meta.verify_token.clone()?;
    Some(WebhookTarget { url: address(app, endpoints::META_APP)?, secret })
}

/// The channel's own endpoint; or that of the oldest channel with the same parent account and application: such
/// accounts have one webhook among them.
pub(super) async fn own_webhook(
    app: &App,
    tx: &mut WorkspaceTx,
    kind: ChannelKind,
    channel_id: ChannelId,
    gone: ChannelId,
) -> Result<Option<WebhookTarget>, AppError> {
    let Some(holder) = store::endpoint_holder(tx, channel_id, gone).await? else { return Ok(None) };
    let opened = credentials::open_all(&app.vault, tx, holder).await?;
    let Some(key) = opened.endpoint_key else { return Ok(None) };
    let endpoint = Endpoint { workspace_id: tx.workspace_id(), channel_id: holder, key };
    let signing = || {
        let newest = opened.secrets.signing.first()?;
        Some(SecretString::from(std::str::from_utf8(newest).ok()?.to_owned()))
    };
    let secret = opened.secrets.verify_token.clone().or_else(signing);
    let url = address(app, &endpoints::address_of(kind, endpoint));
    Ok(url.zip(secret).map(|(url, secret)| WebhookTarget { url, secret }))
}

fn address(app: &App, path: &str) -> Option<Url> {
    Url::parse(&format!("{}{path}", app.config.webhook_origin())).ok()
}

/// The secrets of the installation's own application at Meta.
pub(super) fn installation_secrets(app: &App, secrets: &mut ChannelSecrets) {
    let meta = &app.config.providers.meta;
    let signing = meta.app_secret.iter().map(|secret| secret.expose_secret().as_bytes().to_vec());
    secrets.signing = signing.collect();
    secrets.app_secret.clone_from(&meta.app_secret);
    secrets.verify_token.clone_from(&meta.verify_token);
}

/// What it takes to send and fetch for a channel; `None` when it is not there, or disconnected.
///
/// # Errors
/// When the database or the key file refuses.
pub async fn account(
    app: &App,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
) -> Result<Option<ChannelAccount>, AppError> {
    let live = live_account(app, workspace_id, channel_id).await?;
    Ok(live.filter(|live| live.state != ChannelState::Disconnected).map(|live| live.account.clone()))
}

/// What deliveries to a channel's own endpoint are proven with; nothing for a channel that is not there, and then
/// nothing can be proven.
///
/// # Errors
/// When the database or the key file refuses.
pub async fn endpoint_secrets(
    app: &App,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
) -> Result<ChannelSecrets, AppError> {
    let live = live_account(app, workspace_id, channel_id).await?;
    Ok(live.map(|live| live.account.secrets.clone()).unwrap_or_default())
}

/// The channel whose own endpoint this is; `None` for an address that is nobody's, or no longer.
///
/// # Errors
/// When the database or the key file refuses.
pub async fn at_endpoint(
    app: &App,
    kind: ChannelKind,
    endpoint: &Endpoint,
) -> Result<Option<Arc<LiveAccount>>, AppError> {
    let key = (endpoint.workspace_id, endpoint.channel_id);
    let live = match app.accounts.0.get(&key).await {
        Some(known) => known,
        None => {
            let _one_of_few = tokio::time::timeout(LOOK_UP_WAIT, LOOK_UPS.acquire())
                .await
                .map_err(|_| AppError::Unavailable)?;
            live_account(app, endpoint.workspace_id, endpoint.channel_id).await?
        }
    };
    Ok(live.filter(|live| live.kind == kind && live.is_at(endpoint)))
}
