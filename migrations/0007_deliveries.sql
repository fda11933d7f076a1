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
    -- No foreign key to channels: it would lock the channel's row for every delivery, and channels are never deleted.
    primary key (workspace_id, id)
);
create unique index webhook_deliveries_repeat_is_recognised on webhook_deliveries (workspace_id, channel_id, dedupe_key);
call protect_tenant_table('webhook_deliveries');
-- What came in is never changed.
grant select, insert on webhook_deliveries to switchboard_app;

-- Deliveries that have not ended: a queue apart, so that ending one neither rewrites its bytes nor their indexes.
create table pending_deliveries (
    workspace_id uuid not null,
    delivery_id bigint not null,
    channel_id uuid not null,
    sender text not null,
    -- Failed tries so far, why the last one failed, and when the next is due.
    attempts smallint not null default 0,
    reason text,
    run_at timestamptz not null default now(),
    -- No foreign key to the delivery: both are written by one statement, and neither is ever deleted alone.
    primary key (workspace_id, delivery_id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
-- Whoever waits for another try holds back what the same sender sent later.
create index pending_deliveries_waiting on pending_deliveries (workspace_id, channel_id, sender, delivery_id)
    where attempts > 0;
call protect_tenant_table('pending_deliveries');
grant select, insert, update, delete on pending_deliveries to switchboard_app;

-- How deliveries ended.
create table delivery_outcomes (
    workspace_id uuid not null,
    delivery_id bigint not null,
    -- 1 processed, 2 duplicate, 3 ignored, 4 failed; 0 (pending) and 5 (waiting) are in pending_deliveries.
    outcome smallint not null check (outcome between 1 and 4),
    reason text,
    attempts smallint not null,
    processed_at timestamptz not null default now(),
    message_id uuid,
    primary key (workspace_id, delivery_id)
);
create index delivery_outcomes_not_processed on delivery_outcomes (workspace_id, outcome, delivery_id)
    where outcome > 1;
call protect_tenant_table('delivery_outcomes');
grant select, insert, delete on delivery_outcomes to switchboard_app;

-- After a crash: where is work left?
create policy lookup on webhook_deliveries for select to switchboard_lookup using (true);
grant select (workspace_id, id) on webhook_deliveries to switchboard_lookup;
create policy lookup on pending_deliveries for select to switchboard_lookup using (true);
grant select (workspace_id, delivery_id) on pending_deliveries to switchboard_lookup;

create function workspaces_with_pending_deliveries() returns setof uuid
    language sql stable security definer set search_path = pg_catalog, public
    as $$
    with recursive w as (
        (select d.workspace_id from public.pending_deliveries d order by d.workspace_id limit 1)
        union all
        select (select d.workspace_id from public.pending_deliveries d
                where d.workspace_id > w.workspace_id order by d.workspace_id limit 1)
        from w where w.workspace_id is not null)
    select w.workspace_id from w where w.workspace_id is not null
    $$;
grant create on schema public to switchboard_lookup;
alter function workspaces_with_pending_deliveries() owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function workspaces_with_pending_deliveries() from public;
grant execute on function workspaces_with_pending_deliveries() to switchboard_app;
