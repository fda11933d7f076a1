//! Conversations with a past: one contact each, four messages each, one of them with five hundred.

use sqlx::{Executor as _, PgConnection};

use super::Workspace;

/// Ids as ours: version 7, in the order of time, told apart by kind and number.
pub(super) const SEED_ID: &str = "create or replace function pg_temp.seed_id(at timestamptz, kind int, n bigint) returns uuid
    language sql immutable as $$
    select (substr(t, 1, 8) || '-' || substr(t, 9, 4) || '-7' || lpad(to_hex(kind), 3, '0') || '-8'
            || lpad(to_hex(n >> 48 & 4095), 3, '0') || '-' || lpad(to_hex(n & 281474976710655), 12, '0'))::uuid
    from lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') as t $$";

const PLAN: &str = "create temporary table plan (n bigint, made_at timestamptz, contact_id uuid, identity_id uuid,
    conversation_id uuid, status smallint, assignee_id uuid, messages int, active_at timestamptz) on commit drop";

/// Seven of ten are open, a third of those taken by somebody; one is snoozed; two are closed. Their last
/// activity has nothing to do with their age, as in life.
const CONVERSATIONS: &str = "insert into plan
    select n, made_at, pg_temp.seed_id(made_at, 1, n), pg_temp.seed_id(made_at, 2, n),
           pg_temp.seed_id(made_at, 3, n), case when n % 10 < 7 then 1 when n % 10 = 7 then 2 else 3 end,
           case when n % 3 = 0 then ($2::uuid[])[1 + n / 3 % array_length($2::uuid[], 1)] end,
           case when n = 1 then 500 else 4 end, least(now(), made_at + (now() - made_at) * random())
    from (select n, now() - make_interval(secs => ($1 - n + 1) * 50) as made_at
          from generate_series(1, $1::bigint) as n) as numbers";

/// Of a workspace (`$1`) with conversations on one channel (`$2`).
pub(super) const COUNTERS: &str = "with c as (select number, status, assignee_id, '00000000-0000-0000-0000-000000000000'::uuid as nil
               from conversations where workspace_id = $1)
    insert into conversation_counters (workspace_id, kind, subject_id, n)
    select $1, kind, subject, n from (
        select 0 as kind, nil as subject, max(number) as n from c group by nil
        union all select 1, nil, count(*) filter (where status = 1) from c group by nil
        union all select 2, nil, count(*) filter (where status = 2) from c group by nil
        union all select 3, nil, count(*) filter (where status = 3) from c group by nil
        union all select 4, nil, count(*) filter (where status = 1 and assignee_id is null) from c group by nil
        union all select 5, assignee_id, count(*) from c where status = 1 and assignee_id is not null group by assignee_id
        union all select 6, $2, count(*) filter (where status = 1) from c) as counted
    where n is not null
    on conflict (workspace_id, kind, subject_id) do update set n = excluded.n";

const ROWS: [&str; 5] = [
    "insert into contacts (workspace_id, id, name, email, locale, created_at, updated_at)
     select $1, contact_id, 'Visitor ' || n, 'visitor' || n || '@mail.example', 'en', made_at, made_at from plan",
    "insert into identities (workspace_id, id, channel_id, contact_id, platform_id, created_at)
     select $1, identity_id, $2, contact_id, 'v_' || replace(identity_id::text, '-', ''), made_at from plan",
    "insert into conversations
            (workspace_id, id, number, kind, channel_id, identity_id, contact_id, status, snoozed_until, assignee_id,
             created_at, last_activity_at, waiting_since, preview, preview_author, last_seq, inbound_count,
             last_inbound_at)
     select $1, conversation_id, n, 3, $2, identity_id, contact_id, status,
            case when status = 2 then now() + interval '1 day' end, assignee_id, made_at, active_at, active_at,
            left('Is the blue one back in stock? I looked at the shop on Saturday, number ' || n, 120), 1,
            messages, (messages + 1) / 2, active_at
     from plan",
    // Inbound and outbound in turn; an answer was read.
    "insert into messages
            (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, author_member_id,
             author_contact_id, platform_message_id, text, sent_at, created_at, status)
     select $1, pg_temp.seed_id(active_at, 4, n * 1000 + seq), conversation_id, seq, $2,
            case when seq % 2 = 1 then 1 else 2 end, case when seq % 2 = 1 then 1 else 2 end,
            case when seq % 2 = 0 then coalesce(assignee_id, (select id from members where workspace_id = $1 limit 1)) end,
            case when seq % 2 = 1 then contact_id end,
            case when seq % 2 = 1 then 'v_' || n || ':' || seq end,
            'Is the blue one back in stock? I looked at the shop on Saturday and there was none left in my size.',
            active_at - make_interval(secs => messages - seq), active_at - make_interval(secs => messages - seq),
            case when seq % 2 = 0 then 4 end
     from plan cross join lateral generate_series(1, messages) as seq",
    COUNTERS,
];

/// Fills an empty workspace.
pub(super) async fn conversations(
    tx: &mut PgConnection,
    workspace: &Workspace,
    count: u32,
) -> anyhow::Result<()> {
    tx.execute("select setseed(0.42)").await?;
    tx.execute(SEED_ID).await?;
    tx.execute(PLAN).await?;
    sqlx::query(CONVERSATIONS)
        .bind(i64::from(count))
        .bind(workspace.members.iter().map(|member| member.member_id.0).collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    for statement in ROWS {
        sqlx::query(statement).bind(workspace.id.0).bind(workspace.channel_id.0).execute(&mut *tx).await?;
    }
    tx.execute("drop table plan").await?;
    Ok(())
}
