//! The addresses that providers call, found.

use std::sync::Arc;

use channel_core::{Addressee, ChannelAdapter, ChannelSecrets};
use http::HeaderMap;
use secrecy::ExposeSecret as _;
use shared::{ChannelId, ChannelKind, WorkspaceId};

use super::owners::Scope;
use crate::app::App;
use crate::channels::{self, LiveAccount, endpoints};
use crate::config::MetaProvider;
use crate::error::AppError;

/// Kinds of channels that come in through an application at Meta.
const AT_META: [ChannelKind; 3] = [ChannelKind::Whatsapp, ChannelKind::Messenger, ChannelKind::Instagram];
/// Kinds of channels that can have an endpoint of their own.
const AT_ENDPOINTS: [ChannelKind; 4] =
    [ChannelKind::Telegram, ChannelKind::Whatsapp, ChannelKind::Messenger, ChannelKind::Instagram];

/// Largest delivery of Meta: WhatsApp states up to 3 MB.
const META_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Largest update of Telegram.
const TELEGRAM_BYTES_MAX: usize = 1024 * 1024;

/// Where a delivery was posted.
pub(super) enum Door<'app> {
    /// `/webhooks/meta/app`: the installation's own application at Meta.
    Installation {
        /// One per kind of channel that comes in here.
        adapters: Vec<Arc<dyn ChannelAdapter>>,
        /// The application's.
        secrets: &'app ChannelSecrets,
    },
    /// `/webhooks/<kind>/<key>`: one channel's own.
    Channel {
        /// Speaks for it.
        adapter: Arc<dyn ChannelAdapter>,
        /// Whose.
        workspace_id: WorkspaceId,
        /// With opened secrets.
        live: Arc<LiveAccount>,
    },
}

/// What the installation's application at Meta proves itself with.
pub(super) fn secrets_of_installation(meta: &MetaProvider) -> ChannelSecrets {
    let signing = meta.app_secret.iter().map(|secret| secret.expose_secret().as_bytes().to_vec());
    ChannelSecrets {
        signing: signing.collect(),
        verify_token: meta.verify_token.clone(),
        ..ChannelSecrets::default()
    }
}

/// The provider's name as metrics know it.
pub(super) fn label(provider: &str) -> &'static str {
    if provider == "meta" {
        return "meta";
    }
    AT_ENDPOINTS.into_iter().map(ChannelKind::as_str).find(|name| *name == provider).unwrap_or("unknown")
}

impl<'app> Door<'app> {
    /// The door with this address; `None` for one that is nobody's.
    pub(super) async fn find(
        app: &'app App,
        provider: &str,
        last_part: &str,
    ) -> Result<Option<Self>, AppError> {
        if provider == "meta" {
            let secrets = app.webhooks.secrets_of_installation();
            let adapters: Vec<_> = AT_META.iter().filter_map(|kind| app.adapters.of(*kind)).collect();
            let is_there = last_part == "app" && !secrets.signing.is_empty() && !adapters.is_empty();
            return Ok(is_there.then_some(Self::Installation { adapters, secrets }));
        }
        let Some(kind) = AT_ENDPOINTS.into_iter().find(|kind| kind.as_str() == provider) else {
            return Ok(None);
        };
        let (Some(endpoint), Some(adapter)) = (endpoints::parse(last_part), app.adapters.of(kind)) else {
            return Ok(None);
        };
        let live = channels::at_endpoint(app, kind, &endpoint).await?;
        Ok(live.map(|live| Self::Channel { adapter, workspace_id: endpoint.workspace_id, live }))
    }

    /// Most bytes that are taken here.
    pub(super) fn bytes_max(&self) -> usize {
        match self {
            Self::Channel { adapter, .. } if adapter.kind() == ChannelKind::Telegram => TELEGRAM_BYTES_MAX,
            _ => META_BYTES_MAX,
        }
    }

    /// Whether the provider sent exactly these bytes.
    pub(super) fn is_proven(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.any_adapter().is_some_and(|adapter| adapter.verify(headers, body, self.secrets()).is_ok())
    }

    /// The answer to a provider that asks whether the endpoint is ours.
    pub(super) fn answer(&self, query: &str) -> Option<String> {
        let answer = self.any_adapter()?.challenge(query, self.secrets())?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        // It is the asker's own text: nothing that a browser could take for a page.
        ((1..=128).contains(&answer.len()) && answer.bytes().all(is_plain)).then_some(answer)
    }

    /// All adapters of a door prove and are asked in the same way.
    fn any_adapter(&self) -> Option<&Arc<dyn ChannelAdapter>> {
        match self {
            Self::Installation { adapters, .. } => adapters.first(),
            Self::Channel { adapter, .. } => Some(adapter),
        }
    }

    fn secrets(&self) -> &ChannelSecrets {
        match self {
            Self::Installation { secrets, .. } => secrets,
            Self::Channel { live, .. } => &live.account.secrets,
        }
    }

    /// Whose accounts deliveries may name here.
    pub(super) fn scope(&self) -> Scope {
        match self {
            Self::Installation { .. } => Scope::Installation,
            Self::Channel { workspace_id, live, .. } => {
                Scope::Channel(*workspace_id, live.account.channel_id)
            }
        }
    }

    /// Whether an addressee is the channel whose door this is, and nobody else. (A business account may have several.)
    pub(super) fn is_homes(&self, to: &Addressee) -> bool {
        match (self, to) {
            (Self::Installation { .. }, _) | (_, Addressee::Parent(_)) => false,
            (Self::Channel { .. }, Addressee::Endpoint) => true,
            (Self::Channel { live, .. }, Addressee::Account(id)) => *id == live.account.platform_account_id,
        }
    }

    /// The channel whose door this is.
    pub(super) fn home(&self) -> Option<(WorkspaceId, ChannelId)> {
        match self {
            Self::Installation { .. } => None,
            Self::Channel { workspace_id, live, .. } => Some((*workspace_id, live.account.channel_id)),
        }
    }
}
