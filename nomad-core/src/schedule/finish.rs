//! The evaluation's end: what failed, what waits, what comes next (spec/scheduler 5.2, 4.5, 4.6).

use std::collections::BTreeMap;

use super::decision::Decision;
use super::round::Cluster;
use crate::id::{DeploymentId, GroupName};
use crate::model::plan::{Plan, PlanAnnotations};
use crate::model::resources::Resources;
use crate::model::{AllocMetric, EvalStatus, Evaluation, Job, TaskGroup, Trigger};
use crate::reconcile::Reconciled;
use crate::seed::Seed;
use crate::state::State;
use crate::units::Timestamp;

/// How the refusal for a missing CSI volume begins.
const CSI_MISSING: &str = "missing CSI volume(s)";

/// What an ending needs.
pub(super) struct Ending<'a, 's> {
    pub(super) eval: &'a Evaluation,
    pub(super) job: Option<&'s Job>,
    pub(super) reconciled: &'a Reconciled<'s>,
    pub(super) cluster: &'a mut Cluster<'s>,
    pub(super) plan: Plan,
    pub(super) failed: BTreeMap<GroupName, AllocMetric>,
    pub(super) placed: BTreeMap<GroupName, u64>,
    pub(super) active: Option<DeploymentId>,
    pub(super) now: Timestamp,
    pub(super) seed: &'a mut Seed,
    pub(super) state: &'s State,
}

/// An evaluation that fails as a whole.
pub(super) fn refuse(eval: &Evaluation, description: String) -> Decision {
    Decision {
        plan: Plan {
            eval_id: eval.id,
            job: eval.job_key(),
            ..Plan::default()
        },
        eval: Evaluation {
            status: EvalStatus::Failed,
            status_description: description,
            ..eval.clone()
        },
        created: Vec::new(),
        reblocked: false,
    }
}

/// Makes the decision from what was placed.
pub(super) fn finish(mut ending: Ending<'_, '_>) -> Decision {
    let mut failed = std::mem::take(&mut ending.failed);
    for (name, metric) in &mut failed {
        if let Some(group) = ending.job.and_then(|job| job.group(name.as_str())) {
            exhaust_resources(group, metric);
        }
    }
    let mut created = followups(&ending);
    let mut eval = Evaluation {
        status: EvalStatus::Complete,
        status_description: String::new(),
        failed_tg_allocs: failed,
        queued_allocations: queued(&ending),
        deployment_id: ending.active.or(ending.eval.deployment_id),
        snapshot_index: ending.state.index(),
        next_eval: created.last().map(|followup| followup.id),
        modify_time: ending.now,
        ..ending.eval.clone()
    };
    if ending.eval.annotate_plan {
        eval.plan_annotations = Some(PlanAnnotations {
            desired_tg_updates: ending.reconciled.desired.clone(),
            ..PlanAnnotations::default()
        });
    }
    let was_blocked = ending.eval.status == EvalStatus::Blocked;
    let reblocked = was_blocked && !eval.failed_tg_allocs.is_empty();
    if reblocked {
        eval.status = EvalStatus::Blocked;
        let failed = eval.failed_tg_allocs.clone();
        describe_block(&mut ending, &failed, &mut eval);
    } else if !was_blocked && !eval.failed_tg_allocs.is_empty() && waits_for_room(&ending) {
        let mut blocked = new_eval(&mut ending, EvalStatus::Blocked, Trigger::QueuedAllocs);
        blocked.status_description = "created to place remaining allocations".to_owned();
        describe_block(&mut ending, &eval.failed_tg_allocs, &mut blocked);
        eval.blocked_eval = Some(blocked.id);
        created.insert(0, blocked);
    }
    Decision {
        plan: ending.plan,
        eval,
        created,
        reblocked,
    }
}

/// A blocked evaluation is made unless this one will be looked at again anyway.
fn waits_for_room(ending: &Ending<'_, '_>) -> bool {
    ending.reconciled.followups.is_empty() || ending.now > ending.eval.wait_until
}

fn new_eval(ending: &mut Ending<'_, '_>, status: EvalStatus, triggered_by: Trigger) -> Evaluation {
    let eval = ending.eval;
    Evaluation {
        id: ending.seed.eval_id(),
        namespace: eval.namespace.clone(),
        job_id: eval.job_id.clone(),
        priority: eval.priority,
        kind: eval.kind,
        triggered_by,
        job_modify_index: eval.job_modify_index,
        status,
        previous_eval: Some(eval.id),
        snapshot_index: ending.state.index(),
        create_time: ending.now,
        modify_time: ending.now,
        ..Evaluation::default()
    }
}

/// What has to change before it is worth another look.
fn describe_block(
    ending: &mut Ending<'_, '_>,
    failed: &BTreeMap<GroupName, AllocMetric>,
    blocked: &mut Evaluation,
) {
    let groups = ending
        .job
        .map(|job| job.task_groups.iter().map(move |group| (job, group)));
    for (job, group) in groups.into_iter().flatten() {
        // Making a group's board tells whether its constraints look beyond classes.
        ending.cluster.board(job, &group.name);
    }
    let classes = &ending.cluster.round.classes;
    blocked.escaped_computed_class = classes.escaped();
    blocked.class_eligibility = match classes.escaped() && blocked.id != ending.eval.id {
        true => BTreeMap::new(),
        false => classes.eligibility(),
    };
    blocked.missing_non_node_resources.clear();
    if let Some(job) = ending.job {
        let lacks = |name: &GroupName| {
            failed.get(name).is_some_and(|metric| {
                let mut reasons = metric.constraint_filtered.keys();
                reasons.any(|reason| reason.starts_with(CSI_MISSING))
            })
        };
        for group in job.task_groups.iter().filter(|group| lacks(&group.name)) {
            if let Some((board, ..)) = ending.cluster.board(job, &group.name) {
                let missing = board.checks.missing_resources(job.namespace.as_str());
                blocked.missing_non_node_resources.extend(missing);
            }
        }
    }
}

/// Evaluations for later; a follow-up makes no follow-ups of its own.
fn followups(ending: &Ending<'_, '_>) -> Vec<Evaluation> {
    if !ending.eval.wait_until.is_zero() {
        return Vec::new();
    }
    ending
        .reconciled
        .followups
        .iter()
        .map(|(_, eval)| eval.clone())
        .collect()
}

/// Per group: what still wants a node.
fn queued(ending: &Ending<'_, '_>) -> BTreeMap<GroupName, u64> {
    let mut queued: BTreeMap<GroupName, u64> = BTreeMap::new();
    for wanted in ending
        .reconciled
        .place
        .iter()
        .chain(&ending.reconciled.destructive)
    {
        *queued.entry(wanted.group.clone()).or_default() += 1;
    }
    if queued.is_empty() {
        let groups = ending
            .job
            .map(|job| job.task_groups.iter())
            .into_iter()
            .flatten();
        return groups.map(|group| (group.name.clone(), 0)).collect();
    }
    for (group, placed) in &ending.placed {
        if let Some(count) = queued.get_mut(group) {
            *count = count.saturating_sub(*placed);
        }
    }
    queued
}

/// What the tasks of a failed group asked of dimensions that were short somewhere.
fn exhaust_resources(group: &TaskGroup, metric: &mut AllocMetric) {
    let short = |dimension: &str| metric.dimension_exhausted.contains_key(dimension);
    let (cpu, memory) = (short("cpu"), short("memory"));
    if !cpu && !memory {
        return;
    }
    let times = i64::try_from(metric.coalesced_failures)
        .unwrap_or(i64::MAX)
        .saturating_add(1);
    for task in &group.tasks {
        let asked = &task.resources;
        let resources = Resources {
            cpu: if cpu && asked.cores == 0 {
                asked.cpu.saturating_mul(times)
            } else {
                0
            },
            memory_mb: if memory {
                asked.memory_mb.saturating_mul(times)
            } else {
                0
            },
            ..Resources::default()
        };
        metric
            .resources_exhausted
            .insert(task.name.to_string(), resources);
    }
}
