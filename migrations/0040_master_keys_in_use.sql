-- Why: a process whose key file lacks a master key that is in use must not start: it would fail later, secret
-- by secret. The server may only learn the ids. Operators' commands, which run as the schema's owner, walk all
-- workspaces: the owner is a member of switchboard_lookup and sees which there are, and nothing else of them.
create policy lookup on workspace_keys for select to switchboard_lookup using (true);
grant select (workspace_id, master_key_id) on workspace_keys to switchboard_lookup;

create policy lookup on workspaces for select to switchboard_lookup using (true);
grant select (workspace_id) on workspaces to switchboard_lookup;

create function master_keys_in_use() returns setof bigint
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select distinct k.master_key_id from public.workspace_keys k $$;
grant create on schema public to switchboard_lookup;
alter function master_keys_in_use() owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function master_keys_in_use() from public;
grant execute on function master_keys_in_use() to switchboard_app;
