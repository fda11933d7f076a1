-- Why: a webhook is answered only after its raw bytes are here, and every one of them ends in one named
-- outcome that can be looked up and, after a fix, processed again. The bytes are bytea: text and jsonb
-- refuse NUL and lone surrogates, and a refused insert would be repeated by the provider for days.
create table webhook_deliveries (
    workspace_id uuid not null,
    id bigint generated always as identity,
    channel_id uuid not null,
    kind smallint not null,
    -- The sender on that channel: the unit of order.
    sender text not null,
    -- What makes a repeat of this delivery recognisable: the client's or the platform's own id.
    dedupe_key text not null check (length(dedupe_key) between 1 and 200),
    received_at timestamptz not null default now(),
    headers jsonb,
    body bytea not null,
    -- SHA-256 of what the sender posted: tells a repeat from another message under the same key.
    body_sha256 bytea not null check (length(body_sha256) = 32),
    -- 0 pending, 1 processed, 2 duplicate, 3 ignored, 4 failed, 5 waiting (a failed try; the next is due at run_at)
    outcome smallint not null default 0,
    reason text,
    attempts smallint not null default 0,
    run_at timestamptz not null default now(),
    processed_at timestamptz,
    message_id uuid,
    -- No foreign key to channels: it would lock the channel's row for every delivery, and channels are never deleted.
    primary key (workspace_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02);
create unique index webhook_deliveries_repeat_is_recognised on webhook_deliveries (workspace_id, channel_id, dedupe_key);
create index webhook_deliveries_pending on webhook_deliveries (workspace_id, id) where outcome in (0, 5);
-- Whoever waits for another try holds back what the same sender sent later.
create index webhook_deliveries_waiting on webhook_deliveries (workspace_id, channel_id, sender, id) where outcome = 5;
call protect_tenant_table('webhook_deliveries');
grant select, insert, update on webhook_deliveries to switchboard_app;

-- After a crash: where is work left?
create policy lookup on webhook_deliveries for select to switchboard_lookup using (true);
grant select (workspace_id, id, outcome, run_at) on webhook_deliveries to switchboard_lookup;

create function workspaces_with_pending_deliveries() returns setof uuid
    language sql stable security definer set search_path = pg_catalog, public
    as $$
    with recursive w as (
        (select d.workspace_id from public.webhook_deliveries d where d.outcome in (0, 5) order by d.workspace_id limit 1)
        union all
        select (select d.workspace_id from public.webhook_deliveries d
                where d.outcome in (0, 5) and d.workspace_id > w.workspace_id order by d.workspace_id limit 1)
        from w where w.workspace_id is not null)
    select w.workspace_id from w where w.workspace_id is not null
    $$;
grant create on schema public to switchboard_lookup;
alter function workspaces_with_pending_deliveries() owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function workspaces_with_pending_deliveries() from public;
grant execute on function workspaces_with_pending_deliveries() to switchboard_app;
