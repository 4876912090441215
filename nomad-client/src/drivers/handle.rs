//! Names of running tasks, and what is stored to find them again.

use std::fmt;

use nomad_core::id::{AllocId, TaskName};
use serde::{Deserialize, Serialize};

/// One start of one task: `<allocation>/<task>/<8 hexadecimal digits>`, new for every start
/// (spec/client 11.7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskRunId {
    /// The allocation.
    pub alloc: AllocId,
    /// The task.
    pub task: TaskName,
    /// Drawn anew for every start.
    pub attempt: u32,
}

impl TaskRunId {
    /// The directory and control group name of the task: `<allocation>.<task>` (spec/client 19.3).
    #[must_use]
    pub fn scope_name(&self) -> String {
        format!("{}.{}", self.alloc, self.task)
    }

    /// The name of this start as one path component: `<allocation>.<task>.<attempt>`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.{:08x}", self.scope_name(), self.attempt)
    }
}

impl fmt::Display for TaskRunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{:08x}", self.alloc, self.task, self.attempt)
    }
}

/// What the agent stores for a started task. Only the driver understands `state`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskHandle {
    /// Name of the driver that made it.
    pub driver: String,
    /// Version of `state`'s shape; a driver refuses versions that it does not know.
    pub version: u32,
    /// The start that it stands for.
    pub run: TaskRunId,
    /// The driver's own notes. No secrets.
    pub state: serde_json::Value,
}
