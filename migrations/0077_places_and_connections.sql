-- Why: a bot can be put into groups, where it does not listen: that is told once. And people can let it answer in
-- the name of their own accounts, fully, only to read, or no longer.
create table refused_places (
    workspace_id uuid not null,
    channel_id uuid not null,
    platform_id text not null,
    -- The platform's word: group, supergroup, channel.
    place text not null,
    title text,
    first_seen_at timestamptz not null default now(),
    primary key (workspace_id, channel_id, platform_id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade
);
call protect_tenant_table('refused_places');
grant select, insert on refused_places to switchboard_app;

create table business_connections (
    workspace_id uuid not null,
    channel_id uuid not null,
    connection_id text not null,
    -- The platform's id of the account's owner.
    owner_id text not null,
    owner_name text,
    enabled boolean not null,
    can_reply boolean not null,
    can_mark_read boolean not null,
    can_delete_sent boolean not null,
    changed_at timestamptz not null,
    primary key (workspace_id, channel_id, connection_id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade
);
call protect_tenant_table('business_connections');
grant select, insert, update on business_connections to switchboard_app;

-- Through whose account the bot knows this person, where it is not its own chat.
alter table identities add column connection_id text;
create index identities_by_connection on identities (workspace_id, channel_id, connection_id)
    where connection_id is not null;
