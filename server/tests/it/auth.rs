//! Signing in, staying signed in, and what ends it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use server::app::App;
use server::auth::{self, Revocation, setup};
use server::config::Config;
use shared::Role;

use crate::kit::{Browser, FakeSmtp, Live, PASSWORD, TestDatabase};

const RESET: &str = "mutation($token: String!, $password: String!) {
    resetPassword(token: $token, password: $password) { viewer { user { email } } problem { code field } } }";
const SET_UP: &str = "mutation($input: SetUpInput!) {
    setUp(input: $input) { viewer { user { email } member { role } workspace { name } } problem { code field } } }";
const CHANGE: &str = "mutation($current: String!, $new: String!) {
    changePassword(currentPassword: $current, newPassword: $new) { viewer { user { email } } problem { code field } } }";

fn generous() -> Config {
    let mut config = Config::default();
    config.limits.sign_in_per_minute = 1000;
    config
}

/// The secret in the link that the operator hands out.
async fn reset_token(app: &Arc<App>, email: &str) -> String {
    let link = auth::operator_reset_link(app, email).await.unwrap().expect("a known address");
    link.split("token=").nth(1).unwrap().to_owned()
}

fn set_up_input(token: &str, password: &str) -> Value {
    json!({ "input": { "token": token, "workspaceName": "Bloom & Co", "name": "Ana Ruiz",
                       "email": "ana@bloom.example", "password": password } })
}

#[tokio::test]
async fn the_first_run_makes_one_owner_and_only_one() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let printed_before = setup::ensure_setup_token(&app).await.unwrap().unwrap();
    let token = setup::ensure_setup_token(&app).await.unwrap().unwrap();
    let mut browser = Browser::new(&app);
    let instance = browser.ask("{ instance { needsSetup mailConfigured version } }", json!({})).await.ok();
    assert_eq!(instance["instance"], json!({ "needsSetup": true, "mailConfigured": false, "version": null }));

    // A restart's token replaces the one before; a weak password spends nothing.
    let refused = browser.ask(SET_UP, set_up_input(&printed_before, PASSWORD)).await.ok();
    assert_eq!(refused["setUp"]["problem"]["code"], "INVALID_TOKEN");
    let weak = browser.ask(SET_UP, set_up_input(&token, "bloom and co 1")).await.ok();
    assert_eq!(weak["setUp"]["problem"], json!({ "code": "WEAK_PASSWORD", "field": "password" }));

    let done = browser.ask(SET_UP, set_up_input(&token, PASSWORD)).await.ok();
    assert_eq!(done["setUp"]["problem"], Value::Null);
    assert_eq!(done["setUp"]["viewer"]["workspace"]["name"], "Bloom & Co");
    assert_eq!(done["setUp"]["viewer"]["member"]["role"], "OWNER");
    assert_eq!(browser.signed_in_as().await.as_deref(), Some("ana@bloom.example"));
    let instance = browser.ask("{ instance { needsSetup version } }", json!({})).await.ok();
    assert_eq!(instance["instance"], json!({ "needsSetup": false, "version": env!("CARGO_PKG_VERSION") }));

    let doubled: Vec<String> =
        sqlx::query_scalar("select kind from jobs group by workspace_id, kind, payload having count(*) > 1")
            .fetch_all(&mut test.superuser().await)
            .await
            .unwrap();
    assert_eq!(doubled, Vec::<String>::new());

    let again = Browser::new(&app).ask(SET_UP, set_up_input(&token, PASSWORD)).await.ok();
    assert_eq!(again["setUp"]["problem"]["code"], "INVALID_TOKEN");
    assert_eq!(setup::ensure_setup_token(&app).await.unwrap(), None);
}

#[tokio::test]
async fn two_first_runs_at_once_make_one_owner() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let token = setup::ensure_setup_token(&app).await.unwrap().unwrap();
    let (mut one, mut two) = (Browser::new(&app), Browser::new(&app));
    let mut other = set_up_input(&token, PASSWORD);
    other["input"]["email"] = json!("ben@bloom.example");
    let (a, b) = tokio::join!(one.ask(SET_UP, set_up_input(&token, PASSWORD)), two.ask(SET_UP, other));
    let made = [a.ok(), b.ok()].iter().filter(|answer| !answer["setUp"]["viewer"].is_null()).count();
    assert_eq!(made, 1);
    let users: i64 =
        sqlx::query_scalar("select count(*) from users").fetch_one(test.db.pool()).await.unwrap();
    assert_eq!(users, 1);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer_for_the_same_work() {
    let test = TestDatabase::create().await;
    let app = test.app_with(generous());
    let email = test.with_password(&test.owner().await).await;
    const SIGN_IN: &str =
        "mutation($email: String!) { signIn(email: $email, password: \"not this one at all\") {
        viewer { user { id } } problem { code message field } } }";
    let mut browser = Browser::new(&app);
    browser.ask(SIGN_IN, json!({ "email": "warm@example.com" })).await.ok(); // makes the dummy hash
    let mut answers = Vec::new();
    for email in [email.clone(), "nobody@example.com".to_owned(), email.clone()] {
        let before = app.auth.passwords.checks();
        answers.push(browser.ask(SIGN_IN, json!({ "email": email })).await.ok());
        // The check is what takes the time: an address nobody has costs the same one.
        assert_eq!(app.auth.passwords.checks() - before, 1, "{email}");
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(answers[0]["signIn"]["problem"]["code"], "WRONG_CREDENTIALS");
    assert_eq!(browser.sign_in(&email.to_uppercase(), PASSWORD).await, None);
}

#[tokio::test]
async fn a_disabled_user_is_answered_like_an_unknown_one_and_their_session_ends() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let mut browser = test.signed_in(&app, &owner).await;
    sqlx::query("update users set disabled_at = now() where id = $1")
        .bind(owner.user_id)
        .execute(test.db.pool())
        .await
        .unwrap();
    let email = test.with_password(&owner).await;
    assert_eq!(Browser::new(&app).sign_in(&email, PASSWORD).await.as_deref(), Some("WRONG_CREDENTIALS"));
    assert_eq!(browser.on(&test.app()).signed_in_as().await, None);
    auth::revoke(&app, Revocation::User(owner.user_id)).await;
    assert_eq!(browser.signed_in_as().await, None);
}

#[tokio::test]
async fn signing_in_gets_a_new_id_and_ends_the_one_before() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let mut browser = test.signed_in(&app, &owner).await;
    let planted = browser.cookie.clone();
    let email = test.with_password(&owner).await;
    assert_eq!(browser.sign_in(&email, PASSWORD).await, None);
    assert_ne!(browser.cookie, planted);
    let mut thief = Browser::new(&app);
    thief.cookie = planted;
    assert_eq!(thief.signed_in_as().await, None);
    assert_eq!(browser.signed_in_as().await, Some(email));
}

#[tokio::test]
async fn a_made_up_id_is_never_adopted() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let email = test.with_password(&test.owner().await).await;
    let mut browser = Browser::new(&app);
    let planted = "switchboard-session=AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    browser.cookie = Some(planted.clone());
    assert_eq!(browser.sign_in(&email, PASSWORD).await, None);
    assert_ne!(browser.cookie, Some(planted));
}

#[tokio::test]
async fn signing_out_ends_the_session_for_every_process() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let mut browser = test.signed_in(&app, &owner).await;
    let (mut copy, mut signal) = (browser.on(&app), app.auth.revocations.subscribe());
    assert!(copy.signed_in_as().await.is_some());
    browser.ask("mutation { signOut { ok } }", json!({})).await.ok();
    assert_eq!(browser.cookie, None);
    assert_eq!(copy.signed_in_as().await, None);
    assert!(matches!(signal.recv().await.unwrap(), Revocation::Session(_)));
    let left: i64 =
        sqlx::query_scalar("select count(*) from sessions").fetch_one(test.db.pool()).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn another_process_forgets_a_session_when_it_is_told() {
    let test = TestDatabase::create().await;
    let (here, there) = (test.app(), test.app());
    let owner = test.owner().await;
    let mut listener = sqlx::postgres::PgListener::connect_with(test.db.pool()).await.unwrap();
    listener.listen(auth::REVOKED_CHANNEL).await.unwrap();
    let mut browser = test.signed_in(&here, &owner).await;
    let mut elsewhere = browser.on(&there);
    assert!(elsewhere.signed_in_as().await.is_some());
    let mut signal = there.auth.revocations.subscribe();

    browser.ask("mutation { signOut { ok } }", json!({})).await.ok();
    let notice = tokio::time::timeout(Duration::from_secs(20), listener.recv()).await.unwrap().unwrap();
    auth::on_notify(&there, notice.payload()).await;
    assert_eq!(elsewhere.signed_in_as().await, None);
    assert!(matches!(signal.recv().await.unwrap(), Revocation::Session(_)));
}

#[tokio::test]
async fn the_cookie_is_strict_over_tls_and_works_over_plain_http_on_localhost() {
    let test = TestDatabase::create().await;
    let owner = test.owner().await;
    let plain = test.signed_in(&test.app(), &owner).await.set_cookie.unwrap();
    assert!(plain.starts_with("switchboard-session=") && !plain.contains("Secure"), "{plain}");
    let tls = Config { public_url: Some("https://desk.example".parse().unwrap()), ..Config::default() };
    let strict = test.signed_in(&test.app_with(tls), &owner).await.set_cookie.unwrap();
    assert!(strict.starts_with("__Host-session=") && strict.contains("Secure"), "{strict}");
    for cookie in [plain, strict] {
        assert!(cookie.contains("HttpOnly") && cookie.contains("Path=/") && cookie.contains("SameSite=Lax"));
        assert!(!cookie.contains("Domain") && cookie.contains("Max-Age=1209600"), "{cookie}");
    }
}

#[tokio::test]
async fn the_database_keeps_no_cookie_and_a_session_grows_old() {
    let test = TestDatabase::create().await;
    let owner = test.owner().await;
    let browser = test.signed_in(&test.app(), &owner).await;
    let value = browser.cookie.clone().unwrap().split('=').nth(1).unwrap().to_owned();
    let row: String = sqlx::query_scalar("select s::text || encode(key_hash, 'escape') from sessions s")
        .fetch_one(test.db.pool())
        .await
        .unwrap();
    assert!(!row.contains(&value), "{row}");

    let used = |ago: &'static str| {
        let pool = test.db.pool().clone();
        async move {
            sqlx::query("update sessions set last_used_at = now() - $1::interval")
                .bind(ago)
                .execute(&pool)
                .await
                .unwrap();
        }
    };
    used("11 hours").await;
    assert!(browser.on(&test.app()).signed_in_as().await.is_some());
    let touched: bool = sqlx::query_scalar("select last_used_at > now() - interval '1 minute' from sessions")
        .fetch_one(test.db.pool())
        .await
        .unwrap();
    assert!(touched);
    used("12 hours 1 second").await;
    assert_eq!(browser.on(&test.app()).signed_in_as().await, None);
    used("0").await;
    sqlx::query("update sessions set expires_at = now() - interval '1 second'")
        .execute(test.db.pool())
        .await
        .unwrap();
    assert_eq!(browser.on(&test.app()).signed_in_as().await, None);
}

#[tokio::test]
async fn changing_workspace_does_not_make_a_session_younger() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let mut browser = test.signed_in(&app, &owner).await;
    sqlx::query(
        "update sessions set data = jsonb_set(data, '{identity,signed_in_at}',
             to_jsonb(extract(epoch from now() - interval '13 days')::bigint))",
    )
    .execute(test.db.pool())
    .await
    .unwrap();
    let mut browser_later = browser.on(&test.app());
    let made =
        browser_later.ask("mutation { createWorkspace(name: \"Second\") { problem { code } } }", json!({}));
    assert_eq!(made.await.ok()["createWorkspace"]["problem"], Value::Null);
    let young: bool = sqlx::query_scalar("select expires_at > now() + interval '2 days' from sessions")
        .fetch_one(test.db.pool())
        .await
        .unwrap();
    assert!(!young);
    auth::revoke(&app, Revocation::User(owner.user_id)).await;
    assert_eq!(browser.signed_in_as().await, None);
}

#[tokio::test]
async fn one_client_may_try_ten_times_a_minute() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let mut browser = Browser::at(&app, "2001:db8::1");
    for n in 0..10 {
        let code = browser.sign_in(&format!("nobody{n}@example.com"), "whatever it is").await;
        assert_eq!(code.as_deref(), Some("WRONG_CREDENTIALS"));
    }
    // A try comes back every six seconds; a slow machine may have been given one or two meanwhile.
    assert!(tries_before_throttled(&mut browser, "x@example.com").await < 10);
    let mut neighbour = Browser::at(&app, "2001:db8::ffff:2");
    assert!(tries_before_throttled(&mut neighbour, "x@example.com").await < 5);
    let mut stranger = Browser::at(&app, "2001:db8:0:1::1");
    assert_eq!(stranger.sign_in("x@example.com", "whatever").await.as_deref(), Some("WRONG_CREDENTIALS"));
}

#[tokio::test]
async fn an_account_under_attack_waits_but_is_not_locked() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let email = test.with_password(&test.owner().await).await;
    for _ in 0..30 {
        // Each from somewhere else: the bound is the account's.
        assert_eq!(Browser::new(&app).sign_in(&email, "wrong").await.as_deref(), Some("WRONG_CREDENTIALS"));
    }
    // The wait begins with one second, which a slow machine may spend on the next try; it doubles each time.
    let mut tries = 0;
    while Browser::new(&app).sign_in(&email, "wrong").await.as_deref() != Some("THROTTLED") {
        tries += 1;
        assert!(tries < 6, "never slowed down");
    }
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(1100)).await;
        if Browser::new(&app).sign_in(&email, PASSWORD).await.is_none() {
            return;
        }
    }
    panic!("locked out");
}

/// How many wrong passwords in a row are judged before the client is told to wait.
async fn tries_before_throttled(browser: &mut Browser, email: &str) -> u32 {
    for tries in 0..30 {
        if browser.sign_in(email, "whatever it is").await.as_deref() == Some("THROTTLED") {
            return tries;
        }
    }
    panic!("never told to wait");
}

#[tokio::test]
async fn a_reset_link_works_once_and_ends_every_session() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let mut elsewhere = test.signed_in(&app, &owner).await;
    let email = test.with_password(&owner).await;
    let (token, spare) = (reset_token(&app, &email).await, reset_token(&app, &email).await);

    let mut browser = Browser::new(&app);
    let weak = browser.ask(RESET, json!({ "token": token, "password": "aaaaaaaaaaaaaa" })).await.ok();
    assert_eq!(weak["resetPassword"]["problem"]["code"], "WEAK_PASSWORD");
    let new = "ochre tunnel seventeen gulls";
    let done = browser.ask(RESET, json!({ "token": token, "password": new })).await.ok();
    assert_eq!(done["resetPassword"]["problem"], Value::Null);
    assert_eq!(browser.signed_in_as().await.as_ref(), Some(&email));
    assert_eq!(elsewhere.signed_in_as().await, None);

    // Neither the same link nor another one made before it opens anything now.
    for token in [token, spare] {
        let again = Browser::new(&app).ask(RESET, json!({ "token": token, "password": new })).await.ok();
        assert_eq!(again["resetPassword"]["problem"]["code"], "INVALID_TOKEN");
    }
    assert_eq!(Browser::new(&app).sign_in(&email, PASSWORD).await.as_deref(), Some("WRONG_CREDENTIALS"));
    assert_eq!(Browser::new(&app).sign_in(&email, new).await, None);
}

#[tokio::test]
async fn of_two_who_use_a_reset_link_at_once_one_succeeds() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let email = test.with_password(&test.owner().await).await;
    let token = reset_token(&app, &email).await;
    let (mut one, mut two) = (Browser::new(&app), Browser::new(&app));
    let (a, b) = tokio::join!(
        one.ask(RESET, json!({ "token": token, "password": "ochre tunnel seventeen gulls" })),
        two.ask(RESET, json!({ "token": token, "password": "gulls seventeen tunnel ochre" })),
    );
    let codes: Vec<_> =
        [a.ok(), b.ok()].map(|answer| answer["resetPassword"]["problem"]["code"].clone()).into();
    assert!(codes.contains(&Value::Null) && codes.contains(&json!("INVALID_TOKEN")), "{codes:?}");
}

#[tokio::test]
async fn an_old_reset_link_opens_nothing() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let email = test.with_password(&test.owner().await).await;
    let token = reset_token(&app, &email).await;
    let minutes: f64 =
        sqlx::query_scalar("select extract(epoch from expires_at - now())::float8 / 60 from user_tokens")
            .fetch_one(test.db.pool())
            .await
            .unwrap();
    assert!((29.0..=30.0).contains(&minutes), "{minutes}");
    sqlx::query("update user_tokens set expires_at = now()").execute(test.db.pool()).await.unwrap();
    let late =
        Browser::new(&app).ask(RESET, json!({ "token": token, "password": "ochre tunnel seventeen" })).await;
    assert_eq!(late.ok()["resetPassword"]["problem"]["code"], "INVALID_TOKEN");
}

#[tokio::test]
async fn a_reset_link_is_mailed_to_who_has_an_account_and_to_nobody_else() {
    let mut smtp = FakeSmtp::start().await;
    let test = TestDatabase::create().await;
    let app = test.app_with(smtp.config());
    server::jobs::start(&app);
    let email = test.with_password(&test.owner().await).await;
    const REQUEST: &str = "mutation($email: String!) { requestPasswordReset(email: $email) { ok } }";
    let mut browser = Browser::new(&app);
    for email in ["nobody@example.com", &email] {
        let answer = browser.ask(REQUEST, json!({ "email": email })).await.ok();
        assert_eq!(answer["requestPasswordReset"]["ok"], true);
    }
    let token = smtp.next_token().await;
    let tokens: i64 =
        sqlx::query_scalar("select count(*) from user_tokens").fetch_one(test.db.pool()).await.unwrap();
    assert_eq!(tokens, 1);
    let done =
        browser.ask(RESET, json!({ "token": token, "password": "ochre tunnel seventeen gulls" })).await.ok();
    assert_eq!(done["resetPassword"]["viewer"]["user"]["email"], json!(email));

    // Ten requests an hour by one client, three letters an hour to one address.
    for _ in 0..8 {
        browser.ask(REQUEST, json!({ "email": email })).await.ok();
    }
    let refused = browser.ask(REQUEST, json!({ "email": email })).await;
    assert_eq!(refused.codes, ["THROTTLED"]);
    smtp.next().await;
    smtp.next().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let tokens: i64 =
        sqlx::query_scalar("select count(*) from user_tokens").fetch_one(test.db.pool()).await.unwrap();
    assert_eq!(tokens, 3);
}

#[tokio::test]
async fn changing_the_password_needs_the_current_one_and_ends_the_other_sessions() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let agent = test.member(test.workspace("Bloom").await, Role::Agent).await;
    let mut browser = test.signed_in(&app, &agent).await;
    let mut elsewhere = test.signed_in(&app, &agent).await;
    assert!(elsewhere.signed_in_as().await.is_some());
    let new = "ochre tunnel seventeen gulls";
    let wrong = browser.ask(CHANGE, json!({ "current": "not it", "new": new })).await.ok();
    assert_eq!(
        wrong["changePassword"]["problem"],
        json!({ "code": "WRONG_CREDENTIALS", "field": "currentPassword" })
    );
    let weak = browser.ask(CHANGE, json!({ "current": PASSWORD, "new": "short" })).await.ok();
    assert_eq!(weak["changePassword"]["problem"], json!({ "code": "WEAK_PASSWORD", "field": "newPassword" }));

    let before = browser.cookie.clone();
    let done = browser.ask(CHANGE, json!({ "current": PASSWORD, "new": new })).await.ok();
    assert_eq!(done["changePassword"]["problem"], Value::Null);
    assert_ne!(browser.cookie, before);
    assert!(browser.signed_in_as().await.is_some());
    assert_eq!(elsewhere.signed_in_as().await, None);
    let stranger = Browser::new(&app).ask(CHANGE, json!({ "current": new, "new": PASSWORD })).await;
    assert_eq!(stranger.codes, ["UNAUTHENTICATED"]);
}

#[tokio::test]
async fn acts_that_could_take_a_workspace_over_need_a_password_given_lately() {
    const CONFIRM: &str =
        "mutation($password: String!) { confirmPassword(password: $password) { ok problem { code field } } }";
    let test = TestDatabase::create().await;
    let app = test.serve(0).await;
    let owner = test.owner().await;
    let (agent, admin) = (
        test.member(owner.workspace_id, Role::Agent).await,
        test.member(owner.workspace_id, Role::Admin).await,
    );
    let change = server::channels::WebChatChange { name: Some("Shop".to_owned()), ..Default::default() };
    let channel = server::channels::create_web_chat(&app, &owner, &change).await.unwrap().unwrap();
    let mut browser = test.signed_in(&app, &owner).await;
    let acts = [
        format!(r#"changeMemberRole(memberId: "{}", role: OWNER)"#, agent.member_id),
        format!(r#"changeMemberRole(memberId: "{}", role: ADMIN)"#, agent.member_id), // an owner by then
        format!(r#"removeMember(memberId: "{}")"#, admin.member_id),
        r#"inviteMember(email: "boss@example.com", role: OWNER)"#.to_owned(),
        format!(r#"rotateIdentitySecret(channelId: "{}")"#, channel.id),
        r#"connectChannel(input: { kind: TELEGRAM, token: "none" })"#.to_owned(),
        format!(r#"reconnectChannel(channelId: "{}", input: {{ kind: WEB_CHAT }})"#, channel.id),
        format!(r#"disconnectChannel(channelId: "{}")"#, channel.id),
    ];
    let act = |act: &str| format!("mutation {{ {act} {{ problem {{ code }} }} }}");
    let later = async |minutes: &'static str| {
        let aged = "update sessions set data = jsonb_set(data, '{proved_at}',
            to_jsonb(extract(epoch from now() - $1::text::interval)::bigint))";
        sqlx::query(aged).bind(minutes).execute(test.db.pool()).await.unwrap();
        auth::revoke(&app, Revocation::User(owner.user_id)).await; // forgets what is remembered
    };

    later("9 minutes").await;
    let answer = browser.ask(&act(&acts[0]), json!({})).await.ok();
    assert_eq!(answer["changeMemberRole"]["problem"], Value::Null, "signing in is a proof");
    for minutes in ["10 minutes 3 seconds", "-1 minute"] {
        later(minutes).await;
        for one in &acts[1..] {
            assert_eq!(browser.ask(&act(one), json!({})).await.codes, ["PROOF_REQUIRED"], "{one}");
        }
    }
    for harmless in [
        format!(r#"changeMemberRole(memberId: "{}", role: AGENT)"#, admin.member_id),
        r#"inviteMember(email: "ben@example.com", role: ADMIN)"#.to_owned(),
    ] {
        browser.ask(&act(&harmless), json!({})).await.ok();
    }

    let mut socket = Live::open(&app, &browser).await;
    let wrong = browser.ask(CONFIRM, json!({ "password": "not it" })).await.ok();
    let refused = json!({ "ok": false, "problem": { "code": "WRONG_CREDENTIALS", "field": "password" } });
    assert_eq!(wrong["confirmPassword"], refused);
    assert_eq!(browser.ask(&act(&acts[2]), json!({})).await.codes, ["PROOF_REQUIRED"]);
    let right = browser.ask(CONFIRM, json!({ "password": PASSWORD })).await.ok();
    assert_eq!(right["confirmPassword"], json!({ "ok": true, "problem": null }));
    for one in &acts[1..] {
        browser.ask(&act(one), json!({})).await.ok();
    }
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.frame().await, Some(json!({ "type": "pong" })), "nobody was signed out by it");
    let mut nobody = Browser::new(&app);
    assert_eq!(nobody.ask(CONFIRM, json!({ "password": PASSWORD })).await.codes, ["UNAUTHENTICATED"]);
}

#[tokio::test]
async fn a_cheaper_hash_is_replaced_at_the_next_sign_in() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let email = test.with_password(&test.owner().await).await;
    // Argon2id with m=8, t=1: the same password, hashed when machines were slower.
    let params = argon2::Params::new(8, 1, 1, None).unwrap();
    let cheap = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash = argon2::PasswordHasher::hash_password(&cheap, PASSWORD.as_bytes()).unwrap().to_string();
    sqlx::query("update users set password_hash = $1").bind(hash).execute(test.db.pool()).await.unwrap();
    assert_eq!(Browser::new(&app).sign_in(&email, PASSWORD).await, None);
    let kept: String =
        sqlx::query_scalar("select password_hash from users").fetch_one(test.db.pool()).await.unwrap();
    assert!(kept.contains("m=19456,t=2,p=1"), "{kept}");
}

#[tokio::test]
async fn secrets_of_links_are_not_tried_without_end() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let mut browser = Browser::new(&app);
    let guess = json!({ "token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "password": PASSWORD });
    for _ in 0..30 {
        let answer = browser.ask(RESET, guess.clone()).await.ok();
        assert_eq!(answer["resetPassword"]["problem"]["code"], "INVALID_TOKEN");
    }
    // One comes back every two seconds, which a slow machine may have spent on the others.
    for _ in 0..25 {
        let answer = browser.ask(RESET, guess.clone()).await.ok();
        if answer["resetPassword"]["problem"]["code"] == "THROTTLED" {
            return;
        }
    }
    panic!("never told to wait");
}
