-- Why: who did what must be provable. Entries are chained by hash and can only be added. Personal data
-- lies beside the chain, committed to by a keyed hash, so that it can be erased without breaking it.
create table audit_entries (
    workspace_id uuid not null,
    seq bigint not null,
    at timestamptz not null,
    actor_kind smallint not null,
    actor_id uuid,
    action smallint not null,
    target_kind smallint,
    target_id uuid,
    request_id uuid,
    commitment bytea not null check (length(commitment) = 32),
    prev_hash bytea not null check (length(prev_hash) = 32),
    hash bytea not null check (length(hash) = 32),
    primary key (workspace_id, seq)
);
call protect_tenant_table('audit_entries');
grant select, insert on audit_entries to switchboard_app;

create table audit_details (
    workspace_id uuid not null,
    seq bigint not null,
    row_key bytea not null check (length(row_key) = 32),
    -- JSON, but kept as text: the commitment is over exactly these bytes, and jsonb would write them anew.
    details text not null,
    primary key (workspace_id, seq),
    foreign key (workspace_id, seq) references audit_entries (workspace_id, seq)
);
call protect_tenant_table('audit_details');
grant select, insert, delete on audit_details to switchboard_app;

-- Not even the owner changes the past by an ordinary statement.
create function audit_entries_are_final() returns trigger
    language plpgsql
    as $$ begin raise exception 'audit entries are final' using errcode = 'restrict_violation'; end $$;
create trigger audit_entries_no_update before update or delete on audit_entries
    for each row execute function audit_entries_are_final();
create trigger audit_entries_no_truncate before truncate on audit_entries
    for each statement execute function audit_entries_are_final();

-- Signed heads, exported too: a chain alone does not show a cut tail.
create table audit_anchors (
    workspace_id uuid not null,
    seq bigint not null,
    hash bytea not null check (length(hash) = 32),
    signed_at timestamptz not null default now(),
    key_id bigint not null,
    signature bytea not null check (length(signature) = 64),
    primary key (workspace_id, seq)
);
call protect_tenant_table('audit_anchors');
grant select, insert on audit_anchors to switchboard_app;
create trigger audit_anchors_no_update before update or delete on audit_anchors
    for each row execute function audit_entries_are_final();
