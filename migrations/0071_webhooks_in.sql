-- Why: webhooks of providers. What came with the bytes is kept beside them; what no workspace can be found for is
-- kept for the operator; and an account's last workspace still gets what comes after it was disconnected.

-- As before, with the headers worth keeping: JSON as text, or null.
drop function store_deliveries(uuid[], uuid[], smallint[], text[], text[], bytea[], bytea[]);
grant insert (headers) on webhook_deliveries to switchboard_lookup;

-- Stores deliveries in the order given; one that is already there is left out of the answer. In plpgsql, which
-- keeps its plan for the connection's life; a function in plain SQL would be planned anew at each call.
create function store_deliveries(
    workspaces uuid[], channels uuid[], kinds smallint[], senders text[], dedupe_keys text[], bodies bytea[],
    fingerprints bytea[], headers text[])
    returns table (workspace_id uuid, channel_id uuid, dedupe_key text, id bigint)
    language plpgsql volatile security definer set search_path = pg_catalog, public
    as $$
    #variable_conflict use_column
    begin
    return query with stored as (
        insert into public.webhook_deliveries as d
               (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256, headers)
        select g.w, g.c, g.k, g.s, g.d, g.b, g.f, g.h::jsonb
        from unnest(workspaces, channels, kinds, senders, dedupe_keys, bodies, fingerprints, headers) with ordinality
             as g(w, c, k, s, d, b, f, h, n)
        order by g.n
        on conflict (workspace_id, channel_id, dedupe_key) do nothing
        returning d.workspace_id, d.channel_id, d.dedupe_key, d.id, d.sender),
    queued as (
        insert into public.pending_deliveries (workspace_id, delivery_id, channel_id, sender)
        select s.workspace_id, s.id, s.channel_id, s.sender from stored s)
    select s.workspace_id, s.channel_id, s.dedupe_key, s.id from stored s;
    end
    $$;
grant create on schema public to switchboard_lookup;
alter function store_deliveries(uuid[], uuid[], smallint[], text[], text[], bytea[], bytea[], text[]) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function store_deliveries(uuid[], uuid[], smallint[], text[], text[], bytea[], bytea[], text[]) from public;
grant execute on function store_deliveries(uuid[], uuid[], smallint[], text[], text[], bytea[], bytea[], text[]) to switchboard_app;

-- With `also_disconnected`, channels that had the account before, too.
drop function channels_of_account(smallint, text, text);
create function channels_of_account(
    asked_kind smallint, asked_account text, asked_parent text, also_disconnected boolean default false)
    returns table (workspace_id uuid, channel_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select c.workspace_id, c.id from public.channels c
          where asked_account is not null and c.kind = asked_kind and c.platform_account_id = asked_account
            and (c.disconnected_at is null or also_disconnected) and c.app_id is null
          union
          select c.workspace_id, c.id from public.channels c
          where asked_parent is not null and c.kind = asked_kind and c.parent_account_id = asked_parent
            and (c.disconnected_at is null or also_disconnected) and c.app_id is null $$;
grant create on schema public to switchboard_lookup;
alter function channels_of_account(smallint, text, text, boolean) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function channels_of_account(smallint, text, text, boolean) from public;
grant execute on function channels_of_account(smallint, text, text, boolean) to switchboard_app;

-- Proven deliveries for accounts that no workspace has connected: for the operator, who may find out why a provider
-- sends them. Bounded by the server, which writes here and cannot read the bodies back.
create table unroutable_deliveries (
    id bigint generated always as identity primary key,
    provider text not null,
    -- Whom they name, and why nobody got them.
    accounts text[] not null,
    reason text not null,
    -- The beginning, where it is long; `body_bytes` says how long it was.
    body bytea not null,
    body_bytes integer not null,
    body_sha256 bytea not null check (length(body_sha256) = 32),
    -- The same bytes again count here.
    times integer not null default 1,
    received_at timestamptz not null default now(),
    last_received_at timestamptz not null default now()
);
create unique index unroutable_deliveries_body_is_unique on unroutable_deliveries (body_sha256);
grant select (id, body_sha256, times, last_received_at), insert, update (times, last_received_at), delete
    on unroutable_deliveries to switchboard_app;
