-- Why: a message is what a person meant to say; a transmission is what a platform was given for it. The
-- history of both is kept: edits as revisions, unsends as tombstones, statuses as events.
create table messages (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    -- 1, 2, 3 … in this conversation, over messages, notes and activities, in order of arrival.
    seq bigint not null,
    channel_id uuid not null,
    direction smallint not null check (direction between 1 and 4),
    author_kind smallint not null,
    author_member_id uuid,
    author_contact_id uuid,
    -- The platform's id; unique per channel, kept for good: the defence against repeats.
    platform_message_id text,
    -- The sender's own id for what it sent through us.
    client_id uuid,
    text text not null default '',
    -- The platform's time, then arrival, then id, is the order shown.
    sent_at timestamptz not null,
    created_at timestamptz not null default now(),
    late boolean not null default false,
    -- Outbound: how far its transmissions have come, the slowest one counting.
    status smallint,
    failure text,
    quoted_message_id uuid,
    quoted_platform_id text,
    edited_at timestamptz,
    deleted_at timestamptz,
    -- For an activity: what happened, with ids of members, never text of a message.
    activity jsonb,
    -- Where it came from: delivery, adapter, page.
    provenance jsonb,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade,
    foreign key (workspace_id, author_member_id) references members (workspace_id, id),
    foreign key (workspace_id, author_contact_id) references contacts (workspace_id, id),
    foreign key (workspace_id, quoted_message_id) references messages (workspace_id, id),
    constraint outbound_has_a_status check ((direction = 2) = (status is not null))
);
create unique index messages_seq_is_unique on messages (workspace_id, conversation_id, seq);
create unique index messages_platform_id_is_unique on messages (workspace_id, channel_id, platform_message_id)
    where platform_message_id is not null;
create unique index messages_client_id_is_unique on messages (workspace_id, client_id)
    where client_id is not null and direction <> 1;
call protect_tenant_table('messages');
grant select, insert, update on messages to switchboard_app;

create table message_revisions (
    workspace_id uuid not null,
    message_id uuid not null,
    revision integer not null,
    text text not null,
    replaced_at timestamptz not null,
    primary key (workspace_id, message_id, revision),
    foreign key (workspace_id, message_id) references messages (workspace_id, id) on delete cascade
);
call protect_tenant_table('message_revisions');
grant select, insert on message_revisions to switchboard_app;

create table reactions (
    workspace_id uuid not null,
    message_id uuid not null,
    -- The contact's or member's id: one reaction per person and message.
    actor_id uuid not null,
    actor_kind smallint not null,
    emoji text not null check (length(emoji) between 1 and 64),
    reacted_at timestamptz not null,
    primary key (workspace_id, message_id, actor_id),
    foreign key (workspace_id, message_id) references messages (workspace_id, id) on delete cascade
);
call protect_tenant_table('reactions');
grant select, insert, update, delete on reactions to switchboard_app;

create table attachments (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    id uuid not null,
    -- Null until the message that carries it is there.
    message_id uuid,
    -- Who uploaded it: a member, or a visitor of a channel.
    member_id uuid,
    channel_id uuid,
    platform_id text,
    position smallint not null default 0,
    kind smallint not null,
    -- What the sender called it: a label, never a path.
    name text not null check (length(name) between 1 and 255),
    content_type text not null,
    size_bytes bigint not null check (size_bytes >= 0),
    sha256 bytea not null,
    width integer,
    height integer,
    has_thumbnail boolean not null default false,
    storage_key text not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, message_id) references messages (workspace_id, id) on delete cascade,
    foreign key (workspace_id, member_id) references members (workspace_id, id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id)
);
create index attachments_by_message on attachments (workspace_id, message_id, position) where message_id is not null;
create index attachments_left_over on attachments (workspace_id, created_at) where message_id is null;
call protect_tenant_table('attachments');
grant select, insert, update, delete on attachments to switchboard_app;

create table transmissions (
    workspace_id uuid not null,
    id uuid not null,
    message_id uuid not null,
    channel_id uuid not null,
    part smallint not null default 0,
    status smallint not null,
    platform_message_id text,
    failure text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, message_id) references messages (workspace_id, id) on delete cascade,
    foreign key (workspace_id, channel_id) references channels (workspace_id, id)
);
create unique index transmissions_part_is_unique on transmissions (workspace_id, message_id, part);
create index transmissions_by_platform_id on transmissions (workspace_id, channel_id, platform_message_id)
    where platform_message_id is not null;
call protect_tenant_table('transmissions');
grant select, insert, update on transmissions to switchboard_app;

create table transmission_events (
    workspace_id uuid not null,
    transmission_id uuid not null,
    status smallint not null,
    happened_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    detail text,
    primary key (workspace_id, transmission_id, status),
    foreign key (workspace_id, transmission_id) references transmissions (workspace_id, id) on delete cascade
);
call protect_tenant_table('transmission_events');
grant select, insert on transmission_events to switchboard_app;
