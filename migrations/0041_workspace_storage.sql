-- Why: a workspace's files have a quota, and what they take must be known without adding up all of them.
create table workspace_storage (
    workspace_id uuid primary key references workspaces (workspace_id) on delete cascade,
    bytes bigint not null default 0 check (bytes >= 0)
) with (fillfactor = 50);
call protect_tenant_table('workspace_storage');
grant select, insert, update on workspace_storage to switchboard_app;
