//! What the machine wants done.

use nomad_core::id::{AllocId, TaskName};
use nomad_core::units::Span;
use nomad_core::wire::node::{Assignment, NodeCall};

use super::lane::CallId;
use super::request::{RequestError, Ticket};
use crate::alloc::AllocProgress;
use crate::alloc::hooks::AllocHook;
use crate::drivers::{TaskHandle, TaskRunId};
use crate::task::hooks::TaskHook;

/// What the machine wants done. Performed in order; the `Save` effects of one batch come first and
/// are on stable storage before the rest begins. When they cannot be written, no `Start` of that batch
/// is performed: it is answered with a recoverable failure.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Effect {
    /// Store an allocation as a server sent it.
    SaveAssignment(Assignment),
    /// Store how far an allocation has come.
    SaveProgress {
        /// The allocation.
        alloc: AllocId,
        /// Replaces what was stored.
        progress: Box<AllocProgress>,
    },
    /// Remove what is stored about an allocation.
    Forget(AllocId),
    /// Ask a server. Answered by [`super::Input::Answered`], once.
    Send {
        /// Names the call in its answer.
        id: CallId,
        /// What to ask.
        call: NodeCall,
    },
    /// The servers to talk to from now on.
    LearnServers(Vec<String>),
    /// Run a hook of an allocation. Answered by [`super::Input::AllocHookDone`].
    RunAllocHook {
        /// The allocation.
        assignment: Assignment,
        /// The hook.
        hook: AllocHook,
    },
    /// Run a hook of a task. Answered by [`super::Input::TaskHookDone`].
    RunTaskHook {
        /// The allocation.
        assignment: Assignment,
        /// The task.
        task: TaskName,
        /// The hook.
        hook: TaskHook,
    },
    /// Have a driver start a task. Answered by [`super::Input::TaskStarted`], and after a success by
    /// [`super::Input::TaskExited`] when it ends.
    Start {
        /// Names the start.
        run: TaskRunId,
        /// The driver.
        driver: String,
        /// The allocation.
        assignment: Assignment,
    },
    /// Have a driver find a task of a former agent. Answered by [`super::Input::TaskRecovered`], and
    /// after a success by [`super::Input::TaskExited`] when it ends or has ended.
    Recover {
        /// Names the start.
        run: TaskRunId,
        /// The driver.
        driver: String,
        /// What the driver stored; `None` when the former agent died while it started the task.
        handle: Option<TaskHandle>,
        /// The allocation.
        assignment: Assignment,
    },
    /// Have a driver stop a task. Answered by [`super::Input::TaskStopped`].
    Stop {
        /// The task.
        handle: TaskHandle,
        /// First signal; `None` is the driver's own choice.
        signal: Option<String>,
        /// Time until it is killed.
        timeout: Span,
    },
    /// Have a driver send a signal. The answer goes to whoever holds the ticket.
    Signal {
        /// Whose request it is.
        ticket: Ticket,
        /// The tasks.
        handles: Vec<TaskHandle>,
        /// The signal.
        signal: String,
    },
    /// Have a driver remove every trace of a start, by force. Answered by
    /// [`super::Input::TaskCleared`].
    Destroy {
        /// Names the start.
        run: TaskRunId,
        /// The driver.
        driver: String,
        /// What the driver stored, if it came so far.
        handle: Option<TaskHandle>,
    },
    /// Answer a request.
    Reply {
        /// The request.
        ticket: Ticket,
        /// What became of it.
        result: Result<(), RequestError>,
    },
    /// Tell the operator.
    Warn {
        /// A sentence.
        text: String,
    },
    /// The shutdown that was asked for is complete.
    Finished,
}
