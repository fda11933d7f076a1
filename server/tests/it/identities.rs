//! People who go by several names, and turn out to be one.

use serde_json::json;
use shared::ChannelKind;

use crate::kit::Inbound;
use crate::kit::telegram::{self, message, text};
use crate::kit::whatsapp::{self, BUSINESS, From, JANA, JANA_ID, NUMBER, by_id, by_number, jana};

async fn whatsapp_inbox() -> Inbound {
    Inbound::start(ChannelKind::Whatsapp, NUMBER, Some(BUSINESS)).await
}

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

#[tokio::test(flavor = "multi_thread")]
async fn a_number_and_an_id_that_come_together_are_one_person_from_the_first_message_on() {
    let inbox = whatsapp_inbox().await;
    inbox.deliver(&[whatsapp::text(by_number(JANA), "1", "by number")]).await;
    assert_eq!(inbox.text("select platform_id from identities").await, JANA);
    inbox.deliver(&[whatsapp::text(jana(), "2", "by both")]).await;
    assert_eq!(inbox.text("select platform_id from identities").await, JANA_ID);
    inbox
        .deliver(&[
            whatsapp::text(by_id(JANA_ID), "3", "by id"),
            whatsapp::text(by_number(JANA), "4", "by number again"),
        ])
        .await;
    assert_eq!(inbox.texts().await, ["by number", "by both", "by id", "by number again"]);
    assert_eq!(inbox.number("select count(*) from identities").await, 1);
    assert_eq!(inbox.text("select phone from contacts").await, "+491701234509");
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_turn_out_to_be_one_become_one_and_the_log_says_how_to_undo_it() {
    let inbox = whatsapp_inbox().await;
    inbox.deliver(&[whatsapp::text(by_number(JANA), "1", "by number")]).await;
    inbox.deliver(&[whatsapp::text(by_id(JANA_ID), "2", "by id")]).await;
    assert_eq!(inbox.number("select count(*) from conversations where status = 1").await, 2);

    inbox.deliver(&[whatsapp::text(jana(), "3", "it is me")]).await;
    assert_eq!(inbox.number("select count(*) from identities where merged_into is null").await, 1);
    assert_eq!(inbox.number("select count(*) from contacts where merged_into is null").await, 1);
    assert_eq!(inbox.text("select platform_id from identities where merged_into is null").await, JANA_ID);
    let threads: Vec<(i64, i16)> =
        inbox.rows("select number, status from conversations order by number").await;
    assert_eq!(threads, [(1, 3), (2, 1)], "the later one goes on");
    assert_eq!(
        inbox.number("select count(distinct (identity_id, contact_id)) from conversations").await,
        1,
        "both threads are hers"
    );
    let said: Vec<(i64, String)> = inbox
        .rows(
            "select c.number, coalesce(m.activity ->> 'kind', m.text) from messages m
             join conversations c on c.id = m.conversation_id order by c.number, m.seq",
        )
        .await;
    let said: Vec<(i64, &str)> = said.iter().map(|(number, text)| (*number, text.as_str())).collect();
    assert_eq!(said, [(1, "by number"), (1, "MERGED"), (1, "CLOSED"), (2, "by id"), (2, "it is me")]);
    let details: (serde_json::Value,) = inbox
        .rows("select d.details::jsonb from audit_entries e join audit_details d using (workspace_id, seq) where e.action = 43")
        .await
        .remove(0);
    assert_eq!(details.0["facts"]["from"]["platformId"], JANA_ID);
    assert_eq!(details.0["facts"]["conversations"].as_array().map(Vec::len), Some(1));

    // From now on both names lead to her, and a merge is made once.
    inbox
        .deliver(&[
            whatsapp::text(by_number(JANA), "4", "number"),
            whatsapp::text(by_id(JANA_ID), "5", "id"),
            whatsapp::text(jana(), "6", "both"),
        ])
        .await;
    assert_eq!(inbox.number("select count(*) from messages where direction = 1 and conversation_id = (select id from conversations where number = 2)").await, 5);
    assert_eq!(inbox.number("select count(*) from audit_entries where action = 43").await, 1);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_turn_out_to_be_one_within_a_batch_are_one_from_the_start() {
    let inbox = whatsapp_inbox().await;
    inbox
        .deliver(&[
            whatsapp::text(by_number(JANA), "1", "by number"),
            whatsapp::text(by_id(JANA_ID), "2", "by id"),
            whatsapp::text(jana(), "3", "by both"),
        ])
        .await;
    assert_eq!(inbox.texts().await, ["by number", "by id", "by both"]);
    assert_eq!(inbox.number("select count(*) from contacts").await, 1);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_passed_to_another_person_does_not_lead_to_the_first_ones_thread() {
    let inbox = whatsapp_inbox().await;
    inbox.deliver(&[whatsapp::text(jana(), "1", "I am Jana")]).await;
    let other = From { wa_id: Some(JANA), user_id: Some("DE.999") };
    inbox.deliver(&[whatsapp::text(other, "2", "I have this number now")]).await;
    assert_eq!(inbox.number("select count(*) from conversations").await, 2);
    // The number by itself is the new owner's.
    inbox.deliver(&[whatsapp::text(by_number(JANA), "3", "Me again")]).await;
    inbox.deliver(&[whatsapp::text(by_id(JANA_ID), "4", "Jana again")]).await;
    let said: Vec<(i64, String)> = inbox
        .rows("select c.number, m.text from messages m join conversations c on c.id = m.conversation_id order by c.number, m.seq")
        .await;
    let said: Vec<(i64, &str)> = said.iter().map(|(number, text)| (*number, text.as_str())).collect();
    assert_eq!(said, [(1, "I am Jana"), (1, "Jana again"), (2, "I have this number now"), (2, "Me again")]);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_of_a_brazilian_number_are_one_person() {
    let inbox = whatsapp_inbox().await;
    inbox.deliver(&[whatsapp::text(by_number("5511987650321"), "1", "with the nine")]).await;
    inbox.deliver(&[whatsapp::text(by_number("551187650321"), "2", "without")]).await;
    assert_eq!(inbox.texts().await, ["with the nine", "without"]);
    assert_eq!(inbox.number("select count(*) from contacts").await, 1);
    assert_eq!(
        inbox.text("select platform_id from identities").await,
        "551187650321",
        "as WhatsApp gave it last"
    );
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_the_number_stays_the_same_person_and_the_old_number_leads_nowhere() {
    let inbox = whatsapp_inbox().await;
    let new = "491709998877";
    inbox.deliver(&[whatsapp::text(by_number(JANA), "1", "old number")]).await;
    let change = whatsapp::system(
        by_number(JANA),
        "2",
        json!({ "type": "user_changed_number", "wa_id": new, "body": "…" }),
    );
    inbox.deliver(&[change.clone(), whatsapp::text(by_number(new), "3", "new number")]).await;
    assert_eq!(inbox.text("select platform_id from identities").await, new);
    let lines: Vec<String> = inbox.lines().await.into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["old number", "IDENTITY_CHANGED", "new number"]);
    inbox.deliver(&[whatsapp::text(by_number(JANA), "4", "somebody else")]).await;
    assert_eq!(inbox.number("select count(*) from conversations").await, 2);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_overtakes_the_news_of_a_new_number_ends_up_with_the_same_person() {
    let inbox = whatsapp_inbox().await;
    let new = "491709998877";
    inbox.deliver(&[whatsapp::text(by_number(JANA), "1", "old number")]).await;
    inbox.deliver(&[whatsapp::text(by_number(new), "3", "new number")]).await;
    let change = whatsapp::system(
        by_number(JANA),
        "2",
        json!({ "type": "user_changed_number", "wa_id": new, "body": "…" }),
    );
    inbox.deliver(&[change]).await;
    assert_eq!(inbox.number("select count(*) from identities where merged_into is null").await, 1);
    assert_eq!(inbox.number("select count(*) from conversations where status = 1").await, 1);
    inbox.deliver(&[whatsapp::text(by_number(new), "5", "and on")]).await;
    assert_eq!(inbox.number("select count(*) from identities").await, 2);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_id_of_the_same_person_is_learnt() {
    let inbox = whatsapp_inbox().await;
    inbox.deliver(&[whatsapp::text(jana(), "1", "Hello")]).await;
    let change = whatsapp::system(
        jana(),
        "2",
        json!({ "type": "user_changed_user_id", "user_id": "DE.777", "body": "…" }),
    );
    inbox.deliver(&[change]).await;
    inbox
        .deliver(&[
            whatsapp::text(by_id("DE.777"), "3", "new id"),
            whatsapp::text(by_id(JANA_ID), "4", "old id"),
        ])
        .await;
    assert_eq!(inbox.texts().await, ["Hello", "new id", "old id"]);
    assert_eq!(inbox.text("select platform_id from identities").await, "DE.777");
    inbox.holds().await;
}
