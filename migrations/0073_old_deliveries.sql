-- Why: what came in raw is kept for 30 days. Its row stays for good: its key recognises a repeat.
alter table webhook_deliveries add column body_removed_at timestamptz;
-- What came in is never changed; it can only go.
grant update (body, headers, body_removed_at) on webhook_deliveries to switchboard_app;
create function only_remove_bodies() returns trigger
    language plpgsql set search_path = pg_catalog, public
    as $$
    begin
        if length(new.body) > 0 or new.headers is not null or new.body_removed_at is null then
            raise exception 'a delivery can be emptied, not changed' using errcode = '23514';
        end if;
        return new;
    end
    $$;
create trigger deliveries_are_only_emptied before update on webhook_deliveries
    for each row execute function only_remove_bodies();

-- Up to which number that is done.
create table deliveries_without_bodies (
    workspace_id uuid primary key references workspaces (workspace_id) on delete cascade,
    up_to bigint not null
);
call protect_tenant_table('deliveries_without_bodies');
grant select, insert, update on deliveries_without_bodies to switchboard_app;
