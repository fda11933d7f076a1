//! The server process: start, readiness, stop, and what an earlier life left behind.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};

use crate::account::Account;
use crate::binaries::Binaries;
use crate::folder::Folder;
use crate::{Purpose, Settings, StartError, conf};

/// How long a start may take before Postgres shows a sign of life.
const START_WAIT: Duration = Duration::from_secs(60);
/// How long crash recovery may take: it replays up to `max_wal_size` of WAL.
const RECOVERY_WAIT: Duration = Duration::from_secs(15 * 60);
/// How long a fast shutdown may take before we insist.
const STOP_WAIT: Duration = Duration::from_secs(30);
/// How long a killed server may linger, unreaped or with backends still leaving.
const LEFTOVER_WAIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);

/// Becomes Postgres, after leaving a watchdog that nobody waits for. The watchdog reads the pipe that only the
/// supervisor holds open: a line means "all is well, go", its end means that the supervisor died.
const WATCHDOG: &str = "exec 3<&0 </dev/null
( ( trap '' HUP INT TERM; read -r _ <&3 || kill -INT $$ ) >/dev/null 2>&1 & )
exec \"$@\" 3<&-";

/// All that is needed to start the server, again and again.
pub(crate) struct Launch {
    pub(crate) folder: Arc<Folder>,
    pub(crate) binaries: Binaries,
    pub(crate) account: Option<Account>,
    pub(crate) settings: Settings,
    pub(crate) purpose: Purpose,
}

impl Launch {
    /// A command that runs as the right account, in the data folder, and sees nothing of our environment: it may
    /// hold secrets, and `PG…` variables would steer it.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = std::process::Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir(&self.folder.root);
        for kept in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        Command::from(command)
    }
}

/// A running server.
pub(crate) struct Postmaster {
    child: Child,
    watchdog: ChildStdin,
    pid: Pid,
}

impl Postmaster {
    /// Starts the server and waits until it accepts connections.
    pub(crate) async fn start(launch: &Launch) -> Result<Self, StartError> {
        let folder = &launch.folder;
        let log = folder.open_log(launch.account.as_ref())?;
        let log_start = log.metadata().map_or(0, |log| log.len());
        let shell = Path::new("/bin/sh");
        let failed = |error| StartError::io("run", shell)(error);
        let mut command = launch.command(shell);
        command
            .process_group(0) // Ctrl-C is for us: Postgres is to outlive our own graceful stop
            .args(["-c", WATCHDOG, "switchboard-postgres"])
            .arg(launch.binaries.program("postgres"))
            .arg("-D")
            .arg(&folder.cluster)
            .args(conf::fixed(launch))
            .stdin(Stdio::piped())
            .stdout(log.try_clone().map_err(failed)?)
            .stderr(log);
        let mut child = command.spawn().map_err(failed)?;
        let gone = || StartError::Exited {
            status: "at once".to_owned(),
            log: folder.log.clone(),
            tail: folder.log_tail(log_start),
        };
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).ok_or_else(gone)?;
        let watchdog = child.stdin.take().ok_or_else(gone)?;
        let mut postmaster = Self { child, watchdog, pid };
        postmaster.wait_until_ready(folder, log_start).await?;
        Ok(postmaster)
    }

    /// Returns when the server is gone, for whatever reason.
    pub(crate) async fn wait(&mut self) -> String {
        let status = describe(self.child.wait().await.ok());
        self.dismiss_watchdog().await;
        status
    }

    /// A fast shutdown; after a while an immediate one.
    pub(crate) async fn stop(mut self) {
        for (signal, wait) in [(Signal::INT, STOP_WAIT), (Signal::QUIT, Duration::from_secs(5))] {
            let _ = kill_process(self.pid, signal); // gone already
            if timeout(wait, self.child.wait()).await.is_ok() {
                self.dismiss_watchdog().await;
                return;
            }
            tracing::warn!(signal = ?signal, waited_s = wait.as_secs(), "PostgreSQL does not stop");
        }
        drop(self.child.kill().await);
        self.dismiss_watchdog().await;
    }

    /// Sends the watchdog home: its target's process number may soon belong to another.
    async fn dismiss_watchdog(&mut self) {
        drop(self.watchdog.write_all(b"stopped\n").await);
    }

    async fn wait_until_ready(&mut self, folder: &Folder, log_start: u64) -> Result<(), StartError> {
        let begun = Instant::now();
        let mut next_report = Duration::from_secs(10);
        loop {
            let status = PidFile::read(&folder.cluster).filter(|file| file.pid == Some(self.pid));
            if status.as_ref().is_some_and(|file| file.ready) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                self.dismiss_watchdog().await;
                let tail = folder.log_tail(log_start);
                return Err(StartError::from_output(&tail, &folder.root).unwrap_or_else(|| {
                    StartError::Exited { status: describe(Some(status)), log: folder.log.clone(), tail }
                }));
            }
            let waited = begun.elapsed();
            if waited > if status.is_some() { RECOVERY_WAIT } else { START_WAIT } {
                return Err(StartError::TimedOut { waited_s: waited.as_secs(), log: folder.log.clone() });
            }
            if waited > next_report {
                tracing::info!(
                    waited_s = waited.as_secs(),
                    "PostgreSQL is starting; after a crash it replays its log"
                );
                next_report += Duration::from_secs(10);
            }
            sleep(POLL).await;
        }
    }
}

/// Clears the way when an earlier server is still there. We hold the folder's lock, so it has no supervisor: it
/// is shutting down, was killed and not reaped yet, or lost its watchdog.
pub(crate) async fn end_leftovers(launch: &Launch) -> Result<(), StartError> {
    let folder = &launch.folder;
    let begun = Instant::now();
    let mut asked = false;
    while let Some(pid) = PidFile::read(&folder.cluster).and_then(|file| file.pid) {
        // Another account's process cannot be our server: Postgres comes to the same conclusion.
        if test_kill_process(pid).is_err() {
            break;
        }
        let is_server = is_postgres(pid).await;
        if is_server && !asked {
            tracing::info!(pid = pid.as_raw_nonzero().get(), "stopping a PostgreSQL that was left running");
            let _ = kill_process(pid, Signal::INT); // gone already
            asked = true;
        }
        if !is_server && begun.elapsed() > Duration::from_secs(5) {
            // The number was given to another process. Backends of the dead server have had time to leave.
            let path = folder.cluster.join("postmaster.pid");
            fs::remove_file(&path).map_err(StartError::io("remove", &path))?;
            break;
        }
        if begun.elapsed() > LEFTOVER_WAIT {
            return Err(StartError::AlreadyRunning {
                data_dir: folder.root.clone(),
                pid: pid.as_raw_nonzero().get().try_into().ok(),
            });
        }
        sleep(POLL * 5).await;
    }
    // A killed server leaves its socket and the socket's lock; the folder holds nothing else.
    for entry in fs::read_dir(&folder.socket_dir).into_iter().flatten().flatten() {
        drop(fs::remove_file(entry.path()));
    }
    Ok(())
}

/// `postmaster.pid`: process number on its first line, state on its eighth (PostgreSQL, `pidfile.h`).
struct PidFile {
    pid: Option<Pid>,
    ready: bool,
}

impl PidFile {
    fn read(cluster: &Path) -> Option<Self> {
        let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw);
        Some(Self { pid, ready: text.lines().nth(7).is_some_and(|state| state.trim() == "ready") })
    }
}

async fn is_postgres(pid: Pid) -> bool {
    let pid = pid.as_raw_nonzero().get().to_string();
    let name = match fs::read_to_string(format!("/proc/{pid}/comm")) {
        Ok(name) => name,
        Err(_) => match Command::new("ps").args(["-o", "comm=", "-p", &pid]).output().await {
            Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
            Err(_) => return true, // cannot tell: the careful answer is to wait for it
        },
    };
    name.contains("postgres") || name.contains("postmaster")
}

fn describe(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "unknown".to_owned(), |status| status.to_string())
}
