//! Snoozing: out of the way until a set time, and waking when it has come.

use chrono::{DateTime, TimeDelta, Utc};
use jobs::NewJob;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{AuditAction, ConversationId, ConversationStatus, TargetKind};

use super::changing::Changing;
use super::{FullConversation, complete_one};
use crate::app::App;
use crate::audit::Entry;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::jobs::{JobError, JobRun, Outcome};
use crate::messages::{Activity, ActivityKind};
use crate::viewer::{Actor, Viewer};

/// The kind of job that wakes a conversation.
pub const WAKE: &str = "conversation.wake";

/// Further ahead than this is a slip of the hand.
const AHEAD_MAX: TimeDelta = TimeDelta::days(366);

/// What the job keeps.
#[derive(Debug, Serialize, Deserialize)]
struct Wake {
    conversation: ConversationId,
}

/// Takes the conversation out of the way until `until`.
///
/// # Errors
/// `NOT_FOUND` for a conversation of another workspace.
pub async fn snooze(
    app: &App,
    by: &Viewer,
    id: ConversationId,
    until: DateTime<Utc>,
) -> Result<Result<FullConversation, Problem>, AppError> {
    let now = Utc::now();
    if until <= now {
        return Ok(Err(Problem::of_field("until", "IN_THE_PAST", "Choose a time that is still to come.")));
    }
    if until > now + AHEAD_MAX {
        return Ok(Err(Problem::of_field("until", "TOO_FAR", "Choose a time within a year.")));
    }
    // As the database keeps it: microseconds.
    let until = DateTime::from_timestamp_micros(until.timestamp_micros()).unwrap_or(until);

    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut changing = Changing::lock(&mut tx, id).await?;
    if changing.now.status == ConversationStatus::Snoozed && changing.now.snoozed_until == Some(until) {
        return Ok(Ok(complete_one(&mut tx, changing.now).await?));
    }
    if changing.now.status == ConversationStatus::Closed
        && super::store::other_not_closed(&mut tx, &changing.now).await?.is_some()
    {
        return Ok(Err(super::reopen::newer_conversation()));
    }
    changing.now.status = ConversationStatus::Snoozed;
    changing.now.snoozed_until = Some(until);
    changing.happened(&mut tx, Some(by.member_id), Activity::of(ActivityKind::Snoozed).until(until)).await?;
    tx.audit(
        Entry::new(by.actor(), AuditAction::ConversationSnoozed)
            .on(TargetKind::Conversation, id.0)
            .with(json!({ "until": until })),
    );
    let payload = serde_json::to_value(Wake { conversation: id }).unwrap_or_default();
    let workspace_id = tx.workspace_id();
    jobs::enqueue(tx.conn(), NewJob::new(workspace_id.0, WAKE).with(payload).at(until)).await?;
    let full = changing.save(&mut tx).await?;
    let full = complete_one(&mut tx, full).await?;
    tx.commit().await?;
    Ok(Ok(full))
}

/// Opens a conversation whose time has come. One that was opened, closed or snoozed anew meanwhile is left alone.
///
/// # Errors
/// When the database is away: the job is tried again.
pub async fn wake(run: JobRun) -> Result<Outcome, JobError> {
    let job: Wake = serde_json::from_value(run.job.payload)
        .map_err(|error| JobError::Hopeless(anyhow::Error::new(error).context("payload of a wake job")))?;
    let mut tx = run.app.db.workspace(run.workspace_id).await?;
    let mut changing = match Changing::lock(&mut tx, job.conversation).await {
        Ok(changing) => changing,
        Err(AppError::NotFound(_)) => return Ok(Outcome::Done),
        Err(error) => return Err(error.into()),
    };
    let is_due = changing.now.snoozed_until.is_some_and(|until| until <= Utc::now());
    if !is_due || !changing.open() {
        return Ok(Outcome::Done);
    }
    changing.happened(&mut tx, None, Activity::of(ActivityKind::Woken)).await?;
    tx.audit(
        Entry::new(Actor::system(), AuditAction::ConversationWoken)
            .on(TargetKind::Conversation, job.conversation.0),
    );
    changing.save(&mut tx).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}
