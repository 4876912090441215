//! A plan: what an evaluation decided, before and after the applier looked at it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::alloc::{AllocClientStatus, AllocDesiredStatus, Allocation};
use super::deployment::{Deployment, DeploymentStatus};
use crate::id::{AllocId, DeploymentId, EvalId, GroupName, JobKey, NodeId};
use crate::units::{Index, JobVersion};

/// What an evaluation decided (spec/scheduler 2.9).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// The evaluation.
    pub eval_id: EvalId,
    /// The job.
    pub job: JobKey,
    /// Version of the job that was looked at; none when the job is gone.
    pub job_version: Option<JobVersion>,
    /// Priority of the job.
    pub priority: i64,
    /// Commit in full or not at all.
    pub all_at_once: bool,
    /// Allocations to make.
    pub placements: Vec<Allocation>,
    /// Existing allocations that change in place (new version, follow-up, status unknown).
    pub updates: Vec<Allocation>,
    /// Allocations to stop.
    pub stops: Vec<AllocStop>,
    /// Allocations of other jobs to evict.
    pub preemptions: Vec<AllocStop>,
    /// A deployment made or replaced.
    pub deployment: Option<Deployment>,
    /// Deployments whose status changes.
    pub deployment_updates: Vec<DeploymentUpdate>,
    /// Index of the snapshot that was looked at.
    pub snapshot_index: Index,
}

impl Plan {
    /// True when it would change nothing.
    #[must_use]
    pub fn is_noop(&self) -> bool {
        self.placements.is_empty()
            && self.updates.is_empty()
            && self.stops.is_empty()
            && self.deployment.is_none()
            && self.deployment_updates.is_empty()
    }
}

/// An allocation that the server wants gone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AllocStop {
    /// The allocation.
    pub id: AllocId,
    /// The node it is on.
    pub node_id: NodeId,
    /// `stop` or `evict`.
    pub desired_status: AllocDesiredStatus,
    /// Why.
    pub desired_description: String,
    /// `lost` when its node is gone.
    pub client_status: Option<AllocClientStatus>,
    /// The evaluation that will replace it later.
    pub followup_eval_id: Option<EvalId>,
    /// The allocation it makes room for.
    pub preempted_by: Option<AllocId>,
}

/// A change of a deployment's status.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeploymentUpdate {
    /// The deployment.
    pub id: DeploymentId,
    /// Its new status.
    pub status: DeploymentStatus,
    /// Why.
    pub status_description: String,
}

/// What the applier let through (spec/scheduler 12.4).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanResult {
    /// The part of the plan that is committed.
    pub plan: Plan,
    /// Nodes whose part was refused.
    pub rejected_nodes: Vec<NodeId>,
    /// When not zero: look again at a snapshot at least this new.
    pub refresh_index: Index,
}

/// Numbers of a decision, per group (spec/scheduler 2.9).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanAnnotations {
    /// Per group.
    #[serde(rename = "DesiredTGUpdates")]
    pub desired_tg_updates: BTreeMap<GroupName, DesiredUpdates>,
    /// Allocations that would be evicted.
    #[serde(rename = "PreemptedAllocs")]
    pub preempted_allocs: super::list::List<AllocId>,
}

/// What happens to the allocations of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DesiredUpdates {
    /// Left alone.
    pub ignore: u64,
    /// Placed.
    pub place: u64,
    /// Moved to another node.
    pub migrate: u64,
    /// Stopped.
    pub stop: u64,
    /// Changed without a restart.
    pub in_place_update: u64,
    /// Replaced by a new version.
    pub destructive_update: u64,
    /// Placed as canaries.
    pub canary: u64,
    /// Evicted.
    pub preemptions: u64,
    /// Marked unknown.
    pub disconnect: u64,
    /// Taken back.
    pub reconnect: u64,
    /// Replaced now.
    pub reschedule_now: u64,
    /// Replaced later.
    pub reschedule_later: u64,
}
