-- Why: a demo workspace talks to the simulator instead of the providers, also after a restart.
alter table installation add column demo_workspaces uuid[] not null default '{}';
