//! What the machine shows of an allocation to whoever serves readers.

use nomad_core::id::{AllocId, TaskName};
use nomad_core::model::{TaskLifeState, TaskState};
use nomad_core::wire::node::Assignment;

use super::machine::Agent;
use crate::drivers::TaskHandle;

/// One allocation.
#[derive(Debug, Clone)]
pub struct AllocSnapshot {
    /// As the server sent it.
    pub assignment: Assignment,
    /// Its tasks.
    pub tasks: Vec<TaskSnapshot>,
    /// Nothing of its tasks is left.
    pub over: bool,
}

/// One task.
#[derive(Debug, Clone)]
pub struct TaskSnapshot {
    /// Its name.
    pub name: TaskName,
    /// Its state.
    pub state: TaskState,
    /// Its driver's handle, while it runs.
    pub handle: Option<TaskHandle>,
}

impl AllocSnapshot {
    /// The task has not ended: more output may come.
    #[must_use]
    pub fn may_write(&self, task: &TaskName) -> bool {
        let lives = |shown: &TaskSnapshot| shown.state.state != TaskLifeState::Dead;
        self.tasks
            .iter()
            .any(|shown| shown.name == *task && lives(shown))
    }
}

impl Agent {
    /// Shows one allocation.
    #[must_use]
    pub fn snapshot(&self, alloc: AllocId) -> Option<AllocSnapshot> {
        let (_, runner) = self.runners().find(|(id, _)| **id == alloc)?;
        let tasks = runner.tasks().iter().map(|(name, task)| TaskSnapshot {
            name: name.clone(),
            state: task.record().state.clone(),
            handle: task.running().cloned(),
        });
        Some(AllocSnapshot {
            assignment: runner.assignment.clone(),
            tasks: tasks.collect(),
            over: runner.is_over(),
        })
    }

    /// The allocations that are here.
    #[must_use]
    pub fn allocs(&self) -> Vec<AllocId> {
        self.runners().map(|(id, _)| *id).collect()
    }
}
