-- Why: channels with a provider behind them. A channel keeps what its provider calls it and how the connection
-- stands; a message keeps formatting, cards and every platform id it goes by; a change of a message we do not
-- know yet waits for it; a file may be still on its way.

alter table channels
    -- What the platform keeps above the account: the business account of a number.
    add column parent_account_id text,
    -- Its user name or number, as displayed, and where people can write to it.
    add column handle text,
    add column link text,
    -- The provider's application it was connected through; null: the installation's own, or none is needed.
    add column app_id text,
    -- 1 connected, 2 its token is dead: somebody must connect it again, 3 disconnected.
    add column state smallint not null default 1 check (state between 1 and 3),
    -- Why, in words for an admin.
    add column state_reason text,
    add column state_changed_at timestamptz not null default now(),
    -- SHA-256 of the part of its endpoint's address that nobody can guess; null when it has no endpoint of its own.
    add column endpoint_key_sha256 bytea check (length(endpoint_key_sha256) = 32);
create index channels_by_parent on channels (kind, parent_account_id) where parent_account_id is not null;
grant select (parent_account_id, app_id, state) on channels to switchboard_lookup;

-- Events that concern a whole business account go to each of its channels.
drop function channels_of_account(smallint, text);
create function channels_of_account(asked_kind smallint, asked_account text, asked_parent text)
    returns table (workspace_id uuid, channel_id uuid)
    language sql stable security definer set search_path = pg_catalog, public
    as $$ select c.workspace_id, c.id from public.channels c
          where asked_account is not null and c.kind = asked_kind and c.platform_account_id = asked_account
            and c.disconnected_at is null and c.app_id is null
          union
          select c.workspace_id, c.id from public.channels c
          where asked_parent is not null and c.kind = asked_kind and c.parent_account_id = asked_parent
            and c.disconnected_at is null and c.app_id is null $$;
grant create on schema public to switchboard_lookup;
alter function channels_of_account(smallint, text, text) owner to switchboard_lookup;
revoke create on schema public from switchboard_lookup;
revoke execute on function channels_of_account(smallint, text, text) from public;
grant execute on function channels_of_account(smallint, text, text) to switchboard_app;

alter table identities
    -- The platform's word why messages do not reach this person: kicked, 131026 …
    add column unreachable_reason text,
    add column reachable_changed_at timestamptz,
    -- Kinds of messages this person does not want: marketing_messages …
    add column opted_out text[] not null default '{}';

alter table messages
    -- Spans of the text, as `shared::TextSpan`; null when it is plain.
    add column spans jsonb,
    -- What it is besides text and files: a place, contacts, a template, buttons …
    add column card jsonb,
    -- Forwarded from, ad or link that led here, what a quote showed, another application answers.
    add column context jsonb,
    -- The platform's count of edits; the higher one wins.
    add column edit_number integer;

alter table message_revisions add column spans jsonb, add column card jsonb;

-- Several reactions of one person to one message are possible on some platforms.
alter table reactions drop constraint reactions_pkey;
alter table reactions add primary key (workspace_id, message_id, actor_id, emoji);

-- Further platform ids of a message: parts of an album, what each transmission became. A message that came in by
-- itself is known by `messages.platform_message_id` alone.
create table platform_messages (
    workspace_id uuid not null,
    channel_id uuid not null,
    platform_message_id text not null,
    message_id uuid not null,
    -- For what we sent: which transmission became it.
    transmission_id uuid,
    part smallint not null default 0,
    primary key (workspace_id, channel_id, platform_message_id),
    foreign key (workspace_id, message_id) references messages (workspace_id, id) on delete cascade
);
create index platform_messages_by_message on platform_messages (workspace_id, message_id, part);
call protect_tenant_table('platform_messages');
grant select, insert, update, delete on platform_messages to switchboard_app;

-- Parts of an album come one by one, each in its own delivery.
create table albums (
    workspace_id uuid not null,
    channel_id uuid not null,
    album text not null,
    message_id uuid not null,
    primary key (workspace_id, channel_id, album),
    foreign key (workspace_id, message_id) references messages (workspace_id, id) on delete cascade
);
create index albums_by_message on albums (workspace_id, message_id);
call protect_tenant_table('albums');
grant select, insert on albums to switchboard_app;

-- Changes of messages that are not here yet: a status that overtook the answer to its send, a reaction or an edit
-- that came before its message. Applied when the message is stored; forgotten after a day.
create table waiting_changes (
    workspace_id uuid not null,
    id bigint generated always as identity,
    channel_id uuid not null,
    platform_message_id text not null,
    -- The event, as `channel_core::InboundEvent`.
    event jsonb not null,
    delivery_id bigint,
    received_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create index waiting_changes_by_message on waiting_changes (workspace_id, channel_id, platform_message_id, id);
create index waiting_changes_by_age on waiting_changes (workspace_id, received_at);
call protect_tenant_table('waiting_changes');
grant select, insert, delete on waiting_changes to switchboard_app;

alter table attachments
    -- 1 ready, 2 on its way from the platform, 3 cannot be had.
    add column state smallint not null default 1 check (state between 1 and 3),
    -- Where it is fetched from, as `channel_core::RemoteMedia`.
    add column remote jsonb,
    -- Why it cannot be had, in words for the agent.
    add column failure text,
    add column duration_ms bigint check (duration_ms >= 0),
    -- Loudness of a voice note in 64 steps of equal length, each 0 to 255.
    add column waveform bytea check (length(waveform) = 64),
    alter column sha256 drop not null,
    alter column storage_key drop not null,
    add constraint ready_is_stored check (state <> 1 or (sha256 is not null and storage_key is not null));
create index attachments_on_their_way on attachments (workspace_id, created_at) where state = 2;

alter table transmissions
    -- What is sent, as `channel_core::Act`.
    add column act jsonb,
    add column attempts smallint not null default 0,
    add column retryable boolean not null default false,
    -- For admins: the provider's own code.
    add column failure_code text,
    -- For the program: `channel_core::RefusalReason`.
    add column failure_reason text,
    -- What was left out for it to go through, in words for the agent.
    add column notes text[] not null default '{}',
    add column pricing jsonb;

-- When each channel was last heard of and used, and how much by the hour: changed by net deltas per batch.
create table channel_activity (
    workspace_id uuid not null,
    channel_id uuid not null,
    last_inbound_at timestamptz,
    last_outbound_at timestamptz,
    primary key (workspace_id, channel_id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade
) with (fillfactor = 50);
call protect_tenant_table('channel_activity');
grant select, insert, update on channel_activity to switchboard_app;

create table channel_hours (
    workspace_id uuid not null,
    channel_id uuid not null,
    hour timestamptz not null,
    inbound bigint not null default 0,
    sent bigint not null default 0,
    failed bigint not null default 0,
    primary key (workspace_id, channel_id, hour),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade
) with (fillfactor = 50);
call protect_tenant_table('channel_hours');
grant select, insert, update, delete on channel_hours to switchboard_app;

-- What happened to a channel as a whole; warnings and worse are alerts until somebody has seen them.
create table channel_events (
    workspace_id uuid not null,
    id bigint generated always as identity,
    channel_id uuid not null,
    -- A name that stays: connected, token_dead, quality, template …
    kind text not null,
    -- 1 for the record, 2 warning, 3 broken.
    severity smallint not null check (severity between 1 and 3),
    words text not null,
    details jsonb,
    at timestamptz not null default now(),
    acknowledged_at timestamptz,
    acknowledged_by uuid,
    primary key (workspace_id, id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade,
    foreign key (workspace_id, acknowledged_by) references members (workspace_id, id)
);
create index channel_events_by_channel on channel_events (workspace_id, channel_id, id desc);
create index channel_events_unseen on channel_events (workspace_id, id desc) where severity > 1 and acknowledged_at is null;
call protect_tenant_table('channel_events');
grant select, insert, update on channel_events to switchboard_app;

-- The last answer of each provider about an account.
create table channel_health (
    workspace_id uuid not null,
    channel_id uuid not null,
    -- `channel_core::Health`.
    health jsonb not null,
    -- 1 good, 2 warning, 3 broken.
    state smallint not null check (state between 1 and 3),
    checked_at timestamptz not null default now(),
    primary key (workspace_id, channel_id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade
);
call protect_tenant_table('channel_health');
grant select, insert, update on channel_health to switchboard_app;

-- Approved texts for writing outside the window, as the platform keeps them.
create table templates (
    workspace_id uuid not null,
    id uuid not null,
    channel_id uuid not null,
    platform_id text not null,
    name text not null,
    language text not null,
    status text not null,
    category text not null,
    quality text,
    rejected_reason text,
    -- `channel_core::Template`.
    content jsonb not null,
    synced_at timestamptz not null default now(),
    -- Set when the platform no longer lists it.
    gone_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade
);
create unique index templates_name_is_unique on templates (workspace_id, channel_id, name, language);
create index templates_by_platform_id on templates (workspace_id, channel_id, platform_id);
call protect_tenant_table('templates');
grant select, insert, update on templates to switchboard_app;
