//! Work that is owed is done, in order, once at a time, whoever dies meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jobs::{Kinds, NewJob, enqueue, enqueue_all};
use server::app::App;
use server::jobs::{Handlers, JobError, Outcome, Runner, Share, run_due};
use shared::WorkspaceId;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::kit::TestDatabase;

async fn owe(test: &TestDatabase, workspace: WorkspaceId, job: NewJob) -> i64 {
    let mut tx = test.db.workspace(workspace).await.unwrap();
    let id = enqueue(tx.conn(), job).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn job(workspace: WorkspaceId, n: u64) -> NewJob {
    NewJob::new(workspace.0, "test.note").with(serde_json::json!({ "n": n }))
}

/// How many jobs there are: waiting, dead.
async fn left(test: &TestDatabase) -> (i64, i64) {
    let mut superuser = test.superuser().await;
    sqlx::query_as(
        "select count(*) filter (where dead_at is null), count(*) filter (where dead_at is not null)
         from jobs where kind like 'test.%'",
    )
    .fetch_one(&mut superuser)
    .await
    .unwrap()
}

/// Makes what waits for another try, or for a lease to end, due now.
async fn let_time_pass(test: &TestDatabase) {
    let mut superuser = test.superuser().await;
    sqlx::query("update jobs set run_at = now() where dead_at is null")
        .execute(&mut superuser)
        .await
        .unwrap();
}

type Seen = Arc<Mutex<Vec<u64>>>;

/// Handlers that note the `n` of each job they run; `fail` says which runs fail.
fn noting(seen: &Seen, fail: impl Fn(u64, i16) -> Option<JobError> + Send + Sync + 'static) -> Arc<Handlers> {
    let seen = seen.clone();
    let fail = Arc::new(fail);
    Arc::new(Handlers::default().on("test.note", move |run| {
        let (seen, fail) = (seen.clone(), fail.clone());
        async move {
            let n = run.job.payload["n"].as_u64().unwrap();
            match fail(n, run.job.attempts) {
                Some(error) => Err(error),
                None => {
                    seen.lock().unwrap().push(n);
                    Ok(Outcome::Done)
                }
            }
        }
    }))
}

async fn start() -> (TestDatabase, Arc<App>, WorkspaceId, Seen) {
    let test = TestDatabase::create().await;
    let workspace = test.workspace("Ours").await;
    let app = test.app();
    (test, app, workspace, Seen::default())
}

#[tokio::test]
async fn jobs_of_every_workspace_are_run_once_and_removed() {
    let (test, app, ours, seen) = start().await;
    let theirs = test.workspace("Theirs").await;
    for n in 0..20 {
        owe(&test, if n % 2 == 0 { ours } else { theirs }, job(if n % 2 == 0 { ours } else { theirs }, n))
            .await;
    }
    let handlers = noting(&seen, |_, _| None);
    assert_eq!(run_due(&app, &handlers).await.unwrap(), 20);
    assert_eq!(run_due(&app, &handlers).await.unwrap(), 0);
    let mut seen = seen.lock().unwrap().clone();
    seen.sort_unstable();
    assert_eq!(seen, (0..20).collect::<Vec<_>>());
    assert_eq!(left(&test).await, (0, 0));
}

#[tokio::test]
async fn what_was_owed_by_a_transaction_that_rolled_back_is_not_done() {
    let (test, app, workspace, seen) = start().await;
    let mut tx = test.db.workspace(workspace).await.unwrap();
    enqueue(tx.conn(), job(workspace, 1)).await.unwrap();
    drop(tx);
    assert_eq!(run_due(&app, &noting(&seen, |_, _| None)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_job_for_later_waits_for_its_time() {
    let (test, app, workspace, seen) = start().await;
    owe(&test, workspace, job(workspace, 1).at(chrono::Utc::now() + chrono::TimeDelta::hours(1))).await;
    let handlers = noting(&seen, |_, _| None);
    assert_eq!(run_due(&app, &handlers).await.unwrap(), 0);
    let_time_pass(&test).await;
    assert_eq!(run_due(&app, &handlers).await.unwrap(), 1);
}

#[tokio::test]
async fn a_lane_keeps_its_order_when_its_first_job_fails() {
    let (test, app, workspace, seen) = start().await;
    for n in 0..4 {
        owe(&test, workspace, job(workspace, n).in_lane("conversation")).await;
    }
    let handlers = noting(&seen, |n, attempt| {
        (n == 1 && attempt == 1).then(|| JobError::Retry(anyhow::anyhow!("not yet")))
    });
    run_due(&app, &handlers).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [0], "the lane waits for its first job");
    let_time_pass(&test).await;
    run_due(&app, &handlers).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_job_that_keeps_failing_becomes_a_dead_letter_and_frees_its_lane() {
    let (test, app, workspace, seen) = start().await;
    owe(&test, workspace, job(workspace, 0).in_lane("l").attempts(3)).await;
    owe(&test, workspace, job(workspace, 1).in_lane("l")).await;
    let handlers = noting(&seen, |n, _| (n == 0).then(|| JobError::Retry(anyhow::anyhow!("never"))));
    for _ in 0..3 {
        assert!(seen.lock().unwrap().is_empty());
        run_due(&app, &handlers).await.unwrap();
        let_time_pass(&test).await;
    }
    run_due(&app, &handlers).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [1]);
    assert_eq!(left(&test).await, (0, 1));
}

#[tokio::test]
async fn a_hopeless_job_a_panicking_one_and_an_unknown_one_stop_nobody() {
    let (test, app, workspace, seen) = start().await;
    for n in 0..3 {
        owe(&test, workspace, job(workspace, n)).await;
    }
    owe(&test, workspace, NewJob::new(workspace.0, "test.nobody_does_this")).await;
    let handlers = noting(&seen, |n, _| match n {
        0 => Some(JobError::Hopeless(anyhow::anyhow!("no such thing"))),
        1 => panic!("a bug"),
        _ => None,
    });
    run_due(&app, &handlers).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [2]);
    assert_eq!(left(&test).await, (1, 2), "the panicking one will be tried again");
}

#[tokio::test]
async fn a_worker_whose_lease_ran_out_cannot_finish_what_another_has_claimed() {
    let (test, _, workspace, _) = start().await;
    owe(&test, workspace, job(workspace, 1)).await;
    let (late, prompt) = (Uuid::new_v4(), Uuid::new_v4());
    let mut connection = test.db.pool().acquire().await.unwrap();
    let claim = jobs::claim(&mut connection, 5, Duration::from_secs(60), late, Kinds::ALL).await.unwrap()[0];
    assert!(
        jobs::claim(&mut connection, 5, Duration::from_secs(60), prompt, Kinds::ALL)
            .await
            .unwrap()
            .is_empty()
    );
    let_time_pass(&test).await;
    assert_eq!(
        jobs::claim(&mut connection, 5, Duration::from_secs(60), prompt, Kinds::ALL).await.unwrap(),
        [claim]
    );

    let mut tx = test.db.workspace(workspace).await.unwrap();
    assert!(jobs::load(tx.conn(), claim, late).await.unwrap().is_none());
    assert!(!jobs::finish(tx.conn(), claim, late).await.unwrap());
    assert_eq!(jobs::retry(tx.conn(), claim, late, "", Duration::ZERO).await.unwrap(), jobs::Failure::Lost);
    assert!(!jobs::put_off(tx.conn(), claim, late, Duration::ZERO).await.unwrap());
    assert!(!jobs::bury(tx.conn(), claim, late, "").await.unwrap());
    assert!(!jobs::release(tx.conn(), claim, late).await.unwrap());
    assert!(jobs::finish(tx.conn(), claim, prompt).await.unwrap());
}

#[tokio::test]
async fn a_claim_that_is_renewed_is_kept_and_one_that_was_lost_cannot_be() {
    let (test, _, workspace, _) = start().await;
    owe(&test, workspace, job(workspace, 1)).await;
    let mut connection = test.db.pool().acquire().await.unwrap();
    let (first, second, lease) = (Uuid::new_v4(), Uuid::new_v4(), Duration::from_secs(60));
    let claim = jobs::claim(&mut connection, 5, lease, first, Kinds::ALL).await.unwrap()[0];
    let_time_pass(&test).await;
    let mut tx = test.db.workspace(workspace).await.unwrap();
    assert!(jobs::renew(tx.conn(), claim, first, lease).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(jobs::claim(&mut connection, 5, lease, second, Kinds::ALL).await.unwrap(), []);

    let_time_pass(&test).await;
    assert_eq!(jobs::claim(&mut connection, 5, lease, second, Kinds::ALL).await.unwrap(), [claim]);
    let mut tx = test.db.workspace(workspace).await.unwrap();
    assert!(!jobs::renew(tx.conn(), claim, first, lease).await.unwrap());
}

#[tokio::test]
async fn what_a_process_that_died_was_doing_is_due_again_within_half_a_minute() {
    let (test, app, workspace, _) = start().await;
    owe(&test, workspace, job(workspace, 1)).await;
    let (found, behind) = (Arc::new(AtomicUsize::new(0)), test.superuser().await);
    let behind = Arc::new(tokio::sync::Mutex::new(behind));
    let noted = Arc::clone(&found);
    let handlers = Arc::new(Handlers::default().on("test.note", move |_| {
        let (noted, behind) = (Arc::clone(&noted), Arc::clone(&behind));
        async move {
            let soon: i64 = sqlx::query_scalar(
                "select count(*) from jobs where kind = 'test.note' and run_at <= now() + interval '30 seconds'",
            )
            .fetch_one(&mut *behind.lock().await)
            .await?;
            noted.store(usize::try_from(soon).unwrap(), Ordering::Relaxed);
            Ok(Outcome::Done)
        }
    }));
    assert_eq!(run_due(&app, &handlers).await.unwrap(), 1);
    assert_eq!(found.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn two_workers_never_run_the_same_job_nor_one_lane_at_the_same_time() {
    let (test, app, workspace, seen) = start().await;
    for n in 0..40 {
        owe(&test, workspace, job(workspace, n).in_lane(format!("lane {}", n % 4))).await;
    }
    let at_once: Arc<[AtomicUsize; 4]> = Arc::default();
    let noted = seen.clone();
    let handlers = Arc::new(Handlers::default().on("test.note", move |run| {
        let (noted, at_once) = (noted.clone(), at_once.clone());
        async move {
            let n = run.job.payload["n"].as_u64().unwrap();
            let lane = &at_once[(n % 4) as usize];
            assert_eq!(lane.fetch_add(1, Ordering::SeqCst), 0, "two at once in a lane");
            tokio::time::sleep(Duration::from_millis(3)).await;
            noted.lock().unwrap().push(n);
            lane.fetch_sub(1, Ordering::SeqCst);
            Ok(Outcome::Done)
        }
    }));
    let (one, other) = tokio::join!(run_due(&app, &handlers), run_due(&app, &handlers));
    one.unwrap();
    other.unwrap();
    run_due(&app, &handlers).await.unwrap();
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 40);
    for lane in 0..4 {
        let order: Vec<u64> = seen.iter().copied().filter(|n| n % 4 == lane).collect();
        assert!(order.is_sorted(), "lane {lane}: {order:?}");
    }
}

#[tokio::test]
async fn a_recurring_job_comes_again_with_all_its_attempts() {
    let (test, app, workspace, _) = start().await;
    owe(&test, workspace, job(workspace, 1)).await;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let handlers = Arc::new(Handlers::default().on("test.note", move |run| {
        let counted = counted.clone();
        async move {
            assert_eq!(run.job.attempts, 1);
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(Outcome::Again(Duration::from_secs(3600)))
        }
    }));
    for expected in 1..4 {
        run_due(&app, &handlers).await.unwrap();
        assert_eq!(runs.load(Ordering::SeqCst), expected);
        let_time_pass(&test).await;
    }
}

#[tokio::test]
async fn what_has_expired_is_tidied_away_and_what_has_not_stays() {
    let (test, app, workspace, _) = start().await;
    test.web_chat(workspace).await;
    let member = test.member(workspace, shared::Role::Owner).await;
    let mut behind = test.superuser().await;
    // Of each one that ran out long ago, one that ran out just now, and one that works.
    for (n, expires) in [(1_u8, "-8 days"), (2, "-1 second"), (3, "1 hour")] {
        for sql in [
            "insert into sessions (key_hash, user_id, data, expires_at)
             values ($1, $2, '{}', now() + $3::text::interval)",
            "insert into user_tokens (token_hash, user_id, purpose, expires_at)
             values ($1, $2, 1, now() + $3::text::interval)",
            "insert into visitor_sessions (workspace_id, token_hash, channel_id, platform_id, purpose, expires_at)
             select workspace_id, $1, id, 'v_' || $2::text, 1, now() + $3::text::interval from channels",
            "insert into invitations (workspace_id, id, email, role, token_hash, expires_at)
             select workspace_id, gen_random_uuid(), $2::text || '@example.com', 1, $1, now() + $3::text::interval
             from workspaces where name = 'Ours'",
        ] {
            let query = sqlx::query(sql).bind([n; 32].as_slice()).bind(member.user_id).bind(expires);
            query.execute(&mut behind).await.unwrap();
        }
    }
    let mut tx = test.db.workspace(workspace).await.unwrap();
    server::jobs::begin_for_workspace(tx.conn(), workspace).await.unwrap();
    tx.commit().await.unwrap();

    assert!(server::jobs::tidy_installation(&test.db).await.unwrap());
    run_due(&app, &Arc::new(server::jobs::handlers())).await.unwrap();
    let mut left = Vec::new();
    for sql in [
        "select array_agg(get_byte(key_hash, 0) order by 1) from sessions",
        "select array_agg(get_byte(token_hash, 0) order by 1) from user_tokens",
        "select array_agg(get_byte(token_hash, 0) order by 1) from visitor_sessions",
        "select array_agg(get_byte(token_hash, 0) order by 1) from invitations",
    ] {
        let kept: Vec<i32> = sqlx::query_scalar(sql).fetch_one(&mut behind).await.unwrap();
        left.push(kept);
    }
    assert_eq!(
        left,
        [vec![3], vec![2, 3], vec![3], vec![2, 3]],
        "links stay a week longer, to say that they ran out"
    );
    let again: i64 =
        sqlx::query_scalar("select count(*) from jobs where kind = 'workspace.tidy' and run_at > now()")
            .fetch_one(&mut behind)
            .await
            .unwrap();
    assert_eq!(again, 1, "it comes again");
}

#[tokio::test]
async fn a_stopping_worker_gives_back_what_it_could_not_finish_and_a_ring_wakes_it() {
    let (test, app, workspace, _) = start().await;
    let started = Arc::new(tokio::sync::Notify::new());
    let starting = started.clone();
    let handlers = Handlers::default().on("test.note", move |_| {
        let starting = starting.clone();
        async move {
            starting.notify_one();
            std::future::pending().await
        }
    });
    let stop = CancellationToken::new();
    owe(&test, workspace, job(workspace, 1)).await;
    let runner = Runner::new(app.clone(), Share::Ordinary, handlers, stop.clone())
        .looking_every(Duration::from_secs(3_600));
    let runner = tokio::spawn(runner.run());
    started.notified().await; // it has looked, and waits an hour
    owe(&test, workspace, job(workspace, 2)).await;
    app.jobs.ring();
    tokio::time::timeout(Duration::from_secs(60), started.notified()).await.expect("woken before the hour");
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(60), runner).await.expect("stops").unwrap();

    let mut connection = test.db.pool().acquire().await.unwrap();
    let claims =
        jobs::claim(&mut connection, 5, Duration::from_secs(60), Uuid::new_v4(), Kinds::ALL).await.unwrap();
    assert_eq!(claims.len(), 2, "due again at once");
}

#[tokio::test]
async fn a_due_job_rings_and_one_for_later_does_not() {
    let (test, _, workspace, _) = start().await;
    let mut listener = sqlx::postgres::PgListener::connect_with(test.db.pool()).await.unwrap();
    listener.listen("sb_jobs").await.unwrap();
    owe(&test, workspace, job(workspace, 1).at(chrono::Utc::now() + chrono::TimeDelta::hours(1))).await;
    assert!(tokio::time::timeout(Duration::from_millis(200), listener.recv()).await.is_err());
    owe(&test, workspace, job(workspace, 2)).await;
    tokio::time::timeout(Duration::from_secs(20), listener.recv()).await.expect("rings").unwrap();
}

#[tokio::test]
async fn kinds_are_claimed_apart_and_many_jobs_are_owed_at_once() {
    let (test, app, workspace, seen) = start().await;
    let mut tx = test.db.workspace(workspace).await.unwrap();
    let payloads = (0..30).map(|n| serde_json::json!({ "n": n })).collect();
    enqueue_all(tx.conn(), &NewJob::new(workspace.0, "test.note"), payloads).await.unwrap();
    enqueue_all(tx.conn(), &NewJob::new(workspace.0, "test.note"), Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
    owe(&test, workspace, NewJob::new(workspace.0, "test.slow")).await;

    let mut connection = test.db.pool().acquire().await.unwrap();
    let lease = Duration::from_secs(60);
    let mut claim =
        async |kinds| jobs::claim(&mut connection, 50, lease, Uuid::new_v4(), kinds).await.unwrap().len();
    assert_eq!(claim(Kinds::Only(&["test.other"])).await, 0);
    assert_eq!(claim(Kinds::Only(&["test.slow"])).await, 1);
    assert_eq!(claim(Kinds::AllBut(&["test.note", "test.slow"])).await, 0);
    drop(connection);
    run_due(&app, &noting(&seen, |_, _| None)).await.unwrap();
    let mut seen = seen.lock().unwrap().clone();
    seen.sort_unstable();
    assert_eq!(seen, (0..30).collect::<Vec<_>>());
}
