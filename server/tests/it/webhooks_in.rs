//! What providers post: proven, kept apart, durable before it is answered; nothing that cannot be proven is kept.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::json;
use server::config::Config;
use tower::ServiceExt as _;

use crate::kit::{Bot, Provided};

const SECRET: &str = "x-telegram-bot-api-secret-token";

impl Provided {
    /// Posts as Telegram does.
    async fn post(&self, bot: &Bot, body: impl Into<reqwest::Body>) -> u16 {
        let request = self.http.post(self.url(&bot.path)).header(SECRET, &bot.secret);
        let request = request.header("content-type", "application/json").header("user-agent", "TelegramBot");
        request.body(body).send().await.unwrap().status().as_u16()
    }

    async fn deliveries(&self) -> i64 {
        self.one("select count(*) from webhook_deliveries").await
    }
}

fn update(id: u64, text: &str) -> String {
    let from = json!({ "id": 6_812_345_678_u64, "is_bot": false, "first_name": "Noor" });
    let chat = json!({ "id": 6_812_345_678_u64, "type": "private", "first_name": "Noor" });
    let message =
        json!({ "message_id": id, "from": from, "chat": chat, "date": 1_779_012_345, "text": text });
    json!({ "update_id": id, "message": message }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_writes_to_a_bot_is_stored_byte_for_byte_and_becomes_a_message() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    stage.phone("noor", "start", json!({ "to": bot.account })).await;
    stage.phone("noor", "send", json!({ "to": bot.account, "text": "Is de blauwe er nog? 😀" })).await;
    stage
        .wait(
            "the message did not come",
            "select exists (select from messages where text = 'Is de blauwe er nog? 😀')",
        )
        .await;
    stage.settle().await;
    let kept: (Vec<u8>, serde_json::Value, i16, String) = sqlx::query_as(
        "select d.body, d.headers, o.outcome, d.sender from webhook_deliveries d
         join delivery_outcomes o on o.delivery_id = d.id join messages m on m.id = o.message_id
         where m.text like 'Is de blauwe%'",
    )
    .fetch_one(&mut stage.test.superuser().await)
    .await
    .unwrap();
    let update: serde_json::Value = serde_json::from_slice(&kept.0).unwrap();
    assert_eq!(update["message"]["text"], "Is de blauwe er nog? 😀");
    assert_eq!(kept.1["content-type"], "application/json");
    assert!(!kept.1.to_string().contains(&bot.secret), "no secret is kept: {}", kept.1);
    assert_eq!((kept.2, kept.3), (1, update["message"]["chat"]["id"].to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_proven_at_an_address_of_ours_is_kept() {
    let stage = Provided::start().await;
    let (bot, other) = (stage.bot().await, stage.bot().await);
    let post = async |path: &str, secrets: &[&str]| {
        let mut request = stage.http.post(stage.url(path)).body(update(1, "x"));
        for secret in secrets {
            request = request.header(SECRET, *secret);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        assert_eq!(answer.bytes().await.unwrap().len(), 0, "nothing is told");
        status
    };
    for unproven in [&[][..], &[""], &["s3cret_"], &["S3CRET_-"], &["s3cret_-", "s3cret_-"]] {
        assert_eq!(post(&bot.path, unproven).await, 401, "{unproven:?}");
    }
    let good = &["s3cret_-"][..];
    let (folder, key) = bot.path.rsplit_once('/').unwrap();
    let (_, other_key) = other.path.rsplit_once('/').unwrap();
    let crossed = format!("{folder}/{}{}", &other_key[..42], &key[42..]);
    for (unknown, status) in [
        (format!("{folder}/{}", &key[..key.len() - 1]), 404),
        (format!("{folder}/x"), 404),
        (crossed, 404),
        (format!("/webhooks/whatsapp/{key}"), 404),
        (format!("/webhooks/web_chat/{key}"), 404),
        ("/webhooks/meta/app".to_owned(), 404),
        ("/webhooks/meta/other".to_owned(), 404),
    ] {
        assert_eq!(post(&unknown, good).await, status, "{unknown}");
    }
    assert_eq!(stage.deliveries().await, 0);
    let get = stage.http.get(stage.url(&bot.path)).send().await.unwrap();
    assert_eq!(get.status(), 403, "Telegram asks nothing");
    assert_eq!(stage.http.put(stage.url(&bot.path)).send().await.unwrap().status(), 405);

    assert_eq!(post(&bot.path, good).await, 200);
    stage.settle().await;
    assert_eq!(stage.one::<i64>("select count(*) from messages").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_taken_up_to_its_limit() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    let padded = |bytes: usize| {
        let mut body = update(1, "long");
        body.extend(std::iter::repeat_n(' ', bytes - body.len()));
        body
    };
    assert_eq!(stage.post(&bot, padded(1024 * 1024 + 1)).await, 413);
    let unannounced = reqwest::Body::wrap_stream(futures::stream::iter(
        (0..17).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024])),
    ));
    assert_eq!(stage.post(&bot, unannounced).await, 413);
    assert_eq!(stage.deliveries().await, 0);
    assert_eq!(stage.post(&bot, padded(1024 * 1024)).await, 200);
    assert_eq!(stage.one::<i32>("select length(body) from webhook_deliveries").await, 1024 * 1024);
    stage.settle().await;
    assert_eq!(stage.one::<String>("select text from messages").await, "long");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_stored_and_ends_in_words_without_harm_to_its_neighbours() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    let odd: [&[u8]; 6] = [
        b"",
        b"not json \0",
        b"\xff\xfe",
        b"[]",
        b"{\"update_id\":1,\"message\":{\"chat\":{\"id\":\"\\u0000\"}}}",
        b"{}",
    ];
    for body in odd {
        assert_eq!(stage.post(&bot, body).await, 200, "{body:?}");
    }
    let surrogate = update(7, "a").replace("\"a\"", "\"a\\ud83d b\\u0000\"");
    assert_eq!(stage.post(&bot, surrogate).await, 200);
    assert_eq!(stage.post(&bot, update(8, "after")).await, 200);
    stage.settle().await;
    assert_eq!(stage.deliveries().await, 8);
    let ended: i64 = stage.one("select count(*) from delivery_outcomes").await;
    assert_eq!(ended, 8);
    let without_words: i64 =
        stage.one("select count(*) from delivery_outcomes where outcome <> 1 and reason is null").await;
    assert_eq!(without_words, 0);
    let texts: Vec<String> = sqlx::query_scalar("select text from messages order by seq")
        .fetch_all(&mut stage.test.superuser().await)
        .await
        .unwrap();
    assert_eq!(texts, ["a\u{fffd} b", "after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_stored_once_and_other_bytes_under_the_same_number_are_not_lost() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    for _ in 0..3 {
        assert_eq!(stage.post(&bot, update(5, "once")).await, 200);
    }
    assert_eq!(stage.deliveries().await, 1);
    // The same update after Noor changed her name; then another message under a number that was used before.
    assert_eq!(stage.post(&bot, update(5, "once").replace("Noor", "Nour")).await, 200);
    let other = update(5, "another").replace("\"message_id\":5", "\"message_id\":6");
    for _ in 0..2 {
        assert_eq!(stage.post(&bot, other.clone()).await, 200);
    }
    stage.settle().await;
    assert_eq!(stage.deliveries().await, 3);
    let texts: Vec<String> = sqlx::query_scalar("select text from messages order by seq")
        .fetch_all(&mut stage.test.superuser().await)
        .await
        .unwrap();
    assert_eq!(texts, ["once", "another"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_providers_own_repeats_and_our_overload_lose_and_double_nothing() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    for fault in [json!({ "type": "repeat", "times": 2 }), json!({ "type": "bad_signature" })] {
        let rule = json!({ "account": bot.account, "percent": 30, "fault": fault });
        stage.control("/faults", rule).await;
    }
    stage.phone("noor", "start", json!({ "to": bot.account })).await;
    for n in 0..40 {
        stage.phone("noor", "send", json!({ "to": bot.account, "text": format!("n{n}") })).await;
    }
    stage
        .wait(
            "not everything came",
            "select count(distinct text) = 40 from messages where text ~ '^n[0-9]+$'",
        )
        .await;
    stage.settle().await;
    let texts: Vec<String> =
        sqlx::query_scalar("select text from messages where text ~ '^n[0-9]+$' order by seq")
            .fetch_all(&mut stage.test.superuser().await)
            .await
            .unwrap();
    assert_eq!(texts, (0..40).map(|n| format!("n{n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn while_nothing_can_be_stored_providers_are_told_to_come_again() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    // A process whose committers do not run, as if the database hung.
    let hung = stage.test.app_with(Config { data_dir: stage.test.data_dir(), ..Config::default() });
    let router = server::http::router(&hung, server::graphql::schema());
    let post = |id: u64| {
        let request = Request::post(&bot.path).header("host", "localhost:8100").header(SECRET, &bot.secret);
        router.clone().oneshot(request.body(Body::from(update(id, "x"))).unwrap())
    };
    let waiting: Vec<_> = (0..1_024).map(|id| tokio::spawn(post(id))).collect();
    let refused = loop {
        tokio::task::yield_now().await;
        let answer = tokio::time::timeout(std::time::Duration::from_millis(100), post(5_000)).await;
        if let Ok(answer) = answer {
            break answer.unwrap();
        }
    };
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_delivery_costs_one_commit_and_no_other_question() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    stage.app.stopping.cancel(); // nothing else may ask meanwhile; the committers go on
    let router = server::http::router(&stage.app, server::graphql::schema());
    let post = |id: u64| {
        let host = format!("127.0.0.1:{}", stage.app.config.listen.port());
        let request = Request::post(&bot.path).header("host", host).header(SECRET, &bot.secret);
        router.clone().oneshot(request.body(Body::from(update(id, "x"))).unwrap())
    };
    assert_eq!(post(1).await.unwrap().status(), StatusCode::OK);
    let statements = stage
        .test
        .statements(async {
            assert_eq!(post(2).await.unwrap().status(), StatusCode::OK);
        })
        .await;
    let inserts = statements.iter().filter(|statement| statement.contains("stored as")).count();
    let asked: Vec<&String> = statements
        .iter()
        .filter(|statement| statement.trim_start().to_lowercase().starts_with("select"))
        .collect();
    assert_eq!((inserts, asked.len()), (1, 0), "{statements:#?}");
}
