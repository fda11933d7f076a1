//! What calls teach about people, threads and accounts, beside the message itself.

use std::collections::{BTreeMap, BTreeSet};

use channel_core::{CheckState, Concern, RefusalReason};
use chrono::{DateTime, Utc};
use shared::{ChannelId, ConversationId};
use uuid::Uuid;

use super::finish::Finished;
use super::outcome::{Later, Outcome};
use super::store;
use crate::channels::{ChannelEventKind, NewChannelEvent, record_event, templates};
use crate::db::WorkspaceTx;
use crate::realtime::Event;

/// Stores it. Most batches teach nothing, and cost no statement here.
pub(super) async fn draw(tx: &mut WorkspaceTx, finished: &[Finished]) -> sqlx::Result<()> {
    let mut names = BTreeSet::new();
    let mut files = BTreeMap::new();
    let mut unreachable = BTreeMap::new();
    let mut faults = BTreeMap::new();
    let mut templates_of = BTreeSet::new();
    for one in finished {
        match &one.outcome {
            Outcome::Sent(receipt) => {
                names.extend(
                    receipt.aliases.iter().map(|alias| (one.lane, alias.kind.as_str(), alias.value.as_str())),
                );
                let media = receipt.media.iter();
                files.extend(
                    media.map(|sent| ((one.channel_id, sent.attachment_id.0), sent.reference.0.as_str())),
                );
            }
            Outcome::Failed(failed) if failed.refusal.reason == RefusalReason::Template => {
                templates_of.insert(one.channel_id);
            }
            Outcome::Failed(failed) => match failed.refusal.concern() {
                Concern::Message => {}
                Concern::Recipient => {
                    let words = failed.refusal.words.as_str();
                    let person = Unreached { words, conversation_id: one.conversation_id, at: one.at };
                    unreachable.insert(one.lane, person);
                }
                Concern::Account => {
                    faults.insert(one.channel_id, failed.refusal.words.as_str());
                }
            },
            Outcome::Moved(to) => move_thread(tx, one, to).await?,
            Outcome::Later(Later { wait, scope: channel_core::WaitScope::Account, told: true, .. }) => {
                store::hold_account(tx, one.channel_id, *wait).await?;
            }
            _ => {}
        }
    }
    learn_names(tx, &names).await?;
    remember_files(tx, &files).await?;
    mark_unreachable(tx, &unreachable).await?;
    for (channel_id, words) in faults {
        let event = NewChannelEvent::new(ChannelEventKind::Sending, CheckState::Broken, words);
        record_event(tx, channel_id, event).await?;
    }
    for channel_id in templates_of {
        templates::out_of_date(tx, channel_id).await?;
    }
    Ok(())
}

/// Other names of people.
pub(super) async fn learn_names(
    tx: &mut WorkspaceTx,
    names: &BTreeSet<(Uuid, &str, &str)>,
) -> sqlx::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into identity_aliases as a (workspace_id, identity_id, kind, value)
         select $1, n.identity_id, n.kind, n.value
         from unnest($2::uuid[], $3::text[], $4::text[]) as n(identity_id, kind, value)
         join identities i on i.workspace_id = $1 and i.id = n.identity_id
         where length(n.value) between 1 and 512 and i.platform_id <> n.value
         on conflict (workspace_id, identity_id, kind, value) do update set last_seen_at = now()
             where a.last_seen_at < now() - interval '1 day'",
    )
    .bind(workspace_id)
    .bind(names.iter().map(|name| name.0).collect::<Vec<_>>())
    .bind(names.iter().map(|name| name.1).collect::<Vec<_>>())
    .bind(names.iter().map(|name| name.2).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Files that the platform has from now on.
async fn remember_files(tx: &mut WorkspaceTx, files: &BTreeMap<(ChannelId, Uuid), &str>) -> sqlx::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into sent_media (workspace_id, channel_id, attachment_id, reference)
         select $1, f.channel_id, f.attachment_id, f.reference
         from unnest($2::uuid[], $3::uuid[], $4::text[]) as f(channel_id, attachment_id, reference)
         join attachments a on a.workspace_id = $1 and a.id = f.attachment_id
         on conflict (workspace_id, channel_id, attachment_id)
             do update set reference = excluded.reference, sent_at = now()",
    )
    .bind(workspace_id)
    .bind(files.keys().map(|key| key.0.0).collect::<Vec<_>>())
    .bind(files.keys().map(|key| key.1).collect::<Vec<_>>())
    .bind(files.values().copied().collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Somebody whom a message did not reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unreached<'a> {
    /// What the platform says.
    pub words: &'a str,
    /// Where it was said.
    pub conversation_id: Option<ConversationId>,
    /// When that was found out: whoever has written since can be reached.
    pub at: DateTime<Utc>,
}

/// People whom messages do not reach: the next ones need not be tried. Also used for what statuses tell.
pub(super) async fn mark_unreachable(
    tx: &mut WorkspaceTx,
    people: &BTreeMap<Uuid, Unreached<'_>>,
) -> sqlx::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update identities i
         set reachable = false, unreachable_reason = u.words, reachable_changed_at = u.at
         from unnest($2::uuid[], $3::text[], $4::timestamptz[]) as u(id, words, at)
         where i.workspace_id = $1 and i.id = u.id and i.reachable
           and (i.reachable_changed_at is null or i.reachable_changed_at <= u.at)
           and not exists (select from conversations c
                           where c.workspace_id = $1 and c.identity_id = u.id and c.last_inbound_at > u.at)",
    )
    .bind(workspace_id)
    .bind(people.keys().copied().collect::<Vec<_>>())
    .bind(people.values().map(|person| person.words).collect::<Vec<_>>())
    .bind(people.values().map(|person| person.at).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    for conversation_id in people.values().filter_map(|person| person.conversation_id) {
        tx.publish(Event::conversation(conversation_id));
    }
    Ok(())
}

/// People who do not want what can only be marketing.
pub(super) async fn opt_out(tx: &mut WorkspaceTx, people: &BTreeSet<Uuid>) -> sqlx::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update identities set opted_out = opted_out || 'marketing_messages'::text
         where workspace_id = $1 and id = any($2) and not ('marketing_messages' = any(opted_out))",
    )
    .bind(workspace_id)
    .bind(people.iter().copied().collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The thread goes on under another id, and so does what waits for it. Somebody else who has that id already keeps
/// it; then only what waits here goes there.
async fn move_thread(tx: &mut WorkspaceTx, one: &Finished, to: &str) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "with before as (
             select id, platform_id from identities
             where workspace_id = $1 and id = $2 and channel_id = $3 and platform_id <> $4
               and not exists (select from identities i
                               where i.workspace_id = $1 and i.channel_id = $3 and i.platform_id = $4)),
         named as (
             insert into identity_aliases (workspace_id, identity_id, kind, value)
             select $1, id, 'platform_id', platform_id from before
             on conflict (workspace_id, identity_id, kind, value) do update set last_seen_at = now()),
         moved as (
             update identities i set platform_id = $4 from before b where i.workspace_id = $1 and i.id = b.id
             returning i.id)
         update outbox o set recipient = case when exists (select from moved) then null else $4 end
         where o.workspace_id = $1 and o.channel_id = $3 and o.lane = $2",
    )
    .bind(workspace_id)
    .bind(one.lane)
    .bind(one.channel_id)
    .bind(to)
    .execute(tx.conn())
    .await?;
    Ok(())
}
