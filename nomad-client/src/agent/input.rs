//! What can happen to the machine.

use nomad_core::id::{AllocId, TaskName};
use nomad_core::model::Node;
use nomad_core::wire::node::{NodeAnswer, Refusal};

use super::lane::CallId;
use super::request::{LocalRequest, Ticket};
use crate::alloc::hooks::AllocHook;
use crate::drivers::{ExitResult, TaskHandle, TaskRunId};
use crate::store::AllocRecord;
use crate::task::hooks::{HookError, TaskHook};

/// Why a server gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallFailure {
    /// No server could be reached, or none answered in time.
    #[error("reach a server: {0}")]
    Unreachable(String),
    /// A server answered that it will not.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Why a task could not be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartFailure {
    /// Its settings are wrong.
    Invalid {
        /// For the event `Failed Validation`.
        message: String,
    },
    /// The driver could not do it.
    Driver {
        /// For the event `Driver Failure`.
        message: String,
        /// The same start may work later.
        recoverable: bool,
    },
}

impl StartFailure {
    /// The restart policy applies.
    #[must_use]
    pub fn is_recoverable(&self) -> bool {
        matches!(
            self,
            Self::Driver {
                recoverable: true,
                ..
            }
        )
    }
}

/// How the agent ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Tasks run on; the next agent finds them.
    KeepTasks,
    /// Tasks are stopped and every trace of them is removed (development).
    RemoveAll,
}

/// What can happen to the machine.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// The first input: what this node is, and what a former agent stored.
    Started {
        /// The node with its fingerprint.
        node: Box<Node>,
        /// Records that could be read.
        restored: Vec<AllocRecord>,
    },
    /// A fingerprint changed.
    NodeChanged(Box<Node>),
    /// A server answered, or will not.
    Answered {
        /// The call.
        id: CallId,
        /// What it said.
        result: Result<NodeAnswer, CallFailure>,
    },
    /// A hook of an allocation is done.
    AllocHookDone {
        /// The allocation.
        alloc: AllocId,
        /// The hook.
        hook: AllocHook,
        /// How it went.
        result: Result<(), HookError>,
    },
    /// A hook of a task is done.
    TaskHookDone {
        /// The allocation.
        alloc: AllocId,
        /// The task.
        task: TaskName,
        /// The hook.
        hook: TaskHook,
        /// How it went.
        result: Result<(), HookError>,
    },
    /// A driver has started a task, or could not.
    TaskStarted {
        /// The start.
        run: TaskRunId,
        /// What finds it again.
        result: Result<TaskHandle, StartFailure>,
    },
    /// A driver tells something about a start under way.
    DriverTold {
        /// The start.
        run: TaskRunId,
        /// A sentence.
        message: String,
    },
    /// A driver has found a task, or not.
    TaskRecovered {
        /// The start.
        run: TaskRunId,
        /// What finds it again.
        result: Result<TaskHandle, String>,
    },
    /// A task's main process ended.
    TaskExited {
        /// The start.
        run: TaskRunId,
        /// How.
        exit: ExitResult,
    },
    /// A driver has stopped a task, or could not.
    TaskStopped {
        /// The start.
        run: TaskRunId,
        /// How it went.
        result: Result<(), String>,
    },
    /// A driver has removed what was left of a start, or could not.
    TaskCleared {
        /// The start.
        run: TaskRunId,
        /// How it went.
        result: Result<(), String>,
    },
    /// Somebody on this node asks.
    Request {
        /// Names the request in its answer.
        ticket: Ticket,
        /// What is asked.
        request: LocalRequest,
    },
    /// The agent is to end.
    Shutdown(Shutdown),
    /// Time has passed.
    Wake,
}
