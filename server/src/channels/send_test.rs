//! A test: a message that says what it is, to somebody who has written on the channel. It goes the way of every
//! message, through the outbox, and stays in the thread.

use std::time::Duration;

use serde_json::json;
use shared::{AuditAction, ChannelId, ChannelState, ContactId, MessageStatus, TargetKind};
use uuid::Uuid;

use super::provider::adapter_of;
use super::store::send_test as store;
use super::{Outcome, channels_by_ids};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::messages::{self, Audience, Body, Writing, Written};
use crate::viewer::Viewer;

/// What the person reads.
const WORDS: &str = "This is a test of our connection. Please ignore it.";
/// How long the provider's answer is waited for.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(100);

/// Sends a test, and waits for what the provider says; the answer is in words.
///
/// # Errors
/// [`AppError::NotFound`] for a channel, or for a contact who has not written on it.
pub async fn send_test(
    app: &App,
    by: &Viewer,
    channel_id: ChannelId,
    contact_id: ContactId,
) -> Result<Outcome<String>, AppError> {
    let mut tx = app.db.read(by.workspace_id).await?;
    let channel = channels_by_ids(&mut tx, &[channel_id]).await?.pop();
    let channel = channel.filter(|channel| channel.connected_at.is_some());
    let channel = channel.ok_or(AppError::NotFound("channel"))?;
    let conversation_id = store::conversation(&mut tx, channel_id, contact_id).await?;
    let conversation_id = conversation_id.ok_or(AppError::NotFound("contact"))?;
    drop(tx);
    if adapter_of(app, by.workspace_id, channel.kind).is_err() {
        return Ok(Err(Problem::new("UNSUPPORTED", "There is no provider behind this channel.")));
    }
    if channel.state != ChannelState::Connected {
        return Ok(Err(Problem::new("DISCONNECTED", "The channel is not connected: connect it first.")));
    }
    if !channel.active {
        return Ok(Err(Problem::new("CHANNEL_INACTIVE", "The channel is switched off: switch it on first.")));
    }
    let writing = Writing {
        conversation_id,
        client_id: Uuid::new_v4(),
        text: WORDS.to_owned(),
        attachment_ids: Vec::new(),
        quoted: None,
        last_seen_seq: None,
        body: Body::Words,
    };
    let sent = match messages::write(app, by, Audience::Contact, writing).await? {
        Written::Message(message, _) => message.message.id,
        Written::Problem(problem, _) => return Ok(Err(problem)),
    };
    let mut tx = app.db.workspace(by.workspace_id).await?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::ChannelTested)
            .on(TargetKind::Channel, channel_id.0)
            .with(json!({ "name": channel.name, "message": sent })),
    );
    tx.commit().await?;

    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let mut tx = app.db.read(by.workspace_id).await?;
        let (status, failure) = store::progress(&mut tx, sent).await?;
        drop(tx);
        match status {
            MessageStatus::Queued if tokio::time::Instant::now() < until => tokio::time::sleep(LOOK).await,
            status => return Ok(told(status, failure)),
        }
    }
}

fn told(status: MessageStatus, failure: Option<String>) -> Outcome<String> {
    match status {
        MessageStatus::Queued => {
            Ok("The test waits in line: the thread shows when it has gone out.".to_owned())
        }
        MessageStatus::Unknown => {
            Ok("No answer came: the test may have gone out. The thread shows what the provider says later."
                .to_owned())
        }
        MessageStatus::Failed => {
            let words = failure.unwrap_or_else(|| "The provider refused the test.".to_owned());
            Err(Problem::new("REFUSED", words))
        }
        MessageStatus::Sent => Ok("The provider took the test.".to_owned()),
        MessageStatus::Delivered => Ok("The test has arrived.".to_owned()),
        MessageStatus::Read => Ok("The test has arrived, and was read.".to_owned()),
    }
}
