//! Conversations in the database: locking and writing.

use shared::{ConversationId, ConversationStatus};

use super::thread::Was;
use super::{Thread, Threads};
use crate::db::WorkspaceTx;
use crate::webhooks::process::people::People;

/// What a batch knows of a conversation.
macro_rules! thread {
    () => {
        "select c.id, c.kind, c.identity_id, c.contact_id, c.channel_id, c.status, c.assignee_id, c.last_activity_at,
                c.waiting_since, c.preview, c.preview_author, c.last_seq, c.inbound_count, c.contact_read_seq,
                c.last_inbound_at,
                (select m.sent_at from messages m
                 where m.workspace_id = $1 and m.conversation_id = c.id and m.direction in (1, 2)
                 order by m.seq desc limit 1) as newest_at,
                exists (select from members b
                        where b.workspace_id = $1 and b.id = c.assignee_id and b.removed_at is not null) as assignee_left
         from conversations c "
    };
}

/// The latest conversation of each identity.
const LATEST: &str = concat!(
    thread!(),
    "where c.workspace_id = $1 and c.id in (
         select (select l.id from conversations l
                 where l.workspace_id = $1 and l.identity_id = i.id order by l.id desc limit 1)
         from unnest($2::uuid[]) as i(id))
     order by c.id for no key update of c"
);

/// Likewise, with further ones by their ids, and all with these contacts.
const MORE: &str = concat!(
    thread!(),
    "where c.workspace_id = $1 and c.id in (
         select (select l.id from conversations l
                 where l.workspace_id = $1 and l.identity_id = i.id order by l.id desc limit 1)
         from unnest($2::uuid[]) as i(id)
         union all select unnest($3::uuid[])
         union all select l.id from unnest($4::uuid[]) as p(id)
                   join conversations l on l.workspace_id = $1 and l.contact_id = p.id)
     order by c.id for no key update of c"
);

impl Threads {
    /// Locks the latest conversation of each person, those of the messages that may change, and all of people who
    /// turned out to be others: in one statement, in the order of ids as everybody does.
    pub(in super::super) async fn lock(
        tx: &mut WorkspaceTx,
        people: &People,
        others: &[ConversationId],
    ) -> sqlx::Result<Self> {
        let identities: Vec<_> = people.identities().map(|id| id.0).collect();
        let merges = people.merges();
        let mut threads = Self::default();
        if identities.is_empty() && others.is_empty() {
            return Ok(threads);
        }
        let workspace_id = tx.workspace_id();
        let plain = others.is_empty() && merges.is_empty();
        let query = sqlx::query_as(if plain { LATEST } else { MORE }).bind(workspace_id).bind(identities);
        let query = if plain {
            query
        } else {
            let contacts: Vec<_> = merges.iter().map(|merge| merge.from_contact.0).collect();
            query.bind(others.iter().map(|id| id.0).collect::<Vec<_>>()).bind(contacts)
        };
        threads.all = query.fetch_all(tx.conn()).await?;
        for thread in &mut threads.all {
            thread.change.was = Some(Was { status: thread.status, assignee_id: thread.assignee_id });
        }
        threads.assign(people);
        Ok(threads)
    }

    /// Stores the new conversations, with the next human numbers.
    pub(in super::super) async fn create_new(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let new: Vec<&Thread> = self.all.iter().filter(|thread| thread.change.made).collect();
        if new.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "with number as (
                 insert into conversation_counters as c (workspace_id, kind, subject_id, n)
                 values ($1, 0, '00000000-0000-0000-0000-000000000000', $2)
                 on conflict (workspace_id, kind, subject_id) do update set n = c.n + excluded.n
                 returning n)
             insert into conversations
                    (workspace_id, id, number, kind, channel_id, identity_id, contact_id, last_activity_at,
                     waiting_since, preview, preview_author, last_seq, inbound_count, last_inbound_at)
             select $1, t.id, number.n - $2 + t.n, t.kind, t.channel_id, t.identity_id, t.contact_id, t.last_activity_at,
                    t.waiting_since, t.preview, t.preview_author, t.last_seq, t.inbound_count, t.last_inbound_at
             from number,
                  unnest($3::uuid[], $4::smallint[], $5::uuid[], $6::uuid[], $7::uuid[], $8::timestamptz[],
                         $9::timestamptz[], $10::text[], $11::bigint[], $12::bigint[], $13::smallint[],
                         $14::timestamptz[])
                      with ordinality
                      as t(id, kind, channel_id, identity_id, contact_id, last_activity_at, waiting_since, preview,
                           last_seq, inbound_count, preview_author, last_inbound_at, n)",
        )
        .bind(workspace_id)
        .bind(i64::try_from(new.len()).unwrap_or(i64::MAX))
        .bind(new.iter().map(|t| t.id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.kind.code()).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.channel_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.identity_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.contact_id.0).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.last_activity_at).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.waiting_since).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.preview.as_str()).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.last_seq).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.inbound_count).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.preview_author.code()).collect::<Vec<_>>())
        .bind(new.iter().map(|t| t.last_inbound_at).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Brings the conversations that were there up to date.
    pub(in super::super) async fn update(&self, tx: &mut WorkspaceTx) -> sqlx::Result<()> {
        let written: Vec<&Thread> =
            self.all.iter().filter(|thread| !thread.change.made && thread.change.written).collect();
        if written.is_empty() {
            return Ok(());
        }
        let workspace_id = tx.workspace_id();
        sqlx::query(
            "update conversations c
             set status = t.status, snoozed_until = case when t.status = $2 then c.snoozed_until end,
                 last_activity_at = t.last_activity_at, waiting_since = t.waiting_since,
                 preview = t.preview, preview_author = t.preview_author, last_seq = t.last_seq,
                 inbound_count = t.inbound_count, last_inbound_at = t.last_inbound_at,
                 assignee_id = case when t.released then null else c.assignee_id end
             from unnest($3::uuid[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::smallint[],
                         $9::bigint[], $10::bigint[], $11::timestamptz[], $12::boolean[])
                  as t(id, status, last_activity_at, waiting_since, preview, preview_author, last_seq, inbound_count,
                       last_inbound_at, released)
             where c.workspace_id = $1 and c.id = t.id",
        )
        .bind(workspace_id)
        .bind(ConversationStatus::Snoozed)
        .bind(written.iter().map(|t| t.id.0).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.status.code()).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.last_activity_at).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.waiting_since).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.preview.as_str()).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.preview_author.code()).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.last_seq).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.inbound_count).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.last_inbound_at).collect::<Vec<_>>())
        .bind(written.iter().map(|t| t.change.released_from.is_some()).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}
