//! Killed in the middle of sending, nothing goes out twice, nothing is passed off as sent that was not, and every
//! person's order holds. The phones' own ledger is the witness.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;
use shared::MessageStatus;

use crate::crash::Program;
use crate::kit::Platform;

const PEOPLE: usize = 12;
const MESSAGES: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn killed_twice_while_sending_it_doubles_nothing_and_tells_the_truth_about_the_rest() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let platform = Platform::around_program(address).await;
    let data_dir = platform.test.data_dir();
    std::fs::create_dir_all(&data_dir).unwrap();
    let url = platform.url().to_owned();
    let settings = [
        ("SWITCHBOARD_PROVIDERS__META__GRAPH_URL", url.as_str()),
        ("SWITCHBOARD_PROVIDERS__TELEGRAM__API_URL", url.as_str()),
    ];
    let mut program = Program::start_with(&platform.test, &data_dir, address, &settings);
    platform.test.wait_for_listeners(1).await;
    let line = platform.connected_number(json!({})).await;
    let mut people = Vec::new();
    for at in 0..PEOPLE {
        people.push(platform.person(&line, &format!("person{at}")).await);
    }
    platform.fault(&line, json!({ "method": "messages", "fault": { "type": "slow", "ms": 40 } })).await;

    let mut sent = BTreeMap::new();
    for n in 0..MESSAGES {
        for (at, conversation) in people.iter().enumerate() {
            let text = format!("{at}/{n}");
            sent.insert(platform.say(*conversation, &text).await, text);
        }
        if n == MESSAGES / 3 || n == MESSAGES * 2 / 3 {
            tokio::time::sleep(Duration::from_millis(60)).await;
            program.kill();
            program = Program::start_with(&platform.test, &data_dir, address, &settings);
        }
    }
    // A lane waits for half a minute for word of a call that was cut off.
    platform.wait_long("lines wait", "select count(*) = 0 from outbox").await;
    platform.look("/idle?timeout_ms=60000").await;
    platform.wait_long("deliveries wait", "select count(*) = 0 from pending_deliveries").await;

    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!(doubled, json!([]));
    let mut phones: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut on_phones = BTreeSet::new();
    for (phone, text) in &arrived {
        let (at, n) = text.split_once('/').unwrap();
        assert_eq!(*phone, format!("person{at}"));
        phones.entry(phone).or_default().push(n.parse().unwrap());
        on_phones.insert(text.clone());
    }
    assert_eq!(phones.len(), PEOPLE);
    assert!(phones.values().all(|numbers| numbers.is_sorted()), "{phones:?}");

    let mut behind = platform.test.superuser().await;
    let states: Vec<(String, MessageStatus)> =
        sqlx::query_as("select text, status from messages where direction = 2")
            .fetch_all(&mut behind)
            .await
            .unwrap();
    assert_eq!(states.len(), PEOPLE * MESSAGES);
    let mut unknown = 0;
    for (text, status) in states {
        match status {
            MessageStatus::Sent | MessageStatus::Delivered | MessageStatus::Read => {
                assert!(on_phones.contains(&text), "{text} is {status} and on no phone");
            }
            // The call was about to be made, or was made and nothing was heard: the agent is asked to look.
            MessageStatus::Unknown => {
                assert!(!on_phones.contains(&text), "{text} arrived, and its receipt was not understood");
                unknown += 1;
            }
            MessageStatus::Queued | MessageStatus::Failed => panic!("{text} is {status}"),
        }
    }
    assert_eq!(on_phones.len() + unknown, PEOPLE * MESSAGES);
    drop(program);
}
