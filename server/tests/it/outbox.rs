//! Sending: order, once, and what becomes of failures. The platforms are the simulator's.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::kit::{Platform, ask};

/// What each phone got, in order.
fn by_phone(arrived: Vec<(String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut phones: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (phone, text) in arrived {
        phones.entry(phone).or_default().push(text);
    }
    phones
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_out_and_says_how_far_it_has_come() {
    let platform = Platform::start().await;
    for line in [platform.bot().await, platform.number(json!({})).await] {
        let conversation = platform.people(&line, &format!("p{}", line.kind.code()), 1).await[0];
        let message = platform.say(conversation, "Good morning").await;
        let message = platform.until(&message, "SENT").await;
        let transmission = &message["transmissions"][0];
        assert_eq!((&transmission["what"], &transmission["status"]), (&json!("text"), &json!("SENT")));
        let (arrived, doubled) = platform.arrived(&line).await;
        assert_eq!(arrived.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), ["Good morning"]);
        assert_eq!(doubled, json!([]));
        let mut behind = platform.test.superuser().await;
        let (names, waiting): (i64, i64) = sqlx::query_as(
            "select (select count(*) from platform_messages p join transmissions t on t.id = p.transmission_id
                     where t.channel_id = $1 and t.platform_message_id = p.platform_message_id),
                    (select count(*) from outbox)",
        )
        .bind(line.channel_id)
        .fetch_one(&mut behind)
        .await
        .unwrap();
        assert_eq!((names, waiting), (1, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_on_the_way_every_phone_gets_everything_once_and_in_order() {
    const PEOPLE: usize = 8;
    const MESSAGES: usize = 12;
    let platform = Platform::start().await;
    let line = platform.number(json!({})).await;
    let conversations = platform.people(&line, "p", PEOPLE).await;
    platform
        .fault(&line, json!({ "method": "messages", "percent": 15, "fault": { "type": "rate_limit" } }))
        .await;
    platform.fault(&line, json!({ "method": "messages", "percent": 15, "fault": { "type": "server_error", "status": 503 } })).await;
    platform
        .fault(&line, json!({ "method": "messages", "percent": 10, "fault": { "type": "slow", "ms": 40 } }))
        .await;
    for n in 0..MESSAGES {
        for (at, conversation) in conversations.iter().enumerate() {
            platform.say(*conversation, &format!("{at}/{n}")).await;
        }
    }
    platform.until_empty().await;
    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!(doubled, json!([]));
    let phones = by_phone(arrived);
    assert_eq!(phones.len(), PEOPLE);
    for texts in phones.values() {
        let (at, _) = texts[0].split_once('/').unwrap();
        assert_eq!(*texts, (0..MESSAGES).map(|n| format!("{at}/{n}")).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_an_answer_is_never_repeated_by_itself() {
    let platform = Platform::start().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    platform
        .fault(
            &line,
            json!({ "method": "sendMessage", "times": 1, "fault": { "type": "cut", "processed": true } }),
        )
        .await;
    let first = platform.say(conversation, "first").await;
    let second = platform.say(conversation, "second").await;
    platform.until(&first, "UNKNOWN").await;
    // The lane waits for a word, which never comes, and goes on.
    platform.until(&second, "SENT").await;
    assert_eq!(platform.message(&first).await["status"], "UNKNOWN");
    let problem = platform.mutate(&format!("retryMessage(messageId: \"{first}\")")).await;
    assert_eq!(problem["problem"]["code"], "NOT_SETTLED");
    let settled = platform.mutate(&format!("settleMessage(messageId: \"{first}\", wentOut: true)")).await;
    assert_eq!(settled["message"]["status"], "SENT");
    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!(arrived.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), ["first", "second"]);
    assert_eq!(doubled, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_no_sends_an_unanswered_message_again_before_what_came_after_it() {
    let platform = Platform::start().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    platform
        .fault(
            &line,
            json!({ "method": "sendMessage", "times": 1, "fault": { "type": "cut", "processed": false } }),
        )
        .await;
    let first = platform.say(conversation, "first").await;
    let second = platform.say(conversation, "second").await;
    platform.until(&first, "UNKNOWN").await;
    let settled = platform.mutate(&format!("settleMessage(messageId: \"{first}\", wentOut: false)")).await;
    assert_eq!((&settled["problem"], &settled["message"]["status"]), (&Value::Null, &json!("QUEUED")));
    let again = platform.mutate(&format!("settleMessage(messageId: \"{first}\", wentOut: false)")).await;
    assert_eq!(again["problem"], Value::Null);
    platform.until(&second, "SENT").await;
    platform.until(&first, "SENT").await;
    let (arrived, _) = platform.arrived(&line).await;
    assert_eq!(arrived.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), ["first", "second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_goes_before_all_that_was_written_after_it_and_still_waits() {
    let platform = Platform::without_sender().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let texts = ["first", "second", "third", "fourth"];
    let mut ids = Vec::new();
    for text in texts {
        ids.push(platform.say(conversation, text).await);
    }
    // A process died over the first; its lane waited for a word in vain. The next one died over the second.
    let mut behind = platform.test.superuser().await;
    for statement in [
        "update transmissions t set status = 6 from messages m where m.id = t.message_id and m.text in ('first', 'second')",
        "update messages set status = 6 where text in ('first', 'second')",
        "delete from outbox o using messages m where m.id = o.message_id and m.text = 'first'",
        "update outbox o set state = 3, run_at = now() + interval '1 hour' from messages m
         where m.id = o.message_id and m.text = 'second'",
    ] {
        sqlx::query(statement).execute(&mut behind).await.unwrap();
    }
    for id in &ids[..2] {
        let settled = platform.mutate(&format!("settleMessage(messageId: \"{id}\", wentOut: false)")).await;
        assert_eq!((&settled["problem"], &settled["message"]["status"]), (&Value::Null, &json!("QUEUED")));
    }
    platform.another_process(0).await;
    platform.until(&ids[3], "SENT").await;
    let (arrived, _) = platform.arrived(&line).await;
    assert_eq!(arrived.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), texts);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_why_and_a_person_who_blocked_us_is_not_tried_again() {
    let platform = Platform::start().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    platform.control("/phones/p-0/block", json!({ "to": line.account })).await;
    let first = platform.say(conversation, "Are you there?").await;
    let failed = platform.until(&first, "FAILED").await;
    assert!(failed["failure"].as_str().unwrap().contains("blocked"), "{failed}");
    assert_eq!(failed["canRetry"], true);
    let second = platform
        .try_send(
            json!({ "conversationId": conversation, "clientId": uuid::Uuid::new_v4(), "text": "Hello?" }),
        )
        .await;
    assert_eq!(second["problem"]["code"], "UNREACHABLE");
    let retried = platform.mutate(&format!("retryMessage(messageId: \"{first}\")")).await;
    assert_eq!(retried["problem"]["code"], "UNREACHABLE");
    let query =
        format!("{{ conversation(id: \"{conversation}\") {{ reachable unreachableReason queued }} }}");
    let shown = ask(&platform.app, Some(&platform.agent), &query, json!({})).await.ok();
    assert_eq!(shown["conversation"]["reachable"], false);
    assert_eq!(shown["conversation"]["queued"], 0);
    assert!(shown["conversation"]["unreachableReason"].as_str().unwrap().contains("blocked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_token_holds_everything_until_there_is_another_one() {
    let platform = Platform::start().await;
    let line = platform.bot().await;
    let conversation = platform.people(&line, "p", 1).await[0];
    platform
        .fault(&line, json!({ "method": "sendMessage", "times": 1, "fault": { "type": "token_dead" } }))
        .await;
    let first = platform.say(conversation, "first").await;
    let mut behind = platform.test.superuser().await;
    for _ in 0..200 {
        let state: i16 = sqlx::query_scalar("select state from channels where id = $1")
            .bind(line.channel_id)
            .fetch_one(&mut behind)
            .await
            .unwrap();
        if state == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let second = platform.say(conversation, "second").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    for message in [&first, &second] {
        assert_eq!(platform.message(message).await["status"], "QUEUED");
    }
    let alerts: i64 = sqlx::query_scalar("select count(*) from channel_events where kind = 'token_dead'")
        .fetch_one(&mut behind)
        .await
        .unwrap();
    assert_eq!(alerts, 1);
    sqlx::query("update channels set state = 1 where id = $1")
        .bind(line.channel_id)
        .execute(&mut behind)
        .await
        .unwrap();
    platform.until(&second, "SENT").await;
    let (arrived, _) = platform.arrived(&line).await;
    assert_eq!(arrived.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), ["first", "second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_handed_over_becomes_a_dead_letter_and_is_sent_when_an_admin_says_so() {
    let platform = Platform::start().await;
    let line = platform.number(json!({})).await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let rule = json!({ "method": "messages", "fault": { "type": "server_error", "status": 503 } });
    platform.fault(&line, rule).await;
    let first = platform.say(conversation, "first").await;
    let failed = platform.until(&first, "FAILED").await;
    assert_eq!(failed["canRetry"], true);
    platform.control_delete("/faults").await;
    let stuck = format!("{{ channel(id: \"{}\") {{ health {{ queued deadLetters }} }} }}", line.channel_id);
    let shown = ask(&platform.app, Some(&platform.agent), &stuck, json!({})).await.ok();
    assert_eq!(shown["channel"]["health"], json!({ "queued": 0, "deadLetters": 1 }));
    let resume = format!(
        "mutation {{ resumeOutbox(channelId: \"{}\") {{ channel {{ id }} problem {{ code }} }} }}",
        line.channel_id
    );
    let resumed = ask(&platform.app, Some(&platform.agent), &resume, json!({})).await.ok();
    assert_eq!(resumed["resumeOutbox"]["problem"], Value::Null);
    platform.until(&first, "SENT").await;
    let shown = ask(&platform.app, Some(&platform.agent), &stuck, json!({})).await.ok();
    assert_eq!(shown["channel"]["health"]["deadLetters"], 0);
    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!((arrived.len(), doubled), (1, json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_message_is_retried_once_however_often_that_is_asked() {
    let platform = Platform::start().await;
    let line = platform.number(json!({ "refuses_at_once": true })).await;
    let conversation = platform.people(&line, "p", 1).await[0];
    let fault = json!({ "type": "error", "code": 131_026, "message": "Message undeliverable" });
    platform.fault(&line, json!({ "method": "messages", "times": 1, "fault": fault })).await;
    let message = platform.say(conversation, "first").await;
    let failed = platform.until(&message, "FAILED").await;
    assert_eq!(
        failed["transmissions"][0]["failureCode"].as_str().map(|code| code.contains("131026")),
        Some(true),
        "{failed}"
    );
    // As if the person had written again.
    let mut behind = platform.test.superuser().await;
    sqlx::query("update identities set reachable = true").execute(&mut behind).await.unwrap();
    let retries: Vec<_> =
        (0..5).map(|_| platform.mutate_owned(format!("retryMessage(messageId: \"{message}\")"))).collect();
    for retried in futures::future::join_all(retries).await {
        assert_eq!(retried["problem"], Value::Null);
    }
    platform.until(&message, "SENT").await;
    platform.until_empty().await;
    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!((arrived.len(), doubled), (1, json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_send_everything_once_and_in_order() {
    const PEOPLE: usize = 6;
    const MESSAGES: usize = 10;
    let platform = Platform::without_sender().await;
    let lines = [platform.number(json!({})).await, platform.number(json!({})).await, platform.bot().await];
    let mut conversations = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        conversations.push(platform.people(line, &format!("p{at}"), PEOPLE).await);
    }
    let (one, two) = (platform.another_process(0).await, platform.another_process(1).await);
    for n in 0..MESSAGES {
        for people in &conversations {
            for (at, conversation) in people.iter().enumerate() {
                platform.say(*conversation, &format!("{at}/{n}")).await;
            }
        }
        if n == MESSAGES / 2 {
            one.stopping.cancel(); // politely: its channels go over at once
        }
    }
    platform.until_empty().await;
    for line in &lines {
        let (arrived, doubled) = platform.arrived(line).await;
        assert_eq!(doubled, json!([]));
        let phones = by_phone(arrived);
        assert_eq!(phones.len(), PEOPLE);
        for texts in phones.values() {
            let (at, _) = texts[0].split_once('/').unwrap();
            assert_eq!(*texts, (0..MESSAGES).map(|n| format!("{at}/{n}")).collect::<Vec<_>>());
        }
    }
    two.stopping.cancel();
}
