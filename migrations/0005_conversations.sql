-- Why: the inbox. A conversation row carries all that a list shows, so that a page of the list is one
-- range of one index, however long the history. Two list indexes and no more: each costs every message.

-- The heads of a workspace's audit chain and event log: one row, always locked last.
create table workspace_heads (
    workspace_id uuid primary key references workspaces (workspace_id) on delete cascade,
    event_seq bigint not null default 0,
    audit_seq bigint not null default 0,
    audit_hash bytea not null default '\x0000000000000000000000000000000000000000000000000000000000000000'
) with (fillfactor = 50);
call protect_tenant_table('workspace_heads');
grant select, insert, update on workspace_heads to switchboard_app;

-- The post, ad or story that comments hang on.
create table thread_objects (
    workspace_id uuid not null,
    id uuid not null,
    channel_id uuid not null,
    kind text not null check (kind in ('post', 'ad', 'story', 'live')),
    platform_id text not null,
    caption text,
    permalink text,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id)
);
create unique index thread_objects_platform_id_is_unique on thread_objects (workspace_id, channel_id, platform_id);
call protect_tenant_table('thread_objects');
grant select, insert, update on thread_objects to switchboard_app;

create table conversations (
    workspace_id uuid not null,
    id uuid not null,
    number bigint not null,
    kind smallint not null,
    channel_id uuid not null,
    identity_id uuid not null,
    contact_id uuid not null,
    thread_object_id uuid,
    status smallint not null default 1 check (status between 1 and 3),
    snoozed_until timestamptz,
    handler smallint not null default 1 check (handler between 1 and 3),
    assignee_id uuid,
    created_at timestamptz not null default now(),
    last_activity_at timestamptz not null,
    waiting_since timestamptz,
    -- The newest message or note, as a list shows it.
    preview text not null default '' check (length(preview) <= 120),
    preview_author smallint not null default 1,
    last_seq bigint not null default 0,
    inbound_count bigint not null default 0,
    contact_delivered_seq bigint not null default 0,
    contact_read_seq bigint not null default 0,
    -- When the contact last wrote, by the platform's clock: opens the reply window.
    last_inbound_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id),
    foreign key (workspace_id, identity_id) references identities (workspace_id, id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id),
    foreign key (workspace_id, thread_object_id) references thread_objects (workspace_id, id),
    foreign key (workspace_id, assignee_id) references members (workspace_id, id),
    constraint snoozed_has_a_deadline check ((status = 2) = (snoozed_until is not null))
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
create unique index conversations_number_is_unique on conversations (workspace_id, number);
-- At most one thread that is not closed per identity, comments apart.
create unique index conversations_one_not_closed_per_identity on conversations (workspace_id, identity_id)
    where status <> 3 and kind <> 2;
create index conversations_by_identity on conversations (workspace_id, identity_id, id);
create index conversations_by_contact on conversations (workspace_id, contact_id, id);
create index conversations_list on conversations (workspace_id, status, last_activity_at desc, id desc);
create index conversations_list_by_assignee on conversations (workspace_id, assignee_id, status, last_activity_at desc, id desc);
call protect_tenant_table('conversations');
grant select, insert, update on conversations to switchboard_app;

-- Locked in the order of the key, after conversations and before the heads; kind 0 before everything else.
create table conversation_counters (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    -- 0 the last human number given (#1042), 1 open, 2 snoozed, 3 closed, 4 open and unassigned, 5 open of a member, 6 open of a channel
    kind smallint not null,
    -- The member or channel; the nil uuid where the kind has none.
    subject_id uuid not null,
    n bigint not null default 0,
    primary key (workspace_id, kind, subject_id)
) with (fillfactor = 50);
call protect_tenant_table('conversation_counters');
grant select, insert, update on conversation_counters to switchboard_app;

create table read_positions (
    workspace_id uuid not null,
    member_id uuid not null,
    conversation_id uuid not null,
    -- How many of the contact's messages this member has read.
    read_count bigint not null,
    updated_at timestamptz not null default now(),
    primary key (workspace_id, member_id, conversation_id),
    foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade,
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index read_positions_by_conversation on read_positions (workspace_id, conversation_id);
call protect_tenant_table('read_positions');
grant select, insert, update on read_positions to switchboard_app;

create table drafts (
    workspace_id uuid not null,
    member_id uuid not null,
    conversation_id uuid not null,
    -- 1 reply, 2 note
    mode smallint not null check (mode in (1, 2)),
    text text not null check (length(text) <= 20000),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, member_id, conversation_id, mode),
    foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade,
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index drafts_by_conversation on drafts (workspace_id, conversation_id);
call protect_tenant_table('drafts');
grant select, insert, update, delete on drafts to switchboard_app;
