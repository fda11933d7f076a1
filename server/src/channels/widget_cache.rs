//! Web chats by the uuid in their snippet, kept in memory for what every visitor's request needs.

use std::sync::Arc;
use std::time::Duration;

use channel_webchat::OriginRule;
use moka::future::Cache;
use shared::{ChannelId, ChannelKind, WorkspaceId};
use uuid::Uuid;

use super::settings::WebChatSettings;
use super::store;
use crate::db::Db;

/// How long another process's change may go unseen here.
const LIFE: Duration = Duration::from_secs(5);
const ENTRIES_MAX: u64 = 10_000;

/// A web chat as its visitors' requests need it.
#[derive(Debug)]
pub struct LiveWidget {
    /// The uuid in the snippet.
    pub widget_id: Uuid,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Which channel.
    pub channel_id: ChannelId,
    /// As visitors see it.
    pub name: String,
    /// As set.
    pub settings: WebChatSettings,
    /// The sites that may carry it.
    pub origins: Vec<OriginRule>,
}

/// Web chats in memory, unknown and inactive ones too.
pub struct WidgetCache {
    db: Db,
    widgets: Cache<Uuid, Option<Arc<LiveWidget>>>,
}

impl WidgetCache {
    /// An empty one over this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db, widgets: Cache::builder().max_capacity(ENTRIES_MAX).time_to_live(LIFE).build() }
    }

    /// The active web chat with this uuid; `None` for any other.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn get(&self, widget_id: Uuid) -> Result<Option<Arc<LiveWidget>>, Arc<sqlx::Error>> {
        // Nearly always known: only a miss pays for the large future of a look-up.
        if let Some(known) = self.widgets.get(&widget_id).await {
            return Ok(known);
        }
        self.widgets.try_get_with(widget_id, Box::pin(load(&self.db, widget_id))).await
    }

    /// Reads it anew at the next request.
    pub(super) fn forget(&self, widget_id: &str) {
        if let Ok(widget_id) = Uuid::try_parse(widget_id) {
            let widgets = self.widgets.clone();
            tokio::spawn(async move { widgets.invalidate(&widget_id).await });
        }
    }
}

async fn load(db: &Db, widget_id: Uuid) -> sqlx::Result<Option<Arc<LiveWidget>>> {
    let found = store::of_account(db, ChannelKind::WebChat, &widget_id.to_string()).await?;
    let Some((workspace_id, channel_id)) = found.into_iter().next() else { return Ok(None) };
    let mut tx = db.read(workspace_id).await?;
    let channel = store::channels_by_ids(&mut tx, &[channel_id]).await?.pop();
    Ok(channel.filter(|channel| channel.active).map(|channel| {
        let settings = channel.web_chat_settings();
        Arc::new(LiveWidget {
            widget_id,
            workspace_id,
            channel_id,
            name: channel.name,
            origins: settings
                .allowed_origins
                .iter()
                .filter_map(|rule| OriginRule::parse(rule).ok())
                .collect(),
            settings,
        })
    }))
}
