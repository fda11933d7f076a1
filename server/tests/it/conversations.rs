//! The inbox: lists, counters, and what agents do with a conversation.

use std::sync::Arc;

use serde_json::{Value, json};
use server::app::App;
use server::conversations::{LIST_STATEMENTS, event_seq};
use server::messages::THREAD_STATEMENTS;
use server::viewer::Viewer;
use shared::{ConversationId, Role};
use sqlx::{AssertSqlSafe, Connection, Executor, Row as _};

use crate::kit::{TestDatabase, ask};

const PAGE: &str = "query($view: ConversationView!, $first: Int!, $after: String, $channel: ID) {
    conversations(view: $view, first: $first, after: $after, channelId: $channel) {
        nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } }";

async fn change(app: &Arc<App>, viewer: &Viewer, call: &str) -> Value {
    let fields = "conversation { id status assignee { id } snoozedUntil waitingSince lastSeq readCount } problem { code }";
    let query = format!("mutation {{ done: {call} {{ {fields} }} }}");
    ask(app, Some(viewer), &query, json!({})).await.ok()["done"].take()
}

#[tokio::test]
async fn a_list_read_by_cursor_is_the_list_in_order_however_much_comes_meanwhile() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let channel = test.web_chat(viewer.workspace_id).await;
    for _ in 0..25 {
        test.conversation(viewer.workspace_id, channel, 1).await;
    }
    let before: Vec<String> = list_by_offset(&test, &viewer).await;
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "view": "ALL", "first": 4, "after": after });
        let page = ask(&app, Some(&viewer), PAGE, variables).await.ok()["conversations"].take();
        let nodes = page["nodes"].as_array().unwrap();
        seen.extend(nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(!after.is_null()));
        test.conversation(viewer.workspace_id, channel, 1).await; // comes in above
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, before);

    let code = |first: i32| {
        let (app, viewer) = (app.clone(), viewer.clone());
        async move { ask(&app, Some(&viewer), PAGE, json!({ "view": "ALL", "first": first })).await.codes }
    };
    assert_eq!((code(0).await, code(101).await), (vec!["INVALID".to_owned()], vec!["INVALID".to_owned()]));
    let forged = ask(&app, Some(&viewer), PAGE, json!({ "view": "ALL", "first": 1, "after": "x" })).await;
    assert_eq!(forged.codes, ["INVALID"]);
}

async fn list_by_offset(test: &TestDatabase, viewer: &Viewer) -> Vec<String> {
    let mut tx = test.db.read(viewer.workspace_id).await.unwrap();
    let mut all = Vec::new();
    while let Some(id) = sqlx::query_scalar::<_, ConversationId>(
        "select id from conversations where status = 1 order by last_activity_at desc, id desc limit 1 offset $1",
    )
    .bind(i64::try_from(all.len()).unwrap())
    .fetch_optional(tx.conn())
    .await
    .unwrap()
    {
        all.push(id.to_string());
    }
    all
}

#[tokio::test]
async fn counters_and_views_are_what_a_count_would_say_after_any_sequence_of_acts() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let other = test.member(viewer.workspace_id, Role::Agent).await;
    let channels = [test.web_chat(viewer.workspace_id).await, test.web_chat(viewer.workspace_id).await];
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(test.conversation(viewer.workspace_id, channels[n % 2], 1).await);
    }
    let mut turn: u64 = 11;
    for _ in 0..80 {
        turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let id = ids[(turn >> 33) as usize % ids.len()];
        let until = chrono::Utc::now() + chrono::TimeDelta::hours(1);
        let call = match (turn >> 45) % 7 {
            0 => format!(r#"assignConversation(conversationId: "{id}", memberId: "{}")"#, viewer.member_id),
            1 => format!(r#"assignConversation(conversationId: "{id}", memberId: "{}")"#, other.member_id),
            2 => format!(r#"assignConversation(conversationId: "{id}")"#),
            3 => format!(r#"snoozeConversation(conversationId: "{id}", until: "{}")"#, until.to_rfc3339()),
            4 => format!(r#"closeConversation(conversationId: "{id}")"#),
            5 => format!(r#"reopenConversation(conversationId: "{id}")"#),
            _ => format!(
                r#"sendMessage(input: {{ conversationId: "{id}", clientId: "{}", text: "Hi" }})"#,
                uuid::Uuid::new_v4()
            ),
        };
        assert_eq!(change(&app, &viewer, &call).await["problem"], Value::Null);
        assert_counters_are_exact(&test, &app, &viewer).await;
    }
}

async fn assert_counters_are_exact(test: &TestDatabase, app: &Arc<App>, viewer: &Viewer) {
    let query = "{ viewCounts { mine unassigned all snoozed closed channels { channelId open } } }";
    let counts = ask(app, Some(viewer), query, json!({})).await.ok()["viewCounts"].take();
    let mut tx = test.db.read(viewer.workspace_id).await.unwrap();
    let row = sqlx::query(
        "select count(*) filter (where status = 1 and assignee_id = $1),
                count(*) filter (where status = 1 and assignee_id is null), count(*) filter (where status = 1),
                count(*) filter (where status = 2), count(*) filter (where status = 3) from conversations",
    )
    .bind(viewer.member_id)
    .fetch_one(tx.conn())
    .await
    .unwrap();
    for (at, name) in ["mine", "unassigned", "all", "snoozed", "closed"].into_iter().enumerate() {
        let truth: i64 = row.get(at);
        assert_eq!(counts[name], json!(truth), "{name}");
        let variables = json!({ "view": name.to_uppercase(), "first": 100 });
        let listed = ask(app, Some(viewer), PAGE, variables).await.ok();
        assert_eq!(listed["conversations"]["nodes"].as_array().unwrap().len() as i64, truth, "view {name}");
    }
    for channel in counts["channels"].as_array().unwrap() {
        let id: shared::ChannelId = channel["channelId"].as_str().unwrap().parse().unwrap();
        let truth: i64 =
            sqlx::query_scalar("select count(*) from conversations where status = 1 and channel_id = $1")
                .bind(id)
                .fetch_one(tx.conn())
                .await
                .unwrap();
        assert_eq!(channel["open"], json!(truth));
    }
}

#[tokio::test]
async fn an_act_that_changes_nothing_leaves_no_trace() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 2).await;
    let calls = [
        format!(r#"assignConversation(conversationId: "{id}", memberId: "{}")"#, viewer.member_id),
        format!(r#"snoozeConversation(conversationId: "{id}", until: "2999-01-01T00:00:00Z")"#),
        format!(r#"markRead(conversationId: "{id}", inboundCount: 1)"#),
        format!(r#"closeConversation(conversationId: "{id}")"#),
    ];
    let traces = || async {
        let mut tx = test.db.read(viewer.workspace_id).await.unwrap();
        let audits: i64 =
            sqlx::query_scalar("select count(*) from audit_entries").fetch_one(tx.conn()).await.unwrap();
        (audits, event_seq(&mut tx).await.unwrap())
    };
    for call in calls {
        let (audits, events) = traces().await;
        let first = change(&app, &viewer, &call).await;
        let once = traces().await;
        if first["problem"] == json!({ "code": "TOO_FAR" }) {
            assert_eq!(once, (audits, events), "a problem changes nothing");
            continue;
        }
        assert!(once.0 == audits + 1 && once.1 > events, "{call}");
        assert_eq!(change(&app, &viewer, &call).await, first, "{call}");
        assert_eq!(traces().await, once, "{call} again");
    }
}

#[tokio::test]
async fn closing_ends_waiting_and_snoozing_and_a_snoozed_one_wakes_when_its_time_has_come() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 1).await;
    let until = (chrono::Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let snooze = format!(r#"snoozeConversation(conversationId: "{id}", until: "{until}")"#);
    let snoozed = change(&app, &viewer, &snooze).await;
    assert_eq!(snoozed["conversation"]["status"], json!("SNOOZED"));
    assert!(!snoozed["conversation"]["waitingSince"].is_null());

    server::jobs::run_due(&app, &Arc::new(server::jobs::handlers())).await.unwrap();
    let query = format!(
        r#"{{ conversation(id: "{id}") {{ status snoozedUntil messages(last: 5) {{ nodes {{
        direction activity {{ kind actorName until }} }} }} }} }}"#
    );
    assert_eq!(
        ask(&app, Some(&viewer), &query, json!({})).await.ok()["conversation"]["status"],
        json!("SNOOZED")
    );
    let mut behind = test.superuser().await;
    for hour_later in [
        "update conversations set snoozed_until = snoozed_until - interval '1 hour'",
        "update jobs set run_at = run_at - interval '1 hour'",
    ] {
        sqlx::query(hour_later).execute(&mut behind).await.unwrap();
    }
    server::jobs::run_due(&app, &Arc::new(server::jobs::handlers())).await.unwrap();
    let woken = ask(&app, Some(&viewer), &query, json!({})).await.ok()["conversation"].take();
    assert_eq!((&woken["status"], &woken["snoozedUntil"]), (&json!("OPEN"), &Value::Null));
    let last = woken["messages"]["nodes"].as_array().unwrap().last().unwrap();
    assert_eq!(last["activity"], json!({ "kind": "WOKEN", "actorName": "Switchboard", "until": null }));

    change(&app, &viewer, &snooze).await;
    let closed = change(&app, &viewer, &format!(r#"closeConversation(conversationId: "{id}")"#)).await;
    assert_eq!(closed["conversation"]["waitingSince"], Value::Null);
    assert_eq!(closed["conversation"]["snoozedUntil"], Value::Null);
    assert_counters_are_exact(&test, &app, &viewer).await;
}

#[tokio::test]
async fn what_a_member_closed_who_has_left_opens_again_as_nobodys() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let agent = test.member(viewer.workspace_id, Role::Agent).await;
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 1).await;
    let assign = format!(r#"assignConversation(conversationId: "{id}", memberId: "{}")"#, agent.member_id);
    change(&app, &viewer, &assign).await;
    change(&app, &viewer, &format!(r#"closeConversation(conversationId: "{id}")"#)).await;
    let remove =
        format!(r#"mutation {{ removeMember(memberId: "{}") {{ problem {{ code }} }} }}"#, agent.member_id);
    ask(&app, Some(&viewer), &remove, json!({})).await.ok();
    let opened = change(&app, &viewer, &format!(r#"reopenConversation(conversationId: "{id}")"#)).await;
    assert_eq!(opened["conversation"]["assignee"], Value::Null);
    let thread = format!(
        r#"{{ conversation(id: "{id}") {{ messages(last: 2) {{ nodes {{ activity {{ kind }} }} }} }} }}"#
    );
    let thread = ask(&app, Some(&viewer), &thread, json!({})).await.ok();
    let kinds =
        [json!({ "activity": { "kind": "REOPENED" } }), json!({ "activity": { "kind": "UNASSIGNED" } })];
    assert_eq!(thread["conversation"]["messages"]["nodes"], json!(kinds));
    let refused = change(&app, &viewer, &assign).await;
    assert_eq!(refused["problem"]["code"], json!("MEMBER_REMOVED"));
    assert_counters_are_exact(&test, &app, &viewer).await;
}

#[tokio::test]
async fn drafts_and_read_positions_are_each_members_own() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let other = test.member(viewer.workspace_id, Role::Agent).await;
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 3).await;
    let save = |mode: &str, text: &str| {
        format!(
            r#"mutation {{ saveDraft(conversationId: "{id}", mode: {mode}, text: "{text}") {{ draft {{ text }} }} }}"#
        )
    };
    ask(&app, Some(&viewer), &save("REPLY", "Hello"), json!({})).await.ok();
    ask(&app, Some(&viewer), &save("NOTE", "Hm"), json!({})).await.ok();
    change(&app, &viewer, &format!(r#"markRead(conversationId: "{id}", inboundCount: 99)"#)).await;
    change(&app, &viewer, &format!(r#"markRead(conversationId: "{id}", inboundCount: 1)"#)).await;
    let query = format!(
        r#"{{ conversation(id: "{id}") {{ readCount reply: draft(mode: REPLY) {{ text }} note: draft(mode: NOTE) {{ text }} }} }}"#
    );
    let own = ask(&app, Some(&viewer), &query, json!({})).await.ok()["conversation"].take();
    assert_eq!(own, json!({ "readCount": 3, "reply": { "text": "Hello" }, "note": { "text": "Hm" } }));
    let others = ask(&app, Some(&other), &query, json!({})).await.ok()["conversation"].take();
    assert_eq!(others, json!({ "readCount": 0, "reply": null, "note": null }));
    ask(&app, Some(&viewer), &save("REPLY", ""), json!({})).await.ok();
    let own = ask(&app, Some(&viewer), &query, json!({})).await.ok()["conversation"].take();
    assert_eq!(own["reply"], Value::Null);
}

#[tokio::test]
async fn ids_of_another_workspace_are_not_there() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let stranger = test.owner().await;
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 1).await;
    let mine = test.conversation(stranger.workspace_id, test.web_chat(stranger.workspace_id).await, 1).await;
    let thread = format!(
        r#"{{ conversation(id: "{id}") {{ contact {{ id }} messages(first: 1) {{ nodes {{ id }} }} }} }}"#
    );
    let found = ask(&app, Some(&viewer), &thread, json!({})).await.ok()["conversation"].take();
    let contact = found["contact"]["id"].as_str().unwrap();
    let message = found["messages"]["nodes"][0]["id"].as_str().unwrap();
    let invite = r#"mutation { inviteMember(email: "new@example.com", role: AGENT) { invitation { id } } }"#;
    let invited = ask(&app, Some(&viewer), invite, json!({})).await.ok();
    let invitation = invited["inviteMember"]["invitation"]["id"].as_str().unwrap();
    let colleague = test.member(viewer.workspace_id, Role::Agent).await;

    for query in [
        format!(r#"{{ it: conversation(id: "{id}") {{ id }} }}"#),
        format!(r#"{{ it: contact(id: "{contact}") {{ id }} }}"#),
        format!(r#"{{ it: node(id: "{id}") {{ id }} }}"#),
        format!(r#"{{ it: node(id: "{contact}") {{ id }} }}"#),
        format!(r#"{{ it: node(id: "{message}") {{ id }} }}"#),
        format!(r#"{{ it: node(id: "{channel}") {{ id }} }}"#),
        format!(r#"{{ it: node(id: "{}") {{ id }} }}"#, viewer.member_id),
        format!(r#"{{ it: node(id: "{}") {{ id }} }}"#, viewer.workspace_id),
        format!(r#"{{ it: node(id: "{invitation}") {{ id }} }}"#),
        format!(r#"{{ it: node(id: "{}") {{ id }} }}"#, viewer.user_id),
        format!(r#"{{ it: node(id: "{}") {{ id }} }}"#, colleague.user_id),
    ] {
        assert!(ask(&app, Some(&viewer), &query, json!({})).await.ok()["it"].is_object(), "{query}");
        assert_eq!(
            ask(&app, Some(&stranger), &query, json!({})).await.ok(),
            json!({ "it": null }),
            "{query}"
        );
    }
    let client_id = uuid::Uuid::new_v4();
    for call in [
        format!(r#"assignConversation(conversationId: "{id}") {{ problem {{ code }} }}"#),
        format!(
            r#"assignConversation(conversationId: "{mine}", memberId: "{}") {{ problem {{ code }} }}"#,
            viewer.member_id
        ),
        format!(
            r#"snoozeConversation(conversationId: "{id}", until: "{}") {{ problem {{ code }} }}"#,
            (chrono::Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339()
        ),
        format!(r#"closeConversation(conversationId: "{id}") {{ problem {{ code }} }}"#),
        format!(r#"reopenConversation(conversationId: "{id}") {{ problem {{ code }} }}"#),
        format!(r#"markRead(conversationId: "{id}", inboundCount: 1) {{ problem {{ code }} }}"#),
        format!(r#"saveDraft(conversationId: "{id}", mode: NOTE, text: "x") {{ problem {{ code }} }}"#),
        format!(r#"updateContact(contactId: "{contact}", name: "x") {{ problem {{ code }} }}"#),
        format!(
            r#"sendMessage(input: {{ conversationId: "{id}", clientId: "{client_id}", text: "x" }}) {{ problem {{ code }} }}"#
        ),
        format!(
            r#"sendMessage(input: {{ conversationId: "{mine}", clientId: "{client_id}", text: "x", quotedMessageId: "{message}" }}) {{ problem {{ code }} }}"#
        ),
        format!(
            r#"addNote(input: {{ conversationId: "{id}", clientId: "{client_id}", text: "x" }}) {{ problem {{ code }} }}"#
        ),
    ] {
        let answer = ask(&app, Some(&stranger), &format!("mutation {{ {call} }}"), json!({})).await;
        assert_eq!(answer.codes, ["NOT_FOUND"], "{call}");
        assert!(
            ask(&app, None, &format!("mutation {{ {call} }}"), json!({})).await.codes == ["UNAUTHENTICATED"]
        );
    }
}

#[tokio::test]
async fn anything_of_ones_workspace_is_found_by_its_id_and_an_invitation_by_admins_only() {
    const NODE: &str = "query($id: ID!) { node(id: $id) { id
        ... on Workspace { name } ... on Invitation { email invitedBy { id } } ... on User { email } } }";
    let test = TestDatabase::create().await;
    let (owner, app) = (test.owner().await, test.app());
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let invite = r#"mutation { inviteMember(email: "new@example.com", role: AGENT) { invitation { id } } }"#;
    let invited = ask(&app, Some(&owner), invite, json!({})).await.ok();
    let invitation = invited["inviteMember"]["invitation"]["id"].as_str().unwrap();
    let node = async |viewer: &Viewer, id: &str| {
        ask(&app, Some(viewer), NODE, json!({ "id": id })).await.ok()["node"].take()
    };
    let workspace = owner.workspace_id.to_string();
    assert_eq!(node(&agent, &workspace).await, json!({ "id": workspace, "name": "Bloom & Co" }));
    let (user, email) = (owner.user_id.to_string(), format!("{}@example.com", owner.user_id.0.simple()));
    for viewer in [&owner, &agent] {
        assert_eq!(node(viewer, &user).await, json!({ "id": user, "email": email }));
    }
    let shown =
        json!({ "id": invitation, "email": "new@example.com", "invitedBy": { "id": owner.member_id } });
    assert_eq!(node(&owner, invitation).await, shown);
    assert_eq!(node(&agent, invitation).await, Value::Null);
    let gone =
        format!(r#"mutation {{ removeMember(memberId: "{}") {{ problem {{ code }} }} }}"#, agent.member_id);
    ask(&app, Some(&owner), &gone, json!({})).await.ok();
    assert_eq!(node(&owner, &agent.user_id.to_string()).await, Value::Null, "no longer a fellow");
}

#[tokio::test]
async fn a_contact_is_changed_with_before_and_after_in_the_audit_log() {
    let test = TestDatabase::create().await;
    let (viewer, app) = (test.owner().await, test.app());
    let channel = test.web_chat(viewer.workspace_id).await;
    let id = test.conversation(viewer.workspace_id, channel, 1).await;
    let query = format!(
        r#"{{ conversation(id: "{id}") {{ contact {{ id name identities {{ platformId channel {{ name }} aliases {{ kind }} }}
            conversations(first: 5) {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }} }} }}"#
    );
    let contact = ask(&app, Some(&viewer), &query, json!({})).await.ok()["conversation"]["contact"].take();
    assert_eq!(contact["conversations"]["nodes"], json!([{ "id": id.to_string() }]));
    assert_eq!(contact["identities"][0]["channel"]["name"], json!("Shop"));
    let contact_id = contact["id"].as_str().unwrap();
    let update = |fields: &str| {
        format!(
            r#"mutation {{ updateContact(contactId: "{contact_id}", {fields}) {{ contact {{ name email }} problem {{ code field }} }} }}"#
        )
    };
    let bad = ask(&app, Some(&viewer), &update(r#"email: "no address""#), json!({})).await.ok();
    assert_eq!(bad["updateContact"]["problem"], json!({ "code": "INVALID", "field": "email" }));
    let good = update(r#"name: "Ana Lima", email: "ana@example.com""#);
    let good = ask(&app, Some(&viewer), &good, json!({})).await.ok();
    assert_eq!(good["updateContact"]["contact"], json!({ "name": "Ana Lima", "email": "ana@example.com" }));
    let mut tx = test.db.read(viewer.workspace_id).await.unwrap();
    let text: String = sqlx::query_scalar("select details from audit_details order by seq desc limit 1")
        .fetch_one(tx.conn())
        .await
        .unwrap();
    assert!(text.contains("\"Ana\"") && text.contains("\"Ana Lima\""), "{text}");
}

#[tokio::test]
async fn no_list_or_thread_statement_scans_a_tenant_table() {
    let test = TestDatabase::create().await;
    let mut workspaces = Vec::new();
    for _ in 0..3 {
        let viewer = test.owner().await;
        let channel = test.web_chat(viewer.workspace_id).await;
        workspaces.push((viewer, channel));
    }
    let mut superuser = test.superuser().await;
    for (viewer, channel) in &workspaces {
        seed(&mut superuser, viewer, *channel).await;
    }
    superuser.execute("analyze").await.unwrap();

    let mut app = sqlx::PgConnection::connect_with(&test.app_options()).await.unwrap();
    app.execute("set plan_cache_mode = force_generic_plan").await.unwrap();
    let workspace = workspaces[1].0.workspace_id.0;
    app.execute(AssertSqlSafe(format!("set app.workspace_id = '{workspace}'"))).await.unwrap();
    let lists = LIST_STATEMENTS
        .iter()
        .map(|(name, sql)| (*name, *sql, "uuid, smallint, timestamptz, uuid, uuid, bigint, uuid", 7));
    let threads =
        THREAD_STATEMENTS.iter().map(|(name, sql)| (*name, *sql, "uuid, uuid[], bigint, bigint, bigint", 5));
    for (number, (name, sql, types, count)) in lists.chain(threads).enumerate() {
        let count = if sql.contains("$7") || types.contains("[]") { count } else { 6 };
        let types = types.split(", ").take(count).collect::<Vec<_>>().join(", ");
        app.execute(AssertSqlSafe(format!("prepare s{number} ({types}) as {sql}"))).await.unwrap();
        let nulls = vec!["null"; count].join(", ");
        let plan: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("explain execute s{number} ({nulls})")))
                .fetch_all(&mut app)
                .await
                .unwrap();
        let plan = plan.join("\n");
        assert!(!plan.contains("Seq Scan"), "{name} scans:\n{plan}");
        assert!(!plan.contains("Sort Key: last_activity_at"), "{name} sorts:\n{plan}");
        assert!(plan.contains("Index"), "{name}:\n{plan}");
    }
}

/// 700 conversations with 6 messages each.
async fn seed(superuser: &mut sqlx::PgConnection, viewer: &Viewer, channel: shared::ChannelId) {
    let statements = [
        "insert into contacts (workspace_id, id, name) select $1, gen_random_uuid(), 'C' from generate_series(1, 700)",
        "insert into identities (workspace_id, id, channel_id, contact_id, platform_id)
         select $1, gen_random_uuid(), $2, c.id, c.id::text from contacts c where c.workspace_id = $1",
        "insert into conversations (workspace_id, id, number, kind, channel_id, identity_id, contact_id, status,
                                    snoozed_until, assignee_id, last_activity_at)
         select $1, gen_random_uuid(), n, 3, $2, i.id, i.contact_id, 1 + n % 3,
                case when n % 3 = 1 then now() + interval '1 day' end, case when n % 2 = 0 then $3::uuid end,
                now() - n * interval '1 minute'
         from (select i.*, row_number() over () as n from identities i where i.workspace_id = $1) i",
        "insert into messages (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, text, sent_at)
         select $1, gen_random_uuid(), c.id, n, $2, 1, 1, 'x', now()
         from conversations c, generate_series(1, 6) n where c.workspace_id = $1 and $3::uuid is not null",
    ];
    for statement in statements {
        let mut query = sqlx::query(statement).bind(viewer.workspace_id);
        if statement.contains("$2") {
            query = query.bind(channel);
        }
        if statement.contains("$3") {
            query = query.bind(viewer.member_id);
        }
        query.execute(&mut *superuser).await.unwrap();
    }
}
