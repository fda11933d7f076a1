-- Why: work that is owed later (mail to send, a snoozed conversation to wake, anchors to sign) is a row
-- in the transaction that owes it. A lane runs strictly in order; the lease is the due time itself.
create table jobs (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    id bigint generated always as identity,
    kind text not null,
    lane text,
    payload jsonb not null default '{}',
    run_at timestamptz not null default now(),
    attempts smallint not null default 0,
    attempts_max smallint not null default 10,
    -- Given at each claim: a worker whose lease ran out cannot finish another's claim.
    claim_token uuid,
    last_error text,
    dead_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
) with (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 80);
create index jobs_due on jobs (run_at, id) where dead_at is null;
create index jobs_by_lane on jobs (workspace_id, lane, id) where lane is not null and dead_at is null;
call protect_tenant_table('jobs');
grant select, insert, update, delete on jobs to switchboard_app;

create policy lookup on jobs to switchboard_lookup using (true) with check (true);
grant select (workspace_id, id, lane, run_at, dead_at, attempts), update (run_at, attempts, claim_token) on jobs to switchboard_lookup;

-- Claims due jobs over all workspaces for `lease_seconds`; only the first of each lane.
create function claim_jobs(at_most integer, lease_seconds integer, token uuid)
    returns table (workspace_id uuid, job_id bigint)
    language sql volatile security definer set search_path = pg_catalog, public
    as $$
    with due as (
        select j.workspace_id, j.id from public.jobs j
        where j.dead_at is null and j.run_at <= now()
          and (j.lane is null or not exists (
                select 1 from public.jobs p
                where p.workspace_id = j.workspace_id and p.lane = j.lane and p.id < j.id and p.dead_at is null))
        order by j.run_at, j.id limit at_most
        for update skip locked)
    update public.jobs j
    set run_at = now() + make_interval(secs => lease_seconds), attempts = j.attempts + 1, claim_token = token
    from due where j.workspace_id = due.workspace_id and j.id = due.id
    returning j.workspace_id, j.id
    $$;
grant create on schema public to switchboard_lookup;
alter function claim_jobs(integer, integer, uuid) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function claim_jobs(integer, integer, uuid) from public;
grant execute on function claim_jobs(integer, integer, uuid) to switchboard_app;
