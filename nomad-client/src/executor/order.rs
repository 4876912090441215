//! What the agent tells a supervisor to do.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cgroups::Group;
use crate::drivers::LogLimits;

/// Version of [`Order`] and of the files; a supervisor refuses another one.
pub(super) const VERSION: u32 = 1;

/// Which program is run as the supervisor, and how it is told so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupervisorProgram {
    /// The program; its `main` calls [`super::main`] first.
    pub path: PathBuf,
    /// Name under which it appears in process lists.
    pub shown_as: String,
}

impl SupervisorProgram {
    /// The program that is running now.
    #[must_use]
    pub fn this() -> Self {
        // The link stays right when the file is replaced by an update.
        Self {
            path: PathBuf::from("/proc/self/exe"),
            shown_as: "nomad".to_owned(),
        }
    }

    /// Another program.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            shown_as: "nomad".to_owned(),
        }
    }
}

/// The user that a task runs as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// User id.
    pub uid: u32,
    /// Main group.
    pub gid: u32,
    /// All groups.
    pub groups: Vec<u32>,
}

/// Where the task's output goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogOrder {
    /// The directory `alloc/logs`.
    pub dir: PathBuf,
    /// The task's name, the first part of the files' names.
    pub task: String,
    /// Number of files per output.
    pub max_files: u32,
    /// Size of one file in bytes.
    pub max_file_bytes: u64,
}

impl LogOrder {
    /// Output of `task` into `dir`.
    #[must_use]
    pub fn new(dir: PathBuf, task: impl Into<String>, limits: LogLimits) -> Self {
        let LogLimits {
            max_files,
            max_file_bytes,
        } = limits;
        Self {
            dir,
            task: task.into(),
            max_files,
            max_file_bytes,
        }
    }
}

/// One command and everything around it. It goes through a pipe and is never written to a disk; no
/// `Debug`, because the environment holds secrets.
#[derive(Clone, Serialize, Deserialize)]
pub struct Order {
    /// The program's absolute path, which is also its first argument.
    pub program: PathBuf,
    /// Its other arguments.
    pub args: Vec<String>,
    /// Its complete environment.
    pub env: BTreeMap<String, String>,
    /// Its working directory.
    pub work_dir: PathBuf,
    /// The user to become; `None` stays the agent's.
    pub account: Option<Account>,
    /// The control group to join, which must exist.
    pub group: Group,
    /// Where its output goes; `None` to nowhere.
    pub logs: Option<LogOrder>,
    /// How gladly the kernel kills it when memory is short, 0 to 1000.
    pub oom_score_adj: i32,
}

/// An order with the supervisor to carry it out.
pub struct LaunchSpec {
    /// The program that becomes the supervisor.
    pub supervisor: SupervisorProgram,
    /// A directory for this start alone; made by the launch, must not exist.
    pub state_dir: PathBuf,
    /// What to do.
    pub order: Order,
}
