//! Showing the contact that somebody of us is writing: said again while it lasts, never queued, and let be at the first
//! sign that the platform does not want it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use channel_core::{Act, Transmission, TypingKind};
use shared::{Capabilities, ChannelId, ChannelState, ConversationId, WorkspaceId};
use sqlx::FromRow;
use tokio::task::AbortHandle;

use super::files::WorkspaceFiles;
use super::read_out::newest_inbound;
use crate::app::App;
use crate::channels::{self, channels_by_ids};

/// Conversations in which somebody of us is writing, as far as this process knows.
#[derive(Default)]
pub(super) struct Typists(Mutex<HashMap<ConversationId, Writing>>);

struct Writing {
    /// How many of us.
    count: usize,
    saying: AbortHandle,
}

/// While this lives, somebody of us is writing.
pub struct TypingOut {
    app: Arc<App>,
    conversation_id: ConversationId,
}

impl TypingOut {
    /// Somebody of us has begun to write in this conversation.
    #[must_use]
    pub fn begin(app: &Arc<App>, workspace_id: WorkspaceId, conversation_id: ConversationId) -> Self {
        let mut writing = app.outbox.typists().0.lock().unwrap_or_else(PoisonError::into_inner);
        writing.entry(conversation_id).and_modify(|writing| writing.count += 1).or_insert_with(|| {
            let saying = tokio::spawn(say(Arc::clone(app), workspace_id, conversation_id));
            Writing { count: 1, saying: saying.abort_handle() }
        });
        drop(writing);
        Self { app: Arc::clone(app), conversation_id }
    }
}

impl Drop for TypingOut {
    fn drop(&mut self) {
        let mut all = self.app.outbox.typists().0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writing) = all.get_mut(&self.conversation_id) else { return };
        writing.count = writing.count.saturating_sub(1);
        if writing.count == 0 {
            writing.saying.abort();
            all.remove(&self.conversation_id);
        }
    }
}

/// To whom it is said, and how.
#[derive(FromRow)]
struct Listener {
    channel_id: ChannelId,
    to: String,
    reachable: bool,
}

/// Says it until it is aborted.
async fn say(app: Arc<App>, workspace_id: WorkspaceId, conversation_id: ConversationId) {
    loop {
        match say_once(&app, workspace_id, conversation_id).await {
            Ok(Some(capabilities)) => tokio::time::sleep(capabilities.typing_again).await,
            Ok(None) => return,
            Err(error) => {
                tracing::debug!(conversation.id = %conversation_id, %error, "typing was not shown");
                return;
            }
        }
    }
}

/// Says it once; none where it is not to be said.
async fn say_once(
    app: &Arc<App>,
    workspace_id: WorkspaceId,
    conversation_id: ConversationId,
) -> anyhow::Result<Option<Capabilities>> {
    let mut tx = app.db.read(workspace_id).await?;
    let listener: Option<Listener> = sqlx::query_as(
        "select c.channel_id, i.platform_id as to, i.reachable from conversations c
         join identities i on i.workspace_id = $1 and i.id = c.identity_id
         where c.workspace_id = $1 and c.id = $2",
    )
    .bind(workspace_id)
    .bind(conversation_id)
    .fetch_optional(tx.conn())
    .await?;
    let Some(listener) = listener.filter(|listener| listener.reachable) else { return Ok(None) };
    let channel = channels_by_ids(&mut tx, &[listener.channel_id]).await?.pop();
    let Some(channel) = channel.filter(|channel| channel.active && channel.state == ChannelState::Connected)
    else {
        return Ok(None);
    };
    let settings = channel.provider_settings();
    let Some(adapter) = app.adapters.calling(workspace_id, channel.kind) else {
        return Ok(None);
    };
    let capabilities = adapter.capabilities();
    // Where a sign of typing is a receipt as well, both must be wanted.
    let wanted = settings.typing && (settings.read_receipts || !capabilities.typing_reads);
    if !capabilities.has_provider || !capabilities.typing || !wanted {
        return Ok(None);
    }
    let after = newest_inbound(&mut tx, conversation_id).await?;
    drop(tx);
    let Some(account) = channels::account(app, workspace_id, listener.channel_id).await? else {
        return Ok(None);
    };
    let transmission = Transmission {
        reference: format!("typing_{}", conversation_id.0.simple()),
        to: listener.to,
        quote: None,
        by_human: true,
        act: Act::Typing { kind: TypingKind::Text, after },
    };
    let files = WorkspaceFiles { app: Arc::clone(app), workspace_id };
    adapter.send(&account, &transmission, &files).await?;
    Ok(Some(capabilities))
}
