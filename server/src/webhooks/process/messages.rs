//! The entries that a batch adds to threads, and the files that hang on them.

use std::collections::{HashMap, HashSet};

use channel_core::AttachmentSource;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use shared::{AttachmentId, AuthorKind, ChannelId, ConversationId, Direction, MessageId};
use sqlx::FromRow;
use uuid::Uuid;

use super::batch::Incoming;
use super::people::{People, Person};
use crate::db::WorkspaceTx;
use crate::messages::{Activity, ActivityKind};
use crate::webhooks::DeliveryOutcome;
use crate::webhooks::store::Ended;

/// An uploaded file that waits for its message.
#[derive(Debug, Clone, FromRow)]
pub(super) struct File {
    pub id: AttachmentId,
    pub name: String,
}

/// The files of a batch that may be used: they are their sender's, and on no message yet.
pub(super) type Files = HashMap<(usize, AttachmentId), File>;

/// A new entry of a thread.
#[derive(Debug)]
pub(super) struct Row {
    pub id: MessageId,
    pub conversation_id: Uuid,
    pub text: String,
    pub files: Vec<File>,
    /// Which delivery of the batch it came with; none for an activity.
    pub delivery: Option<usize>,
    seq: i64,
    channel_id: ChannelId,
    direction: Direction,
    author_kind: AuthorKind,
    author_contact_id: Option<Uuid>,
    platform_message_id: Option<String>,
    client_id: Option<Uuid>,
    quoted_platform_id: Option<String>,
    sent_at: DateTime<Utc>,
    late: bool,
    activity: Option<Value>,
    provenance: Option<Value>,
}

impl Row {
    /// What a contact wrote.
    pub(super) fn inbound(
        incoming: &Incoming,
        person: &Person,
        conversation_id: ConversationId,
        seq: i64,
        late: bool,
        files: &Files,
    ) -> Self {
        let message = &incoming.message;
        let files = message.attachments.iter().filter_map(|source| match source {
            AttachmentSource::Uploaded(id) => files.get(&(incoming.delivery, *id)).cloned(),
            _ => None,
        });
        let page = message.page.as_ref().map(|page| json!({ "url": page.url, "title": page.title }));
        Self {
            id: MessageId::new(),
            conversation_id: conversation_id.0,
            text: message.text.plain.clone(),
            files: files.collect(),
            delivery: Some(incoming.delivery),
            seq,
            channel_id: incoming.channel_id,
            direction: Direction::Inbound,
            author_kind: AuthorKind::Contact,
            author_contact_id: Some(person.contact_id.0),
            platform_message_id: Some(message.platform_message_id.clone()),
            client_id: message.client_id,
            quoted_platform_id: message.quoted_id().map(str::to_owned),
            sent_at: incoming.at,
            late,
            activity: None,
            provenance: Some(match page {
                Some(page) => json!({ "delivery": incoming.delivery_id, "page": page }),
                None => json!({ "delivery": incoming.delivery_id }),
            }),
        }
    }

    /// Something happened to the conversation by itself, because its contact wrote.
    pub(super) fn activity(
        kind: ActivityKind,
        conversation_id: ConversationId,
        channel_id: ChannelId,
        seq: i64,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: MessageId::new(),
            conversation_id: conversation_id.0,
            text: String::new(),
            files: Vec::new(),
            delivery: None,
            seq,
            channel_id,
            direction: Direction::Activity,
            author_kind: AuthorKind::System,
            author_contact_id: None,
            platform_message_id: None,
            client_id: None,
            quoted_platform_id: None,
            sent_at: at,
            late: false,
            activity: Some(Activity::of(kind).to_value()),
            provenance: None,
        }
    }
}

/// Takes out the messages that are here already; their deliveries end as duplicates.
pub(super) async fn drop_known(
    tx: &mut WorkspaceTx,
    incoming: &mut Vec<Incoming>,
    ended: &mut [Ended],
) -> sqlx::Result<()> {
    if incoming.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    let known: Vec<(ChannelId, String, Uuid)> = sqlx::query_as(
        "select m.channel_id, m.platform_message_id, m.id
         from unnest($2::uuid[], $3::text[]) as k(channel_id, platform_message_id)
         join messages m on m.workspace_id = $1 and m.channel_id = k.channel_id
                        and m.platform_message_id = k.platform_message_id",
    )
    .bind(workspace_id)
    .bind(incoming.iter().map(|i| i.channel_id.0).collect::<Vec<_>>())
    .bind(incoming.iter().map(|i| i.message.platform_message_id.as_str()).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    let known: HashMap<(ChannelId, String), Uuid> =
        known.into_iter().map(|(c, p, id)| ((c, p), id)).collect();

    let mut in_batch: HashSet<(ChannelId, String)> = HashSet::with_capacity(incoming.len());
    incoming.retain(|message| {
        let key = (message.channel_id, message.message.platform_message_id.clone());
        let before = known.get(&key).copied();
        let repeat = before.is_some() || !in_batch.insert(key);
        if let Some(ended) = ended.get_mut(message.delivery).filter(|_| repeat) {
            ended.outcome = DeliveryOutcome::Duplicate;
            ended.message_id = before;
        }
        !repeat
    });
    Ok(())
}

/// Looks up the uploaded files that the messages name. A file of somebody else's is as if it were not there.
pub(super) async fn find_files(
    tx: &mut WorkspaceTx,
    incoming: &[Incoming],
    people: &People,
) -> sqlx::Result<Files> {
    let mut asked: Vec<(usize, AttachmentId, ChannelId, &str, &str)> = Vec::new();
    for message in incoming {
        let sender = &message.message.sender;
        let Some((_, person)) = people.of(message.channel_id, sender) else { continue };
        for source in &message.message.attachments {
            if let AttachmentSource::Uploaded(id) = source {
                asked.push((
                    message.delivery,
                    *id,
                    message.channel_id,
                    &sender.platform_id,
                    &person.platform_id,
                ));
            }
        }
    }
    if asked.is_empty() {
        return Ok(Files::new());
    }
    let workspace_id = tx.workspace_id();
    let found: Vec<(i64, AttachmentId, String)> = sqlx::query_as(
        "select f.n, a.id, a.name
         from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) with ordinality
              as f(id, channel_id, sender, platform_id, n)
         join attachments a on a.workspace_id = $1 and a.id = f.id
         where a.message_id is null and a.channel_id = f.channel_id
           and (a.platform_id = f.sender or a.platform_id = f.platform_id)
         order by f.n",
    )
    .bind(workspace_id)
    .bind(asked.iter().map(|a| a.1.0).collect::<Vec<_>>())
    .bind(asked.iter().map(|a| a.2.0).collect::<Vec<_>>())
    .bind(asked.iter().map(|a| a.3).collect::<Vec<_>>())
    .bind(asked.iter().map(|a| a.4).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;

    // A file goes with the first message that names it.
    let mut taken: HashSet<AttachmentId> = HashSet::new();
    let mut files = Files::with_capacity(found.len());
    for (n, id, name) in found {
        if let Some((delivery, ..)) = usize::try_from(n - 1).ok().and_then(|at| asked.get(at))
            && taken.insert(id)
        {
            files.insert((*delivery, id), File { id, name });
        }
    }
    Ok(files)
}

/// Stores the entries.
pub(super) async fn insert(tx: &mut WorkspaceTx, rows: &[Row]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "insert into messages
                (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, author_contact_id,
                 platform_message_id, quoted_platform_id, text, sent_at, late, activity, provenance, client_id)
         select $1, m.* from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::smallint[], $7::smallint[],
                $8::uuid[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::boolean[], $14::jsonb[],
                $15::jsonb[], $16::uuid[]) as m",
    )
    .bind(workspace_id)
    .bind(rows.iter().map(|r| r.id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.conversation_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.seq).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.channel_id.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.direction.code()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.author_kind.code()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.author_contact_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.platform_message_id.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.quoted_platform_id.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.text.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.sent_at).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.late).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.activity.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.provenance.clone()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.client_id).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Hangs the files on their messages.
pub(super) async fn link_files(tx: &mut WorkspaceTx, rows: &[Row]) -> sqlx::Result<()> {
    let links =
        rows.iter().flat_map(|row| row.files.iter().zip(0_i16..).map(|(file, at)| (file.id.0, row.id.0, at)));
    let links: Vec<(Uuid, Uuid, i16)> = links.collect();
    if links.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update attachments a set message_id = l.message_id, position = l.position
         from unnest($2::uuid[], $3::uuid[], $4::smallint[]) as l(id, message_id, position)
         where a.workspace_id = $1 and a.id = l.id and a.message_id is null",
    )
    .bind(workspace_id)
    .bind(links.iter().map(|l| l.0).collect::<Vec<_>>())
    .bind(links.iter().map(|l| l.1).collect::<Vec<_>>())
    .bind(links.iter().map(|l| l.2).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}
