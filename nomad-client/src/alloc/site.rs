//! Where a task stands in its job: what its runner is told with every call.

use nomad_core::model::policy::RestartPolicy;
use nomad_core::model::{Job, Task, TaskGroup};
use nomad_core::wire::node::Assignment;

/// Where a task stands.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) assignment: &'a Assignment,
    pub(crate) job: &'a Job,
    pub(crate) group: &'a TaskGroup,
    pub(crate) task: &'a Task,
}

impl<'a> Site<'a> {
    /// Finds the task in the assignment's job.
    pub(crate) fn find(assignment: &'a Assignment, task: &str) -> Option<Self> {
        let group = assignment.job.group(assignment.alloc.task_group.as_str())?;
        Some(Self {
            assignment,
            job: &assignment.job,
            group,
            task: group.task(task)?,
        })
    }

    /// The task's policy, or its group's.
    pub(crate) fn restart_policy(&self) -> &'a RestartPolicy {
        let own = self.task.restart_policy.as_ref();
        own.unwrap_or(&self.group.restart_policy)
    }
}
