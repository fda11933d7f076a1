-- Why: a change of a message that is there (other words, taken back, a reaction) is shown at once and goes out in its
-- turn. When the platform refuses it, what was before comes back. And whoever asks where a message came from wants
-- to know when somebody first had it on the screen.
alter table outbox
    -- What is put back when the platform refuses the change.
    add column undo jsonb;

-- How many of a contact's messages had been read by anybody, and when that became so: one line per step forward.
create table first_reads (
    workspace_id uuid not null,
    conversation_id uuid not null,
    read_count bigint not null,
    at timestamptz not null default now(),
    primary key (workspace_id, conversation_id, read_count),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
call protect_tenant_table('first_reads');
grant select, insert on first_reads to switchboard_app;
