//! Changes of messages: edits with their history, reactions, messages taken back, and changes that come too early.

use serde_json::json;
use sqlx::Executor as _;

use crate::kit::Inbound;
use crate::kit::telegram::{self, edited, message, reacted, text};

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_keeps_what_was_there_and_an_older_one_changes_nothing() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(1, "Sunday")]).await;
    inbox.deliver(&[edited(1, 20, json!({ "text": "Monday" }))]).await;
    inbox.deliver(&[edited(1, 10, json!({ "text": "Tuesday" }))]).await;
    assert_eq!(inbox.last_outcome().await, (3, "a later edit is here already".to_owned()));
    inbox.deliver(&[edited(1, 20, json!({ "text": "Monday" }))]).await;
    assert_eq!(inbox.last_outcome().await.0, 2);
    let shown = inbox.shown().await.remove(0);
    assert_eq!((&shown["text"], &shown["revisions"]), (&json!("Monday"), &json!([{ "text": "Sunday" }])));
    assert!(shown["editedAt"].is_string());
    assert_eq!(inbox.text("select preview from conversations").await, "Monday");
    // An older message's new words are no preview.
    inbox.deliver(&[text(2, "Later"), edited(1, 30, json!({ "text": "Wednesday" }))]).await;
    assert_eq!(inbox.text("select preview from conversations").await, "Later");
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_come_before_their_message_wait_for_it() {
    let inbox = Inbound::telegram().await;
    inbox
        .deliver(&[text(9, "Hello"), edited(1, 5, json!({ "text": "corrected" })), reacted(1, 6, &["👍"])])
        .await;
    assert_eq!(inbox.number("select count(*) from waiting_changes").await, 2);
    assert!(inbox.outcomes().await.iter().all(|outcome| outcome.0 == 1));
    inbox.deliver(&[text(1, "original")]).await;
    let shown = inbox.shown().await.remove(1);
    assert_eq!(
        (&shown["text"], &shown["revisions"]),
        (&json!("corrected"), &json!([{ "text": "original" }]))
    );
    assert_eq!(shown["reactions"], json!([{ "emoji": "👍", "byName": "Noor de Wit", "memberId": null }]));
    assert_eq!(inbox.number("select count(*) from waiting_changes").await, 0);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_message_that_never_comes_is_forgotten_after_a_day() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(9, "Hello"), reacted(1, 6, &["👍"]), reacted(2, 6, &["👍"])]).await;
    inbox
        .behind()
        .await
        .execute("update waiting_changes set received_at = now() - interval '25 hours' where platform_message_id like '%:1'")
        .await
        .unwrap();
    let mut tx = inbox.test.db.workspace(inbox.workspace_id).await.unwrap();
    assert_eq!(server::webhooks::forget_old_changes(&mut tx, 100).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(inbox.number("select count(*) from waiting_changes").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_our_own_message_is_applied_when_its_id_is_known() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(1, "Hello"), reacted(2, 6, &["❤"])]).await;
    // What the outbox notes when the platform answers.
    inbox
        .behind()
        .await
        .execute(
            "with answer as (
                 insert into messages (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, text, sent_at, status)
                 select workspace_id, gen_random_uuid(), id, 2, channel_id, 2, 2, 'answer', now(), 2 from conversations returning *),
             numbered as (update conversations set last_seq = 2)
             insert into platform_messages (workspace_id, channel_id, platform_message_id, message_id, transmission_id)
             select workspace_id, channel_id, '6812345678:2', id, gen_random_uuid() from answer",
        )
        .await
        .unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while inbox.number("select count(*) from reactions").await == 0 {
        assert!(std::time::Instant::now() < until, "the reaction is still waiting");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(inbox.shown().await[1]["reactions"][0]["emoji"], "❤");
    assert_eq!(inbox.number("select count(*) from waiting_changes").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_set_of_reactions_is_replaced_and_the_later_one_wins() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(1, "Look"), reacted(1, 10, &["👍", "❤"])]).await;
    let emoji = |shown: &serde_json::Value| {
        let all = shown["reactions"].as_array().unwrap().iter();
        all.map(|one| one["emoji"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(emoji(&inbox.shown().await[0]), ["❤", "👍"]);
    inbox.deliver(&[reacted(1, 20, &["👍"])]).await;
    assert_eq!(emoji(&inbox.shown().await[0]), ["👍"]);
    inbox.deliver(&[reacted(1, 30, &[])]).await;
    inbox.deliver(&[reacted(1, 25, &["😢"])]).await;
    assert_eq!(inbox.last_outcome().await, (3, "a later reaction is here already".to_owned()));
    assert_eq!(emoji(&inbox.shown().await[0]), [""; 0]);
    inbox.deliver(&[reacted(1, 40, &["🔥"]), reacted(1, 41, &["🔥"])]).await;
    assert_eq!(emoji(&inbox.shown().await[0]), ["🔥"]);
    assert_eq!(inbox.last_outcome().await.0, 2);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_erased_everywhere() {
    let inbox = Inbound::telegram().await;
    let say = |number: i64, content| telegram::business(number, telegram::noor(), content);
    let secret = say(1, json!({ "photo": [telegram::photo(1)], "caption": "secret words" }));
    inbox.deliver(&[secret]).await;
    let mut change = say(1, json!({ "photo": [telegram::photo(1)], "caption": "secret, too" }));
    change["business_message"]["edit_date"] = json!(telegram::T0 + 9);
    let change = json!({ "update_id": 77, "edited_business_message": change["business_message"] });
    let quoted = json!({ "message_id": 1, "date": 1, "caption": "secret, too", "chat": { "id": telegram::NOOR, "type": "private" } });
    let quoting = say(
        2,
        json!({ "text": "as I said", "reply_to_message": quoted, "quote": { "text": "secret", "position": 0 } }),
    );
    inbox.deliver(&[change, quoting]).await;
    assert_eq!(inbox.number("select count(*) from message_revisions").await, 1);
    // As if it had been fetched meanwhile.
    inbox
        .behind()
        .await
        .execute(
            "update attachments set state = 1, sha256 = sha256('x'), storage_key = 'k1', size_bytes = 5;
             insert into workspace_storage (workspace_id, bytes) select workspace_id, 5 from workspaces",
        )
        .await
        .unwrap();
    inbox.deliver(&[telegram::business_deleted(&[1])]).await;
    let row: (String, bool, bool, bool) = inbox
        .rows("select text, spans is null, card is null, context is null from messages where deleted_at is not null")
        .await
        .remove(0);
    assert_eq!(row, (String::new(), true, true, true));
    for table in [
        "select count(*) from message_revisions",
        "select count(*) from attachments",
        "select count(*) from messages where text like '%secret%' or context::text like '%secret%'",
        "select bytes from workspace_storage",
    ] {
        assert_eq!(inbox.number(table).await, 0, "{table}");
    }
    let shown = inbox.shown().await;
    assert!(shown[0]["deletedAt"].is_string());
    assert_eq!((&shown[1]["quoted"]["text"], &shown[1]["quoted"]["excerpt"]), (&json!(""), &json!(null)));
    // Nothing brings it back.
    inbox.deliver(&[say(1, json!({ "text": "secret words" })), telegram::business_deleted(&[1])]).await;
    assert_eq!(inbox.number("select count(*) from messages where text <> ''").await, 1);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_location_moves_without_becoming_an_edit() {
    let inbox = Inbound::telegram().await;
    let place = |latitude: f64| json!({ "location": { "latitude": latitude, "longitude": 13.4, "live_period": 900 } });
    inbox.deliver(&[message(1, place(52.1))]).await;
    assert_eq!(inbox.text("select preview from conversations").await, "📍 Live location");
    inbox.deliver(&[edited(1, 60, place(52.3))]).await;
    inbox.deliver(&[edited(1, 30, place(52.2))]).await;
    assert_eq!(inbox.last_outcome().await.0, 3);
    let shown = inbox.shown().await.remove(0);
    assert_eq!(shown["card"]["latitude"], 52.3);
    assert_eq!((&shown["editedAt"], &shown["revisions"]), (&json!(null), &json!([])));
    inbox.holds().await;
}
