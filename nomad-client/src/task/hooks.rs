//! What happens before a task starts, in order (spec/client 12).
//!
//! The list is data; a hook that needs the machine is run by the shell and answers with a result.

use nomad_core::model::{Job, Task};

/// A step before a task starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TaskHook {
    /// Checks that this agent can do what the task asks. Decided here.
    Validate,
    /// Builds the task's directories.
    TaskDir,
}

/// The hooks in the order in which they run.
pub const PRESTART: [TaskHook; 2] = [TaskHook::Validate, TaskHook::TaskDir];

impl TaskHook {
    /// Its name in events.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::TaskDir => "task_dir",
        }
    }
}

/// Why a hook failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HookError {
    /// A fragment for the event.
    pub message: String,
    /// The restart policy applies.
    pub recoverable: bool,
}

/// Names what the task asks for and this agent cannot do yet.
///
/// # Errors
///
/// The first such thing, in words for the event `Failed Validation`.
pub fn validate(job: &Job, task: &Task) -> Result<(), String> {
    let asked = [
        (!task.templates.is_empty(), "template"),
        (!task.artifacts.is_empty(), "artifact"),
        (!task.volume_mounts.is_empty(), "volume_mount"),
        (!task.secrets.is_empty(), "secret"),
        (task.vault.is_some(), "vault"),
        (task.csi_plugin.is_some(), "csi_plugin"),
        (task.schedule.is_some(), "schedule"),
        (
            task.dispatch_payload.is_some() && job.payload.is_none(),
            "dispatch_payload outside of a dispatched job",
        ),
        (!task.resources.devices.is_empty(), "device"),
    ];
    match asked.iter().find(|(is_asked, _)| *is_asked) {
        Some((_, what)) => Err(format!("not supported yet: {what} (task {:?})", task.name)),
        None => Ok(()),
    }
}
