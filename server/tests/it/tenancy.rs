//! Tenants are kept apart by Postgres itself.

use crate::kit::TestDatabase;

#[tokio::test]
async fn a_transaction_sees_its_own_workspace_only() {
    let test = TestDatabase::create().await;
    let (ours, theirs) = (test.workspace("Ours").await, test.workspace("Theirs").await);

    let mut tx = test.db.read(ours).await.unwrap();
    let names: Vec<String> =
        sqlx::query_scalar("select name from workspaces").fetch_all(tx.conn()).await.unwrap();
    assert_eq!(names, ["Ours"]);
    let stolen =
        sqlx::query("select from workspaces where workspace_id = $1").bind(theirs).fetch_all(tx.conn()).await;
    assert!(stolen.unwrap().is_empty());
}

#[tokio::test]
async fn without_a_workspace_no_tenant_row_is_visible() {
    let test = TestDatabase::create().await;
    test.workspace("Ours").await;

    let mut tx = test.db.installation().await.unwrap();
    let count: i64 = sqlx::query_scalar("select count(*) from workspaces").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(count, 0);
}
