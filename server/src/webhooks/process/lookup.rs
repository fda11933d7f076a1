//! Finding what the events of a batch are about: messages that are here already, by every id they go by.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use channel_core::InboundEvent;
use chrono::{DateTime, Utc};
use serde::Deserialize as _;
use serde_json::Value;
use shared::{
    AttachmentId, AttachmentKind, ChannelId, ConversationId, Direction, MessageId, RichText, TextSpan,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::body::{Body, File, FileSource, Part};
use super::entries::{Entries, Entry};
use super::steps::Step;
use crate::db::WorkspaceTx;
use crate::messages::{Context, MessageCard};

/// A message as found.
#[derive(Debug, FromRow)]
struct Found {
    n: i64,
    id: MessageId,
    conversation_id: ConversationId,
    channel_id: ChannelId,
    seq: i64,
    direction: Direction,
    deleted_at: Option<DateTime<Utc>>,
    is_transmitted: bool,
}

/// What is read of a message.
macro_rules! found {
    () => {
        "m.id, m.conversation_id, m.channel_id, m.seq, m.direction, m.deleted_at,
         exists (select from transmissions t where t.workspace_id = $1 and t.message_id = m.id) as is_transmitted"
    };
}

/// By the id that a message came with: for web chat, where there is no other.
const BY_OWN_ID: &str = concat!(
    "select k.n, ",
    found!(),
    " from unnest($2::uuid[], $3::text[]) with ordinality as k(channel_id, platform_message_id, n)
     join messages m on m.workspace_id = $1 and m.channel_id = k.channel_id
                    and m.platform_message_id = k.platform_message_id"
);

/// By any id: its own, one of an album's parts, one of what became of our transmissions.
const BY_ANY_ID: &str = concat!(
    "select k.n, ",
    found!(),
    " from unnest($2::uuid[], $3::text[]) with ordinality as k(channel_id, platform_message_id, n)
     cross join lateral (
         select o.id from messages o
         where o.workspace_id = $1 and o.channel_id = k.channel_id and o.platform_message_id = k.platform_message_id
         union all
         select p.message_id from platform_messages p
         where p.workspace_id = $1 and p.channel_id = k.channel_id and p.platform_message_id = k.platform_message_id
         limit 1) f
     join messages m on m.workspace_id = $1 and m.id = f.id"
);

/// By album.
const BY_ALBUM: &str = concat!(
    "select k.n, ",
    found!(),
    " from unnest($2::uuid[], $3::text[]) with ordinality as k(channel_id, album, n)
     join albums a on a.workspace_id = $1 and a.channel_id = k.channel_id and a.album = k.album
     join messages m on m.workspace_id = $1 and m.id = a.message_id"
);

/// Looks all of it up. What is found is an entry under the ids that were asked for.
pub(super) async fn look_up(tx: &mut WorkspaceTx, steps: &[Step]) -> sqlx::Result<Entries> {
    let mut asked: BTreeSet<(ChannelId, String)> = BTreeSet::new();
    for step in steps {
        asked.extend(step.own_id().map(|id| (step.channel_id, id)));
        asked.extend(step.other_ids().into_iter().map(|id| (step.channel_id, id.to_owned())));
    }
    let albums: BTreeSet<(ChannelId, String)> =
        steps.iter().filter_map(|step| Some((step.channel_id, album(step)?.to_owned()))).collect();
    let mut entries = Entries::default();
    let mut places: HashMap<MessageId, usize> = HashMap::new();
    if !asked.is_empty() {
        let statement = if steps.iter().all(Step::is_ours) { BY_OWN_ID } else { BY_ANY_ID };
        let keys = Vec::from_iter(asked);
        for found in find(tx, statement, &keys).await? {
            let key = usize::try_from(found.n - 1).ok().and_then(|n| keys.get(n));
            let at = *places.entry(found.id).or_insert_with(|| entries.push(found.into()));
            if let Some((channel_id, id)) = key {
                entries.name(*channel_id, id, at);
            }
        }
    }
    if !albums.is_empty() {
        let keys = Vec::from_iter(albums);
        for found in find(tx, BY_ALBUM, &keys).await? {
            let key = usize::try_from(found.n - 1).ok().and_then(|n| keys.get(n));
            let at = *places.entry(found.id).or_insert_with(|| entries.push(found.into()));
            if let Some((channel_id, album)) = key {
                entries.name_album(*channel_id, album, at);
            }
        }
    }
    Ok(entries)
}

/// The album that an event is a part of.
pub(super) fn album(step: &Step) -> Option<&str> {
    match &step.event {
        InboundEvent::Message(message) => message.album.as_deref(),
        InboundEvent::Echo(echo) => echo.message.album.as_deref(),
        _ => None,
    }
}

async fn find(
    tx: &mut WorkspaceTx,
    statement: &'static str,
    keys: &[(ChannelId, String)],
) -> sqlx::Result<Vec<Found>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(statement)
        .bind(workspace_id)
        .bind(keys.iter().map(|key| key.0.0).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.1.as_str()).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await
}

impl From<Found> for Entry {
    fn from(found: Found) -> Self {
        Self {
            id: found.id,
            conversation_id: found.conversation_id,
            channel_id: found.channel_id,
            seq: found.seq,
            direction: found.direction,
            body: Body { deleted_at: found.deleted_at, ..Body::default() },
            new: None,
            is_last: false,
            is_changed: false,
            is_transmitted: found.is_transmitted,
        }
    }
}

#[derive(Debug, FromRow)]
struct FoundContent {
    id: MessageId,
    text: String,
    spans: Option<Value>,
    card: Option<Value>,
    context: Option<Value>,
    edited_at: Option<DateTime<Utc>>,
    edit_number: Option<i32>,
    deleted_at: Option<DateTime<Utc>>,
    last_revision: i32,
    is_last: bool,
}

#[derive(Debug, FromRow)]
struct FoundFile {
    id: AttachmentId,
    message_id: MessageId,
    kind: AttachmentKind,
    name: String,
    unique_id: Option<String>,
    position: i16,
    storage_key: Option<String>,
    has_thumbnail: bool,
    size_bytes: i64,
}

#[derive(Debug, FromRow)]
struct FoundPart {
    message_id: MessageId,
    platform_message_id: String,
    part: i16,
    text: Option<Value>,
    is_deleted: bool,
}

/// The stored messages whose content may change, by their places.
pub(super) fn may_change(steps: &[Step], entries: &Entries) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
    for step in steps {
        let changed = match &step.event {
            InboundEvent::Edited(_) | InboundEvent::Unsent(_) => step.other_ids(),
            _ => Vec::new(),
        };
        places.extend(changed.into_iter().filter_map(|id| entries.find(step.channel_id, id)));
        places.extend(album(step).and_then(|album| entries.find_album(step.channel_id, album)));
    }
    places
}

/// Reads what they say, with their parts and files, and locks them in the order of their ids. Their conversations
/// are locked already: nobody changes them meanwhile.
pub(super) async fn load_contents(
    tx: &mut WorkspaceTx,
    entries: &mut Entries,
    places: &BTreeSet<usize>,
) -> sqlx::Result<()> {
    let places = places.iter().filter_map(|at| Some((entries.get(*at)?.id, *at)));
    let places: BTreeMap<MessageId, usize> = places.collect();
    if places.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = places.keys().map(|id| id.0).collect();
    for content in contents(tx, &ids).await? {
        let Some(entry) = places.get(&content.id).and_then(|at| entries.get_mut(*at)) else { continue };
        let spans = content.spans.and_then(|spans| Vec::<TextSpan>::deserialize(spans).ok());
        entry.is_last = content.is_last;
        entry.body = Body {
            text: RichText { plain: content.text, spans: spans.unwrap_or_default() },
            card: content.card.as_ref().and_then(MessageCard::from_value),
            context: Context::from_value(content.context.as_ref()),
            edited_at: content.edited_at,
            edit_number: content.edit_number,
            deleted_at: content.deleted_at,
            last_revision: content.last_revision,
            ..Body::default()
        };
    }
    for part in parts(tx, &ids).await? {
        let Some(entry) = places.get(&part.message_id).and_then(|at| entries.get_mut(*at)) else { continue };
        entry.body.parts.push(Part {
            platform_id: part.platform_message_id,
            text: part.text.and_then(|text| RichText::deserialize(text).ok()).unwrap_or_default(),
            is_deleted: part.is_deleted,
            stored_at: Some(part.part),
            is_changed: false,
        });
    }
    for file in files(tx, &ids).await? {
        let Some(entry) = places.get(&file.message_id).and_then(|at| entries.get_mut(*at)) else { continue };
        let part = entry.body.parts.iter().find(|part| part.stored_at == Some(file.position));
        entry.body.files.push(File {
            part: part.map(|part| part.platform_id.clone()),
            id: file.id,
            kind: file.kind,
            name: file.name,
            unique_id: file.unique_id,
            source: FileSource::Stored {
                position: file.position,
                storage_key: file.storage_key,
                has_thumbnail: file.has_thumbnail,
                size_bytes: file.size_bytes,
            },
        });
    }
    Ok(())
}

async fn contents(tx: &mut WorkspaceTx, ids: &[Uuid]) -> sqlx::Result<Vec<FoundContent>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select m.id, m.text, m.spans, m.card, m.context, m.edited_at, m.edit_number, m.deleted_at,
                coalesce((select r.revision from message_revisions r
                          where r.workspace_id = $1 and r.message_id = m.id
                          order by r.revision desc limit 1), 0) as last_revision,
                not exists (select from messages l
                            where l.workspace_id = $1 and l.conversation_id = m.conversation_id and l.seq > m.seq
                              and l.direction <> 4) as is_last
         from messages m where m.workspace_id = $1 and m.id = any($2) order by m.id for no key update of m",
    )
    .bind(workspace_id)
    .bind(ids)
    .fetch_all(tx.conn())
    .await
}

async fn parts(tx: &mut WorkspaceTx, ids: &[Uuid]) -> sqlx::Result<Vec<FoundPart>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select message_id, platform_message_id, part, text, deleted_at is not null as is_deleted from platform_messages
         where workspace_id = $1 and message_id = any($2) and transmission_id is null order by message_id, part",
    )
    .bind(workspace_id)
    .bind(ids)
    .fetch_all(tx.conn())
    .await
}

async fn files(tx: &mut WorkspaceTx, ids: &[Uuid]) -> sqlx::Result<Vec<FoundFile>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, message_id, kind, name, unique_id, position, storage_key, has_thumbnail, size_bytes from attachments
         where workspace_id = $1 and message_id = any($2) order by message_id, position, id",
    )
    .bind(workspace_id)
    .bind(ids)
    .fetch_all(tx.conn())
    .await
}
