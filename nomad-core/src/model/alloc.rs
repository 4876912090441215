//! An allocation: one instance of a task group on one node.
//!
//! It names its job by (namespace, id, version) and does not carry a copy; whoever shows it joins
//! the job in.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::metric::AllocMetric;
use super::network::{GrantedPort, NetworkResource, NetworkStatus};
use super::task::Lifecycle;
use super::task_state::TaskState;
use crate::id::{
    AllocId, DeploymentId, EvalId, GroupName, JobId, JobKey, NamespaceName, NodeId, TaskName,
};
use crate::units::{Index, JobVersion, Span, Timestamp};

words! {
    /// What the server wants (spec/scheduler 2.5).
    AllocDesiredStatus, "desired status" {
        #[default]
        Run = "run",
        Stop = "stop",
        /// Preempted.
        Evict = "evict",
    }
}

words! {
    /// What the client observed (spec/scheduler 2.5).
    AllocClientStatus, "client status" {
        #[default]
        Pending = "pending",
        Running = "running",
        Complete = "complete",
        Failed = "failed",
        Lost = "lost",
        Unknown = "unknown",
    }
}

impl AllocClientStatus {
    /// True when the client will not change it any more.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Complete | Self::Failed | Self::Lost)
    }
}

/// One instance of a task group on one node (spec/scheduler 2.5).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Allocation {
    /// Its id.
    pub id: AllocId,
    /// `<job>.<group>[<index>]`.
    pub name: String,
    /// Namespace of the job.
    pub namespace: NamespaceName,
    /// The evaluation that last changed it.
    pub eval_id: EvalId,
    /// The node it is on.
    pub node_id: NodeId,
    /// That node's name.
    pub node_name: String,
    /// The job.
    pub job_id: JobId,
    /// Version of the job that it runs.
    pub job_version: JobVersion,
    /// `CreateIndex` of the job: tells incarnations apart.
    pub job_create_index: Index,
    /// The task group.
    pub task_group: GroupName,
    /// What it was granted.
    pub resources: Arc<AllocatedResources>,
    /// Why it was placed here.
    pub metrics: Arc<AllocMetric>,
    /// What the server wants.
    pub desired_status: AllocDesiredStatus,
    /// Why.
    pub desired_description: String,
    /// Wishes that the next evaluation heeds.
    pub desired_transition: DesiredTransition,
    /// What the client observed.
    pub client_status: AllocClientStatus,
    /// In a sentence.
    pub client_description: String,
    /// Per task.
    pub task_states: BTreeMap<TaskName, TaskState>,
    /// The deployment it belongs to.
    pub deployment_id: Option<DeploymentId>,
    /// Its health in that deployment.
    pub deployment_status: Option<AllocDeploymentStatus>,
    /// Earlier reschedules of this chain of replacements.
    pub reschedule_tracker: Option<RescheduleTracker>,
    /// The evaluation that will replace it later.
    pub followup_eval_id: Option<EvalId>,
    /// The allocation it replaces.
    pub previous_allocation: Option<AllocId>,
    /// The allocation that replaces it.
    pub next_allocation: Option<AllocId>,
    /// Allocations evicted for it.
    pub preempted_allocations: Vec<AllocId>,
    /// The allocation it was evicted for.
    pub preempted_by_allocation: Option<AllocId>,
    /// Network settings that the client reported.
    pub network_status: Option<NetworkStatus>,
    /// Times at which the server marked it unknown, reconnected or lost.
    pub alloc_states: Vec<AllocStateChange>,
    /// Index of the write that made it.
    pub create_index: Index,
    /// Index of the last write.
    pub modify_index: Index,
    /// Index of the last write by the server's side.
    pub alloc_modify_index: Index,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub modify_time: Timestamp,
}

impl Allocation {
    /// The job's full name.
    #[must_use]
    pub fn job_key(&self) -> JobKey {
        JobKey::new(self.namespace.clone(), self.job_id.clone())
    }

    /// The server wants it gone.
    #[must_use]
    pub fn is_server_terminal(&self) -> bool {
        self.desired_status != AllocDesiredStatus::Run
    }

    /// The client is done with it: it holds no resources any more.
    #[must_use]
    pub fn is_client_terminal(&self) -> bool {
        self.client_status.is_terminal()
    }

    /// Server-terminal or client-terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.is_server_terminal() || self.is_client_terminal()
    }

    /// Every task is dead and none failed; false without task states.
    #[must_use]
    pub fn ran_successfully(&self) -> bool {
        !self.task_states.is_empty() && self.task_states.values().all(TaskState::succeeded)
    }

    /// The number between the last brackets of the name, 0 when there is none.
    #[must_use]
    pub fn name_index(&self) -> u64 {
        let inside = self
            .name
            .rsplit_once('[')
            .and_then(|(_, rest)| rest.strip_suffix(']'));
        inside.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }
}

/// Wishes that the next evaluation heeds. Each is unset until somebody wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DesiredTransition {
    /// Move to another node.
    pub migrate: Option<bool>,
    /// Replace because it failed.
    pub reschedule: Option<bool>,
    /// Replace even if the policy says no.
    pub force_reschedule: Option<bool>,
    /// Skip the shutdown delay when stopping.
    pub no_shutdown_delay: Option<bool>,
    /// Migrate without a replacement.
    pub migrate_disable_placement: Option<bool>,
}

impl DesiredTransition {
    /// Takes over what `other` sets.
    pub fn merge(&mut self, other: Self) {
        let take = |mine: &mut Option<bool>, theirs: Option<bool>| {
            if theirs.is_some() {
                *mine = theirs;
            }
        };
        take(&mut self.migrate, other.migrate);
        take(&mut self.reschedule, other.reschedule);
        take(&mut self.force_reschedule, other.force_reschedule);
        take(&mut self.no_shutdown_delay, other.no_shutdown_delay);
        take(
            &mut self.migrate_disable_placement,
            other.migrate_disable_placement,
        );
    }
}

/// An allocation's health in its deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AllocDeploymentStatus {
    /// Unset until decided.
    pub healthy: Option<bool>,
    /// When it was decided.
    pub timestamp: Timestamp,
    /// It is a canary.
    pub canary: bool,
    /// Index of the last change.
    pub modify_index: Index,
}

/// Earlier reschedules of a chain of replacements.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RescheduleTracker {
    /// Oldest first.
    pub events: Vec<RescheduleEvent>,
    /// `""`, `ok` or `no placement`.
    pub last_reschedule: String,
}

/// One reschedule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RescheduleEvent {
    /// When.
    pub reschedule_time: Timestamp,
    /// The allocation that was replaced.
    #[serde(rename = "PrevAllocID")]
    pub prev_alloc_id: AllocId,
    /// The node it was on.
    #[serde(rename = "PrevNodeID")]
    pub prev_node_id: NodeId,
    /// The delay that the policy gave.
    pub delay: Span,
}

/// A change of the client status that the server made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AllocStateChange {
    /// Always `client_status`.
    pub field: String,
    /// The new value.
    pub value: String,
    /// When.
    pub time: Timestamp,
}

/// What an allocation was granted (spec/scheduler 2.5).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AllocatedResources {
    /// Per task.
    pub tasks: BTreeMap<TaskName, AllocatedTask>,
    /// Per task: its place in the group's life; none for main tasks.
    pub task_lifecycles: BTreeMap<TaskName, Option<Lifecycle>>,
    /// For the whole allocation.
    pub shared: AllocatedShared,
}

/// What a task was granted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AllocatedTask {
    /// Processor.
    pub cpu: AllocatedCpu,
    /// Memory.
    pub memory: AllocatedMemory,
    /// Task-level networks (deprecated).
    pub networks: super::list::List<NetworkResource>,
    /// Device instances.
    pub devices: super::list::List<AllocatedDevice>,
}

/// Processor time and cores granted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AllocatedCpu {
    /// MHz.
    pub cpu_shares: i64,
    /// Core numbers.
    pub reserved_cores: super::list::List<u16>,
}

/// Memory granted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AllocatedMemory {
    /// MiB.
    #[serde(rename = "MemoryMB")]
    pub memory_mb: i64,
    /// MiB that may be reached; 0 = no more than that, -1 = no limit.
    #[serde(rename = "MemoryMaxMB")]
    pub memory_max_mb: i64,
}

/// Device instances granted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AllocatedDevice {
    /// Vendor.
    pub vendor: String,
    /// Type.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Model.
    pub name: String,
    /// Instances.
    #[serde(rename = "DeviceIDs")]
    pub device_ids: Vec<String>,
}

/// What the tasks of an allocation share.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AllocatedShared {
    /// Networks with their granted ports.
    pub networks: super::list::List<NetworkResource>,
    /// MiB of disk.
    #[serde(rename = "DiskMB")]
    pub disk_mb: i64,
    /// Host ports.
    pub ports: super::list::List<GrantedPort>,
}
