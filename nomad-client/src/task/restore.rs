//! Finding a task again after a restart of the agent (spec/client 11.9).

use nomad_core::id::{AllocId, TaskName};
use nomad_core::model::TaskLifeState;
use nomad_core::model::job::JobType;
use nomad_core::units::Timestamp;

use super::runner::TaskRunner;
use super::step::Next;
use super::{Step, TaskRecord, event};
use crate::agent::{Effect, Turn};
use crate::alloc::Site;
use crate::drivers::{TaskHandle, TaskRunId};

/// Where a task begins that a former agent left like this.
fn first_step(record: &TaskRecord) -> Step {
    let leavings = |next| Step::Clearing {
        next,
        tries: 0,
        due: Some(Timestamp::ZERO),
    };
    let ended = record.handle.is_some() && record.state.state == TaskLifeState::Pending;
    match (&record.run, record.complete) {
        (Some(_), true) => leavings(Next::Die),
        (Some(_), false) if ended => leavings(Next::Wait),
        (Some(_), false) => Step::Lost,
        (None, true) => Step::Dead,
        (None, false) => Step::Waiting,
    }
}

impl TaskRunner {
    /// A task that a former agent knew.
    pub(crate) fn restored(alloc: AllocId, name: TaskName, record: TaskRecord) -> Self {
        let step = first_step(&record);
        let mut runner = Self::from_parts(alloc, name, record, step);
        runner.changed = false;
        runner
    }

    pub(super) fn recover(&mut self, site: &Site<'_>, turn: &mut Turn<'_>) {
        let Some(run) = self.record.run.clone() else {
            self.step = Step::Waiting;
            return;
        };
        self.step = Step::Recovering;
        turn.out.push(Effect::Recover {
            run,
            driver: site.task.driver.clone(),
            handle: self.record.handle.clone(),
            assignment: site.assignment.clone(),
        });
    }

    /// The driver has found the task, or not. An end that came meanwhile follows as an exit.
    pub(crate) fn recovered(
        &mut self,
        run: &TaskRunId,
        result: Result<TaskHandle, String>,
        site: &Site<'_>,
        turn: &mut Turn<'_>,
    ) {
        if self.step != Step::Recovering || self.record.run.as_ref() != Some(run) {
            return;
        }
        match result {
            Ok(handle) => {
                if self.record.state.state != TaskLifeState::Running {
                    self.tell(event::started(turn.now));
                }
                self.record.handle = Some(handle);
                self.enter(TaskLifeState::Running, turn.now);
                self.now_running(site, turn);
            }
            Err(error) => self.not_found(&error, site, turn),
        }
    }

    fn not_found(&mut self, error: &str, site: &Site<'_>, turn: &mut Turn<'_>) {
        let was_running = self.record.state.state == TaskLifeState::Running;
        let next = match () {
            () if self.record.complete || self.killed => Next::Die,
            () if !was_running => Next::Wait,
            () => {
                self.tell(event::failed_restoring(error, turn.now));
                self.enter(TaskLifeState::Pending, turn.now);
                match site.job.kind {
                    JobType::System | JobType::Sysbatch => Next::Wait,
                    _ => Next::Hold,
                }
            }
        };
        self.clear_or_go(next, site, turn);
    }
}
