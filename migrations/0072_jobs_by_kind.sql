-- Why: fetching a large file takes minutes, waking a conversation takes a moment: they are claimed apart, so that
-- neither waits for the other, and leased for as long as each takes.
drop function claim_jobs(integer, integer, uuid);
grant select (kind) on jobs to switchboard_lookup;

-- Claims due jobs over all workspaces for `lease_seconds`; only the first of each lane. Of `kinds` only; or, with
-- `others`, of all other kinds.
create function claim_jobs(at_most integer, lease_seconds integer, token uuid, kinds text[], others boolean)
    returns table (workspace_id uuid, job_id bigint)
    language sql volatile security definer set search_path = pg_catalog, public
    as $$
    with due as (
        select j.workspace_id, j.id from public.jobs j
        where j.dead_at is null and j.run_at <= now() and (j.kind = any(kinds)) <> others
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
alter function claim_jobs(integer, integer, uuid, text[], boolean) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function claim_jobs(integer, integer, uuid, text[], boolean) from public;
grant execute on function claim_jobs(integer, integer, uuid, text[], boolean) to switchboard_app;
