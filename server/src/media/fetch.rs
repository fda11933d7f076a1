//! Fetching files that came with messages from their platform: at once, since what they are fetched by dies.
//!
//! The attachment is there from the message's first moment, with all that the platform says of it; its bytes follow,
//! or the reason why not. The job may run more than once.

mod download;
mod shown;
mod store;

use std::time::Duration;

use channel_core::{ChannelAccount, ChannelAdapter, MediaError};
use chrono::{DateTime, Utc};
use jobs::NewJob;
use object_store::{ObjectStoreExt as _, PutPayload};
use rand::RngExt as _;
use serde_json::json;
use shared::{AttachmentId, AuditAction, ChannelState, TargetKind, WorkspaceId};
use uuid::Uuid;

use self::download::{Fetched, NotFetched};
use self::store::Wanted;
use super::store::{Replacement, add_bytes, replace};
use super::upload::thumbnail_path;
use crate::app::App;
use crate::audit::Entry;
use crate::channels;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::jobs::{JobError, JobRun, Outcome};
use crate::realtime::Event;
use crate::viewer::Actor;

/// The kind of these jobs.
pub const FETCH_JOB: &str = "media.fetch";

/// Largest file that is fetched: what WhatsApp lets people send.
const FILE_BYTES_MAX: u64 = 100 * 1024 * 1024;
/// How long a file is tried for when its platform does not answer.
const PATIENCE: Duration = Duration::from_secs(3 * 24 * 3600);
/// How long when it gives out other bytes than it announced.
const PATIENCE_WITH_LIES: Duration = Duration::from_secs(600);
/// Between two tries: a third of the time so far, within these.
const WAIT_MIN: Duration = Duration::from_secs(2);
const WAIT_MAX: Duration = Duration::from_secs(900);
/// Failures of ours after which somebody has to look.
const TRIES_MAX: i16 = 100;

/// Has these attachments fetched as soon as the transaction commits. They are there already, with what they are
/// fetched by.
///
/// # Errors
/// When the database refuses; then the transaction must not commit.
pub async fn enqueue(tx: &mut WorkspaceTx, ids: &[AttachmentId]) -> sqlx::Result<()> {
    let job = NewJob::new(tx.workspace_id().0, FETCH_JOB).attempts(TRIES_MAX);
    let payloads = ids.iter().map(|id| json!({ "attachment": id.0 })).collect();
    jobs::enqueue_all(tx.conn(), &job, payloads).await
}

/// Fetches one; the job's handler.
///
/// # Errors
/// When our own database or storage fail; then it is tried again.
pub async fn fetch(run: JobRun) -> Result<Outcome, JobError> {
    let JobRun { app, workspace_id, job } = run;
    let id = job.payload.get("attachment").and_then(|id| id.as_str()).and_then(|id| Uuid::try_parse(id).ok());
    let id = AttachmentId(id.ok_or_else(|| JobError::Hopeless(anyhow::anyhow!("it names no attachment")))?);
    let mut tx = app.db.read(workspace_id).await?;
    let Some(wanted) = store::wanted(&mut tx, id).await? else { return Ok(Outcome::Done) }; // here, or taken back
    drop(tx);

    let fetched = match prepare(&app, workspace_id, &wanted).await? {
        Ok((adapter, account)) => {
            let fetched = download::download(&app, workspace_id, &*adapter, &account, &wanted).await;
            if let Err(NotFetched::Unauthorised(words)) = &fetched {
                channels::token_refused(&app, workspace_id, &account, words).await?;
            }
            fetched
        }
        Err(why_not) => Err(why_not),
    };
    let outcome = match fetched {
        Ok(fetched) => {
            keep(&app, workspace_id, &wanted, fetched).await?;
            return Ok(Outcome::Done);
        }
        Err(NotFetched::Ours(error)) => return Err(error.into()),
        Err(why_not) => next(&why_not, job.created_at, Utc::now()),
    };
    match outcome {
        Next::Wait(delay) => Ok(Outcome::Again(delay)),
        Next::GiveUp(words) => {
            give_up(&app, workspace_id, id, &words).await?;
            Ok(Outcome::Done)
        }
    }
}

type Speakers = (std::sync::Arc<dyn ChannelAdapter>, ChannelAccount);

/// Who speaks for the channel, with what; or why nobody can.
async fn prepare(
    app: &App,
    workspace_id: WorkspaceId,
    wanted: &Wanted,
) -> Result<Result<Speakers, NotFetched>, AppError> {
    let gone = |words: &str| Ok(Err(NotFetched::Gone(words.to_owned())));
    if let Some(why) = &wanted.remote.unavailable {
        return gone(why);
    }
    let Some(adapter) = app.adapters.calling(workspace_id, wanted.channel_kind) else {
        return gone("This version of Switchboard cannot speak to the platform.");
    };
    let live = channels::live_account(app, workspace_id, wanted.channel_id).await?;
    match live {
        None => gone("The channel is not there any more."),
        Some(live) if live.state == ChannelState::Disconnected => {
            gone("The channel was disconnected before the file was here.")
        }
        Some(live) if live.state == ChannelState::Reconnect => {
            Ok(Err(NotFetched::Unauthorised("the channel waits to be connected again".to_owned())))
        }
        Some(live) => Ok(Ok((adapter, live.account.clone()))),
    }
}

/// What follows a try that failed.
#[derive(Debug, PartialEq)]
enum Next {
    Wait(Duration),
    GiveUp(String),
}

fn next(why_not: &NotFetched, since: DateTime<Utc>, now: DateTime<Utc>) -> Next {
    let age = (now - since).to_std().unwrap_or_default();
    let (asked, patience, words) = match why_not {
        NotFetched::Gone(words) => return Next::GiveUp(words.clone()),
        NotFetched::Later { after, words } => (*after, PATIENCE, words.as_str()),
        NotFetched::OtherBytes => {
            (Duration::ZERO, PATIENCE_WITH_LIES, "it gave out other bytes than it announced")
        }
        NotFetched::Unauthorised(_) => (WAIT_MIN * 15, PATIENCE, "it no longer accepted the channel's token"),
        NotFetched::Ours(_) => (Duration::ZERO, PATIENCE, "the service was busy"),
    };
    if age > patience {
        return Next::GiveUp(format!("The platform did not give the file out in time: {words}."));
    }
    let wait = asked.max(age / 3).clamp(WAIT_MIN, WAIT_MAX.max(asked));
    Next::Wait(wait.mul_f64(rand::rng().random_range(1.0..1.2)))
}

/// Notes what lies in storage now, and tells whoever looks at the message. When the attachment is gone meanwhile, the
/// bytes go, too.
async fn keep(
    app: &App,
    workspace_id: WorkspaceId,
    wanted: &Wanted,
    mut fetched: Fetched,
) -> Result<(), AppError> {
    let key = fetched.storage_key.clone();
    let noted = async {
        let objects = app.media.store().await.map_err(AppError::Internal)?;
        if let Some(thumbnail) = fetched.thumbnail.take() {
            let stored = objects.put(&thumbnail_path(workspace_id, &key), PutPayload::from(thumbnail)).await;
            stored.map_err(|error| AppError::Internal(error.into()))?;
        }
        let mut tx = app.db.workspace(workspace_id).await?;
        let replacement = Replacement {
            attachment: &fetched.attachment,
            sha256: fetched.sha256,
            storage_key: &fetched.storage_key,
            sound: fetched.sound.as_ref(),
        };
        if !store::lock(&mut tx, wanted.id).await? || !replace(&mut tx, &replacement).await? {
            return Ok(false);
        }
        let attachment = &fetched.attachment;
        let kept = add_bytes(&mut tx, attachment.size_bytes).await?;
        if u64::try_from(kept).unwrap_or(0) > app.media.quota_bytes {
            drop(tx);
            give_up(app, workspace_id, wanted.id, NO_ROOM).await?;
            return Ok(false);
        }
        tx.audit(
            Entry::new(Actor::system(), AuditAction::AttachmentFetched)
                .on(TargetKind::Attachment, wanted.id.0)
                .with(json!({ "contentType": attachment.content_type, "sizeBytes": attachment.size_bytes })),
        );
        tx.publish(Event::message_changed(wanted.conversation_id, wanted.message_id));
        tx.commit().await?;
        Ok::<bool, AppError>(true)
    };
    let noted = noted.await;
    if !matches!(noted, Ok(true)) {
        download::discard(app, workspace_id, &key).await;
    }
    metrics::counter!("switchboard_media_fetched_total", "outcome" => "ready")
        .increment(u64::from(matches!(noted, Ok(true))));
    noted.map(|_| ())
}

/// In place of a file that would not fit.
const NO_ROOM: &str = "The workspace has no room for more files.";

/// Shows the reason in the file's place.
async fn give_up(
    app: &App,
    workspace_id: WorkspaceId,
    id: AttachmentId,
    words: &str,
) -> Result<(), AppError> {
    let mut tx = app.db.workspace(workspace_id).await?;
    if let Some((conversation_id, message_id)) = store::give_up(&mut tx, id, words).await? {
        tx.audit(
            Entry::new(Actor::system(), AuditAction::AttachmentFetched)
                .on(TargetKind::Attachment, id.0)
                .with(json!({ "gone": words })),
        );
        tx.publish(Event::message_changed(conversation_id, message_id));
        metrics::counter!("switchboard_media_fetched_total", "outcome" => "gone").increment(1);
    }
    tx.commit().await?;
    Ok(())
}

/// Gives up what has been on its way for far too long: whoever was to fetch it is gone. Returns how many.
///
/// # Errors
/// When the database refuses.
pub async fn give_up_old_fetches(app: &App, workspace_id: WorkspaceId) -> Result<usize, AppError> {
    let mut tx = app.db.read(workspace_id).await?;
    let old = store::on_their_way_for_long(&mut tx, PATIENCE * 2, 50).await?;
    drop(tx);
    for id in &old {
        give_up(app, workspace_id, *id, "The file did not arrive.").await?;
    }
    Ok(old.len())
}

impl From<MediaError> for NotFetched {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Temporary(wait) => Self::Later { after: wait.retry_after, words: wait.reason },
            MediaError::Gone { words } => Self::Gone(words),
            MediaError::TooLarge { limit_bytes } => Self::Gone(format!(
                "The file is larger than the {} MB that can be fetched.",
                limit_bytes / (1024 * 1024)
            )),
            MediaError::Unauthorised(words) => Self::Unauthorised(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_asked_ever_more_rarely_and_in_the_end_no_more() {
        let since = Utc::now();
        let after = |age: Duration, why_not: &NotFetched| next(why_not, since, since + age);
        let later = |after| NotFetched::Later { after, words: "it is busy".to_owned() };
        let minute = Duration::from_secs(60);
        for (age, asked, expected_s) in [
            (Duration::ZERO, 0, 2),
            (30 * minute, 0, 600),
            (40 * 60 * minute, 0, 900),
            (minute, 1_800, 1_800),
        ] {
            let Next::Wait(wait) = after(age, &later(Duration::from_secs(asked))) else { panic!("{age:?}") };
            assert!(
                (expected_s..=expected_s + expected_s / 5 + 1).contains(&wait.as_secs()),
                "{age:?} {wait:?}"
            );
        }
        assert!(matches!(after(PATIENCE + minute, &later(minute)), Next::GiveUp(_)));
        assert!(matches!(after(minute, &NotFetched::OtherBytes), Next::Wait(_)));
        assert!(matches!(after(11 * minute, &NotFetched::OtherBytes), Next::GiveUp(_)));
        let gone = NotFetched::Gone("It was deleted.".to_owned());
        assert_eq!(after(Duration::ZERO, &gone), Next::GiveUp("It was deleted.".to_owned()));
    }
}
