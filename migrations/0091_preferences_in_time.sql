-- Why: a person's "stop" and "resume" may arrive in the wrong order; which one was said last must be known.
-- When each kind of message was last allowed or forbidden: {"marketing_messages": "2026-11-30T10:05:00Z"}.
alter table identities add column preferences_at jsonb not null default '{}';
