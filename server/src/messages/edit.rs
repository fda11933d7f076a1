//! Other words for a message of ours: at once here, and in its turn at the platform.

use channel_core::{Act, MediaFile, OutboundMessage};
use serde_json::{Value, json};
use shared::policy::What;
use shared::{AuditAction, MessageId, RichText, TargetKind, TransmissionId};

use super::change::{Subject, Undo, is_between, on_its_way};
use super::send::{CHARS_MAX, Written, show};
use super::store::Message;
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::outbox::parts::{self, Part, Place};
use crate::realtime::Event;
use crate::viewer::Viewer;

/// Gives a message of ours other words. The same words again change nothing.
///
/// # Errors
/// `NOT_FOUND` for a message that is not there.
pub async fn edit(app: &App, by: &Viewer, message_id: MessageId, text: &str) -> Result<Written, AppError> {
    let text = text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    if let Some(problem) = unfit(&text) {
        return Ok(problem.into());
    }
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let mut subject = match Subject::lock(app, &mut tx, message_id).await? {
        Ok(subject) => subject,
        Err(problem) => return Ok(problem.into()),
    };
    let may = subject.is_for(by).and_then(|()| subject.allows(What::Edit(subject.target())));
    if let Err(problem) = may {
        return Ok(problem.into());
    }
    if subject.message.text == text {
        return Ok(show(&mut tx, message_id, subject.changing.now).await?);
    }
    let parts = parts::lock(&mut tx, message_id).await?;
    let acts: Option<Vec<Act>> = parts.iter().map(Part::act).collect();
    let Some(before) = acts.filter(|acts| !acts.is_empty()) else {
        return Ok(Problem::new("NOT_POSSIBLE", "The words of this message cannot be changed.").into());
    };
    if is_between(&parts) {
        return Ok(on_its_way().into());
    }
    let now = match plan(app, &subject, &before, &text) {
        Ok(now) => now,
        Err(problem) => return Ok(problem.into()),
    };
    change(&mut tx, &subject, &parts, &before, &now).await?;
    store(&mut tx, &subject.message, &text).await?;
    subject.show(&mut tx, text.clone()).await?;
    tx.publish(Event::message_changed(subject.changing.now.id, message_id));
    tx.audit(
        Entry::new(by.actor(), AuditAction::MessageEdited)
            .on(TargetKind::Message, message_id.0)
            .with(json!({ "conversation": subject.changing.now.id, "characters": text.chars().count() })),
    );
    let conversation = subject.changing.save(&mut tx).await?;
    let written = show(&mut tx, message_id, conversation).await?;
    tx.commit().await?;
    Ok(written)
}

fn unfit(text: &str) -> Option<Problem> {
    if text.is_empty() {
        return Some(Problem::of_field("text", "EMPTY", "Write something, or delete the message."));
    }
    (text.chars().count() > CHARS_MAX).then(|| {
        let words = format!("A message can have up to {CHARS_MAX} characters.");
        Problem::of_field("text", "TOO_LONG", words)
    })
}

/// The same message with other words, cut into as many calls as before.
fn plan(app: &App, subject: &Subject, before: &[Act], text: &str) -> Result<Vec<Act>, Problem> {
    let adapter = app.adapters.of(subject.footing.channel_kind);
    let adapter = adapter.ok_or_else(|| Problem::new("NOT_POSSIBLE", "This channel cannot be sent on."))?;
    let message = OutboundMessage { text: RichText::plain(text), ..without_words(before) };
    let now = adapter.plan(&message).map_err(|refusal| {
        Problem::of_field("text", super::outgoing::code_of(refusal.reason), refusal.words)
    })?;
    if now.len() == before.len() && now.iter().zip(before).all(|(now, before)| has_same_frame(now, before)) {
        return Ok(now);
    }
    let words = "With these words the message would be cut in another way. Delete it and write it anew.";
    Err(Problem::of_field("text", "OTHER_SHAPE", words))
}

/// All of a message but its words, from what the platform got.
fn without_words(acts: &[Act]) -> OutboundMessage {
    let mut message = OutboundMessage::default();
    for act in acts {
        match act {
            Act::Text { buttons, .. } => message.buttons = message.buttons.take().or_else(|| buttons.clone()),
            Act::Media { part, buttons } => {
                message.files.push(part.file.clone());
                message.buttons = message.buttons.take().or_else(|| buttons.clone());
            }
            Act::Album { parts } => message.files.extend(parts.iter().map(|part| part.file.clone())),
            Act::List { list, .. } => message.list = Some(list.clone()),
            Act::Location(place) => message.location = Some(place.clone()),
            Act::Contacts(cards) => message.contacts.extend(cards.iter().cloned()),
            Act::Template(template) => message.template = Some(template.clone()),
            _ => {}
        }
    }
    message
}

/// Both do the same, but for the words.
fn has_same_frame(now: &Act, before: &Act) -> bool {
    let same = |one: &MediaFile, other: &MediaFile| one.attachment_id == other.attachment_id;
    match (now, before) {
        (Act::Text { .. }, Act::Text { .. }) => true,
        (Act::Media { part: now, .. }, Act::Media { part: before, .. }) => same(&now.file, &before.file),
        (Act::Album { parts: now }, Act::Album { parts: before }) => {
            now.len() == before.len()
                && now.iter().zip(before).all(|(now, before)| same(&now.file, &before.file))
        }
        // Words of lists and templates stay as they are.
        (now, before) => now == before,
    }
}

/// Changes each part where it is: in line, or at the platform.
async fn change(
    tx: &mut WorkspaceTx,
    subject: &Subject,
    parts: &[Part],
    before: &[Act],
    now: &[Act],
) -> sqlx::Result<()> {
    let mut given = Vec::new();
    for ((part, before), now) in parts.iter().zip(before).zip(now) {
        if before == now {
            continue;
        }
        given.push((part.id, now));
        let Some(id) = part.platform_message_id.as_ref().filter(|_| part.place() == Place::There) else {
            continue;
        };
        if let Some(act) = as_edit(id, now) {
            let undo = Undo::Edit {
                transmission: part.id,
                act: serde_json::to_value(before).unwrap_or_default(),
                text: subject.message.text.clone(),
            };
            subject.enqueue(tx, &act, &undo).await?;
        }
    }
    parts::give_acts(tx, &given).await
}

/// The call that makes a sent part say what `now` says.
fn as_edit(platform_message_id: &str, now: &Act) -> Option<Act> {
    let (text, caption, buttons) = match now {
        Act::Text { text, buttons } => (text.clone(), false, buttons.clone()),
        Act::Media { part, buttons } => (part.caption.clone(), true, buttons.clone()),
        Act::Album { parts } => (parts.first()?.caption.clone(), true, None),
        _ => return None,
    };
    let platform_message_id = platform_message_id.to_owned();
    Some(Act::Edit { platform_message_id, text, caption, buttons })
}

/// Keeps what it said as a revision.
async fn store(tx: &mut WorkspaceTx, message: &Message, text: &str) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with kept as (
             insert into message_revisions (workspace_id, message_id, revision, text, spans, card, replaced_at)
             select $1, $2, coalesce((select max(r.revision) from message_revisions r
                                      where r.workspace_id = $1 and r.message_id = $2), 0) + 1,
                    m.text, m.spans, m.card, now()
             from messages m where m.workspace_id = $1 and m.id = $2)
         update messages set text = $3, spans = null, edited_at = now() where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(message.id)
    .bind(text)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The platform refused: the words from before come back, and so does what the platform has. Where a later change of
/// the same part waits behind, that one counts, and would have to go back to here; false then.
pub(super) async fn put_back(
    tx: &mut WorkspaceTx,
    message: &Message,
    transmission: TransmissionId,
    act: &Value,
    text: &str,
) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let later = sqlx::query(
        "update outbox o set undo = jsonb_set(jsonb_set(o.undo, '{edit,act}', $4), '{edit,text}', to_jsonb($5::text))
         where o.workspace_id = $1 and o.id = (
             select l.id from messages m
             join conversations c on c.workspace_id = $1 and c.id = m.conversation_id
             join outbox l on l.workspace_id = $1 and l.channel_id = m.channel_id and l.lane = c.identity_id
             where m.workspace_id = $1 and m.id = $2 and l.message_id = $2 and l.undo -> 'edit' -> 'transmission' = $3
             order by l.id limit 1)",
    )
    .bind(workspace_id)
    .bind(message.id)
    .bind(serde_json::to_value(transmission).unwrap_or_default())
    .bind(act)
    .bind(text)
    .execute(tx.conn())
    .await?;
    if later.rows_affected() > 0 {
        return Ok(false);
    }
    sqlx::query("update transmissions set act = $3 where workspace_id = $1 and id = $2 and act is not null")
        .bind(workspace_id)
        .bind(transmission)
        .bind(act)
        .execute(tx.conn())
        .await?;
    // Another part of it may have been refused before.
    if message.text != text {
        store(tx, message, text).await?;
    }
    Ok(true)
}
