//! Live means gapless: whatever breaks, a subscriber that comes back from its cursor has seen everything once.

use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use server::app::App;
use server::config::Config;
use server::db::{Db, PoolSizes};
use server::realtime::{Change, Event, EventKind, Hub, Person};
use shared::{ConversationId, WorkspaceId};
use tokio::time::timeout;

use crate::kit::TestDatabase;

/// Long on this machine's worst day.
const PATIENCE: Duration = Duration::from_secs(20);

/// Another process on the same database, listening.
fn process(test: &TestDatabase) -> Arc<App> {
    let db = Db::new(test.app_options(), PoolSizes { requests: 4, ingest: 1, sending: 1 });
    let app = App::new(Config::default(), db);
    App::start_background(&app);
    app
}

async fn publish(db: &Db, workspace_id: WorkspaceId, count: usize) {
    let mut tx = db.workspace(workspace_id).await.unwrap();
    for _ in 0..count {
        tx.publish(Event::workspace());
    }
    tx.commit().await.unwrap();
}

/// Reads from `from` until number `until`, and says what came.
async fn read_until(hub: &Hub, workspace_id: WorkspaceId, from: i64, until: i64) -> Vec<i64> {
    let mut seen = Vec::new();
    let mut stream = Box::pin(hub.subscribe(workspace_id, from));
    while seen.last() != Some(&until) {
        let event = timeout(PATIENCE, stream.next()).await.expect("in time").expect("still live");
        seen.push(event.seq);
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_comes_and_goes_on_two_processes_sees_every_event_once_and_in_order() {
    const EVENTS: i64 = 500;
    let test = TestDatabase::create().await;
    let workspace_id = test.workspace("Ours").await;
    let (one, two) = (process(&test), process(&test));

    let db = test.db.clone();
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while written < EVENTS {
            let batch = (1 + written % 7).min(EVENTS - written);
            publish(&db, workspace_id, usize::try_from(batch).unwrap()).await;
            written += batch;
            if written % 5 == 0 {
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        }
    });

    let readers: Vec<_> = (0..4_u64)
        .map(|number| {
            let (one, two) = (Arc::clone(&one), Arc::clone(&two));
            tokio::spawn(async move {
                let mut seen: Vec<i64> = Vec::new();
                let mut turn = number;
                while seen.last().copied() != Some(EVENTS) {
                    turn =
                        turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let app = if turn >> 33 & 1 == 0 { &one } else { &two };
                    let cursor = seen.last().copied().unwrap_or(0);
                    let mut stream = Box::pin(app.hub.subscribe(workspace_id, cursor));
                    for _ in 0..=(turn >> 40) % 60 {
                        if seen.last().copied() == Some(EVENTS) {
                            break;
                        }
                        let event = timeout(PATIENCE, stream.next()).await.expect("in time").expect("live");
                        seen.push(event.seq);
                    }
                }
                seen
            })
        })
        .collect();
    writer.await.unwrap();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), (1..=EVENTS).collect::<Vec<_>>());
    }
    assert_eq!((one.hub.rooms_open(), two.hub.rooms_open()), (0, 0), "nobody watches, nothing is kept");
}

#[tokio::test]
async fn a_missed_ring_loses_nothing() {
    let test = TestDatabase::create().await;
    let workspace_id = test.workspace("Ours").await;
    let hub = Hub::new(test.db.clone()); // nobody listens for it
    let mut stream = Box::pin(hub.subscribe(workspace_id, 0));
    assert!(stream.next().now_or_never().is_none());
    tokio::spawn({
        let db = test.db.clone();
        async move { publish(&db, workspace_id, 3).await }
    });
    for seq in 1..=3 {
        assert_eq!(timeout(PATIENCE, stream.next()).await.unwrap().unwrap().seq, seq);
    }
}

#[tokio::test]
async fn a_cursor_of_no_use_is_answered_by_a_resync_and_then_goes_on() {
    let test = TestDatabase::create().await;
    let workspace_id = test.workspace("Ours").await;
    publish(&test.db, workspace_id, 9).await;
    let hub = Hub::new(test.db.clone());

    let ahead = Box::pin(hub.subscribe(workspace_id, 12)).next().await.unwrap();
    assert_eq!((ahead.change, ahead.seq), (Change::Resync, 9));

    let mut tx = test.db.workspace(workspace_id).await.unwrap();
    sqlx::query("delete from events where workspace_id = $1 and seq < 5")
        .bind(workspace_id)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut stream = Box::pin(hub.subscribe(workspace_id, 3));
    let old = stream.next().await.unwrap();
    assert_eq!((old.change, old.seq), (Change::Resync, 9));
    publish(&test.db, workspace_id, 1).await;
    let next = timeout(PATIENCE, stream.next()).await.unwrap().unwrap();
    assert_eq!((next.change, next.seq), (Change::Event(EventKind::WorkspaceChanged), 10));

    assert_eq!(read_until(&hub, workspace_id, 4, 10).await, (5..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_reader_that_falls_behind_is_ended_and_catches_up_from_its_cursor() {
    let test = TestDatabase::create().await;
    let workspace_id = test.workspace("Ours").await;
    let hub = Hub::new(test.db.clone());
    publish(&test.db, workspace_id, 1).await;
    let mut slow = Box::pin(hub.subscribe(workspace_id, 0));
    assert_eq!(slow.next().await.unwrap().seq, 1);
    let mut quick = Box::pin(hub.subscribe(workspace_id, 1));
    assert!(quick.next().now_or_never().is_none());
    publish(&test.db, workspace_id, 600).await;
    let seen = read_until(&hub, workspace_id, 1, 601).await;
    assert_eq!(seen, (2..=601).collect::<Vec<_>>());

    let mut last = 1;
    while let Some(event) = timeout(PATIENCE, slow.next()).await.expect("an end or an event") {
        assert_eq!(event.seq, last + 1, "never skipped silently");
        last = event.seq;
        if last == 601 {
            break;
        }
    }
    assert_eq!(read_until(&hub, workspace_id, last.min(600), 601).await.last(), Some(&601));
}

#[tokio::test]
async fn events_of_another_workspace_are_not_seen() {
    let test = TestDatabase::create().await;
    let (ours, theirs) = (test.workspace("Ours").await, test.workspace("Theirs").await);
    let channel = test.web_chat(theirs).await;
    test.conversation(theirs, channel, 2).await;
    publish(&test.db, ours, 1).await;
    let hub = Hub::new(test.db.clone());
    let mut stream = Box::pin(hub.subscribe(ours, 0));
    let event = stream.next().await.unwrap();
    assert_eq!((event.seq, event.conversation.is_none()), (1, true));
    assert!(timeout(Duration::from_millis(300), stream.next()).await.is_err());
}

#[tokio::test]
async fn an_event_brings_conversation_message_and_counters() {
    let test = TestDatabase::create().await;
    let workspace_id = test.workspace("Ours").await;
    let channel = test.web_chat(workspace_id).await;
    let id = test.conversation(workspace_id, channel, 1).await;
    let hub = Hub::new(test.db.clone());
    let mut stream = Box::pin(hub.subscribe(workspace_id, 0));
    let message = stream.next().await.unwrap();
    assert_eq!(message.message.as_ref().unwrap().message.text, "Message 1");
    assert_eq!(message.message.as_ref().unwrap().author_name, "Ana");
    let conversation = stream.next().await.unwrap();
    assert_eq!(conversation.conversation.as_ref().unwrap().conversation.id, id);
    assert_eq!(conversation.conversation.as_ref().unwrap().contact.name, "Ana");
    assert_eq!(conversation.counters.len(), 3, "open, unassigned, of the channel");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_and_types_is_known_on_both_processes_and_ends() {
    let test = TestDatabase::create().await;
    let viewer = test.owner().await;
    let workspace_id = viewer.workspace_id;
    let (one, two) = (process(&test), process(&test));
    let conversation = ConversationId::new();
    let person = Person { member_id: Some(viewer.member_id), name: viewer.name.clone() };
    let mut watch = Box::pin(two.presence.watch(workspace_id, conversation));
    assert_eq!(timeout(PATIENCE, watch.next()).await.unwrap().unwrap(), []);
    test.wait_for_listeners(2).await;

    let holding = one.presence.hold(workspace_id, conversation, person, true);
    let mut now = timeout(PATIENCE, watch.next()).await.unwrap().unwrap();
    while !now.first().is_some_and(|present| present.typing) {
        now = timeout(PATIENCE, watch.next()).await.unwrap().unwrap();
    }
    assert_eq!((now.len(), now[0].viewing, now[0].member_id), (1, true, Some(viewer.member_id)));
    drop(holding);
    while !now.is_empty() {
        now = timeout(PATIENCE, watch.next()).await.unwrap().unwrap();
    }

    one.presence.contact_typing(workspace_id, conversation, "Ana", true);
    let now = timeout(PATIENCE, watch.next()).await.unwrap().unwrap();
    assert_eq!((now[0].member_id, now[0].typing), (None, true));
    let now = timeout(PATIENCE, watch.next()).await.unwrap().unwrap();
    assert_eq!(now, [], "typing that is not said again is over");
}
