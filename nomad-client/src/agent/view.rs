//! What the machine shows of an allocation to whoever serves readers.

use nomad_core::id::TaskName;
use nomad_core::model::TaskState;
use nomad_core::wire::node::Assignment;

use super::machine::Agent;
use crate::drivers::TaskHandle;
use nomad_core::id::AllocId;

/// One allocation.
#[derive(Debug, Clone)]
pub struct AllocView {
    /// As the server sent it.
    pub assignment: Assignment,
    /// Its tasks.
    pub tasks: Vec<TaskView>,
    /// Nothing of its tasks is left.
    pub over: bool,
}

/// One task.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// Its name.
    pub name: TaskName,
    /// Its state.
    pub state: TaskState,
    /// Its driver's handle, while it runs.
    pub handle: Option<TaskHandle>,
}

impl Agent {
    /// Shows one allocation.
    #[must_use]
    pub fn view(&self, alloc: AllocId) -> Option<AllocView> {
        let (_, runner) = self.runners().find(|(id, _)| **id == alloc)?;
        let tasks = runner.tasks().iter().map(|(name, task)| TaskView {
            name: name.clone(),
            state: task.record().state.clone(),
            handle: task.running().cloned(),
        });
        Some(AllocView {
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
