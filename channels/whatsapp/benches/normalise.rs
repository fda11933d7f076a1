//! How long it takes to read deliveries: `cargo bench -p channel-whatsapp`. The goal: a batch of 1,000 messages, the
//! most that one delivery carries, within 20 ms.

use std::sync::LazyLock;

use channel_core::{ChannelAdapter as _, ProviderApi};
use channel_meta::GraphApi;
use channel_whatsapp::WhatsApp;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use serde_json::{Value, json};

const BATCH: usize = 1_000;

static ADAPTER: LazyLock<WhatsApp> = LazyLock::new(|| {
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::expect_used, reason = "a constant")]
    let address = "http://127.0.0.1:1".parse().expect("an address");
    WhatsApp::new(GraphApi::new(ProviderApi::new(reqwest::Client::new(), address)))
});

fn main() {
    divan::main();
}

/// How the events of a batch are laid out.
#[derive(Debug, Clone, Copy)]
enum Layout {
    /// One list with all messages, and all people beside.
    OneChange,
    /// Each message in a change of its own, as deliveries look that were held back.
    ChangeEach,
}

#[divan::bench(args = [Layout::OneChange, Layout::ChangeEach])]
fn messages_1000(bencher: Bencher<'_, '_>, layout: Layout) {
    let body = match layout {
        Layout::OneChange => delivery(vec![change(
            (0..BATCH).map(contact).collect(),
            json!({ "messages": (0..BATCH).map(message).collect::<Vec<_>>() }),
        )]),
        Layout::ChangeEach => {
            let one = |n| change(vec![contact(n)], json!({ "messages": [message(n)] }));
            delivery((0..BATCH).map(one).collect())
        }
    };
    read(bencher, &body, BATCH);
}

#[divan::bench]
fn statuses_1000(bencher: Bencher<'_, '_>) {
    let one = |n| change(vec![contact(n)], json!({ "statuses": [status(n)] }));
    read(bencher, &delivery((0..BATCH).map(one).collect()), BATCH);
}

#[divan::bench]
fn one_message(bencher: Bencher<'_, '_>) {
    let one = change(vec![contact(0)], json!({ "messages": [message(0)] }));
    read(bencher, &delivery(vec![one]), 1);
}

/// Before a delivery is stored.
#[divan::bench]
fn route_of_one_message(bencher: Bencher<'_, '_>) {
    let body = delivery(vec![change(vec![contact(0)], json!({ "messages": [message(0)] }))]);
    bencher.counter(BytesCount::of_slice(&body)).bench(|| ADAPTER.route(black_box(&body)));
}

fn read(bencher: Bencher<'_, '_>, body: &[u8], events: usize) {
    assert_eq!(ADAPTER.normalise(body).map(|events| events.len()), Ok(events));
    bencher
        .counter(BytesCount::of_slice(body))
        .counter(ItemsCount::new(events))
        .bench(|| ADAPTER.normalise(black_box(body)));
}

fn delivery(changes: Vec<Value>) -> Vec<u8> {
    let entry = json!({ "id": "330011223344556", "changes": changes });
    let delivery = json!({ "object": "whatsapp_business_account", "entry": [entry] });
    // Meta escapes all that is not ASCII.
    let mut escaped = String::new();
    for character in delivery.to_string().chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped.into_bytes()
}

fn change(contacts: Vec<Value>, lists: Value) -> Value {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "4930123450", "phone_number_id": "770088990011223" },
        "contacts": contacts,
    });
    if let (Some(value), Value::Object(lists)) = (value.as_object_mut(), lists) {
        value.extend(lists);
    }
    json!({ "field": "messages", "value": value })
}

fn contact(n: usize) -> Value {
    json!({
        "profile": { "name": format!("Jana Brändt {n}"), "username": format!("jana{n}") },
        "wa_id": format!("4917012{n:05}"), "user_id": format!("DE.4071882093{n:05}"),
    })
}

/// Mostly text; every fifth something else.
fn message(n: usize) -> Value {
    let mut message = json!({
        "from": format!("4917012{n:05}"), "from_user_id": format!("DE.4071882093{n:05}"),
        "id": format!("wamid.HBgMNDkxNzAxMjM0NTA5FQIAEhgUM0EwQjFDMkQ{n:05}="), "timestamp": "1779012345",
    });
    let content = match n % 10 {
        4 => json!({ "type": "image", "image": {
            "mime_type": "image/jpeg", "sha256": "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=", "id": "990011220001",
            "url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=990011220001&source=webhook",
            "caption": "Passt das zu der Größe, die ich habe?",
        }}),
        9 => json!({ "type": "interactive", "interactive": {
            "type": "button_reply", "button_reply": { "id": "yes-7", "title": "Ja, gerne" },
        }, "context": { "from": "4930123450", "id": "wamid.HBgMNDkxNzAxMjM0NTA5FQIAERgSOUT0001" } }),
        _ => json!({ "type": "text", "text": {
            "body": "Hallo! Ist das blaue Rad noch da? Ich würde morgen früh vorbeikommen, wenn es geht 🚲",
        }}),
    };
    if let (Some(message), Value::Object(content)) = (message.as_object_mut(), content) {
        message.extend(content);
    }
    message
}

fn status(n: usize) -> Value {
    json!({
        "id": format!("wamid.HBgMNDkxNzAxMjM0NTA5FQIAERgSM0EwQjFDMkQ{n:05}="), "status": "delivered",
        "timestamp": "1779012500", "recipient_id": format!("4917012{n:05}"),
        "recipient_user_id": format!("DE.4071882093{n:05}"), "biz_opaque_callback_data": format!("t_{n}"),
        "pricing": { "billable": true, "pricing_model": "PMP", "type": "regular", "category": "utility" },
    })
}
