//! Events are executed once for all who ask alike; nobody is told what is another's.

use serde_json::{Value, json};
use server::realtime::Event;
use shared::Role;

use crate::kit::{Live, TestDatabase, ask};

/// The next change of a conversation that a follower is told of.
async fn change(live: &mut Live) -> Value {
    loop {
        let mut data = live.data("1").await;
        if data["events"]["kind"] == "CONVERSATION_CHANGED" {
            return data["events"].take();
        }
    }
}

#[tokio::test]
async fn whoever_asks_for_what_is_personal_gets_their_own() {
    let test = TestDatabase::create().await;
    let app = test.serve(0).await;
    let owner = test.owner().await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let channel = test.web_chat(owner.workspace_id).await;
    let id = test.conversation(owner.workspace_id, channel, 2).await;
    let read = "mutation($id: ID!) { markRead(conversationId: $id, inboundCount: 2) { problem { code } } }";
    ask(&app, Some(&owner), read, json!({ "id": id })).await.ok();

    let browsers = [test.signed_in(&app, &owner).await, test.signed_in(&app, &agent).await];
    for (fields, alike) in [("id readCount", false), ("id preview", true)] {
        let query = format!("subscription {{ events(after: 0) {{ seq kind conversation {{ {fields} }} }} }}");
        let mut told = Vec::new();
        let mut lives = Vec::new();
        for browser in &browsers {
            let mut live = Live::open(&app, browser).await;
            live.subscribe("1", &query).await;
            lives.push(live);
        }
        for live in &mut lives {
            change(live).await; // from the database
        }
        let mut tx = test.db.workspace(owner.workspace_id).await.unwrap();
        tx.publish(Event::conversation(id));
        tx.commit().await.unwrap();
        for live in &mut lives {
            told.push(change(live).await); // live, from the one read that all share
        }
        assert_eq!(told[0] == told[1], alike, "{told:?}");
        if !alike {
            assert_eq!(told[0]["conversation"]["readCount"], 2);
            assert_eq!(told[1]["conversation"]["readCount"], 0);
        }
    }
}

#[tokio::test]
async fn a_document_that_does_not_hold_is_refused_and_the_stream_ends() {
    let test = TestDatabase::create().await;
    let app = test.serve(0).await;
    let owner = test.owner().await;
    let mut live = Live::open(&app, &test.signed_in(&app, &owner).await).await;
    live.subscribe("1", "subscription { events(after: 0) { noSuchField } }").await;
    let answer = live.frame().await.unwrap();
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "INVALID_QUERY", "{answer}");
    assert_eq!(live.frame().await, Some(json!({ "type": "complete", "id": "1" })));
}
