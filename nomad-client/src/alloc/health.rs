//! Whether an allocation counts as healthy (spec/client 10).
//!
//! In: the states of its tasks, and now. Out: a [`Verdict`], once. Checks of services are not looked
//! at: the states of the tasks decide.

use nomad_core::id::TaskName;
use nomad_core::model::alloc::Allocation;
use nomad_core::model::job::{Job, JobType};
use nomad_core::model::policy::HealthCheck;
use nomad_core::model::{TaskLifeState, TaskState};
use nomad_core::units::{Span, Timestamp};

use super::lifecycle::Place;

/// Without an `update` or `migrate` block.
const MIN_HEALTHY: Span = Span::from_secs(10);
/// Without an `update` or `migrate` block.
const DEADLINE: Span = Span::from_mins(5);

/// By what an allocation is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthRule {
    /// How long all tasks must run without a restart.
    pub min_healthy_time: Span,
    /// By when that must be so.
    pub healthy_deadline: Span,
    /// It is judged for a deployment; otherwise for a migration.
    pub in_deployment: bool,
}

/// The outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All tasks have run long enough.
    Healthy,
    /// It is not, because of these tasks.
    Unhealthy(Vec<(TaskName, String)>),
}

impl HealthRule {
    /// The rule for an allocation; `None` when it is not watched.
    #[must_use]
    pub fn of(alloc: &Allocation, job: &Job) -> Option<Self> {
        if !matches!(job.kind, JobType::Service | JobType::System) {
            return None;
        }
        let group = job.group(alloc.task_group.as_str())?;
        if alloc.deployment_id.is_none() {
            let migrate = group.migrate.as_ref();
            return Some(Self {
                min_healthy_time: migrate.map_or(MIN_HEALTHY, |rule| rule.min_healthy_time),
                healthy_deadline: migrate.map_or(DEADLINE, |rule| rule.healthy_deadline),
                in_deployment: false,
            });
        }
        let update = group.update.as_ref().filter(|update| !update.is_empty())?;
        (update.health_check != HealthCheck::Manual).then_some(Self {
            min_healthy_time: update.min_healthy_time,
            healthy_deadline: update.healthy_deadline,
            in_deployment: true,
        })
    }
}

/// The watch over one allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthWatch {
    rule: HealthRule,
    deadline: Timestamp,
    /// The latest start of a task, and since when it is the latest.
    steady: Option<(Timestamp, Timestamp)>,
}

impl HealthWatch {
    /// Begins to watch.
    #[must_use]
    pub fn new(rule: HealthRule, now: Timestamp) -> Self {
        Self {
            rule,
            deadline: now.plus(rule.healthy_deadline),
            steady: None,
        }
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &HealthRule {
        &self.rule
    }

    /// The instant at which it must be looked at again.
    #[must_use]
    pub fn next_wakeup(&self) -> Timestamp {
        match self.steady {
            Some((_, since)) => since.plus(self.rule.min_healthy_time).min(self.deadline),
            None => self.deadline,
        }
    }

    /// Looks at the tasks; `Some` when it is decided.
    pub fn judge(
        &mut self,
        tasks: &[(&TaskName, Place, &TaskState)],
        now: Timestamp,
    ) -> Option<Verdict> {
        if let Some(bad) = Self::lost(tasks) {
            return Some(Verdict::Unhealthy(bad));
        }
        let counted = || {
            tasks
                .iter()
                .filter(|(_, place, state)| is_counted(*place, state))
        };
        let pending = counted().any(|(_, _, state)| state.state == TaskLifeState::Pending);
        let latest = counted().map(|(_, _, state)| state.started_at).max();
        match latest.filter(|_| !pending) {
            None => self.steady = None,
            Some(start) => match self.steady {
                Some((of, _)) if of == start => {}
                _ => self.steady = Some((start, now)),
            },
        }
        let ripe =
            |(_, since): (Timestamp, Timestamp)| now >= since.plus(self.rule.min_healthy_time);
        if self.steady.is_some_and(ripe) {
            return Some(Verdict::Healthy);
        }
        (now >= self.deadline).then(|| Verdict::Unhealthy(self.late(tasks)))
    }

    /// Tasks that failed, or ended although they should run.
    fn lost(tasks: &[(&TaskName, Place, &TaskState)]) -> Option<Vec<(TaskName, String)>> {
        let failed = tasks
            .iter()
            .filter(|(_, place, state)| *place != Place::Poststop && state.failed)
            .map(|(name, _, _)| {
                (
                    (*name).clone(),
                    "Unhealthy because of failed task".to_owned(),
                )
            });
        let failed: Vec<_> = failed.collect();
        if !failed.is_empty() {
            return Some(failed);
        }
        let dead = tasks
            .iter()
            .filter(|(_, place, state)| {
                is_counted(*place, state)
                    && *place != Place::PrestartEphemeral
                    && state.state == TaskLifeState::Dead
            })
            .map(|(name, _, _)| ((*name).clone(), "Unhealthy because of dead task".to_owned()));
        let dead: Vec<_> = dead.collect();
        (!dead.is_empty()).then_some(dead)
    }

    /// What each task lacked when the deadline came.
    fn late(&self, tasks: &[(&TaskName, Place, &TaskState)]) -> Vec<(TaskName, String)> {
        let HealthRule {
            min_healthy_time: min,
            healthy_deadline: deadline,
            ..
        } = self.rule;
        let reason = |state: &TaskState| match state.state {
            TaskLifeState::Running if state.started_at.plus(min) > self.deadline => Some(format!(
                "Task not running for min_healthy_time of {min} by healthy_deadline of {deadline}"
            )),
            TaskLifeState::Running => None,
            _ => Some(format!(
                "Task not running by healthy_deadline of {deadline}"
            )),
        };
        let counted = tasks
            .iter()
            .filter(|(_, place, state)| is_counted(*place, state));
        counted
            .filter_map(|(name, _, state)| Some(((*name).clone(), reason(state)?)))
            .collect()
    }
}

/// Poststop tasks, and short poststart and prestart ones that have succeeded, do not count.
fn is_counted(place: Place, state: &TaskState) -> bool {
    match place {
        Place::Poststop => false,
        Place::PoststartEphemeral | Place::PrestartEphemeral => !state.succeeded(),
        _ => true,
    }
}
