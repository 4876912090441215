//! What nobody needs any more, by age (spec/scheduler 18).
//!
//! In: a state and the clock. Out: ids to remove. Always true (A60): nothing live is chosen, nor a
//! deployment that something live refers to, nor the memory of batch work that is done, nor a job
//! with a tagged version.

use std::collections::BTreeSet;

use nomad_core::command::Command;
use nomad_core::id::{AllocId, DeploymentId, EvalId, JobKey, NodeId};
use nomad_core::model::{
    AllocClientStatus, AllocDesiredStatus, Allocation, Deployment, DeploymentStatus, Evaluation,
    Job, JobStatus, JobType, NodeStatus,
};
use nomad_core::state::{JobRecord, State};
use nomad_core::units::{Span, Timestamp};

/// Ids that one entry may remove.
pub const IDS_PER_ENTRY_MAX: usize = 7_281;
/// How often garbage is collected.
pub const GC_INTERVAL: Span = Span::from_mins(5);

/// Ages at which things are collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GcThresholds {
    /// Evaluations and their allocations.
    pub eval: Span,
    /// Those of batch jobs.
    pub batch_eval: Span,
    /// Jobs that are over.
    pub job: Span,
    /// Nodes that are down.
    pub node: Span,
    /// Deployments that are over.
    pub deployment: Span,
}

impl Default for GcThresholds {
    fn default() -> Self {
        Self {
            eval: Span::from_hours(1),
            batch_eval: Span::from_hours(24),
            job: Span::from_hours(4),
            node: Span::from_hours(24),
            deployment: Span::from_hours(1),
        }
    }
}

impl GcThresholds {
    /// Everything that is over counts as old.
    #[must_use]
    pub fn forced() -> Self {
        let now = Span::from_millis(1);
        Self {
            eval: now,
            batch_eval: now,
            job: now,
            node: now,
            deployment: now,
        }
    }
}

/// Says when garbage is collected.
pub struct Collector {
    next: Timestamp,
}

impl Collector {
    /// The first collection is one interval away.
    #[must_use]
    pub fn starting(now: Timestamp) -> Self {
        Self {
            next: now.plus(GC_INTERVAL),
        }
    }

    /// True once per interval.
    pub fn is_due(&mut self, now: Timestamp) -> bool {
        let due = self.next <= now;
        if due {
            self.next = now.plus(GC_INTERVAL);
        }
        due
    }

    /// When the next collection is due.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        Some(self.next)
    }
}

/// What is to be removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Garbage {
    /// Evaluations.
    pub evals: BTreeSet<EvalId>,
    /// Allocations.
    pub allocs: BTreeSet<AllocId>,
    /// Deployments.
    pub deployments: BTreeSet<DeploymentId>,
    /// Jobs with everything that belongs to them.
    pub jobs: BTreeSet<JobKey>,
    /// Nodes.
    pub nodes: BTreeSet<NodeId>,
}

impl Garbage {
    /// True when there is nothing to remove.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As entries of at most [`IDS_PER_ENTRY_MAX`] ids.
    #[must_use]
    pub fn into_commands(self) -> Vec<Command> {
        let mut commands = Vec::new();
        let mut rest = self;
        while !rest.is_empty() {
            let mut room = IDS_PER_ENTRY_MAX;
            commands.push(Command::Collect {
                allocs: take(&mut rest.allocs, &mut room),
                evals: take(&mut rest.evals, &mut room),
                deployments: take(&mut rest.deployments, &mut room),
                jobs: take(&mut rest.jobs, &mut room),
                nodes: take(&mut rest.nodes, &mut room),
            });
        }
        commands
    }
}

fn take<T: Ord>(ids: &mut BTreeSet<T>, room: &mut usize) -> Vec<T> {
    let mut taken = Vec::new();
    while *room > 0
        && let Some(id) = ids.pop_first()
    {
        taken.push(id);
        *room -= 1;
    }
    taken
}

/// Chooses what is old enough.
#[must_use]
pub fn choose(state: &State, now: Timestamp, ages: &GcThresholds) -> Garbage {
    let mut garbage = Garbage::default();
    choose_jobs(state, now, ages, &mut garbage);
    choose_evals(state, now, ages, &mut garbage);
    choose_deployments(state, now, ages, &mut garbage);
    choose_nodes(state, now, ages, &mut garbage);
    garbage
}

fn before(now: Timestamp, age: Span) -> Timestamp {
    Timestamp(now.0.saturating_sub(age.0))
}

fn choose_jobs(state: &State, now: Timestamp, ages: &GcThresholds, garbage: &mut Garbage) {
    let cutoff = before(now, ages.job);
    for (key, record) in state.job_records() {
        let over = is_over(&record.job)
            && record.job.submit_time <= cutoff
            && record.open.evals == 0
            && record.open.allocs == 0
            && !has_tag(record)
            && state
                .allocs_of_job(key)
                .all(|it| it.is_terminal() && !still_runs(it));
        if over {
            garbage.jobs.insert(key.clone());
        }
    }
}

/// A job that will do nothing any more: a dead service that nobody stopped stays.
fn is_over(job: &Job) -> bool {
    let by_itself = !job.is_periodic() && !job.is_parameterized();
    let ends = matches!(job.kind, JobType::Batch | JobType::Sysbatch);
    if by_itself {
        job.status == JobStatus::Dead && (job.stop || ends)
    } else {
        job.stop
    }
}

fn has_tag(record: &JobRecord) -> bool {
    record
        .versions
        .values()
        .any(|job| job.version_tag.is_some())
}

fn choose_evals(state: &State, now: Timestamp, ages: &GcThresholds, garbage: &mut Garbage) {
    for eval in state.evals().filter(|eval| eval.status.is_terminal()) {
        if garbage.jobs.contains(&eval.job_key()) {
            continue;
        }
        let age = match eval.kind {
            JobType::Batch => ages.batch_eval,
            _ => ages.eval,
        };
        let cutoff = before(now, age);
        if eval.modify_time > cutoff {
            continue;
        }
        if is_memory_of_work(state, eval) {
            let old = |it: &&std::sync::Arc<Allocation>| is_of_older_version(state, it, cutoff);
            let allocs = state.allocs_of_eval(&eval.id).filter(old);
            garbage.allocs.extend(allocs.map(|it| it.id));
            continue;
        }
        let mut all = true;
        for alloc in state.allocs_of_eval(&eval.id) {
            if is_collectable(state, alloc, cutoff) {
                garbage.allocs.insert(alloc.id);
            } else {
                all = false;
            }
        }
        if all {
            garbage.evals.insert(eval.id);
        }
    }
}

/// Completed batch allocations are the memory that the work is done: collecting them would make the
/// work run again (edge case E9).
fn is_memory_of_work(state: &State, eval: &Evaluation) -> bool {
    if eval.kind != JobType::Batch {
        return false;
    }
    let job = state.job(&eval.job_key());
    job.is_some_and(|job| !(job.status == JobStatus::Dead && job.stop))
}

fn is_of_older_version(state: &State, alloc: &Allocation, cutoff: Timestamp) -> bool {
    let job = state.job(&alloc.job_key());
    alloc.is_terminal()
        && !still_runs(alloc)
        && alloc.modify_time <= cutoff
        && job.is_some_and(|job| alloc.create_index < job.job_modify_index)
}

fn still_runs(alloc: &Allocation) -> bool {
    matches!(
        alloc.client_status,
        AllocClientStatus::Running | AllocClientStatus::Unknown
    )
}

fn is_collectable(state: &State, alloc: &Allocation, cutoff: Timestamp) -> bool {
    if !alloc.is_terminal() || still_runs(alloc) || alloc.modify_time > cutoff {
        return false;
    }
    let Some(job) = state.job(&alloc.job_key()) else {
        return true;
    };
    if job.stop || job.status == JobStatus::Dead {
        return true;
    }
    if alloc.desired_status == AllocDesiredStatus::Stop
        || alloc.client_status != AllocClientStatus::Failed
        || alloc.next_allocation.is_some()
    {
        return true;
    }
    let group = job.group(alloc.task_group.as_str());
    let Some(policy) = group.and_then(|group| group.reschedule_policy.as_ref()) else {
        return true;
    };
    if !policy.is_enabled() {
        return true;
    }
    let last = alloc
        .reschedule_tracker
        .as_ref()
        .and_then(|tracker| tracker.events.last());
    !policy.unlimited
        && last.is_some_and(|event| event.reschedule_time.plus(policy.interval) < cutoff)
}

fn choose_deployments(state: &State, now: Timestamp, ages: &GcThresholds, garbage: &mut Garbage) {
    let cutoff = before(now, ages.deployment);
    for deployment in state.deployments() {
        let over = !deployment.status.is_active() && deployment.modify_time <= cutoff;
        let referred = || {
            let mut allocs = state.allocs_of_deployment(&deployment.id);
            allocs.any(|alloc| !alloc.is_terminal())
        };
        let goes = !garbage.jobs.contains(&deployment.job_key()) && !is_memory(state, deployment);
        if over && goes && !referred() {
            garbage.deployments.insert(deployment.id);
        }
    }
}

/// A failed deployment is the memory that this version of the job failed: without it the next
/// evaluation would deploy the version again.
fn is_memory(state: &State, deployment: &Deployment) -> bool {
    let key = deployment.job_key();
    let latest = state.latest_deployment(&key).map(|latest| latest.id);
    let current = state.job(&key).filter(|job| !job.stop);
    deployment.status == DeploymentStatus::Failed
        && latest == Some(deployment.id)
        && current.is_some_and(|job| job.version == deployment.job_version)
}

fn choose_nodes(state: &State, now: Timestamp, ages: &GcThresholds, garbage: &mut Garbage) {
    let cutoff = before(now, ages.node);
    for node in state.nodes().filter(|node| node.status == NodeStatus::Down) {
        let empty = || state.allocs_of_node(&node.id).all(|it| it.is_terminal());
        if node.status_updated_at <= cutoff.as_unix_secs() && empty() {
            garbage.nodes.insert(node.id);
        }
    }
}
