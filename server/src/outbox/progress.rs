//! How far transmissions have come: forward only, each word kept with its time, and the message as far as its
//! slowest part.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use shared::{ChannelId, ConversationId, MessageId, MessageStatus, TransmissionId};
use uuid::Uuid;

use crate::db::WorkspaceTx;
use crate::realtime::Event;

/// Where a word leads from here; `None` where it changes nothing. Forward only; `Failed` is final, unless it was we
/// who gave up without a word of the platform.
pub(super) fn advance(from: MessageStatus, gave_up: bool, word: MessageStatus) -> Option<MessageStatus> {
    use MessageStatus::{Delivered, Failed, Queued, Read, Sent, Unknown};
    let rank = |status| match status {
        Queued => 0,
        Unknown => 1,
        Sent => 2,
        Delivered => 3,
        Read => 4,
        Failed => 5,
    };
    let moves = match (from, word) {
        (Failed, Sent | Delivered | Read) => gave_up,
        (Failed, _) => false,
        (Delivered | Read, Failed) => false,
        _ => rank(word) > rank(from),
    };
    moves.then_some(word)
}

/// A transmission, locked together with its message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Locked {
    pub transmission_id: TransmissionId,
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
    pub status: MessageStatus,
    pub gave_up: bool,
}

/// Why a transmission failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    /// For the agent.
    pub words: String,
    /// For the program.
    pub reason: Option<String>,
    /// The platform's own.
    pub code: Option<String>,
    /// Another try makes sense.
    pub retryable: bool,
    /// An admin can put it back in line.
    pub dead: bool,
}

/// One word about a transmission.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub transmission_id: TransmissionId,
    pub status: MessageStatus,
    pub at: DateTime<Utc>,
    pub detail: Option<String>,
}

/// What is to change of one transmission.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub locked: Locked,
    /// Where it is now.
    pub status: MessageStatus,
    pub why: Option<Why>,
    /// Calls that were made.
    pub tried: i16,
    pub notes: Vec<String>,
    pub pricing: Option<Value>,
    /// By all of which the platform calls it from now on.
    pub platform_ids: Vec<String>,
    /// Agents see something new.
    pub visible: bool,
}

impl Change {
    pub fn of(locked: Locked) -> Self {
        Self {
            locked,
            status: locked.status,
            why: None,
            tried: 0,
            notes: Vec::new(),
            pricing: None,
            platform_ids: Vec::new(),
            visible: false,
        }
    }

    /// Takes a word in; whether it led anywhere.
    pub fn hear(&mut self, word: MessageStatus, why: Option<Why>) -> bool {
        let gave_up = match &self.why {
            Some(why) => why.dead,
            None => self.locked.gave_up,
        };
        let Some(status) = advance(self.status, gave_up, word) else { return false };
        self.status = status;
        self.why = why;
        self.visible = true;
        true
    }
}

/// Stores all of it, and says so: a fixed number of statements. The transmissions and their messages are locked.
pub(super) async fn store(tx: &mut WorkspaceTx, changes: &[Change], told: &[Told]) -> sqlx::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    store_transmissions(tx, changes, told).await?;
    store_platform_ids(tx, changes).await?;
    let visible = changes.iter().filter(|change| change.visible);
    let messages: BTreeMap<MessageId, ConversationId> =
        visible.map(|change| (change.locked.message_id, change.locked.conversation_id)).collect();
    settle_messages(tx, &Vec::from_iter(messages.keys().copied())).await?;
    for (message_id, conversation_id) in messages {
        tx.publish(Event::message_changed(conversation_id, message_id));
    }
    Ok(())
}

async fn store_transmissions(tx: &mut WorkspaceTx, changes: &[Change], told: &[Told]) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let why = |change: &Change| change.why.clone();
    sqlx::query(
        "with moved as (
             update transmissions t
             set status = s.status,
                 failure = case when s.status = t.status then t.failure else s.failure end,
                 failure_code = case when s.status = t.status then t.failure_code else s.code end,
                 failure_reason = case when s.status = t.status then t.failure_reason else s.reason end,
                 retryable = case when s.status = t.status then t.retryable else s.retryable end,
                 dead_at = case when s.status = t.status then t.dead_at when s.dead then now() end,
                 platform_message_id = coalesce(s.platform_id, t.platform_message_id),
                 attempts = t.attempts + s.tried,
                 notes = t.notes || array(select jsonb_array_elements_text(s.notes)),
                 pricing = coalesce(s.pricing, t.pricing),
                 updated_at = now()
             from unnest($2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[],
                         $9::text[], $10::smallint[], $11::jsonb[], $12::jsonb[])
                  as s(id, status, failure, code, reason, retryable, dead, platform_id, tried, notes, pricing)
             where t.workspace_id = $1 and t.id = s.id)
         insert into transmission_events (workspace_id, transmission_id, status, happened_at, detail)
         select $1, e.* from unnest($13::uuid[], $14::smallint[], $15::timestamptz[], $16::text[]) as e
         on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(changes.iter().map(|change| change.locked.transmission_id.0).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.status.code()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| why(change).map(|why| why.words)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| why(change).and_then(|why| why.code)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| why(change).and_then(|why| why.reason)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| why(change).is_some_and(|why| why.retryable)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| why(change).is_some_and(|why| why.dead)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.platform_ids.first().map(String::as_str)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.tried).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| json!(change.notes)).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.pricing.clone()).collect::<Vec<_>>())
    .bind(told.iter().map(|word| word.transmission_id.0).collect::<Vec<_>>())
    .bind(told.iter().map(|word| word.status.code()).collect::<Vec<_>>())
    .bind(told.iter().map(|word| word.at).collect::<Vec<_>>())
    .bind(told.iter().map(|word| word.detail.as_deref()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn store_platform_ids(tx: &mut WorkspaceTx, changes: &[Change]) -> sqlx::Result<()> {
    let named = changes.iter().flat_map(|change| {
        change.platform_ids.iter().zip(0_i16..).map(move |(id, at)| (&change.locked, id.as_str(), at))
    });
    let named: Vec<(&Locked, &str, i16)> = named.collect();
    if named.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        // Parts of earlier transmissions of the message come first.
        "insert into platform_messages
                (workspace_id, channel_id, platform_message_id, message_id, transmission_id, part)
         select $1, p.channel_id, p.platform_id, p.message_id, p.transmission_id, (t.part * 100 + p.at)::smallint
         from unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::smallint[])
              as p(channel_id, platform_id, message_id, transmission_id, at)
         join transmissions t on t.workspace_id = $1 and t.id = p.transmission_id
         on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(named.iter().map(|name| name.0.channel_id.0).collect::<Vec<_>>())
    .bind(named.iter().map(|name| name.1).collect::<Vec<_>>())
    .bind(named.iter().map(|name| name.0.message_id.0).collect::<Vec<_>>())
    .bind(named.iter().map(|name| name.0.transmission_id.0).collect::<Vec<_>>())
    .bind(named.iter().map(|name| name.2).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Brings messages to where their transmissions are: a failed one shows at once, then one that nobody knows of,
/// then one that waits; else the slowest counts. In a statement of its own, after the locks: so it sees what was
/// committed by whoever held them before.
pub(super) async fn settle_messages(tx: &mut WorkspaceTx, messages: &[MessageId]) -> sqlx::Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update messages m set status = s.status, failure = s.failure
         from (select t.message_id,
                      case when bool_or(t.status = 5) then 5 when bool_or(t.status = 6) then 6
                           when bool_or(t.status = 1) then 1 else min(t.status) end::smallint as status,
                      (array_agg(t.failure order by t.part) filter (where t.status = 5))[1] as failure
               from unnest($2::uuid[]) as a(id)
               join transmissions t on t.workspace_id = $1 and t.message_id = a.id
               group by t.message_id) s
         where m.workspace_id = $1 and m.id = s.message_id and m.direction = 2",
    )
    .bind(workspace_id)
    .bind(messages.iter().map(|id| id.0).collect::<Vec<Uuid>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn status() -> impl Strategy<Value = MessageStatus> {
        use MessageStatus::{Delivered, Failed, Queued, Read, Sent, Unknown};
        prop::sample::select(vec![Queued, Sent, Delivered, Read, Failed, Unknown])
    }

    #[test]
    fn the_platforms_failure_is_final_and_ours_is_not() {
        use MessageStatus::{Delivered, Failed, Queued, Read, Sent, Unknown};
        assert_eq!(advance(Failed, false, Delivered), None);
        assert_eq!(advance(Failed, true, Delivered), Some(Delivered));
        assert_eq!(advance(Failed, true, Unknown), None);
        assert_eq!(advance(Sent, false, Failed), Some(Failed));
        assert_eq!(advance(Read, false, Failed), None);
        assert_eq!(advance(Unknown, false, Sent), Some(Sent));
        assert_eq!(advance(Queued, false, Unknown), Some(Unknown));
        assert_eq!(advance(Sent, false, Unknown), None);
    }

    proptest! {
        /// In whatever order words come and however often, nothing ever goes back, and the end is the same.
        #[test]
        fn words_move_forward_only(words in prop::collection::vec(status(), 0..12)) {
            let rank = |status: MessageStatus| match status {
                MessageStatus::Queued => 0, MessageStatus::Unknown => 1, MessageStatus::Sent => 2,
                MessageStatus::Delivered => 3, MessageStatus::Read => 4, MessageStatus::Failed => 5,
            };
            let mut at = MessageStatus::Queued;
            for word in &words {
                if let Some(next) = advance(at, false, *word) {
                    prop_assert!(rank(next) > rank(at));
                    prop_assert!(at != MessageStatus::Failed);
                    at = next;
                }
            }
            let again = words.iter().fold(at, |at, word| advance(at, false, *word).unwrap_or(at));
            prop_assert_eq!(again, at);
        }
    }
}
