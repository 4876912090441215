//! The runner of one task: a machine within the machine.

use nomad_core::id::{AllocId, TaskName};
use nomad_core::model::{TaskEvent, TaskLifeState};
use nomad_core::units::{Span, Timestamp};

use super::hooks::{self, HookError, PRESTART, TaskHook};
use super::restart::{Decision, Ending, RestartTracker, restarts_on_success};
use super::step::Next;
use super::{Step, TaskRecord, event};
use crate::agent::{Effect, StartFailure, Turn};
use crate::alloc::Site;
use crate::drivers::{ExitResult, TaskHandle, TaskRunId};

/// How often the driver is asked to remove what is left before it is given up.
const CLEAR_TRIES: u32 = 5;
/// Pause before it is asked again.
const CLEAR_PAUSE: Span = Span::from_secs(5);

/// A restart that somebody wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RestartWish {
    /// It counts against the restart policy.
    pub(super) counted: bool,
}

/// The runner of one task.
#[derive(Debug)]
pub(crate) struct TaskRunner {
    pub(super) alloc: AllocId,
    pub(super) name: TaskName,
    pub(super) record: TaskRecord,
    pub(super) step: Step,
    pub(super) hooks_done: usize,
    pub(super) killed: bool,
    pub(super) restart: Option<RestartWish>,
    pub(super) changed: bool,
}

impl TaskRunner {
    /// A task that was never started.
    pub(crate) fn new(alloc: AllocId, name: TaskName, now: Timestamp) -> Self {
        let mut record = TaskRecord {
            restarts: RestartTracker::new(now),
            ..TaskRecord::default()
        };
        record.push(event::received(now));
        Self::from_parts(alloc, name, record, Step::Waiting)
    }

    pub(super) fn from_parts(
        alloc: AllocId,
        name: TaskName,
        record: TaskRecord,
        step: Step,
    ) -> Self {
        Self {
            alloc,
            name,
            record,
            step,
            hooks_done: 0,
            killed: false,
            restart: None,
            changed: true,
        }
    }

    /// What is stored and reported.
    pub(crate) fn record(&self) -> &TaskRecord {
        &self.record
    }

    /// Where it is.
    pub(crate) fn step(&self) -> &Step {
        &self.step
    }

    /// True when it will not run again by itself.
    pub(crate) fn is_dead(&self) -> bool {
        self.step == Step::Dead
    }

    /// The handle of the running task.
    pub(crate) fn running(&self) -> Option<&TaskHandle> {
        let runs = matches!(self.step, Step::Running | Step::Delayed { .. });
        self.record.handle.as_ref().filter(|_| runs)
    }

    /// True once since the last call when something changed that must be stored.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Records an event.
    pub(crate) fn tell(&mut self, event: TaskEvent) {
        self.record.push(event);
        self.changed = true;
    }

    pub(super) fn enter(&mut self, state: TaskLifeState, now: Timestamp) {
        self.record.enter(state, now);
        self.changed = true;
    }

    /// The instant at which it must be looked at again.
    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        match &self.step {
            Step::Delayed { until } | Step::Backoff { until } => Some(*until),
            Step::Stopping { due, .. } | Step::Clearing { due, .. } => *due,
            _ => None,
        }
    }

    /// Does what the gate, the server's word and the time allow; true when it did something.
    pub(crate) fn advance(
        &mut self,
        gate_open: bool,
        contacted: bool,
        site: &Site<'_>,
        turn: &mut Turn<'_>,
    ) -> bool {
        match self.step.clone() {
            Step::Waiting if gate_open => {
                self.run_hooks(self.hooks_done, site, turn);
                true
            }
            Step::Held if contacted => {
                self.step = Step::Waiting;
                true
            }
            Step::Backoff { until } if turn.now >= until => {
                self.step = Step::Waiting;
                true
            }
            Step::Lost => {
                self.recover(site, turn);
                true
            }
            Step::Delayed { until } if turn.now >= until => {
                self.stop(0, site, turn);
                true
            }
            Step::Stopping { due, .. } if due.is_some_and(|due| turn.now >= due) => {
                self.stop_again(site, turn);
                true
            }
            Step::Clearing { next, tries, due } if due.is_some_and(|due| turn.now >= due) => {
                self.clear(next, tries, site, turn);
                true
            }
            _ => false,
        }
    }

    fn run_hooks(&mut self, from: usize, site: &Site<'_>, turn: &mut Turn<'_>) {
        let Some(hook) = PRESTART.get(from).copied() else {
            self.hooks_done = from;
            return self.start(site, turn);
        };
        self.step = Step::Hooks(from);
        match hook {
            TaskHook::Validate => match hooks::validate(site.job, site.task) {
                Ok(()) => self.run_hooks(from + 1, site, turn),
                Err(error) => {
                    self.tell(event::validation_failure(&error, turn.now));
                    self.finish(Ending::StartFailed { recoverable: false }, site, turn);
                }
            },
            TaskHook::TaskDir => {
                if !self.record.setup_told {
                    self.record.setup_told = true;
                    self.tell(event::setup(turn.now));
                }
                turn.out.push(Effect::RunTaskHook {
                    assignment: site.assignment.clone(),
                    task: self.name.clone(),
                    hook,
                });
            }
        }
    }

    /// A hook that the shell ran is done.
    pub(crate) fn hook_done(
        &mut self,
        hook: TaskHook,
        result: Result<(), HookError>,
        site: &Site<'_>,
        turn: &mut Turn<'_>,
    ) {
        let Step::Hooks(at) = self.step else { return };
        if PRESTART.get(at) != Some(&hook) {
            return;
        }
        match result {
            _ if self.killed => self.die(turn.now),
            Ok(()) => self.run_hooks(at + 1, site, turn),
            Err(error) => {
                self.tell(event::hook_failed(hook.name(), &error.message, turn.now));
                let recoverable = error.recoverable;
                self.finish(Ending::StartFailed { recoverable }, site, turn);
            }
        }
    }

    fn start(&mut self, site: &Site<'_>, turn: &mut Turn<'_>) {
        let run = TaskRunId {
            alloc: self.alloc,
            task: self.name.clone(),
            attempt: turn.seed.next_u64() as u32,
        };
        self.record.run = Some(run.clone());
        self.changed = true;
        self.step = Step::Starting;
        turn.out.push(Effect::Start {
            run,
            driver: site.task.driver.clone(),
            assignment: site.assignment.clone(),
        });
    }

    /// The driver has started the task, or could not.
    pub(crate) fn started(
        &mut self,
        run: &TaskRunId,
        result: Result<TaskHandle, StartFailure>,
        site: &Site<'_>,
        turn: &mut Turn<'_>,
    ) {
        if self.step != Step::Starting || self.record.run.as_ref() != Some(run) {
            return;
        }
        let failure = match result {
            Ok(handle) => {
                self.record.handle = Some(handle);
                self.enter(TaskLifeState::Running, turn.now);
                self.tell(event::started(turn.now));
                return self.now_running(site, turn);
            }
            Err(failure) => failure,
        };
        self.record.run = None;
        self.tell(match &failure {
            StartFailure::Invalid { message } => event::validation_failure(message, turn.now),
            StartFailure::Driver { message, .. } => event::driver_failure(message, turn.now),
        });
        let recoverable = failure.is_recoverable();
        self.finish(Ending::StartFailed { recoverable }, site, turn);
    }

    /// It runs; a kill that came meanwhile is carried out.
    pub(super) fn now_running(&mut self, site: &Site<'_>, turn: &mut Turn<'_>) {
        self.step = Step::Running;
        if self.killed {
            self.stop(0, site, turn);
        }
    }

    /// The driver tells something about the start under way.
    pub(crate) fn driver_told(&mut self, run: &TaskRunId, message: &str, now: Timestamp) {
        if self.record.run.as_ref() == Some(run) {
            self.tell(event::driver(message, now));
        }
    }

    /// The task's main process ended.
    pub(crate) fn exited(
        &mut self,
        run: &TaskRunId,
        exit: &ExitResult,
        site: &Site<'_>,
        turn: &mut Turn<'_>,
    ) {
        let runs = matches!(
            self.step,
            Step::Running | Step::Delayed { .. } | Step::Stopping { .. }
        );
        if !runs || self.record.run.as_ref() != Some(run) {
            return;
        }
        self.tell(event::terminated(exit, turn.now));
        let success = exit.is_success();
        self.finish(Ending::Exited { success }, site, turn);
    }

    /// The start is over, one way or the other: decides what is next.
    pub(super) fn finish(&mut self, ending: Ending, site: &Site<'_>, turn: &mut Turn<'_>) {
        let wish = self.restart.take();
        let ending = match wish {
            _ if self.killed => Ending::Killed,
            Some(RestartWish { counted: true }) => Ending::CheckFailed,
            Some(RestartWish { counted: false }) => Ending::RestartWished,
            None => ending,
        };
        let policy = site.restart_policy();
        let on_success = restarts_on_success(site.job.kind, site.task);
        let now = turn.now;
        let decision = self
            .record
            .restarts
            .decide(policy, on_success, ending, now, turn.seed);
        let next = self.carry_out(decision, now);
        self.clear_or_go(next, site, turn);
    }

    fn carry_out(&mut self, decision: Decision, now: Timestamp) -> Next {
        match decision {
            Decision::Killed => {
                if self.record.handle.is_some() {
                    self.tell(event::killed(None, now));
                }
                Next::Die
            }
            Decision::Finished { .. } => Next::Die,
            Decision::GiveUp { reason } => {
                self.tell(event::not_restarting(&reason, now));
                Next::Die
            }
            Decision::Restart { reason, delay } => {
                self.tell(event::restarting(&reason, delay, now));
                self.record.state.restarts += 1;
                self.record.state.last_restart = now;
                self.enter(TaskLifeState::Pending, now);
                Next::Restart {
                    at: now.plus(delay),
                }
            }
        }
    }

    pub(super) fn clear_or_go(&mut self, next: Next, site: &Site<'_>, turn: &mut Turn<'_>) {
        if self.record.run.is_some() {
            self.clear(next, 0, site, turn);
        } else {
            self.go(next, turn.now);
        }
    }

    fn clear(&mut self, next: Next, tries: u32, site: &Site<'_>, turn: &mut Turn<'_>) {
        let Some(run) = self.record.run.clone() else {
            return self.go(next, turn.now);
        };
        self.step = Step::Clearing {
            next,
            tries: tries + 1,
            due: None,
        };
        turn.out.push(Effect::Destroy {
            run,
            driver: site.task.driver.clone(),
            handle: self.record.handle.clone(),
        });
    }

    /// The driver has removed what was left, or could not.
    pub(crate) fn cleared(
        &mut self,
        run: &TaskRunId,
        result: Result<(), String>,
        turn: &mut Turn<'_>,
    ) {
        let Step::Clearing { next, tries, due } = &mut self.step else {
            return;
        };
        if due.is_some() || self.record.run.as_ref() != Some(run) {
            return;
        }
        let (next, tries) = (*next, *tries);
        if let Err(error) = result {
            if tries < CLEAR_TRIES {
                *due = Some(turn.now.plus(CLEAR_PAUSE));
                return;
            }
            turn.warn(format!(
                "task {run} is dead, but something of it is left: {error}"
            ));
        }
        self.record.run = None;
        self.record.handle = None;
        self.changed = true;
        self.go(next, turn.now);
    }

    fn go(&mut self, next: Next, now: Timestamp) {
        if self.killed {
            return self.die(now);
        }
        match next {
            Next::Restart { at } => self.step = Step::Backoff { until: at },
            Next::Hold => self.step = Step::Held,
            Next::Wait => self.step = Step::Waiting,
            Next::Die => self.die(now),
        }
    }

    pub(super) fn die(&mut self, now: Timestamp) {
        self.enter(TaskLifeState::Dead, now);
        self.record.complete = true;
        self.step = Step::Dead;
    }
}
