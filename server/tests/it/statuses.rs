//! How far messages have come: told by the platform, in whatever order, and applied forward only.

use channel_core::{DeliveryStatus, Failure, Refusal, RefusalReason, Sender, StatusReport, StatusTarget};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use server::outbox::statuses::{self, Heard, Report};
use shared::{ChannelId, MessageId, MessageStatus, TransmissionId, WorkspaceId};

use crate::kit::{Platform, TestDatabase, ask};

fn report(target: StatusTarget, status: DeliveryStatus) -> StatusReport {
    StatusReport {
        target,
        reference: None,
        status,
        recipient: None,
        aliases: Vec::new(),
        pricing: None,
        at: Some(Utc::now()),
    }
}

fn of(id: &str, status: DeliveryStatus) -> StatusReport {
    report(StatusTarget::Message(id.to_owned()), status)
}

fn failed(reason: RefusalReason) -> DeliveryStatus {
    DeliveryStatus::Failed(Failure {
        code: "131026".to_owned(),
        words: "Message undeliverable".to_owned(),
        refusal: Refusal::new(reason, "It cannot be delivered."),
    })
}

/// An answer of ours on a channel, which its platform has under this id.
async fn answer(
    test: &TestDatabase,
    workspace_id: WorkspaceId,
    platform_id: &str,
) -> (ChannelId, MessageId, TransmissionId) {
    let (channel_id, _, message_id) = test.failed_answer(workspace_id).await;
    let mut behind = test.superuser().await;
    sqlx::query("update messages set status = 2, failure = null where id = $1")
        .bind(message_id)
        .execute(&mut behind)
        .await
        .unwrap();
    let transmission_id: TransmissionId = sqlx::query_scalar(
        "update transmissions set status = 2, dead_at = null, platform_message_id = $2 where message_id = $1 returning id",
    )
    .bind(message_id)
    .bind(platform_id)
    .fetch_one(&mut behind)
    .await
    .unwrap();
    sqlx::query(
        "insert into platform_messages (workspace_id, channel_id, platform_message_id, message_id, transmission_id)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(platform_id)
    .bind(message_id)
    .bind(transmission_id)
    .execute(&mut behind)
    .await
    .unwrap();
    (channel_id, message_id, transmission_id)
}

async fn apply(
    test: &TestDatabase,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    reports: &[StatusReport],
) -> Vec<Heard> {
    let mut tx = test.db.workspace(workspace_id).await.unwrap();
    let reports: Vec<Report<'_>> = reports
        .iter()
        .map(|report| Report { channel_id, report, received_at: Utc::now(), delivery_id: None })
        .collect();
    let heard = statuses::apply(&mut tx, &reports).await.unwrap();
    tx.commit().await.unwrap();
    heard
}

async fn status(test: &TestDatabase, message_id: MessageId) -> MessageStatus {
    sqlx::query_scalar("select status from messages where id = $1")
        .bind(message_id)
        .fetch_one(&mut test.superuser().await)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_move_a_message_from_sent_to_read_and_keep_the_platforms_times() {
    let platform = Platform::start().await;
    let line = platform.connected_number(json!({})).await;
    let conversation = platform.person(&line, "mia").await;
    let message = platform.say(conversation, "Good morning").await;
    platform.until(&message, "DELIVERED").await;
    platform.control("/phones/mia/read", json!({ "to": line.account })).await;
    platform.until(&message, "READ").await;

    let query = format!(
        "{{ messageProvenance(messageId: \"{message}\") {{ adapter actorName platformMessageIds deliveryId receivedAt
            shownAt transmissions {{ attempts platformMessageIds pricing events {{ status at detail }} }} }} }}"
    );
    let shown = ask(&platform.app, Some(&platform.agent), &query, json!({})).await.ok();
    let provenance = &shown["messageProvenance"];
    assert_eq!(provenance["adapter"], "whatsapp");
    assert_eq!(provenance["deliveryId"], Value::Null);
    let history = &provenance["transmissions"][0];
    assert_eq!(history["attempts"], 1);
    assert_eq!(history["platformMessageIds"], provenance["platformMessageIds"]);
    let mut told: Vec<&str> =
        history["events"].as_array().unwrap().iter().map(|event| event["status"].as_str().unwrap()).collect();
    told.dedup();
    assert_eq!((told[0], told[told.len() - 1]), ("QUEUED", "READ"), "{history}");
    assert!(told.contains(&"DELIVERED"));
    assert!(history["pricing"].as_str().is_some_and(|pricing| pricing.contains("category")), "{history}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_message_of_the_contact_came_from_is_known_with_every_time() {
    let platform = Platform::start().await;
    let line = platform.connected_bot().await;
    let conversation = platform.person(&line, "mia").await;
    let read = format!(
        "mutation {{ markRead(conversationId: \"{conversation}\", inboundCount: 9) {{ problem {{ code }} }} }}"
    );
    ask(&platform.app, Some(&platform.agent), &read, json!({})).await.ok();
    let mut behind = platform.test.superuser().await;
    let message: MessageId =
        sqlx::query_scalar("select id from messages where direction = 1 and text like 'Hello%'")
            .fetch_one(&mut behind)
            .await
            .unwrap();
    let query = format!(
        "{{ messageProvenance(messageId: \"{message}\") {{ adapter actorName platformMessageIds deliveryId platformAt
            receivedAt committedAt shownAt transmissions {{ attempts }} }} }}"
    );
    let shown = ask(&platform.app, Some(&platform.agent), &query, json!({})).await.ok();
    let provenance = &shown["messageProvenance"];
    for known in ["deliveryId", "platformAt", "receivedAt", "committedAt", "shownAt"] {
        assert!(provenance[known].is_string(), "{known}: {provenance}");
    }
    assert_eq!(provenance["platformMessageIds"].as_array().unwrap().len(), 1);
    assert_eq!(provenance["transmissions"], json!([]));
    let colleague = platform.test.member(platform.agent.workspace_id, shared::Role::Agent).await;
    let shown = ask(&platform.app, Some(&colleague), &query, json!({})).await.ok();
    assert_eq!(shown["messageProvenance"]["deliveryId"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_that_overtake_the_answer_count_and_what_is_accepted_can_fail_later() {
    let platform = Platform::start().await;
    let line = platform.connected_number(json!({})).await;
    let conversation = platform.person(&line, "mia").await;
    let early = json!({ "type": "early_status", "answer_after_ms": 700 });
    platform.fault(&line, json!({ "method": "messages", "times": 1, "fault": early })).await;
    let first = platform.say(conversation, "first").await;
    platform.until(&first, "DELIVERED").await;
    platform.until_empty().await;
    let message = platform.message(&first).await;
    assert_eq!(message["status"], "DELIVERED");
    let late = json!({ "type": "fail_later", "code": 131_047 });
    platform.fault(&line, json!({ "method": "messages", "times": 1, "fault": late })).await;
    let second = platform.say(conversation, "second").await;
    let failed = platform.until(&second, "FAILED").await;
    assert!(failed["transmissions"][0]["failureCode"].as_str().unwrap().contains("131047"), "{failed}");
    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!((arrived.len(), doubled), (1, json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_settles_a_call_that_had_no_answer_and_frees_its_lane() {
    let platform = Platform::start().await;
    let line = platform.connected_number(json!({})).await;
    let conversation = platform.person(&line, "mia").await;
    for fault in [json!({ "type": "cut", "processed": true }), json!({ "type": "torn" })] {
        platform.fault(&line, json!({ "method": "messages", "times": 1, "fault": fault })).await;
        let first = platform.say(conversation, &format!("first {fault}")).await;
        let second = platform.say(conversation, &format!("second {fault}")).await;
        platform.until(&first, "DELIVERED").await;
        platform.until(&second, "DELIVERED").await;
    }
    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!((arrived.len(), doubled), (4, json!([])));
    platform
        .wait("late names", "select count(*) = 4 from platform_messages where transmission_id is not null")
        .await;
}

#[tokio::test]
async fn words_come_in_any_order_and_the_message_only_moves_forward() {
    let test = TestDatabase::create().await;
    let workspace_id = test.owner().await.workspace_id;
    let (channel, message, _) = answer(&test, workspace_id, "w1").await;
    let read = [of("w1", DeliveryStatus::Read)];
    assert_eq!(apply(&test, workspace_id, channel, &read).await, [Heard::Moved]);
    let older = [of("w1", DeliveryStatus::Delivered), of("w1", failed(RefusalReason::Other))];
    assert_eq!(apply(&test, workspace_id, channel, &older).await, [Heard::Known, Heard::Known]);
    assert_eq!(status(&test, message).await, MessageStatus::Read);
    // All of them are kept, with their times.
    let events: i64 = sqlx::query_scalar("select count(*) from transmission_events")
        .fetch_one(&mut test.superuser().await)
        .await
        .unwrap();
    assert_eq!(events, 3);
}

#[tokio::test]
async fn a_status_before_its_message_waits_for_it() {
    let test = TestDatabase::create().await;
    let workspace_id = test.owner().await.workspace_id;
    let (channel, message, transmission) = answer(&test, workspace_id, "w1").await;
    let early = [of("w2", DeliveryStatus::Delivered)];
    assert_eq!(apply(&test, workspace_id, channel, &early).await, [Heard::Waits]);
    // By its own reference it is found, whatever the platform calls it; and is known by that from then on.
    let mut known = of("w3", DeliveryStatus::Delivered);
    known.reference = Some(transmission.to_string());
    assert_eq!(apply(&test, workspace_id, channel, &[known]).await, [Heard::Moved]);
    assert_eq!(apply(&test, workspace_id, channel, &[of("w3", DeliveryStatus::Read)]).await, [Heard::Moved]);
    assert_eq!(status(&test, message).await, MessageStatus::Read);
    let waiting: i64 = sqlx::query_scalar("select count(*) from waiting_changes")
        .fetch_one(&mut test.superuser().await)
        .await
        .unwrap();
    assert_eq!(waiting, 1);
    // Another workspace's channel knows neither name nor reference.
    let stranger = test.owner().await.workspace_id;
    let (theirs, ..) = answer(&test, stranger, "x").await;
    let mut foreign = of("w3", DeliveryStatus::Read);
    foreign.reference = Some(transmission.to_string());
    assert_eq!(apply(&test, stranger, theirs, &[foreign]).await, [Heard::Waits]);
}

#[tokio::test]
async fn everything_up_to_a_message_or_a_moment_is_read_at_once() {
    let test = TestDatabase::create().await;
    let workspace_id = test.owner().await.workspace_id;
    let (channel, message, _) = answer(&test, workspace_id, "w1").await;
    let up_to = [report(StatusTarget::UpToMessage("w1".to_owned()), DeliveryStatus::Delivered)];
    assert_eq!(apply(&test, workspace_id, channel, &up_to).await, [Heard::Moved]);
    assert_eq!(apply(&test, workspace_id, channel, &up_to).await, [Heard::Known]);
    assert_eq!(status(&test, message).await, MessageStatus::Delivered);
    let thread: String = sqlx::query_scalar("select platform_id from identities where channel_id = $1")
        .bind(channel)
        .fetch_one(&mut test.superuser().await)
        .await
        .unwrap();
    let moment = |at: DateTime<Utc>| {
        let recipient = Some(Sender { platform_id: thread.clone(), ..Sender::default() });
        StatusReport { recipient, ..report(StatusTarget::UpTo(at), DeliveryStatus::Read) }
    };
    let before = [moment(Utc::now() - TimeDelta::hours(1))];
    assert_eq!(apply(&test, workspace_id, channel, &before).await, [Heard::Known]);
    let after = [moment(Utc::now() + TimeDelta::seconds(1))];
    assert_eq!(apply(&test, workspace_id, channel, &after).await, [Heard::Moved]);
    assert_eq!(status(&test, message).await, MessageStatus::Read);
    let unknown = [report(StatusTarget::UpToMessage("elsewhere".to_owned()), DeliveryStatus::Read)];
    assert_eq!(apply(&test, workspace_id, channel, &unknown).await, [Heard::Waits]);
}

#[tokio::test]
async fn a_failure_that_concerns_the_person_or_the_account_is_noted_there() {
    let test = TestDatabase::create().await;
    let workspace_id = test.owner().await.workspace_id;
    let mut behind = test.superuser().await;
    let (channel, message, _) = answer(&test, workspace_id, "w1").await;
    apply(&test, workspace_id, channel, &[of("w1", failed(RefusalReason::Unreachable))]).await;
    assert_eq!(status(&test, message).await, MessageStatus::Failed);
    let reachable: bool = sqlx::query_scalar("select reachable from identities where channel_id = $1")
        .bind(channel)
        .fetch_one(&mut behind)
        .await
        .unwrap();
    assert!(!reachable);
    // Whoever has written since can be reached, though the platform's word comes late.
    let (channel, message, _) = answer(&test, workspace_id, "w4").await;
    let heard = "update conversations set last_inbound_at = now() where channel_id = $1";
    sqlx::query(heard).bind(channel).execute(&mut behind).await.unwrap();
    let earlier = Some(Utc::now() - TimeDelta::minutes(5));
    let late = StatusReport { at: earlier, ..of("w4", failed(RefusalReason::Unreachable)) };
    apply(&test, workspace_id, channel, &[late]).await;
    assert_eq!(status(&test, message).await, MessageStatus::Failed);
    let reachable: bool = sqlx::query_scalar("select reachable from identities where channel_id = $1")
        .bind(channel)
        .fetch_one(&mut behind)
        .await
        .unwrap();
    assert!(reachable);
    let (channel, ..) = answer(&test, workspace_id, "w2").await;
    apply(&test, workspace_id, channel, &[of("w2", failed(RefusalReason::AccountSetup))]).await;
    let (events, dead): (i64, i64) = sqlx::query_as(
        "select (select count(*) from channel_events where channel_id = $1 and kind = 'sending'),
                (select count(*) from transmissions where channel_id = $1 and dead_at is not null)",
    )
    .bind(channel)
    .fetch_one(&mut behind)
    .await
    .unwrap();
    assert_eq!((events, dead), (1, 1));
    let (channel, ..) = answer(&test, workspace_id, "w3").await;
    apply(&test, workspace_id, channel, &[of("w3", failed(RefusalReason::OptedOut))]).await;
    let opted_out: Vec<String> = sqlx::query_scalar("select opted_out from identities where channel_id = $1")
        .bind(channel)
        .fetch_one(&mut behind)
        .await
        .unwrap();
    assert_eq!(opted_out, ["marketing_messages"]);
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_batch() {
    let test = TestDatabase::create().await;
    let workspace_id = test.owner().await.workspace_id;
    let mut channels = Vec::new();
    for n in 0..8 {
        channels.push(answer(&test, workspace_id, &format!("w{n}")).await.0);
    }
    let count = async |status: DeliveryStatus, of_channels: &[ChannelId]| {
        let reports: Vec<(ChannelId, StatusReport)> = of_channels
            .iter()
            .enumerate()
            .map(|(n, channel)| (*channel, of(&format!("w{n}"), status.clone())))
            .collect();
        let work = async {
            let mut tx = test.db.workspace(workspace_id).await.unwrap();
            let reports: Vec<Report<'_>> = reports
                .iter()
                .map(|(channel_id, report)| Report {
                    channel_id: *channel_id,
                    report,
                    received_at: Utc::now(),
                    delivery_id: None,
                })
                .collect();
            statuses::apply(&mut tx, &reports).await.unwrap();
            tx.commit().await.unwrap();
        };
        test.statements(work).await
    };
    let one = count(DeliveryStatus::Delivered, &channels[..1]).await;
    let all = count(DeliveryStatus::Read, &channels).await;
    assert!(!one.is_empty());
    assert_eq!(one.len(), all.len(), "{one:#?}\n{all:#?}");
}

fn word() -> impl Strategy<Value = DeliveryStatus> {
    prop_oneof![
        Just(DeliveryStatus::Sent),
        Just(DeliveryStatus::Delivered),
        Just(DeliveryStatus::Read),
        Just(DeliveryStatus::Played),
        Just(failed(RefusalReason::Other)),
    ]
}

#[test]
fn in_the_database_too_nothing_ever_goes_back() {
    use proptest::test_runner::{Config, TestRunner};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let test = runtime.block_on(TestDatabase::create());
    let workspace_id = runtime.block_on(test.owner()).workspace_id;
    let rank = |status: MessageStatus| match status {
        MessageStatus::Queued => 0,
        MessageStatus::Unknown => 1,
        MessageStatus::Sent => 2,
        MessageStatus::Delivered => 3,
        MessageStatus::Read => 4,
        MessageStatus::Failed => 5,
    };
    let n = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let batches = prop::collection::vec(prop::collection::vec(word(), 1..4), 1..4);
    runner
        .run(&batches, |batches| {
            n.set(n.get() + 1);
            let id = format!("p{}", n.get());
            runtime.block_on(async {
                let (channel, message, _) = answer(&test, workspace_id, &id).await;
                let mut at = MessageStatus::Sent;
                for batch in batches {
                    let reports: Vec<StatusReport> = batch.into_iter().map(|word| of(&id, word)).collect();
                    apply(&test, workspace_id, channel, &reports).await;
                    let now = status(&test, message).await;
                    prop_assert!(rank(now) >= rank(at), "{at} to {now}");
                    prop_assert!(at != MessageStatus::Failed || now == MessageStatus::Failed);
                    prop_assert!(at != MessageStatus::Read || now == MessageStatus::Read);
                    at = now;
                }
                Ok(())
            })
        })
        .unwrap();
}
