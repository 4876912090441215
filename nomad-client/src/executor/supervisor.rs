//! A supervisor, from the agent's side.

use std::os::fd::OwnedFd;
use std::time::Duration;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::order::VERSION;
use super::protocol::Ask;
use super::record::{self, ExitRecord, RESULT};
use super::{AttachError, ControlError, Handle, boot_id, control};
use crate::fs::Dir;
use crate::signals::Signal;

/// How long a task may take to vanish after it was killed (spec/client 19.2), and its supervisor to
/// write that down.
const AFTER_KILL_PATIENCE: Duration = Duration::from_secs(20);

/// How a task ended, as far as anybody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEnd {
    /// The supervisor saw it.
    Seen(ExitRecord),
    /// The supervisor was killed, so nobody knows. Processes may be left.
    Lost {
        /// Whether processes of the task still run.
        task_alive: bool,
    },
}

/// Registers a handle of the kernel on a process with the runtime.
fn watch(process: OwnedFd) -> Result<AsyncFd<OwnedFd>, AttachError> {
    #[expect(unsafe_code, reason = "the runtime's only call that is not deprecated")]
    // SAFETY: the registration must not outlive the descriptor. `AsyncFd` owns the only owner of it,
    // gives it out by reference only, and takes the registration back before it drops the owner.
    let watched = unsafe { AsyncFd::register_with_interest(process, Interest::READABLE) };
    watched.map_err(|error| AttachError::Watch {
        source: error.into(),
    })
}

/// A started task, living or ended.
#[derive(Debug)]
pub struct Supervisor {
    handle: Handle,
    dir: Dir,
    /// Becomes readable when the supervisor ends; `None` when it has already.
    process: Option<AsyncFd<OwnedFd>>,
}

impl Supervisor {
    /// Finds the supervisor of `handle` again. One that ended properly meanwhile is found too.
    ///
    /// # Errors
    /// [`AttachError`]; [`AttachError::Lost`] says whether processes of the task still run.
    pub fn attach(handle: &Handle) -> Result<Self, AttachError> {
        if handle.version != VERSION {
            return Err(AttachError::Version {
                found: handle.version,
                known: VERSION,
            });
        }
        let dir = Dir::open(&handle.state_dir).map_err(|_| AttachError::NoState {
            path: handle.state_dir.clone(),
        })?;
        let is_same_boot = boot_id() == handle.boot_id;
        let living = if is_same_boot {
            handle.supervisor.open()
        } else {
            None
        };
        let process = match living {
            Some(fd) => Some(watch(fd)?),
            None => None,
        };
        let this = Self {
            handle: handle.clone(),
            dir,
            process,
        };
        if this.process.is_some() || this.result().is_some() {
            return Ok(this);
        }
        match is_same_boot {
            true => Err(AttachError::Lost {
                task_alive: !handle.remains().is_empty(),
            }),
            false => Err(AttachError::Rebooted),
        }
    }

    /// What is stored to find it again.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// How the task ended, if its supervisor wrote that down already.
    #[must_use]
    pub fn result(&self) -> Option<ExitRecord> {
        record::read(&self.handle.state_dir, RESULT)
    }

    /// Whether the supervisor lives.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.process.is_some() && self.handle.supervisor.is_alive()
    }

    /// Waits for the end. May be called often, by several at once, and after the end.
    pub async fn wait(&self) -> TaskEnd {
        if let Some(process) = &self.process {
            // An error means that the runtime is going away; then what is written is what is known.
            let _ = process.readable().await;
        }
        match self.result() {
            Some(result) => TaskEnd::Seen(result),
            None => TaskEnd::Lost {
                task_alive: !self.handle.remains().is_empty(),
            },
        }
    }

    /// Sends a signal to the task's main process.
    ///
    /// # Errors
    /// [`ControlError::NotRunning`] when it has ended; others as they come.
    pub async fn signal(&self, signal: Signal) -> Result<(), ControlError> {
        control::ask(&self.dir, Ask::Signal(signal)).await.map(drop)
    }

    /// Sends a signal and, when the task has not ended within `timeout`, kills all of it. Returns
    /// after everything is gone. The supervisor does this, so it is done even if the agent dies
    /// meanwhile.
    ///
    /// # Errors
    /// [`ControlError::Stuck`] when processes do not die even of a kill; others as they come. A task
    /// that has ended is no error.
    pub async fn stop(&self, signal: Signal, timeout: Duration) -> Result<(), ControlError> {
        let ask = if timeout.is_zero() {
            Ask::Kill
        } else {
            Ask::Stop(signal, timeout)
        };
        match control::ask(&self.dir, ask).await {
            Ok(_) | Err(ControlError::NotRunning) => {}
            Err(error) => return Err(error),
        }
        let patience = timeout.saturating_add(AFTER_KILL_PATIENCE);
        match tokio::time::timeout(patience, self.wait()).await {
            Ok(TaskEnd::Seen(result)) if !result.has_leftovers => Ok(()),
            Ok(TaskEnd::Lost { task_alive: false }) => Ok(()),
            Ok(_) => self.kill_remains(timeout).await,
            Err(_) => Err(ControlError::Stuck {
                waited_s: patience.as_secs(),
            }),
        }
    }

    async fn kill_remains(&self, timeout: Duration) -> Result<(), ControlError> {
        let handle = self.handle.clone();
        let killed = tokio::task::spawn_blocking(move || handle.kill_remains(AFTER_KILL_PATIENCE));
        match killed.await {
            Ok(true) => Ok(()),
            _ => {
                let waited_s = timeout.saturating_add(AFTER_KILL_PATIENCE).as_secs();
                Err(ControlError::Stuck { waited_s })
            }
        }
    }
}
