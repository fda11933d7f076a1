-- Why: a channel outlives its secrets. Connecting again or rotating a key replaces a credential and
-- leaves the channel, and all that hangs on it, as it was.

-- A workspace's data keys, each sealed by a master key that is not in the database.
create table workspace_keys (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    version integer not null,
    master_key_id bigint not null,
    sealed_key bytea not null,
    -- How often it has sealed something: rotated long before 2^32.
    seals bigint not null default 0,
    created_at timestamptz not null default now(),
    primary key (workspace_id, version)
);
call protect_tenant_table('workspace_keys');
grant select, insert, update on workspace_keys to switchboard_app;

create table channels (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    id uuid not null,
    kind smallint not null,
    name text not null check (length(name) between 1 and 120),
    -- What the platform calls the account: a widget's uuid, a phone number id, a Page id, a bot id.
    platform_account_id text not null,
    -- Settings that are shown to members; never a secret.
    settings jsonb not null default '{}',
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    disconnected_at timestamptz,
    primary key (workspace_id, id)
);
create unique index channels_account_is_unique on channels (workspace_id, kind, platform_account_id);
call protect_tenant_table('channels');
grant select, insert, update on channels to switchboard_app;

create table credentials (
    workspace_id uuid not null,
    channel_id uuid not null,
    purpose smallint not null,
    version integer not null,
    -- An envelope of the vault; opens only for this workspace, channel and purpose.
    sealed bytea not null,
    last4 text,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    retired_at timestamptz,
    primary key (workspace_id, channel_id, purpose, version),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade
);
call protect_tenant_table('credentials');
grant select, insert, update, delete on credentials to switchboard_app;

-- Which workspace a delivery belongs to, from the key in its address or its account.
create policy lookup on channels for select to switchboard_lookup using (true);
grant select (workspace_id, id, kind, platform_account_id, active, disconnected_at) on channels to switchboard_lookup;
create index channels_by_account on channels (kind, platform_account_id);

create function channels_of_account(asked_kind smallint, asked_account text)
    returns table (workspace_id uuid, channel_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select c.workspace_id, c.id from public.channels c
          where c.kind = asked_kind and c.platform_account_id = asked_account and c.disconnected_at is null $$;
grant create on schema public to switchboard_lookup;
alter function channels_of_account(smallint, text) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function channels_of_account(smallint, text) from public;
grant execute on function channels_of_account(smallint, text) to switchboard_app;
