//! Deliveries: durable before anybody is told, processed in order, nothing lost, nothing doubled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use channel_webchat::{Delivery, DeliveryKind, Visitor};
use serde_json::json;
use serde_json::value::RawValue;
use server::app::App;
use server::webhooks::{NewDelivery, Receipt, fingerprint};
use shared::{ChannelId, ChannelKind, Role, WorkspaceId};
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::kit::{TestDatabase, ask};

/// A web chat channel, and processes over its database.
struct Ingest {
    test: TestDatabase,
    processes: Vec<Arc<App>>,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
}

impl Drop for Ingest {
    fn drop(&mut self) {
        self.processes.iter().for_each(|app| app.stopping.cancel());
    }
}

impl Ingest {
    async fn start(processes: usize) -> Self {
        let test = TestDatabase::create().await;
        let workspace_id = test.workspace("Bloom & Co").await;
        let channel_id = channel(&test, workspace_id).await;
        let processes = (0..processes).map(|_| test.app()).collect::<Vec<_>>();
        processes.iter().for_each(App::start_background);
        Self { test, processes, workspace_id, channel_id }
    }

    async fn post(&self, process: usize, delivery: NewDelivery) -> Receipt {
        self.processes[process].receiver.store(delivery).await.unwrap()
    }

    fn message(&self, visitor: &str, id: Uuid, text: &str) -> NewDelivery {
        message(self.workspace_id, self.channel_id, visitor, id, text)
    }

    async fn say(&self, visitor: &str, text: &str) -> Receipt {
        self.post(0, self.message(visitor, Uuid::now_v7(), text)).await
    }

    /// Waits until every delivery has ended, or waits for another try.
    async fn settle(&self) {
        let mut connection = self.test.superuser().await;
        let until = Instant::now() + Duration::from_secs(60);
        while count(&mut connection, "select count(*) from pending_deliveries where attempts = 0").await > 0 {
            assert!(Instant::now() < until, "deliveries are still pending");
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        connection.close().await.unwrap();
    }

    /// A visitor's thread, in the order of its numbers.
    async fn texts(&self, visitor: &str) -> Vec<String> {
        sqlx::query_scalar(
            "select m.text from messages m join conversations c on c.id = m.conversation_id
             join identities i on i.id = c.identity_id
             where i.platform_id = $1 and m.direction = 1 order by m.conversation_id, m.seq",
        )
        .bind(visitor)
        .fetch_all(&mut self.test.superuser().await)
        .await
        .unwrap()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        count(&mut self.test.superuser().await, sql).await
    }
}

async fn count(connection: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

async fn channel(test: &TestDatabase, workspace_id: WorkspaceId) -> ChannelId {
    let id = ChannelId::new();
    let mut tx = test.db.workspace(workspace_id).await.unwrap();
    sqlx::query(
        "insert into channels (workspace_id, id, kind, name, platform_account_id) values ($1, $2, 1, 'Chat', $3)",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(Uuid::new_v4().to_string())
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

fn delivery(
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    visitor: &str,
    event: DeliveryKind,
    key: String,
    posted: &str,
) -> NewDelivery {
    let raw = RawValue::from_string(posted.to_owned()).unwrap();
    let visitor = Visitor { id: visitor.to_owned(), ..Visitor::default() };
    NewDelivery {
        workspace_id,
        channel_id,
        kind: ChannelKind::WebChat,
        sender: visitor.id.clone(),
        dedupe_key: key,
        fingerprint: fingerprint(posted.as_bytes()),
        body: Delivery { event, visitor, posted: &raw }.to_bytes().unwrap().into(),
        headers: None,
        ignored: None,
    }
}

fn message(
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    visitor: &str,
    id: Uuid,
    text: &str,
) -> NewDelivery {
    let posted = json!({ "clientMessageId": id, "text": text }).to_string();
    delivery(workspace_id, channel_id, visitor, DeliveryKind::Message, format!("m:{visitor}:{id}"), &posted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_becomes_a_conversation_with_everything_a_list_shows() {
    let ingest = Ingest::start(1).await;
    assert_eq!(ingest.say("v_ana", "Is the blue one\n back in stock?").await, Receipt::Stored);
    ingest.say("v_ana", &"ñ".repeat(300)).await;
    ingest.settle().await;

    let mut connection = ingest.test.superuser().await;
    let row: (i64, i16, i16, String, i64, i64, bool) = sqlx::query_as(
        "select number, kind, status, preview, last_seq, inbound_count, waiting_since is not null from conversations",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(row, (1, 3, 1, "ñ".repeat(120), 2, 2, true));
    let counters: Vec<(i16, i64)> = sqlx::query_as("select kind, n from conversation_counters order by kind")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(counters, [(0, 1), (1, 1), (4, 1), (6, 1)]);
    let events: i64 = count(&mut connection, "select count(*) from events where kind = 2").await;
    assert_eq!(events, 2);
    assert_eq!(count(&mut connection, "select event_seq from workspace_heads").await, 2);
    assert_eq!(ingest.texts("v_ana").await[0], "Is the blue one\n back in stock?");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_delivery_adds_nothing_and_other_bytes_under_its_key_are_refused() {
    let ingest = Ingest::start(1).await;
    let id = Uuid::now_v7();
    assert_eq!(ingest.post(0, ingest.message("v_ana", id, "Hello")).await, Receipt::Stored);
    assert_eq!(ingest.post(0, ingest.message("v_ana", id, "Hello")).await, Receipt::Duplicate);
    ingest.settle().await;
    assert_eq!(ingest.post(0, ingest.message("v_ana", id, "Hello")).await, Receipt::Duplicate);
    assert_eq!(ingest.post(0, ingest.message("v_ana", id, "Something else")).await, Receipt::Conflict);
    assert_eq!(ingest.post(0, ingest.message("v_ben", id, "Something else")).await, Receipt::Stored);
    ingest.settle().await;
    assert_eq!(ingest.texts("v_ana").await, ["Hello"]);
    assert_eq!(ingest.texts("v_ben").await, ["Something else"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_inside_one_commit_are_recognised() {
    let ingest = Ingest::start(1).await;
    let id = Uuid::now_v7();
    let posts = (0..40).map(|n| {
        let text = if n % 2 == 0 { "Same" } else { "Other" };
        ingest.post(0, ingest.message("v_ana", id, text))
    });
    let receipts = futures::future::join_all(posts).await;
    assert_eq!(receipts.iter().filter(|receipt| **receipt == Receipt::Stored).count(), 1);
    assert_eq!(receipts.iter().filter(|receipt| **receipt == Receipt::Duplicate).count(), 19);
    assert_eq!(receipts.iter().filter(|receipt| **receipt == Receipt::Conflict).count(), 20);
    ingest.settle().await;
    assert_eq!(ingest.texts("v_ana").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_a_thousand_stays_in_order() {
    let ingest = Ingest::start(1).await;
    let posts = (1..=1000).map(|n| ingest.post(0, ingest.message("v_ana", Uuid::now_v7(), &n.to_string())));
    let receipts = futures::future::join_all(posts).await;
    assert!(receipts.iter().all(|receipt| *receipt == Receipt::Stored));
    ingest.settle().await;
    let expected: Vec<String> = (1..=1000).map(|n| n.to_string()).collect();
    assert_eq!(ingest.texts("v_ana").await, expected);
    assert_eq!(ingest.count("select last_seq from conversations").await, 1000);
    assert_eq!(ingest.count("select event_seq from workspace_heads").await, 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_messages_at_once_make_one_conversation() {
    let ingest = Ingest::start(2).await;
    let posts = (0..50).map(|n| ingest.post(n % 2, ingest.message("v_ana", Uuid::now_v7(), &n.to_string())));
    futures::future::join_all(posts).await;
    ingest.settle().await;
    assert_eq!(ingest.count("select count(*) from contacts").await, 1);
    assert_eq!(ingest.count("select count(*) from conversations").await, 1);
    assert_eq!(ingest.texts("v_ana").await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_database_keep_every_senders_order_and_double_nothing() {
    let ingest = Ingest::start(2).await;
    let visitors = (0..20).map(|visitor| {
        let ingest = &ingest;
        async move {
            let visitor = format!("v_{visitor}");
            for n in 0..30 {
                let message = ingest.message(&visitor, Uuid::now_v7(), &n.to_string());
                // As a browser does: each to whichever process answers, one retry to the other.
                assert_eq!(ingest.post(n % 2, message.clone()).await, Receipt::Stored);
                if n % 7 == 0 {
                    assert_eq!(ingest.post((n + 1) % 2, message).await, Receipt::Duplicate);
                }
            }
        }
    });
    futures::future::join_all(visitors).await;
    ingest.settle().await;
    let expected: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    for visitor in 0..20 {
        assert_eq!(ingest.texts(&format!("v_{visitor}")).await, expected);
    }
    assert_eq!(ingest.count("select count(*) from conversations").await, 20);
    assert_eq!(ingest.count("select n from conversation_counters where kind = 1").await, 20);
    assert_eq!(
        ingest.count("select count(distinct number) from conversations where number between 1 and 20").await,
        20
    );
    // Numbers of events without gap or repeat.
    assert_eq!(
        ingest.count("select count(*) from events").await,
        ingest.count("select max(seq) from events").await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_commit_takes_deliveries_of_several_workspaces() {
    let ingest = Ingest::start(1).await;
    let mut posts = Vec::new();
    let mut others = Vec::new();
    for n in 0..5 {
        let workspace_id = ingest.test.workspace(&format!("Other {n}")).await;
        let channel_id = channel(&ingest.test, workspace_id).await;
        others.push((workspace_id, channel_id));
    }
    for n in 0..60 {
        let (workspace_id, channel_id) = others[n % 5];
        posts.push(message(workspace_id, channel_id, "v_ana", Uuid::now_v7(), &n.to_string()));
    }
    let again = posts.clone();
    let receipts = futures::future::join_all(posts.into_iter().map(|post| ingest.post(0, post))).await;
    assert!(receipts.iter().all(|receipt| *receipt == Receipt::Stored));
    let receipts = futures::future::join_all(again.into_iter().map(|post| ingest.post(0, post))).await;
    assert!(receipts.iter().all(|receipt| *receipt == Receipt::Duplicate));
    ingest.settle().await;
    for (workspace_id, _) in others {
        let mut tx = ingest.test.db.read(workspace_id).await.unwrap();
        let count: i64 =
            sqlx::query_scalar("select count(*) from messages").fetch_one(tx.conn()).await.unwrap();
        assert_eq!(count, 12);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_delivery_fails_alone_and_with_a_reason() {
    let ingest = Ingest::start(1).await;
    let mut broken = ingest.message("v_ana", Uuid::now_v7(), "x");
    broken.body = (&b"\xff not json \0"[..]).into();
    ingest.say("v_ana", "before").await;
    ingest.post(0, broken).await;
    ingest.say("v_ana", "after").await;
    ingest.settle().await;
    assert_eq!(ingest.texts("v_ana").await, ["before", "after"]);
    let mut connection = ingest.test.superuser().await;
    let reasons: Vec<String> = sqlx::query_scalar("select reason from delivery_outcomes where outcome = 4")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].contains("unreadable"), "{reasons:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_the_database_refuses_holds_back_its_own_sender_only_until_it_is_given_up() {
    let ingest = Ingest::start(1).await;
    let mut connection = ingest.test.superuser().await;
    connection
        .execute(
            "create function refuse() returns trigger language plpgsql as
                 $$ begin if new.text = 'poison' then raise exception 'refused' using errcode = '23514'; end if; return new; end $$;
             create trigger refuse before insert on messages for each row execute function refuse();",
        )
        .await
        .unwrap();

    let posts = ["poison", "behind it"].map(|text| ingest.say("v_ana", text));
    futures::future::join_all(posts).await;
    ingest.say("v_ben", "a neighbour").await;
    let until = Instant::now() + Duration::from_secs(60);
    while ingest.texts("v_ben").await.is_empty() {
        assert!(Instant::now() < until, "the neighbour waits");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ingest.texts("v_ana").await, [""; 0]);
    assert_eq!(ingest.count("select attempts::bigint from pending_deliveries where attempts > 0").await, 1);
    let admin = ingest.test.member(ingest.workspace_id, Role::Admin).await;
    let waiting = "{ deliveries(outcome: WAITING, first: 10) { nodes { outcome attempts reason } } }";
    let waiting = ask(&ingest.processes[0], Some(&admin), waiting, json!({})).await.ok();
    let nodes = &waiting["deliveries"]["nodes"];
    assert_eq!(nodes[0]["outcome"], "WAITING", "{nodes}");
    assert!(nodes[0]["attempts"].as_i64() >= Some(1), "{nodes}"); // the next try may have been made by now
    assert!(nodes[0]["reason"].is_string() && nodes[1].is_null(), "{nodes}");

    // The last try fails too: given up, and what waited behind it goes on.
    connection
        .execute("update pending_deliveries set attempts = 4, run_at = now() where attempts > 0")
        .await
        .unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while ingest.texts("v_ana").await.is_empty() {
        assert!(Instant::now() < until, "the sender waits for ever");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ingest.texts("v_ana").await, ["behind it"]);
    assert_eq!(ingest.count("select count(*) from delivery_outcomes where outcome = 4").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_conversation_opens_again_when_its_contact_writes() {
    let ingest = Ingest::start(1).await;
    ingest.say("v_ana", "first").await;
    ingest.settle().await;
    let mut connection = ingest.test.superuser().await;
    connection.execute("update conversations set status = 3, waiting_since = null; update conversation_counters set n = 0 where kind <> 0; insert into conversation_counters select workspace_id, 3, '00000000-0000-0000-0000-000000000000', 1 from workspaces").await.unwrap();
    ingest.say("v_ana", "second").await;
    ingest.settle().await;

    assert_eq!(
        ingest
            .count("select count(*) from conversations where status = 1 and waiting_since is not null")
            .await,
        1
    );
    let entries: Vec<(i64, i16)> = sqlx::query_as("select seq, direction from messages order by seq")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(entries, [(1, 1), (2, 4), (3, 1)]);
    assert_eq!(ingest.count("select n from conversation_counters where kind = 1").await, 1);
    assert_eq!(ingest.count("select n from conversation_counters where kind = 3").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_opens_again_is_nobodys_when_its_member_has_left() {
    let ingest = Ingest::start(1).await;
    let (left, stays) = (
        ingest.test.member(ingest.workspace_id, Role::Agent).await,
        ingest.test.member(ingest.workspace_id, Role::Agent).await,
    );
    for (visitor, member) in [("v_ana", &left), ("v_ben", &stays)] {
        ingest.say(visitor, "first").await;
        ingest.settle().await;
        let id: shared::ConversationId =
            sqlx::query_scalar("select id from conversations order by number desc limit 1")
                .fetch_one(&mut ingest.test.superuser().await)
                .await
                .unwrap();
        let app = &ingest.processes[0];
        let member_id = member.member_id;
        server::conversations::assign(app, member, id, Some(member_id)).await.unwrap().unwrap();
        server::conversations::close(app, member, id).await.unwrap();
    }
    sqlx::query("update members set removed_at = now() where id = $1")
        .bind(left.member_id)
        .execute(&mut ingest.test.superuser().await)
        .await
        .unwrap();
    ingest.say("v_ana", "second").await;
    ingest.say("v_ben", "second").await;
    ingest.say("v_ana", "third").await;
    ingest.settle().await;

    let mut connection = ingest.test.superuser().await;
    let assigned: Vec<(i16, Option<shared::MemberId>)> =
        sqlx::query_as("select status, assignee_id from conversations order by number")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(assigned, [(1, None), (1, Some(stays.member_id))]);
    let thread: Vec<String> = sqlx::query_scalar(
        "select coalesce(m.activity->>'kind', m.text) from messages m join conversations c on c.id = m.conversation_id
         where c.number = 1 order by m.seq",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(thread, ["first", "ASSIGNED", "CLOSED", "REOPENED", "UNASSIGNED", "second", "third"]);
    let counters: Vec<(i16, i64)> = sqlx::query_as(
        "select kind, n from conversation_counters where kind between 1 and 5 and n <> 0 order by kind",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(counters, [(1, 2), (4, 1), (5, 1)], "open, unassigned, the other member's");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_visitor_has_seen_only_moves_forward() {
    let ingest = Ingest::start(1).await;
    ingest.say("v_ana", "one").await;
    ingest.say("v_ana", "two").await;
    ingest.settle().await;
    let mut connection = ingest.test.superuser().await;
    connection
        .execute(
            "with answer as (
                 insert into messages (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, text, sent_at, status)
                 select workspace_id, gen_random_uuid(), id, 3, channel_id, 2, 2, 'answer', now(), 2 from conversations returning *),
             sent as (insert into transmissions (workspace_id, id, message_id, channel_id, status)
                 select workspace_id, gen_random_uuid(), id, channel_id, 2 from answer)
             update conversations set last_seq = 3",
        )
        .await
        .unwrap();
    let seen = |seq: i64| {
        let posted = json!({ "seq": seq }).to_string();
        delivery(
            ingest.workspace_id,
            ingest.channel_id,
            "v_ana",
            DeliveryKind::Seen,
            format!("s:v_ana:{seq}"),
            &posted,
        )
    };
    ingest.post(0, seen(99)).await;
    ingest.post(0, seen(1)).await;
    ingest.settle().await;
    assert_eq!(ingest.count("select contact_read_seq from conversations").await, 3);
    assert_eq!(ingest.count("select count(*) from messages where direction = 2 and status = 4").await, 1);
    assert_eq!(ingest.count("select count(*) from transmissions where status = 4").await, 1);
    assert_eq!(ingest.count("select count(*) from transmission_events where status = 4").await, 1);
    assert_eq!(ingest.count("select count(*) from delivery_outcomes where outcome = 3").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_left_by_a_process_that_died_is_found() {
    let ingest = Ingest::start(1).await;
    // Stored, but nobody in this process was told.
    let mut tx = ingest.test.db.workspace(ingest.workspace_id).await.unwrap();
    let left = ingest.message("v_ana", Uuid::now_v7(), "left behind");
    sqlx::query(
        "with d as (
             insert into webhook_deliveries (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256)
             values ($1, $2, 1, $3, $4, $5, $6) returning workspace_id, id, channel_id, sender)
         insert into pending_deliveries (workspace_id, delivery_id, channel_id, sender) select * from d",
    )
    .bind(left.workspace_id)
    .bind(left.channel_id)
    .bind(left.sender)
    .bind(left.dedupe_key)
    .bind(&left.body[..])
    .bind(left.fingerprint.as_slice())
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    ingest.settle().await;
    assert_eq!(ingest.texts("v_ana").await, ["left behind"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_failed_deliveries_and_has_one_processed_again() {
    let ingest = Ingest::start(1).await;
    let admin = ingest.test.member(ingest.workspace_id, Role::Admin).await;
    let agent = ingest.test.member(ingest.workspace_id, Role::Agent).await;
    let stranger = ingest.test.owner().await;
    let mut broken = ingest.message("v_ana", Uuid::now_v7(), "x");
    let good = std::mem::replace(&mut broken.body, (&b"broken"[..]).into());
    ingest.post(0, broken).await;
    ingest.say("v_ben", "fine").await;
    ingest.settle().await;

    let app = &ingest.processes[0];
    let list = "query($o: DeliveryOutcome) { deliveries(outcome: $o, first: 10) { nodes { id outcome reason attempts bodyBytes }
                pageInfo { hasNextPage } } }";
    assert_eq!(ask(app, Some(&agent), list, json!({})).await.codes, ["FORBIDDEN"]);
    let all = ask(app, Some(&admin), list, json!({})).await.ok();
    assert_eq!(all["deliveries"]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(ask(app, Some(&stranger), list, json!({})).await.ok()["deliveries"]["nodes"], json!([]));
    let failed = ask(app, Some(&admin), list, json!({ "o": "FAILED" })).await.ok();
    let node = &failed["deliveries"]["nodes"][0];
    assert_eq!((&node["outcome"], &node["attempts"]), (&json!("FAILED"), &json!(1)));
    for (outcome, count) in
        [("PROCESSED", 1), ("PENDING", 0), ("WAITING", 0), ("DUPLICATE", 0), ("IGNORED", 0)]
    {
        let some = ask(app, Some(&admin), list, json!({ "o": outcome })).await.ok();
        let nodes = some["deliveries"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), count, "{outcome}");
        assert!(nodes.iter().all(|node| node["outcome"] == outcome), "{nodes:?}");
    }

    let again = "mutation($id: ID!) { processDeliveryAgain(deliveryId: $id) { delivery { outcome } problem { code } } }";
    let id = json!({ "id": node["id"] });
    assert_eq!(ask(app, Some(&stranger), again, id.clone()).await.codes, ["NOT_FOUND"]);
    // "A fix": here the bytes, in life the adapter. What came in cannot be changed, hence the back door.
    let mut behind = ingest.test.superuser().await;
    behind.execute("set session_replication_role = replica").await.unwrap();
    sqlx::query("update webhook_deliveries d set body = $1 from delivery_outcomes o where o.delivery_id = d.id and o.outcome = 4")
        .bind(&good[..])
        .execute(&mut behind)
        .await
        .unwrap();
    let answer = ask(app, Some(&admin), again, id.clone()).await.ok();
    assert_eq!(answer["processDeliveryAgain"]["delivery"]["outcome"], "PENDING");
    ingest.settle().await;
    assert_eq!(ingest.texts("v_ana").await, ["x"]);
    let answer = ask(app, Some(&admin), again, id).await.ok();
    assert_eq!(answer["processDeliveryAgain"]["problem"]["code"], "ALREADY_PROCESSED");
    assert_eq!(ingest.count("select count(*) from audit_entries where action = 41").await, 1);
}
