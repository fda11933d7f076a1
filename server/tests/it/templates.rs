//! Templates: kept as the platform keeps them, and filled in so that the platform takes them. The platform is the
//! simulator.

use channel_core::TemplateChange;
use serde_json::{Value, json};
use server::channels::templates::{self, FilledHeader, FilledPart, Filling};
use shared::{ChannelId, TemplateId};

use crate::kit::{Providers, ask};

const TEMPLATES: &str = "query($id: ID!, $search: String) { templates(channelId: $id, search: $search) {
    id name language status statusWord category quality rejectedReason header { kind text parameter } body
    bodyParameters bodyExamples footer buttons { title kind value needsValue } cards { body } canBeSent whyNot } }";

async fn list(provided: &Providers, id: ChannelId, search: Option<&str>) -> Vec<Value> {
    let variables = json!({ "id": id, "search": search });
    let mut data = ask(&provided.app, Some(&provided.owner), TEMPLATES, variables).await.ok();
    data["templates"].take().as_array().unwrap().clone()
}

async fn one(provided: &Providers, id: ChannelId, name: &str) -> Value {
    list(provided, id, Some(name)).await.swap_remove(0)
}

async fn sync(provided: &Providers, id: ChannelId) -> Value {
    provided.mutate(&format!("syncTemplates(channelId: \"{id}\")"), json!({})).await
}

/// The platform's ids: of the business account, and of a template.
async fn platform_ids(provided: &Providers, id: ChannelId, name: &str) -> (String, String) {
    sqlx::query_as(
        "select c.parent_account_id, t.platform_id from channels c join templates t on t.channel_id = c.id
         where c.id = $1 and t.name = $2",
    )
    .bind(id)
    .bind(name)
    .fetch_one(&mut provided.test.superuser().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn templates_are_kept_as_the_platform_lists_them() {
    let provided = Providers::start().await;
    let id = provided.number(provided.owner.workspace_id).await;
    assert_eq!(list(&provided, id, None).await, Vec::<Value>::new());
    assert_eq!(sync(&provided, id).await["problem"], Value::Null);

    let all = list(&provided, id, None).await;
    assert!(all.len() > 8, "{all:#?}");
    let sendable: Vec<bool> = all.iter().map(|one| one["canBeSent"] == true).collect();
    assert!(sendable.is_sorted_by(|a, b| a >= b), "those that can be sent come first");
    let ready = list(&provided, id, Some("ORDER_ready")).await;
    assert_eq!(ready.len(), 3, "in three languages");
    let english = ready.iter().find(|one| one["language"] == "en_US").unwrap();
    assert_eq!(english["body"], "Hi {{1}}, your order {{2}} is ready to pick up.");
    assert_eq!(
        (&english["bodyParameters"], &english["bodyExamples"]),
        (&json!(["1", "2"]), &json!(["Mia", "A-7"]))
    );
    assert_eq!(english["buttons"][1]["needsValue"], true);
    let appointment = one(&provided, id, "appointment").await;
    let header = json!({ "kind": "TEXT", "text": "Appointment {{number}}", "parameter": "number" });
    assert_eq!(appointment["header"], header);
    assert_eq!(one(&provided, id, "lookbook").await["cards"].as_array().unwrap().len(), 3);
    let loans = one(&provided, id, "cheap_loans").await;
    assert_eq!((&loans["status"], &loans["canBeSent"]), (&json!("REJECTED"), &json!(false)));
    assert!(loans["whyNot"].as_str().unwrap().contains("ABUSIVE_CONTENT"));
    assert_eq!(provided.events(id).await, [], "what was there from the start is no news");
}

#[tokio::test]
async fn what_changes_at_the_platform_is_recorded_and_ids_stay() {
    let provided = Providers::start().await;
    let id = provided.number(provided.owner.workspace_id).await;
    sync(&provided, id).await;
    let before = one(&provided, id, "visit_us").await;
    let (account, template) = platform_ids(&provided, id, "visit_us").await;
    let path = format!("whatsapp/templates/{account}/{template}");
    provided.change(&path, json!({ "status": "PAUSED", "category": "MARKETING" })).await;
    sync(&provided, id).await;
    let after = one(&provided, id, "visit_us").await;
    assert_eq!((&after["id"], &after["status"]), (&before["id"], &json!("PAUSED")));
    let mut words: Vec<String> = provided.events(id).await.into_iter().map(|(.., words)| words).collect();
    words.sort();
    assert!(
        words[0].contains("from UTILITY to MARKETING") && words[1].contains("is now paused"),
        "{words:?}"
    );
    sync(&provided, id).await;
    assert_eq!(provided.events(id).await.len(), 2, "the same again is no change");

    // Deleted at the platform, it is listed no longer, and kept for those who sent it.
    let url = format!("{}/v25.0/{account}/message_templates?name=visit_us", provided.simulator.url());
    let token = provided.token_of(id).await;
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .delete(url)
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    sync(&provided, id).await;
    assert_eq!(list(&provided, id, Some("visit_us")).await, Vec::<Value>::new());
    assert!(provided.events(id).await[0].2.contains("no longer there"));
}

#[tokio::test]
async fn a_report_counts_at_once_and_what_it_leaves_out_is_read_soon() {
    let provided = Providers::start().await;
    let id = provided.number(provided.owner.workspace_id).await;
    sync(&provided, id).await;
    let (account, template) = platform_ids(&provided, id, "invoice").await;
    let report = async |change: TemplateChange| {
        let mut tx = provided.test.db.workspace(provided.owner.workspace_id).await.unwrap();
        templates::changed(&mut tx, id, &change).await.unwrap();
        tx.commit().await.unwrap();
    };
    let rejected = TemplateChange {
        template_id: template.clone(),
        status: Some("REJECTED".to_owned()),
        reason: Some("INVALID_FORMAT".to_owned()),
        ..TemplateChange::default()
    };
    report(rejected.clone()).await;
    report(rejected).await;
    let invoice = one(&provided, id, "invoice").await;
    assert_eq!((&invoice["status"], &invoice["canBeSent"]), (&json!("REJECTED"), &json!(false)));
    assert_eq!(invoice["whyNot"], "The platform rejected it: INVALID_FORMAT.");
    let events = provided.events(id).await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((events[0].0.as_str(), events[0].1.as_str()), ("template", "WARNING"));

    // A report without details, and one of a template that nobody knows yet: both are read at the platform.
    provided
        .change(&format!("whatsapp/templates/{account}/{template}"), json!({ "quality": "YELLOW" }))
        .await;
    let mut behind = provided.test.superuser().await;
    for template_id in [template, "999".to_owned()] {
        report(TemplateChange { template_id, reload: true, ..TemplateChange::default() }).await;
        sqlx::query("update jobs set run_at = now()").execute(&mut behind).await.unwrap();
        provided.run_jobs().await;
        let owed: i64 = sqlx::query_scalar("select count(*) from jobs where kind = 'channel.templates'")
            .fetch_one(&mut behind)
            .await
            .unwrap();
        assert_eq!(owed, 0);
    }
    assert_eq!(one(&provided, id, "invoice").await["quality"], "YELLOW");
}

#[tokio::test]
async fn a_dead_token_is_noticed_while_templates_are_read() {
    let provided = Providers::start().await;
    let id = provided.number(provided.owner.workspace_id).await;
    let token = provided.token_of(id).await;
    provided.change("whatsapp/tokens", json!({ "token": token, "subcode": 460 })).await;
    let answer = sync(&provided, id).await;
    assert_eq!(answer["problem"]["code"], "WRONG_TOKEN", "{answer}");
    assert_eq!(provided.channel(id).await["state"], "RECONNECT");
}

#[tokio::test]
async fn a_channel_without_templates_says_so() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    assert_eq!(sync(&provided, id).await["problem"]["code"], "UNSUPPORTED");
}

#[tokio::test]
async fn a_template_is_filled_in_for_its_channel_only() {
    let provided = Providers::start().await;
    let id = provided.number(provided.owner.workspace_id).await;
    let other = provided.number(provided.owner.workspace_id).await;
    sync(&provided, id).await;
    let template_id: TemplateId =
        one(&provided, id, "appointment").await["id"].as_str().unwrap().parse().unwrap();
    let part = FilledPart {
        header: Some(FilledHeader::Text("12".to_owned())),
        body: vec!["Mia".to_owned(), "Monday".to_owned()],
        buttons: Vec::new(),
    };
    let filling = Filling { template_id, part, cards: Vec::new() };
    let mut tx = provided.test.db.read(provided.owner.workspace_id).await.unwrap();
    let filled = templates::fill(&mut tx, id, &filling).await.unwrap().unwrap();
    assert_eq!(filled.body, "Hi Mia, we see you on Monday at our shop.");
    assert_eq!(filled.message.rendered, "Appointment 12\n\nHi Mia, we see you on Monday at our shop.");
    assert_eq!((filled.category.as_str(), filled.message.language.as_str()), ("UTILITY", "en_US"));
    assert_eq!(filled.message.body[1].name.as_deref(), Some("day"));
    assert!(templates::fill(&mut tx, other, &filling).await.unwrap().is_err());
}
