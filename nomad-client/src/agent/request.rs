//! What somebody on this node may ask (spec/client 30.8, 31).

use nomad_core::id::{AllocId, TaskName};

use super::machine::Agent;
use super::{Effect, Turn};
use crate::alloc::AllocRunner;
use crate::task::event;

/// Names a request in its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What somebody on this node may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocalRequest {
    /// Restart tasks in place.
    Restart {
        /// The allocation.
        alloc: AllocId,
        /// One task; none = all that run.
        task: Option<TaskName>,
        /// Every task, also those that ended, in the order of the lifecycle.
        all: bool,
    },
    /// Send a signal.
    Signal {
        /// The allocation.
        alloc: AllocId,
        /// One task; none = all that run.
        task: Option<TaskName>,
        /// Such as `SIGHUP`.
        signal: String,
    },
    /// Remove one allocation that has ended.
    Collect {
        /// The allocation.
        alloc: AllocId,
    },
    /// Remove every allocation that has ended.
    CollectAll,
}

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The allocation is not here.
    #[error("unknown allocation {alloc}")]
    UnknownAlloc {
        /// The allocation.
        alloc: AllocId,
    },
    /// It has no such task.
    #[error("Could not find task runner for task: {task}")]
    UnknownTask {
        /// The task.
        task: TaskName,
    },
    /// The task does not run.
    #[error("Task not running")]
    NotRunning,
    /// The allocation should not run.
    #[error("restart allocation {alloc}: it is stopped or has ended")]
    Ended {
        /// The allocation.
        alloc: AllocId,
    },
    /// The allocation still runs.
    #[error("collect allocation {alloc}: it has not ended")]
    NotEnded {
        /// The allocation.
        alloc: AllocId,
    },
    /// A task and all tasks were asked for together.
    #[error("restart task {task} and all tasks: choose one")]
    TaskAndAll {
        /// The task.
        task: TaskName,
    },
    /// The driver could not do it.
    #[error("{0}")]
    Driver(String),
    /// The agent is stopping.
    #[error("the agent is stopping")]
    Stopping,
}

impl Agent {
    pub(super) fn request(&mut self, ticket: Ticket, request: LocalRequest, turn: &mut Turn<'_>) {
        let result = match request {
            LocalRequest::Restart { alloc, task, all } => self.restart(alloc, task, all, turn),
            LocalRequest::Signal {
                alloc,
                task,
                signal,
            } => match self.signal(ticket, alloc, task, &signal, turn) {
                Ok(()) => return,
                Err(error) => Err(error),
            },
            LocalRequest::Collect { alloc } => self.collect_one(alloc, turn),
            LocalRequest::CollectAll => {
                self.collect_ended(0, turn);
                Ok(())
            }
        };
        turn.out.push(Effect::Reply { ticket, result });
    }

    fn runner(&mut self, alloc: AllocId) -> Result<&mut AllocRunner, RequestError> {
        self.touch(alloc)
            .ok_or(RequestError::UnknownAlloc { alloc })
    }

    fn restart(
        &mut self,
        alloc: AllocId,
        task: Option<TaskName>,
        all: bool,
        turn: &mut Turn<'_>,
    ) -> Result<(), RequestError> {
        let runner = self.runner(alloc)?;
        if runner.is_ending() || runner.assignment.alloc.is_terminal() {
            return Err(RequestError::Ended { alloc });
        }
        match task {
            Some(task) if all => Err(RequestError::TaskAndAll { task }),
            Some(task) => {
                let reason = "User requested task to restart";
                let restarted = runner.with_task(task.as_str(), |runner, site| {
                    runner.restart(reason, false, site, turn)
                });
                match restarted {
                    None => Err(RequestError::UnknownTask { task }),
                    Some(false) => Err(RequestError::NotRunning),
                    Some(true) => Ok(()),
                }
            }
            None if all => {
                runner.restart_all("User requested all tasks to restart", turn);
                Ok(())
            }
            None => {
                let reason = "User requested running tasks to restart";
                for name in running(runner) {
                    runner.with_task(name.as_str(), |runner, site| {
                        runner.restart(reason, false, site, turn)
                    });
                }
                Ok(())
            }
        }
    }

    fn signal(
        &mut self,
        ticket: Ticket,
        alloc: AllocId,
        task: Option<TaskName>,
        signal: &str,
        turn: &mut Turn<'_>,
    ) -> Result<(), RequestError> {
        let runner = self.runner(alloc)?;
        let names = match task {
            None => running(runner),
            Some(task) => match runner.tasks().get(&task) {
                None => return Err(RequestError::UnknownTask { task }),
                Some(runner) if runner.running().is_none() => return Err(RequestError::NotRunning),
                Some(_) => vec![task],
            },
        };
        let mut handles = Vec::new();
        for name in names {
            let handle = runner.with_task(name.as_str(), |runner, _| {
                runner.tell(event::signaling(signal, turn.now));
                runner.running().cloned()
            });
            handles.extend(handle.flatten());
        }
        turn.out.push(Effect::Signal {
            ticket,
            handles,
            signal: signal.to_owned(),
        });
        Ok(())
    }
}

fn running(runner: &AllocRunner) -> Vec<TaskName> {
    let tasks = runner.tasks().iter();
    let running = tasks.filter(|(_, task)| task.running().is_some());
    running.map(|(name, _)| name.clone()).collect()
}
