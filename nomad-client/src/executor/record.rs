//! The files of a task's state directory, and the supervisor's first words.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nomad_core::units::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{LaunchStep, ProcessRef};
use crate::cgroups::Group;

/// File that names the supervisor.
pub(super) const INTENT: &str = "intent.json";
/// File that names the task's process.
pub(super) const TASK: &str = "task.json";
/// File that holds the exit.
pub(super) const RESULT: &str = "result.json";
/// The control socket.
pub(super) const SOCKET: &str = "ctl";
/// What the supervisor complained about.
pub(super) const LOG: &str = "executor.log";

/// Largest file of these that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Written before the command runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) version: u32,
    pub(super) boot_id: String,
    pub(super) supervisor: ProcessRef,
    pub(super) group: Group,
}

/// How a task's main process ended, as its supervisor saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// Version of the file.
    pub version: u32,
    /// Exit code; 128 + signal when a signal killed it.
    pub code: i32,
    /// The signal that killed it, else 0.
    pub signal: i32,
    /// Whether the kernel killed one of the task's processes for want of memory.
    pub oom_killed: bool,
    /// When it ended.
    pub at: Timestamp,
    /// When it was started.
    pub started_at: Timestamp,
    /// Output that could not be written, in bytes.
    pub log_bytes_dropped: u64,
    /// Whether some process of the task could not be killed.
    pub has_leftovers: bool,
}

/// The supervisor's first and only words on its standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Announcement {
    /// The command runs.
    Started {
        /// The supervisor.
        supervisor: ProcessRef,
        /// The command.
        task: ProcessRef,
        /// When.
        at: Timestamp,
    },
    /// It does not, and nothing is left.
    Failed {
        /// At which step.
        step: LaunchStep,
        /// The system's error number, 0 if there was none.
        errno: i32,
        /// The step in words.
        text: String,
    },
}

/// Writes a file in one step: beside, then renamed. With `durable` it survives a power failure.
pub(super) fn write<T: Serialize>(
    dir: &Path,
    name: &str,
    value: &T,
    durable: bool,
) -> io::Result<()> {
    let beside = dir.join(format!("{name}.new"));
    let mut open = File::options();
    let mut file = open
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    if durable {
        file.sync_all()?;
    }
    fs::rename(&beside, dir.join(name))?;
    if durable {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Reads a file; one that is missing, too large or damaged is none.
pub(super) fn read<T: DeserializeOwned>(dir: &Path, name: &str) -> Option<T> {
    let path = dir.join(name);
    if fs::metadata(&path).ok()?.len() > FILE_BYTES_MAX {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The wall clock.
pub(super) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    Timestamp(i64::try_from(nanos).unwrap_or(i64::MAX))
}
