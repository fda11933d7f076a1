//! Conversations to act on in tests, as if contacts had written.

use server::conversations::Counter;
use server::db::WorkspaceTx;
use server::realtime::Event;
use shared::{ChannelId, ContactId, ConversationId, IdentityId, MessageId, WorkspaceId};
use sqlx::Row as _;

use super::TestDatabase;

impl TestDatabase {
    /// A web chat.
    pub async fn web_chat(&self, workspace_id: WorkspaceId) -> ChannelId {
        let id = ChannelId::new();
        let mut tx = self.db.workspace(workspace_id).await.unwrap();
        sqlx::query(
            "insert into channels (workspace_id, id, kind, name, platform_account_id) values ($1, $2, 1, 'Shop', $3)",
        )
        .bind(workspace_id)
        .bind(id)
        .bind(id.0.to_string())
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// An open conversation with somebody new, who has written `messages` times.
    pub async fn conversation(
        &self,
        workspace_id: WorkspaceId,
        channel_id: ChannelId,
        messages: i64,
    ) -> ConversationId {
        let (contact, identity, id) = (ContactId::new(), IdentityId::new(), ConversationId::new());
        let mut tx = self.db.workspace(workspace_id).await.unwrap();
        sqlx::query("insert into contacts (workspace_id, id, name) values ($1, $2, 'Ana')")
            .bind(workspace_id)
            .bind(contact)
            .execute(tx.conn())
            .await
            .unwrap();
        sqlx::query(
            "insert into identities (workspace_id, id, channel_id, contact_id, platform_id)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(workspace_id)
        .bind(identity)
        .bind(channel_id)
        .bind(contact)
        .bind(identity.0.to_string())
        .execute(tx.conn())
        .await
        .unwrap();
        sqlx::query(
            "insert into conversations (workspace_id, id, number, kind, channel_id, identity_id, contact_id,
                                        last_activity_at, waiting_since)
             select $1, $2, coalesce(max(number), 0) + 1, 3, $3, $4, $5, clock_timestamp(), clock_timestamp()
             from conversations where workspace_id = $1",
        )
        .bind(workspace_id)
        .bind(id)
        .bind(channel_id)
        .bind(identity)
        .bind(contact)
        .execute(tx.conn())
        .await
        .unwrap();
        tx.count(Counter::Open, 1);
        tx.count(Counter::Unassigned, 1);
        tx.count(Counter::Channel(channel_id), 1);
        for n in 1..=messages {
            write_inbound(&mut tx, id, &format!("Message {n}")).await;
        }
        tx.publish(Event::conversation(id));
        tx.commit().await.unwrap();
        id
    }
}

impl TestDatabase {
    /// An answer on a bot's channel that its platform did not take, given up and to be put back in line; with its
    /// channel and conversation.
    pub async fn failed_answer(&self, workspace_id: WorkspaceId) -> (ChannelId, ConversationId, MessageId) {
        let channel_id = ChannelId::new();
        let mut tx = self.db.workspace(workspace_id).await.unwrap();
        sqlx::query(
            "insert into channels (workspace_id, id, kind, name, platform_account_id) values ($1, $2, 5, 'Bot', $3)",
        )
        .bind(workspace_id)
        .bind(channel_id)
        .bind(channel_id.0.as_u128().to_string())
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let conversation_id = self.conversation(workspace_id, channel_id, 1).await;
        let message_id = MessageId::new();
        let mut tx = self.db.workspace(workspace_id).await.unwrap();
        sqlx::query(
            "with spoken as (
                 update conversations set last_seq = last_seq + 1, last_inbound_at = now()
                 where workspace_id = $1 and id = $2 returning last_seq),
             answer as (
                 insert into messages (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, text,
                                       sent_at, status)
                 select $1, $3, $2, last_seq, $4, 2, 3, 'Hello', now(), 5 from spoken)
             insert into transmissions (workspace_id, id, message_id, channel_id, status, act, retryable, dead_at)
             values ($1, $5, $3, $4, 5, '{\"text\": {\"text\": {\"plain\": \"Hello\"}}}', true, now())",
        )
        .bind(workspace_id)
        .bind(conversation_id)
        .bind(message_id)
        .bind(channel_id)
        .bind(shared::TransmissionId::new())
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        (channel_id, conversation_id, message_id)
    }
}

async fn write_inbound(tx: &mut WorkspaceTx, id: ConversationId, text: &str) -> MessageId {
    let workspace_id = tx.workspace_id();
    let message = MessageId::new();
    let row = sqlx::query(
        "update conversations set last_seq = last_seq + 1, inbound_count = inbound_count + 1,
                last_activity_at = clock_timestamp(), preview = $3, preview_author = 1,
                waiting_since = coalesce(waiting_since, clock_timestamp())
         where workspace_id = $1 and id = $2 returning last_seq, channel_id, contact_id",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(text)
    .fetch_one(tx.conn())
    .await
    .unwrap();
    let (seq, channel_id, contact_id): (i64, ChannelId, ContactId) = (row.get(0), row.get(1), row.get(2));
    sqlx::query(
        "insert into messages (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind,
                               author_contact_id, text, sent_at)
         values ($1, $2, $3, $4, $5, 1, 1, $6, $7, clock_timestamp())",
    )
    .bind(workspace_id)
    .bind(message)
    .bind(id)
    .bind(seq)
    .bind(channel_id)
    .bind(contact_id)
    .bind(text)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.publish(Event::message_created(id, message));
    message
}
