//! WhatsApp: both ways, with the sharp edges of `protocols/whatsapp.md` and `protocols/meta-common.md`.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::kit::{Number, Receiver, Stage, items};

const ANA: &str = "+55 11 98765-0321";
const NOOR: &str = "31612345098";

#[tokio::test]
async fn a_text_comes_signed_over_its_escaped_bytes() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    number.says("ana", "A azul voltou? 😀 é").await;
    let delivery = receiver.wait_for(1).await.remove(0);

    let text = std::str::from_utf8(&delivery.bytes).unwrap();
    assert!(text.is_ascii() && text.contains(r"\ud83d\ude00 \u00e9"), "{text}");
    let mut mac = Hmac::<Sha256>::new_from_slice(number.secret.as_bytes()).unwrap();
    mac.update(&delivery.bytes);
    let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(delivery.headers["x-hub-signature-256"], expected.as_str());

    let value = &delivery.json["entry"][0]["changes"][0]["value"];
    assert_eq!(delivery.json["entry"][0]["id"], number.business_account.as_str());
    assert_eq!(value["metadata"]["phone_number_id"], number.id.as_str());
    assert_eq!(value["contacts"][0]["wa_id"], "551187650321", "Brazil: without the ninth digit");
    assert_eq!(value["messages"][0]["text"]["body"], "A azul voltou? 😀 é");
    assert_eq!(value["messages"][0]["from"], value["contacts"][0]["wa_id"]);
}

#[tokio::test]
async fn a_reply_is_accepted_then_sent_delivered_and_read() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    let asked = number.says("ana", "open?").await;
    let message = json!({ "type": "text", "text": { "body": "Yes" }, "context": { "message_id": asked },
        "biz_opaque_callback_data": "msg_1" });
    let (status, answer) = number.send(ANA, message).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["contacts"][0]["input"], ANA);
    assert_eq!(answer["contacts"][0]["wa_id"], "551187650321");
    receiver.wait_for(3).await;
    stage.act("ana", "read", json!({ "to": number.account })).await;
    stage.idle().await;

    let statuses = items(&receiver, "statuses");
    let names: Vec<_> = statuses.iter().map(|status| status["status"].as_str().unwrap()).collect();
    assert_eq!(names, ["sent", "delivered", "read"]);
    assert!(statuses.iter().all(|status| status["id"] == answer["messages"][0]["id"]));
    assert_eq!(statuses[0]["biz_opaque_callback_data"], "msg_1");
    assert_eq!(statuses[0]["pricing"]["type"], "free_customer_service");
    let summary = stage.summary("phone=ana").await;
    assert_eq!(summary["arrived"][0]["client_ref"], "msg_1");
}

#[tokio::test]
async fn after_a_day_only_templates_get_through() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    number.says("ana", "hi").await;
    stage.post("/control/clock", json!({ "advance_ms": 86_500_000 })).await;
    number.text(ANA, "too late").await;
    stage.idle().await;
    receiver.wait_for(2).await;
    let failed = items(&receiver, "statuses").remove(0);
    assert_eq!((&failed["status"], &failed["errors"][0]["code"]), (&json!("failed"), &json!(131_047)));

    let template = |name: &str, parameters: Value| {
        json!({ "type": "template", "template": { "name": name, "language": { "code": "de" }, "components": [
            { "type": "body", "parameters": parameters },
            { "type": "button", "sub_type": "url", "index": "1", "parameters": [{ "type": "text", "text": "a7" }] } ] } })
    };
    let two = json!([{ "type": "text", "text": "Ana" }, { "type": "text", "text": "A-7" }]);
    let (status, answer) = number.send(ANA, template("order_ready", two.clone())).await;
    assert_eq!((status, &answer["messages"][0]["message_status"]), (200, &json!("accepted")), "{answer}");
    let code = |answer: (u16, Value)| answer.1["error"]["code"].as_u64().unwrap();
    assert_eq!(code(number.send(ANA, template("order_ready", json!([]))).await), 132_000);
    assert_eq!(code(number.send(ANA, template("nobody_knows", two.clone())).await), 132_001);
    let mut paused = template("old_promo", two);
    paused["template"]["language"]["code"] = "en_US".into();
    assert_eq!(code(number.send(ANA, paused).await), 132_015);

    let arrived = stage.summary("phone=ana").await["arrived"].clone();
    assert_eq!(arrived.as_array().map(Vec::len), Some(1));
    assert_eq!(arrived[0]["text"], "Hallo Ana, deine Bestellung A-7 liegt bereit.");
    let chat = stage.get(&format!("/control/phones/ana/chats/{}", number.account)).await;
    assert_eq!(chat["messages"][1]["actions"]["rows"][1][0]["url"], "https://shop.example/k/a7");
}

#[tokio::test]
async fn a_closed_window_can_be_told_in_the_answer() {
    let stage = Stage::start().await;
    let number = Number::with(&stage, json!({ "refuses_at_once": true })).await;
    let (status, answer) = number.send(ANA, json!({ "type": "text", "text": { "body": "x" } })).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(131_047)));
    assert!(answer["error"]["fbtrace_id"].is_string());
    assert_eq!(answer["error"]["type"], "OAuthException");
}

#[tokio::test]
async fn the_callback_is_verified_by_its_challenge() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::with(&stage, json!({})).await;
    number.says("ana", "before").await;
    let attach = |token: &str| json!({ "override_callback_uri": receiver.url, "verify_token": token });
    let path = format!("{}/subscribed_apps", number.business_account);
    let (_, refused) = number.call("POST", &path, attach("wrong")).await;
    assert_eq!(refused["error"]["code"], 2200);
    let (status, answer) = number.call("POST", &path, attach("correct-horse")).await;
    assert_eq!((status, answer), (200, json!({ "success": true })));
    receiver.wait_for(1).await;
    assert_eq!(items(&receiver, "messages")[0]["text"]["body"], "before", "it had waited");
    let (_, list) = number.call("GET", &path, Value::Null).await;
    assert_eq!(list["data"][0]["whatsapp_business_api_data"]["id"], number.app.as_str());
    number.call("DELETE", &path, Value::Null).await;
    let (_, list) = number.call("GET", &path, Value::Null).await;
    assert_eq!(list["data"], json!([]));
}

#[tokio::test]
async fn embedded_signup_gives_a_code_that_works_once_and_for_half_a_minute() {
    let stage = Stage::start().await;
    let number = Number::with(&stage, json!({ "registered": false })).await;
    let signed_up = stage.post("/control/whatsapp/signups", json!({ "phone_number_id": number.id })).await;
    assert_eq!(signed_up["message"]["data"]["waba_id"], number.business_account.as_str());
    let exchange = |code: Value, secret: String| {
        let query =
            format!("client_id={}&client_secret={secret}&code={}", number.app, code.as_str().unwrap());
        let url = stage.url(&format!("/v25.0/oauth/access_token?{query}"));
        let http = stage.http.clone();
        async move { http.get(url).send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let got = exchange(signed_up["code"].clone(), number.secret.clone()).await;
    let token = got["access_token"].as_str().unwrap().to_owned();
    assert_eq!(exchange(signed_up["code"].clone(), number.secret.clone()).await["error"]["code"], 100);
    let late = stage.post("/control/whatsapp/signups", json!({ "phone_number_id": number.id })).await;
    stage.post("/control/clock", json!({ "advance_ms": 31_000 })).await;
    assert_eq!(exchange(late["code"].clone(), number.secret.clone()).await["error"]["code"], 100);

    let number = Number { token: token.clone(), ..number };
    let debug = format!("debug_token?input_token={token}&access_token={}|{}", number.app, number.secret);
    let url = stage.url(&format!("/v25.0/{debug}"));
    let debug: Value = stage.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(debug["data"]["granular_scopes"][0]["target_ids"][0], number.business_account.as_str());
    let (_, unregistered) = number.send(ANA, json!({ "type": "text", "text": { "body": "x" } })).await;
    assert_eq!(unregistered["error"]["code"], 133_010);
    let register = json!({ "messaging_product": "whatsapp", "pin": "212834" });
    let (status, _) = number.call("POST", &format!("{}/register", number.id), register).await;
    assert_eq!(status, 200);
    let (_, numbers) =
        number.call("GET", &format!("{}/phone_numbers", number.business_account), Value::Null).await;
    assert_eq!(numbers["data"][0]["id"], number.id.as_str());
}

#[tokio::test]
async fn a_dead_token_is_error_190_everywhere() {
    let stage = Stage::start().await;
    let number = Number::with(&stage, json!({})).await;
    stage
        .http
        .patch(stage.url("/control/whatsapp/tokens"))
        .json(&json!({ "token": number.token, "subcode": 460 }))
        .send()
        .await
        .unwrap();
    for (method, path) in
        [("GET", number.id.clone()), ("GET", format!("{}/message_templates", number.business_account))]
    {
        let (status, answer) = number.call(method, &path, Value::Null).await;
        assert_eq!(
            (status, &answer["error"]["code"], &answer["error"]["error_subcode"]),
            (401, &json!(190), &json!(460))
        );
    }
}

#[tokio::test]
async fn media_go_up_and_come_down_with_a_link_that_ends() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    let send =
        json!({ "to": number.account, "kind": "photo", "file": { "sample": "photo" }, "text": "this" });
    stage.act("ana", "send", send).await;
    receiver.wait_for(1).await;
    let image = items(&receiver, "messages")[0]["image"].clone();
    assert_eq!(image["caption"], "this");
    let (_, node) = number.call("GET", image["id"].as_str().unwrap(), Value::Null).await;
    assert!(node["file_size"].is_string());
    let fetch = |url: &str, token: Option<&str>| {
        let mut request = stage.http.get(url).header("user-agent", "switchboard");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        async move { request.send().await.unwrap() }
    };
    let url = node["url"].as_str().unwrap();
    assert_eq!(fetch(url, None).await.status(), 401);
    let file = fetch(url, Some(&number.token)).await;
    assert_eq!(file.headers()["content-type"], "image/jpeg");
    let bytes = file.bytes().await.unwrap();
    assert_eq!(bytes.len().to_string(), node["file_size"].as_str().unwrap());
    stage.post("/control/clock", json!({ "advance_ms": 301_000 })).await;
    assert_eq!(fetch(url, Some(&number.token)).await.status(), 404);

    let part =
        reqwest::multipart::Part::bytes(bytes.to_vec()).file_name("a.jpg").mime_str("image/jpeg").unwrap();
    let form = reqwest::multipart::Form::new()
        .text("messaging_product", "whatsapp")
        .text("type", "image/jpeg")
        .part("file", part);
    let url = stage.url(&format!("/v25.0/{}/media", number.id));
    let up: Value = stage
        .http
        .post(url)
        .bearer_auth(&number.token)
        .multipart(form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let (status, answer) =
        number.send(ANA, json!({ "type": "image", "image": { "id": up["id"], "caption": "c" } })).await;
    assert_eq!(status, 200, "{answer}");
    let (_, answer) = number.send(ANA, json!({ "type": "image", "image": { "id": "999" } })).await;
    assert_eq!(answer["error"]["code"], 100);
    let chat = stage.get(&format!("/control/phones/ana/chats/{}", number.account)).await;
    assert_eq!(chat["messages"][1]["body"]["media"], "photo");
    let (_, gone) = number.call("DELETE", up["id"].as_str().unwrap(), Value::Null).await;
    assert_eq!(gone, json!({ "success": true }));
}

#[tokio::test]
async fn templates_come_in_pages_and_new_ones_are_reviewed() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    let path = format!("{}/message_templates", number.business_account);
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let (_, page) = number
            .call("GET", &format!("{path}?limit=3&fields=name,status,language&after={after}"), Value::Null)
            .await;
        for template in page["data"].as_array().unwrap() {
            assert!(template.get("components").is_none());
            names.push(format!("{}/{}", template["name"], template["language"]));
        }
        match page["paging"]["next"].as_str() {
            Some(_) => after = page["paging"]["cursors"]["after"].as_str().unwrap().to_owned(),
            None => break,
        }
    }
    let all = names.len();
    names.dedup();
    assert!(all >= 8 && names.len() == all, "{names:?}");

    let new = json!({ "name": "size_chart", "language": "en_US", "category": "UTILITY",
        "components": [{ "type": "BODY", "text": "Hi {{1}}, your size chart is here." }] });
    let (_, made) = number.call("POST", &path, new.clone()).await;
    assert_eq!(made["status"], "PENDING");
    let delivery = receiver.wait_for(1).await.remove(0);
    let change = &delivery.json["entry"][0]["changes"][0];
    assert_eq!(
        (&change["field"], &change["value"]["event"]),
        (&json!("message_template_status_update"), &json!("APPROVED"))
    );
    assert!(change["value"]["message_template_id"].is_u64());
    assert_eq!(change["value"]["message_template_language"], "en-US");
    let (_, twice) = number.call("POST", &path, new).await;
    assert!(twice["error"]["error_user_msg"].is_string());
    let (_, gone) = number.call("DELETE", &format!("{path}?name=size_chart"), Value::Null).await;
    assert_eq!(gone, json!({ "success": true }));
}

#[tokio::test]
async fn buttons_and_lists_are_answered_with_their_ids() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    number.says("noor", "hi").await;
    let button = |id: &str, title: &str| json!({ "type": "reply", "reply": { "id": id, "title": title } });
    let ask = |buttons: Value| {
        json!({ "type": "interactive", "interactive": { "type": "button",
        "body": { "text": "Tuesday?" }, "action": { "buttons": buttons } } })
    };
    let (_, asked) = number.send(NOOR, ask(json!([button("yes-7", "Yes"), button("no-7", "No")]))).await;
    let (_, twice) = number.send(NOOR, ask(json!([button("a", "Yes"), button("a", "No")]))).await;
    assert_eq!(twice["error"]["code"], 131_009);
    let list = json!({ "type": "interactive", "interactive": { "type": "list", "body": { "text": "Size?" },
        "action": { "button": "Choose", "sections": [{ "title": "All", "rows": [{ "id": "m", "title": "M", "description": "medium" }] }] } } });
    let (_, listed) = number.send(NOOR, list).await;
    let id = |answer: &Value| answer["messages"][0]["id"].clone();
    stage.act("noor", "tap", json!({ "to": number.account, "message": id(&asked), "button": "yes-7" })).await;
    stage.act("noor", "choose", json!({ "to": number.account, "message": id(&listed), "row": "M" })).await;
    stage.idle().await;
    let messages = items(&receiver, "messages");
    assert_eq!(messages[1]["interactive"]["button_reply"], json!({ "id": "yes-7", "title": "Yes" }));
    assert_eq!(messages[1]["context"]["id"], id(&asked));
    assert_eq!(messages[2]["interactive"]["list_reply"]["description"], "medium");
}

#[tokio::test]
async fn a_person_who_hides_the_number_is_reached_by_the_business_scoped_id() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    number.says("jana", "hallo").await;
    let delivery = receiver.wait_for(1).await.remove(0);
    let value = &delivery.json["entry"][0]["changes"][0]["value"];
    assert!(value["contacts"][0].get("wa_id").is_none() && value["messages"][0].get("from").is_none());
    let user_id = value["messages"][0]["from_user_id"].as_str().unwrap();
    assert!(user_id.starts_with("DE."));
    let message = json!({ "messaging_product": "whatsapp", "recipient": user_id, "type": "text", "text": { "body": "ja" } });
    let (status, answer) = number.call("POST", &format!("{}/messages", number.id), message).await;
    assert_eq!((status, &answer["contacts"][0]["user_id"]), (200, &json!(user_id)));
    assert_eq!(stage.summary("phone=jana").await["arrived"][0]["text"], "ja");
}

#[tokio::test]
async fn edits_revocations_reactions_echoes_and_reads_go_their_ways() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    let first = number.says("ana", "Sunday").await;
    let act = async |name: &str, mut body: Value| {
        body["to"] = number.account.as_str().into();
        stage.act("ana", name, body).await;
    };
    act("edit", json!({ "message": first, "text": "Monday" })).await;
    act("react", json!({ "message": first, "emoji": ["👍"] })).await;
    act("react", json!({ "message": first, "emoji": [] })).await;
    act("send", json!({ "text": "from the app", "by_business": true })).await;
    act("delete", json!({ "messages": [first] })).await;
    act("change_number", json!({ "number": "5511977770000" })).await;
    stage.idle().await;
    let messages = items(&receiver, "messages");
    assert_eq!(messages[1]["edit"]["original_message_id"], first.as_str());
    assert_eq!(messages[1]["edit"]["message"]["text"]["body"], "Monday");
    assert_eq!(messages[2]["reaction"]["emoji"], "👍");
    assert!(messages[3]["reaction"].get("emoji").is_none());
    assert_eq!(messages[4]["revoke"]["original_message_id"], first.as_str());
    assert_eq!(messages[5]["system"]["wa_id"], "5511977770000");
    assert_eq!(items(&receiver, "message_echoes")[0]["to"], "551187650321");

    let last = number.says("ana", "there?").await;
    let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": last, "typing_indicator": { "type": "text" } });
    let (_, answer) = number.call("POST", &format!("{}/messages", number.id), read).await;
    assert_eq!(answer, json!({ "success": true }));
    let chat = stage.get(&format!("/control/phones/ana/chats/{}", number.account)).await;
    let message = chat["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(message["receipt"], "read");
    assert!(chat["typing_until_ms"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn nobody_behind_a_number_is_a_failure_told_later() {
    let (stage, receiver) = (Stage::start().await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    let id = number.text("+49 151 0000000", "anybody?").await;
    receiver.wait_for(1).await;
    let failed = items(&receiver, "statuses").remove(0);
    assert_eq!((&failed["id"], &failed["errors"][0]["code"]), (&json!(id), &json!(131_026)));
}
