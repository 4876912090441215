//! Allocations and the tasks in them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Job, Metric, nullable};
use crate::api::Moment;

/// A row of a list of allocations.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct AllocStub {
    #[serde(rename = "ID")]
    pub(crate) id: String,
    #[serde(rename = "EvalID")]
    pub(crate) eval_id: String,
    #[serde(rename = "NodeID")]
    pub(crate) node_id: String,
    pub(crate) node_name: String,
    #[serde(rename = "JobID")]
    pub(crate) job_id: String,
    pub(crate) job_type: String,
    pub(crate) namespace: String,
    pub(crate) job_version: u64,
    pub(crate) task_group: String,
    pub(crate) desired_status: String,
    pub(crate) client_status: String,
    pub(crate) client_description: String,
    #[serde(rename = "FollowupEvalID")]
    pub(crate) followup_eval_id: String,
    pub(crate) next_allocation: String,
    pub(crate) create_index: u64,
    pub(crate) create_time: Moment,
    pub(crate) modify_time: Moment,
}

/// A whole allocation, as far as it is shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Alloc {
    #[serde(rename = "ID")]
    pub(crate) id: String,
    #[serde(rename = "EvalID")]
    pub(crate) eval_id: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    #[serde(rename = "NodeID")]
    pub(crate) node_id: String,
    pub(crate) node_name: String,
    #[serde(rename = "JobID")]
    pub(crate) job_id: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) job: Job,
    pub(crate) task_group: String,
    pub(crate) client_status: String,
    pub(crate) client_description: String,
    pub(crate) desired_status: String,
    pub(crate) desired_description: String,
    #[serde(rename = "DeploymentID")]
    pub(crate) deployment_id: String,
    pub(crate) deployment_status: Option<DeploymentHealth>,
    pub(crate) next_allocation: String,
    #[serde(rename = "FollowupEvalID")]
    pub(crate) followup_eval_id: String,
    pub(crate) reschedule_tracker: Option<RescheduleTracker>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) allocated_resources: Allocated,
    #[serde(deserialize_with = "nullable")]
    pub(crate) task_resources: BTreeMap<String, Resources>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) resources: Resources,
    #[serde(deserialize_with = "nullable")]
    pub(crate) task_states: BTreeMap<String, TaskState>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) metrics: Metric,
    pub(crate) create_time: Moment,
    pub(crate) modify_time: Moment,
}

/// Health as the deployment sees it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct DeploymentHealth {
    pub(crate) healthy: Option<bool>,
    pub(crate) canary: bool,
}

/// Earlier attempts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct RescheduleTracker {
    #[serde(deserialize_with = "nullable")]
    pub(crate) events: Vec<RescheduleEvent>,
}

/// One earlier attempt.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct RescheduleEvent {
    pub(crate) reschedule_time: Moment,
}

/// What the scheduler gave.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Allocated {
    #[serde(deserialize_with = "nullable")]
    pub(crate) tasks: BTreeMap<String, AllocatedTask>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) shared: Shared,
}

/// What one task has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct AllocatedTask {
    pub(crate) cpu: Cpu,
    pub(crate) memory: Memory,
}

/// Share of the processor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Cpu {
    pub(crate) cpu_shares: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) reserved_cores: Vec<u32>,
}

/// Memory in MiB.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Memory {
    #[serde(rename = "MemoryMB")]
    pub(crate) memory_mb: i64,
    #[serde(rename = "MemoryMaxMB")]
    pub(crate) memory_max_mb: i64,
}

/// What the tasks of a group share.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Shared {
    #[serde(rename = "DiskMB")]
    pub(crate) disk_mb: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) networks: Vec<Network>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) ports: Vec<Port>,
}

/// A network of a group or (older jobs) of a task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Network {
    pub(crate) mode: String,
    #[serde(rename = "IP")]
    pub(crate) ip: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) dynamic_ports: Vec<Port>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) reserved_ports: Vec<Port>,
}

/// A port.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Port {
    pub(crate) label: String,
    pub(crate) value: i64,
    pub(crate) to: i64,
    #[serde(rename = "HostIP")]
    pub(crate) host_ip: String,
}

/// Resources in the older shape, still filled by the server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Resources {
    #[serde(rename = "CPU")]
    pub(crate) cpu: i64,
    #[serde(rename = "MemoryMB")]
    pub(crate) memory_mb: i64,
    #[serde(rename = "DiskMB")]
    pub(crate) disk_mb: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) networks: Vec<Network>,
}

/// How a task is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TaskState {
    pub(crate) state: String,
    pub(crate) failed: bool,
    pub(crate) restarts: u64,
    pub(crate) last_restart: Moment,
    pub(crate) started_at: Moment,
    pub(crate) finished_at: Moment,
    #[serde(deserialize_with = "nullable")]
    pub(crate) events: Vec<TaskEvent>,
}

/// Something that happened to a task.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TaskEvent {
    pub(crate) r#type: String,
    pub(crate) time: Moment,
    pub(crate) display_message: String,
    pub(crate) message: String,
    pub(crate) restart_reason: String,
    pub(crate) kill_reason: String,
    pub(crate) setup_error: String,
    pub(crate) driver_error: String,
    pub(crate) validation_error: String,
    pub(crate) exit_code: i64,
    pub(crate) signal: i64,
    /// Nanoseconds.
    pub(crate) start_delay: i64,
    /// Nanoseconds.
    pub(crate) kill_timeout: i64,
}

impl Alloc {
    /// The names of its tasks, sorted.
    pub(crate) fn task_names(&self) -> Vec<&str> {
        let group = self.job.group(&self.task_group);
        let mut names: Vec<&str> = match group {
            Some(group) => group.tasks.iter().map(|task| task.name.as_str()).collect(),
            None => self.task_states.keys().map(String::as_str).collect(),
        };
        names.sort_unstable();
        names
    }
}
