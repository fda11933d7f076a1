//! A channel as members see it, and more of it for admins.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shared::{ChannelId, ChannelKind, ChannelState, Role, WorkspaceId};

use super::web_chat::WebChat;
use crate::channels::credentials::Purpose;
use crate::channels::health::{ChannelHealth, health_of};
use crate::channels::provider_settings::ProviderSettings;
use crate::channels::store::Channel;
use crate::channels::store::credentials::{CredentialRow, in_force};
use crate::conversations::loaders::{Batch, failed, grouped};
use crate::error::AppError;
use crate::graphql::{ContextExt, GraphqlError};

/// One connected account: a web chat, a WhatsApp number, a Page.
#[Object]
impl Channel {
    /// Global id.
    pub async fn id(&self) -> ChannelId {
        self.id
    }

    /// Which adapter speaks for it.
    async fn kind(&self) -> ChannelKind {
        self.kind
    }

    /// As members call it.
    async fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is switched on. A channel with a provider that is off takes in what arrives, and sends nothing.
    async fn active(&self) -> bool {
        self.active
    }

    /// When it was connected.
    async fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// How its connection stands.
    async fn state(&self) -> ChannelState {
        self.state
    }

    /// Why, in words.
    async fn state_reason(&self) -> Option<&str> {
        self.state_reason.as_deref()
    }

    /// Its user name or number, as displayed.
    async fn handle(&self) -> Option<&str> {
        self.handle.as_deref()
    }

    /// Where people can write to it.
    async fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// What the platform calls it.
    async fn platform_account_id(&self) -> &str {
        &self.platform_account_id
    }

    /// What the platform keeps above it: the business account of a number.
    async fn parent_account_id(&self) -> Option<&str> {
        self.parent_account_id.as_deref()
    }

    /// What it speaks to its provider with: shown, never readable. For admins; empty for others.
    async fn credentials(&self, ctx: &Context<'_>) -> Result<Vec<CredentialInfo>, GraphqlError> {
        let viewer = ctx.viewer()?;
        if !viewer.role.includes(Role::Admin) {
            return Ok(Vec::new());
        }
        let rows = ctx.app().loaders.load(CredentialsOf(viewer.workspace_id, self.id)).await?;
        Ok(rows.unwrap_or_default().iter().filter_map(CredentialInfo::of).collect())
    }

    /// What contacts see of us; null for a channel without a provider.
    async fn provider(&self, ctx: &Context<'_>) -> Option<ProviderSettings> {
        let can = ctx.app().adapters.of(self.kind)?.capabilities();
        let set = self.provider_settings();
        can.has_provider.then_some(ProviderSettings {
            read_receipts: set.read_receipts && can.read_receipts_out,
            typing: set.typing && can.typing,
        })
    }

    /// How it is doing. For admins; null for others.
    async fn health(&self, ctx: &Context<'_>) -> Result<Option<ChannelHealth>, GraphqlError> {
        let viewer = ctx.viewer()?;
        if !viewer.role.includes(Role::Admin) {
            return Ok(None);
        }
        health_of(ctx, viewer.workspace_id, self.id, self.kind).await
    }

    /// Settings of a web chat; null for another kind.
    async fn web_chat(&self, ctx: &Context<'_>) -> Option<WebChat> {
        let web_chat = self.kind == ChannelKind::WebChat;
        web_chat.then(|| WebChat::of(self, &ctx.app().config))
    }
}

/// What a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CredentialPurpose {
    /// A business vouches for its visitors with it.
    IdentitySecret,
    /// Calls to the provider are made with it.
    AccessToken,
    /// Deliveries are proven with it.
    SigningSecret,
    /// The provider's application proves itself with it.
    AppSecret,
    /// The provider says it when it asks whether an endpoint is ours.
    VerifyToken,
    /// The number is registered with it.
    Pin,
}

/// A credential, without its secret.
#[derive(Debug, Clone, SimpleObject)]
pub struct CredentialInfo {
    purpose: CredentialPurpose,
    /// Its last four characters, where they may be shown.
    last4: Option<String>,
    /// When it was stored.
    created_at: DateTime<Utc>,
    /// Until when it works; null is for ever, or unknown.
    expires_at: Option<DateTime<Utc>>,
}

impl CredentialInfo {
    fn of(row: &CredentialRow) -> Option<Self> {
        let purpose = match Purpose::from_code(row.purpose)? {
            Purpose::IdentitySecret => CredentialPurpose::IdentitySecret,
            Purpose::AccessToken => CredentialPurpose::AccessToken,
            Purpose::SigningSecret => CredentialPurpose::SigningSecret,
            Purpose::AppSecret => CredentialPurpose::AppSecret,
            Purpose::VerifyToken => CredentialPurpose::VerifyToken,
            Purpose::Pin => CredentialPurpose::Pin,
            Purpose::EndpointKey => return None, // a part of an address
        };
        let (last4, created_at, expires_at) = (row.last4.clone(), row.created_at, row.expires_at);
        Some(Self { purpose, last4, created_at, expires_at })
    }
}

/// The credentials of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CredentialsOf(pub WorkspaceId, pub ChannelId);

impl Loader<CredentialsOf> for Batch {
    type Value = Vec<CredentialRow>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[CredentialsOf]) -> Result<HashMap<CredentialsOf, Self::Value>, Self::Error> {
        let mut found: HashMap<CredentialsOf, Self::Value> = HashMap::new();
        for (workspace_id, keys) in grouped(keys, |key| key.0) {
            let ids: Vec<ChannelId> = keys.iter().map(|key| key.1).collect();
            let mut tx = self.read(workspace_id).await?;
            for row in in_force(&mut tx, &ids).await.map_err(failed)? {
                found.entry(CredentialsOf(workspace_id, row.channel_id)).or_default().push(row);
            }
        }
        Ok(found)
    }
}
