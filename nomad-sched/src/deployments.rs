//! The watcher of deployments: health becomes evaluations, failures and promotions
//! (spec/scheduler 14.3).
//!
//! In: a state and the clock. Out: per deployment, what to do next. Always true: an active
//! deployment with a deadline has a wake-up no later than it (I11); at most one change per
//! deployment is on its way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nomad_core::id::{AllocId, DeploymentId};
use nomad_core::model::{
    Allocation, Deployment, DeploymentState, DeploymentStatus, Evaluation, Job,
};
use nomad_core::state::State;
use nomad_core::units::{Index, Span, Timestamp};

use crate::reschedule::is_eligible;

/// Shortest time between two evaluations that progress makes.
pub const EVAL_INTERVAL: Span = Span::from_secs(1);

/// Why a deployment failed, as users see it.
pub const UNHEALTHY: &str = "Failed due to unhealthy allocations";
/// Why a deployment failed, as users see it.
pub const DEADLINE: &str = "Failed due to progress deadline";

/// What a deployment needs now.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// Nothing until something changes, or until this instant.
    Nothing(Option<Timestamp>),
    /// The job must be looked at; these failed allocations may be replaced.
    Evaluate {
        /// To be marked for replacement.
        replace: Vec<AllocId>,
    },
    /// It has failed.
    Fail {
        /// Why.
        description: &'static str,
        /// Go back to the last stable version.
        rollback: bool,
    },
    /// Its canaries are promoted.
    Promote,
}

#[derive(Default)]
struct Watch {
    /// A change of it is on its way.
    busy: bool,
    /// No evaluation for progress before this instant.
    quiet_until: Timestamp,
}

/// The deployments to look at.
#[derive(Default)]
pub struct Deployments {
    watches: BTreeMap<DeploymentId, Watch>,
    due: BTreeSet<DeploymentId>,
    wakeups: BTreeMap<DeploymentId, Timestamp>,
}

impl Deployments {
    /// Something about the deployment changed.
    pub fn look_at(&mut self, id: DeploymentId) {
        self.due.insert(id);
    }

    /// The change on its way is committed or lost.
    pub fn settled(&mut self, id: DeploymentId) {
        if let Some(watch) = self.watches.get_mut(&id) {
            watch.busy = false;
        }
        self.look_at(id);
    }

    /// The next deployment to look at, if it is active; forgets those that are over.
    pub fn take_due(&mut self, state: &State, now: Timestamp) -> Option<Arc<Deployment>> {
        let late = self.wakeups.iter().filter(|(_, at)| **at <= now);
        self.due.extend(late.map(|(id, _)| *id));
        while let Some(id) = self.due.pop_first() {
            self.wakeups.remove(&id);
            let deployment = state.deployment(&id).filter(|it| it.status.is_active());
            let Some(deployment) = deployment else {
                self.watches.remove(&id);
                continue;
            };
            if !self.watches.entry(id).or_default().busy {
                return Some(Arc::clone(deployment));
            }
        }
        None
    }

    /// Come back to it at that instant.
    pub fn wake_at(&mut self, id: DeploymentId, at: Timestamp) {
        self.wakeups.insert(id, at);
    }

    /// A change of it is on its way. Answers false, and asks to be called later, when an
    /// evaluation for progress was made less than [`EVAL_INTERVAL`] ago.
    pub fn start(&mut self, id: DeploymentId, now: Timestamp, is_progress: bool) -> bool {
        let watch = self.watches.entry(id).or_default();
        if is_progress && watch.quiet_until > now {
            let at = watch.quiet_until;
            self.wake_at(id, at);
            return false;
        }
        watch.busy = true;
        if is_progress {
            watch.quiet_until = now.plus(EVAL_INTERVAL);
        }
        true
    }

    /// When a deadline is over.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.wakeups.values().min().copied()
    }
}

/// What an active deployment needs.
#[must_use]
pub fn need(state: &State, now: Timestamp, deployment: &Deployment) -> Need {
    let Some(job) = state.job_version(&deployment.job_key(), deployment.job_version) else {
        return Need::Nothing(None);
    };
    if deployment.status == DeploymentStatus::Paused {
        return Need::Nothing(None);
    }
    let allocs: Vec<&Arc<Allocation>> = state.allocs_of_deployment(&deployment.id).collect();
    if let Some(failed) = failed_early(deployment, job, &allocs) {
        return failed;
    }
    let open = open_groups(deployment, &allocs);
    let deadline = open.iter().map(|(_, group)| group.require_progress_by);
    let deadline = deadline.filter(|at| !at.is_zero()).min();
    if let Some(failed) = missed_deadline(&open, now) {
        return failed;
    }
    if may_promote(deployment, &allocs) {
        return Need::Promote;
    }
    let replace: Vec<AllocId> = allocs
        .iter()
        .filter(|alloc| is_unhealthy(alloc) && alloc.desired_transition.reschedule.is_none())
        .map(|alloc| alloc.id)
        .collect();
    if !replace.is_empty() || has_news(state, deployment, &allocs) {
        return Need::Evaluate { replace };
    }
    // A deadline of a group whose canaries wait for a promotion passes without effect.
    Need::Nothing(deadline.filter(|at| *at > now))
}

fn health(alloc: &Allocation) -> Option<bool> {
    alloc.deployment_status?.healthy
}

fn is_unhealthy(alloc: &Allocation) -> bool {
    health(alloc) == Some(false)
}

/// An unhealthy allocation that may not be replaced ends the deployment.
fn failed_early(deployment: &Deployment, job: &Job, allocs: &[&Arc<Allocation>]) -> Option<Need> {
    let mut rollback = None;
    for alloc in allocs.iter().filter(|alloc| is_unhealthy(alloc)) {
        let Some(state) = deployment.task_groups.get(&alloc.task_group) else {
            continue;
        };
        let was_replaced = alloc.next_allocation.is_some();
        let policy = job
            .group(alloc.task_group.as_str())
            .and_then(|group| group.reschedule_policy.as_ref());
        let replaceable = policy.is_some_and(|policy| is_eligible(alloc, policy));
        if state.progress_deadline.is_zero() || !(was_replaced || replaceable) {
            rollback = Some(rollback.unwrap_or(false) || state.auto_revert);
        }
    }
    rollback.map(|rollback| Need::Fail {
        description: UNHEALTHY,
        rollback,
    })
}

type OpenGroup<'a> = (&'a nomad_core::id::GroupName, &'a DeploymentState);

/// Groups that are not done: they wait for a promotion, or for healthy allocations.
fn open_groups<'a>(deployment: &'a Deployment, allocs: &[&Arc<Allocation>]) -> Vec<OpenGroup<'a>> {
    let is_open = |(name, group): &OpenGroup<'a>| {
        let waits = group.desired_canaries > 0 && !group.promoted;
        let healthy = allocs.iter().filter(|alloc| {
            alloc.task_group == **name && !alloc.is_terminal() && health(alloc) == Some(true)
        });
        let healthy = i64::try_from(healthy.count()).unwrap_or(i64::MAX);
        waits || healthy < group.desired_total
    };
    deployment.task_groups.iter().filter(is_open).collect()
}

fn missed_deadline(open: &[OpenGroup<'_>], now: Timestamp) -> Option<Need> {
    let mut missed = None;
    for (_, group) in open {
        let at = group.require_progress_by;
        if at.is_zero() || at > now {
            continue;
        }
        let waits = group.desired_canaries > 0 && !group.promoted;
        let wanted = if waits {
            group.desired_canaries
        } else {
            group.desired_total
        };
        if group.healthy_allocs < wanted {
            missed = Some(missed.unwrap_or(false) || group.auto_revert);
        }
    }
    missed.map(|rollback| Need::Fail {
        description: DEADLINE,
        rollback,
    })
}

fn may_promote(deployment: &Deployment, allocs: &[&Arc<Allocation>]) -> bool {
    if !deployment.requires_promotion() || !deployment.has_auto_promote() {
        return false;
    }
    let is_ready = |group: &DeploymentState| {
        let healthy = allocs.iter().filter(|alloc| {
            group.placed_canaries.contains(&alloc.id)
                && !alloc.is_terminal()
                && health(alloc) == Some(true)
        });
        i64::try_from(healthy.count()).unwrap_or(i64::MAX) >= group.desired_canaries
    };
    deployment.task_groups.values().all(is_ready)
}

/// Health was reported that no evaluation has seen yet.
fn has_news(state: &State, deployment: &Deployment, allocs: &[&Arc<Allocation>]) -> bool {
    let seen = |eval: &Arc<Evaluation>| {
        if eval.snapshot_index == Index(0) {
            eval.create_index
        } else {
            eval.snapshot_index
        }
    };
    let key = deployment.job_key();
    let latest = state.evals_of_job(&key).map(seen).max().unwrap_or_default();
    allocs.iter().any(|alloc| {
        let status = alloc.deployment_status.unwrap_or_default();
        status.healthy == Some(true) && status.modify_index > latest
    })
}

/// The newest stable version of the job, to go back to, and the end of the sentence that tells.
#[must_use]
pub fn rollback_of(state: &State, deployment: &Deployment) -> (Option<Job>, String) {
    let key = deployment.job_key();
    let stable = state
        .job_versions(&key)
        .filter(|job| job.stable && job.create_index == deployment.job_create_index)
        .max_by_key(|job| job.version);
    let Some(stable) = stable else {
        return (
            None,
            " - no stable job version to auto revert to".to_owned(),
        );
    };
    let version = stable.version;
    let same = state.job(&key).is_some_and(|job| job.has_same_spec(stable));
    if same {
        let text = format!(
            " - not rolling back to stable job version {version} as current job has same \
             specification"
        );
        return (None, text);
    }
    let mut job = (**stable).clone();
    job.version = nomad_core::units::JobVersion(0);
    job.version_tag = None;
    (
        Some(job),
        format!(" - rolling back to job version {version}"),
    )
}
