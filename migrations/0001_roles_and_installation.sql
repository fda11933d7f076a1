-- Why: the roles that keep tenants apart exist before the first table, and a few facts belong to the
-- installation as a whole rather than to a workspace.
--
-- Three roles: the owner (whoever runs this migration) owns the schema and nothing else uses it;
-- switchboard_app is the server, without any power over the schema; switchboard_lookup owns the few
-- functions that must look across workspaces and cannot log in. It is given policies of its own on
-- exactly the tables it reads, which needs no BYPASSRLS and so works on managed servers too.
do $$
begin
    if not exists (select from pg_roles where rolname = 'switchboard_app') then
        create role switchboard_app nosuperuser nocreatedb nocreaterole nobypassrls login;
    end if;
    if not exists (select from pg_roles where rolname = 'switchboard_lookup') then
        create role switchboard_lookup nosuperuser nocreatedb nocreaterole nobypassrls nologin;
    end if;
    -- Giving a function away needs membership in the receiving role.
    if not pg_has_role(current_user, 'switchboard_lookup', 'member') then
        execute format('grant switchboard_lookup to %I', current_user);
    end if;
exception when duplicate_object or unique_violation then null; -- another database of this server made them at the same time
end
$$;

revoke create on schema public from public;
grant usage on schema public to switchboard_app, switchboard_lookup;

-- Bounds on what one statement of the server may cost. A forced generic plan halves the CPU of the hot
-- statements: their plans do not depend on which workspace asks.
do $$
begin
    execute format('alter role switchboard_app in database %I set statement_timeout = %L', current_database(), '5s');
    execute format('alter role switchboard_app in database %I set lock_timeout = %L', current_database(), '2s');
    execute format('alter role switchboard_app in database %I set idle_in_transaction_session_timeout = %L', current_database(), '15s');
    execute format('alter role switchboard_app in database %I set plan_cache_mode = %L', current_database(), 'force_generic_plan');
end
$$;

-- The workspace that the current transaction may see. Unset reads as '' after its first use in a
-- session, hence nullif; a null matches no row.
create function app_workspace_id() returns uuid
    language sql stable parallel safe
    as $$ select nullif(current_setting('app.workspace_id', true), '')::uuid $$;

-- Puts a tenant table behind its workspace: forced row-level security and the one policy.
create procedure protect_tenant_table(target regclass)
    language plpgsql
    as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format(
        'create policy workspace_only on %s to switchboard_app
             using (workspace_id = nullif(current_setting(''app.workspace_id'', true), '''')::uuid)
             with check (workspace_id = nullif(current_setting(''app.workspace_id'', true), '''')::uuid)', target);
end
$$;
revoke execute on procedure protect_tenant_table(regclass) from public;

-- One row: facts about this installation.
create table installation (
    only_row boolean primary key default true check (only_row),
    created_at timestamptz not null default now(),
    -- SHA-256 of the token printed on the console for the first owner; null once used.
    setup_token_hash bytea,
    set_up_at timestamptz
);
insert into installation default values;
grant select, update on installation to switchboard_app;
