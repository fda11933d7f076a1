-- Why: a channel that is being connected must take its provider's calls before the connection is made, and is no
-- channel yet for anybody else.

alter table channels
    -- When it was first connected; null while the first attempt runs, and after it failed.
    add column connected_at timestamptz default now(),
    -- Counts connections: work that was owed to an earlier one ends.
    add column connection integer not null default 0;
create index channels_by_age on channels (workspace_id, created_at, id) where connected_at is not null;
-- A channel's identity, access token and so on that are in force.
create index credentials_in_force on credentials (workspace_id, channel_id, purpose) where retired_at is null;

-- How many channels there are of each kind in each state, for the operator's metrics: no workspace, no account.
create index channels_by_state on channels (kind, state, active) where connected_at is not null;
grant select (connected_at) on channels to switchboard_lookup;
create policy lookup on channel_health for select to switchboard_lookup using (true);
grant select (workspace_id, channel_id, state) on channel_health to switchboard_lookup;
create index channel_health_by_state on channel_health (state, workspace_id, channel_id);

create function channel_states() returns table (kind smallint, state smallint, active boolean, channels bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select c.kind, c.state, c.active, count(*) from public.channels c
          where c.connected_at is not null group by 1, 2, 3 $$;
create function channel_healths() returns table (kind smallint, state smallint, channels bigint)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select c.kind, h.state, count(*) from public.channel_health h
          join public.channels c on c.workspace_id = h.workspace_id and c.id = h.channel_id
          where h.state > 1 and c.state <> 3 group by 1, 2 $$;
grant create on schema public to switchboard_lookup;
alter function channel_states() owner to switchboard_lookup;
alter function channel_healths() owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function channel_states(), channel_healths() from public;
grant execute on function channel_states(), channel_healths() to switchboard_app;
