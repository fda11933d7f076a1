-- Why: what goes to a platform waits here until the platform has it. A line is written by the transaction that
-- owes it, and its call is noted before it is made: after a crash we know which calls may have gone out, and
-- never repeat one of those blindly.
create table outbox (
    workspace_id uuid not null,
    id bigint generated always as identity,
    channel_id uuid not null,
    -- Lines of one lane go out one after the other, in order of their numbers: the person's identity, or what
    -- stands for it where an act goes beside the thread.
    lane uuid not null,
    -- What it becomes in the thread; null for acts that make no message, which can be repeated without harm.
    transmission_id uuid,
    -- The message that it carries or changes, and where that is.
    message_id uuid,
    conversation_id uuid,
    -- The platform's thread; null: the identity's, as it is when the line goes out.
    recipient text,
    -- The message it answers, by the platform's id, or by ours where the platform's is not known yet.
    quote text,
    quotes uuid,
    by_human boolean not null default false,
    -- `channel_core::Act`; null: the transmission has it.
    act jsonb,
    -- 1 waits, 2 its call was begun, 3 the call was begun and no answer came.
    state smallint not null default 1 check (state between 1 and 3),
    -- Of the claim under which the call was begun.
    token uuid,
    attempts smallint not null default 0,
    -- It has followed its thread to another id: once is enough.
    moved boolean not null default false,
    queued_at timestamptz not null default now(),
    run_at timestamptz not null default now(),
    -- Not worth sending after this.
    expires_at timestamptz,
    -- Why it waits, for people.
    reason text,
    -- No foreign keys: a line whose transmission is gone is dropped when its turn comes.
    primary key (workspace_id, id)
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index outbox_by_lane on outbox (workspace_id, channel_id, lane, id);
call protect_tenant_table('outbox');
grant select, insert, update, delete on outbox to switchboard_app;

-- Which process sends for a channel. One at a time: so a channel's pace and a thread's order are kept without
-- asking anybody, and a crash is over when its lease is.
create table outbox_leases (
    workspace_id uuid not null,
    channel_id uuid not null,
    -- The process.
    holder uuid not null,
    -- Of this claim: who lost it cannot begin a call.
    token uuid not null,
    until timestamptz not null,
    -- The platform told the whole account to wait.
    hold_until timestamptz,
    primary key (workspace_id, channel_id)
) with (fillfactor = 50);
call protect_tenant_table('outbox_leases');
grant select, insert, update, delete on outbox_leases to switchboard_app;

create policy lookup on outbox for select to switchboard_lookup using (true);
grant select (workspace_id, channel_id, lane, id) on outbox to switchboard_lookup;
create policy lookup on outbox_leases to switchboard_lookup using (true) with check (true);
grant select, insert, update on outbox_leases to switchboard_lookup;
grant select (active) on channels to switchboard_lookup;

-- Renews what a process holds and claims up to `at_most` channels that nobody holds, where something waits and may
-- go out.
create function claim_outbox(process uuid, at_most integer, lease_seconds double precision)
    returns table (workspace_id uuid, channel_id uuid, token uuid, hold_seconds double precision)
    language plpgsql volatile security definer set search_path = pg_catalog, public
    as $$
    #variable_conflict use_column
    begin
    return query with recursive waiting as (
        (select o.workspace_id, o.channel_id from public.outbox o
         order by o.workspace_id, o.channel_id limit 1)
        union all
        (select n.workspace_id, n.channel_id from waiting w, lateral (
             select o.workspace_id, o.channel_id from public.outbox o
             where (o.workspace_id, o.channel_id) > (w.workspace_id, w.channel_id)
             order by o.workspace_id, o.channel_id limit 1) n)),
    open as (
        select w.workspace_id, w.channel_id from waiting w
        join public.channels c on c.workspace_id = w.workspace_id and c.id = w.channel_id
        where c.active and c.state = 1 and c.disconnected_at is null),
    renewed as (
        update public.outbox_leases l set until = now() + make_interval(secs => lease_seconds)
        from open o
        where l.workspace_id = o.workspace_id and l.channel_id = o.channel_id
          and l.holder = process and l.until > now()
        returning l.workspace_id, l.channel_id, l.token, l.hold_until),
    taken as (
        insert into public.outbox_leases as l (workspace_id, channel_id, holder, token, until)
        select o.workspace_id, o.channel_id, process, gen_random_uuid(), now() + make_interval(secs => lease_seconds)
        from open o
        where not exists (select from public.outbox_leases h
                          where h.workspace_id = o.workspace_id and h.channel_id = o.channel_id and h.until > now())
        order by o.workspace_id, o.channel_id
        limit at_most
        on conflict (workspace_id, channel_id)
            do update set holder = excluded.holder, token = excluded.token, until = excluded.until
            where l.until <= now()
        returning l.workspace_id, l.channel_id, l.token, l.hold_until)
    select a.workspace_id, a.channel_id, a.token,
           greatest(extract(epoch from a.hold_until - now()), 0)::double precision
    from (select * from renewed union all select * from taken) a;
    end
    $$;
grant create on schema public to switchboard_lookup;
alter function claim_outbox(uuid, integer, double precision) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function claim_outbox(uuid, integer, double precision) from public;
grant execute on function claim_outbox(uuid, integer, double precision) to switchboard_app;

-- Given up after many tries, or refused for a fault of the account: an admin can put them back in line.
alter table transmissions add column dead_at timestamptz;
create index transmissions_dead on transmissions (workspace_id, channel_id, id) where dead_at is not null;
-- `platform_messages` knows every id that a transmission goes by.
drop index transmissions_by_platform_id;

-- A status may be told more than once, at different times, when a message is sent again.
alter table transmission_events drop constraint transmission_events_pkey;
alter table transmission_events add primary key (workspace_id, transmission_id, status, happened_at);

-- Files of ours that a platform has already: sending them again needs no upload.
create table sent_media (
    workspace_id uuid not null,
    channel_id uuid not null,
    attachment_id uuid not null,
    -- `channel_core::MediaRef`.
    reference text not null,
    sent_at timestamptz not null default now(),
    primary key (workspace_id, channel_id, attachment_id),
    foreign key (workspace_id, attachment_id) references attachments (workspace_id, id) on delete cascade
);
create index sent_media_by_attachment on sent_media (workspace_id, attachment_id);
call protect_tenant_table('sent_media');
grant select, insert, update on sent_media to switchboard_app;
