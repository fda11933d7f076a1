-- Why: one commit stores what waits for all workspaces, so that a thousand small workspaces cost no more
-- flushes than one large one. A row-level policy admits one workspace per statement; this narrow function
-- takes rows of several, and gives back nothing but the keys it was given and the new numbers.
create policy store on pending_deliveries for insert to switchboard_lookup with check (true);
grant insert (workspace_id, delivery_id, channel_id, sender) on pending_deliveries to switchboard_lookup;
create policy store on webhook_deliveries for insert to switchboard_lookup with check (true);
grant insert (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256) on webhook_deliveries
    to switchboard_lookup;
grant select (channel_id, dedupe_key, sender) on webhook_deliveries to switchboard_lookup;

-- Stores deliveries in the order given; one that is already there is left out of the answer. In plpgsql, which
-- keeps its plan for the connection's life; a function in plain SQL would be planned anew at each call.
create function store_deliveries(
    workspaces uuid[], channels uuid[], kinds smallint[], senders text[], dedupe_keys text[], bodies bytea[],
    fingerprints bytea[])
    returns table (workspace_id uuid, channel_id uuid, dedupe_key text, id bigint)
    language plpgsql volatile security definer set search_path = pg_catalog, public
    as $$
    #variable_conflict use_column
    begin
    return query with stored as (
        insert into public.webhook_deliveries as d
               (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256)
        select g.w, g.c, g.k, g.s, g.d, g.b, g.f
        from unnest(workspaces, channels, kinds, senders, dedupe_keys, bodies, fingerprints) with ordinality
             as g(w, c, k, s, d, b, f, n)
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
alter function store_deliveries(uuid[], uuid[], smallint[], text[], text[], bytea[], bytea[]) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function store_deliveries(uuid[], uuid[], smallint[], text[], text[], bytea[], bytea[]) from public;
grant execute on function store_deliveries(uuid[], uuid[], smallint[], text[], text[], bytea[], bytea[]) to switchboard_app;
