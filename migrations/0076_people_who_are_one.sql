-- Why: a platform knows one person by several ids, and sometimes says so only later. Two identities that turn out to
-- be one person's become one: what hung on the other moves, and the other stays as a mark of who it was.
alter table identities
    add column merged_into uuid,
    add column merged_at timestamptz,
    add foreign key (workspace_id, merged_into) references identities (workspace_id, id);
create index identities_merged on identities (workspace_id, merged_into) where merged_into is not null;
create index contacts_merged on contacts (workspace_id, merged_into) where merged_into is not null;
