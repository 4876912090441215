//! What the agent stores to find a supervisor again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nomad_core::units::Timestamp;
use serde::{Deserialize, Serialize};

use super::ProcessRef;
use super::record::{self, Intent};
use crate::cgroups::Group;

/// A started task and its supervisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// Version of the supervisor's files and language.
    pub version: u32,
    /// Where its files lie.
    pub state_dir: PathBuf,
    /// The boot in which it was started.
    pub boot_id: String,
    /// The supervisor.
    pub supervisor: ProcessRef,
    /// The task's main process.
    pub task: ProcessRef,
    /// The task's control group.
    pub group: Group,
    /// Lines of the environment that together only this task has. Without a control group they tell
    /// which processes are the task's when nothing else does; empty when there are none.
    pub marks: Vec<String>,
    /// When it was started.
    pub started_at: Timestamp,
}

impl Handle {
    /// The handle of a task of which only the state directory is known, from what the supervisor
    /// wrote there. `None` before the supervisor wrote anything: nothing was run then.
    #[must_use]
    pub fn find(state_dir: &Path) -> Option<Self> {
        let intent: Intent = record::read(state_dir, record::INTENT)?;
        let task: Option<ProcessRef> = record::read(state_dir, record::TASK);
        Some(Self {
            version: intent.version,
            state_dir: state_dir.to_owned(),
            boot_id: intent.boot_id,
            // Without the task's own file the supervisor is still about to run it.
            task: task.unwrap_or(intent.supervisor),
            supervisor: intent.supervisor,
            group: intent.group,
            marks: Vec::new(),
            started_at: Timestamp::ZERO,
        })
    }
}

/// Variables whose values name a task.
const MARKING: [&str; 2] = ["NOMAD_ALLOC_ID", "NOMAD_TASK_NAME"];

/// The marks of a task with this environment.
pub(super) fn marks(env: &BTreeMap<String, String>) -> Vec<String> {
    let line = |name: &&str| env.get(*name).map(|value| format!("{name}={value}"));
    let found: Option<Vec<String>> = MARKING.iter().map(line).collect();
    found.unwrap_or_default()
}
