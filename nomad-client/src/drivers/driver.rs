//! The contract between the task runner and a driver (spec/client 18).

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use nomad_core::id::AllocId;
use nomad_core::units::Timestamp;

use super::{
    DriverFingerprint, ExitResult, RecoverError, StartError, TaskError, TaskHandle, TaskRunId,
    TaskSpec, TaskUsage,
};
use crate::signals::Signal;

/// What a task sees of the machine's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// The host's files, by host paths.
    None,
    /// A root of its own, made of the task's directory: `/alloc`, `/local`, `/secrets`.
    Chroot,
    /// The files of an image: `/alloc`, `/local`, `/secrets`.
    Image,
}

/// What a driver can do beyond the minimum (spec/client 18.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether [`Driver::signal`] works.
    pub send_signals: bool,
    /// Whether commands can be run beside a task.
    pub exec: bool,
    /// What the task sees of the machine's files.
    pub isolation: Isolation,
    /// Whether the agent's own environment is passed on below the task's.
    pub host_environment: bool,
}

/// A task that has been started.
#[derive(Debug, Clone)]
pub struct Started {
    /// Enough to find the task again after the agent restarted. The caller stores it before it
    /// tells anybody that the task runs.
    pub handle: TaskHandle,
    /// Process id of the task on the host, when there is one.
    pub pid: Option<i32>,
    /// The address at which the driver put the task, when it is not the host's.
    pub ip: Option<String>,
}

/// What a driver knows about a task right now.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// Whether the task's main process lives.
    pub running: bool,
    /// When it was started; zero when unknown.
    pub started_at: Timestamp,
    /// How it ended, when it has.
    pub exit: Option<ExitResult>,
}

/// One way of running tasks.
///
/// Handles, not objects, name a task: every method takes the [`TaskHandle`] that [`Driver::start`]
/// returned, and works as well in the agent that started the task as in one that came later. All
/// methods may be called at the same time from several places.
///
/// Misuse: calling anything but [`Driver::destroy`] after `destroy` answers
/// [`TaskError::NotFound`]; starting the same run id twice answers [`StartError::AlreadyStarted`]. A run
/// is destroyed before the next one of the same task is started: they share a control group.
#[async_trait]
pub trait Driver: Send + Sync {
    /// Name as job files write it, such as `raw_exec`.
    fn name(&self) -> &'static str;

    /// What this driver can do.
    fn capabilities(&self) -> Capabilities;

    /// Looks whether the driver can be used here. Called at start and every 30 s; cheap.
    async fn fingerprint(&self) -> DriverFingerprint;

    /// Starts the task and returns when its first process runs (or could not be run).
    ///
    /// # Errors
    /// [`StartError`]; [`StartError::is_recoverable`] says whether a retry may help. Nothing is
    /// left behind after an error.
    async fn start(&self, spec: TaskSpec) -> Result<Started, StartError>;

    /// Finds a task again after the agent restarted. A task that ended meanwhile is found too:
    /// [`Driver::wait`] then returns its exit at once.
    ///
    /// # Errors
    /// [`RecoverError`] when the task cannot be followed any more. What is left of it is then
    /// removed with `destroy(handle, true)` before a replacement is started (spec/client 33.1).
    async fn recover(&self, handle: &TaskHandle) -> Result<(), RecoverError>;

    /// Waits for the end of the task; may be called often, at once and after the end.
    ///
    /// # Errors
    /// [`TaskError`] when the task is unknown. A task whose end nobody saw is an [`ExitResult`]
    /// with an error text, not an error of this method.
    async fn wait(&self, handle: &TaskHandle) -> Result<ExitResult, TaskError>;

    /// Finds a start of which only the name is known: the agent ended before it had the handle.
    /// `notes` is the directory given as [`super::TaskDirs::state`]. `None` when nothing was begun, or
    /// nothing of it can be found.
    async fn find(&self, run: &TaskRunId, notes: &Path) -> Option<TaskHandle> {
        let _ = (run, notes);
        None
    }

    /// Sends `signal` (`None`: the driver's own choice) to the task's main process, waits up to `timeout`, then kills everything that
    /// belongs to the task. Returns after the processes are gone.
    ///
    /// # Errors
    /// [`TaskError`]; a task that has ended already is no error.
    async fn stop(
        &self,
        handle: &TaskHandle,
        signal: Option<Signal>,
        timeout: Duration,
    ) -> Result<(), TaskError>;

    /// Sends a signal to the task's main process.
    ///
    /// # Errors
    /// [`TaskError::NotRunning`] when it has ended; others as they come.
    async fn signal(&self, handle: &TaskHandle, signal: Signal) -> Result<(), TaskError>;

    /// What is known about the task right now.
    ///
    /// # Errors
    /// [`TaskError`] when the task is unknown.
    async fn inspect(&self, handle: &TaskHandle) -> Result<Inspection, TaskError>;

    /// What the task uses right now.
    ///
    /// # Errors
    /// [`TaskError`] when the task is unknown or not running.
    async fn stats(&self, handle: &TaskHandle) -> Result<TaskUsage, TaskError>;

    /// Removes every trace of the task: leftovers, control group, container, state. With `force`
    /// a running task is killed first. Doing it again is no error.
    ///
    /// # Errors
    /// [`TaskError::StillRunning`] without `force`; others when something cannot be removed.
    async fn destroy(&self, handle: &TaskHandle, force: bool) -> Result<(), TaskError>;

    /// Removes what a former agent left behind and nobody knows any more. Called every few minutes.
    /// `known` are the allocations of this node; only what lies in `allocs_dir` is this agent's, since
    /// several agents may share a machine.
    async fn sweep(&self, known: &[AllocId], allocs_dir: &Path) {
        let _ = (known, allocs_dir);
    }
}
