//! The runner of one allocation: hooks, gates, health, status.

use std::collections::BTreeMap;

use nomad_core::command::AllocUpdate;
use nomad_core::id::TaskName;
use nomad_core::model::alloc::{AllocClientStatus, AllocDeploymentStatus};
use nomad_core::model::{TaskLifeState, TaskState};
use nomad_core::units::{Span, Timestamp};
use nomad_core::wire::node::Assignment;

use super::hooks::{AllocHook, DESTROY, POSTRUN, PRERUN, PRERUN_AGAIN};
use super::kill::Ending;
use super::lifecycle::{Place, Stage};
use super::{AllocProgress, HealthRule, HealthWatch, Site, Verdict, derive_status};
use crate::agent::{Effect, Turn};
use crate::task::hooks::HookError;
use crate::task::{Step, TaskRunner, event};

/// Pause before a directory that could not be removed is tried again.
const REMOVE_PAUSE: Span = Span::from_secs(10);

/// Where an allocation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Waits for allocations that it replaces here.
    Waiting,
    /// A hook before the tasks runs.
    Prerun(usize),
    /// The tasks' time.
    Running,
    /// A hook after the tasks runs.
    Postrun(usize),
    /// Done; its directory is kept for readers.
    Over,
    /// Its directory is removed.
    Removing {
        /// When to try again; `None` while it is tried.
        due: Option<Timestamp>,
    },
    /// Nothing is left.
    Gone,
}

/// The runner of one allocation.
#[derive(Debug)]
pub(crate) struct AllocRunner {
    pub(crate) assignment: Assignment,
    pub(super) tasks: BTreeMap<TaskName, TaskRunner>,
    pub(super) phase: Phase,
    pub(super) stage: Stage,
    prerun: &'static [AllocHook],
    pub(super) ending: Option<Ending>,
    health: Option<HealthWatch>,
    deployment_status: Option<AllocDeploymentStatus>,
    setup_error: Option<String>,
    pub(super) destroyed: bool,
    pub(super) set_up: bool,
    pub(super) changed: bool,
    over_since: Timestamp,
    /// Its end was not yet heeded by the agent.
    just_over: bool,
}

impl AllocRunner {
    /// An allocation that is new here.
    pub(crate) fn new(assignment: Assignment, now: Timestamp) -> Self {
        let group = assignment.job.group(assignment.alloc.task_group.as_str());
        let names = group.into_iter().flat_map(|group| &group.tasks);
        let id = assignment.alloc.id;
        let tasks = names
            .map(|task| {
                (
                    task.name.clone(),
                    TaskRunner::new(id, task.name.clone(), now),
                )
            })
            .collect();
        let mut runner = Self::from_parts(assignment, tasks, AllocProgress::default());
        runner.changed = true;
        runner
    }

    /// An allocation that a former agent knew.
    pub(crate) fn restored(assignment: Assignment, mut progress: AllocProgress) -> Self {
        let id = assignment.alloc.id;
        let records = std::mem::take(&mut progress.tasks);
        let tasks = records
            .into_iter()
            .map(|(name, record)| (name.clone(), TaskRunner::restored(id, name, record)))
            .collect();
        let phase = if progress.over {
            Phase::Over
        } else {
            Phase::Waiting
        };
        let mut runner = Self::from_parts(assignment, tasks, progress);
        runner.phase = phase;
        runner.stage = Stage::Prestart;
        runner.prerun = PRERUN_AGAIN;
        runner
    }

    fn from_parts(
        assignment: Assignment,
        tasks: BTreeMap<TaskName, TaskRunner>,
        progress: AllocProgress,
    ) -> Self {
        Self {
            assignment,
            tasks,
            phase: Phase::Waiting,
            stage: Stage::Init,
            prerun: PRERUN,
            ending: None,
            health: None,
            deployment_status: progress.deployment_status,
            setup_error: progress.setup_error,
            destroyed: false,
            set_up: false,
            changed: false,
            over_since: Timestamp::ZERO,
            just_over: false,
        }
    }

    /// Where it is.
    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// When its last task ended; zero before.
    pub(crate) fn over_since(&self) -> Timestamp {
        self.over_since
    }

    /// Nothing of its tasks is left.
    pub(crate) fn is_over(&self) -> bool {
        matches!(
            self.phase,
            Phase::Over | Phase::Removing { .. } | Phase::Gone
        )
    }

    /// True once after its end.
    pub(crate) fn take_just_over(&mut self) -> bool {
        std::mem::take(&mut self.just_over)
    }

    /// Its tasks.
    pub(crate) fn tasks(&self) -> &BTreeMap<TaskName, TaskRunner> {
        &self.tasks
    }

    /// What is to be stored, when it changed since the last call.
    pub(crate) fn take_progress(&mut self) -> Option<AllocProgress> {
        let mut changed = std::mem::take(&mut self.changed);
        for task in self.tasks.values_mut() {
            changed |= task.take_changed();
        }
        changed.then(|| self.progress())
    }

    fn progress(&self) -> AllocProgress {
        let record = |(name, task): (&TaskName, &TaskRunner)| (name.clone(), task.record().clone());
        AllocProgress {
            tasks: self.tasks.iter().map(record).collect(),
            deployment_status: self.deployment_status,
            setup_error: self.setup_error.clone(),
            over: self.is_over(),
        }
    }

    /// What the server is told.
    pub(crate) fn update(&self) -> AllocUpdate {
        let states = || self.tasks.values().map(|task| &task.record().state);
        let (status, text) = derive_status(states().collect::<Vec<_>>());
        let state =
            |(name, task): (&TaskName, &TaskRunner)| (name.clone(), task.record().state.clone());
        let mut update = AllocUpdate {
            id: self.assignment.alloc.id,
            client_status: status,
            client_description: text.to_owned(),
            task_states: self.tasks.iter().map(state).collect(),
            deployment_status: self.deployment_status,
            network_status: None,
        };
        if self.tasks.is_empty() && self.is_over() {
            update.client_status = AllocClientStatus::Failed;
            let group = &self.assignment.alloc.task_group;
            update.client_description = format!("the job has no task group {group:?}");
        }
        update
    }

    /// Takes a newer word of the server.
    pub(crate) fn assign(&mut self, next: Assignment, turn: &mut Turn<'_>) {
        let deployed_anew = next.alloc.deployment_id != self.assignment.alloc.deployment_id;
        let group = next.job.group(next.alloc.task_group.as_str());
        let knows =
            |name: &TaskName| group.is_some_and(|group| group.task(name.as_str()).is_some());
        if self.tasks.keys().all(knows) {
            self.assignment = next;
        } else {
            turn.warn(format!(
                "allocation {}: its tasks are not in version {} of the job any more; the old version is kept",
                next.alloc.id, next.job.version
            ));
            self.assignment.alloc = next.alloc;
        }
        if deployed_anew && self.phase == Phase::Running {
            // An update in place: the new deployment judges anew (spec/client 10).
            self.deployment_status = None;
            self.changed = true;
            self.watch(turn.now);
        }
    }

    fn watch(&mut self, now: Timestamp) {
        let decided = self.deployment_status.and_then(|status| status.healthy);
        let alloc = &self.assignment.alloc;
        let on_server = alloc.deployment_status.and_then(|status| status.healthy);
        if decided.is_some() || on_server.is_some() || alloc.is_server_terminal() {
            return;
        }
        self.health =
            HealthRule::of(alloc, &self.assignment.job).map(|rule| HealthWatch::new(rule, now));
    }

    /// The instant at which it must be looked at again.
    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        let tasks = self.tasks.values().filter_map(TaskRunner::next_wakeup);
        // Outside of the tasks' time nobody looks at these: a past instant would wake for ever.
        let runs = self.phase == Phase::Running;
        let ending = self.ending.as_ref().filter(|_| runs);
        let ending = ending.and_then(Ending::next_wakeup);
        let health = self.health.as_ref().filter(|_| runs);
        let health = health.map(HealthWatch::next_wakeup);
        let removal = match self.phase {
            Phase::Removing { due } => due,
            _ => None,
        };
        tasks.chain(ending).chain(health).chain(removal).min()
    }

    /// Does all that can be done now. `replaced` are over: those that this one waits for.
    pub(crate) fn pump(&mut self, contacted: bool, replaced_over: bool, turn: &mut Turn<'_>) {
        while self.pump_once(contacted, replaced_over, turn) {}
        if self.phase == Phase::Running {
            self.judge_health(turn);
        }
    }

    fn pump_once(&mut self, contacted: bool, replaced_over: bool, turn: &mut Turn<'_>) -> bool {
        match self.phase {
            Phase::Waiting => self.leave_waiting(replaced_over, turn),
            Phase::Running => {
                let moved = self.advance_tasks(contacted, turn);
                let reacted = self.react(turn);
                let killed = self.advance_ending(turn);
                let left = self.leave_running(turn);
                moved || reacted || killed || left
            }
            Phase::Over if self.destroyed => {
                self.run_hook(DESTROY.first().copied(), turn);
                self.phase = Phase::Removing { due: None };
                true
            }
            Phase::Removing { due } if due.is_some_and(|due| turn.now >= due) => {
                self.run_hook(DESTROY.first().copied(), turn);
                self.phase = Phase::Removing { due: None };
                true
            }
            _ => false,
        }
    }

    fn leave_waiting(&mut self, replaced_over: bool, turn: &mut Turn<'_>) -> bool {
        let wanted = !self.assignment.alloc.is_terminal() && self.ending.is_none();
        let lost = |task: &TaskRunner| matches!(task.step(), Step::Lost | Step::Clearing { .. });
        if !wanted && !self.tasks.values().any(lost) {
            // Never started here: nothing to set up, nothing to clean.
            self.phase = Phase::Running;
            return true;
        }
        if !replaced_over && self.ending.is_none() {
            return false;
        }
        self.phase = Phase::Prerun(0);
        self.run_hook(self.prerun.first().copied(), turn);
        true
    }

    fn run_hook(&self, hook: Option<AllocHook>, turn: &mut Turn<'_>) {
        if let Some(hook) = hook {
            turn.out.push(Effect::RunAllocHook {
                assignment: self.assignment.clone(),
                hook,
            });
        }
    }

    /// A hook that the shell ran is done.
    pub(crate) fn hook_done(
        &mut self,
        hook: AllocHook,
        result: Result<(), HookError>,
        turn: &mut Turn<'_>,
    ) {
        match self.phase {
            Phase::Prerun(at) if self.prerun.get(at) == Some(&hook) => {
                if let Err(error) = result {
                    self.setup_failed(&error.message, turn.now);
                }
                match self.prerun.get(at + 1) {
                    Some(next) if self.setup_error.is_none() => {
                        self.phase = Phase::Prerun(at + 1);
                        self.run_hook(Some(*next), turn);
                    }
                    _ => self.begin_tasks(turn.now),
                }
            }
            Phase::Postrun(at) if POSTRUN.get(at) == Some(&hook) => {
                if let Err(error) = result {
                    let id = self.assignment.alloc.id;
                    turn.warn(format!("allocation {id}: {}: {error}", hook.name()));
                }
                self.postrun(at + 1, turn);
            }
            Phase::Removing { due: None } => match result {
                Ok(()) => self.phase = Phase::Gone,
                Err(error) => {
                    let id = self.assignment.alloc.id;
                    turn.warn(format!(
                        "could not remove the files of allocation {id}: {error}"
                    ));
                    let due = Some(turn.now.plus(REMOVE_PAUSE));
                    self.phase = Phase::Removing { due };
                }
            },
            _ => {}
        }
    }

    fn setup_failed(&mut self, error: &str, now: Timestamp) {
        let text = format!("failed to setup alloc: {error}");
        for task in self.tasks.values_mut() {
            task.setup_failed(&text, now);
        }
        self.setup_error = Some(text);
        self.changed = true;
    }

    fn begin_tasks(&mut self, now: Timestamp) {
        self.phase = Phase::Running;
        self.set_up = self.setup_error.is_none();
        if self.set_up {
            self.watch(now);
        }
    }

    pub(super) fn places(&self) -> Vec<(&TaskName, Place, &TaskRunner)> {
        let place = |(name, task)| {
            let site = Site::find(&self.assignment, TaskName::as_str(name))?;
            Some((name, Place::of(site.task), task))
        };
        self.tasks.iter().filter_map(place).collect()
    }

    fn advance_tasks(&mut self, contacted: bool, turn: &mut Turn<'_>) -> bool {
        let places = self.places();
        let states: Vec<(Place, &TaskState)> = places
            .iter()
            .map(|(_, place, task)| (*place, &task.record().state))
            .collect();
        let stage = self.stage.next(&states);
        let mut moved = stage != self.stage;
        self.stage = stage;
        let assignment = self.assignment.clone();
        for (name, task) in &mut self.tasks {
            let Some(site) = Site::find(&assignment, name.as_str()) else {
                continue;
            };
            let open = stage.opens(Place::of(site.task)) && !task.is_killed();
            moved |= task.advance(open, contacted, &site, turn);
        }
        moved
    }

    /// Every task is dead: on to the hooks after them.
    fn leave_running(&mut self, turn: &mut Turn<'_>) -> bool {
        if !self.tasks.values().all(TaskRunner::is_dead) {
            return false;
        }
        self.settle_health(turn.now);
        self.postrun(0, turn);
        true
    }

    fn postrun(&mut self, at: usize, turn: &mut Turn<'_>) {
        if let Some(hook) = POSTRUN.get(at).copied() {
            self.phase = Phase::Postrun(at);
            return self.run_hook(Some(hook), turn);
        }
        self.phase = Phase::Over;
        self.over_since = turn.now;
        self.just_over = true;
        self.changed = true;
    }

    fn judge_health(&mut self, turn: &mut Turn<'_>) {
        if self.assignment.alloc.is_server_terminal() {
            self.health = None;
        }
        let Some(mut watch) = self.health.take() else {
            return;
        };
        let places = self.places();
        let states: Vec<_> = places
            .iter()
            .map(|(name, place, task)| (*name, *place, &task.record().state))
            .collect();
        let in_deployment = watch.rule().in_deployment;
        match watch.judge(&states, turn.now) {
            None => self.health = Some(watch),
            Some(Verdict::Healthy) => self.set_health(true, turn.now),
            Some(Verdict::Unhealthy(reasons)) => {
                self.set_health(false, turn.now);
                for (name, reason) in reasons {
                    if let Some(task) = self.tasks.get_mut(&name).filter(|_| in_deployment) {
                        task.tell(event::alloc_unhealthy(&reason, turn.now));
                    }
                }
            }
        }
    }

    fn set_health(&mut self, healthy: bool, now: Timestamp) {
        let canary = self.assignment.alloc.deployment_status;
        self.deployment_status = Some(AllocDeploymentStatus {
            healthy: Some(healthy),
            timestamp: now,
            canary: canary.is_some_and(|status| status.canary),
            ..AllocDeploymentStatus::default()
        });
        self.changed = true;
    }

    /// A failed allocation of a deployment is unhealthy, whoever watched it.
    fn settle_health(&mut self, now: Timestamp) {
        let failed = self.update().client_status == AllocClientStatus::Failed;
        let undecided = self
            .deployment_status
            .and_then(|status| status.healthy)
            .is_none();
        if failed && undecided && self.assignment.alloc.deployment_id.is_some() {
            self.set_health(false, now);
        }
        self.health = None;
    }

    /// Lets a closure work on one task with its site; `None` when there is no such task.
    pub(crate) fn with_task<R>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut TaskRunner, &Site<'_>) -> R,
    ) -> Option<R> {
        let assignment = self.assignment.clone();
        let site = Site::find(&assignment, name)?;
        self.tasks.get_mut(name).map(|task| work(task, &site))
    }

    /// Restarts every task, also those that ended, in the order of the lifecycle.
    pub(crate) fn restart_all(&mut self, reason: &str, turn: &mut Turn<'_>) {
        self.stage = Stage::Init;
        let names: Vec<TaskName> = self.tasks.keys().cloned().collect();
        for name in names {
            self.with_task(name.as_str(), |task, site| {
                if task.record().state.state == TaskLifeState::Dead {
                    task.revive(turn.now);
                } else {
                    task.restart(reason, false, site, turn);
                }
            });
        }
    }
}
