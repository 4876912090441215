//! What can go wrong between the task runner and a driver.

use std::path::PathBuf;

use super::TaskRunId;

/// A task could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The task's `config` block does not fit the driver: the event `Failed Validation`, in the
    /// words (and blanks) that users of the reference know.
    #[error("2 errors occurred:\n\t* failed to parse config: \n\t* {problem}\n\n")]
    Config {
        /// Attribute or block of `config`.
        field: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// The agent's rules forbid this task.
    #[error("failed driver config validation: {reason}")]
    Refused {
        /// The rule, such as `running as uid 65534 is disallowed`.
        reason: String,
    },
    /// No file for the command.
    #[error(
        "failed to launch command with executor: binary {command:?} could not be found (looked in {})",
        looked_in.join(", ")
    )]
    CommandNotFound {
        /// The command as the job file writes it.
        command: String,
        /// Places that were looked at.
        looked_in: Vec<String>,
    },
    /// The job file's `user` does not exist on this machine.
    #[error(
        "failed host user validation: failed to identify user {user:?}: user: unknown user {user}"
    )]
    NoSuchUser {
        /// Name or number.
        user: String,
    },
    /// The image could not be had.
    #[error("get the image {image:?}: {problem}")]
    Image {
        /// The image as the job file writes it.
        image: String,
        /// What the registry or the engine said.
        problem: String,
        /// Whether a retry may help.
        recoverable: bool,
    },
    /// The container engine refused.
    #[error("{action}: {problem}")]
    Engine {
        /// What was asked of it, such as `create the container`.
        action: String,
        /// What it said.
        problem: String,
        /// Whether a retry may help.
        recoverable: bool,
    },
    /// The supervisor did not come up, or could not run the command.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Launch(#[from] crate::executor::LaunchError),
    /// The control group could not be made.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Cgroup(#[from] crate::cgroups::CgroupError),
    /// A directory or file that the driver needs could not be made.
    #[error("prepare {}: {source}", path.display())]
    Prepare {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// This start has been done already.
    #[error("start {0}: it has been started already")]
    AlreadyStarted(TaskRunId),
    /// The handle could not be written down.
    #[error("write the task's handle: {0}")]
    Handle(#[from] serde_json::Error),
    /// This platform or build cannot do it.
    #[error("{what}: not supported {why}")]
    Unsupported {
        /// What was asked for.
        what: String,
        /// Where or why not, such as `on this platform: Linux is needed`.
        why: String,
    },
}

impl StartError {
    /// Whether the same start may work later (spec/client 18.1): the restart policy then applies.
    #[must_use]
    pub fn is_recoverable(&self) -> bool {
        match self {
            Self::Image { recoverable, .. } | Self::Engine { recoverable, .. } => *recoverable,
            Self::Prepare { .. } => true,
            #[cfg(target_os = "linux")]
            Self::Cgroup(_) => true,
            #[cfg(target_os = "linux")]
            Self::Launch(error) => error.is_recoverable(),
            _ => false,
        }
    }
}

/// A task could not be found again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// The handle belongs to another driver or to a version that is not known.
    #[error(
        "read the task's handle: made by {driver:?} version {version}, which is not understood here"
    )]
    ForeignHandle {
        /// Driver named in the handle.
        driver: String,
        /// Version named in the handle.
        version: u32,
    },
    /// The handle's notes are damaged.
    #[error("read the task's handle: {0}")]
    BadHandle(#[from] serde_json::Error),
    /// The machine was restarted since; nothing of the task is left.
    #[error("find the task: the machine was restarted since")]
    Rebooted,
    /// The supervisor is gone and left no result.
    #[error(
        "find the task: its supervisor was killed and left no result; {}",
        if *task_alive { "processes of the task still run" } else { "no process of the task is left" }
    )]
    SupervisorLost {
        /// Whether processes of the task still run.
        task_alive: bool,
    },
    /// There is no such task (any more).
    #[error("find the task: {0}")]
    NotFound(String),
    /// The container engine does not answer; a later try may work.
    #[error("find the task: {0}")]
    Engine(String),
}

/// Something could not be done with a started task.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The task is not known (any more).
    #[error("find the task {0}: it is not known here")]
    NotFound(TaskRunId),
    /// It has ended.
    #[error("reach the task: it is not running")]
    NotRunning,
    /// It runs, and was to be removed without force.
    #[error("remove the task: it is still running")]
    StillRunning,
    /// The handle's notes are damaged.
    #[error("read the task's handle: {0}")]
    BadHandle(#[from] serde_json::Error),
    /// The supervisor did not do what it was asked.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Control(#[from] crate::executor::ControlError),
    /// The control group did not do what it was asked.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    Cgroup(#[from] crate::cgroups::CgroupError),
    /// The container engine did not do what it was asked.
    #[error("{action}: {problem}")]
    Engine {
        /// What was asked of it.
        action: String,
        /// What it said.
        problem: String,
    },
    /// This driver cannot do it.
    #[error("{what}: driver {driver:?} cannot do that")]
    Unsupported {
        /// What was asked for.
        what: String,
        /// The driver.
        driver: &'static str,
    },
}
