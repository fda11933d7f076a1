//! The machine, and how busy others keep it.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Serialize;

/// Where a run took place.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// How many of them we may use.
    pub cores: usize,
    /// Gigabytes of memory.
    pub memory_gb: f64,
    /// Median microseconds to write 8 KiB and flush it.
    pub flush_us: f64,
    /// PostgreSQL's version.
    pub postgres: String,
    /// What was measured; `+` when the checkout had changes.
    pub commit: String,
    /// When.
    pub at: String,
    /// Load averages at the start.
    pub load: String,
}

impl Machine {
    /// Looks at the machine; `folder` is on the disk that counts.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn look(checkout: &Path, folder: &Path, postgres: String) -> anyhow::Result<Self> {
        let first = |file: &str, key: &str| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
            line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
        };
        let kilobytes = first("/proc/meminfo", "MemTotal").trim_end_matches("kB").trim().parse::<f64>();
        Ok(Self {
            cpu: first("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gb: (kilobytes.unwrap_or(0.0) / 1_048_576.0 * 10.0).round() / 10.0,
            flush_us: flush_us(folder)?,
            postgres,
            commit: commit(checkout),
            at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            load: fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned(),
        })
    }
}

fn flush_us(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("flush.probe");
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        file.write_all(&[7; 8192])?;
        file.sync_data()?;
        times.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    drop(file);
    fs::remove_file(&path)?;
    Ok(crate::figures::median(&times).unwrap_or(0.0).round())
}

fn commit(checkout: &Path) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(checkout).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| !text.is_empty());
    let id = git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    format!("{id}{}", if changed { "+" } else { "" })
}

/// The machine's CPU time so far, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuTimes {
    idle: u64,
    all: u64,
}

impl CpuTimes {
    /// As it stands.
    pub fn now() -> Option<Self> {
        Self::read(&fs::read_to_string("/proc/stat").ok()?)
    }

    /// From the first line of `/proc/stat`: user nice system idle iowait irq softirq steal (proc(5)). Time stolen
    /// by the host is somebody else's work, too.
    fn read(text: &str) -> Option<Self> {
        let line = text.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<u64> =
            line.split_whitespace().take(8).map_while(|number| number.parse().ok()).collect();
        let idle = ticks.get(3)? + ticks.get(4)?;
        Some(Self { idle, all: ticks.iter().sum() })
    }

    /// The share of the machine in use between two looks, 0 to 1.
    fn busy_since(self, before: Self) -> f64 {
        let all = self.all.saturating_sub(before.all);
        let idle = self.idle.saturating_sub(before.idle);
        if all == 0 { 0.0 } else { 1.0 - idle as f64 / all as f64 }
    }
}

/// The share of the machine that is in use while we do nothing.
pub async fn foreign_cpu(for_: Duration) -> f64 {
    let before = CpuTimes::now();
    tokio::time::sleep(for_).await;
    match (before, CpuTimes::now()) {
        (Some(before), Some(after)) => after.busy_since(before),
        _ => 0.0,
    }
}

/// Megabytes of memory a process holds (VmRSS).
pub fn resident_mb(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    resident_kb(&status).map(|kilobytes| kilobytes / 1024.0)
}

fn resident_kb(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Nanoseconds of CPU a process's main thread has had; Postgres' backends have no other.
pub fn cpu_ns(pid: i32) -> Option<u64> {
    fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_use_is_all_but_idle_and_waiting() {
        let before = CpuTimes::read("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3\n").unwrap();
        let after = CpuTimes::read("cpu  130 0 60 850 60 0 0 0 0 0\n").unwrap();
        assert!((after.busy_since(before) - 0.4).abs() < 1e-9);
        assert_eq!(CpuTimes::read("intr 1 2"), None);
    }

    #[test]
    fn memory_is_read_from_the_processs_status() {
        assert_eq!(resident_kb("Name:\tx\nVmRSS:\t   13312 kB\nThreads: 3\n"), Some(13312.0));
        assert_eq!(resident_kb("Name:\tx\n"), None);
    }
}
