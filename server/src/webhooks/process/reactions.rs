//! Reactions: each time the whole set of one side is told, and the later set counts, whenever it comes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use channel_core::{By, InboundEvent, Reaction, ReactionChange};
use chrono::{DateTime, Utc};
use shared::{AuthorKind, ConversationId, MessageId};
use sqlx::FromRow;
use uuid::Uuid;

use super::entries::Entries;
use super::incoming::moment;
use super::steps::Step;
use super::work::Work;
use crate::db::WorkspaceTx;
use crate::messages::{CUSTOM, NAMED};
use crate::realtime::Event;

/// Reactions to the messages of a batch.
#[derive(Default)]
pub(super) struct Reactions {
    sets: BTreeMap<(MessageId, Side), Set>,
}

/// Who reacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Contact,
    Business,
}

/// The reactions of one side to one message.
#[derive(Debug, Clone, Default)]
struct Set {
    emoji: BTreeSet<String>,
    at: Option<DateTime<Utc>>,
    /// What this batch makes of it, and by whom.
    changed: Option<(ConversationId, Uuid, AuthorKind)>,
}

#[derive(Debug, FromRow)]
struct Found {
    message_id: MessageId,
    by_contact: bool,
    emoji: Vec<String>,
    at: DateTime<Utc>,
}

impl Reactions {
    /// Reads the sets that stored messages have.
    pub(super) async fn find(tx: &mut WorkspaceTx, steps: &[Step], entries: &Entries) -> sqlx::Result<Self> {
        let mut ids: BTreeSet<MessageId> = BTreeSet::new();
        for step in steps {
            let InboundEvent::Reacted(change) = &step.event else { continue };
            let place = entries.find(step.channel_id, &change.platform_message_id);
            ids.extend(place.and_then(|at| entries.get(at)).map(|entry| entry.id));
        }
        let mut reactions = Self::default();
        if ids.is_empty() {
            return Ok(reactions);
        }
        let workspace_id = tx.workspace_id();
        let found: Vec<Found> = sqlx::query_as(
            "select message_id, actor_kind = 1 as by_contact,
                    coalesce(array_agg(emoji) filter (where removed_at is null), '{}') as emoji,
                    max(greatest(reacted_at, removed_at)) as at
             from reactions where workspace_id = $1 and message_id = any($2) group by 1, 2",
        )
        .bind(workspace_id)
        .bind(ids.into_iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
        for set in found {
            let side = if set.by_contact { Side::Contact } else { Side::Business };
            let emoji = set.emoji.into_iter().collect();
            reactions.sets.insert((set.message_id, side), Set { emoji, at: Some(set.at), changed: None });
        }
        Ok(reactions)
    }

    /// Writes the sets that changed. A reaction that was taken off stays as a mark of when that was.
    pub(super) async fn store(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let changed: Vec<(MessageId, Side, &Set, Uuid, AuthorKind)> = self
            .sets
            .iter()
            .filter_map(|((message, side), set)| {
                let (_, actor, kind) = set.changed?;
                Some((*message, *side, set, actor, kind))
            })
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let now: Vec<(usize, &str)> = changed
            .iter()
            .enumerate()
            .flat_map(|(at, (_, _, set, ..))| set.emoji.iter().map(move |emoji| (at, emoji.as_str())))
            .collect();
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "with change as (
                 select * from unnest($2::uuid[], $3::boolean[], $4::uuid[], $5::smallint[], $6::timestamptz[])
                      with ordinality as c(message_id, by_contact, actor_id, actor_kind, at, n)),
             reaction as (
                 select c.message_id, c.actor_id, c.actor_kind, c.at, e.emoji
                 from unnest($7::bigint[], $8::text[]) as e(n, emoji) join change c on c.n = e.n),
             removed as (
                 update reactions r set removed_at = c.at
                 from change c
                 where r.workspace_id = $1 and r.message_id = c.message_id and (r.actor_kind = 1) = c.by_contact
                   and r.removed_at is null
                   and not exists (select from reaction n
                                   where n.message_id = r.message_id and n.actor_id = r.actor_id and n.emoji = r.emoji))
             insert into reactions as r (workspace_id, message_id, actor_id, actor_kind, emoji, reacted_at)
             select $1, n.message_id, n.actor_id, n.actor_kind, n.emoji, n.at from reaction n
             on conflict (workspace_id, message_id, actor_id, emoji)
                 do update set reacted_at = excluded.reacted_at, removed_at = null",
        )
        .bind(workspace_id)
        .bind(changed.iter().map(|one| one.0.0).collect::<Vec<_>>())
        .bind(changed.iter().map(|one| one.1 == Side::Contact).collect::<Vec<_>>())
        .bind(changed.iter().map(|one| one.3).collect::<Vec<_>>())
        .bind(changed.iter().map(|one| one.4.code()).collect::<Vec<_>>())
        .bind(changed.iter().map(|one| one.2.at.unwrap_or_else(Utc::now)).collect::<Vec<_>>())
        .bind(now.iter().map(|(at, _)| i64::try_from(at + 1).unwrap_or(i64::MAX)).collect::<Vec<_>>())
        .bind(now.iter().map(|(_, emoji)| *emoji).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Says whose reactions changed, once per message.
    pub(super) fn publish(&self, tx: &mut WorkspaceTx, already: &BTreeSet<MessageId>) {
        let mut told: HashMap<MessageId, ConversationId> = HashMap::new();
        for ((message_id, _), set) in &self.sets {
            if let Some((conversation_id, ..)) = set.changed
                && !already.contains(message_id)
                && told.insert(*message_id, conversation_id).is_none()
            {
                tx.publish(Event::message_changed(conversation_id, *message_id));
            }
        }
    }
}

impl Work {
    /// Somebody's reactions to a message are now these.
    pub(super) fn reacted(&mut self, number: usize, step: &Step, change: &ReactionChange) {
        let Some(place) = self.entries.find(step.channel_id, &change.platform_message_id) else {
            self.keep(step, &change.platform_message_id, step.event.clone());
            return;
        };
        let Some(entry) = self.entries.get(place) else { return };
        if entry.body.deleted_at.is_some() {
            self.verdicts.ignored(step.delivery, "the message was taken back");
            return;
        }
        let side = if change.by == By::Business { Side::Business } else { Side::Contact };
        let (actor, kind) = match side {
            // The business as such: it has no member's name.
            Side::Business => (step.channel_id.0, AuthorKind::Outside),
            Side::Contact => {
                let person = self.people.of_step(number).and_then(|number| self.people.get(number));
                let Some(person) = person else {
                    self.verdicts.ignored(step.delivery, "nobody is known by this name");
                    return;
                };
                (person.contact_id.0, AuthorKind::Contact)
            }
        };
        let at = moment(change.at, step);
        let emoji: BTreeSet<String> = change.now.iter().map(stored).collect();
        let set = self.reactions.sets.entry((entry.id, side)).or_default();
        if set.at.is_some_and(|last| at < last) {
            self.verdicts.ignored(step.delivery, "a later reaction is here already");
            return;
        }
        if set.emoji == emoji {
            self.verdicts.repeated(step.delivery, Some(entry.id));
            return;
        }
        *set = Set { emoji, at: Some(at), changed: Some((entry.conversation_id, actor, kind)) };
        self.verdicts.message(step.delivery, entry.id);
    }
}

/// A reaction as it is kept: the emoji itself, or what stands for one.
fn stored(reaction: &Reaction) -> String {
    match reaction {
        Reaction::Emoji(emoji) => emoji.clone(),
        Reaction::Custom(id) => format!("{CUSTOM}{id}"),
        Reaction::Named(name) => format!("{NAMED}{name}"),
    }
}
