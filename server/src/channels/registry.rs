//! The one place that names the adapters.

use std::sync::Arc;

use channel_core::{ChannelAdapter, ProviderApi, provider_client};
use channel_meta::{GraphApi, MetaApp};
use channel_telegram::Telegram;
use channel_webchat::WebChat;
use channel_whatsapp::WhatsApp;
use shared::ChannelKind;

use crate::config::{MetaProvider, Providers};

/// Every adapter of this version. Cheap to clone.
#[derive(Clone)]
pub struct Adapters(Arc<[Arc<dyn ChannelAdapter>]>);

impl Adapters {
    /// Adapters that speak to the configured providers, over one client.
    #[must_use]
    pub fn new(providers: &Providers) -> Self {
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
        Self(all.into())
    }

    /// The adapter that speaks for channels of this kind; none for a kind this version cannot speak.
    #[must_use]
    pub fn of(&self, kind: ChannelKind) -> Option<Arc<dyn ChannelAdapter>> {
        self.0.iter().find(|adapter| adapter.kind() == kind).cloned()
    }
}

fn graph(http: reqwest::Client, meta: &MetaProvider) -> GraphApi {
    let api = GraphApi::new(ProviderApi::new(http, meta.graph_url.clone()));
    let api = api.clone().with_version(&meta.version).unwrap_or(api); // checked with the configuration
    match (&meta.app_id, &meta.app_secret) {
        (Some(id), Some(secret)) => api.with_app(MetaApp { id: id.clone(), secret: secret.clone() }),
        _ => api,
    }
}
