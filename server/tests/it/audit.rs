//! The audit log tells the truth, or says where it stops.

use std::collections::BTreeMap;

use server::audit::{self, Bad, ChainReport, Entry, Fault};
use server::viewer::{Actor, RequestContext};
use shared::{ActorKind, AuditAction, TargetKind, WorkspaceId};
use sqlx::{AssertSqlSafe, Connection, Executor};
use uuid::Uuid;

use crate::kit::TestDatabase;

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
    audit::verify(tx.conn(), workspace, &BTreeMap::new()).await.unwrap()
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
            Fault::Changed,
        ),
        ("insert into audit_details select workspace_id, 7, row_key, details from audit_details where seq = 6", 7, Fault::DetailsWithoutEntry),
        // set the head back, or elsewhere
        ("update workspace_heads set audit_seq = 4", 5, Fault::HeadDiffers),
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
