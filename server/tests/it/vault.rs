//! Secrets open where they belong, and nowhere else; keys are replaced while servers run.

use server::app::App;
use server::vault::{RotateReport, VaultError, rotate, status, workspaces};
use shared::WorkspaceId;
use sqlx::{ConnectOptions, Connection, PgConnection};
use uuid::Uuid;

use crate::kit::TestDatabase;

const SUBJECT: Uuid = Uuid::from_u128(7);

async fn seal(app: &App, workspace: WorkspaceId, secret: &str) -> Vec<u8> {
    let mut tx = app.db.workspace(workspace).await.unwrap();
    let sealed = app.vault.seal(&mut tx, SUBJECT, "token", secret.as_bytes()).await.unwrap();
    tx.commit().await.unwrap();
    sealed
}

async fn open(app: &App, workspace: WorkspaceId, sealed: &[u8]) -> Result<String, VaultError> {
    let mut tx = app.db.read(workspace).await.unwrap();
    let secret = app.vault.open(&mut tx, SUBJECT, "token", sealed).await?;
    Ok(String::from_utf8(secret.expose().to_vec()).unwrap())
}

/// The master key that seals this workspace's first data key.
async fn master_of(test: &TestDatabase, workspace: WorkspaceId) -> i64 {
    let mut tx = test.db.read(workspace).await.unwrap();
    sqlx::query_scalar("select master_key_id from workspace_keys where workspace_id = $1 and version = 1")
        .bind(workspace)
        .fetch_one(tx.conn())
        .await
        .unwrap()
}

async fn owner(test: &TestDatabase) -> PgConnection {
    test.owner_options().connect().await.unwrap()
}

#[tokio::test]
async fn a_secret_opens_in_its_place_only() {
    let test = TestDatabase::create().await;
    let (ours, theirs) = (test.workspace("Ours").await, test.workspace("Theirs").await);
    let app = test.app();
    let sealed = seal(&app, ours, "hunter2").await;
    assert!(!sealed.windows(7).any(|bytes| bytes == b"hunter2"));
    assert_eq!(open(&app, ours, &sealed).await.unwrap(), "hunter2");
    assert_eq!(open(&app, ours, &sealed).await.unwrap(), "hunter2", "from the cache");

    assert!(matches!(open(&app, theirs, &sealed).await, Err(VaultError::UnknownDataKey)));
    seal(&app, theirs, "other").await;
    assert!(matches!(open(&app, theirs, &sealed).await, Err(VaultError::Refused(_))));
    let mut tx = app.db.read(ours).await.unwrap();
    assert!(app.vault.open(&mut tx, Uuid::from_u128(8), "token", &sealed).await.is_err());
    assert!(app.vault.open(&mut tx, SUBJECT, "other", &sealed).await.is_err());
}

#[tokio::test]
async fn another_process_opens_it_and_another_installation_does_not() {
    let test = TestDatabase::create().await;
    let workspace = test.workspace("Ours").await;
    let sealed = seal(&test.app(), workspace, "s").await;
    assert_eq!(open(&test.app(), workspace, &sealed).await.unwrap(), "s");
    let stranger = test.app_with(server::config::Config {
        data_dir: test.data_dir().join("elsewhere"),
        ..server::config::Config::default()
    });
    assert!(matches!(open(&stranger, workspace, &sealed).await, Err(VaultError::Refused(_))));
}

#[tokio::test]
async fn secrets_sealed_at_the_same_time_share_the_one_data_key_and_are_counted() {
    let test = TestDatabase::create().await;
    let workspace = test.workspace("Ours").await;
    let app = test.app();
    let seals = (0..12).map(|n| {
        let app = app.clone();
        async move { (n, seal(&app, workspace, &n.to_string()).await) }
    });
    for (n, sealed) in futures::future::join_all(seals).await {
        assert_eq!(open(&app, workspace, &sealed).await.unwrap(), n.to_string());
    }
    let mut tx = test.db.read(workspace).await.unwrap();
    let keys: Vec<(i32, i64)> =
        sqlx::query_as("select version, seals from workspace_keys").fetch_all(tx.conn()).await.unwrap();
    assert_eq!(keys, [(1, 12)]);
}

#[tokio::test]
async fn a_data_key_made_by_a_transaction_that_rolled_back_confuses_nobody() {
    let test = TestDatabase::create().await;
    let workspace = test.workspace("Ours").await;
    let app = test.app();
    let mut tx = app.db.workspace(workspace).await.unwrap();
    let lost = app.vault.seal(&mut tx, SUBJECT, "token", b"lost").await.unwrap();
    app.vault.open(&mut tx, SUBJECT, "token", &lost).await.unwrap();
    drop(tx);
    let sealed = seal(&app, workspace, "kept").await;
    assert_eq!(open(&app, workspace, &sealed).await.unwrap(), "kept");
    assert!(open(&app, workspace, &lost).await.is_err());
}

#[tokio::test]
async fn a_worn_data_key_is_replaced_and_old_secrets_still_open() {
    let test = TestDatabase::create().await;
    let workspace = test.workspace("Ours").await;
    let app = test.app();
    let old = seal(&app, workspace, "old").await;
    let mut superuser = test.superuser().await;
    sqlx::query("update workspace_keys set seals = 1 << 30").execute(&mut superuser).await.unwrap();
    let new = seal(&app, workspace, "new").await;
    assert_eq!((old[4], new[4]), (1, 2), "the envelope names the data key");
    assert_eq!(open(&app, workspace, &old).await.unwrap(), "old");
    assert_eq!(open(&app, workspace, &new).await.unwrap(), "new");
}

#[tokio::test]
async fn a_server_without_a_master_key_in_use_does_not_start() {
    let test = TestDatabase::create().await;
    let app = test.app();
    app.vault.check(&app.db).await.unwrap();
    let workspace = test.workspace("Ours").await;
    seal(&app, workspace, "s").await;
    app.vault.check(&app.db).await.unwrap();
    let mut superuser = test.superuser().await;
    sqlx::query("update workspace_keys set master_key_id = 5").execute(&mut superuser).await.unwrap();
    assert!(matches!(app.vault.check(&app.db).await, Err(VaultError::UnknownMasterKey(5))));
}

#[tokio::test]
async fn keys_are_rotated_while_a_server_runs() {
    let test = TestDatabase::create().await;
    let (ours, theirs) = (test.workspace("Ours").await, test.workspace("Theirs").await);
    let (server, command) = (test.app(), test.app());
    let (our_secret, their_secret) =
        (seal(&server, ours, "ours").await, seal(&server, theirs, "theirs").await);
    let mut owner = owner(&test).await;
    assert_eq!(workspaces(&mut owner).await.unwrap().len(), 2);

    let report = rotate(&mut owner, &command.db, &command.vault).await.unwrap();
    assert_eq!(report, RotateReport { active: 2, fresh: true, rewrapped: 2 });
    let uses: Vec<_> = status(&mut owner, &command.vault)
        .await
        .unwrap()
        .into_iter()
        .map(|key| (key.id, key.active, key.in_file, key.data_keys))
        .collect();
    assert_eq!(uses, [(1, false, true, 0), (2, true, true, 2)]);

    // The server that was running all the time, one that starts now, and what it seals from now on.
    assert_eq!(open(&server, ours, &our_secret).await.unwrap(), "ours");
    assert_eq!(open(&test.app(), theirs, &their_secret).await.unwrap(), "theirs");
    let third = test.workspace("Third").await;
    seal(&server, third, "third").await;
    assert_eq!(master_of(&test, third).await, 2);
    owner.close().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_rotation_is_completed_without_a_further_key() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let (ours, theirs) = (test.workspace("Ours").await, test.workspace("Theirs").await);
    let secret = seal(&app, ours, "ours").await;
    seal(&app, theirs, "theirs").await;
    let path = app.config.master_key_path();
    vault::KeyRing::load(&path).unwrap().add(&path).unwrap(); // … and the machine went down here

    let mut owner = owner(&test).await;
    let report = rotate(&mut owner, &app.db, &app.vault).await.unwrap();
    assert_eq!(report, RotateReport { active: 2, fresh: false, rewrapped: 2 });
    assert_eq!((master_of(&test, ours).await, master_of(&test, theirs).await), (2, 2));
    assert_eq!(open(&app, ours, &secret).await.unwrap(), "ours");
}

#[tokio::test]
async fn a_signature_holds_for_its_message_and_purpose_and_through_a_rotation() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let signed = app.vault.sign("link", b"message").unwrap();
    assert!(app.vault.is_signed("link", b"message", &signed).unwrap());
    assert!(!app.vault.is_signed("link", b"messages", &signed).unwrap());
    assert!(!app.vault.is_signed("other", b"message", &signed).unwrap());
    assert!(!app.vault.is_signed("link", b"message", b"").unwrap());
    rotate(&mut owner(&test).await, &app.db, &app.vault).await.unwrap();
    assert!(app.vault.is_signed("link", b"message", &signed).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_rotated_while_everything_is_sent_lose_nothing() {
    const PEOPLE: usize = 6;
    const MESSAGES: usize = 10;
    let platform = crate::kit::Platform::start().await;
    let line = platform.bot().await;
    let conversations = platform.people(&line, "p", PEOPLE).await;
    let mut owner = owner(&platform.test).await;
    let operator = platform.test.app_with(server::config::Config {
        data_dir: platform.test.data_dir(),
        ..server::config::Config::default()
    });
    let writing = async {
        for n in 0..MESSAGES {
            for (at, conversation) in conversations.iter().enumerate() {
                platform.say(*conversation, &format!("{at}/{n}")).await;
            }
        }
    };
    let rotating = async {
        let mut second = None;
        for round in 0..4 {
            let report = rotate(&mut owner, &operator.db, &operator.vault).await.unwrap();
            assert!(report.fresh && report.rewrapped >= 1, "{report:?}");
            if round == 1 {
                // A process that starts now opens nothing with what it remembers.
                second = Some(platform.another_process(1).await);
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        second
    };
    let ((), second) = futures::join!(writing, rotating);
    platform.until_empty().await;
    let (arrived, doubled) = platform.arrived(&line).await;
    assert_eq!((arrived.len(), doubled), (PEOPLE * MESSAGES, serde_json::json!([])));
    let failed: i64 = sqlx::query_scalar("select count(*) from transmissions where status <> 2")
        .fetch_one(&mut platform.test.superuser().await)
        .await
        .unwrap();
    assert_eq!(failed, 0, "every send is sent");
    if let Some(second) = second {
        second.stopping.cancel();
    }
}
