//! Writing into a thread and reading it.

use std::sync::Arc;

use serde_json::{Value, json};
use server::app::App;
use server::viewer::Viewer;
use shared::{ConversationId, Role};
use uuid::Uuid;

use crate::kit::{TestDatabase, ask};

const SEND: &str = "mutation($input: SendMessageInput!) { sendMessage(input: $input) {
    message { id seq text status author { name memberId } quoted { text authorName } }
    conversation { id status handler waitingSince assignee { id } preview previewAuthor lastSeq }
    problem { code field } newerMessage { text author { name } } } }";

async fn send(app: &Arc<App>, viewer: &Viewer, input: Value) -> Value {
    ask(app, Some(viewer), SEND, json!({ "input": input })).await.ok()["sendMessage"].take()
}

fn input(id: ConversationId, text: &str) -> Value {
    json!({ "conversationId": id, "clientId": Uuid::new_v4(), "text": text })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_message_sent_twenty_times_at_once_is_one_message() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 1).await;
    let message = input(id, "Hello");
    let sends: Vec<_> = (0..20)
        .map(|_| {
            let (app, viewer, message) = (app.clone(), viewer.clone(), message.clone());
            tokio::spawn(async move { send(&app, &viewer, message).await })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    for sent in sends {
        let sent = sent.await.unwrap();
        assert_eq!(sent["problem"], Value::Null);
        ids.insert(sent["message"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 1);
    let mut tx = test.db.read(viewer.workspace_id).await.unwrap();
    for (table, expected) in
        [("messages where direction = 2", 1_i64), ("transmissions", 1), ("transmission_events", 1)]
    {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let count: i64 = sqlx::query_scalar(sql).fetch_one(tx.conn()).await.unwrap();
        assert_eq!(count, expected, "{table}");
    }
    let mut other = message.clone();
    other["text"] = json!("Good-bye");
    assert_eq!(send(&app, &viewer, other).await["problem"]["code"], json!("DIFFERENT_MESSAGE"));
    let elsewhere = test.conversation(viewer.workspace_id, channel, 1).await;
    let mut other = message.clone();
    other["conversationId"] = json!(elsewhere);
    assert_eq!(send(&app, &viewer, other).await["problem"]["code"], json!("DIFFERENT_MESSAGE"));
}

#[tokio::test]
async fn an_answer_is_sent_takes_the_conversation_opens_it_and_ends_the_waiting() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 1).await;
    let close =
        format!(r#"mutation {{ closeConversation(conversationId: "{id}") {{ problem {{ code }} }} }}"#);
    ask(&app, Some(&viewer), &close, json!({})).await.ok();
    let sent = send(&app, &viewer, input(id, "  Hello\r\nthere ")).await;
    assert_eq!(sent["message"]["text"], json!("Hello\nthere"));
    assert_eq!(sent["message"]["status"], json!("SENT"));
    assert_eq!(sent["message"]["author"]["memberId"], json!(viewer.member_id));
    let conversation = &sent["conversation"];
    assert_eq!(conversation["status"], json!("OPEN"));
    assert_eq!(conversation["handler"], json!("HUMAN"));
    assert_eq!(conversation["waitingSince"], Value::Null);
    assert_eq!(conversation["assignee"]["id"], json!(viewer.member_id));
    assert_eq!(conversation["preview"], json!("Hello there"));
    assert_eq!(conversation["previewAuthor"], json!("MEMBER"));

    let thread = format!(
        r#"{{ conversation(id: "{id}") {{ messages(first: 20) {{ nodes {{ seq direction activity {{ kind memberName }} }} }} }} }}"#
    );
    let thread = ask(&app, Some(&viewer), &thread, json!({})).await.ok();
    let nodes = thread["conversation"]["messages"]["nodes"].as_array().unwrap().clone();
    let kinds: Vec<_> = nodes
        .iter()
        .map(|node| node["activity"]["kind"].as_str().or(node["direction"].as_str()).unwrap())
        .collect();
    assert_eq!(kinds, ["INBOUND", "CLOSED", "REOPENED", "ASSIGNED", "OUTBOUND"]);
    assert_eq!(nodes.iter().map(|node| node["seq"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(nodes[3]["activity"]["memberName"], json!(viewer.name));

    server::messages::mark_delivered(&app, viewer.workspace_id, id, 99).await.unwrap();
    let mut tx = test.db.read(viewer.workspace_id).await.unwrap();
    let row: (i16, i16, i64, i64) = sqlx::query_as(
        "select m.status, t.status, c.contact_delivered_seq, (select count(*) from transmission_events)
         from messages m join transmissions t on t.message_id = m.id join conversations c on c.id = m.conversation_id",
    )
    .fetch_one(tx.conn())
    .await
    .unwrap();
    assert_eq!(row, (3, 3, 5, 2));
}

#[tokio::test]
async fn a_colleagues_newer_answer_stops_the_sending_once() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let other = test.member(viewer.workspace_id, Role::Agent).await;
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 1).await;
    let first = send(&app, &other, input(id, "I have it")).await;
    let seen = first["message"]["seq"].as_i64().unwrap();
    let mut mine = input(id, "Me too");
    mine["lastSeenSeq"] = json!(1);
    let stopped = send(&app, &viewer, mine.clone()).await;
    assert_eq!(stopped["problem"]["code"], json!("NEWER_ANSWER"));
    assert_eq!(stopped["newerMessage"], json!({ "text": "I have it", "author": { "name": other.name } }));
    mine["lastSeenSeq"] = json!(seen);
    assert_eq!(send(&app, &viewer, mine).await["problem"], Value::Null);
    let mut own = input(id, "And more");
    own["lastSeenSeq"] = json!(seen);
    assert_eq!(send(&app, &viewer, own).await["problem"], Value::Null, "one's own answers stop nothing");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_reason() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let other = test.member(viewer.workspace_id, Role::Agent).await;
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 1).await;
    assert_eq!(send(&app, &viewer, input(id, " \n ")).await["problem"]["code"], json!("EMPTY"));
    assert_eq!(
        send(&app, &viewer, input(id, &"x".repeat(10_001))).await["problem"]["code"],
        json!("TOO_LONG")
    );
    assert_eq!(send(&app, &viewer, input(id, &"ä".repeat(10_000))).await["problem"], Value::Null);

    let file = upload(&test, &viewer).await;
    let mut message = input(id, "");
    message["attachmentIds"] = json!([file]);
    let foreign = ask(&app, Some(&other), SEND, json!({ "input": message })).await;
    assert_eq!(foreign.codes, ["NOT_FOUND"], "a colleague's upload");
    let sent = send(&app, &viewer, message.clone()).await;
    assert_eq!(sent["conversation"]["preview"], json!("invoice.pdf"));
    assert_eq!(
        send(&app, &viewer, message.clone()).await["message"]["id"],
        sent["message"]["id"],
        "a repeat"
    );
    message["clientId"] = json!(Uuid::new_v4());
    assert_eq!(
        ask(&app, Some(&viewer), SEND, json!({ "input": message })).await.codes,
        ["NOT_FOUND"],
        "used"
    );

    let elsewhere = test.conversation(viewer.workspace_id, channel, 1).await;
    let mut quoting = input(elsewhere, "See");
    quoting["quotedMessageId"] = sent["message"]["id"].clone();
    assert_eq!(
        ask(&app, Some(&viewer), SEND, json!({ "input": quoting.clone() })).await.codes,
        ["NOT_FOUND"]
    );
    quoting["conversationId"] = json!(id);
    assert_eq!(send(&app, &viewer, quoting).await["message"]["quoted"]["authorName"], json!(viewer.name));
}

async fn upload(test: &TestDatabase, viewer: &Viewer) -> shared::AttachmentId {
    let id = shared::AttachmentId::new();
    let mut tx = test.db.workspace(viewer.workspace_id).await.unwrap();
    sqlx::query(
        "insert into attachments (workspace_id, id, member_id, kind, name, content_type, size_bytes, sha256, storage_key)
         values ($1, $2, $3, 4, 'invoice.pdf', 'application/pdf', 3, '\\x00', 'k')",
    )
    .bind(viewer.workspace_id)
    .bind(id)
    .bind(viewer.member_id)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn a_thread_is_paged_from_both_ends() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 25).await;
    let page = |arguments: String| {
        let (app, viewer) = (app.clone(), viewer.clone());
        async move {
            let query = format!(
                r#"{{ conversation(id: "{id}") {{ messages({arguments}) {{ nodes {{ seq }}
                    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"#
            );
            ask(&app, Some(&viewer), &query, json!({})).await
        }
    };
    let seqs = |page: &Value| -> Vec<i64> {
        page["nodes"].as_array().unwrap().iter().map(|node| node["seq"].as_i64().unwrap()).collect()
    };
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let page = page(format!("last: 10{before}")).await.ok()["conversation"]["messages"].take();
        let mut part = seqs(&page);
        part.extend(seen);
        seen = part;
        if page["pageInfo"]["hasPreviousPage"] == json!(false) {
            break;
        }
        before = format!(r#", before: {}"#, page["pageInfo"]["startCursor"]);
    }
    assert_eq!(seen, (1..=25).collect::<Vec<_>>());
    let first = page("first: 20".into()).await.ok()["conversation"]["messages"].take();
    assert_eq!((seqs(&first).len(), &first["pageInfo"]["hasNextPage"]), (20, &json!(true)));
    let rest = page(format!("first: 20, after: {}", first["pageInfo"]["endCursor"])).await.ok();
    assert_eq!(seqs(&rest["conversation"]["messages"]), (21..=25).collect::<Vec<_>>());
    assert_eq!(page("first: 2, last: 2".into()).await.codes, ["INVALID"]);
}

#[tokio::test]
async fn no_statement_runs_once_per_conversation_of_a_page() {
    const PAGE: usize = 30;
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let channel = test.web_chat(viewer.workspace_id).await;
    for _ in 0..PAGE {
        let id = test.conversation(viewer.workspace_id, channel, 2).await;
        send(&app, &viewer, input(id, "Hello")).await;
    }
    let query = format!(
        "{{ conversations(view: ALL, first: {PAGE}) {{ nodes {{ id readCount draft(mode: REPLY) {{ text }}
                assignee {{ name }} channel {{ name }}
                contact {{ name identities {{ aliases {{ value }} channel {{ name }} }}
                           conversations(first: 3) {{ nodes {{ id readCount }} }} }}
                messages(last: 5) {{ nodes {{ author {{ name }} attachments {{ url }} quoted {{ text }} reactions {{ emoji }} }} }}
            }} }} }}"
    );
    ask(&app, Some(&viewer), &query, json!({})).await.ok(); // warm
    let statements = test.statements(async { ask(&app, Some(&viewer), &query, json!({})).await.ok() }).await;
    let mut times = std::collections::BTreeMap::<&str, usize>::new();
    for statement in &statements {
        *times.entry(statement).or_default() += 1;
    }
    // Each transaction begins by naming its workspace.
    times.retain(|statement, _| !statement.starts_with("begin"));
    assert!(times.len() > 5, "{times:?}");
    // What is asked for one by one is gathered by time: on a busy machine a batch may come in two or three.
    assert!(times.values().all(|times| *times < PAGE / 2), "{times:?}");
}
