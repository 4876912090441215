//! What is stored about a task, so that the next agent finds it again.

use nomad_core::model::{TaskEvent, TaskLifeState, TaskState};
use nomad_core::units::Timestamp;
use serde::{Deserialize, Serialize};

use super::restart::RestartTracker;
use crate::drivers::{TaskHandle, TaskRunId};

/// What is stored about a task.
///
/// `run` is written before the driver is asked to start anything, `handle` before anybody is told
/// that the task runs; so whatever a crash leaves behind has a name here.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskRecord {
    /// What the server is told.
    pub state: TaskState,
    /// Restarts counted so far.
    pub restarts: RestartTracker,
    /// The start that was intended last and is not cleared away yet.
    pub run: Option<TaskRunId>,
    /// What its driver needs to find it.
    pub handle: Option<TaskHandle>,
    /// The event `Task Setup` was recorded.
    pub setup_told: bool,
    /// It will never start again.
    pub complete: bool,
}

impl TaskRecord {
    /// Records an event; one that fails the task marks it failed for good.
    pub fn push(&mut self, event: TaskEvent) {
        self.state.failed |= event.fails_task;
        self.state.push(event);
    }

    /// Enters a state, keeping the times that belong to it.
    pub fn enter(&mut self, state: TaskLifeState, now: Timestamp) {
        if state == TaskLifeState::Running && self.state.state != TaskLifeState::Running {
            self.state.started_at = now;
        }
        if state == TaskLifeState::Dead && self.state.finished_at.is_zero() {
            self.state.finished_at = now;
        }
        self.state.state = state;
    }
}
