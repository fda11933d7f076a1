//! Channels with a provider: connecting, connecting again, disconnecting, and how they are doing. The provider is the
//! simulator.

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use server::channels::{self, ChannelEventKind, NewChannelEvent, activity, endpoints};
use shared::{ChannelId, ChannelKind, Role};

use crate::kit::{Providers, ask};

const INSPECT: &str = "mutation($input: ConnectChannelInput!) { inspectChannel(input: $input) {
    account { platformAccountId name handle link warnings takenBy existingChannel { id state } permissions { name } }
    problem { code field message } } }";

async fn inspect(provided: &Providers, input: Value) -> Value {
    let data = ask(&provided.app, Some(&provided.owner), INSPECT, json!({ "input": input })).await.ok();
    data["inspectChannel"].clone()
}

fn token(bot: &Value) -> Value {
    json!({ "kind": "TELEGRAM", "token": bot["token"] })
}

/// Lets every call of this method fail, for a bot.
async fn fault(provided: &Providers, bot: &Value, method: &str, fault: Value) {
    provided.control("faults", json!({ "account": bot["account"], "method": method, "fault": fault })).await;
}

async fn faults_end(provided: &Providers) {
    let url = format!("{}/control/faults", provided.simulator.url());
    reqwest::Client::builder().no_proxy().build().unwrap().delete(url).send().await.unwrap();
}

#[tokio::test]
async fn credentials_are_tried_as_they_are_typed_and_nothing_changes() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    for (input, code, field) in [
        (
            json!({ "kind": "TELEGRAM", "token": "1234567:AAFake-token-that-nobody-has-given-out" }),
            "WRONG_TOKEN",
            "token",
        ),
        (json!({ "kind": "TELEGRAM", "token": "no token at all" }), "WRONG_TOKEN", "token"),
        (json!({ "kind": "TELEGRAM", "token": "  " }), "REQUIRED", "token"),
        (json!({ "kind": "TELEGRAM", "code": "abc" }), "INVALID", "code"),
        (json!({ "kind": "WEB_CHAT", "token": "x" }), "UNSUPPORTED", "kind"),
        (json!({ "kind": "INSTAGRAM", "token": "x" }), "UNSUPPORTED", "kind"),
    ] {
        let answer = inspect(&provided, input.clone()).await;
        assert_eq!(
            (&answer["problem"]["code"], &answer["problem"]["field"]),
            (&json!(code), &json!(field)),
            "{input}"
        );
        assert_eq!(answer["account"], Value::Null);
    }
    let answer = inspect(&provided, token(&bot)).await;
    assert_eq!(answer["problem"], Value::Null, "{answer}");
    let account = &answer["account"];
    assert_eq!(account["platformAccountId"], bot["id"].to_string());
    assert_eq!(account["name"], "Helpdesk");
    assert!(account["handle"].as_str().unwrap().starts_with('@'));
    assert_eq!((&account["takenBy"], &account["existingChannel"]), (&Value::Null, &Value::Null));

    assert_eq!(provided.webhook_of(&bot).await, "");
    let data = ask(&provided.app, Some(&provided.owner), "{ channels { id } }", json!({})).await.ok();
    assert_eq!(data["channels"], json!([]));
}

#[tokio::test]
async fn a_bot_is_connected_by_its_token_which_nobody_can_read_again() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let secret = bot["token"].as_str().unwrap();
    let made = provided.connect(token(&bot)).await;
    assert_eq!(made["problem"], Value::Null, "{made}");
    let channel = &made["channel"];
    assert_eq!((&channel["state"], &channel["kind"]), (&json!("CONNECTED"), &json!("TELEGRAM")));
    assert_eq!((&channel["name"], &channel["active"]), (&json!("Helpdesk"), &json!(true)));
    assert_eq!(channel["provider"], json!({ "readReceipts": false, "typing": true }));
    let credentials = json!([
        { "purpose": "ACCESS_TOKEN", "last4": secret[secret.len() - 4..] },
        { "purpose": "SIGNING_SECRET", "last4": null },
    ]);
    assert_eq!(channel["credentials"], credentials);

    let webhook = provided.webhook_of(&bot).await;
    let id: ChannelId = channel["id"].as_str().unwrap().parse().unwrap();
    let key = webhook.strip_prefix("http://localhost:8100/webhooks/telegram/").unwrap();
    let endpoint = endpoints::parse(key).unwrap();
    assert_eq!((endpoint.workspace_id, endpoint.channel_id), (provided.owner.workspace_id, id));
    let live = channels::at_endpoint(&provided.app, ChannelKind::Telegram, &endpoint).await.unwrap().unwrap();
    assert_eq!(live.account.platform_account_id, bot["id"].to_string());
    for wrong in [
        endpoints::Endpoint { key: endpoints::EndpointKey([0; 16]), ..endpoint },
        endpoints::Endpoint { channel_id: ChannelId::new(), ..endpoint },
        endpoints::Endpoint { workspace_id: provided.test.owner().await.workspace_id, ..endpoint },
    ] {
        assert!(channels::at_endpoint(&provided.app, ChannelKind::Telegram, &wrong).await.unwrap().is_none());
    }
    assert!(channels::at_endpoint(&provided.app, ChannelKind::Whatsapp, &endpoint).await.unwrap().is_none());

    // The secret is nowhere but in the vault's envelope.
    let mut behind = provided.test.superuser().await;
    let dump: Vec<String> = sqlx::query_scalar(
        "select to_jsonb(c)::text from channels c union all select to_jsonb(k)::text from credentials k
         union all select to_jsonb(d)::text from audit_details d union all select to_jsonb(e)::text from channel_events e
         union all select to_jsonb(j)::text from jobs j",
    )
    .fetch_all(&mut behind)
    .await
    .unwrap();
    let hex = hex::encode(secret);
    assert!(
        dump.len() > 5 && dump.iter().all(|row| !row.contains(secret) && !row.contains(&hex)),
        "{dump:#?}"
    );
    let opened = channels::account(&provided.app, provided.owner.workspace_id, id).await.unwrap().unwrap();

    assert_eq!(opened.secrets.access_token.unwrap().expose_secret(), secret);
}

#[tokio::test]
async fn an_account_is_connected_once_and_revived_after_it_was_disconnected() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    let again = provided.connect(token(&bot)).await;
    assert_eq!(again["problem"]["code"], "ALREADY_CONNECTED");
    assert!(again["problem"]["message"].as_str().unwrap().contains("Helpdesk"));
    let seen = inspect(&provided, token(&bot)).await;
    assert_eq!(seen["account"]["existingChannel"], json!({ "id": id, "state": "CONNECTED" }));
    assert!(!seen["account"]["warnings"].to_string().contains("workspace"), "it is this workspace's own");

    let address = provided.webhook_of(&bot).await;
    let gone = provided.mutate(&format!("disconnectChannel(channelId: \"{id}\")"), json!({})).await;
    assert_eq!((&gone["problem"], &gone["channel"]["state"]), (&Value::Null, &json!("DISCONNECTED")));
    assert_eq!(gone["channel"]["credentials"], json!([]));
    assert_eq!(provided.webhook_of(&bot).await, "");
    let endpoint = endpoints::parse(address.rsplit('/').next().unwrap()).unwrap();
    assert!(channels::at_endpoint(&provided.app, ChannelKind::Telegram, &endpoint).await.unwrap().is_none());
    assert!(channels::account(&provided.app, provided.owner.workspace_id, id).await.unwrap().is_none());
    let left: i64 = sqlx::query_scalar("select count(*) from credentials")
        .fetch_one(&mut provided.test.superuser().await)
        .await
        .unwrap();
    assert_eq!(left, 0, "destroyed, not retired");
    // Again is no error.
    let gone = provided.mutate(&format!("disconnectChannel(channelId: \"{id}\")"), json!({})).await;
    assert_eq!(gone["channel"]["state"], "DISCONNECTED");

    assert_eq!(provided.connected(&bot).await, id, "the same channel, with its history");
    assert_ne!(provided.webhook_of(&bot).await, address, "at an address of its own");
    let kinds: Vec<String> = provided.events(id).await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["connected", "disconnected", "connected"]);
}

#[tokio::test]
async fn an_attempt_that_fails_leaves_nothing_behind() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    fault(&provided, &bot, "setWebhook", json!({ "type": "server_error" })).await;
    let failed = provided.connect(token(&bot)).await;
    assert_eq!(failed["problem"]["code"], "PROVIDER_BUSY", "{failed}");
    let data = ask(&provided.app, Some(&provided.owner), "{ channels { id } }", json!({})).await.ok();
    assert_eq!(data["channels"], json!([]));
    let mut behind = provided.test.superuser().await;
    let left: (i64, i64) = sqlx::query_as(
        "select (select count(*) from credentials),
                (select count(*) from channels where endpoint_key_sha256 is not null or disconnected_at is null)",
    )
    .fetch_one(&mut behind)
    .await
    .unwrap();
    assert_eq!(left, (0, 0));

    faults_end(&provided).await;
    provided.connected(&bot).await;
    let data = ask(&provided.app, Some(&provided.owner), "{ channels { name } }", json!({})).await.ok();
    assert_eq!(data["channels"], json!([{ "name": "Helpdesk" }]));
}

#[tokio::test]
async fn a_dead_token_holds_the_channel_until_somebody_connects_it_again() {
    let provided = Providers::start().await;
    let (bot, other) = (provided.bot().await, provided.bot().await);
    let id = provided.connected(&bot).await;
    provided.change(&format!("telegram/bots/{}", bot["id"]), json!({ "revoked": true })).await;
    let check = format!("checkChannel(channelId: \"{id}\")");
    let checked = provided.mutate(&check, json!({})).await;
    assert_eq!(checked["channel"]["state"], "RECONNECT", "{checked}");
    assert!(checked["channel"]["stateReason"].as_str().unwrap().contains("token"));
    assert_eq!(checked["channel"]["health"]["state"], "BROKEN");
    provided.mutate(&check, json!({})).await;
    let dead = provided.events(id).await.into_iter().filter(|(kind, ..)| kind == "token_dead").count();
    assert_eq!(dead, 1, "told once");

    let reconnect = format!("reconnectChannel(channelId: \"{id}\", input: $input)");
    let still_dead = provided.mutate(&reconnect, json!({ "input": token(&bot) })).await;
    assert_eq!(still_dead["problem"]["code"], "WRONG_TOKEN");
    let of_another = provided.mutate(&reconnect, json!({ "input": token(&other) })).await;
    assert_eq!(of_another["problem"]["code"], "REFUSED", "{of_another}");
    assert_eq!(provided.channel(id).await["state"], "RECONNECT");

    provided.change(&format!("telegram/bots/{}", bot["id"]), json!({ "revoked": false })).await;
    let address = provided.webhook_of(&bot).await;
    let back = provided.mutate(&reconnect, json!({ "input": token(&bot) })).await;
    assert_eq!((&back["problem"], &back["channel"]["state"]), (&Value::Null, &json!("CONNECTED")));
    assert_eq!(provided.webhook_of(&bot).await, address, "what is on its way still finds it");
}

#[tokio::test]
async fn a_token_that_works_again_needs_nobody() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    let check = format!("checkChannel(channelId: \"{id}\")");
    for (revoked, state) in [(true, "RECONNECT"), (false, "CONNECTED")] {
        provided.change(&format!("telegram/bots/{}", bot["id"]), json!({ "revoked": revoked })).await;
        assert_eq!(provided.mutate(&check, json!({})).await["channel"]["state"], state);
    }
    let last = provided.events(id).await.swap_remove(0);
    assert!(last.2.contains("again"), "{last:?}");
}

#[tokio::test]
async fn a_refused_token_is_held_against_a_channel_only_while_it_is_in_force() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    let workspace_id = provided.owner.workspace_id;
    let used = channels::account(&provided.app, workspace_id, id).await.unwrap().unwrap();
    let mut old = used.clone();
    old.secrets.access_token = Some("1:an-older-token".into());
    assert!(!channels::token_refused(&provided.app, workspace_id, &old, "The token is dead.").await.unwrap());
    assert_eq!(provided.channel(id).await["state"], "CONNECTED");
    assert!(channels::token_refused(&provided.app, workspace_id, &used, "The token is dead.").await.unwrap());
    let channel = provided.channel(id).await;
    assert_eq!(
        (&channel["state"], &channel["stateReason"]),
        (&json!("RECONNECT"), &json!("The token is dead."))
    );
}

#[tokio::test]
async fn a_bot_that_another_workspace_takes_is_missed() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    let thief = provided.test.owner().await;
    let seen = ask(&provided.app, Some(&thief), INSPECT, json!({ "input": token(&bot) })).await.ok();
    let account = &seen["inspectChannel"]["account"];
    assert_eq!((&account["takenBy"], &account["existingChannel"]), (&Value::Null, &Value::Null));
    assert!(
        account["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|w| w.as_str().unwrap().contains("not to this workspace"))
    );
    let input = json!({ "input": token(&bot) });
    let taken = provided.mutate_as(&thief, "connectChannel(input: $input)", input).await.ok();
    assert_eq!(taken["it"]["problem"], Value::Null);

    let check = format!("checkChannel(channelId: \"{id}\")");
    for _ in 0..2 {
        let checked = provided.mutate(&check, json!({})).await;
        let health = &checked["channel"]["health"];
        assert_eq!((&health["state"], &health["webhookOurs"]), (&json!("BROKEN"), &json!(false)), "{health}");
    }
    let events = provided.events(id).await;
    let broken = events.iter().filter(|(kind, severity, _)| kind == "health" && severity == "BROKEN");
    assert_eq!(broken.count(), 1, "a change is recorded once: {events:?}");
    // Whoever lost it does not take the other's webhook down.
    let address = provided.webhook_of(&bot).await;
    provided.mutate(&format!("disconnectChannel(channelId: \"{id}\")"), json!({})).await;
    assert_eq!(provided.webhook_of(&bot).await, address);
}

#[tokio::test]
async fn a_provider_that_is_away_keeps_nobody_from_disconnecting() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    fault(&provided, &bot, "getWebhookInfo", json!({ "type": "server_error" })).await;
    let busy = provided.mutate(&format!("checkChannel(channelId: \"{id}\")"), json!({})).await;
    assert_eq!(busy["problem"]["code"], "PROVIDER_BUSY");
    let gone = provided.mutate(&format!("disconnectChannel(channelId: \"{id}\")"), json!({})).await;
    assert_eq!(gone["channel"]["state"], "DISCONNECTED", "{gone}");
    let last = provided.events(id).await.swap_remove(0);
    assert_eq!((last.0.as_str(), last.1.as_str()), ("disconnected", "WARNING"));
}

#[tokio::test]
async fn health_is_looked_at_by_itself_for_as_long_as_a_connection_lasts() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    assert_eq!(provided.channel(id).await["health"]["checkedAt"], Value::Null);
    provided.run_jobs().await;
    let health = provided.channel(id).await["health"].clone();
    assert_eq!((&health["state"], &health["webhookHost"]), (&json!("GOOD"), &json!("localhost")), "{health}");
    let mut behind = provided.test.superuser().await;
    let owed = "select count(*) from jobs where kind = 'channel.probe'";
    let again: i64 = sqlx::query_scalar(owed).fetch_one(&mut behind).await.unwrap();
    assert_eq!(again, 1, "it comes again");

    // Connected anew, only the new connection's job goes on.
    let reconnect = format!("reconnectChannel(channelId: \"{id}\", input: $input)");
    provided.mutate(&reconnect, json!({ "input": token(&bot) })).await;
    sqlx::query("update jobs set run_at = now()").execute(&mut behind).await.unwrap();
    provided.run_jobs().await;
    assert_eq!(sqlx::query_scalar::<_, i64>(owed).fetch_one(&mut behind).await.unwrap(), 1);
    provided.mutate(&format!("disconnectChannel(channelId: \"{id}\")"), json!({})).await;
    sqlx::query("update jobs set run_at = now()").execute(&mut behind).await.unwrap();
    provided.run_jobs().await;
    assert_eq!(sqlx::query_scalar::<_, i64>(owed).fetch_one(&mut behind).await.unwrap(), 0);
}

#[tokio::test]
async fn figures_of_a_day_are_added_up() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    for (inbound, sent, failed) in [(3, 0, 0), (2, 8, 1), (0, 0, 1), (0, 0, 0)] {
        let mut tx = provided.test.db.workspace(provided.owner.workspace_id).await.unwrap();
        activity::count(&mut tx, id, inbound, sent, failed).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut behind = provided.test.superuser().await;
    sqlx::query(
        "insert into channel_hours (workspace_id, channel_id, hour, inbound)
         values ($1, $2, date_trunc('hour', now()) - interval '25 hours', 100)",
    )
    .bind(provided.owner.workspace_id)
    .bind(id)
    .execute(&mut behind)
    .await
    .unwrap();
    let health = provided.channel(id).await["health"].clone();
    assert_eq!(
        (&health["inbound24h"], &health["sent24h"], &health["failed24h"], &health["errorRate"]),
        (&json!(5), &json!(8), &json!(2), &json!(0.2))
    );
    assert_ne!(health["lastInboundAt"], Value::Null);
    assert_eq!(health["notProcessed"], 0);
}

#[tokio::test]
async fn alerts_are_shown_to_everybody_until_an_admin_has_seen_them() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    let agent = provided.test.member(provided.owner.workspace_id, Role::Agent).await;
    let record = async |words: &str, severity| {
        let mut tx = provided.test.db.workspace(provided.owner.workspace_id).await.unwrap();
        let event = NewChannelEvent::new(ChannelEventKind::Quality, severity, words);
        let recorded = channels::record_event(&mut tx, id, event).await.unwrap();
        tx.commit().await.unwrap();
        recorded
    };
    use channel_core::CheckState::{Broken, Good, Warning};
    assert!(record("The quality is low.", Broken).await);
    assert!(!record("The quality is low.", Broken).await, "the same again is no change");
    assert!(record("The limit is higher.", Good).await);
    assert!(record("The name is looked at.", Warning).await);

    const ALERTS: &str = "{ channelAlerts { id words severity acknowledgedAt channel { name } } }";
    let shown = ask(&provided.app, Some(&agent), ALERTS, json!({})).await.ok()["channelAlerts"].take();
    let words: Vec<&str> =
        shown.as_array().unwrap().iter().map(|one| one["words"].as_str().unwrap()).collect();
    assert_eq!(words, ["The name is looked at.", "The quality is low."]);

    let acknowledge = format!(
        "mutation {{ acknowledgeChannelEvent(eventId: {}) {{ event {{ acknowledgedByName acknowledgedAt }} }} }}",
        shown[1]["id"]
    );
    assert_eq!(ask(&provided.app, Some(&agent), &acknowledge, json!({})).await.codes, ["FORBIDDEN"]);
    for _ in 0..2 {
        let seen = ask(&provided.app, Some(&provided.owner), &acknowledge, json!({})).await.ok();
        assert_eq!(seen["acknowledgeChannelEvent"]["event"]["acknowledgedByName"], provided.owner.name);
    }
    let shown = ask(&provided.app, Some(&agent), ALERTS, json!({})).await.ok()["channelAlerts"].take();
    assert_eq!(shown.as_array().unwrap().len(), 1);

    let events = "{ channelEvents(first: 2) { nodes { words } pageInfo { hasNextPage endCursor } } }";
    assert_eq!(ask(&provided.app, Some(&agent), events, json!({})).await.codes, ["FORBIDDEN"]);
    let page =
        ask(&provided.app, Some(&provided.owner), events, json!({})).await.ok()["channelEvents"].take();
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let rest = format!(
        "{{ channelEvents(first: 9, after: {}) {{ nodes {{ words }} }} }}",
        page["pageInfo"]["endCursor"]
    );
    let rest = ask(&provided.app, Some(&provided.owner), &rest, json!({})).await.ok();
    let words: Vec<&Value> =
        rest["channelEvents"]["nodes"].as_array().unwrap().iter().map(|n| &n["words"]).collect();
    assert_eq!(words[0], "The quality is low.");
}

#[tokio::test]
async fn what_every_channel_has_can_be_changed() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    let renamed = provided
        .mutate(&format!("renameChannel(channelId: \"{id}\", name: \" Front desk \")"), json!({}))
        .await;
    assert_eq!(renamed["channel"]["name"], "Front desk");
    let bad = provided.mutate(&format!("renameChannel(channelId: \"{id}\", name: \" \")"), json!({})).await;
    assert_eq!(bad["problem"]["field"], "name");
    let set = provided
        .mutate(&format!("updateProviderSettings(channelId: \"{id}\", typing: false)"), json!({}))
        .await;
    assert_eq!(set["channel"]["provider"]["typing"], false);
    let set = provided
        .mutate(&format!("updateProviderSettings(channelId: \"{id}\", readReceipts: true)"), json!({}))
        .await;
    assert_eq!(set["problem"]["field"], "readReceipts");
    let paused =
        provided.mutate(&format!("setChannelActive(channelId: \"{id}\", active: false)"), json!({})).await;
    assert_eq!(
        (&paused["channel"]["active"], &paused["channel"]["state"]),
        (&json!(false), &json!("CONNECTED"))
    );
    let live = channels::live_account(&provided.app, provided.owner.workspace_id, id).await.unwrap().unwrap();
    assert!(!live.active && !live.settings.typing);
}

#[tokio::test]
async fn agents_see_that_a_channel_is_there_and_no_more() {
    let provided = Providers::start().await;
    let bot = provided.bot().await;
    let id = provided.connected(&bot).await;
    provided.run_jobs().await;
    let agent = provided.test.member(provided.owner.workspace_id, Role::Agent).await;
    let query =
        format!("{{ channel(id: \"{id}\") {{ name state credentials {{ last4 }} health {{ state }} }} }}");
    let seen = ask(&provided.app, Some(&agent), &query, json!({})).await.ok();
    assert_eq!(
        seen["channel"],
        json!({ "name": "Helpdesk", "state": "CONNECTED", "credentials": [], "health": null })
    );
    let input = json!({ "input": token(&bot) });
    for call in [
        "connectChannel(input: $input)".to_owned(),
        format!("reconnectChannel(channelId: \"{id}\", input: $input)"),
    ] {
        assert_eq!(provided.mutate_as(&agent, &call, input.clone()).await.codes, ["FORBIDDEN"], "{call}");
    }
    for call in ["disconnectChannel", "checkChannel", "syncTemplates"] {
        let call = format!("{call}(channelId: \"{id}\")");
        assert_eq!(provided.mutate_as(&agent, &call, json!({})).await.codes, ["FORBIDDEN"], "{call}");
    }
    let options = "{ connectOptions { webhookUrl } }";
    assert_eq!(ask(&provided.app, Some(&agent), options, json!({})).await.codes, ["FORBIDDEN"]);
}

#[tokio::test]
async fn the_connect_page_knows_what_it_can_offer() {
    let provided = Providers::start().await;
    const OPTIONS: &str = "{ connectOptions { webhookUrl webhookReachable whatsappNeedsAppSecret simulator
        whatsappSignup { appId configId version dialogUrl } } }";
    let options = ask(&provided.app, Some(&provided.owner), OPTIONS, json!({})).await.ok();
    assert_eq!(
        options["connectOptions"],
        json!({ "webhookUrl": "http://localhost:8100", "webhookReachable": false, "whatsappNeedsAppSecret": true,
                "simulator": null, "whatsappSignup": null })
    );
    let mut config = Providers::config(&provided.test, &provided.simulator);
    config.providers.webhook_url = Some("https://abc.tunnel.example".parse().unwrap());
    config.providers.simulator_url = Some("http://127.0.0.1:8300".parse().unwrap());
    config.providers.meta.graph_url = "https://graph.facebook.com".parse().unwrap();
    config.providers.meta.app_id = Some("118800000000017".to_owned());
    config.providers.meta.app_secret = Some("secret".into());
    config.providers.meta.verify_token = Some("token".into());
    config.providers.meta.signup_config_id = Some("42".to_owned());
    let app = provided.test.app_with(config);
    let options = ask(&app, Some(&provided.owner), OPTIONS, json!({})).await.ok();
    assert_eq!(
        options["connectOptions"],
        json!({ "webhookUrl": "https://abc.tunnel.example", "webhookReachable": true, "whatsappNeedsAppSecret": false,
                "simulator": "http://127.0.0.1:8300/",
                "whatsappSignup": { "appId": "118800000000017", "configId": "42", "version": "v25.0",
                                    "dialogUrl": "https://www.facebook.com/v25.0/dialog/oauth" } })
    );
}

#[tokio::test]
async fn what_counts_no_longer_is_tidied_up() {
    let providers = Providers::start().await;
    let bot = providers.bot().await;
    let id = providers.connected(&bot).await;
    let reconnect = format!("reconnectChannel(channelId: \"{id}\", input: $input)");
    providers.mutate(&reconnect, json!({ "input": token(&bot) })).await;
    let mut behind = providers.test.superuser().await;
    // A token that was replaced a day ago, and an attempt whose process died.
    sqlx::raw_sql(
        "update credentials set retired_at = now() - interval '25 hours' where retired_at is not null;
         insert into channels (workspace_id, id, kind, name, platform_account_id, state, connected_at, updated_at)
         select workspace_id, gen_random_uuid(), 5, 'Half', '77', 3, null, now() - interval '11 minutes' from channels",
    )
    .execute(&mut behind)
    .await
    .unwrap();
    let left = "select (select count(*) from credentials where retired_at is not null),
                       (select count(*) from channels where state = 3 and disconnected_at is null)";
    let before: (i64, i64) = sqlx::query_as(left).fetch_one(&mut behind).await.unwrap();
    assert_eq!(before, (1, 1));
    let mut tx = providers.test.db.workspace(providers.owner.workspace_id).await.unwrap();
    channels::tidy(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let after: (i64, i64) = sqlx::query_as(left).fetch_one(&mut behind).await.unwrap();
    assert_eq!(after, (0, 0));
    assert_eq!(providers.channel(id).await["state"], "CONNECTED");
}
