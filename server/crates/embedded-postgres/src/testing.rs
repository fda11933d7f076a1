//! One throw-away PostgreSQL for all tests of a process.

use std::path::PathBuf;
use std::sync::{OnceLock, mpsc};
use std::{env, future, thread};

use crate::{EmbeddedPostgres, Purpose, Settings, StartError};

/// So many test processes may run at once.
const SLOTS: u32 = 16;

/// How to reach it: any role of it gets in without a password, through a socket that only we can open.
#[derive(Debug, Clone)]
pub struct TestServer {
    /// The folder of the Unix socket.
    pub socket_dir: PathBuf,
    /// The port that names the socket.
    pub port: u16,
    /// The superuser.
    pub superuser: String,
}

/// The server that all tests of this process share, empty at first; it ends with the process. Nothing in it is
/// durable. Blocks for some seconds on first use.
///
/// # Panics
/// When PostgreSQL cannot be started: without it there is nothing to test.
pub fn shared() -> &'static TestServer {
    static SERVER: OnceLock<TestServer> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (sender, receiver) = mpsc::channel();
        // A thread and runtime of its own: those of the first test end with that test.
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(async {
                    let started = start_in_free_slot().await;
                    drop(sender.send(started.as_ref().map(describe).map_err(ToString::to_string)));
                    future::pending::<()>().await;
                }),
                Err(error) => drop(sender.send(Err(error.to_string()))),
            }
        });
        match receiver.recv() {
            Ok(Ok(server)) => server,
            Ok(Err(error)) => panic!("the tests' PostgreSQL did not start: {error}"),
            Err(_) => panic!("the tests' PostgreSQL did not start"),
        }
    })
}

/// Each process takes the first folder that nobody uses, so that old ones do not pile up.
async fn start_in_free_slot() -> Result<EmbeddedPostgres, StartError> {
    let user = rustix::process::geteuid().as_raw();
    let mut slot = 0;
    loop {
        let settings = Settings {
            data_dir: env::temp_dir().join(format!("switchboard-tests-{user}-{slot}")),
            bin_dir: None,
            durable: false,
            extra: vec![("max_connections".to_owned(), "300".to_owned())],
        };
        match EmbeddedPostgres::start_as(settings, Purpose::Tests).await {
            Err(StartError::AlreadyRunning { .. }) if slot + 1 < SLOTS => slot += 1,
            result => return result,
        }
    }
}

fn describe(server: &EmbeddedPostgres) -> TestServer {
    TestServer {
        socket_dir: server.socket_dir().to_owned(),
        port: server.port(),
        superuser: server.superuser().to_owned(),
    }
}
