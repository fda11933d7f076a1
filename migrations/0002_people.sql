-- Why: people sign in once and work in several workspaces. A user belongs to the installation; a member
-- is that user inside one workspace and is behind row-level security like everything of a tenant.
create table users (
    id uuid primary key,
    -- Compared by its lower-case form; kept as typed.
    email text not null check (length(email) between 3 and 320),
    name text not null check (length(name) between 1 and 200),
    password_hash text,
    password_changed_at timestamptz,
    created_at timestamptz not null default now(),
    disabled_at timestamptz
);
create unique index users_email_is_unique on users (lower(email));
grant select, insert, update on users to switchboard_app;

-- Browser sessions. The key is the SHA-256 of the cookie's value, so that a copy of this table opens nothing.
create table sessions (
    key_hash bytea primary key check (length(key_hash) = 32),
    user_id uuid references users (id) on delete cascade,
    data jsonb not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index sessions_by_user on sessions (user_id) where user_id is not null;
create index sessions_by_expiry on sessions (expires_at);
grant select, insert, update, delete on sessions to switchboard_app;

-- Single-use links for a user: password reset. Only the hash of the secret is kept.
create table user_tokens (
    token_hash bytea primary key check (length(token_hash) = 32),
    user_id uuid not null references users (id) on delete cascade,
    purpose smallint not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index user_tokens_by_user on user_tokens (user_id);
grant select, insert, update, delete on user_tokens to switchboard_app;

create table workspaces (
    workspace_id uuid primary key,
    name text not null check (length(name) between 1 and 120),
    created_at timestamptz not null default now()
);
call protect_tenant_table('workspaces');
grant select, insert, update on workspaces to switchboard_app;

create table members (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    id uuid not null,
    user_id uuid not null references users (id),
    role smallint not null check (role between 1 and 3),
    -- Copies of the user's, so that lists need no table outside the workspace and a removed member keeps a name.
    name text not null,
    email text not null,
    joined_at timestamptz not null default now(),
    removed_at timestamptz,
    primary key (workspace_id, id)
);
create unique index members_user_is_unique on members (workspace_id, user_id);
create index members_by_user on members (user_id, workspace_id) where removed_at is null;
call protect_tenant_table('members');
grant select, insert, update on members to switchboard_app;

create table invitations (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    id uuid not null,
    email text not null check (length(email) between 3 and 320),
    role smallint not null check (role between 1 and 3),
    token_hash bytea not null check (length(token_hash) = 32),
    invited_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    accepted_at timestamptz,
    revoked_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, invited_by) references members (workspace_id, id)
);
create unique index invitations_token_is_unique on invitations (workspace_id, token_hash);
call protect_tenant_table('invitations');
grant select, insert, update on invitations to switchboard_app;

-- Which workspaces a user may enter: the one question that is asked before a workspace is known.
create policy lookup on members for select to switchboard_lookup using (true);
grant select (workspace_id, id, user_id, role, removed_at) on members to switchboard_lookup;

create function memberships_of_user(asked uuid) returns table (workspace_id uuid, member_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select m.workspace_id, m.id from public.members m where m.user_id = asked and m.removed_at is null $$;
grant create on schema public to switchboard_lookup;
alter function memberships_of_user(uuid) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function memberships_of_user(uuid) from public;
grant execute on function memberships_of_user(uuid) to switchboard_app;
