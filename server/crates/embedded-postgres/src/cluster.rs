//! The cluster on disk: made once, whole or not at all.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use tokio::io::AsyncWriteExt;

use crate::process::Launch;
use crate::{SUPERUSER, StartError, conf, folder};

/// Makes the cluster when there is none, writes its configuration, and returns the superuser's password.
pub(crate) async fn prepare(launch: &Launch) -> Result<String, StartError> {
    let folder = &launch.folder;
    let known = fs::read_to_string(&folder.password_file).ok().map(|text| text.trim().to_owned());
    let exists = folder.cluster.join("PG_VERSION").exists();
    if let (Some(account), true) = (&launch.account, exists) {
        let metadata = fs::metadata(&folder.cluster).map_err(StartError::io("read", &folder.cluster))?;
        if metadata.uid() != account.uid {
            account.own_all(&folder.cluster)?; // restored from a backup by root, for example
        }
    }
    let password = match known {
        Some(password) if !password.is_empty() => password,
        _ => {
            let password = folder::random_password()?;
            if exists {
                conf::write(launch, "on")?;
                set_password(launch, &password).await?;
            }
            folder::write_private(&folder.password_file, &format!("{password}\n"), launch.account.as_ref())?;
            password
        }
    };
    if !exists {
        create(launch).await?;
    }
    let compression = wal_compression(launch).await?;
    conf::write(launch, compression)?;
    Ok(password)
}

/// Runs `initdb` beside the final place and moves the result there, so that a cluster is never half made.
async fn create(launch: &Launch) -> Result<(), StartError> {
    let folder = &launch.folder;
    let unfinished = folder.root.join("cluster.new");
    for leftover in [&unfinished, &folder.cluster] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).map_err(StartError::io("clear", leftover))?;
        }
    }
    tracing::info!(data_dir = %folder.root.display(), "making the database cluster; this takes some seconds");
    let mut initdb = launch.command(launch.binaries.program("initdb"));
    initdb
        .arg("-D")
        .arg(&unfinished)
        .arg("--pwfile")
        .arg(&folder.password_file)
        .args(["-U", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"])
        .arg("--no-instructions");
    if cfg!(target_os = "macos") {
        initdb.args(["--lc-collate=C", "--lc-ctype=UTF-8"]); // has no C.UTF-8
    } else {
        initdb.arg("--locale=C.UTF-8");
    }
    if !launch.settings.durable {
        initdb.arg("--no-sync");
    }
    let output = initdb
        .kill_on_drop(true)
        .output()
        .await
        .map_err(StartError::io("run", &launch.binaries.program("initdb")))?;
    if !output.status.success() {
        drop(fs::remove_dir_all(&unfinished));
        let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(StartError::from_output(&output, &folder.root)
            .unwrap_or_else(|| StartError::Init { data_dir: folder.root.clone(), output }));
    }
    fs::rename(&unfinished, &folder.cluster).map_err(StartError::io("create", &folder.cluster))
}

/// Gives the superuser a new password when its file was lost: single-user mode asks for none.
async fn set_password(launch: &Launch, password: &str) -> Result<(), StartError> {
    tracing::warn!(data_dir = %launch.folder.root.display(), "the superuser's password file is gone; making another");
    let program = launch.binaries.program("postgres");
    let failed = |error| StartError::io("run", &program)(error);
    let mut single = launch.command(&program);
    single.arg("--single").arg("-D").arg(&launch.folder.cluster).args(conf::fixed(launch)).arg("template1");
    let mut child = single
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // Both words are ours: the role a constant, the password hexadecimal digits.
        stdin
            .write_all(format!("ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n").as_bytes())
            .await
            .map_err(failed)?;
    }
    let output = child.wait_with_output().await.map_err(failed)?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() && !said.contains("ERROR") {
        return Ok(());
    }
    Err(StartError::from_output(&said, &launch.folder.root)
        .unwrap_or_else(|| StartError::Init { data_dir: launch.folder.root.clone(), output: said }))
}

/// The best compression of WAL that this build of Postgres knows.
async fn wal_compression(launch: &Launch) -> Result<&'static str, StartError> {
    conf::write(launch, "on")?;
    for value in ["lz4", "pglz"] {
        let mut ask = launch.command(launch.binaries.program("postgres"));
        ask.arg("-D").arg(&launch.folder.cluster).args(conf::fixed(launch));
        ask.args(["-c", &format!("wal_compression={value}"), "-C", "wal_compression"]);
        if ask.output().await.is_ok_and(|answer| answer.status.success()) {
            return Ok(value);
        }
    }
    Ok("on") // PostgreSQL 14 has one method and no name for it
}
