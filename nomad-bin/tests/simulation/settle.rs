//! What must be true once the faults are over and some time has passed: I12, I14, I18.

use nomad_core::id::JobKey;
use nomad_core::model::{
    AllocClientStatus, AllocDesiredStatus, EvalStatus, Evaluation, NodeStatus,
};
use nomad_core::schedule::{Policy, schedule};
use nomad_core::seed::Seed;
use nomad_core::state::State;
use nomad_core::units::Timestamp;

use crate::client::ClientHost;

/// Says what is not as it should be; nothing when all is well.
pub(crate) fn complaints(state: &State, clients: &[ClientHost], now: Timestamp) -> Vec<String> {
    let mut found = Vec::new();
    for node in state
        .nodes()
        .filter(|node| node.status != NodeStatus::Ready)
    {
        found.push(format!("node {} is {}", node.name, node.status));
    }
    for eval in state.evals().filter(|it| it.status == EvalStatus::Pending) {
        if eval.wait_until <= now && eval.create_time.plus(eval.wait) <= now {
            found.push(format!(
                "I12: evaluation {} of {} is pending",
                eval.id, eval.job_id
            ));
        }
    }
    for deployment in state.deployments().filter(|it| it.status.is_active()) {
        // One that waits for a promotion never ends by itself (spec/scheduler 14.3).
        if deployment.requires_promotion() {
            continue;
        }
        // One that has placed nothing yet has no deadline.
        let has_placed = deployment
            .task_groups
            .values()
            .any(|it| it.placed_allocs > 0);
        if !has_placed || waits_for_room(state, &deployment.job_key()) {
            continue;
        }
        let text = &deployment.status_description;
        found.push(format!(
            "I12: deployment {} is active: {text}",
            deployment.id
        ));
        let (version, groups) = (deployment.job_version, &deployment.task_groups);
        found.push(format!("    {} v{version} {groups:?}", deployment.job_id));
        found.extend(history(state, &deployment.job_key()));
    }
    found.extend(unserved(state, now));
    found.extend(astray(state, clients));
    found
}

/// I12: looking at any job again would change nothing.
fn unserved(state: &State, now: Timestamp) -> Vec<String> {
    let mut found = Vec::new();
    for (key, record) in state.job_records() {
        let eval = Evaluation {
            namespace: key.namespace.clone(),
            job_id: key.id.clone(),
            kind: record.job.kind,
            priority: record.job.priority,
            ..Evaluation::default()
        };
        let policy = Policy::default();
        let decision = schedule(state, &eval, &policy, now, &mut Seed::new(1));
        let (place, stop) = (decision.plan.placements.len(), decision.plan.stops.len());
        if place + stop > 0 && !waits_for_deployment(state, key) {
            let (version, index) = (record.job.version, record.job.job_modify_index);
            found.push(format!(
                "I12: {key} v{version} of {index} would place {place} and stop {stop}"
            ));
            found.extend(history(state, key));
        }
    }
    found
}

/// What does not fit anywhere waits, and a deployment with it.
fn waits_for_room(state: &State, key: &JobKey) -> bool {
    let mut evals = state.evals_of_job(key);
    evals.any(|eval| eval.status == EvalStatus::Blocked)
}

/// An allocation that failed during its deployment is replaced by whatever looks at the job next;
/// nobody looks just because of it (spec/scheduler 9.4, as in the original).
fn waits_for_deployment(state: &State, key: &JobKey) -> bool {
    state.allocs_of_job(key).any(|alloc| {
        alloc.deployment_id.is_some()
            && alloc.client_status == AllocClientStatus::Failed
            && alloc.desired_status == AllocDesiredStatus::Run
            && alloc.next_allocation.is_none()
    })
}

/// What happened to a job, for whoever looks into a complaint.
fn history(state: &State, key: &JobKey) -> Vec<String> {
    let allocs = state.allocs_of_job(key).map(|alloc| {
        let (wanted, is) = (alloc.desired_status, alloc.client_status);
        let (made, changed) = (alloc.create_index, alloc.modify_index);
        let (version, health) = (alloc.job_version, alloc.deployment_status);
        format!(
            "    {made}..{changed} {} {} v{version} {wanted}/{is} {health:?} {:?}",
            alloc.id, alloc.name, alloc.deployment_id
        )
    });
    let evals = state.evals_of_job(key).map(|eval| {
        let (status, text) = (eval.status, &eval.status_description);
        let (trigger, made) = (eval.triggered_by, eval.create_index);
        let (changed, seen) = (eval.modify_index, eval.snapshot_index);
        format!(
            "    {made}..{changed} saw {seen}: {} {trigger} {status} {text}",
            eval.id
        )
    });
    allocs.chain(evals).collect()
}

/// I14, I18: the processes are those of what is wanted, and they are what the state says.
fn astray(state: &State, clients: &[ClientHost]) -> Vec<String> {
    let mut found = Vec::new();
    for client in clients {
        let name = &client.node.name;
        for run in client.driver.running() {
            let alloc = run.split('/').next().and_then(|id| id.parse().ok());
            let wanted = alloc.and_then(|id| state.alloc(&id)).is_some_and(|alloc| {
                alloc.desired_status == AllocDesiredStatus::Run
                    && alloc.client_status == AllocClientStatus::Running
            });
            if !wanted {
                found.push(format!("I14: {name} runs {run}, which nobody wants"));
            }
        }
        for alloc in state.allocs_of_node(&client.node.id) {
            let id = alloc.id.to_string();
            let runs = client.driver.running().any(|run| run.starts_with(&id));
            if alloc.is_terminal() || runs {
                continue;
            }
            let (desired, status) = (alloc.desired_status, alloc.client_status);
            found.push(format!(
                "I12: {id} on {name} is {desired}/{status} without a process"
            ));
        }
    }
    found
}
