//! What can go wrong with supervisors.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The steps between a new process and the command, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LaunchStep {
    /// Reading the order, making pipes, files and the socket.
    Prepare,
    /// Joining the control group.
    Group,
    /// Writing down the new process.
    Record,
    /// Becoming the user.
    User,
    /// Entering the working directory.
    WorkDir,
    /// Running the command.
    Run,
}

impl std::fmt::Display for LaunchStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Prepare => "prepare the supervisor",
            Self::Group => "join the task's cgroup",
            Self::Record => "record the task's process",
            Self::User => "become the task's user",
            Self::WorkDir => "enter the working directory",
            Self::Run => "run the command",
        })
    }
}

/// A supervisor did not come up, or could not run the command. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// The state directory could not be made.
    #[error("make the task's state directory {}: {source}", path.display())]
    StateDir {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The supervisor's program could not be run.
    #[error("start the supervisor {}: {source}", path.display())]
    Spawn {
        /// The program.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The order could not be handed over, or no answer came.
    #[error("talk to the new supervisor: {source}")]
    Talk {
        /// What the system said.
        source: io::Error,
    },
    /// No answer in time.
    #[error("start the supervisor: no answer within {seconds} s; see {}", log.display())]
    Silent {
        /// How long was waited.
        seconds: u64,
        /// Where it writes its complaints.
        log: PathBuf,
    },
    /// It ended without a word.
    #[error("start the supervisor: it ended without an answer: {last_words}")]
    Died {
        /// The end of its log.
        last_words: String,
    },
    /// The command could not be run.
    #[error("{step}: {text}")]
    Step {
        /// What failed.
        step: LaunchStep,
        /// The system's error number.
        errno: i32,
        /// The whole of it in words.
        text: String,
    },
    /// It runs, and cannot be watched.
    #[error(transparent)]
    Attach(#[from] AttachError),
}

impl LaunchError {
    /// Whether the same may work later: not when the command itself is at fault.
    #[must_use]
    pub fn is_recoverable(&self) -> bool {
        !matches!(
            self,
            Self::Step {
                step: LaunchStep::Run | LaunchStep::User,
                ..
            }
        )
    }
}

/// A supervisor could not be found again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// Another version of the agent made it, with files that are not understood.
    #[error("find the supervisor: its files have version {found}, and {known} is known here")]
    Version {
        /// The handle's version.
        found: u32,
        /// The version known here.
        known: u32,
    },
    /// Its state directory is gone.
    #[error("find the supervisor: its state directory {} is gone", path.display())]
    NoState {
        /// The directory.
        path: PathBuf,
    },
    /// The machine was restarted, and no result had been written.
    #[error("find the supervisor: the machine was restarted since")]
    Rebooted,
    /// It is gone and left no result.
    #[error(
        "find the supervisor: it was killed and left no result; {}",
        if *task_alive { "processes of the task still run" } else { "no process of the task is left" }
    )]
    Lost {
        /// Whether processes of the task still run.
        task_alive: bool,
    },
    /// The kernel gives no handle on it.
    #[error("watch the supervisor: {source}")]
    Watch {
        /// What the system said.
        source: io::Error,
    },
}

/// A supervisor did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The task has ended.
    #[error("reach the task: it is not running")]
    NotRunning,
    /// The socket does not answer.
    #[error("talk to the task's supervisor: {source}")]
    Talk {
        /// What the system said.
        source: io::Error,
    },
    /// It refused.
    #[error("ask the task's supervisor for {asked:?}: it answered {answer:?}")]
    Refused {
        /// What was asked.
        asked: String,
        /// What it said.
        answer: String,
    },
    /// The task does not end.
    #[error("stop the task: some of its processes do not end even when killed ({waited_s} s)")]
    Stuck {
        /// How long was waited.
        waited_s: u64,
    },
    /// The supervisor cannot be found.
    #[error(transparent)]
    Attach(#[from] AttachError),
    /// What is left of the task could not be removed.
    #[error("remove the task's state directory {}: {source}", path.display())]
    Remove {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
