//! What a batch costs: the same statements whatever its size, each by an index.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::Inbound;
use crate::kit::telegram::{self, NOOR, T0, album, edited, message, reacted, text};

/// Beginnings of the statements that write and read what events are about.
const OF_BATCHES: [&str; 18] = [
    "insert into messages",
    "update messages m",
    "select k.n,",
    "insert into attachments",
    "insert into message_revisions",
    "insert into platform_messages",
    "insert into albums",
    "insert into waiting_changes",
    "delete from waiting_changes",
    "update conversations c",
    "select m.id, m.text,",
    "select message_id, platform_message_id,",
    "select id, message_id, kind,",
    "select message_id, actor_kind",
    "with change as",
    "select a.n, i.id",
    "select c.id, c.kind,",
    "insert into delivery_outcomes",
];

/// Some of everything, `count` times, beginning with this message number; also changes of an earlier message.
fn some_of_everything(from: i64, earlier: i64, count: i64) -> Vec<Value> {
    let mut story = Vec::new();
    for at in 0..count {
        let number = from + at * 10;
        let quoted = json!({ "message_id": number, "date": T0, "text": "x", "chat": { "id": NOOR, "type": "private" } });
        let under = json!({ "message_id": number, "date": T0, "chat": { "id": NOOR, "type": "private" } });
        story.extend([
            text(number, "a text"),
            edited(number, 5, json!({ "text": "an edited text" })),
            reacted(number, 6, &["👍"]),
            album(number + 1, &format!("album {number}"), Some("caption")),
            album(number + 2, &format!("album {number}"), None),
            message(number + 3, json!({ "text": "an answer", "reply_to_message": quoted })),
            json!({ "update_id": number, "callback_query": { "id": number.to_string(), "from": telegram::noor(),
                "message": under, "chat_instance": "1", "data": "d" } }),
            reacted(number + 9, 1, &["❤"]),
            edited(earlier, at + 1, json!({ "text": format!("new words {at}") })),
            reacted(earlier, at + 1, &["🔥", "❤"]),
        ]);
    }
    story
}

/// Which of them were run, and how often.
fn of_batches(statements: Vec<String>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for statement in statements {
        if let Some(known) = OF_BATCHES.iter().find(|known| statement.starts_with(**known)) {
            *counted.entry((*known).to_owned()).or_default() += 1;
        }
    }
    counted
}

#[tokio::test]
async fn a_large_batch_takes_no_more_statements_than_a_small_one() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(1_000, "the first"), text(2_000, "the second")]).await;
    let few = some_of_everything(3_000, 1_000, 2);
    let many = some_of_everything(4_000, 2_000, 40);
    let few = of_batches(inbox.test.statements(inbox.deliver(&few)).await);
    let many = of_batches(inbox.test.statements(inbox.deliver(&many)).await);
    assert_eq!(few, many);
    assert!(few.len() > 14, "{few:#?}");
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_of_a_batch_reads_a_whole_table() {
    const SCANS: &str = "select coalesce(sum(seq_scan), 0)::bigint from pg_stat_user_tables
        where relname in ('messages', 'platform_messages', 'albums', 'identities', 'identity_aliases', 'contacts',
                          'conversations', 'reactions', 'attachments', 'waiting_changes', 'message_revisions',
                          'outbox', 'transmissions', 'refused_places', 'business_connections', 'channels')";
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(1_000, "the first"), text(2_000, "the second")]).await;
    // Servers keep their figures to themselves for a second.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = inbox.number(SCANS).await;
    inbox.deliver(&some_of_everything(3_000, 1_000, 3)).await;
    let say = |number: i64, content| telegram::business(number, telegram::noor(), content);
    let connection = json!({ "update_id": 100, "business_connection": { "id": "conn-1", "user": telegram::owner(),
        "user_chat_id": 1, "date": T0, "rights": { "can_reply": true }, "is_enabled": true } });
    inbox
        .deliver(&[connection, say(1, json!({ "photo": [telegram::photo(1)], "media_group_id": "b" }))])
        .await;
    inbox.deliver(&[say(2, json!({ "photo": [telegram::photo(2)], "media_group_id": "b" }))]).await;
    inbox.deliver(&[telegram::business(3, telegram::owner(), json!({ "text": "by hand" }))]).await;
    inbox.deliver(&[telegram::business_deleted(&[1, 2, 3, 99]), telegram::member(9, "kicked")]).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(inbox.number(SCANS).await, before);
}
