//! Workspaces and the people in them.

use std::time::Duration;

use serde_json::{Value, json};
use server::auth::{self, Revocation};
use server::viewer::Viewer;
use shared::{AuditAction, Role, WorkspaceId};

use crate::kit::{Browser, FakeSmtp, PASSWORD, TestDatabase, ask};

const INVITE: &str = "mutation($email: String!, $role: Role!) { inviteMember(email: $email, role: $role) {
    invitation { id email role invitedBy { name } } link problem { code field } } }";
const REVOKE: &str =
    "mutation($id: ID!) { revokeInvitation(invitationId: $id) { invitation { id } problem { code } } }";
const PREVIEW: &str =
    "query($token: String!) { invitation(token: $token) { workspaceName email role hasAccount } }";
const ACCEPT: &str = "mutation($token: String!, $name: String, $password: String) {
    acceptInvitation(token: $token, name: $name, password: $password) {
        viewer { user { email } member { role } workspace { name } memberships { current } } problem { code field } } }";
const ROLE: &str = "mutation($id: ID!, $role: Role!) { changeMemberRole(memberId: $id, role: $role) {
    member { role } problem { code } } }";
const REMOVE: &str =
    "mutation($id: ID!) { removeMember(memberId: $id) { member { active } problem { code } } }";
const SWITCH: &str = "mutation($id: ID!) { switchWorkspace(workspaceId: $id) { viewer { workspace { id } } problem { code } } }";

/// Invites as `by`, and gives the secret of the link.
async fn invite(test: &TestDatabase, by: &Viewer, email: &str) -> String {
    let answer = ask(&test.app(), Some(by), INVITE, json!({ "email": email, "role": "AGENT" })).await.ok();
    let link = answer["inviteMember"]["link"].as_str().expect("a link, without a mail server");
    assert!(link.starts_with("http://localhost:8100/invite?token="), "{link}");
    link.split("token=").nth(1).unwrap().to_owned()
}

/// The problem's code of a payload.
fn code(data: &Value, mutation: &str) -> Value {
    data[mutation]["problem"]["code"].clone()
}

#[tokio::test]
async fn an_invited_person_makes_an_account_and_joins() {
    let test = TestDatabase::create().await;
    let owner = test.owner().await;
    let token = invite(&test, &owner, "ben@example.com").await;
    let mut browser = Browser::new(&test.app());
    let preview = browser.ask(PREVIEW, json!({ "token": token })).await.ok();
    assert_eq!(
        preview["invitation"],
        json!({ "workspaceName": "Bloom & Co", "email": "ben@example.com", "role": "AGENT", "hasAccount": false })
    );
    let nameless = browser.ask(ACCEPT, json!({ "token": token, "password": PASSWORD })).await.ok();
    assert_eq!(nameless["acceptInvitation"]["problem"], json!({ "code": "INVALID", "field": "name" }));
    let weak = browser.ask(ACCEPT, json!({ "token": token, "name": "Ben", "password": "short" })).await.ok();
    assert_eq!(code(&weak, "acceptInvitation"), "WEAK_PASSWORD");

    let joined =
        browser.ask(ACCEPT, json!({ "token": token, "name": "Ben", "password": PASSWORD })).await.ok();
    assert_eq!(joined["acceptInvitation"]["problem"], Value::Null);
    assert_eq!(joined["acceptInvitation"]["viewer"]["member"]["role"], "AGENT");
    assert_eq!(browser.signed_in_as().await.as_deref(), Some("ben@example.com"));
    let members = browser.ask("{ members { name active role } }", json!({})).await.ok();
    assert_eq!(members["members"][1], json!({ "name": "Ben", "active": true, "role": "AGENT" }));

    // Used twice: by nobody.
    let again = Browser::new(&test.app())
        .ask(ACCEPT, json!({ "token": token, "name": "Eve", "password": PASSWORD }))
        .await
        .ok();
    assert_eq!(code(&again, "acceptInvitation"), "INVALID_TOKEN");
    let preview = browser.ask(PREVIEW, json!({ "token": token })).await.ok();
    assert_eq!(preview["invitation"], Value::Null);
}

#[tokio::test]
async fn of_two_who_accept_at_once_one_joins() {
    let test = TestDatabase::create().await;
    let owner = test.owner().await;
    let token = invite(&test, &owner, "ben@example.com").await;
    let app = test.app();
    let (mut one, mut two) = (Browser::new(&app), Browser::new(&app));
    let accept = |name: &str| json!({ "token": token, "name": name, "password": PASSWORD });
    let (a, b) = tokio::join!(one.ask(ACCEPT, accept("Ben")), two.ask(ACCEPT, accept("Bob")));
    let joined =
        [a.ok(), b.ok()].iter().filter(|answer| !answer["acceptInvitation"]["viewer"].is_null()).count();
    assert_eq!(joined, 1);
}

#[tokio::test]
async fn an_invitation_opens_only_its_own_workspace_only_in_time_and_not_once_taken_back() {
    let test = TestDatabase::create().await;
    let (owner, stranger) = (test.owner().await, test.owner().await);
    let app = test.app();
    let mut browser = Browser::new(&app);
    let mut refused = async |token: String| {
        let seen = browser.ask(PREVIEW, json!({ "token": token })).await.ok();
        assert_eq!(seen["invitation"], Value::Null);
        let answer =
            browser.ask(ACCEPT, json!({ "token": token, "name": "Ben", "password": PASSWORD })).await;
        assert_eq!(code(&answer.ok(), "acceptInvitation"), "INVALID_TOKEN");
    };

    // The same secret, under another workspace's name.
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let token = invite(&test, &owner, "ben@example.com").await;
    let mut bytes = base64.decode(&token).unwrap();
    bytes[..16].copy_from_slice(stranger.workspace_id.0.as_bytes());
    refused(base64.encode(&bytes)).await;
    refused("nonsense".to_owned()).await;

    // Replaced by a newer one, taken back, and expired.
    let newer = invite(&test, &owner, "BEN@example.com").await;
    refused(token).await;
    let open = ask(&app, Some(&owner), "{ invitations { id email } }", json!({})).await.ok();
    assert_eq!(open["invitations"].as_array().unwrap().len(), 1);
    let id = open["invitations"][0]["id"].clone();
    let foreign = ask(&app, Some(&stranger), REVOKE, json!({ "id": id })).await;
    assert_eq!(foreign.codes, ["NOT_FOUND"]);
    ask(&app, Some(&owner), REVOKE, json!({ "id": id })).await.ok();
    assert_eq!(ask(&app, Some(&owner), REVOKE, json!({ "id": id })).await.codes, ["NOT_FOUND"]);
    refused(newer).await;

    let late = invite(&test, &owner, "cleo@example.com").await;
    let mut behind = test.superuser().await;
    let hours: f64 = sqlx::query_scalar(
        "select extract(epoch from expires_at - now())::float8 / 3600 from invitations where email like 'cleo%'",
    )
    .fetch_one(&mut behind)
    .await
    .unwrap();
    assert!((71.9..=72.0).contains(&hours), "{hours}");
    sqlx::query("update invitations set expires_at = now()").execute(&mut behind).await.unwrap();
    refused(late).await;
}

#[tokio::test]
async fn an_invited_account_is_proved_by_its_password_or_its_session() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let (owner, known) = (test.owner().await, test.owner().await);
    let email = test.with_password(&known).await;
    let token = invite(&test, &owner, &email).await;
    let mut thief = test.signed_in(&app, &test.owner().await).await;
    let preview = thief.ask(PREVIEW, json!({ "token": token })).await.ok();
    assert_eq!(preview["invitation"]["hasAccount"], true);
    for password in [Value::Null, json!("some other password")] {
        let refused =
            thief.ask(ACCEPT, json!({ "token": token, "name": "Eve", "password": password })).await.ok();
        assert_eq!(
            refused["acceptInvitation"]["problem"],
            json!({ "code": "WRONG_CREDENTIALS", "field": "password" })
        );
    }
    // The refusal has spent nothing: whoever proves the account joins.
    let mut browser = test.signed_in(&app, &known).await;
    let joined = browser.ask(ACCEPT, json!({ "token": token })).await.ok();
    assert_eq!(joined["acceptInvitation"]["viewer"]["user"]["email"], json!(email));
    assert_eq!(
        joined["acceptInvitation"]["viewer"]["memberships"],
        json!([{ "current": true }, { "current": false }])
    );

    let second = test.owner().await;
    let token = invite(&test, &second, &email).await;
    let mut browser = Browser::new(&app);
    let joined = browser.ask(ACCEPT, json!({ "token": token, "password": PASSWORD })).await.ok();
    assert_eq!(joined["acceptInvitation"]["viewer"]["memberships"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_invitation_is_mailed_and_its_link_works() {
    let mut smtp = FakeSmtp::start().await;
    let test = TestDatabase::create().await;
    let app = test.app_with(smtp.config());
    server::jobs::start(&app);
    let owner = test.owner().await;
    let sent =
        ask(&app, Some(&owner), INVITE, json!({ "email": "ben@example.com", "role": "ADMIN" })).await.ok();
    assert_eq!(sent["inviteMember"]["link"], Value::Null);
    let token = smtp.next_token().await;
    let joined = Browser::new(&app)
        .ask(ACCEPT, json!({ "token": token, "name": "Ben", "password": PASSWORD }))
        .await
        .ok();
    assert_eq!(joined["acceptInvitation"]["viewer"]["member"]["role"], "ADMIN");
}

#[tokio::test]
async fn a_workspace_invites_fifty_people_a_day_and_nobody_twice() {
    let test = TestDatabase::create().await;
    let owner = test.owner().await;
    let app = test.app();
    let colleague = test.member(owner.workspace_id, Role::Agent).await;
    let email = test.with_password(&colleague).await.to_uppercase();
    let again = ask(&app, Some(&owner), INVITE, json!({ "email": email, "role": "AGENT" })).await.ok();
    assert_eq!(code(&again, "inviteMember"), "ALREADY_MEMBER");
    let wrong = ask(&app, Some(&owner), INVITE, json!({ "email": "no address", "role": "AGENT" })).await.ok();
    assert_eq!(wrong["inviteMember"]["problem"], json!({ "code": "INVALID", "field": "email" }));
    for n in 0..50 {
        invite(&test, &owner, &format!("n{n}@example.com")).await;
    }
    let more =
        ask(&app, Some(&owner), INVITE, json!({ "email": "x@example.com", "role": "AGENT" })).await.ok();
    assert_eq!(code(&more, "inviteMember"), "THROTTLED");
}

#[tokio::test]
async fn a_role_reaches_only_as_far_as_it_says() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let admin = test.member(owner.workspace_id, Role::Admin).await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let (owner_id, agent_id) = (json!(owner.member_id.to_string()), json!(agent.member_id.to_string()));

    let refused = [
        (&agent, INVITE, json!({ "email": "x@example.com", "role": "AGENT" })),
        (&agent, "{ invitations { id } }", json!({})),
        (&agent, ROLE, json!({ "id": agent_id, "role": "ADMIN" })),
        (&agent, REMOVE, json!({ "id": owner_id })),
        (&agent, "mutation { renameWorkspace(name: \"Mine\") { problem { code } } }", json!({})),
        (&admin, "mutation { renameWorkspace(name: \"Mine\") { problem { code } } }", json!({})),
        (&admin, INVITE, json!({ "email": "x@example.com", "role": "OWNER" })),
        (&admin, ROLE, json!({ "id": agent_id, "role": "OWNER" })),
        (&admin, ROLE, json!({ "id": owner_id, "role": "AGENT" })),
        (&admin, REMOVE, json!({ "id": owner_id })),
    ];
    for (viewer, operation, variables) in refused {
        let answer = ask(&app, Some(viewer), operation, variables).await;
        assert_eq!(answer.codes, ["FORBIDDEN"], "{operation}");
    }
    for operation in ["{ members { id } }", "{ invitations { id } }", REVOKE] {
        let nobody =
            ask(&app, None, operation, json!({ "id": "inv_00000000000000000000000000000000" })).await;
        assert_eq!(nobody.codes, ["UNAUTHENTICATED"]);
    }
    let made = ask(&app, Some(&admin), ROLE, json!({ "id": agent_id, "role": "ADMIN" })).await.ok();
    assert_eq!(made["changeMemberRole"]["member"]["role"], "ADMIN");
}

#[tokio::test]
async fn strangers_reach_nobody() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let (ours, theirs) = (test.owner().await, test.owner().await);
    let member = json!(theirs.member_id.to_string());
    for (operation, variables) in
        [(ROLE, json!({ "id": member, "role": "AGENT" })), (REMOVE, json!({ "id": member }))]
    {
        assert_eq!(ask(&app, Some(&ours), operation, variables).await.codes, ["NOT_FOUND"]);
    }
    let mut browser = test.signed_in(&app, &ours).await;
    for id in [theirs.workspace_id, WorkspaceId::new()] {
        let answer = browser.ask(SWITCH, json!({ "id": id.to_string() })).await;
        assert_eq!(
            (answer.codes, answer.messages),
            (vec!["NOT_FOUND".to_owned()], vec!["workspace not found".to_owned()])
        );
    }
    let members = browser.ask("{ members { id } }", json!({})).await.ok();
    assert_eq!(members["members"], json!([{ "id": ours.member_id.to_string() }]));
}

#[tokio::test]
async fn a_workspace_always_has_an_owner() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let id = json!(owner.member_id.to_string());
    let removed = ask(&app, Some(&owner), REMOVE, json!({ "id": id })).await.ok();
    assert_eq!(code(&removed, "removeMember"), "LAST_OWNER");
    let demoted = ask(&app, Some(&owner), ROLE, json!({ "id": id, "role": "AGENT" })).await.ok();
    assert_eq!(code(&demoted, "changeMemberRole"), "LAST_OWNER");

    // Two owners leave at the same moment: one stays.
    let other = test.member(owner.workspace_id, Role::Owner).await;
    let (a, b) = tokio::join!(
        ask(&app, Some(&owner), REMOVE, json!({ "id": owner.member_id.to_string() })),
        ask(&app, Some(&other), ROLE, json!({ "id": other.member_id.to_string(), "role": "ADMIN" })),
    );
    let codes = [code(&a.ok(), "removeMember"), code(&b.ok(), "changeMemberRole")];
    assert!(codes.contains(&Value::Null) && codes.contains(&json!("LAST_OWNER")), "{codes:?}");
}

#[tokio::test]
async fn a_removed_member_is_out_at_once_and_can_come_back() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let mut browser = test.signed_in(&app, &agent).await;
    let mut elsewhere = browser.on(&test.app());
    assert!(browser.signed_in_as().await.is_some() && elsewhere.signed_in_as().await.is_some());
    let mut signal = app.auth.revocations.subscribe();

    let removed = ask(&app, Some(&owner), REMOVE, json!({ "id": agent.member_id.to_string() })).await.ok();
    assert_eq!(removed["removeMember"]["member"]["active"], false);
    assert_eq!(signal.recv().await.unwrap(), Revocation::Member(owner.workspace_id, agent.user_id));
    assert_eq!(browser.signed_in_as().await, None);
    tokio::time::sleep(Duration::from_secs(5)).await; // a process that missed the notification
    assert_eq!(elsewhere.signed_in_as().await, None);
    let email = test.with_password(&agent).await;
    assert_eq!(browser.sign_in(&email, PASSWORD).await.as_deref(), Some("NO_WORKSPACE"));
    let again = ask(&app, Some(&owner), REMOVE, json!({ "id": agent.member_id.to_string() })).await;
    assert_eq!(again.codes, ["NOT_FOUND"]);

    let token = invite(&test, &owner, &email).await;
    let back = browser.ask(ACCEPT, json!({ "token": token, "password": PASSWORD })).await.ok();
    assert_eq!(back["acceptInvitation"]["viewer"]["workspace"]["name"], "Bloom & Co");
    let members = ask(&app, Some(&owner), "{ members { id } }", json!({})).await.ok();
    assert_eq!(members["members"][1]["id"], json!(agent.member_id.to_string()));
}

#[tokio::test]
async fn anybody_may_leave() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let agent = test.member(test.owner().await.workspace_id, Role::Agent).await;
    let mut browser = test.signed_in(&app, &agent).await;
    let left = browser.ask(REMOVE, json!({ "id": agent.member_id.to_string() })).await.ok();
    assert_eq!(left["removeMember"]["member"]["active"], false);
    assert_eq!(browser.signed_in_as().await, None);
}

#[tokio::test]
async fn another_role_holds_at_once_under_another_session_id() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let admin = test.member(owner.workspace_id, Role::Admin).await;
    let mut browser = test.signed_in(&app, &admin).await;
    browser.ask("{ invitations { id } }", json!({})).await.ok();
    let key = |browser: &Browser| browser.cookie.clone().unwrap();
    let before = key(&browser);
    let stale = browser.on(&app);

    ask(&app, Some(&owner), ROLE, json!({ "id": admin.member_id.to_string(), "role": "AGENT" })).await.ok();
    assert_eq!(browser.ask("{ invitations { id } }", json!({})).await.codes, ["FORBIDDEN"]);
    assert_ne!(key(&browser), before);
    assert_eq!(stale.on(&app).signed_in_as().await, None);
    assert!(browser.signed_in_as().await.is_some());
}

#[tokio::test]
async fn a_socket_is_told_apart_by_session_role_and_membership() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let mut browser = test.signed_in(&app, &agent).await;
    let key: Vec<u8> =
        sqlx::query_scalar("select key_hash from sessions").fetch_one(test.db.pool()).await.unwrap();
    let key = auth::SessionKeyHash(key.try_into().unwrap());
    assert!(auth::still_valid(&app, key, &agent).await.unwrap());
    assert!(!auth::still_valid(&app, key, &owner).await.unwrap());
    assert!(!auth::still_valid(&app, key, &Viewer { role: Role::Admin, ..agent.clone() }).await.unwrap());
    assert!(!auth::still_valid(&app, auth::SessionKeyHash([0; 32]), &agent).await.unwrap());
    assert!(Revocation::Member(agent.workspace_id, agent.user_id).concerns(key, &agent));
    assert!(!Revocation::User(owner.user_id).concerns(key, &agent));
    browser.ask("mutation { signOut { ok } }", json!({})).await.ok();
    assert!(!auth::still_valid(&app, key, &agent).await.unwrap());
}

#[tokio::test]
async fn one_person_works_in_several_workspaces_one_at_a_time() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let mut browser = test.signed_in(&app, &owner).await;
    let before = browser.cookie.clone();
    let made = browser
        .ask("mutation { createWorkspace(name: \" Second \") { viewer { workspace { id name } } problem { code } } }", json!({}))
        .await
        .ok();
    assert_eq!(made["createWorkspace"]["viewer"]["workspace"]["name"], "Second");
    assert_ne!(browser.cookie, before);
    let members = browser.ask("{ members { role } }", json!({})).await.ok();
    assert_eq!(members["members"], json!([{ "role": "OWNER" }]));

    let back = browser.ask(SWITCH, json!({ "id": owner.workspace_id.to_string() })).await.ok();
    assert_eq!(back["switchWorkspace"]["viewer"]["workspace"]["id"], json!(owner.workspace_id.to_string()));
    let seen = browser
        .ask("{ viewer { workspace { name } memberships { workspace { name } role current } } }", json!({}))
        .await
        .ok();
    assert_eq!(
        seen["viewer"]["memberships"],
        json!([
            { "workspace": { "name": "Bloom & Co" }, "role": "OWNER", "current": true },
            { "workspace": { "name": "Second" }, "role": "OWNER", "current": false },
        ])
    );
    let renamed = browser
        .ask(
            "mutation { renameWorkspace(name: \"Bloom\") { workspace { name } problem { code } } }",
            json!({}),
        )
        .await
        .ok();
    assert_eq!(renamed["renameWorkspace"]["workspace"]["name"], "Bloom");
    let empty = browser
        .ask(
            "mutation { renameWorkspace(name: \"  \") { workspace { name } problem { code field } } }",
            json!({}),
        )
        .await
        .ok();
    assert_eq!(empty["renameWorkspace"]["problem"], json!({ "code": "INVALID", "field": "name" }));
}

/// The actions in a workspace's log, oldest first.
async fn audited(test: &TestDatabase, workspace_id: WorkspaceId) -> Vec<AuditAction> {
    sqlx::query_scalar("select action from audit_entries where workspace_id = $1 order by seq")
        .bind(workspace_id)
        .fetch_all(&mut test.superuser().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn everything_people_do_is_in_the_log() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let email = test.with_password(&agent).await;
    let mut browser = Browser::new(&app);
    assert!(browser.sign_in(&email, "not it").await.is_some());
    // A failed sign-in is written after its answer.
    for _ in 0..100 {
        if !audited(&test, owner.workspace_id).await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(browser.sign_in(&email, PASSWORD).await, None);
    let change = "mutation($old: String!, $new: String!) {
        changePassword(currentPassword: $old, newPassword: $new) { problem { code } } }";
    browser.ask(change, json!({ "old": PASSWORD, "new": "ochre tunnel seventeen gulls" })).await.ok();
    let made = browser
        .ask("mutation { createWorkspace(name: \"Second\") { viewer { workspace { id } } } }", json!({}))
        .await
        .ok();
    browser.ask(SWITCH, json!({ "id": owner.workspace_id.to_string() })).await.ok();
    browser.ask("mutation { signOut { ok } }", json!({})).await.ok();
    let token = invite(&test, &owner, "ben@example.com").await;
    browser.ask(ACCEPT, json!({ "token": token, "name": "Ben", "password": PASSWORD })).await.ok();
    let invited =
        ask(&app, Some(&owner), INVITE, json!({ "email": "x@example.com", "role": "AGENT" })).await.ok();
    let invitation = invited["inviteMember"]["invitation"]["id"].clone();
    ask(&app, Some(&owner), REVOKE, json!({ "id": invitation })).await.ok();
    let id = json!(agent.member_id.to_string());
    ask(&app, Some(&owner), ROLE, json!({ "id": id, "role": "ADMIN" })).await.ok();
    ask(&app, Some(&owner), "mutation { renameWorkspace(name: \"Bloom\") { workspace { id } } }", json!({}))
        .await
        .ok();
    auth::operator_reset_link(&app, &email).await.unwrap().unwrap();
    ask(&app, Some(&owner), REMOVE, json!({ "id": id })).await.ok();

    use AuditAction::*;
    assert_eq!(
        audited(&test, owner.workspace_id).await,
        [
            SignInFailed,
            SignedIn,
            PasswordChanged,
            WorkspaceEntered,
            SignedOut,
            MemberInvited,
            MemberJoined,
            MemberInvited,
            InvitationRevoked,
            MemberRoleChanged,
            WorkspaceRenamed,
            PasswordResetRequested,
            MemberRemoved,
        ]
    );
    let second = made["createWorkspace"]["viewer"]["workspace"]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(audited(&test, second).await.first(), Some(&WorkspaceCreated));
    // Members and the workspace's name are shown live: joined, invited twice, revoked, role, name, removed.
    let events: i64 = sqlx::query_scalar("select count(*) from events where workspace_id = $1 and kind = 5")
        .bind(owner.workspace_id)
        .fetch_one(&mut test.superuser().await)
        .await
        .unwrap();
    assert_eq!(events, 7);
}

#[tokio::test]
async fn a_removed_members_conversations_go_back_to_the_queue() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let mut behind = test.superuser().await;
    // One open, one snoozed, one closed, all the agent's; and one open of the owner's.
    sqlx::query(
        "with ids as (select gen_random_uuid() c, gen_random_uuid() t),
         channel as (
             insert into channels (workspace_id, id, kind, name, platform_account_id)
             select $1, c, 1, 'Web', 'w' from ids returning id),
         contact as (insert into contacts (workspace_id, id, name) select $1, t, 'Cleo' from ids returning id),
         faces as (
             insert into identities (workspace_id, id, channel_id, contact_id, platform_id)
             select $1, gen_random_uuid(), channel.id, contact.id, n::text from channel, contact, generate_series(1, 4) n
             returning id, channel_id, contact_id, platform_id)
         insert into conversations (workspace_id, id, number, kind, channel_id, identity_id, contact_id, status,
                                    snoozed_until, assignee_id, last_activity_at)
         select $1, gen_random_uuid(), platform_id::bigint, 3, channel_id, id, contact_id,
                (array[1, 2, 3, 1])[platform_id::int],
                case when platform_id = '2' then now() + interval '1 day' end,
                case when platform_id = '4' then $3::uuid else $2::uuid end, now() from faces",
    )
    .bind(owner.workspace_id)
    .bind(agent.member_id)
    .bind(owner.member_id)
    .execute(&mut behind)
    .await
    .unwrap();
    sqlx::query(
        "insert into conversation_counters (workspace_id, kind, subject_id, n)
         values ($1, 4, '00000000-0000-0000-0000-000000000000', 0), ($1, 5, $2, 1)",
    )
    .bind(owner.workspace_id)
    .bind(agent.member_id)
    .execute(&mut behind)
    .await
    .unwrap();

    ask(&app, Some(&owner), REMOVE, json!({ "id": agent.member_id.to_string() })).await.ok();
    let assigned: Vec<(i16, bool)> =
        sqlx::query_as("select status, assignee_id is not null from conversations order by number")
            .fetch_all(&mut behind)
            .await
            .unwrap();
    assert_eq!(assigned, [(1, false), (2, false), (3, true), (1, true)]);
    let said: Vec<(i64, String, bool)> = sqlx::query_as(
        "select c.number, m.activity->>'kind', m.author_member_id = $1 and m.seq = c.last_seq
         from messages m join conversations c on c.id = m.conversation_id order by c.number",
    )
    .bind(owner.member_id)
    .fetch_all(&mut behind)
    .await
    .unwrap();
    let unassigned = "UNASSIGNED".to_owned();
    assert_eq!(said, [(1, unassigned.clone(), true), (2, unassigned, true)], "each thread says who did it");
    let counters: Vec<(i16, i64)> = sqlx::query_as("select kind, n from conversation_counters order by kind")
        .fetch_all(&mut behind)
        .await
        .unwrap();
    assert_eq!(counters, [(4, 1), (5, 0)]);
}
