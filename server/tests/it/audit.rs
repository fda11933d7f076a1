//! The audit log tells the truth, or says where it stops.

use std::collections::BTreeMap;

use serde_json::Value;
use server::audit::{Bad, ChainReport, Entry, Fault, Start, sign_head, verify_all, verify_from};
use server::viewer::{Actor, RequestContext};
use shared::{ActorKind, AuditAction, Role, TargetKind, WorkspaceId};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use uuid::Uuid;

use crate::kit::{TestDatabase, ask};

/// What an entry of a test was done by and to.
fn entry(action: AuditAction, n: u128) -> Entry {
    let request = RequestContext {
        request_id: Some(Uuid::from_u128(n)),
        client_address: Some("203.0.113.7".parse().unwrap()),
        user_agent: Some("Firefox".to_owned()),
    };
    Entry::new(Actor { kind: ActorKind::Member, id: Some(Uuid::from_u128(1)), request }, action)
        .on(TargetKind::Conversation, Uuid::from_u128(n))
        .with(serde_json::json!({ "number": n as u64 }))
}

/// A workspace with six entries, written by three commits.
async fn chain_of_six(test: &TestDatabase) -> WorkspaceId {
    let workspace = test.workspace("Ours").await;
    for commit in 0..3 {
        let mut tx = test.db.workspace(workspace).await.unwrap();
        tx.audit(entry(AuditAction::ConversationAssigned, commit * 2));
        tx.audit(entry(AuditAction::ConversationClosed, commit * 2 + 1));
        tx.commit().await.unwrap();
    }
    workspace
}

async fn verify(test: &TestDatabase, workspace: WorkspaceId) -> ChainReport {
    let mut tx = test.db.read(workspace).await.unwrap();
    verify_from(tx.conn(), workspace, Start::default(), &BTreeMap::new()).await.unwrap()
}

/// Does what no role of ours may: as superuser, with the triggers off.
async fn tamper(test: &TestDatabase, statement: &str) {
    let mut connection = test.superuser().await;
    connection
        .execute(AssertSqlSafe(format!("set session_replication_role = replica; {statement}")))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn entries_of_many_commits_form_one_unbroken_chain() {
    let test = TestDatabase::create().await;
    let workspace = chain_of_six(&test).await;
    let report = verify(&test, workspace).await;
    assert_eq!((report.entries, report.erased, report.bad), (6, 0, None));
}

#[tokio::test]
async fn an_empty_chain_is_whole() {
    let test = TestDatabase::create().await;
    let workspace = test.workspace("Ours").await;
    let report = verify(&test, workspace).await;
    assert_eq!((report.entries, report.bad), (0, None));
}

#[tokio::test]
async fn a_transaction_that_rolls_back_leaves_neither_entry_nor_gap() {
    let test = TestDatabase::create().await;
    let workspace = chain_of_six(&test).await;
    let mut tx = test.db.workspace(workspace).await.unwrap();
    tx.audit(entry(AuditAction::ConversationClosed, 9));
    drop(tx);
    let mut tx = test.db.workspace(workspace).await.unwrap();
    tx.audit(entry(AuditAction::ConversationClosed, 10));
    tx.commit().await.unwrap();
    let report = verify(&test, workspace).await;
    assert_eq!((report.entries, report.bad), (7, None));
}

#[tokio::test]
async fn commits_at_the_same_time_queue_and_none_is_lost() {
    let test = TestDatabase::create().await;
    let workspace = test.workspace("Ours").await;
    let commits = (0..40).map(|n| {
        let db = test.db.clone();
        async move {
            let mut tx = db.workspace(workspace).await.unwrap();
            tx.audit(entry(AuditAction::ConversationClosed, n));
            tx.commit().await.unwrap();
        }
    });
    futures::future::join_all(commits).await;
    let report = verify(&test, workspace).await;
    assert_eq!((report.entries, report.bad), (40, None));
}

#[tokio::test]
async fn erased_details_are_shown_as_erased_and_the_chain_still_holds() {
    let test = TestDatabase::create().await;
    let workspace = chain_of_six(&test).await;
    let mut tx = test.db.workspace(workspace).await.unwrap();
    sqlx::query("delete from audit_details where workspace_id = $1 and seq in (2, 3)")
        .bind(workspace)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let report = verify(&test, workspace).await;
    assert_eq!((report.entries, report.erased, report.bad), (6, 2, None));
}

#[tokio::test]
async fn every_change_to_a_stored_entry_is_found() {
    let cases: &[(&str, i64, Fault)] = &[
        ("update audit_entries set at = at + interval '1 microsecond' where seq = 3", 3, Fault::Changed),
        ("update audit_entries set actor_kind = 2 where seq = 3", 3, Fault::Changed),
        ("update audit_entries set actor_id = gen_random_uuid() where seq = 3", 3, Fault::Changed),
        ("update audit_entries set actor_id = null where seq = 3", 3, Fault::Changed),
        ("update audit_entries set action = 90 where seq = 3", 3, Fault::Changed),
        ("update audit_entries set target_kind = 5 where seq = 3", 3, Fault::Changed),
        ("update audit_entries set target_id = gen_random_uuid() where seq = 3", 3, Fault::Changed),
        ("update audit_entries set request_id = null where seq = 3", 3, Fault::Changed),
        ("update audit_entries set commitment = sha256('x') where seq = 3", 3, Fault::Changed),
        ("update audit_entries set prev_hash = sha256('x') where seq = 3", 3, Fault::Unlinked),
        ("update audit_entries set hash = sha256('x') where seq = 3", 3, Fault::Changed),
        ("update audit_details set details = '{}' where seq = 3", 3, Fault::DetailsChanged),
        ("update audit_details set row_key = sha256('x') where seq = 3", 3, Fault::DetailsChanged),
        // delete
        ("delete from audit_entries where seq = 3", 3, Fault::Missing),
        ("delete from audit_entries where seq = 1", 1, Fault::Missing),
        // insert
        (
            "update audit_entries set seq = seq + 100 where seq > 3;
             insert into audit_entries select workspace_id, 4, at, actor_kind, actor_id, action, target_kind, target_id,
                    request_id, commitment, hash, sha256('x') from audit_entries where seq = 3;
             update audit_entries set seq = seq - 99 where seq > 100",
            4,
            Fault::Changed,
        ),
        // swap
        (
            "update audit_entries set seq = 100 where seq = 3; update audit_entries set seq = 3 where seq = 4;
             update audit_entries set seq = 4 where seq = 100",
            3,
            Fault::Unlinked,
        ),
        // renumber
        (
            "update audit_entries set seq = seq + 100; update audit_entries set seq = seq - 99",
            1,
            Fault::Missing,
        ),
        ("update audit_entries set seq = 7 where seq = 6", 6, Fault::Missing),
        // cut the tail
        ("delete from audit_entries where seq > 4", 5, Fault::Missing),
        // put something behind the end
        (
            "insert into audit_entries select workspace_id, 7, at, actor_kind, actor_id, action, target_kind, target_id,
                    request_id, commitment, hash, sha256('x') from audit_entries where seq = 6",
            7,
            Fault::HeadDiffers,
        ),
        ("insert into audit_details select workspace_id, 7, row_key, details from audit_details where seq = 6", 7, Fault::DetailsWithoutEntry),
        // set the head back, or elsewhere
        ("update workspace_heads set audit_seq = 4", 4, Fault::HeadDiffers),
        ("update workspace_heads set audit_hash = sha256('x')", 6, Fault::HeadDiffers),
    ];
    let test = TestDatabase::create().await;
    for (statement, seq, fault) in cases {
        let workspace = chain_of_six(&test).await;
        assert_eq!(verify(&test, workspace).await.bad, None, "before: {statement}");
        tamper(&test, statement).await;
        let found = verify(&test, workspace).await.bad;
        assert_eq!(found, Some(Bad { seq: *seq, fault: *fault }), "{statement}");
        tamper(&test, "truncate audit_entries, audit_details; update workspace_heads set audit_seq = 0")
            .await;
    }
}

#[tokio::test]
async fn an_entry_moved_from_another_workspace_is_found() {
    let test = TestDatabase::create().await;
    let (ours, theirs) = (chain_of_six(&test).await, chain_of_six(&test).await);
    tamper(
        &test,
        &format!(
            "delete from audit_entries where workspace_id = '{0}'; delete from audit_details where workspace_id = '{0}';
             update audit_entries set workspace_id = '{0}' where workspace_id = '{1}';
             update audit_details set workspace_id = '{0}' where workspace_id = '{1}';
             update workspace_heads h set audit_hash = (select audit_hash from workspace_heads where workspace_id = '{1}')
             where workspace_id = '{0}'",
            ours.0, theirs.0
        ),
    )
    .await;
    assert_eq!(verify(&test, ours).await.bad, Some(Bad { seq: 1, fault: Fault::Changed }));
    assert_eq!(verify(&test, theirs).await.bad, Some(Bad { seq: 1, fault: Fault::Missing }));
}

#[tokio::test]
async fn neither_the_server_nor_the_owner_can_change_the_past() {
    let test = TestDatabase::create().await;
    let workspace = chain_of_six(&test).await;
    for statement in [
        "update audit_entries set action = 1",
        "delete from audit_entries",
        "truncate audit_entries",
        "update audit_anchors set seq = 1",
        "delete from audit_anchors",
        "update audit_details set details = '{}'",
        "alter table audit_entries disable trigger all",
    ] {
        let mut tx = test.db.workspace(workspace).await.unwrap();
        assert!(tx.conn().execute(AssertSqlSafe(statement)).await.is_err(), "{statement}");
    }
    let mut superuser = test.superuser().await;
    for statement in
        ["update audit_entries set action = 1", "delete from audit_entries", "truncate audit_entries cascade"]
    {
        assert!(superuser.execute(AssertSqlSafe(statement)).await.is_err(), "{statement}");
    }
}

/// Rewrites a workspace's chain from entry `from` on, as whoever knows our code could: other actors, every hash
/// computed anew, the head and the anchors in the database along with it.
async fn rewrite(test: &TestDatabase, workspace: WorkspaceId, from: i64) {
    #[derive(sqlx::FromRow)]
    struct Row {
        seq: i64,
        at: chrono::DateTime<chrono::Utc>,
        actor_kind: i16,
        action: i16,
        target_kind: Option<i16>,
        target_id: Option<Uuid>,
        request_id: Option<Uuid>,
        commitment: Vec<u8>,
        prev_hash: Vec<u8>,
    }
    let mut superuser = test.superuser().await;
    sqlx::query("set session_replication_role = replica").execute(&mut superuser).await.unwrap();
    let rows: Vec<Row> =
        sqlx::query_as("select * from audit_entries where workspace_id = $1 and seq >= $2 order by seq")
            .bind(workspace)
            .bind(from)
            .fetch_all(&mut superuser)
            .await
            .unwrap();
    let mut previous: [u8; 32] = rows[0].prev_hash.clone().try_into().unwrap();
    for row in rows {
        let link = server::audit::Link {
            workspace_id: workspace,
            seq: row.seq,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_id: Some(Uuid::from_u128(999)),
            action: row.action,
            target_kind: row.target_kind,
            target_id: row.target_id,
            request_id: row.request_id,
            commitment: row.commitment.try_into().unwrap(),
        };
        let hash = link.hash(&previous);
        sqlx::query(
            "update audit_entries set actor_id = $3, prev_hash = $4, hash = $5 where workspace_id = $1 and seq = $2",
        )
        .bind(workspace)
        .bind(row.seq)
        .bind(link.actor_id)
        .bind(previous.as_slice())
        .bind(hash.as_slice())
        .execute(&mut superuser)
        .await
        .unwrap();
        previous = hash;
    }
    sqlx::query("update workspace_heads set audit_hash = $2 where workspace_id = $1")
        .bind(workspace)
        .bind(previous.as_slice())
        .execute(&mut superuser)
        .await
        .unwrap();
}

/// What `switchboard audit verify` would say of one workspace.
async fn verify_everything(test: &TestDatabase, workspace: WorkspaceId) -> Option<Bad> {
    let app = test.app();
    let mut owner = test.owner_options().connect().await.unwrap();
    let all = verify_all(&mut owner, &app.db, &app.notary).await.unwrap();
    all.into_iter().find(|verified| verified.workspace_id == workspace).unwrap().report.bad
}

#[tokio::test]
async fn a_clean_chain_with_anchors_raises_no_alarm() {
    let test = TestDatabase::create().await;
    let workspace = chain_of_six(&test).await;
    let app = test.app();
    let first = sign_head(&app, workspace).await.unwrap().unwrap();
    assert_eq!(first.seq, 6);
    assert!(sign_head(&app, workspace).await.unwrap().is_none(), "nothing new to sign");
    let mut tx = test.db.workspace(workspace).await.unwrap();
    tx.audit(entry(AuditAction::ConversationClosed, 9));
    tx.commit().await.unwrap();
    assert_eq!(sign_head(&app, workspace).await.unwrap().unwrap().seq, 7);
    assert_eq!(app.notary.exported().unwrap().len(), 2);
    assert_eq!(verify_everything(&test, workspace).await, None);
}

#[tokio::test]
async fn a_chain_that_was_cut_rolled_back_or_rewritten_is_not_the_one_that_was_signed() {
    let test = TestDatabase::create().await;
    let cut = "delete from audit_entries where seq > 4; delete from audit_details where seq > 4;
         update workspace_heads h set audit_seq = 4, audit_hash = (select hash from audit_entries e
             where e.workspace_id = h.workspace_id and e.seq = 4) where audit_seq = 6";
    for anchors_too in [false, true] {
        for (what, seq) in [("cut", 5), ("rewritten", 6), ("removed", 1)] {
            let workspace = chain_of_six(&test).await;
            sign_head(&test.app(), workspace).await.unwrap().unwrap();
            match what {
                "cut" => tamper(&test, cut).await,
                "rewritten" => rewrite(&test, workspace, 3).await,
                _ => {
                    tamper(
                        &test,
                        "delete from audit_entries; delete from audit_details; delete from workspace_heads; delete from workspaces",
                    )
                    .await;
                }
            }
            let found = if anchors_too {
                tamper(&test, "delete from audit_anchors").await; // the file outside the database still knows
                verify_everything(&test, workspace).await
            } else {
                let app = test.app();
                std::fs::remove_file(app.notary.export_path()).unwrap(); // the database still knows
                let mut tx = test.db.read(workspace).await.unwrap();
                let report = server::audit::verify_with_anchors(&mut tx, &app.notary, &[]).await.unwrap();
                report.bad
            };
            assert_eq!(
                found,
                Some(Bad { seq, fault: Fault::NotAsSigned }),
                "{what}, anchors too: {anchors_too}"
            );
            let reset = "truncate audit_entries, audit_details; delete from audit_anchors; delete from workspace_heads;
                         delete from workspaces";
            tamper(&test, reset).await;
            let _ = std::fs::remove_file(test.app().notary.export_path());
        }
    }
}

#[tokio::test]
async fn an_anchor_that_we_did_not_sign_is_found_and_a_tampered_chain_is_not_signed() {
    let test = TestDatabase::create().await;
    let workspace = chain_of_six(&test).await;
    sign_head(&test.app(), workspace).await.unwrap().unwrap();
    tamper(&test, "update audit_anchors set signed_at = signed_at + interval '1 second'").await;
    assert_eq!(verify_everything(&test, workspace).await, Some(Bad { seq: 6, fault: Fault::BadAnchor }));

    let other = chain_of_six(&test).await;
    tamper(
        &test,
        &format!("update audit_entries set action = 1 where workspace_id = '{}' and seq = 2", other.0),
    )
    .await;
    assert!(sign_head(&test.app(), other).await.unwrap().is_none());
}

#[tokio::test]
async fn every_thousand_entries_the_chain_is_signed_without_waiting() {
    let test = TestDatabase::create().await;
    let workspace = test.workspace("Ours").await;
    let app = test.app();
    for _ in 0..3 {
        let mut tx = test.db.workspace(workspace).await.unwrap();
        (0..400).for_each(|n| tx.audit(entry(AuditAction::ConversationClosed, n)));
        tx.commit().await.unwrap();
    }
    server::jobs::run_due(&app, &std::sync::Arc::new(server::jobs::handlers())).await.unwrap();
    let anchors = app.notary.exported().unwrap();
    assert_eq!(anchors.iter().map(|anchor| anchor.seq).collect::<Vec<_>>(), [1200]);
    assert_eq!(verify_everything(&test, workspace).await, None);
}

const LOG: &str = "query($first: Int!, $after: String) { auditLog(first: $first, after: $after) {
    nodes { seq actorKind actorName action sentence details hash erased clientAddress targetKind targetId }
    pageInfo { hasNextPage endCursor } } }";

#[tokio::test]
async fn admins_read_the_log_in_words_page_by_page_and_reading_it_is_an_entry() {
    let test = TestDatabase::create().await;
    let (app, owner) = (test.app(), test.owner().await);
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    for after in ["agent", "admin"] {
        let mut tx = test.db.workspace(owner.workspace_id).await.unwrap();
        tx.audit(
            Entry::new(owner.actor(), AuditAction::MemberRoleChanged)
                .on(TargetKind::Member, agent.member_id.0)
                .with(serde_json::json!({ "before": "agent", "after": after })),
        );
        tx.commit().await.unwrap();
    }
    let mut tx = test.db.workspace(owner.workspace_id).await.unwrap();
    sqlx::query("delete from audit_details where seq = 1").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();

    let variables = serde_json::json!({ "first": 1 });
    let page = ask(&app, Some(&owner), LOG, variables).await.ok();
    let newest = &page["auditLog"]["nodes"][0];
    assert_eq!(newest["seq"], 2);
    assert_eq!(
        newest["sentence"],
        format!("{} changed the role of {} from agent to admin", owner.name, agent.name)
    );
    assert_eq!(newest["details"], r#"{"after":"admin","before":"agent"}"#);
    assert_eq!((&newest["action"], &newest["actorKind"]), (&"member.role_changed".into(), &"member".into()));
    assert_eq!(newest["targetId"], agent.member_id.to_string());
    assert_eq!(newest["hash"].as_str().unwrap().len(), 64);
    assert_eq!(page["auditLog"]["pageInfo"]["hasNextPage"], true);

    let variables = serde_json::json!({ "first": 5, "after": page["auditLog"]["pageInfo"]["endCursor"] });
    let page = ask(&app, Some(&owner), LOG, variables).await.ok();
    let oldest = &page["auditLog"]["nodes"];
    assert_eq!(oldest.as_array().unwrap().len(), 1);
    assert_eq!((&oldest[0]["seq"], &oldest[0]["erased"]), (&1.into(), &true.into()));
    assert_eq!(oldest[0]["sentence"], format!("{} changed the role of {}", owner.name, agent.name));
    assert_eq!(page["auditLog"]["pageInfo"]["hasNextPage"], false);

    let page = ask(&app, Some(&owner), LOG, serde_json::json!({ "first": 5 })).await.ok();
    let sentences: Vec<&str> = page["auditLog"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["sentence"].as_str().unwrap())
        .collect();
    assert_eq!(sentences.len(), 3, "two pages were one reading: {sentences:?}");
    assert_eq!(sentences[0], format!("{} read the audit log", owner.name));
}

#[tokio::test]
async fn the_log_is_for_admins_of_its_own_workspace() {
    let test = TestDatabase::create().await;
    let (app, owner) = (test.app(), test.owner().await);
    let agent = test.member(owner.workspace_id, Role::Agent).await;
    let stranger = test.owner().await;
    let mut tx = test.db.workspace(owner.workspace_id).await.unwrap();
    tx.audit(entry(AuditAction::ConversationClosed, 1));
    tx.commit().await.unwrap();

    let first = || serde_json::json!({ "first": 5 });
    assert_eq!(ask(&app, None, LOG, first()).await.codes, ["UNAUTHENTICATED"]);
    assert_eq!(ask(&app, Some(&agent), LOG, first()).await.codes, ["FORBIDDEN"]);
    assert_eq!(ask(&app, Some(&agent), "{ auditChain { entries } }", Value::Null).await.codes, ["FORBIDDEN"]);
    let theirs = ask(&app, Some(&stranger), LOG, first()).await.ok();
    assert_eq!(theirs["auditLog"]["nodes"], serde_json::json!([]));
    assert_eq!(ask(&app, Some(&owner), LOG, serde_json::json!({ "first": 0 })).await.codes, ["INVALID"]);
    let junk = serde_json::json!({ "first": 1, "after": "junk" });
    assert_eq!(ask(&app, Some(&owner), LOG, junk).await.codes, ["INVALID"]);
}

#[tokio::test]
async fn the_state_of_the_chain_is_checked_when_asked() {
    let test = TestDatabase::create().await;
    let (app, owner) = (test.app(), test.owner().await);
    for n in 0..3 {
        let mut tx = test.db.workspace(owner.workspace_id).await.unwrap();
        tx.audit(entry(AuditAction::ConversationClosed, n));
        tx.commit().await.unwrap();
    }
    const CHAIN: &str = "{ auditChain { entries headHash verified firstBadSeq } }";
    let state = ask(&app, Some(&owner), CHAIN, Value::Null).await.ok();
    assert_eq!(
        (&state["auditChain"]["entries"], &state["auditChain"]["verified"]),
        (&3.into(), &true.into())
    );
    tamper(&test, "update audit_entries set action = 1 where seq = 2").await;
    let state = ask(&app, Some(&owner), CHAIN, Value::Null).await.ok();
    assert_eq!(
        (&state["auditChain"]["firstBadSeq"], &state["auditChain"]["verified"]),
        (&2.into(), &false.into())
    );
}
