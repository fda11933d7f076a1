//! The one place that names the adapters.

use std::sync::{Arc, OnceLock};

use channel_core::{ChannelAdapter, ProviderApi, provider_client};
use channel_meta::{GraphApi, MetaApp};
use channel_telegram::Telegram;
use channel_webchat::WebChat;
use channel_whatsapp::WhatsApp;
use shared::{ChannelKind, WorkspaceId};

use crate::config::{MetaProvider, Providers, TelegramProvider};
use crate::demo::Stage;

/// Every adapter of this version. Cheap to clone.
#[derive(Clone)]
pub struct Adapters(Arc<Sets>);

struct Sets {
    /// At the providers.
    real: Vec<Arc<dyn ChannelAdapter>>,
    /// At the simulator, for demo workspaces; made when the first of them calls.
    staged: OnceLock<Vec<Arc<dyn ChannelAdapter>>>,
    stage: Arc<Stage>,
}

impl Adapters {
    /// Adapters that speak to the configured providers, over one client; demo workspaces' to the stage.
    #[must_use]
    pub fn new(providers: &Providers, stage: Arc<Stage>) -> Self {
        Self(Arc::new(Sets { real: all(providers), staged: OnceLock::new(), stage }))
    }

    /// The adapter that reads what channels of this kind sent and plans what they send; none for a kind this
    /// version cannot speak. To call the provider, take [`calling`](Self::calling).
    #[must_use]
    pub fn of(&self, kind: ChannelKind) -> Option<Arc<dyn ChannelAdapter>> {
        find(&self.0.real, kind)
    }

    /// The adapter that calls the provider of a workspace's channels: the simulator, for a demo workspace.
    #[must_use]
    pub fn calling(&self, workspace_id: WorkspaceId, kind: ChannelKind) -> Option<Arc<dyn ChannelAdapter>> {
        if !self.0.stage.plays(workspace_id) {
            return self.of(kind);
        }
        let url: url::Url = self.0.stage.url()?.parse().ok()?;
        let staged = self.0.staged.get_or_init(|| {
            all(&Providers {
                telegram: TelegramProvider { api_url: url.clone() },
                meta: MetaProvider { graph_url: url, ..MetaProvider::default() },
                ..Providers::default()
            })
        });
        find(staged, kind)
    }
}

fn all(providers: &Providers) -> Vec<Arc<dyn ChannelAdapter>> {
    let _ = rustls::crypto::ring::default_provider().install_default(); // a second call is harmless
    let mut all: Vec<Arc<dyn ChannelAdapter>> = vec![Arc::new(WebChat)];
    match provider_client() {
        Ok(http) => {
            let telegram = ProviderApi::new(http.clone(), providers.telegram.api_url.clone());
            all.push(Arc::new(Telegram::new(telegram)));
            all.push(Arc::new(WhatsApp::new(graph(http, &providers.meta))));
        }
        Err(error) => {
            tracing::error!(%error, "only web chats work: no client for the providers of other channels");
        }
    }
    all
}

fn find(adapters: &[Arc<dyn ChannelAdapter>], kind: ChannelKind) -> Option<Arc<dyn ChannelAdapter>> {
    adapters.iter().find(|adapter| adapter.kind() == kind).cloned()
}

fn graph(http: reqwest::Client, meta: &MetaProvider) -> GraphApi {
    let api = GraphApi::new(ProviderApi::new(http, meta.graph_url.clone()));
    let api = api.clone().with_version(&meta.version).unwrap_or(api); // checked with the configuration
    match (&meta.app_id, &meta.app_secret) {
        (Some(id), Some(secret)) => api.with_app(MetaApp { id: id.clone(), secret: secret.clone() }),
        _ => api,
    }
}
