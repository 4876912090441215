//! The status of an allocation from those of its tasks (spec/client 5.6).

use nomad_core::model::alloc::AllocClientStatus;
use nomad_core::model::{TaskLifeState, TaskState};

/// The status, and the sentence that goes with it.
#[must_use]
pub fn derive_status<'a>(
    tasks: impl IntoIterator<Item = &'a TaskState> + Clone,
) -> (AllocClientStatus, &'static str) {
    let any = |holds: fn(&TaskState) -> bool| tasks.clone().into_iter().any(holds);
    if any(|task| task.state == TaskLifeState::Dead && task.failed) {
        (AllocClientStatus::Failed, "Failed tasks")
    } else if any(|task| task.state == TaskLifeState::Running) {
        (AllocClientStatus::Running, "Tasks are running")
    } else if any(|task| task.state == TaskLifeState::Pending) {
        (AllocClientStatus::Pending, "No tasks have started")
    } else if any(|task| task.state == TaskLifeState::Dead) {
        (AllocClientStatus::Complete, "All tasks have completed")
    } else {
        (AllocClientStatus::Pending, "No tasks have started")
    }
}
