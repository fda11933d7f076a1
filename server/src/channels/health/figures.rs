//! A channel's health as admins see it.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Enum, Object, SimpleObject};
use channel_core::{CheckState, WebhookHealth};
use chrono::{DateTime, Utc};
use shared::{ChannelId, WorkspaceId};
use sqlx::types::Json;

use crate::channels::permissions::{self, PermissionInfo};
use crate::channels::store::health::{Figures, figures};
use crate::conversations::loaders::{Batch, failed, grouped};
use crate::error::AppError;
use crate::graphql::{ContextExt, GraphqlError};

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum HealthState {
    /// As it should be.
    Good,
    /// Works, but somebody should look.
    Warning,
    /// Does not work.
    Broken,
}

impl From<CheckState> for HealthState {
    fn from(state: CheckState) -> Self {
        match state {
            CheckState::Good => Self::Good,
            CheckState::Warning => Self::Warning,
            CheckState::Broken => Self::Broken,
        }
    }
}

impl HealthState {
    /// The state with this number; what a newer version wrote is broken rather than good.
    pub fn from_code(code: i16) -> Self {
        match code {
            1 => Self::Good,
            2 => Self::Warning,
            _ => Self::Broken,
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, SimpleObject)]
pub struct HealthCheck {
    /// A name that stays: `token`, `webhook`, `backlog`, `quality` …
    name: String,
    /// How it is.
    state: HealthState,
    /// What that means and what can be done.
    words: String,
}

/// The health of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HealthOf(pub WorkspaceId, pub ChannelId);

/// How a channel is doing: what its provider said last, and our own figures.
#[derive(Debug, Clone)]
pub struct ChannelHealth {
    figures: Arc<Figures>,
    kind: shared::ChannelKind,
}

impl ChannelHealth {
    /// Of a channel of this kind.
    pub fn new(figures: Arc<Figures>, kind: shared::ChannelKind) -> Self {
        Self { figures, kind }
    }

    fn provider(&self) -> Option<&channel_core::Health> {
        self.figures.health.as_ref().map(|Json(health)| health)
    }

    fn webhook(&self) -> Option<&WebhookHealth> {
        self.provider()?.webhook.as_ref()
    }
}

fn small(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[Object]
impl ChannelHealth {
    /// The worst of all checks.
    async fn state(&self) -> HealthState {
        self.provider().map_or(HealthState::Good, |health| health.state().into())
    }

    /// When the provider was last asked; null: not yet.
    async fn checked_at(&self) -> Option<DateTime<Utc>> {
        self.figures.checked_at
    }

    /// Each thing that was looked at, worst first.
    async fn checks(&self) -> Vec<HealthCheck> {
        let checks = self.provider().map(|health| health.checks.as_slice()).unwrap_or_default();
        let check = |check: &channel_core::Check| HealthCheck {
            name: check.name.clone(),
            state: check.state.into(),
            words: check.words.clone(),
        };
        checks.iter().map(check).collect()
    }

    /// What messaging needs to be permitted; empty where the provider has no such thing, or does not tell.
    async fn permissions(&self, ctx: &async_graphql::Context<'_>) -> Vec<PermissionInfo> {
        let held = self.provider().map(|health| health.permissions.as_slice()).unwrap_or_default();
        let adapter = ctx.app().adapters.of(self.kind);
        adapter.map(|adapter| permissions::of(&*adapter, held)).unwrap_or_default()
    }

    /// When a contact last wrote.
    async fn last_inbound_at(&self) -> Option<DateTime<Utc>> {
        self.figures.last_inbound_at
    }

    /// When something last went out.
    async fn last_outbound_at(&self) -> Option<DateTime<Utc>> {
        self.figures.last_outbound_at
    }

    /// Messages that came in, last 24 hours.
    #[graphql(name = "inbound24h")]
    async fn inbound_24h(&self) -> i32 {
        small(self.figures.inbound)
    }

    /// What went out, last 24 hours.
    #[graphql(name = "sent24h")]
    async fn sent_24h(&self) -> i32 {
        small(self.figures.sent)
    }

    /// What was refused, last 24 hours.
    #[graphql(name = "failed24h")]
    async fn failed_24h(&self) -> i32 {
        small(self.figures.failed)
    }

    /// The part of what was to go out that failed, last 24 hours, 0 to 1; null when nothing was to go out.
    async fn error_rate(&self) -> Option<f64> {
        let (sent, failed) = (self.figures.sent.max(0), self.figures.failed.max(0));
        let all = sent.saturating_add(failed);
        (all > 0).then(|| failed as f64 / all as f64)
    }

    /// The host that the provider delivers to.
    async fn webhook_host(&self) -> Option<&str> {
        self.webhook()?.host.as_deref()
    }

    /// It delivers to us; null where the provider does not tell.
    async fn webhook_ours(&self) -> Option<bool> {
        self.webhook().map(|webhook| webhook.ours)
    }

    /// Events that wait at the provider.
    async fn webhook_waiting(&self) -> Option<i32> {
        self.webhook()?.waiting.map(|waiting| i32::try_from(waiting).unwrap_or(i32::MAX))
    }

    /// Why a delivery last failed, in the provider's words.
    async fn webhook_failure(&self) -> Option<&str> {
        self.webhook()?.failure.as_deref()
    }

    /// Until when the token works; null is for ever, or unknown.
    async fn token_expires_at(&self) -> Option<DateTime<Utc>> {
        self.provider()?.token_expires_at
    }

    /// The platform's opinion of the account.
    async fn quality(&self) -> Option<&str> {
        self.provider()?.quality.as_deref()
    }

    /// The platform's limit for writing first.
    async fn messaging_limit(&self) -> Option<&str> {
        self.provider()?.messaging_limit.as_deref()
    }

    /// Deliveries that failed or wait for another try.
    async fn not_processed(&self) -> i32 {
        small(self.figures.waiting.saturating_add(self.figures.broken))
    }

    /// What waits to go out; 1,000 is that many or more.
    async fn queued(&self) -> i32 {
        small(self.figures.queued)
    }

    /// What was given up and can be put back in line; 1,000 is that many or more.
    async fn dead_letters(&self) -> i32 {
        small(self.figures.dead)
    }
}

impl Loader<HealthOf> for Batch {
    type Value = Arc<Figures>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[HealthOf]) -> Result<HashMap<HealthOf, Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (workspace_id, keys) in grouped(keys, |key| key.0) {
            let ids: Vec<ChannelId> = keys.iter().map(|key| key.1).collect();
            let mut tx = self.read(workspace_id).await?;
            let rows = figures(&mut tx, &ids).await.map_err(failed)?;
            found.extend(rows.into_iter().map(|row| (HealthOf(workspace_id, row.channel_id), Arc::new(row))));
        }
        Ok(found)
    }
}

/// The health of a channel, loaded with that of others that are asked for at the same time. Without a provider there is
/// none before the channel was used.
///
/// # Errors
/// When the database is away.
pub async fn health_of(
    ctx: &async_graphql::Context<'_>,
    workspace_id: WorkspaceId,
    id: ChannelId,
    kind: shared::ChannelKind,
) -> Result<Option<ChannelHealth>, GraphqlError> {
    let figures = ctx.app().loaders.load(HealthOf(workspace_id, id)).await?;
    let has_provider = ctx.app().adapters.of(kind).is_some_and(|adapter| adapter.capabilities().has_provider);
    let used = |figures: &Figures| figures.last_inbound_at.or(figures.last_outbound_at).is_some();
    Ok(figures
        .filter(|figures| has_provider || used(figures))
        .map(|figures| ChannelHealth::new(figures, kind)))
}
