-- Why: an invitation holds the mail address of somebody who may never have come. Long after it ran out it is
-- removed like other expired secrets; what was done with it stays in the audit log.
grant delete on invitations to switchboard_app;
create index invitations_by_expiry on invitations (workspace_id, expires_at);
