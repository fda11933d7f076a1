//! Our reaction to a message: one of ours, whoever of us gave it.

use channel_core::{Act, Reaction};
use serde_json::json;
use shared::policy::What;
use shared::{AuditAction, AuthorKind, Direction, MemberId, MessageId, Reactions, TargetKind};
use uuid::Uuid;

use super::change::{Subject, Undo, has_gone_out};
use super::send::{Written, show};
use super::store::Message;
use crate::app::App;
use crate::audit::Entry;
use crate::db::WorkspaceTx;
use crate::error::AppError;
use crate::graphql::Problem;
use crate::realtime::Event;
use crate::viewer::Viewer;

/// Longest emoji that anybody has, with skin tones and joiners, in characters.
const EMOJI_CHARS_MAX: usize = 16;

/// Sets our reaction to a message; none takes it off. The same again changes nothing.
///
/// # Errors
/// `NOT_FOUND` for a message that is not there.
pub async fn react(
    app: &App,
    by: &Viewer,
    message_id: MessageId,
    emoji: Option<&str>,
) -> Result<Written, AppError> {
    let mut tx = app.db.workspace(by.workspace_id).await?;
    let subject = match Subject::lock(app, &mut tx, message_id).await? {
        Ok(subject) => subject,
        Err(problem) => return Ok(problem.into()),
    };
    if let Err(problem) = subject.allows(What::Reaction(subject.target())) {
        return Ok(problem.into());
    }
    let emoji = match emoji.map(|emoji| known(subject.capabilities.reactions, emoji)).transpose() {
        Ok(emoji) => emoji,
        Err(problem) => return Ok(problem.into()),
    };
    let Some(platform_message_id) = platform_id(&mut tx, &subject.message).await? else {
        let words = "The platform does not have this message yet. Try again once it is sent.";
        return Ok(Problem::new("NOT_SENT_YET", words).into());
    };
    let before = ours(&mut tx, message_id).await?;
    if before.as_ref().map(|before| before.0.as_str()) == emoji.as_deref() {
        return Ok(show(&mut tx, message_id, subject.changing.now).await?);
    }
    set(&mut tx, message_id, emoji.as_deref(), by.member_id).await?;
    forget_waiting(&mut tx, &subject).await?;
    let act = Act::React { platform_message_id, reaction: emoji.clone().map(Reaction::Emoji) };
    let (emoji_before, member) = before.unzip();
    subject.enqueue(&mut tx, &act, &Undo::React { emoji: emoji_before, member }).await?;
    tx.publish(Event::message_changed(subject.changing.now.id, message_id));
    tx.audit(
        Entry::new(by.actor(), AuditAction::MessageReacted)
            .on(TargetKind::Message, message_id.0)
            .with(json!({ "conversation": subject.changing.now.id, "emoji": emoji })),
    );
    let conversation = subject.changing.save(&mut tx).await?;
    let written = show(&mut tx, message_id, conversation).await?;
    tx.commit().await?;
    Ok(written)
}

/// The emoji as the platform writes it, if it takes it.
fn known(reactions: Reactions, emoji: &str) -> Result<String, Problem> {
    // Whether a heart is drawn in colour is the reader's business.
    let bare = |text: &str| text.replace('\u{fe0f}', "");
    let found = match reactions {
        Reactions::None => None,
        Reactions::Of(all) => all.iter().find(|one| bare(one) == bare(emoji)).map(|one| (*one).to_owned()),
        Reactions::AnyEmoji => {
            let length = emoji.chars().count();
            let drawn = emoji.chars().any(|character| !character.is_ascii() && !character.is_alphanumeric());
            let plain = emoji.chars().any(|character| character.is_whitespace() || character.is_control());
            ((1..=EMOJI_CHARS_MAX).contains(&length) && drawn && !plain).then(|| emoji.to_owned())
        }
    };
    found.ok_or_else(|| {
        Problem::of_field(
            "emoji",
            "NOT_TAKEN",
            "This channel does not take this reaction; choose another one.",
        )
    })
}

/// What the platform calls the message.
async fn platform_id(tx: &mut WorkspaceTx, message: &Message) -> sqlx::Result<Option<String>> {
    if message.direction == Direction::Outbound && !has_gone_out(message.status) {
        return Ok(None);
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_scalar(
        "select coalesce(m.platform_message_id,
                         (select p.platform_message_id from platform_messages p
                          where p.workspace_id = $1 and p.message_id = $2 and p.deleted_at is null
                          order by p.part limit 1))
         from messages m where m.workspace_id = $1 and m.id = $2",
    )
    .bind(workspace_id)
    .bind(message.id)
    .fetch_one(tx.conn())
    .await
}

/// Our reaction, and who of us gave it.
async fn ours(tx: &mut WorkspaceTx, message_id: MessageId) -> sqlx::Result<Option<(String, MemberId)>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select emoji, actor_id from reactions
         where workspace_id = $1 and message_id = $2 and actor_kind = $3 and removed_at is null limit 1",
    )
    .bind(workspace_id)
    .bind(message_id)
    .bind(AuthorKind::Member)
    .fetch_optional(tx.conn())
    .await
}

/// Stores our reaction: one, or none. What the business did in the platform's own app gives way, as it does there.
async fn set(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
    emoji: Option<&str>,
    by: MemberId,
) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update reactions set removed_at = now()
         where workspace_id = $1 and message_id = $2 and actor_kind <> $3 and removed_at is null",
    )
    .bind(workspace_id)
    .bind(message_id)
    .bind(AuthorKind::Contact)
    .execute(tx.conn())
    .await?;
    let Some(emoji) = emoji else { return Ok(()) };
    sqlx::query(
        "insert into reactions (workspace_id, message_id, actor_id, actor_kind, emoji, reacted_at)
         values ($1, $2, $3, $4, $5, now())
         on conflict (workspace_id, message_id, actor_id, emoji) do update set reacted_at = now(), removed_at = null",
    )
    .bind(workspace_id)
    .bind(message_id)
    .bind(by)
    .bind(AuthorKind::Member)
    .bind(emoji)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A reaction to the same message that has not gone out yet is of no interest any more.
async fn forget_waiting(tx: &mut WorkspaceTx, subject: &Subject) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let lane: Uuid = subject.footing.identity_id.0;
    sqlx::query(
        "delete from outbox
         where workspace_id = $1 and channel_id = $2 and lane = $3 and message_id = $4 and transmission_id is null
           and state = 1 and act -> 'react' is not null",
    )
    .bind(workspace_id)
    .bind(subject.changing.now.channel_id)
    .bind(lane)
    .bind(subject.message.id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The platform refused: what was before comes back, unless somebody has reacted anew meanwhile.
pub(super) async fn put_back(
    tx: &mut WorkspaceTx,
    message_id: MessageId,
    act: &Act,
    emoji: Option<&str>,
    member: Option<MemberId>,
) -> sqlx::Result<()> {
    let Act::React { reaction, .. } = act else { return Ok(()) };
    let refused = match reaction {
        Some(Reaction::Emoji(emoji)) => Some(emoji.as_str()),
        _ => None,
    };
    let now = ours(tx, message_id).await?;
    if now.as_ref().map(|now| now.0.as_str()) != refused {
        return Ok(());
    }
    let by = member.or(now.map(|now| now.1));
    match by {
        Some(by) => set(tx, message_id, emoji, by).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_is_written_as_the_platform_writes_it() {
        let some = Reactions::Of(&["👍", "❤"]);
        assert_eq!(known(some, "❤\u{fe0f}").ok().as_deref(), Some("❤"));
        assert!(known(some, "🦀").is_err());
        assert!(known(Reactions::None, "👍").is_err());
    }

    #[test]
    fn any_emoji_is_one_emoji_and_no_text() {
        for emoji in ["👍", "👨‍👩‍👧‍👦", "❤️", "🇳🇱"] {
            assert!(known(Reactions::AnyEmoji, emoji).is_ok(), "{emoji}");
        }
        for text in ["", "ok", "👍 yes", "very long text with 👍 somewhere in it"] {
            assert!(known(Reactions::AnyEmoji, text).is_err(), "{text}");
        }
    }
}
