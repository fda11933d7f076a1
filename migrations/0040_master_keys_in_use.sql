-- Why: a process whose key file lacks a master key that is in use must not start: it would fail later, secret
-- by secret. The server may only learn the ids. Operators' commands, which run as the schema's owner, walk all
-- workspaces: the owner is a member of switchboard_lookup and sees which there are, and nothing else of them.
create policy lookup on workspace_keys for select to switchboard_lookup using (true);
grant select (workspace_id, master_key_id) on workspace_keys to switchboard_lookup;

create policy lookup on workspaces for select to switchboard_lookup using (true);
grant select (workspace_id) on workspaces to switchboard_lookup;

-- From one id to the next higher one: the workspaces themselves are never read through.
create index workspace_keys_by_master_key on workspace_keys (master_key_id);
create function master_keys_in_use() returns setof bigint
    language sql stable security definer set search_path = pg_catalog, public
    as $$
    with recursive k as (
        (select w.master_key_id from public.workspace_keys w order by w.master_key_id limit 1)
        union all
        select (select w.master_key_id from public.workspace_keys w
                where w.master_key_id > k.master_key_id order by w.master_key_id limit 1)
        from k where k.master_key_id is not null)
    select k.master_key_id from k where k.master_key_id is not null
    $$;
grant create on schema public to switchboard_lookup;
alter function master_keys_in_use() owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function master_keys_in_use() from public;
grant execute on function master_keys_in_use() to switchboard_app;
