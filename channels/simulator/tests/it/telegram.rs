//! Telegram: both ways, with the sharp edges of `protocols/telegram.md`.

use serde_json::{Value, json};

use crate::kit::{Bot, Receiver, Stage};

const ANA: i64 = 6_812_345_678;
const YUSUF: i64 = 4_503_599_627_370_001;

#[tokio::test]
async fn a_text_reaches_the_webhook_with_the_secret_and_the_answer_reaches_the_phone() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let bot = Bot::create(&stage).await;
    bot.webhook(&receiver).await;
    bot.says("ana", "A azul voltou? 😀").await;

    let update = receiver.wait_for(1).await.remove(0);
    assert_eq!(update.headers["x-telegram-bot-api-secret-token"], "s3cret_-");
    let message = &update.json["message"];
    assert_eq!((&message["chat"]["id"], &message["from"]["id"]), (&json!(ANA), &json!(ANA)));
    assert_eq!(message["text"], "A azul voltou? 😀");
    assert_eq!(message["chat"]["type"], "private");

    let reply = json!({ "message_id": message["message_id"] });
    let sent =
        bot.ok("sendMessage", json!({ "chat_id": ANA, "text": "Sim!", "reply_parameters": reply })).await;
    assert_eq!(sent["reply_to_message"]["text"], "A azul voltou? 😀");
    assert_eq!(sent["from"]["is_bot"], true);
    stage.idle().await;

    let summary = stage.summary("phone=ana").await;
    assert_eq!(summary["arrived"][0]["text"], "Sim!");
    assert_eq!(summary["arrived"][0]["id"], sent["message_id"].to_string());
    assert_eq!(summary["sent"][0]["answered"], 1);
    assert_eq!(summary["undelivered"], 0);
}

#[tokio::test]
async fn a_refused_update_holds_up_its_chat_and_no_other() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let bot = Bot::create(&stage).await;
    bot.webhook(&receiver).await;
    receiver.answer_with(&[500, 500, 500]);
    bot.says("ana", "one").await;
    bot.says("ana", "two").await;
    receiver.wait_for(5).await;
    stage.idle().await;

    let texts: Vec<_> = receiver.all().iter().map(|one| one.json["message"]["text"].clone()).collect();
    assert_eq!(texts, ["one", "one", "one", "one", "two"]);
    let ids: Vec<_> = receiver.all().iter().map(|one| one.json["update_id"].clone()).collect();
    assert_eq!(ids[0], ids[3], "a retry keeps its number");
    let summary = stage.summary("phone=ana").await;
    assert_eq!(summary["sent"][0]["failed_attempts"], 3);
    assert_eq!(summary["sent"][0]["answered"], 1);
}

#[tokio::test]
async fn updates_wait_until_there_is_a_webhook() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let bot = Bot::create(&stage).await;
    bot.says("ana", "early").await;
    assert_eq!(bot.ok("getWebhookInfo", json!({})).await["pending_update_count"], 1);
    bot.webhook(&receiver).await;
    receiver.wait_for(1).await;
    stage.idle().await;
    let info = bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!((&info["pending_update_count"], &info["url"]), (&json!(0), &json!(receiver.url)));
    assert_eq!(bot.call("getUpdates", json!({})).await.0, 409);
    bot.ok("deleteWebhook", json!({})).await;
    bot.says("ana", "polled").await;
    assert_eq!(bot.ok("getUpdates", json!({})).await[0]["message"]["text"], "polled");
}

#[tokio::test]
async fn refusals_have_telegrams_shape() {
    let stage = Stage::start().await;
    let bot = Bot::create(&stage).await;
    let refusal = |answer: (u16, Value)| (answer.0, answer.1["description"].as_str().unwrap().to_owned());

    let unknown = bot.call("sendMessage", json!({ "chat_id": 1, "text": "x" })).await;
    assert_eq!(unknown.1["ok"], false);
    assert_eq!(refusal(unknown), (400, "Bad Request: chat not found".into()));
    let strange = refusal(bot.call("sendMessage", json!({ "chat_id": ANA, "text": "x" })).await);
    assert_eq!(strange, (403, "Forbidden: bot can't initiate conversation with a user".into()));

    stage.act("ana", "start", json!({ "to": bot.account, "payload": "ad7" })).await;
    let sent = bot.ok("sendMessage", json!({ "chat_id": ANA, "text": "x" })).await;
    let edit = json!({ "chat_id": ANA, "message_id": sent["message_id"], "text": "x" });
    assert!(refusal(bot.call("editMessageText", edit).await).1.contains("message is not modified"));
    let edit = json!({ "chat_id": ANA, "message_id": 999, "text": "y" });
    assert_eq!(refusal(bot.call("editMessageText", edit).await).1, "Bad Request: message to edit not found");
    let long = json!({ "chat_id": ANA, "text": "é".repeat(4097) });
    assert_eq!(refusal(bot.call("sendMessage", long).await).1, "Bad Request: message is too long");

    stage.act("ana", "block", json!({ "to": bot.account })).await;
    let blocked = refusal(bot.call("sendMessage", json!({ "chat_id": ANA, "text": "x" })).await);
    assert_eq!(blocked, (403, "Forbidden: bot was blocked by the user".into()));

    stage.patch(&format!("/control/telegram/bots/{}", bot.id), json!({ "revoked": true })).await;
    assert_eq!(refusal(bot.call("getMe", json!({})).await), (401, "Unauthorized".into()));
}

#[tokio::test]
async fn blocking_reacting_editing_and_tapping_are_told() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let bot = Bot::create(&stage).await;
    bot.webhook(&receiver).await;
    let to = &bot.account;
    let own = bot.says("yusuf", "مرحبا").await["messages"][0].clone();
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Yes", "callback_data": "y" }]] });
    let asked =
        bot.ok("sendMessage", json!({ "chat_id": YUSUF, "text": "ok?", "reply_markup": keyboard })).await;
    let asked_id = asked["message_id"].to_string();
    stage.act("yusuf", "edit", json!({ "to": to, "message": own, "text": "مرحباً" })).await;
    stage.act("yusuf", "react", json!({ "to": to, "message": asked_id, "emoji": ["👍"] })).await;
    stage.act("yusuf", "tap", json!({ "to": to, "message": asked_id, "button": "Yes" })).await;
    stage.act("yusuf", "block", json!({ "to": to })).await;
    stage.idle().await;

    let find = |kind: &str| receiver.all().into_iter().find_map(|one| one.json.get(kind).cloned()).unwrap();
    assert_eq!(find("edited_message")["text"], "مرحباً");
    assert_eq!(find("message_reaction")["new_reaction"][0]["emoji"], "👍");
    let callback = find("callback_query");
    assert_eq!((&callback["data"], &callback["message"]["message_id"]), (&json!("y"), &asked["message_id"]));
    bot.ok("answerCallbackQuery", json!({ "callback_query_id": callback["id"], "text": "noted" })).await;
    let member = find("my_chat_member");
    assert_eq!(member["new_chat_member"]["status"], "kicked");
    assert_eq!(member["from"]["id"], YUSUF);
}

#[tokio::test]
async fn an_album_comes_in_parts_and_its_files_can_be_fetched() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let bot = Bot::create(&stage).await;
    bot.webhook(&receiver).await;
    let files = json!([{ "sample": "photo" }, { "sample": "photo2" }]);
    stage
        .act("ana", "send", json!({ "to": bot.account, "kind": "album", "files": files, "text": "both" }))
        .await;
    let parts = receiver.wait_for(2).await;
    let messages: Vec<_> = parts.iter().map(|part| part.json["message"].clone()).collect();
    assert_eq!(messages[0]["media_group_id"], messages[1]["media_group_id"]);
    assert_eq!((&messages[0]["caption"], &messages[1]["caption"]), (&json!("both"), &Value::Null));
    let sizes = messages[0]["photo"].as_array().unwrap();
    assert!(sizes.len() > 1);

    let largest = sizes.last().unwrap();
    let file = bot.ok("getFile", json!({ "file_id": largest["file_id"] })).await;
    let url = stage.url(&format!("/file/bot{}/{}", bot.token, file["file_path"].as_str().unwrap()));
    let bytes = stage.http.get(url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes.len() as u64, largest["file_size"].as_u64().unwrap());
    assert_eq!(&bytes[..3], b"\xff\xd8\xff");
}

#[tokio::test]
async fn a_bot_uploads_an_album_and_the_phone_shows_it() {
    let stage = Stage::start().await;
    let bot = Bot::create(&stage).await;
    bot.says("ana", "hi").await;
    let shelf = stage.post("/control/files/sample/photo", json!({})).await;
    let photo = stage
        .http
        .get(stage.url(shelf["url"].as_str().unwrap()))
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let part = |name: &'static str| {
        reqwest::multipart::Part::bytes(photo.to_vec()).file_name(name).mime_str("image/jpeg").unwrap()
    };
    let media = json!([
        { "type": "photo", "media": "attach://a", "caption": "<b>one</b>", "parse_mode": "HTML" },
        { "type": "photo", "media": "attach://b" }
    ]);
    let form = reqwest::multipart::Form::new()
        .text("chat_id", ANA.to_string())
        .text("media", media.to_string())
        .part("a", part("a.jpg"))
        .part("b", part("b.jpg"));
    let url = stage.url(&format!("/bot{}/SendMediaGroup", bot.token));
    let answer: Value = stage.http.post(url).multipart(form).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["result"].as_array().map(Vec::len), Some(2), "{answer}");
    assert_eq!(answer["result"][0]["caption_entities"][0]["type"], "bold");
    let chat = stage.get(&format!("/control/phones/ana/chats/{}", bot.account)).await;
    assert_eq!(chat["messages"][1]["body"]["media"], "photo");
    assert_eq!(chat["messages"][1]["body"]["caption"], "one");
}

#[tokio::test]
async fn a_business_account_is_seen_by_its_bot_from_both_sides() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let bot = Bot::create(&stage).await;
    bot.webhook(&receiver).await;
    let made = stage.post("/control/telegram/connections", json!({ "bot": bot.id, "owner": "noor" })).await;
    let (account, connection) = (&made["account"], &made["connection"]);
    let asked = stage.act("ana", "send", json!({ "to": account, "text": "open?" })).await;
    stage.act("ana", "send", json!({ "to": account, "text": "moment", "by_business": true })).await;
    let reply = json!({ "business_connection_id": connection, "chat_id": ANA, "text": "yes" });
    let sent = bot.ok("sendMessage", reply).await;
    assert_eq!(sent["sender_business_bot"]["id"], bot.id);
    let id: i64 = asked["messages"][0].as_str().unwrap().parse().unwrap();
    let read = json!({ "business_connection_id": connection, "chat_id": ANA, "message_id": id });
    bot.ok("readBusinessMessage", read).await;
    stage.act("ana", "delete", json!({ "to": account, "messages": asked["messages"] })).await;
    stage.idle().await;

    let all = receiver.all();
    let of = |kind: &str| all.iter().filter_map(|one| one.json.get(kind).cloned()).collect::<Vec<_>>();
    assert_eq!(of("business_connection")[0]["rights"]["can_reply"], true);
    let messages = of("business_message");
    assert_eq!(messages[0]["from"]["id"], ANA);
    assert_eq!(messages[1]["from"]["id"], 7_391_004_482_i64, "the owner wrote by hand");
    assert_eq!(of("deleted_business_messages")[0]["message_ids"], json!([id]));

    stage.post("/control/clock", json!({ "advance_ms": 90_000_000 })).await;
    let late = json!({ "business_connection_id": connection, "chat_id": ANA, "text": "late" });
    assert_eq!(bot.call("sendMessage", late).await.0, 400, "the chat was silent for more than 24 h");
}

#[tokio::test]
async fn an_upgraded_group_gives_its_new_id_to_whoever_writes_to_the_old() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let bot = Bot::create(&stage).await;
    bot.webhook(&receiver).await;
    let group = json!({ "bot": bot.id, "title": "Team", "members": ["ana", "noor"] });
    let group = stage.post("/control/telegram/groups", group).await;
    let old = group["chat_id"].as_i64().unwrap();
    stage.act("noor", "send", json!({ "to": format!("{}/{old}", bot.account), "text": "hello all" })).await;
    let new =
        stage.post(&format!("/control/telegram/groups/{old}/upgrade"), json!({})).await["chat_id"].clone();
    let (status, refusal) = bot.call("sendMessage", json!({ "chat_id": old, "text": "x" })).await;
    assert_eq!((status, &refusal["parameters"]["migrate_to_chat_id"]), (400, &new));
    bot.ok("sendMessage", json!({ "chat_id": new, "text": "x" })).await;
    stage.idle().await;
    let said = receiver.all().into_iter().find(|one| one.json["message"]["text"] == "hello all").unwrap();
    assert_eq!(said.json["message"]["chat"]["type"], "group");
}

#[tokio::test]
async fn large_files_go_up_but_not_down() {
    let stage = Stage::start().await;
    let bot = Bot::create(&stage).await;
    bot.says("ana", "hi").await;
    let upload = async |size: usize| -> Value {
        let part = reqwest::multipart::Part::bytes(vec![7; size]).file_name("a.bin");
        let form = reqwest::multipart::Form::new().text("chat_id", ANA.to_string()).part("document", part);
        let url = stage.url(&format!("/bot{}/sendDocument", bot.token));
        stage.http.post(url).multipart(form).send().await.unwrap().json().await.unwrap()
    };
    let sent = upload(21 * 1024 * 1024).await;
    let document = &sent["result"]["document"];
    assert_eq!(document["file_size"], 21 * 1024 * 1024, "{sent}");
    let (_, refused) = bot.call("getFile", json!({ "file_id": document["file_id"] })).await;
    assert_eq!(refused["description"], "Bad Request: file is too big");
    assert_eq!(upload(51 * 1024 * 1024).await["error_code"], 413);
}
