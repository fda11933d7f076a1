//! The supervisor against the real PostgreSQL of this machine, in temporary folders.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use embedded_postgres::{EmbeddedPostgres, Settings, StartError};

/// A folder of its own for each test, removed with everything in it.
struct TempFolder(PathBuf);

impl TempFolder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("switchboard-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        // As private as a server's data folder: the supervisor has to open the way for its account.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        Self(path)
    }

    fn settings(&self) -> Settings {
        Settings { data_dir: self.0.join("postgres"), bin_dir: None, durable: true, extra: Vec::new() }
    }

    fn postmaster_pid(&self) -> Option<i32> {
        let text = fs::read_to_string(self.0.join("postgres/cluster/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Runs one statement as the superuser; `Err` holds what `psql` complained about.
fn psql(bin_dir: &Path, socket_dir: &Path, password: Option<&str>, sql: &str) -> Result<String, String> {
    let mut command = Command::new(bin_dir.join("psql"));
    command.args(["-XAtw", "-U", "postgres", "-d", "postgres", "-c", sql]).arg("-h").arg(socket_dir);
    command.env_remove("PGPASSWORD").env("PGPASSFILE", "/nonexistent");
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let output = command.output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    } else {
        Err(String::from_utf8(output.stderr).unwrap())
    }
}

fn ask(postgres: &EmbeddedPostgres, sql: &str) -> Result<String, String> {
    psql(postgres.bin_dir(), postgres.socket_dir(), Some(postgres.superuser_password()), sql)
}

/// Waits until `done`, for 30 s.
fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(30), "still not: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn kill_9(pid: i32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

/// Whether a process still runs; one that only waits to be reaped does not.
fn runs(pid: i32) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8(state.stdout).unwrap();
    !state.trim().is_empty() && !state.starts_with('Z')
}

#[tokio::test]
async fn data_and_password_survive_a_restart() {
    let folder = TempFolder::new("restart");
    let first = EmbeddedPostgres::start(folder.settings()).await.unwrap();
    let password = first.superuser_password().to_owned();
    ask(&first, "create table kept as select 42 as answer").unwrap();
    let pid = folder.postmaster_pid().unwrap();
    first.stop().await;
    assert!(!runs(pid));

    let second = EmbeddedPostgres::start(folder.settings()).await.unwrap();
    assert_eq!(second.superuser_password(), password);
    assert_eq!(ask(&second, "select answer from kept").as_deref(), Ok("42"));
    second.stop().await;
}

#[tokio::test]
async fn commits_are_durable_and_only_the_password_opens_the_socket() {
    let folder = TempFolder::new("bar");
    let mut settings = folder.settings();
    settings.extra = vec![("fsync".into(), "off".into()), ("max_connections".into(), "33".into())];
    let postgres = EmbeddedPostgres::start(settings).await.unwrap();

    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        assert_eq!(ask(&postgres, &format!("show {setting}")).as_deref(), Ok("on"), "{setting}");
    }
    assert_eq!(ask(&postgres, "show listen_addresses").as_deref(), Ok(""));
    assert_eq!(ask(&postgres, "show max_wal_size").as_deref(), Ok("4GB"));
    assert_ne!(ask(&postgres, "show wal_compression").as_deref(), Ok("off"));
    assert_eq!(ask(&postgres, "show max_connections").as_deref(), Ok("33"));

    let refused = psql(postgres.bin_dir(), postgres.socket_dir(), None, "select 1").unwrap_err();
    assert!(refused.contains("password"), "{refused}");
    psql(postgres.bin_dir(), postgres.socket_dir(), Some("wrong"), "select 1").unwrap_err();

    let root = folder.0.join("postgres");
    for private in ["", "cluster", "run"] {
        assert_eq!(fs::metadata(root.join(private)).unwrap().mode() & 0o777, 0o700, "{private:?}");
    }
    for private in ["superuser-password", "supervisor.lock", "postgres.log", "cluster/pg_hba.conf"] {
        assert_eq!(fs::metadata(root.join(private)).unwrap().mode() & 0o777, 0o600, "{private}");
    }
    postgres.stop().await;
}

#[tokio::test]
async fn a_second_supervisor_is_refused_and_told_by_whom() {
    let folder = TempFolder::new("second");
    let first = EmbeddedPostgres::start(folder.settings()).await.unwrap();

    let error = EmbeddedPostgres::start(folder.settings()).await.unwrap_err();

    assert!(matches!(error, StartError::AlreadyRunning { pid, .. } if pid == Some(std::process::id())));
    assert!(error.to_string().contains("in use by another Switchboard process"), "{error}");
    assert_eq!(ask(&first, "select 1").as_deref(), Ok("1"), "the first one was disturbed");
    first.stop().await;
}

#[tokio::test]
async fn a_killed_postgres_comes_back_by_itself_with_all_that_was_committed() {
    let folder = TempFolder::new("killed");
    let postgres = EmbeddedPostgres::start(folder.settings()).await.unwrap();
    ask(&postgres, "create table kept as select 42 as answer").unwrap();
    let before = folder.postmaster_pid().unwrap();

    kill_9(before);

    for _ in 0..300 {
        tokio::time::sleep(Duration::from_millis(100)).await; // the supervisor runs on this thread
        if ask(&postgres, "select answer from kept").as_deref() == Ok("42") {
            break;
        }
    }
    assert_eq!(ask(&postgres, "select answer from kept").as_deref(), Ok("42"));
    assert_ne!(folder.postmaster_pid(), Some(before));
    postgres.stop().await;
}

#[tokio::test]
async fn dropping_it_stops_postgres() {
    let folder = TempFolder::new("dropped");
    let postgres = EmbeddedPostgres::start(folder.settings()).await.unwrap();
    let pid = folder.postmaster_pid().unwrap();
    drop(postgres);
    for _ in 0..300 {
        if !runs(pid) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("PostgreSQL still runs");
}

#[tokio::test]
async fn a_lost_password_file_is_replaced() {
    let folder = TempFolder::new("password");
    let first = EmbeddedPostgres::start(folder.settings()).await.unwrap();
    let lost = first.superuser_password().to_owned();
    first.stop().await;
    fs::remove_file(folder.0.join("postgres/superuser-password")).unwrap();

    let second = EmbeddedPostgres::start(folder.settings()).await.unwrap();
    assert_ne!(second.superuser_password(), lost);
    assert_eq!(ask(&second, "select 1").as_deref(), Ok("1"));
    second.stop().await;
}

#[tokio::test]
async fn a_long_data_path_works() {
    let folder = TempFolder::new("long");
    let mut settings = folder.settings();
    settings.data_dir = folder.0.join("x".repeat(120));
    settings.durable = false;
    let postgres = EmbeddedPostgres::start(settings).await.unwrap();
    assert_eq!(ask(&postgres, "show fsync").as_deref(), Ok("off"));
    let socket_dir = postgres.socket_dir().to_owned();
    postgres.stop().await;
    drop(fs::remove_dir(socket_dir));
}

#[tokio::test]
async fn a_setting_that_postgres_refuses_is_shown_with_its_own_words() {
    let folder = TempFolder::new("refused");
    let mut settings = folder.settings();
    settings.durable = false;
    settings.extra = vec![("no_such_setting".into(), "1".into())];
    let error = EmbeddedPostgres::start(settings).await.unwrap_err();
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[test]
fn killing_the_supervising_process_stops_postgres_and_the_next_one_finds_everything() {
    let folder = TempFolder::new("parent");
    let (mut holder, postmaster) = spawn_holder(&folder);
    kill_9(holder.id().cast_signed());
    holder.wait().unwrap();
    eventually("the watchdog has stopped PostgreSQL", || !runs(postmaster));

    let (mut holder, _) = spawn_holder(&folder);
    // Both at once, and the next one immediately: a stale pid file, an unreaped process, a crash to recover from.
    let postmaster = folder.postmaster_pid().unwrap();
    kill_9(holder.id().cast_signed());
    kill_9(postmaster);
    holder.wait().unwrap();
    let (mut holder, next) = spawn_holder(&folder);
    assert_ne!(next, postmaster);
    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success());
    assert!(!runs(next));
}

/// Starts [`hold`] in a process of its own; returns it and the number of its PostgreSQL.
fn spawn_holder(folder: &TempFolder) -> (Child, i32) {
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold", "--ignored", "--nocapture"])
        .env("HOLD_DATA_DIR", folder.settings().data_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(holder.stdout.take().unwrap());
    let held = stdout.by_ref().lines().map_while(Result::ok).any(|line| line.contains("holding"));
    assert!(held, "the holder did not start");
    holder.stdout = Some(stdout.into_inner()); // closed, it would fail when it prints its end
    (holder, folder.postmaster_pid().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "not a test: the process that the others kill"]
async fn hold() {
    let Some(data_dir) = std::env::var_os("HOLD_DATA_DIR") else { return };
    let settings = Settings { data_dir: data_dir.into(), bin_dir: None, durable: true, extra: Vec::new() };
    let postgres = EmbeddedPostgres::start(settings).await.unwrap();
    writeln_stdout("holding");
    tokio::task::spawn_blocking(|| std::io::stdin().lines().for_each(drop)).await.unwrap();
    postgres.stop().await;
}

fn writeln_stdout(line: &str) {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{line}").unwrap();
    stdout.flush().unwrap();
}
