//! No act without a trace: every mutation of the API is called, and must leave the entry it promises.

use std::collections::BTreeSet;

use serde_json::Value;
use server::config::Config;
use shared::{AuditAction, WorkspaceId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::kit::{Browser, FakeSmtp, PASSWORD, Providers, TestDatabase};

/// Calls mutations and notes which ones were called.
struct Caller {
    behind: PgConnection,
    called: BTreeSet<String>,
}

impl Caller {
    async fn entries(&mut self, action: AuditAction) -> i64 {
        sqlx::query_scalar("select count(*) from audit_entries where action = $1")
            .bind(action.code())
            .fetch_one(&mut self.behind)
            .await
            .unwrap()
    }

    /// Calls one mutation: `inviteMember(email: "…") { link }`. Gives its payload.
    async fn call(&mut self, browser: &mut Browser, mutation: &str, action: AuditAction) -> Value {
        let name = mutation.split(['(', ' ']).next().unwrap();
        let before = self.entries(action).await;
        let payload = self.run(browser, mutation).await;
        let after = self.entries(action).await;
        assert!(after > before, "{name} left no entry of {action}");
        payload
    }

    /// Calls one that answers before it acts, so that its answer tells nothing.
    async fn call_ahead(&mut self, browser: &mut Browser, mutation: &str, action: AuditAction) {
        let before = self.entries(action).await;
        self.run(browser, mutation).await;
        for _ in 0..100 {
            if self.entries(action).await > before {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{mutation} left no entry of {action}");
    }

    async fn run(&mut self, browser: &mut Browser, mutation: &str) -> Value {
        let name = mutation.split(['(', ' ']).next().unwrap();
        let mut data = browser.ask(&format!("mutation {{ {mutation} }}"), Value::Null).await.ok();
        let payload = data[name].take();
        assert_eq!(payload["problem"], Value::Null, "{mutation}");
        self.called.insert(name.to_owned());
        payload
    }
}

/// Every mutation there is, by the schema's own word.
fn all_mutations() -> BTreeSet<String> {
    let sdl = server::graphql::sdl();
    let (_, rest) = sdl.split_once("\ntype Mutation {\n").expect("mutations");
    let (body, _) = rest.split_once("\n}").unwrap();
    let names = field_names(body);
    assert!(names.len() > 25, "{names:?}");
    names
}

/// Names at the start of a line with one tab, outside of descriptions.
fn field_names(body: &str) -> BTreeSet<String> {
    let mut in_description = false;
    let mut names = BTreeSet::new();
    for line in body.lines() {
        let text = line.trim();
        if text.starts_with("\"\"\"") {
            let closed_again = text.len() > 3 && text.ends_with("\"\"\"");
            in_description = !(in_description || closed_again);
            continue;
        }
        let name: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
        if !in_description && line.starts_with('\t') && !line.starts_with("\t\t") && !name.is_empty() {
            names.insert(name);
        }
    }
    names
}

#[tokio::test]
async fn every_mutation_leaves_the_entry_it_promises() {
    use AuditAction as A;
    let test = TestDatabase::create().await;
    let mut smtp = FakeSmtp::start().await;
    let simulator = Providers::simulator().await;
    let providers = Providers::config(&test, &simulator).providers;
    let app = test.app_with(Config { data_dir: test.data_dir(), providers, ..smtp.config() });
    let mut caller = Caller { behind: test.superuser().await, called: BTreeSet::new() };
    let handlers = std::sync::Arc::new(server::jobs::handlers());
    let mut owner = Browser::new(&app);

    // People.
    let token = server::auth::setup::ensure_setup_token(&app).await.unwrap().unwrap();
    let set_up = format!(
        r#"setUp(input: {{ token: "{token}", workspaceName: "Bloom", name: "Eva Lund", email: "eva@example.com", password: "{PASSWORD}" }})
           {{ viewer {{ workspace {{ id }} member {{ id }} }} problem {{ code }} }}"#
    );
    let viewer = caller.call(&mut owner, &set_up, A::WorkspaceCreated).await["viewer"].take();
    let workspace: WorkspaceId = viewer["workspace"]["id"].as_str().unwrap().parse().unwrap();
    caller.call(&mut owner, "signOut { ok }", A::SignedOut).await;
    let sign_in =
        format!(r#"signIn(email: "eva@example.com", password: "{PASSWORD}") {{ problem {{ code }} }}"#);
    caller.call(&mut owner, &sign_in, A::SignedIn).await;
    let changed = format!("{PASSWORD} and more");
    let change = format!(
        r#"changePassword(currentPassword: "{PASSWORD}", newPassword: "{changed}") {{ problem {{ code }} }}"#
    );
    caller.call(&mut owner, &change, A::PasswordChanged).await;
    let confirm = format!(r#"confirmPassword(password: "{changed}") {{ ok problem {{ code }} }}"#);
    caller.call(&mut owner, &confirm, A::PasswordConfirmed).await;
    caller
        .call(&mut owner, r#"renameWorkspace(name: "Bloom & Co") { problem { code } }"#, A::WorkspaceRenamed)
        .await;

    let invite =
        r#"inviteMember(email: "ben@example.com", role: AGENT) { invitation { id } problem { code } }"#;
    let first = caller.call(&mut owner, invite, A::MemberInvited).await;
    let revoke = format!(
        "revokeInvitation(invitationId: {}) {{ invitation {{ id }} problem {{ code }} }}",
        first["invitation"]["id"]
    );
    caller.call(&mut owner, &revoke, A::InvitationRevoked).await;
    caller.call(&mut owner, &invite.replace("ben@", "sam@"), A::MemberInvited).await;
    server::jobs::run_due(&app, &handlers).await.unwrap();
    let mut token = smtp.next_token().await;
    let mut sam = Browser::new(&app);
    let accept = |token: &str| {
        format!(
            r#"acceptInvitation(token: "{token}", name: "Sam", password: "{PASSWORD}") {{ viewer {{ member {{ id }} }} problem {{ code }} }}"#
        )
    };
    let preview = format!(r#"{{ invitation(token: "{token}") {{ email }} }}"#);
    if sam.ask(&preview, Value::Null).await.ok()["invitation"].is_null() {
        token = smtp.next_token().await; // the first letter was for the invitation taken back
    }
    let joined = caller.call(&mut sam, &accept(&token), A::MemberJoined).await;
    let member = joined["viewer"]["member"]["id"].clone();
    let role = format!("changeMemberRole(memberId: {member}, role: ADMIN) {{ problem {{ code }} }}");
    caller.call(&mut owner, &role, A::MemberRoleChanged).await;

    // Channels.
    let create = r#"createWebChat(input: { name: "Shop" }) { channel { id } problem { code } }"#;
    let channel = caller.call(&mut owner, create, A::ChannelCreated).await["channel"]["id"].take();
    let update = format!(
        r#"updateWebChat(channelId: {channel}, input: {{ welcomeTitle: "Hello!" }}) {{ problem {{ code }} }}"#
    );
    caller.call(&mut owner, &update, A::ChannelUpdated).await;
    let switch =
        |active| format!("setChannelActive(channelId: {channel}, active: {active}) {{ problem {{ code }} }}");
    caller.call(&mut owner, &switch(false), A::ChannelDeactivated).await;
    caller.call(&mut owner, &switch(true), A::ChannelActivated).await;
    let rotate = format!("rotateIdentitySecret(channelId: {channel}) {{ secret problem {{ code }} }}");
    caller.call(&mut owner, &rotate, A::IdentitySecretRotated).await;
    let provided = Providers::over(test, app, simulator).await;
    let (bot, number) = (provided.bot().await, provided.number(workspace).await);
    let (test, app) = (&provided.test, &provided.app);
    let token = format!("input: {{ kind: TELEGRAM, token: {} }}", bot["token"]);
    let inspect = format!("inspectChannel({token}) {{ account {{ handle }} problem {{ code }} }}");
    caller.call(&mut owner, &inspect, A::CredentialsInspected).await;
    let connect = format!("connectChannel({token}) {{ channel {{ id }} problem {{ code }} }}");
    let bot = caller.call(&mut owner, &connect, A::ChannelCreated).await["channel"]["id"].take();
    let bot_id = bot.as_str().unwrap().parse().unwrap();
    let thread = test.conversation(workspace, bot_id, 1).await;
    let customer: shared::ContactId =
        sqlx::query_scalar("select contact_id from conversations where id = $1")
            .bind(thread)
            .fetch_one(&mut caller.behind)
            .await
            .unwrap();
    let event = owner.ask("{ channelEvents(first: 1) { nodes { id } } }", Value::Null).await.ok();
    let event = &event["channelEvents"]["nodes"][0]["id"];
    for (call, action) in [
        (format!("reconnectChannel(channelId: {bot}, {token})"), A::ChannelReconnected),
        (format!(r#"renameChannel(channelId: {bot}, name: "Front desk")"#), A::ChannelUpdated),
        (format!("updateProviderSettings(channelId: {bot}, typing: false)"), A::ChannelUpdated),
        (format!("checkChannel(channelId: {bot})"), A::ChannelChecked),
        (format!("acknowledgeChannelEvent(eventId: {event})"), A::ChannelEventAcknowledged),
        (format!(r#"syncTemplates(channelId: "{number}")"#), A::TemplatesSynced),
        (format!(r#"sendTest(channelId: {bot}, contactId: "{customer}")"#), A::ChannelTested),
        (format!("disconnectChannel(channelId: {bot})"), A::ChannelDisconnected),
    ] {
        caller.call(&mut owner, &format!("{call} {{ problem {{ code }} }}"), action).await;
    }

    // Conversations.
    let web_chat = test.web_chat(workspace).await;
    let id = test.conversation(workspace, web_chat, 2).await;
    let write = |what: &str| {
        format!(
            r#"{what}(input: {{ conversationId: "{id}", clientId: "{}", text: "Hello" }}) {{ problem {{ code }} }}"#,
            Uuid::new_v4()
        )
    };
    let about =
        |call: &str| call.replace("ID", &format!("conversationId: \"{id}\"")) + " { problem { code } }";
    let until = (chrono::Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    for (call, action) in [
        (about("markRead(ID, inboundCount: 1)"), A::ConversationRead),
        (write("sendMessage"), A::MessageSent),
        (write("addNote"), A::NoteAdded),
        (about(&format!("assignConversation(ID, memberId: {member})")), A::ConversationAssigned),
        (about("assignConversation(ID)"), A::ConversationUnassigned),
        (about(&format!("snoozeConversation(ID, until: \"{until}\")")), A::ConversationSnoozed),
        (about("reopenConversation(ID)"), A::ConversationReopened),
        (about("closeConversation(ID)"), A::ConversationClosed),
        (about("saveDraft(ID, mode: REPLY, text: \"Dear\")"), A::DraftSaved),
        (about("saveDraft(ID, mode: REPLY, text: \"\")"), A::DraftDiscarded),
    ] {
        caller.call(&mut owner, &call, action).await;
    }
    // What a platform did not take.
    let (bot, thread, failed) = test.failed_answer(workspace).await;
    let about_failed =
        |call: &str| call.replace("ID", &format!("messageId: \"{failed}\"")) + " { problem { code } }";
    caller.call(&mut owner, &about_failed("retryMessage(ID)"), A::MessageRetried).await;
    sqlx::query("update transmissions set status = 6 where message_id = $1")
        .bind(failed)
        .execute(&mut caller.behind)
        .await
        .unwrap();
    caller.call(&mut owner, &about_failed("settleMessage(ID, wentOut: true)"), A::MessageSettled).await;
    caller.call(&mut owner, &about_failed("editMessage(ID, text: \"Better\")"), A::MessageEdited).await;
    let theirs: shared::MessageId = sqlx::query_scalar(
        "update messages set platform_message_id = '7' where conversation_id = $1 and direction = 1 returning id",
    )
    .bind(thread)
    .fetch_one(&mut caller.behind)
    .await
    .unwrap();
    let react = format!("react(messageId: \"{theirs}\", emoji: \"👍\") {{ problem {{ code }} }}");
    caller.call(&mut owner, &react, A::MessageReacted).await;
    caller.call(&mut owner, &about_failed("deleteMessage(ID)"), A::MessageDeleted).await;
    let resume = format!("resumeOutbox(channelId: \"{bot}\") {{ problem {{ code }} }}");
    caller.call(&mut owner, &resume, A::OutboxResumed).await;
    let contact = owner
        .ask(&format!("{{ conversation(id: \"{id}\") {{ contact {{ id }} }} }}"), Value::Null)
        .await
        .ok();
    let contact = &contact["conversation"]["contact"]["id"];
    let update =
        format!(r#"updateContact(contactId: {contact}, name: "Ana Maria") {{ problem {{ code }} }}"#);
    caller.call(&mut owner, &update, A::ContactUpdated).await;
    let delivery: i64 = sqlx::query_scalar(
        "with d as (
             insert into webhook_deliveries (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256)
             values ($1, $2, 1, 's', 'd', '{}', sha256('{}')) returning workspace_id, id)
         insert into delivery_outcomes (workspace_id, delivery_id, outcome, attempts)
         select workspace_id, id, 4, 1 from d returning delivery_id",
    )
    .bind(workspace)
    .bind(web_chat)
    .fetch_one(&mut caller.behind)
    .await
    .unwrap();
    let again = format!(r#"processDeliveryAgain(deliveryId: "dlv_{delivery}") {{ problem {{ code }} }}"#);
    caller.call(&mut owner, &again, A::DeliveryRequeued).await;

    // Leaving, coming and forgetting.
    let remove = format!("removeMember(memberId: {member}) {{ problem {{ code }} }}");
    caller.call(&mut owner, &remove, A::MemberRemoved).await;
    let second = r#"createWorkspace(name: "Second") { problem { code } }"#;
    caller.call(&mut owner, second, A::WorkspaceCreated).await;
    let back = format!(r#"switchWorkspace(workspaceId: "{workspace}") {{ problem {{ code }} }}"#);
    caller.call(&mut owner, &back, A::WorkspaceEntered).await;
    let mut forgetful = Browser::new(app);
    let request = r#"requestPasswordReset(email: "eva@example.com") { ok }"#;
    caller.call_ahead(&mut forgetful, request, A::PasswordResetRequested).await;
    server::jobs::run_due(app, &handlers).await.unwrap();
    let mut letter = smtp.next().await;
    while !letter.contains("/reset?token=") {
        letter = smtp.next().await;
    }
    let token: String = letter
        .split("token=")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    let reset =
        format!(r#"resetPassword(token: "{token}", password: "{PASSWORD} again") {{ problem {{ code }} }}"#);
    caller.call(&mut forgetful, &reset, A::PasswordReset).await;

    assert_eq!(
        caller.called,
        all_mutations(),
        "a mutation that is not called here: say what entry it leaves"
    );
    let mut owner = sqlx::ConnectOptions::connect(&test.owner_options()).await.unwrap();
    for verified in server::audit::verify_all(&mut owner, &app.db, &app.notary).await.unwrap() {
        assert_eq!(verified.report.bad, None);
    }
}
