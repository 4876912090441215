//! One evaluation from beginning to end (spec/scheduler 5.2).

use std::collections::BTreeMap;

use super::decision::Decision;
use super::finish::{finish, refuse};
use super::inplace;
use super::place::Placer;
use super::policy::Policy;
use super::round::Cluster;
use crate::id::{DeploymentId, NodeId};
use crate::model::alloc::AllocStateChange;
use crate::model::plan::{AllocStop, Plan};
use crate::model::{
    AllocClientStatus, AllocDesiredStatus, Allocation, Deployment, Evaluation, Job, JobType, Node,
    NodeStatus,
};
use crate::reconcile::{LOST, Needs, Reconciled, Situation, StatusUpdate, reconcile};
use crate::seed::Seed;
use crate::state::State;
use crate::units::Timestamp;

/// Decides what an evaluation comes to.
///
/// Always answers: what cannot be placed is data in the decision, not an error. `seed` draws ids
/// and dynamic ports; the order of nodes depends on the evaluation's id and the state's index alone.
#[must_use]
pub fn schedule(
    state: &State,
    eval: &Evaluation,
    policy: &Policy,
    now: Timestamp,
    seed: &mut Seed,
) -> Decision {
    if !matches!(eval.kind, JobType::Service | JobType::Batch) {
        return refuse(
            eval,
            format!("scheduling of {} jobs is not supported yet", eval.kind),
        );
    }
    let key = eval.job_key();
    let job = state.job(&key).map(AsRef::as_ref);
    let allocs: Vec<&Allocation> = state.allocs_of_job(&key).map(AsRef::as_ref).collect();
    let tainted = tainted(state, &allocs);
    let mut plan = Plan {
        eval_id: eval.id,
        job: key.clone(),
        job_version: job.map(|job| job.version),
        priority: eval.priority,
        all_at_once: job.is_some_and(|job| job.all_at_once),
        snapshot_index: state.index(),
        ..Plan::default()
    };
    stop_ghosts(&allocs, &tainted, &mut plan);
    let deployment = match eval.kind {
        JobType::Service => state.latest_deployment(&key).map(AsRef::as_ref),
        _ => None,
    };
    let mut cluster = Cluster::new(state, policy, job, &allocs, order_seed(eval, state));
    let running = job.filter(|job| !job.stop);
    let mut needs = |alloc: &Allocation, group: &crate::model::TaskGroup| match running {
        Some(job) => inplace::needs(&mut cluster, job, alloc, group),
        None => Needs::Nothing,
    };
    let reconciled = reconcile(Situation {
        key: &key,
        job,
        batch: eval.kind == JobType::Batch,
        deployment,
        allocs,
        tainted,
        now,
        eval_id: eval.id,
        eval_priority: eval.priority,
        job_of: &|alloc| state.job_of(alloc).map(AsRef::as_ref),
        needs: &mut needs,
        seed,
    });
    let active = active_deployment(&reconciled, deployment, job);
    copy_to_plan(&reconciled, &mut cluster, job, active, &mut plan, eval, now);
    let mut placer = Placer {
        state,
        eval,
        job: job.unwrap_or(&NO_JOB),
        deployment: active,
        now,
        seed,
        plan: &mut plan,
        failed: BTreeMap::new(),
        placed: BTreeMap::new(),
        second_pass: may_preempt(state, eval.kind),
    };
    for wanted in reconciled.destructive.iter().chain(&reconciled.place) {
        placer.place(&mut cluster, wanted);
    }
    let (failed, placed) = (placer.failed, placer.placed);
    finish(super::finish::Ending {
        eval,
        job,
        reconciled: &reconciled,
        cluster: &mut cluster,
        plan,
        failed,
        placed,
        active,
        now,
        seed,
        state,
    })
}

/// Stands where a job is gone; nothing is ever placed for it.
static NO_JOB: std::sync::LazyLock<Job> = std::sync::LazyLock::new(Job::default);

/// From the evaluation's id and the state's index, so that a retry sees another order
/// (spec/scheduler 6.2).
fn order_seed(eval: &Evaluation, state: &State) -> u64 {
    let mut tail = [0u8; 8];
    for (to, from) in tail.iter_mut().zip(eval.id.as_bytes().iter().skip(8)) {
        *to = *from;
    }
    u64::from_be_bytes(tail) ^ state.index().0
}

fn may_preempt(state: &State, kind: JobType) -> bool {
    let config = &state.scheduler_config().preemption_config;
    match kind {
        JobType::Service => config.service_scheduler_enabled,
        JobType::Batch => config.batch_scheduler_enabled,
        JobType::System => config.system_scheduler_enabled,
        JobType::Sysbatch => config.sys_batch_scheduler_enabled,
    }
}

/// Nodes of these allocations that are not fine: down, draining, disconnected, or gone
/// (spec/scheduler 2.8).
fn tainted<'s>(state: &'s State, allocs: &[&Allocation]) -> BTreeMap<NodeId, Option<&'s Node>> {
    let mut tainted = BTreeMap::new();
    for alloc in allocs {
        let node = state.node(&alloc.node_id).map(AsRef::as_ref);
        let fine = node.is_some_and(|node: &Node| {
            !node.drain && !matches!(node.status, NodeStatus::Down | NodeStatus::Disconnected)
        });
        if !fine {
            tainted.insert(alloc.node_id, node);
        }
    }
    tainted
}

/// Allocations that were told to stop on nodes that cannot say that they did.
fn stop_ghosts(allocs: &[&Allocation], tainted: &BTreeMap<NodeId, Option<&Node>>, plan: &mut Plan) {
    let is_gone = |node: &NodeId| {
        tainted
            .get(node)
            .is_some_and(|node| node.is_none_or(|node| node.status == NodeStatus::Down))
    };
    let ghosts = allocs.iter().filter(|alloc| {
        let alive = matches!(
            alloc.client_status,
            AllocClientStatus::Running | AllocClientStatus::Pending
        );
        alloc.is_server_terminal() && alive && is_gone(&alloc.node_id)
    });
    plan.stops.extend(ghosts.map(|alloc| AllocStop {
        id: alloc.id,
        node_id: alloc.node_id,
        desired_status: alloc.desired_status,
        desired_description: LOST.to_owned(),
        client_status: Some(AllocClientStatus::Lost),
        ..AllocStop::default()
    }));
}

/// The deployment that new allocations belong to.
fn active_deployment(
    reconciled: &Reconciled<'_>,
    latest: Option<&Deployment>,
    job: Option<&Job>,
) -> Option<DeploymentId> {
    if let Some(made) = &reconciled.deployment {
        return Some(made.id);
    }
    let (latest, job) = (latest?, job?);
    let current = latest.job_version == job.version
        && latest.job_create_index == job.create_index
        && latest.status.is_active();
    current.then_some(latest.id)
}

/// Copies everything but placements (spec/scheduler 5.2 step 5).
fn copy_to_plan<'s>(
    reconciled: &Reconciled<'s>,
    cluster: &mut Cluster<'s>,
    job: Option<&'s Job>,
    active: Option<DeploymentId>,
    plan: &mut Plan,
    eval: &Evaluation,
    now: Timestamp,
) {
    plan.deployment.clone_from(&reconciled.deployment);
    plan.deployment_updates
        .clone_from(&reconciled.deployment_updates);
    for stop in &reconciled.stop {
        cluster.leave(stop.alloc);
        plan.stops.push(AllocStop {
            id: stop.alloc.id,
            node_id: stop.alloc.node_id,
            desired_status: AllocDesiredStatus::Stop,
            desired_description: stop.description.to_owned(),
            client_status: stop.client_status,
            followup_eval_id: stop.followup,
            preempted_by: None,
        });
    }
    for status in reconciled.disconnect.iter().chain(&reconciled.reconnect) {
        plan.updates.push(status_update(status, eval, now));
    }
    for alloc in &reconciled.inplace {
        let Some(job) = job else { continue };
        let Some(group) = job.group(alloc.task_group.as_str()) else {
            continue;
        };
        let mut updated = inplace::update(alloc, job, group, cluster.round.oversubscribe);
        updated.eval_id = eval.id;
        if updated.deployment_id != active {
            updated.deployment_id = active;
            updated.deployment_status = None;
        }
        plan.updates.push(updated);
    }
    for attribute in &reconciled.attributes {
        let mut updated = attribute.alloc.clone();
        updated.followup_eval_id = Some(attribute.followup);
        updated.eval_id = eval.id;
        plan.updates.push(updated);
    }
}

fn status_update(status: &StatusUpdate<'_>, eval: &Evaluation, now: Timestamp) -> Allocation {
    let mut updated = status.alloc.clone();
    updated.eval_id = eval.id;
    updated.client_status = status.client_status;
    if let Some(description) = status.description {
        updated.client_description = description.to_owned();
    }
    if status.followup.is_some() {
        updated.followup_eval_id = status.followup;
    }
    updated.alloc_states.push(AllocStateChange {
        field: "client_status".to_owned(),
        value: status.client_status.to_string(),
        time: now,
    });
    updated
}
