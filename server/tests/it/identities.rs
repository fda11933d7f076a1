//! People who go by several names, and turn out to be one.

use serde_json::json;

use crate::kit::Inbound;
use crate::kit::telegram::{self, message, text};

#[tokio::test(flavor = "multi_thread")]
async fn names_follow_the_platform_until_a_member_gives_another_one() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(1, "Hello")]).await;
    let renamed = |number: i64, name: &str, username: &str| {
        let mut update = text(number, "It is me");
        update["message"]["from"]["last_name"] = json!(name);
        update["message"]["from"]["username"] = json!(username);
        update
    };
    inbox.deliver(&[renamed(2, "van Dijk", "noor2")]).await;
    let names = "select c.name, i.display_name from contacts c join identities i on i.contact_id = c.id";
    assert_eq!(
        inbox.rows::<(String, String)>(names).await,
        [("Noor van Dijk".to_owned(), "Noor van Dijk".to_owned())]
    );
    // A user name can pass to another person: only the present one is kept.
    let aliases: Vec<(String,)> = inbox.rows("select value from identity_aliases").await;
    assert_eq!(aliases, [("noor2".to_owned(),)]);

    let contact: shared::ContactId =
        sqlx::query_scalar("select id from contacts").fetch_one(&mut inbox.behind().await).await.unwrap();
    let change =
        server::contacts::ContactChange { name: Some("Noor (wholesale)".to_owned()), ..Default::default() };
    server::contacts::update(&inbox.app, &inbox.admin, contact, change).await.unwrap().unwrap();
    inbox.deliver(&[renamed(3, "Peters", "noor2")]).await;
    assert_eq!(
        inbox.rows::<(String, String)>(names).await,
        [("Noor (wholesale)".to_owned(), "Noor Peters".to_owned())]
    );
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_old_user_name_leads_to_nobody() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(1, "Hello")]).await;
    let mut other = text(2, "I have that name now");
    for place in ["from", "chat"] {
        other["message"][place]["id"] = json!(6_800_000_001_i64);
        other["message"][place]["first_name"] = json!("Nora");
    }
    inbox.deliver(&[other]).await;
    assert_eq!(inbox.number("select count(*) from contacts").await, 2);
    assert_eq!(inbox.number("select count(*) from conversations").await, 2);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_number_fills_the_contacts_gap() {
    let inbox = Inbound::telegram().await;
    let own = json!({ "contact": { "phone_number": "+31201234567", "first_name": "Noor", "user_id": telegram::NOOR } });
    inbox.deliver(&[message(1, own)]).await;
    assert_eq!(inbox.text("select phone from contacts").await, "+31201234567");
    let card = inbox.shown().await.remove(0);
    assert_eq!(card["card"]["contacts"][0]["own"], true);
}
