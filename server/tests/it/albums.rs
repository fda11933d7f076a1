//! Albums: parts that come one by one are one message with several files.

use serde_json::{Value, json};

use crate::kit::Inbound;
use crate::kit::telegram::{self, album, text};

const FILES: &str = "select name, position from (select a.unique_id as name, a.position from attachments a
                     join messages m on m.id = a.message_id order by m.seq, a.position, a.id) f";

async fn files(inbox: &Inbound) -> Vec<String> {
    let files: Vec<(String, i16)> = inbox.rows(FILES).await;
    files.into_iter().map(|file| file.0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_in_one_batch_are_one_message() {
    let inbox = Inbound::telegram().await;
    inbox
        .deliver(&[
            album(1, "a", None),
            album(2, "a", None),
            text(3, "Nice?"),
            album(4, "a", Some("Our trip")),
        ])
        .await;
    assert_eq!(inbox.texts().await, ["Our trip", "Nice?"]);
    assert_eq!(files(&inbox).await, ["unique-1", "unique-2", "unique-4"]);
    assert_eq!(inbox.number("select inbound_count from conversations").await, 2);
    assert_eq!(inbox.text("select preview from conversations").await, "Nice?");
    let shown = inbox.shown().await;
    assert_eq!(shown[0]["attachments"].as_array().map(Vec::len), Some(3));
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_parts_join_in_their_order_even_after_other_messages() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[album(3, "a", None)]).await;
    assert_eq!(inbox.text("select preview from conversations").await, "📷 Photo");
    inbox.deliver(&[album(1, "a", None)]).await;
    assert_eq!(inbox.text("select preview from conversations").await, "📷 2 photos");
    inbox.deliver(&[text(5, "Did they come?")]).await;
    let events = inbox.number("select max(event_seq) from workspace_heads").await;
    inbox.deliver(&[album(2, "a", Some("Three"))]).await;
    assert_eq!(files(&inbox).await, ["unique-1", "unique-2", "unique-3"]);
    assert_eq!(inbox.texts().await, ["Three", "Did they come?"]);
    assert_eq!(inbox.text("select preview from conversations").await, "Did they come?");
    let new: Vec<(i16,)> = inbox.rows("select kind from events order by seq desc limit 1").await;
    assert_eq!((new[0].0, inbox.number("select max(event_seq) from workspace_heads").await), (3, events + 1));
    // A repeat of any part adds nothing.
    for number in 1..=3 {
        inbox.deliver(&[album(number, "a", None)]).await;
        assert_eq!(inbox.last_outcome().await.0, 2);
    }
    assert_eq!(files(&inbox).await.len(), 3);
    // Another album is another message.
    inbox.deliver(&[album(6, "b", None)]).await;
    assert_eq!(inbox.number("select count(*) from messages").await, 3);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_caption_is_that_of_its_part() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[album(1, "a", None), album(2, "a", Some("Trip"))]).await;
    let caption = |number: i64, after: i64, caption: Value| {
        let content =
            json!({ "media_group_id": "a", "photo": [telegram::photo(number)], "caption": caption });
        telegram::edited(number, after, content)
    };
    inbox.deliver(&[caption(2, 10, json!("Our trip"))]).await;
    assert_eq!(inbox.texts().await, ["Our trip"]);
    inbox.deliver(&[caption(1, 20, json!("Day one"))]).await;
    assert_eq!(inbox.texts().await, ["Day one\nOur trip"]);
    let revisions: Vec<(String,)> = inbox.rows("select text from message_revisions order by revision").await;
    assert_eq!(revisions, [("Trip".to_owned(),), ("Our trip".to_owned(),)]);
    assert_eq!(files(&inbox).await, ["unique-1", "unique-2"], "the pictures are the same");
    // Another picture in the place of one.
    let other = json!({ "media_group_id": "a", "photo": [telegram::photo(9)], "caption": "Day one" });
    inbox.deliver(&[telegram::edited(1, 30, other)]).await;
    assert_eq!(files(&inbox).await, ["unique-9", "unique-2"]);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_taken_back_goes_alone_and_the_last_one_takes_the_message_along() {
    let inbox = Inbound::telegram().await;
    let part = |number: i64| {
        let content = json!({ "media_group_id": "a", "photo": [telegram::photo(number)], "caption": format!("{number}") });
        telegram::business(number, telegram::noor(), content)
    };
    inbox.deliver(&[part(1), part(2)]).await;
    inbox.deliver(&[telegram::business_deleted(&[1])]).await;
    assert_eq!(
        (inbox.texts().await, files(&inbox).await),
        (vec!["2".to_owned()], vec!["unique-2".to_owned()])
    );
    inbox.deliver(&[part(1)]).await;
    assert_eq!(inbox.last_outcome().await.0, 2, "what was taken back does not come again");
    inbox.deliver(&[telegram::business_deleted(&[2])]).await;
    assert_eq!(files(&inbox).await, [""; 0]);
    assert_eq!(
        inbox.number("select count(*) from messages where deleted_at is not null and text = ''").await,
        1
    );
    assert_eq!(inbox.text("select preview from conversations").await, "Message deleted");
    assert_eq!(inbox.number("select count(*) from platform_messages where text is not null").await, 0);
    inbox.holds().await;
}
