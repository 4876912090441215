//! One task's group: where it is, what joins it, how it is removed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{CgroupError, file};

/// First pause between two tries to remove a group.
const REMOVE_PAUSE_MIN: Duration = Duration::from_millis(1);
/// Longest pause between two tries to remove a group.
const REMOVE_PAUSE_MAX: Duration = Duration::from_millis(100);

/// The directories made for one task alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Own {
    /// None: control groups are off, not allowed, or the job file names groups of its own.
    #[default]
    None,
    /// One directory of the unified hierarchy.
    V2(PathBuf),
    /// One directory per controller.
    V1(BTreeMap<String, PathBuf>),
}

/// A task's control group, as it is stored with the task's handle.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Group {
    /// Made for this task: limited, killed, removed.
    pub own: Own,
    /// Shared with others or made by somebody else: joined only.
    pub joined: Vec<PathBuf>,
}

impl Group {
    /// A group that only joins what is there, such as an override of the job file.
    #[must_use]
    pub fn foreign(joined: Vec<PathBuf>) -> Self {
        Self {
            own: Own::None,
            joined,
        }
    }

    /// Directories made for this task.
    pub(super) fn own_dirs(&self) -> Vec<&Path> {
        match &self.own {
            Own::None => Vec::new(),
            Own::V2(dir) => vec![dir],
            Own::V1(dirs) => dirs.values().map(PathBuf::as_path).collect(),
        }
    }

    /// The `cgroup.procs` files that a process writes `0` to in order to become a member.
    #[must_use]
    pub fn join_files(&self) -> Vec<PathBuf> {
        let own = self
            .own_dirs()
            .into_iter()
            .map(|dir| dir.join("cgroup.procs"));
        own.chain(self.joined.iter().map(|dir| dir.join("cgroup.procs")))
            .collect()
    }

    /// Whether the members of this group are known to be the task and nothing else.
    #[must_use]
    pub fn is_own(&self) -> bool {
        !matches!(self.own, Own::None)
    }

    /// Ids of the processes in it, from the first of its directories that answers.
    #[must_use]
    pub fn procs(&self) -> Vec<i32> {
        self.own_dirs()
            .first()
            .map(|dir| file::procs(dir))
            .unwrap_or_default()
    }

    /// Removes the directories, trying again while the kernel drains them (spec/client 19.3). A group
    /// that is gone already is fine.
    ///
    /// # Errors
    /// [`CgroupError::Remove`] when a directory is still there after `patience`.
    pub fn remove(&self, patience: Duration) -> Result<(), CgroupError> {
        let deadline = Instant::now() + patience;
        for dir in self.own_dirs() {
            remove_dir(dir, deadline)?;
        }
        Ok(())
    }
}

/// Removes one directory, trying until `deadline`.
pub(super) fn remove_dir(dir: &Path, deadline: Instant) -> Result<(), CgroupError> {
    let mut pause = REMOVE_PAUSE_MIN;
    loop {
        match fs::remove_dir(dir) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) if Instant::now() >= deadline => {
                return Err(CgroupError::Remove {
                    path: dir.to_owned(),
                    source,
                });
            }
            Err(_) => thread::sleep(pause),
        }
        pause = (pause * 2).min(REMOVE_PAUSE_MAX);
    }
}
