-- Why: what comes in changes what is there. Texts and files are erased for good when somebody takes a message back,
-- the later set of reactions wins though it came first, an album keeps the words of each of its parts, and a quote
-- finds its message however late that comes.

-- A message that is taken back takes its earlier texts with it.
grant delete on message_revisions to switchboard_app;

-- A reaction that was taken off stays as a mark of when that was: an older set that comes later is not the truth.
alter table reactions add column removed_at timestamptz;

alter table platform_messages
    -- The words of this part of an album, as `shared::RichText`; the message's text is all of them.
    add column text jsonb,
    -- This part was taken back.
    add column deleted_at timestamptz;

-- Quotes of messages that are not here yet.
create index messages_quote_unknown on messages (workspace_id, channel_id, quoted_platform_id)
    where quoted_platform_id is not null and quoted_message_id is null;

-- Who answers a message: when it is taken back, what they showed of it goes, too.
create index messages_by_quoted on messages (workspace_id, quoted_message_id) where quoted_message_id is not null;

-- What the platform calls the bytes, whoever sends them: tells whether an edit brought another file.
alter table attachments add column unique_id text;
