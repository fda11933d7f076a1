-- Why: the readiness check compares the schema's version with the binary's, and the server's role may
-- not read the table in which migrations are recorded.
create function schema_version() returns bigint
    language plpgsql stable security definer set search_path = pg_catalog, public
    as $$ begin return (select max(m.version) from public._sqlx_migrations m where m.success); end $$;
revoke execute on function schema_version() from public;
grant execute on function schema_version() to switchboard_app;
