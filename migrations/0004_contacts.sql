-- Why: a contact is a person; what a platform knows is an identity of that person on one channel, keyed
-- by the platform's opaque id. Phone numbers and usernames change and are aliases with a time.
-- Merging two people moves identities between contacts and is undone by moving them back.
create table contacts (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    id uuid not null,
    name text not null default '',
    email text,
    phone text,
    locale text,
    attributes jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- Set while this contact is merged into another.
    merged_into uuid,
    primary key (workspace_id, id),
    foreign key (workspace_id, merged_into) references contacts (workspace_id, id)
);
call protect_tenant_table('contacts');
grant select, insert, update on contacts to switchboard_app;

create table identities (
    workspace_id uuid not null,
    id uuid not null,
    channel_id uuid not null,
    contact_id uuid not null,
    -- The platform's own id for this person on this channel.
    platform_id text not null check (length(platform_id) between 1 and 512),
    display_name text,
    -- The platform or a signature vouches for who this is.
    verified boolean not null default false,
    last_page jsonb,
    reachable boolean not null default true,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id)
);
create unique index identities_platform_id_is_unique on identities (workspace_id, channel_id, platform_id);
create index identities_by_contact on identities (workspace_id, contact_id);
call protect_tenant_table('identities');
grant select, insert, update on identities to switchboard_app;

create table identity_aliases (
    workspace_id uuid not null,
    identity_id uuid not null,
    kind text not null check (kind in ('phone', 'username', 'email', 'user_id', 'platform_id')),
    value text not null check (length(value) between 1 and 512),
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    primary key (workspace_id, identity_id, kind, value),
    foreign key (workspace_id, identity_id) references identities (workspace_id, id) on delete cascade
);
create index identity_aliases_by_value on identity_aliases (workspace_id, kind, value);
call protect_tenant_table('identity_aliases');
grant select, insert, update, delete on identity_aliases to switchboard_app;

-- Web chat visitors' sessions: opaque tokens, kept as hashes, bound to one channel and one platform id.
create table visitor_sessions (
    workspace_id uuid not null,
    token_hash bytea not null check (length(token_hash) = 32),
    channel_id uuid not null,
    platform_id text not null,
    -- 1: the short-lived token of a frame; 2: the long-lived one a browser comes back with.
    purpose smallint not null check (purpose in (1, 2)),
    verified boolean not null default false,
    profile jsonb not null default '{}',
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (workspace_id, token_hash),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade
);
create index visitor_sessions_by_visitor on visitor_sessions (workspace_id, channel_id, platform_id);
create index visitor_sessions_by_expiry on visitor_sessions (workspace_id, expires_at);
call protect_tenant_table('visitor_sessions');
grant select, insert, update, delete on visitor_sessions to switchboard_app;
