//! The widget's API as a visitor's browser uses it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::{SinkExt as _, StreamExt as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use server::app::App;
use server::channels::{self, IdentityMode, WebChatChange};
use server::config::Config;
use server::viewer::Viewer;
use sha2::Sha256;
use sqlx::Executor as _;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::kit::TestDatabase;

const SITE: &str = "https://shop.example";

pub(crate) struct Widget {
    pub(crate) test: TestDatabase,
    pub(crate) app: Arc<App>,
    pub(crate) owner: Viewer,
    channel_id: shared::ChannelId,
    pub(crate) widget_id: String,
}

impl Drop for Widget {
    fn drop(&mut self) {
        self.app.stopping.cancel();
    }
}

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: http::HeaderMap,
    pub(crate) body: Value,
}

impl Widget {
    pub(crate) async fn start() -> Self {
        Self::start_with(WebChatChange::default()).await
    }

    pub(crate) async fn start_with(change: WebChatChange) -> Self {
        let test = TestDatabase::create().await;
        let keys = std::env::temp_dir().join(format!("switchboard-test-{}", Uuid::new_v4()));
        let mut config = Config {
            data_dir: keys.clone(),
            master_key_file: Some(keys.join("master.key")),
            ..Config::default()
        };
        config.limits.visitor_message_burst = 50;
        config.limits.visitor_messages_per_hour = 10_000;
        std::fs::create_dir_all(&keys).unwrap();
        let app = test.app_with(config);
        App::start_background(&app);
        let owner = test.owner().await;
        let change = WebChatChange {
            name: Some("Shop".to_owned()),
            allowed_origins: Some(vec![SITE.to_owned()]),
            ..change
        };
        let channel = channels::create_web_chat(&app, &owner, &change).await.unwrap().unwrap();
        Self { test, app, owner, channel_id: channel.id, widget_id: channel.platform_account_id }
    }

    async fn ask(&self, request: http::request::Builder, body: Body) -> Answer {
        let request = request.body(body).unwrap();
        let router = server::widget::routes(&self.app).with_state(Arc::clone(&self.app));
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes)
                .unwrap_or(Value::String(String::from_utf8_lossy(&bytes).into_owned())),
        }
    }

    fn path(&self, path: &str) -> String {
        format!("/widget/v1/{}{path}", self.widget_id)
    }

    pub(crate) async fn post(&self, path: &str, token: Option<&str>, body: impl Into<Body>) -> Answer {
        let mut request = Request::post(self.path(path))
            .header(header::ORIGIN, self.app.config.origin())
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.ask(request, body.into()).await
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        let request = Request::get(self.path(path)).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.ask(request, Body::empty()).await
    }

    pub(crate) async fn session(&self, asked: Value) -> Value {
        let answer = self.post("/sessions", None, asked.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    pub(crate) async fn visitor(&self) -> String {
        token(&self.session(json!({})).await)
    }

    pub(crate) async fn say(&self, token: &str, text: &str) -> Answer {
        self.post("/messages", Some(token), message(Uuid::now_v7(), text)).await
    }

    /// The visitor's thread once it has so many messages.
    pub(crate) async fn texts(&self, token: &str, count: usize) -> Vec<String> {
        for _ in 0..2_400 {
            let answer = self.get("/messages?afterSeq=0&limit=100", token).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            let messages = answer.body["messages"].as_array().unwrap();
            if messages.len() >= count {
                return messages.iter().map(|m| m["text"].as_str().unwrap().to_owned()).collect();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the messages did not come");
    }

    pub(crate) async fn secret(&self) -> String {
        channels::rotate_identity_secret(&self.app, &self.owner, self.channel_id).await.unwrap().1
    }

    pub(crate) fn jwt(&self, secret: &str, user: &str, expires_in: i64) -> String {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let exp = chrono::Utc::now().timestamp() + expires_in;
        let claims = json!({ "sub": user, "aud": self.widget_id, "exp": exp, "name": "Ana Ruiz", "email": "ana@shop.example" });
        let signed = format!("{}.{}", part(json!({ "alg": "HS256", "typ": "JWT" })), part(claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    pub(crate) async fn sql(&self, sql: &'static str) {
        self.test.superuser().await.execute(sql).await.unwrap();
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.test.superuser().await).await.unwrap()
    }
}

fn token(session: &Value) -> String {
    session["sessionToken"].as_str().unwrap().to_owned()
}

fn message(id: Uuid, text: &str) -> String {
    json!({ "clientMessageId": id, "text": text, "sentAt": "2026-01-01T00:00:00Z" }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_writes_and_reads_the_thread_back() {
    let widget = Widget::start().await;
    let session = widget
        .session(json!({ "locale": "es-MX", "page": { "url": "https://shop.example", "title": "" } }))
        .await;
    assert_eq!(session["hasConversation"], false);
    assert_eq!(session["contact"]["verified"], false);
    let visitor = token(&session);
    assert_eq!(widget.count("select count(*) from contacts").await, 0, "no contact before the first message");

    let id = Uuid::now_v7();
    let first = widget.post("/messages", Some(&visitor), message(id, "Hola")).await;
    assert_eq!((first.status, &first.body["accepted"]), (StatusCode::CREATED, &json!(true)));
    assert_eq!(widget.post("/messages", Some(&visitor), message(id, "Hola")).await.status, StatusCode::OK);
    let other = widget.post("/messages", Some(&visitor), message(id, "Adiós")).await;
    assert_eq!((other.status, &other.body["code"]), (StatusCode::CONFLICT, &json!("CONFLICT")));
    assert_eq!(widget.texts(&visitor, 1).await, ["Hola"]);

    let page = widget.get("/messages", &visitor).await.body;
    assert_eq!(page["messages"][0]["clientMessageId"], id.to_string());
    assert_eq!(page["messages"][0]["author"]["kind"], "contact");
    assert_eq!((page["lastSeq"].as_i64(), &page["more"]), (Some(1), &json!(false)));

    let back = widget.session(json!({ "visitorToken": session["visitorToken"] })).await;
    assert_eq!(back["visitorToken"], session["visitorToken"]);
    assert_eq!(back["hasConversation"], true);
    assert_eq!(widget.texts(&token(&back), 1).await, ["Hola"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_message_is_refused_with_a_code() {
    let widget = Widget::start().await;
    let visitor = widget.visitor().await;
    let refused = |answer: Answer| {
        (answer.status.as_u16(), answer.body["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(refused(widget.say(&visitor, &"x".repeat(10_001)).await), (422, "TOO_LONG".to_owned()));
    assert_eq!(refused(widget.say(&visitor, "  ").await), (422, "EMPTY".to_owned()));
    assert_eq!(refused(widget.post("/messages", Some(&visitor), "{").await), (400, "MALFORMED".to_owned()));
    assert_eq!(
        refused(widget.post("/messages", Some(&visitor), vec![0xff, 0xfe]).await),
        (400, "MALFORMED".to_owned())
    );
    let large = widget.post("/messages", Some(&visitor), vec![b' '; 300_000]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(widget.count("select count(*) from webhook_deliveries").await, 0);

    let odd = format!(r#"{{"clientMessageId":"{}","text":"a\u0000b \ud83d!"}}"#, Uuid::now_v7());
    assert_eq!(widget.post("/messages", Some(&visitor), odd).await.status, StatusCode::CREATED);
    assert_eq!(widget.texts(&visitor, 1).await, ["ab \u{fffd}!"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_allowed_sites_and_our_own_frame_may_call() {
    let widget = Widget::start().await;
    let config = |origin: Option<&'static str>| {
        let mut request = Request::get(widget.path("/config"));
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        widget.ask(request, Body::empty())
    };
    let allowed = config(Some(SITE)).await;
    assert_eq!(allowed.status, StatusCode::OK);
    assert_eq!(allowed.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], SITE);
    assert_eq!((&allowed.body["name"], &allowed.body["open"]), (&json!("Shop"), &json!(true)));
    assert_eq!(config(None).await.status, StatusCode::OK);
    for foreign in
        ["https://evil.example", "null", "http://shop.example", "https://shop.example.evil.example"]
    {
        let answer = config(Some(foreign)).await;
        assert_eq!((answer.status, &answer.body["code"]), (StatusCode::FORBIDDEN, &json!("FOREIGN_ORIGIN")));
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
    let request = Request::post(widget.path("/sessions")).header(header::CONTENT_TYPE, "application/json");
    assert_eq!(
        widget.ask(request, Body::from("{}")).await.status,
        StatusCode::FORBIDDEN,
        "a POST without an origin"
    );

    let preflight = Request::options(widget.path("/messages")).header(header::ORIGIN, SITE);
    let preflight = widget.ask(preflight, Body::empty()).await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert!(preflight.headers.contains_key(header::ACCESS_CONTROL_ALLOW_HEADERS));

    let known = allowed.headers[header::ETAG].clone();
    let request = Request::get(widget.path("/config"))
        .header(header::ORIGIN, SITE)
        .header(header::IF_NONE_MATCH, known);
    assert_eq!(widget.ask(request, Body::empty()).await.status, StatusCode::NOT_MODIFIED);

    let unknown = Request::get(format!("/widget/v1/{}/config", Uuid::new_v4()));
    assert_eq!(widget.ask(unknown, Body::empty()).await.status, StatusCode::NOT_FOUND);
    channels::set_active(&widget.app, &widget.owner, widget.channel_id, false).await.unwrap();
    let mut tries = 0;
    while config(Some(SITE)).await.status != StatusCode::NOT_FOUND {
        tries += 1;
        assert!(tries < 400, "switched off, and still served");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_reads_and_writes_its_own_thread_only() {
    let widget = Widget::start().await;
    let (ana, ben) = (widget.visitor().await, widget.visitor().await);
    let id = Uuid::now_v7();
    widget.post("/messages", Some(&ana), message(id, "Ana's")).await;
    widget.texts(&ana, 1).await;
    assert_eq!(widget.get("/messages", &ben).await.body["messages"], json!([]));
    // The same id is another message for another visitor.
    assert_eq!(widget.post("/messages", Some(&ben), message(id, "Ben's")).await.status, StatusCode::CREATED);
    assert_eq!(widget.texts(&ben, 1).await, ["Ben's"]);
    assert_eq!(widget.texts(&ana, 1).await, ["Ana's"]);

    // A token of one channel opens nothing on another.
    let change = WebChatChange { name: Some("Other".to_owned()), ..WebChatChange::default() };
    let other = channels::create_web_chat(&widget.app, &widget.owner, &change).await.unwrap().unwrap();
    let request = Request::get(format!("/widget/v1/{}/messages", other.platform_account_id))
        .header(header::AUTHORIZATION, format!("Bearer {ana}"));
    assert_eq!(widget.ask(request, Body::empty()).await.status, StatusCode::UNAUTHORIZED);
    for wrong in ["", "vs_", "vt_AAAA", &ana[..20], &format!("vs_{}", "A".repeat(43))] {
        assert_eq!(widget.get("/messages", wrong).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_is_over() {
    let widget = Widget::start().await;
    let visitor = widget.visitor().await;
    widget.sql("update visitor_sessions set expires_at = now() - interval '1 second'").await;
    assert_eq!(widget.say(&visitor, "late").await.status, StatusCode::UNAUTHORIZED);
    let hashes = widget.count("select count(*) from visitor_sessions where length(token_hash) = 32").await;
    assert_eq!(hashes, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_messages_at_once_are_slowed_down() {
    let test = TestDatabase::create().await;
    let app = test.app();
    App::start_background(&app);
    let owner = test.owner().await;
    let change = WebChatChange { name: Some("Shop".to_owned()), ..WebChatChange::default() };
    let channel = channels::create_web_chat(&app, &owner, &change).await.unwrap().unwrap();
    let widget = Widget { test, app, owner, channel_id: channel.id, widget_id: channel.platform_account_id };
    let visitor = widget.visitor().await;
    for _ in 0..5 {
        assert_eq!(widget.say(&visitor, "quick").await.status, StatusCode::CREATED);
    }
    // One comes back each second, which a slow machine may have spent on the others: many at once, then.
    let more = futures::future::join_all((0..60).map(|_| widget.say(&visitor, "quick"))).await;
    let slowed =
        more.iter().find(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).expect("slowed down");
    assert_eq!(slowed.body["code"], json!("RATE_LIMITED"));
    assert!(slowed.body["retryAfterMs"].as_u64().unwrap() <= 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_proof_of_identity_is_refused_and_never_becomes_anonymous() {
    let change = WebChatChange { identity_mode: Some(IdentityMode::Optional), ..WebChatChange::default() };
    let widget = Widget::start_with(change).await;
    let secret = widget.secret().await;
    let refused = |asked: Value| {
        let widget = &widget;
        async move {
            let answer = widget.post("/sessions", None, asked.to_string()).await;
            assert_eq!(
                (answer.status, &answer.body["code"]),
                (StatusCode::UNAUTHORIZED, &json!("BAD_IDENTITY")),
                "{asked}"
            );
        }
    };
    refused(json!({ "identityToken": widget.jwt("guess", "42", 600) })).await;
    refused(json!({ "identityToken": widget.jwt(&secret, "42", -1) })).await;
    refused(json!({ "identityToken": widget.jwt(&secret, "42", 3 * 86_400) })).await;
    refused(json!({ "identityToken": "" })).await;
    refused(json!({ "userId": "42", "userHash": "" })).await;
    refused(json!({ "userId": "42" })).await;
    assert_eq!(widget.count("select count(*) from visitor_sessions").await, 0);

    let good = widget.session(json!({ "identityToken": widget.jwt(&secret, "42", 600) })).await;
    assert_eq!(good["contact"], json!({ "name": "Ana Ruiz", "email": "ana@shop.example", "verified": true }));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(b"42");
    let hash = hex::encode(mac.finalize().into_bytes());
    assert_eq!(
        widget.session(json!({ "userId": "42", "userHash": hash })).await["contact"]["verified"],
        true
    );

    // A new secret: the one before goes on for a day, an older one does not.
    let newer = widget.secret().await;
    widget.session(json!({ "identityToken": widget.jwt(&secret, "42", 600) })).await;
    widget.session(json!({ "identityToken": widget.jwt(&newer, "42", 600) })).await;
    widget
        .sql("update credentials set retired_at = now() - interval '25 hours' where retired_at is not null")
        .await;
    refused(json!({ "identityToken": widget.jwt(&secret, "42", 600) })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_for_signed_in_visitors_asks_for_an_identity() {
    let change = WebChatChange { identity_mode: Some(IdentityMode::Required), ..WebChatChange::default() };
    let widget = Widget::start_with(change).await;
    let answer = widget.post("/sessions", None, "{}").await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (StatusCode::UNAUTHORIZED, &json!("IDENTITY_REQUIRED"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anonymous_conversation_joins_the_person_who_signs_in_once() {
    let change = WebChatChange { identity_mode: Some(IdentityMode::Optional), ..WebChatChange::default() };
    let widget = Widget::start_with(change).await;
    let secret = widget.secret().await;
    let anonymous = widget.session(json!({})).await;
    widget.say(&token(&anonymous), "before signing in").await;
    widget.texts(&token(&anonymous), 1).await;

    let asked =
        json!({ "visitorToken": anonymous["visitorToken"], "identityToken": widget.jwt(&secret, "42", 600) });
    let known = widget.session(asked.clone()).await;
    assert_ne!(known["visitorToken"], anonymous["visitorToken"], "the token is replaced with the identity");
    assert_eq!(known["hasConversation"], true);
    assert_eq!(widget.texts(&token(&known), 1).await, ["before signing in"]);
    assert_eq!(widget.count("select count(*) from audit_entries where action = 42").await, 1);
    assert_eq!(widget.get("/messages", &token(&anonymous)).await.status, StatusCode::UNAUTHORIZED);

    widget.session(asked).await; // the old token is worth nothing: nobody to join
    assert_eq!(widget.count("select count(*) from audit_entries where action = 42").await, 1);
    widget.say(&token(&known), "after").await;
    assert_eq!(widget.texts(&token(&known), 2).await, ["before signing in", "after"]);
    assert_eq!(widget.count("select count(*) from conversations").await, 1);

    // On another device, anonymous at first; the person has a conversation already.
    let phone = widget.session(json!({})).await;
    widget.say(&token(&phone), "from my phone").await;
    widget.texts(&token(&phone), 1).await;
    let asked =
        json!({ "visitorToken": phone["visitorToken"], "identityToken": widget.jwt(&secret, "42", 600) });
    let phone = widget.session(asked).await;
    assert_eq!(widget.texts(&token(&phone), 2).await, ["before signing in", "after"]);
    assert_eq!(widget.count("select count(distinct contact_id) from conversations").await, 1, "one person");
    assert_eq!(widget.count("select count(*) from audit_entries where action = 42").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_frame_shows_on_allowed_sites_only() {
    let widget = Widget::start().await;
    let frame = widget.ask(Request::get(widget.path("/frame")), Body::empty()).await;
    if frame.status == StatusCode::OK {
        let policy = frame.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors 'self' https://shop.example"), "{policy}");
        assert!(!policy.contains("unsafe"));
    }
    assert_eq!(
        widget.ask(Request::get("/widget/v1/nonsense/frame"), Body::empty()).await.status,
        StatusCode::NOT_FOUND
    );
}

/// A connected socket.
pub(crate) struct Socket(
    pub(crate) tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
);

impl Socket {
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let frame =
                tokio::time::timeout(Duration::from_secs(60), self.0.next()).await.expect("a frame in time");
            match frame.expect("an open socket").unwrap() {
                Frame::Text(text) => return serde_json::from_str(&text).unwrap(),
                Frame::Close(_) => return json!({ "type": "closed" }),
                _ => {}
            }
        }
    }

    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
            assert_ne!(frame["type"], "closed", "waiting for {kind}");
        }
    }
}

impl Widget {
    pub(crate) async fn serve(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = server::widget::routes(&self.app).with_state(Arc::clone(&self.app));
        tokio::spawn(async move { axum::serve(listener, router.into_make_service()).await });
        address
    }

    pub(crate) async fn connect(&self, address: SocketAddr, token: &str, after_seq: i64) -> Socket {
        let mut request = format!("ws://{address}{}", self.path("/events")).into_client_request().unwrap();
        request.headers_mut().insert(header::ORIGIN, self.app.config.origin().parse().unwrap());
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, "switchboard.v1".parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let hello = json!({ "type": "hello", "sessionToken": token, "afterSeq": after_seq });
        socket.send(Frame::text(hello.to_string())).await.unwrap();
        Socket(socket)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_greets_replays_and_goes_on_live() {
    let widget = Widget::start().await;
    let address = widget.serve().await;
    let visitor = widget.visitor().await;

    // Before there is a conversation.
    let mut early = widget.connect(address, &visitor, 0).await;
    assert_eq!(early.next().await["type"], "hello");
    widget.say(&visitor, "one").await;
    assert_eq!(early.next_of("message").await["message"]["text"], "one");
    widget.say(&visitor, "two").await;
    assert_eq!(early.next_of("message").await["message"]["seq"], 2);

    // A second one, with a cursor: what it missed, no double, then live.
    let mut late = widget.connect(address, &visitor, 1).await;
    assert_eq!(late.next_of("hello").await["seq"], 2);
    assert_eq!(late.next_of("message").await["message"]["text"], "two");
    widget.say(&visitor, "three").await;
    assert_eq!(late.next_of("message").await["message"]["text"], "three");

    // Another visitor hears nothing of it.
    let other = widget.visitor().await;
    let mut stranger = widget.connect(address, &other, 0).await;
    stranger.next_of("hello").await;
    widget.say(&visitor, "four").await;
    late.next_of("message").await;
    stranger.0.send(Frame::text(r#"{"type":"ping"}"#)).await.unwrap();
    assert_eq!(stranger.next().await["type"], "pong");

    // Seen by the visitor in one tab, known in the other.
    assert_eq!(widget.post("/seen", Some(&visitor), r#"{"seq":3}"#).await.status, StatusCode::ACCEPTED);
    assert_eq!(late.next_of("contactSeen").await["seq"], 3);
    assert_eq!(widget.count("select contact_read_seq from conversations").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_without_a_session_or_from_a_foreign_site_is_refused() {
    let widget = Widget::start().await;
    let address = widget.serve().await;
    let mut socket = widget.connect(address, "vs_nonsense", 0).await;
    assert_eq!(socket.next().await, json!({ "type": "error", "code": "UNAUTHENTICATED" }));
    assert_eq!(socket.next().await["type"], "closed");

    for origin in [Some("https://evil.example"), None] {
        let mut request = format!("ws://{address}{}", widget.path("/events")).into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        }
        assert!(tokio_tungstenite::connect_async(request).await.is_err(), "{origin:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_up_rides_on_a_message_and_opens_by_its_signed_address() {
    let widget = Widget::start().await;
    let visitor = widget.visitor().await;
    let form = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\ncontent-type: text/html\r\n\r\nhello file\r\n--b--\r\n";
    let upload = |token: String| {
        let request = Request::post(widget.path("/uploads"))
            .header(header::ORIGIN, widget.app.config.origin())
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        widget.ask(request, Body::from(form))
    };
    let file = upload(visitor.clone()).await;
    assert_eq!(file.status, StatusCode::CREATED, "{file:?}");
    let foreign = upload(widget.visitor().await).await;

    // Somebody else's file is as if it were not there.
    let ids = [&file.body["id"], &foreign.body["id"]];
    let posted = json!({ "clientMessageId": Uuid::now_v7(), "attachmentIds": ids }).to_string();
    assert_eq!(widget.post("/messages", Some(&visitor), posted).await.status, StatusCode::CREATED);
    widget.texts(&visitor, 1).await;
    let page = widget.get("/messages", &visitor).await.body;
    let attachments = page["messages"][0]["attachments"].as_array().unwrap();
    assert_eq!(attachments.len(), 1);
    assert_eq!((&attachments[0]["id"], &attachments[0]["name"]), (&file.body["id"], &json!("note.txt")));
    assert_eq!(widget.count("select count(*) from conversations where preview = 'note.txt'").await, 1);

    let url = attachments[0]["url"].as_str().unwrap();
    let opened = widget.ask(Request::get(url), Body::empty()).await;
    assert_eq!((opened.status, &opened.body), (StatusCode::OK, &json!("hello file")));
    assert!(opened.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    let forged = url.replace("&s=", "&s=A");
    assert_eq!(widget.ask(Request::get(forged), Body::empty()).await.status, StatusCode::NOT_FOUND);
    let other = url.replace(file.body["id"].as_str().unwrap(), foreign.body["id"].as_str().unwrap());
    assert_eq!(widget.ask(Request::get(other), Body::empty()).await.status, StatusCode::NOT_FOUND);
}
