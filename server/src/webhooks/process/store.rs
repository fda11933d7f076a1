//! Writing the entries of a batch: new ones, changed ones, and all that hangs on them.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::{ChannelId, ConversationId, MessageId};
use uuid::Uuid;

use super::body::{Body, Part};
use super::entries::{Entries, Entry, New};
use crate::db::WorkspaceTx;
use crate::messages::MessageCard;
use crate::realtime::Event;

/// Stores the new entries.
pub(super) async fn insert(tx: &mut WorkspaceTx, entries: &Entries) -> sqlx::Result<()> {
    let rows: Vec<(&Entry, &New)> = entries.added().collect();
    if rows.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into messages
                (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, author_contact_id,
                 platform_message_id, quoted_platform_id, text, sent_at, late, activity, provenance, client_id,
                 quoted_message_id, status, spans, card, context, edited_at, edit_number, deleted_at)
         select $1, m.* from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::smallint[], $7::smallint[],
                $8::uuid[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::boolean[], $14::jsonb[],
                $15::jsonb[], $16::uuid[], $17::uuid[], $18::smallint[], $19::jsonb[], $20::jsonb[], $21::jsonb[],
                $22::timestamptz[], $23::integer[], $24::timestamptz[]) as m",
    )
    .bind(workspace_id)
    .bind(rows.iter().map(|(entry, _)| entry.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.conversation_id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.seq).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.channel_id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.direction.code()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.author_kind.code()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.author_contact_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.platform_message_id.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.quoted_platform_id.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.body.text.plain.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.sent_at).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.late).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.activity.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.provenance.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.client_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.quoted_message_id.map(|id| id.0)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, new)| new.status.map(|status| status.code())).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| spans(&entry.body)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| card(&entry.body)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.body.context.to_value()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.body.edited_at).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.body.edit_number).collect::<Vec<_>>())
    .bind(rows.iter().map(|(entry, _)| entry.body.deleted_at).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives stored messages their new content.
pub(super) async fn update(tx: &mut WorkspaceTx, entries: &Entries) -> sqlx::Result<()> {
    let rows: Vec<&Entry> = entries.changed().collect();
    if rows.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update messages m
         set text = e.text, spans = e.spans, card = e.card, context = e.context, edited_at = e.edited_at,
             edit_number = e.edit_number, deleted_at = e.deleted_at
         from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::timestamptz[], $8::integer[],
                     $9::timestamptz[]) as e(id, text, spans, card, context, edited_at, edit_number, deleted_at)
         where m.workspace_id = $1 and m.id = e.id",
    )
    .bind(workspace_id)
    .bind(rows.iter().map(|entry| entry.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|entry| entry.body.text.plain.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|entry| spans(&entry.body)).collect::<Vec<_>>())
    .bind(rows.iter().map(|entry| card(&entry.body)).collect::<Vec<_>>())
    .bind(rows.iter().map(|entry| entry.body.context.to_value()).collect::<Vec<_>>())
    .bind(rows.iter().map(|entry| entry.body.edited_at).collect::<Vec<_>>())
    .bind(rows.iter().map(|entry| entry.body.edit_number).collect::<Vec<_>>())
    .bind(rows.iter().map(|entry| entry.body.deleted_at).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps the texts that were replaced.
pub(super) async fn insert_revisions(tx: &mut WorkspaceTx, entries: &Entries) -> sqlx::Result<()> {
    let rows: Vec<_> = entries
        .written()
        .flat_map(|entry| {
            let numbers = entry.body.last_revision.saturating_add(1)..;
            numbers.zip(&entry.body.revisions).map(move |(number, replaced)| (entry.id, number, replaced))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into message_revisions (workspace_id, message_id, revision, text, replaced_at, spans, card)
         select $1, r.* from unnest($2::uuid[], $3::integer[], $4::text[], $5::timestamptz[], $6::jsonb[], $7::jsonb[]) as r",
    )
    .bind(workspace_id)
    .bind(rows.iter().map(|row| row.0.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.1).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.2.text.plain.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.2.at).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| span_values(&row.2.text.spans)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.2.card.as_ref().map(MessageCard::to_value)).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Erases what hangs on messages that were taken back: earlier texts, reactions, what we gave the platform, and what
/// others show of them in quotes. Answers with those others.
pub(super) async fn erase_traces(
    tx: &mut WorkspaceTx,
    entries: &Entries,
    unknown: &[(ChannelId, &str)],
) -> sqlx::Result<Vec<(ConversationId, MessageId)>> {
    let gone: Vec<Uuid> =
        entries.changed().filter(|entry| entry.body.deleted_at.is_some()).map(|entry| entry.id.0).collect();
    if gone.is_empty() && unknown.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "with revisions as (
             delete from message_revisions where workspace_id = $1 and message_id = any($2)),
         reacted as (
             delete from reactions where workspace_id = $1 and message_id = any($2)),
         acts as (
             update transmissions set act = null
             where workspace_id = $1 and message_id = any($2) and act is not null and status in (2, 3, 4))
         update messages m set context = m.context #- '{quote,snapshot}' #- '{quote,excerpt}'
         where m.workspace_id = $1 and m.context ? 'quote'
           and m.id in (select q.id from messages q
                        where q.workspace_id = $1 and q.quoted_message_id = any($2)
                        union all
                        select q.id from unnest($3::uuid[], $4::text[]) as u(channel_id, platform_id)
                        join messages q on q.workspace_id = $1 and q.channel_id = u.channel_id
                                       and q.quoted_platform_id = u.platform_id and q.quoted_message_id is null)
         returning m.conversation_id, m.id",
    )
    .bind(workspace_id)
    .bind(gone)
    .bind(unknown.iter().map(|(channel, _)| channel.0).collect::<Vec<_>>())
    .bind(unknown.iter().map(|(_, id)| *id).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// Notes by which ids the parts of albums are known, and in which order they stand.
pub(super) async fn store_parts(tx: &mut WorkspaceTx, entries: &Entries) -> sqlx::Result<()> {
    let parts: Vec<(&Entry, &Part, i16)> = entries
        .written()
        .flat_map(|entry| (0_i16..).zip(&entry.body.parts).map(move |(at, part)| (entry, part, at)))
        .filter(|(_, part, at)| part.stored_at != Some(*at) || part.is_changed)
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    let text = |part: &Part| (!part.text.is_empty()).then(|| serde_json::to_value(&part.text).ok()).flatten();
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into platform_messages as k
                (workspace_id, channel_id, platform_message_id, message_id, part, text, deleted_at)
         select $1, p.channel_id, p.platform_id, p.message_id, p.part, p.text, case when p.gone then now() end
         from unnest($2::uuid[], $3::text[], $4::uuid[], $5::smallint[], $6::jsonb[], $7::boolean[])
              as p(channel_id, platform_id, message_id, part, text, gone)
         on conflict (workspace_id, channel_id, platform_message_id)
             do update set part = excluded.part, text = excluded.text,
                           deleted_at = coalesce(k.deleted_at, excluded.deleted_at)",
    )
    .bind(workspace_id)
    .bind(parts.iter().map(|(entry, ..)| entry.channel_id.0).collect::<Vec<_>>())
    .bind(parts.iter().map(|(_, part, _)| part.platform_id.as_str()).collect::<Vec<_>>())
    .bind(parts.iter().map(|(entry, ..)| entry.id.0).collect::<Vec<_>>())
    .bind(parts.iter().map(|(_, _, at)| *at).collect::<Vec<_>>())
    .bind(parts.iter().map(|(_, part, _)| text(part)).collect::<Vec<_>>())
    .bind(parts.iter().map(|(_, part, _)| part.is_deleted).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;

    let albums: Vec<(ChannelId, &str, MessageId)> = entries
        .added()
        .filter_map(|(entry, new)| Some((entry.channel_id, new.album.as_deref()?, entry.id)))
        .collect();
    if albums.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into albums (workspace_id, channel_id, album, message_id)
         select $1, a.* from unnest($2::uuid[], $3::text[], $4::uuid[]) as a
         on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(albums.iter().map(|(channel, ..)| channel.0).collect::<Vec<_>>())
    .bind(albums.iter().map(|(_, album, _)| *album).collect::<Vec<_>>())
    .bind(albums.iter().map(|(.., id)| id.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Earlier messages that quote one which came only now find it. Answers with them.
pub(super) async fn link_late_quotes(
    tx: &mut WorkspaceTx,
    entries: &Entries,
) -> sqlx::Result<Vec<(ConversationId, MessageId)>> {
    let mut brought: BTreeSet<(ChannelId, &str, MessageId)> = BTreeSet::new();
    for (entry, new) in entries.added().filter(|(_, new)| new.may_be_quoted) {
        let own = new.platform_message_id.as_deref().into_iter();
        let parts = entry.body.parts.iter().map(|part| part.platform_id.as_str());
        brought.extend(own.chain(parts).map(|id| (entry.channel_id, id, entry.id)));
    }
    for entry in entries.changed() {
        let late = entry.body.parts.iter().filter(|part| part.stored_at.is_none());
        brought.extend(late.map(|part| (entry.channel_id, part.platform_id.as_str(), entry.id)));
    }
    if brought.is_empty() {
        return Ok(Vec::new());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "update messages m set quoted_message_id = b.id, context = m.context #- '{quote,snapshot}'
         from unnest($2::uuid[], $3::text[], $4::uuid[]) as b(channel_id, platform_id, id)
         where m.workspace_id = $1 and m.channel_id = b.channel_id and m.quoted_platform_id = b.platform_id
           and m.quoted_message_id is null and m.quoted_platform_id is not null and m.id <> b.id
         returning m.conversation_id, m.id",
    )
    .bind(workspace_id)
    .bind(brought.iter().map(|one| one.0.0).collect::<Vec<_>>())
    .bind(brought.iter().map(|one| one.1).collect::<Vec<_>>())
    .bind(brought.iter().map(|one| one.2.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// Announces every entry that is new or changed, and `others` that show something of them.
pub(super) fn publish(
    tx: &mut WorkspaceTx,
    entries: &Entries,
    others: &[(ConversationId, MessageId)],
) -> BTreeSet<MessageId> {
    let mut told = BTreeSet::new();
    for (entry, _) in entries.added() {
        told.insert(entry.id);
        tx.publish(Event::message_created(entry.conversation_id, entry.id));
    }
    let changed = entries.changed().map(|entry| (entry.conversation_id, entry.id));
    for (conversation_id, id) in changed.chain(others.iter().copied()) {
        if told.insert(id) {
            tx.publish(Event::message_changed(conversation_id, id));
        }
    }
    told
}

fn card(body: &Body) -> Option<Value> {
    body.card.as_ref().map(MessageCard::to_value)
}

fn spans(body: &Body) -> Option<Value> {
    span_values(&body.text.spans)
}

fn span_values(spans: &[shared::TextSpan]) -> Option<Value> {
    (!spans.is_empty()).then(|| serde_json::to_value(spans).ok()).flatten()
}
