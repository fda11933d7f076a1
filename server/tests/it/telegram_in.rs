//! What Telegram reports, in the inbox: messages with all they carry, people, blocks, groups, business accounts.

use serde_json::json;
use shared::TextStyle;

use crate::kit::telegram::{self, NOOR, T0, message, text};
use crate::kit::{Bot, Inbound, Line, Provided};

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_makes_a_direct_conversation_with_formatting_and_names() {
    let inbox = Inbound::telegram().await;
    let bold = json!([{ "type": "bold", "offset": 3, "length": 5 }]);
    inbox.deliver(&[message(418, json!({ "text": "😀 hello there", "entities": bold }))]).await;

    assert_eq!(inbox.outcomes().await, [(1, None)]);
    let row: (i16, String, bool, i64, i64) = inbox
        .rows("select kind, preview, waiting_since is not null, last_seq, inbound_count from conversations")
        .await
        .remove(0);
    assert_eq!(row, (1, "😀 hello there".to_owned(), true, 1, 1));
    let shown = inbox.shown().await.remove(0);
    assert_eq!(shown["author"], json!({ "kind": "CONTACT", "name": "Noor de Wit" }));
    // UTF-16 offsets there, bytes of UTF-8 here.
    assert_eq!(shown["spans"], json!([{ "start": 5, "end": 10, "style": "bold", "value": null }]));
    assert_eq!(serde_json::to_value(TextStyle::Bold).unwrap()["style"], "bold");
    let aliases: Vec<(String, String)> = inbox.rows("select kind, value from identity_aliases").await;
    assert_eq!(aliases, [("username".to_owned(), "noordw".to_owned())]);
    assert_eq!(inbox.text("select platform_id from identities").await, NOOR.to_string());
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_noted_to_be_fetched_and_previews_say_what_came() {
    let inbox = Inbound::telegram().await;
    let file = |name: &str| json!({ "file_id": name, "file_unique_id": format!("u-{name}"), "duration": 3, "file_size": 9 });
    let pdf = json!({ "file_id": "d", "file_unique_id": "u-d", "file_name": "bill/../7.pdf", "mime_type": "application/pdf" });
    let messages = [
        (json!({ "photo": [telegram::photo(1)] }), "📷 Photo"),
        (json!({ "voice": file("v") }), "🎤 Voice message"),
        (json!({ "document": pdf }), "bill..7.pdf"),
        (json!({ "location": { "latitude": 52.5, "longitude": 13.4 } }), "📍 Location"),
        (json!({ "contact": { "phone_number": "+491", "first_name": "Jana" } }), "👤 Jana"),
        (json!({ "photo": [telegram::photo(2)], "caption": "Look" }), "Look"),
        (json!({ "gift": {} }), "Message that cannot be shown here"),
    ];
    for (number, (content, preview)) in (1..).zip(messages) {
        inbox.deliver(&[message(number, content)]).await;
        assert_eq!(inbox.text("select preview from conversations").await, preview);
    }
    let files: Vec<(i16, String, i16, String, Option<i64>)> =
        inbox.rows("select kind, name, state, content_type, duration_ms from attachments order by id").await;
    assert_eq!(files.len(), 4);
    assert!(files.iter().all(|file| file.2 == 2), "on their way: {files:?}");
    assert_eq!((files[1].0, files[1].4), (5, Some(3_000)));
    assert_eq!((files[2].1.as_str(), files[2].3.as_str()), ("bill..7.pdf", "application/pdf"));
    let shown = inbox.shown().await;
    assert_eq!(shown[0]["attachments"][0]["state"], "FETCHING");
    assert_eq!(shown[3]["card"]["kind"], "LOCATION");
    assert_eq!(shown[3]["card"]["latitude"], 52.5);
    assert_eq!(shown[4]["card"]["contacts"][0]["phones"], json!(["+491"]));
    assert_eq!(
        shown[6]["card"],
        json!({ "kind": "UNSUPPORTED", "what": "gift", "title": null, "text": null,
        "latitude": null, "longitude": null, "liveSeconds": null, "url": null, "contacts": [], "items": [] })
    );
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_batch_again_adds_nothing() {
    let inbox = Inbound::telegram().await;
    let batch = [
        text(1, "one"),
        telegram::album(2, "a", Some("both")),
        telegram::album(3, "a", None),
        telegram::edited(1, 5, json!({ "text": "uno" })),
        telegram::reacted(1, 6, &["👍"]),
        telegram::member(7, "kicked"),
    ];
    inbox.deliver(&batch).await;
    let count = "select (select count(*) from messages) + (select count(*) from attachments)
        + (select count(*) from message_revisions) + (select count(*) from reactions) + (select count(*) from contacts)";
    let (lines, counted) = (inbox.lines().await, inbox.number(count).await);
    assert!(inbox.outcomes().await.iter().all(|outcome| outcome.0 == 1));
    inbox.deliver(&batch).await;
    assert_eq!(inbox.lines().await, lines);
    assert_eq!(inbox.number(count).await, counted);
    let again: Vec<i16> = inbox.outcomes().await.iter().skip(batch.len()).map(|outcome| outcome.0).collect();
    assert_eq!(again, [2, 2, 2, 2, 2, 1], "repeats, all but the word that she is away, which is so");
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_finds_its_message_even_when_that_comes_later() {
    let inbox = Inbound::telegram().await;
    let quoted = json!({ "message_id": 1, "date": T0, "text": "The first one", "chat": { "id": NOOR, "type": "private" } });
    inbox
        .deliver(&[message(
            2,
            json!({ "text": "Yes", "reply_to_message": quoted, "quote": { "text": "first", "position": 4 } }),
        )])
        .await;
    let before = inbox.shown().await.remove(0);
    assert_eq!(
        before["quoted"],
        json!({ "messageId": null, "seq": null, "authorName": "", "text": "The first one",
        "excerpt": "first", "kind": "message" })
    );
    let events = inbox.number("select max(event_seq) from workspace_heads").await;

    inbox.deliver(&[text(1, "The first one")]).await;
    let shown = inbox.shown().await;
    assert_eq!(shown[0]["quoted"]["messageId"], shown[1]["id"]);
    assert_eq!(shown[0]["quoted"]["seq"], 2);
    assert_eq!(shown[0]["quoted"]["authorName"], "Noor de Wit");
    assert_eq!((&shown[1]["late"], &shown[1]["quoted"]), (&json!(true), &json!(null)));
    let kinds: Vec<(i16,)> = inbox.rows("select kind from events order by seq").await;
    let new = usize::try_from(events).unwrap();
    assert_eq!(kinds[new..], [(2,), (3,)], "added, and the other one changed");

    // One that quotes something known finds it at once, also within a batch.
    let quoted =
        json!({ "message_id": 3, "date": T0, "text": "x", "chat": { "id": NOOR, "type": "private" } });
    inbox
        .deliver(&[text(3, "three"), message(4, json!({ "text": "four", "reply_to_message": quoted }))])
        .await;
    let shown = inbox.shown().await;
    assert_eq!(shown[3]["quoted"]["messageId"], shown[2]["id"]);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pressed_button_is_an_answer_that_says_what_it_said() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[text(1, "Hello")]).await;
    let under = json!({ "message_id": 2, "date": T0, "chat": { "id": NOOR, "type": "private" },
        "reply_markup": { "inline_keyboard": [[{ "text": "Tuesday", "callback_data": "d2" }]] } });
    let press = json!({ "update_id": 7, "callback_query": { "id": "55", "from": telegram::noor(), "message": under,
        "chat_instance": "1", "data": "d2" } });
    inbox.deliver(&[press.clone(), press]).await;
    assert_eq!(
        inbox.number("select count(*) from outbox where act -> 'answer_press' ->> 'press_id' = '55'").await,
        1
    );
    let shown = inbox.shown().await;
    assert_eq!(shown.len(), 2);
    assert_eq!((&shown[1]["text"], &shown[1]["direction"]), (&json!("Tuesday"), &json!("INBOUND")));
    assert_eq!((&shown[1]["card"]["kind"], &shown[1]["card"]["title"]), (&json!("REPLY"), &json!("Tuesday")));
    assert_eq!(inbox.outcomes().await[2].0, 2);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_job_looks_at_all_changes_that_wait() {
    let inbox = Inbound::telegram().await;
    for number in 900..905 {
        inbox.deliver(&[telegram::reacted(number, 1, &["👍"])]).await;
    }
    assert_eq!(inbox.number("select count(*) from waiting_changes").await, 5);
    assert_eq!(inbox.number("select count(*) from jobs where kind = 'deliveries.waiting'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocks_the_bot_cannot_be_reached_and_the_later_word_counts() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[telegram::member(1, "kicked")]).await;
    assert_eq!(inbox.last_outcome().await, (3, "nobody is known by this name".to_owned()));
    inbox.deliver(&[text(1, "Hello"), telegram::member(50, "kicked"), telegram::member(40, "member")]).await;
    let reach = "select reachable, unreachable_reason from identities";
    assert_eq!(inbox.rows::<(bool, Option<String>)>(reach).await, [(false, Some("kicked".to_owned()))]);
    assert_eq!(inbox.last_outcome().await, (3, "something later is known".to_owned()));
    let lines: Vec<String> = inbox.lines().await.into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["Hello", "UNREACHABLE"]);
    inbox.deliver(&[telegram::member(60, "member")]).await;
    assert_eq!(inbox.rows::<(bool, Option<String>)>(reach).await, [(true, None)]);
    // Who writes can be reached, whatever was heard before.
    inbox.deliver(&[telegram::member(70, "kicked"), text(80, "I am back")]).await;
    assert_eq!(inbox.rows::<(bool, Option<String>)>(reach).await, [(true, None)]);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_refused_and_told_of_once() {
    let inbox = Inbound::telegram().await;
    let group = |number: i64, id: i64| {
        let chat = json!({ "id": id, "type": "group", "title": "Friday" });
        json!({ "update_id": number, "message": { "message_id": number, "date": T0, "chat": chat,
            "from": telegram::noor(), "text": "psst" } })
    };
    inbox.deliver(&[group(1, -77), group(2, -77), text(3, "In private"), group(4, -78)]).await;
    inbox.deliver(&[group(5, -77)]).await;
    assert_eq!(inbox.texts().await, ["In private"]);
    let outcomes: Vec<i16> = inbox.outcomes().await.iter().map(|outcome| outcome.0).collect();
    assert_eq!(outcomes, [3, 3, 1, 3, 3]);
    let events: Vec<(String, i16, String)> =
        inbox.rows("select kind, severity, words from channel_events order by id").await;
    assert_eq!(events.len(), 1, "two places with the same words within the hour are one event: {events:?}");
    assert_eq!((events[0].0.as_str(), events[0].1), ("refused", 2));
    assert!(events[0].2.contains("remove the bot") && events[0].2.contains("Friday"), "{events:?}");
    assert_eq!(inbox.number("select count(*) from refused_places").await, 2);
    let left: Vec<(String,)> =
        inbox.rows("select recipient from outbox where act = '\"leave\"' order by recipient").await;
    assert_eq!(left, [("-77".to_owned(),), ("-78".to_owned(),)]);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_leaves_its_neighbours_alone() {
    let inbox = Inbound::telegram().await;
    let bodies = [
        text(1, "before").to_string().into_bytes(),
        b"{\"update_id\": 2".to_vec(),
        json!({ "update_id": 3, "message": { "text": "no chat" } }).to_string().into_bytes(),
        json!({ "update_id": 4, "poll": {} }).to_string().into_bytes(),
        message(5, json!({ "text": "x".repeat(70_000) })).to_string().into_bytes(),
        text(6, "after").to_string().into_bytes(),
    ];
    inbox.deliver_raw(&bodies).await;
    let texts = inbox.texts().await;
    assert_eq!((texts[0].as_str(), texts[1].len(), texts[2].as_str()), ("before", 70_000, "after"));
    let outcomes = inbox.outcomes().await;
    let numbers: Vec<i16> = outcomes.iter().map(|outcome| outcome.0).collect();
    assert_eq!(numbers, [1, 4, 4, 3, 1, 1]);
    let reason = |at: usize| outcomes[at].1.clone().unwrap_or_default();
    assert!(reason(1).contains("unreadable"), "{}", reason(1));
    assert!(reason(2).contains("/message"), "{}", reason(2));
    assert_eq!(reason(3), "not supported: poll");
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_owners_own_words_are_shown_as_sent_outside() {
    let inbox = Inbound::telegram().await;
    inbox.deliver(&[telegram::business(1, telegram::noor(), json!({ "text": "Are you open?" }))]).await;
    assert_eq!(inbox.number("select count(*) from conversations where waiting_since is not null").await, 1);
    let answer = telegram::business(2, telegram::owner(), json!({ "text": "Until six" }));
    inbox.deliver(std::slice::from_ref(&answer)).await;
    inbox.deliver(&[answer]).await;
    let shown = inbox.shown().await;
    assert_eq!(shown.len(), 2);
    assert_eq!((&shown[1]["direction"], &shown[1]["status"]), (&json!("OUTBOUND"), &json!("SENT")));
    assert_eq!(shown[1]["author"]["kind"], "OUTSIDE");
    let row: (bool, String, i16, i64) = inbox
        .rows("select waiting_since is null, preview, preview_author, inbound_count from conversations")
        .await
        .remove(0);
    assert_eq!(row, (true, "Until six".to_owned(), 4, 1));
    // The bot's own chat with the same person is another thread.
    inbox.deliver(&[text(1, "Hello bot")]).await;
    assert_eq!(inbox.number("select count(*) from conversations").await, 2);
    inbox.deliver(&[telegram::business_deleted(&[1])]).await;
    let deleted = "select count(*) from messages where deleted_at is not null and text = ''";
    assert_eq!(inbox.number(deleted).await, 1);
    inbox.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_behind_an_account_that_the_bot_may_only_read_cannot_be_answered() {
    let inbox = Inbound::telegram().await;
    let connection = |after: i64, enabled: bool, reply: bool| {
        json!({ "update_id": 100 + after, "business_connection": { "id": "conn-1", "user": telegram::owner(),
            "user_chat_id": 1, "date": T0 + after, "rights": { "can_reply": reply }, "is_enabled": enabled } })
    };
    let reach = "select reachable, unreachable_reason from identities";
    inbox.deliver(&[connection(0, true, false)]).await;
    inbox.deliver(&[telegram::business(1, telegram::noor(), json!({ "text": "Hi" }))]).await;
    let read_only = (false, Some("business_connection_read_only".to_owned()));
    assert_eq!(inbox.rows::<(bool, Option<String>)>(reach).await, [read_only]);
    inbox.deliver(&[connection(10, true, true), connection(5, false, false)]).await;
    assert_eq!(inbox.rows::<(bool, Option<String>)>(reach).await, [(true, None)], "the later word counts");
    inbox.deliver(&[connection(20, false, true)]).await;
    let ended = (false, Some("business_connection_ended".to_owned()));
    assert_eq!(inbox.rows::<(bool, Option<String>)>(reach).await, [ended]);
    let words: Vec<(String,)> =
        inbox.rows("select words from channel_events where kind = 'business_connection' order by id").await;
    assert_eq!(words.len(), 3, "{words:?}");
    assert!(words[0].0.starts_with("Olga lets the bot read"), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_in_one_batch_keeps_its_order_and_its_numbers() {
    let inbox = Inbound::telegram().await;
    let burst: Vec<_> = (1..=300).map(|number| text(number, &format!("message {number}"))).collect();
    inbox.deliver(&burst).await;
    let expected: Vec<Line> =
        (1..=300).map(|seq| Line { seq, direction: 1, text: format!("message {seq}") }).collect();
    assert_eq!(inbox.lines().await, expected);
    assert_eq!(inbox.number("select sum(inbound)::bigint from channel_hours").await, 300);
    inbox.holds().await;
}

/// Somebody acts on a phone towards the bot; the simulator's name of the first message it made.
async fn act(stage: &Provided, bot: &Bot, act: &str, mut body: serde_json::Value) -> String {
    body["to"] = json!(bot.account);
    let made = stage.phone("noor", act, body).await;
    made["messages"][0].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_from_a_phone_arrives_whole_though_deliveries_are_repeated_and_overtake_each_other() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    for fault in
        [json!({ "type": "repeat", "times": 2, "delay_ms": 20 }), json!({ "type": "reorder", "hold_ms": 40 })]
    {
        stage.control("/faults", json!({ "account": bot.account, "percent": 40, "fault": fault })).await;
    }
    act(&stage, &bot, "start", json!({ "payload": "shop" })).await;
    let first = act(&stage, &bot, "send", json!({ "text": "Good morning" })).await;
    let files = json!([{ "sample": "photo" }, { "sample": "photo2" }, { "sample": "photo3" }]);
    act(&stage, &bot, "send", json!({ "type": "album", "files": files, "text": "The three of them" })).await;
    act(&stage, &bot, "send", json!({ "type": "voice", "file": { "sample": "voice" } })).await;
    act(&stage, &bot, "edit", json!({ "message": first, "text": "Good evening" })).await;
    act(&stage, &bot, "send", json!({ "text": "As I said", "reply_to": first })).await;
    for number in 0..20 {
        act(&stage, &bot, "send", json!({ "text": format!("line {number}") })).await;
    }
    act(&stage, &bot, "block", json!({})).await;
    stage
        .wait(
            "the story did not arrive",
            "select (select count(*) from messages where direction = 1) = 25
                and (select count(*) from attachments where state = 1) = 4
                and exists (select from message_revisions) and not exists (select from identities where reachable)",
        )
        .await;
    stage.settle().await;
    let texts: Vec<(String, i64)> = sqlx::query_as(
        "select m.text, (select count(*) from attachments a where a.message_id = m.id) from messages m
         where m.direction = 1",
    )
    .fetch_all(&mut stage.test.superuser().await)
    .await
    .unwrap();
    let story =
        [("/start shop", 0), ("Good evening", 0), ("The three of them", 3), ("", 1), ("As I said", 0)];
    for told in story {
        assert!(texts.contains(&(told.0.to_owned(), told.1)), "{told:?} in {texts:?}");
    }
    let quoted = "select q.text from messages m join messages q on q.id = m.quoted_message_id where m.text = 'As I said'";
    assert_eq!(stage.one::<String>(quoted).await, "Good evening");
    let voice = "select length(waveform)::bigint from attachments where kind = 5";
    assert_eq!(stage.one::<i64>(voice).await, 64);
    assert_eq!(
        stage.one::<i64>("select count(distinct text) from messages where text like 'line %'").await,
        20
    );
    let gaps = "select count(*) from conversations c where last_seq <> (select count(*) from messages m where m.conversation_id = c.id)";
    assert_eq!(stage.one::<i64>(gaps).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_leaves_a_group_that_it_was_put_into() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    let id: i64 = bot.account.strip_prefix("tg:").unwrap().parse().unwrap();
    let group =
        stage.control("/telegram/groups", json!({ "bot": id, "title": "Friday", "members": ["noor"] })).await;
    let place = format!("{}/{}", bot.account, group["chat_id"]);
    stage.phone("noor", "send", json!({ "to": place, "text": "psst" })).await;
    stage
        .wait(
            "the group was not refused",
            "select exists (select from channel_events where kind = 'refused')
                and not exists (select from outbox) and not exists (select from messages)",
        )
        .await;
}
