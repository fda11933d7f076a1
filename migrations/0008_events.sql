-- Why: live means gapless. Every visible change has a number in its workspace; whoever was away reads on
-- from the last number it saw. A row holds ids and small facts; texts are read where they are kept.
create table events (
    -- No foreign key to workspaces: it would lock the workspace's row once for every event.
    workspace_id uuid not null,
    seq bigint not null,
    kind smallint not null,
    at timestamptz not null default now(),
    conversation_id uuid,
    message_id uuid,
    member_id uuid,
    -- Read position, changed counters: [[kind, subject, n], …]
    detail jsonb,
    primary key (workspace_id, seq)
);
call protect_tenant_table('events');
grant select, insert, delete on events to switchboard_app;
