//! Allocations: in lists, and alone with their job joined in.

use nomad_core::model::alloc::AllocDeploymentStatus;
use nomad_core::model::resources::Resources;
use nomad_core::model::{Allocation, Job, TaskEvent, TaskState};
use serde_json::{Map, Value, json};

use super::{moment, without_empty};

const ALWAYS: [&str; 20] = [
    "ID",
    "EvalID",
    "Name",
    "Namespace",
    "NodeID",
    "NodeName",
    "JobID",
    "TaskGroup",
    "ClientStatus",
    "DesiredStatus",
    "CreateIndex",
    "ModifyIndex",
    "AllocModifyIndex",
    "CreateTime",
    "ModifyTime",
    "AllocatedResources",
    "Resources",
    "SharedResources",
    "TaskResources",
    "Metrics",
];

/// A task event with the flat facts of the original.
pub(crate) fn event(event: &TaskEvent) -> Value {
    let fact = |name: &str| event.details.get(name).cloned().unwrap_or_default();
    let number = |name: &str| fact(name).parse::<i64>().unwrap_or(0);
    json!({
        "Type": event.kind,
        "Time": event.time,
        "DisplayMessage": event.display_message,
        "Details": event.details,
        "Message": fact("message"),
        "FailsTask": event.fails_task,
        "RestartReason": fact("restart_reason"),
        "SetupError": fact("setup_error"),
        "DriverError": fact("driver_error"),
        "DriverMessage": fact("driver_message"),
        "ExitCode": number("exit_code"),
        "Signal": number("signal"),
        "KillTimeout": number("kill_timeout"),
        "KillError": fact("kill_error"),
        "KillReason": fact("kill_reason"),
        "StartDelay": event.start_delay,
        "DownloadError": fact("download_error"),
        "ValidationError": fact("validation_error"),
        "DiskLimit": number("disk_limit"),
        "FailedSibling": fact("failed_sibling"),
        "VaultError": fact("vault_renewal_error"),
        "TaskSignalReason": fact("task_signal_reason"),
        "TaskSignal": fact("task_signal"),
        "GenericSource": fact("generic_source"),
    })
}

fn task_state(state: &TaskState) -> Value {
    json!({
        "State": state.state,
        "Failed": state.failed,
        "Restarts": state.restarts,
        "LastRestart": moment(state.last_restart),
        "StartedAt": moment(state.started_at),
        "FinishedAt": moment(state.finished_at),
        "Paused": "",
        "Events": state.events.iter().map(event).collect::<Vec<_>>(),
    })
}

fn task_states(alloc: &Allocation) -> Value {
    let states: Map<String, Value> = alloc
        .task_states
        .iter()
        .map(|(name, state)| (name.to_string(), task_state(state)))
        .collect();
    if states.is_empty() {
        Value::Null
    } else {
        Value::Object(states)
    }
}

fn health(status: &AllocDeploymentStatus) -> Value {
    json!({
        "Healthy": status.healthy,
        "Timestamp": moment(status.timestamp),
        "Canary": status.canary,
        "ModifyIndex": status.modify_index,
    })
}

/// What a list shows beside the usual.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extras {
    /// Resources.
    pub resources: bool,
    /// Task states.
    pub task_states: bool,
}

fn text<T: ToString>(id: Option<T>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// An allocation in a list.
pub(crate) fn stub(alloc: &Allocation, job: Option<&Job>, extras: Extras) -> Value {
    let preempted =
        (!alloc.preempted_allocations.is_empty()).then_some(&alloc.preempted_allocations);
    let mut stub = json!({
        "ID": alloc.id,
        "EvalID": alloc.eval_id,
        "Name": alloc.name,
        "Namespace": alloc.namespace,
        "NodeID": alloc.node_id,
        "NodeName": alloc.node_name,
        "JobID": alloc.job_id,
        "JobType": job.map(|job| job.kind.as_str()).unwrap_or_default(),
        "JobVersion": alloc.job_version,
        "TaskGroup": alloc.task_group,
        "DesiredStatus": alloc.desired_status,
        "DesiredDescription": alloc.desired_description,
        "DesiredTransition": alloc.desired_transition,
        "ClientStatus": alloc.client_status,
        "ClientDescription": alloc.client_description,
        "TaskStates": if extras.task_states { task_states(alloc) } else { Value::Null },
        "DeploymentStatus": alloc.deployment_status.as_ref().map(health),
        "FollowupEvalID": text(alloc.followup_eval_id),
        "NextAllocation": text(alloc.next_allocation),
        "RescheduleTracker": alloc.reschedule_tracker,
        "PreemptedAllocations": preempted,
        "PreemptedByAllocation": text(alloc.preempted_by_allocation),
        "CreateIndex": alloc.create_index,
        "ModifyIndex": alloc.modify_index,
        "CreateTime": alloc.create_time,
        "ModifyTime": alloc.modify_time,
    });
    if extras.resources
        && let Some(fields) = stub.as_object_mut()
    {
        fields.insert("AllocatedResources".to_owned(), json!(*alloc.resources));
    }
    stub
}

/// An allocation alone.
pub(crate) fn full(alloc: &Allocation, job: Option<&Job>) -> Value {
    without_empty(whole(alloc, job), &ALWAYS)
}

/// An allocation with its empty fields, for filters.
pub(crate) fn whole(alloc: &Allocation, job: Option<&Job>) -> Value {
    json!({
        "ID": alloc.id,
        "EvalID": alloc.eval_id,
        "Name": alloc.name,
        "Namespace": alloc.namespace,
        "NodeID": alloc.node_id,
        "NodeName": alloc.node_name,
        "JobID": alloc.job_id,
        "Job": job,
        "TaskGroup": alloc.task_group,
        "AllocatedResources": *alloc.resources,
        "Resources": total(alloc),
        "SharedResources": shared(alloc),
        "TaskResources": task_resources(alloc),
        "Metrics": *alloc.metrics,
        "DesiredStatus": alloc.desired_status,
        "DesiredDescription": alloc.desired_description,
        "DesiredTransition": without_empty(json!(alloc.desired_transition), &[]),
        "ClientStatus": alloc.client_status,
        "ClientDescription": alloc.client_description,
        "TaskStates": task_states(alloc),
        "DeploymentID": text(alloc.deployment_id),
        "DeploymentStatus": alloc.deployment_status.as_ref().map(health),
        "RescheduleTracker": alloc.reschedule_tracker,
        "FollowupEvalID": text(alloc.followup_eval_id),
        "PreviousAllocation": text(alloc.previous_allocation),
        "NextAllocation": text(alloc.next_allocation),
        "PreemptedAllocations": alloc.preempted_allocations,
        "PreemptedByAllocation": text(alloc.preempted_by_allocation),
        "NetworkStatus": alloc.network_status,
        "AllocStates": alloc.alloc_states,
        "CreateIndex": alloc.create_index,
        "ModifyIndex": alloc.modify_index,
        "AllocModifyIndex": alloc.alloc_modify_index,
        "CreateTime": alloc.create_time,
        "ModifyTime": alloc.modify_time,
    })
}

/// The old form of an allocation's resources: everything in one.
fn total(alloc: &Allocation) -> Value {
    let tasks = alloc.resources.tasks.values();
    let memory: i64 = tasks.clone().map(|task| task.memory.memory_mb).sum();
    let max: i64 = tasks
        .clone()
        .map(|task| &task.memory)
        .map(|memory| {
            if memory.memory_max_mb == 0 {
                memory.memory_mb
            } else {
                memory.memory_max_mb
            }
        })
        .sum();
    json!(Resources {
        cpu: tasks.clone().map(|task| task.cpu.cpu_shares).sum(),
        cores: tasks.map(|task| task.cpu.reserved_cores.len() as i64).sum(),
        memory_mb: memory,
        memory_max_mb: max,
        disk_mb: alloc.resources.shared.disk_mb,
        networks: alloc.resources.shared.networks.clone(),
        ..Resources::default()
    })
}

/// The old form of what the tasks share.
fn shared(alloc: &Allocation) -> Value {
    json!(Resources {
        disk_mb: alloc.resources.shared.disk_mb,
        networks: alloc.resources.shared.networks.clone(),
        ..Resources::default()
    })
}

fn task_resources(alloc: &Allocation) -> Value {
    let tasks = alloc.resources.tasks.iter().map(|(name, task)| {
        let resources = Resources {
            cpu: task.cpu.cpu_shares,
            cores: task.cpu.reserved_cores.len() as i64,
            memory_mb: task.memory.memory_mb,
            memory_max_mb: task.memory.memory_max_mb,
            networks: task.networks.clone(),
            ..Resources::default()
        };
        (name.to_string(), json!(resources))
    });
    Value::Object(tasks.collect())
}
