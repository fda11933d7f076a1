//! How fast it is: run by hand, `cargo test --release -p simulator --test it speed -- --ignored --nocapture`.

use std::time::Instant;

use serde_json::json;
use simulator::Settings;

use crate::kit::{Number, Receiver, Stage};

const PHONES: usize = 500;
const SENDS: usize = 10_000;
const CONNECTIONS: usize = 64;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a check"]
async fn sends_per_second_over_many_conversations() {
    let settings = Settings { no_rate_limits: true, time_factor: 100.0, ..Settings::default() };
    let (stage, receiver) = (Stage::with(settings).await, Receiver::start().await);
    let number = Number::create(&stage, &receiver).await;
    stage
        .http
        .patch(stage.url(&format!("/control/whatsapp/numbers/{}", number.id)))
        .json(&json!({ "sends_statuses": false }))
        .send()
        .await
        .unwrap();
    let made = stage.post("/control/phones", json!({ "id": "load", "count": PHONES })).await;
    let numbers: Vec<String> = made["phones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|phone| phone["whatsapp"]["number"].as_str().unwrap().into())
        .collect();
    for at in 0..PHONES {
        number.says(&format!("load-{at}"), "hi").await;
    }
    stage.idle().await;
    let began = Instant::now();
    let sending = (0..CONNECTIONS).map(|connection| {
        let (http, url, token) = (stage.http.clone(), stage.url(&format!("/v25.0/{}/messages", number.id)), number.token.clone());
        let numbers = numbers.clone();
        tokio::spawn(async move {
            for at in (connection..SENDS).step_by(CONNECTIONS) {
                let body = json!({ "messaging_product": "whatsapp", "to": numbers[at % PHONES], "type": "text",
                    "text": { "body": format!("message {at}") }, "biz_opaque_callback_data": format!("m{at}") });
                assert_eq!(http.post(&url).bearer_auth(&token).json(&body).send().await.unwrap().status(), 200);
            }
        })
    });
    for one in sending.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{:.0} sends/s, client and server on one machine", SENDS as f64 / seconds);
    let summary = stage.summary("").await;
    assert_eq!(summary["arrived"].as_array().map(Vec::len), Some(SENDS));
    assert_eq!(summary["doubled"], json!([]));
}
