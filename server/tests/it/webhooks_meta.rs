//! Meta's application: one address for every workspace, and nobody gets to see what another was sent.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use server::channels::endpoints::EndpointKey;
use server::webhooks::{unroutable_body, unroutable_deliveries};
use sha2::Sha256;
use shared::{ChannelId, ChannelKind, WorkspaceId};
use sqlx::ConnectOptions as _;

use crate::kit::Provided;

const APP: &str = "/webhooks/meta/app";
const APP_SECRET: &str = "app-secret-of-the-installation";

async fn start() -> Provided {
    Provided::with(|config| {
        config.providers.meta.app_id = Some("1234567890".to_owned());
        config.providers.meta.app_secret = Some(APP_SECRET.to_owned().into());
        config.providers.meta.verify_token = Some("correct-horse".to_owned().into());
    })
    .await
}

fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

impl Provided {
    async fn post_signed(&self, body: impl Into<Vec<u8>>) -> u16 {
        let body = body.into();
        let signature = signature(APP_SECRET, &body);
        let request = self.http.post(self.url(APP)).header("x-hub-signature-256", signature);
        match request.body(body).send().await {
            Ok(answer) => answer.status().as_u16(),
            // Who is refused before the end of the body may find the door closed before reading the answer.
            Err(error) if error.is_request() => 413,
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn number(&self, workspace_id: WorkspaceId, number: &str, account: &str) -> ChannelId {
        let id = ChannelId::new();
        let key = EndpointKey::generate().unwrap();
        self.channel(workspace_id, id, ChannelKind::Whatsapp, number, Some(account), &key).await;
        id
    }

    /// What a channel has stored: bodies, with how they ended or that they wait.
    async fn stored(&self, channel: ChannelId) -> Vec<(String, Option<i16>, Option<String>)> {
        sqlx::query_as(
            "select convert_from(d.body, 'UTF8'), o.outcome, o.reason from webhook_deliveries d
             left join delivery_outcomes o on o.delivery_id = d.id where d.channel_id = $1 order by d.id",
        )
        .bind(channel)
        .fetch_all(&mut self.test.superuser().await)
        .await
        .unwrap()
    }
}

fn change(number: &str, id: &str) -> Value {
    let message = json!({ "from": "491701234509", "id": id, "timestamp": "1779012345",
        "type": "text", "text": { "body": format!("for {number}") } });
    json!({ "field": "messages", "value": { "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": number, "phone_number_id": number }, "messages": [message] } })
}

fn delivery(entries: &[(&str, Vec<Value>)]) -> String {
    let entries: Vec<Value> =
        entries.iter().map(|(account, changes)| json!({ "id": account, "changes": changes })).collect();
    json!({ "object": "whatsapp_business_account", "entry": entries }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn meta_is_told_that_the_address_is_ours_and_nothing_else() {
    let stage = start().await;
    let ask = async |query: &str| {
        let answer = stage.http.get(stage.url(&format!("{APP}?{query}"))).send().await.unwrap();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        (answer.status().as_u16(), kind, answer.text().await.unwrap())
    };
    let good = ask("hub.mode=subscribe&hub.challenge=1482093377&hub.verify_token=correct-horse").await;
    assert_eq!(good, (200, Some("text/plain; charset=utf-8".to_owned()), "1482093377".to_owned()));
    for query in [
        "",
        "hub.mode=subscribe&hub.challenge=1482093377&hub.verify_token=wrong",
        "hub.mode=unsubscribe&hub.challenge=1482093377&hub.verify_token=correct-horse",
        "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=correct-horse",
        "hub.mode=subscribe&hub.verify_token=correct-horse",
    ] {
        assert_eq!(ask(query).await, (403, None, String::new()), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_bytes_that_meta_signed_are_kept() {
    let stage = start().await;
    let number = stage.number(stage.workspace_id, "7700", "3300").await;
    let body = delivery(&[("3300", vec![change("7700", "wamid.1")])]);
    let right = signature(APP_SECRET, body.as_bytes());
    let (digits, other) = (right.trim_start_matches("sha256="), signature("another", body.as_bytes()));
    let post = async |signatures: &[&str], body: &str| {
        let mut request = stage.http.post(stage.url(APP)).body(body.to_owned());
        for signature in signatures {
            request = request.header("x-hub-signature-256", *signature);
        }
        request.send().await.unwrap().status().as_u16()
    };
    for unproven in [
        &[][..],
        &[""],
        &[digits],
        &[&other],
        &[&right[..right.len() - 1]],
        &[&format!("sha1={digits}")],
        &[&format!("{right}00")],
        &[&right, &right],
    ] {
        assert_eq!(post(unproven, &body).await, 401, "{unproven:?}");
    }
    // The same JSON, written in another way.
    assert_eq!(post(&[&right], &format!("{body} ")).await, 401);
    assert_eq!(stage.one::<i64>("select count(*) from webhook_deliveries").await, 0);
    assert_eq!(stage.one::<i64>("select count(*) from unroutable_deliveries").await, 0);
    assert_eq!(post(&[&right], &body).await, 200);
    assert_eq!(stage.stored(number).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_for_several_tenants_is_taken_apart_and_what_is_nobodys_goes_to_the_operator() {
    let stage = start().await;
    let theirs = stage.test.workspace("Northwind").await;
    let (first, second) =
        (stage.number(stage.workspace_id, "7701", "3301").await, stage.number(theirs, "7702", "3302").await);
    let mixed = delivery(&[
        ("3301", vec![change("7701", "wamid.A1")]),
        ("3302", vec![change("7702", "wamid.B1"), change("7703", "wamid.C1")]),
        ("3301", vec![change("7701", "wamid.A2")]),
    ]);
    for _ in 0..2 {
        assert_eq!(stage.post_signed(mixed.clone()).await, 200);
    }
    let [(ours, ..)] = stage.stored(first).await.try_into().unwrap();
    assert!(ours.contains("wamid.A1") && ours.contains("wamid.A2"), "{ours}");
    assert!(!ours.contains("wamid.B1") && !ours.contains("3302") && !ours.contains("wamid.C1"), "{ours}");
    let [(other, ..)] = stage.stored(second).await.try_into().unwrap();
    assert!(
        other.contains("wamid.B1") && !other.contains("wamid.A") && !other.contains("wamid.C"),
        "{other}"
    );

    let mut owner = stage.test.owner_options().connect().await.unwrap();
    let [unroutable] = unroutable_deliveries(&mut owner, 10).await.unwrap().try_into().unwrap();
    assert_eq!((unroutable.provider.as_str(), unroutable.times), ("meta", 2));
    assert_eq!(unroutable.accounts, ["7703"]);
    let body = unroutable_body(&mut owner, unroutable.id).await.unwrap().unwrap();
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("wamid.C1") && !body.contains("wamid.A1") && !body.contains("wamid.B1"), "{body}");
    // Who writes there cannot read it back.
    let mut app = stage.test.app_options().connect().await.unwrap();
    assert!(
        unroutable_body(&mut app, unroutable.id).await.unwrap_err().to_string().contains("permission denied")
    );

    // What concerns one tenant only stays as it came.
    let single = format!(" {}", delivery(&[("3301", vec![change("7701", "wamid.A3")])]));
    assert_eq!(stage.post_signed(single.clone()).await, 200);
    assert_eq!(stage.stored(first).await[1].0, single);
    for nobodys in ["", "{}", "\u{0}", r#"{"object":"page","entry":[{"id":"1"}]}"#] {
        assert_eq!(stage.post_signed(nobodys).await, 200, "{nobodys:?}");
    }
    assert_eq!(stage.one::<i64>("select count(*) from unroutable_deliveries").await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_names_thousands_of_accounts_is_kept_as_one() {
    let stage = start().await;
    let change = |number: usize| {
        json!({ "field": "messages", "value": { "messaging_product": "whatsapp",
            "metadata": { "phone_number_id": format!("9{number:06}") },
            "messages": [{ "id": format!("wamid.{number}"), "from": "49301", "timestamp": "1779012400",
                           "type": "text", "text": { "body": "Hello" } }] } })
    };
    for (count, reason) in [(20, "not connected here"), (3_000, "more accounts than")] {
        let changes: Vec<Value> = (0..count).map(change).collect();
        let body =
            json!({ "object": "whatsapp_business_account", "entry": [{ "id": "7701", "changes": changes }] });
        assert_eq!(stage.post_signed(body.to_string()).await, 200);
        let kept = "select count(*) from unroutable_deliveries where reason like '%' || $1 || '%'";
        let kept: i64 =
            sqlx::query_scalar(kept).bind(reason).fetch_one(&mut stage.test.superuser().await).await.unwrap();
        assert_eq!(kept, 1, "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_concerns_a_business_account_reaches_each_of_its_numbers() {
    let stage = start().await;
    let theirs = stage.test.workspace("Northwind").await;
    let numbers = [
        stage.number(stage.workspace_id, "7711", "3311").await,
        stage.number(stage.workspace_id, "7712", "3311").await,
        stage.number(theirs, "7713", "3311").await,
    ];
    let update = json!({ "field": "account_update", "value": { "event": "ACCOUNT_VIOLATION" } });
    assert_eq!(stage.post_signed(delivery(&[("3311", vec![update])])).await, 200);
    for number in numbers {
        assert_eq!(stage.stored(number).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_for_a_disconnected_number_is_kept_and_ends_with_the_reason() {
    let stage = start().await;
    let number = stage.number(stage.workspace_id, "7721", "3321").await;
    let body = delivery(&[("3321", vec![change("7721", "wamid.late")])]);
    let disconnect = "update channels set disconnected_at = now(), state = 3";
    sqlx::query(disconnect).execute(&mut stage.test.superuser().await).await.unwrap();
    assert_eq!(stage.post_signed(body.clone()).await, 200);
    let [(stored, outcome, reason)] = stage.stored(number).await.try_into().unwrap();
    assert_eq!((stored, outcome), (body.clone(), Some(3)));
    assert_eq!(reason.as_deref(), Some("The channel was disconnected when this came."));

    // Connected by another workspace, it is theirs alone.
    let theirs = stage.test.workspace("Northwind").await;
    let new = stage.number(theirs, "7721", "3321").await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await; // what is unknown is remembered for a second
    let next = body.replace("wamid.late", "wamid.next");
    assert_eq!(stage.post_signed(next).await, 200);
    assert_eq!((stage.stored(number).await.len(), stage.stored(new).await.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_four_megabytes_is_taken_and_a_longer_one_is_not() {
    let stage = start().await;
    let number = stage.number(stage.workspace_id, "7731", "3331").await;
    let padded = |bytes: usize| {
        let mut body = delivery(&[("3331", vec![change("7731", "wamid.long")])]);
        body.extend(std::iter::repeat_n(' ', bytes - body.len()));
        body
    };
    assert_eq!(stage.post_signed(padded(4 * 1024 * 1024 + 1)).await, 413);
    assert_eq!(stage.stored(number).await.len(), 0);
    assert_eq!(stage.post_signed(padded(4 * 1024 * 1024)).await, 200);
    assert_eq!(stage.stored(number).await[0].0.len(), 4 * 1024 * 1024);
}
