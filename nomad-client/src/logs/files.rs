//! Names and numbers of a task's log files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fs::{Dir, FsError};

/// One of a task's two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        })
    }
}

/// A text that is neither `stdout` nor `stderr`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the log type {text:?}: \"stdout\" or \"stderr\" is needed")]
pub struct StreamError {
    text: String,
}

impl FromStr for Stream {
    type Err = StreamError;

    fn from_str(text: &str) -> Result<Self, StreamError> {
        match text {
            "stdout" => Ok(Self::Stdout),
            "stderr" => Ok(Self::Stderr),
            _ => Err(StreamError {
                text: text.chars().take(32).collect(),
            }),
        }
    }
}

/// The files of one output of one task.
#[derive(Debug)]
pub struct LogFiles {
    dir: Dir,
    prefix: String,
}

impl LogFiles {
    /// The files `<task>.<stream>.<N>` in `logs_dir`.
    ///
    /// # Errors
    /// [`FsError`] when the directory cannot be opened.
    pub fn open(logs_dir: &Path, task: &str, stream: Stream) -> Result<Self, FsError> {
        Ok(Self {
            dir: Dir::open(logs_dir)?,
            prefix: format!("{task}.{stream}."),
        })
    }

    /// The directory that holds them.
    pub(super) fn dir(&self) -> &Dir {
        &self.dir
    }

    /// Name of the file with this number.
    #[must_use]
    pub fn name(&self, index: u64) -> PathBuf {
        PathBuf::from(format!("{}{index}", self.prefix))
    }

    /// Numbers and sizes of the regular files that are there, lowest number first. Other names are
    /// none of ours.
    ///
    /// # Errors
    /// [`FsError`] when the directory cannot be listed.
    pub fn list(&self) -> Result<Vec<(u64, u64)>, FsError> {
        let mut found = Vec::new();
        for entry in self.dir.list(Path::new("."))? {
            let Some(rest) = entry.name.strip_prefix(&self.prefix) else {
                continue;
            };
            let digits = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
            if let (true, true, Ok(index)) = (digits, entry.is_regular, rest.parse()) {
                found.push((index, u64::try_from(entry.size).unwrap_or(0)));
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}
