//! A deployment: the watch over one version of a job becoming healthy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{AllocId, DeploymentId, GroupName, JobId, JobKey, NamespaceName};
use crate::units::{Index, JobVersion, Span, Timestamp};

words! {
    /// Where a deployment is (spec/scheduler 2.7).
    DeploymentStatus, "deployment status" {
        #[default]
        Running = "running",
        Paused = "paused",
        Failed = "failed",
        Successful = "successful",
        Cancelled = "cancelled",
    }
}

impl DeploymentStatus {
    /// True while it may still change.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// The watch over one version of a job (spec/scheduler 2.7).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Namespace of the job.
    pub namespace: NamespaceName,
    /// The job.
    pub job_id: JobId,
    /// Version of the job that is deployed.
    pub job_version: JobVersion,
    /// `ModifyIndex` of that version.
    pub job_modify_index: Index,
    /// `JobModifyIndex` of that version.
    pub job_spec_modify_index: Index,
    /// `CreateIndex` of the job: tells incarnations apart.
    pub job_create_index: Index,
    /// Per group.
    pub task_groups: BTreeMap<GroupName, DeploymentState>,
    /// Where it is.
    pub status: DeploymentStatus,
    /// Why it is there.
    pub status_description: String,
    /// Priority of the evaluations it makes.
    pub eval_priority: i64,
    /// Index of the write that made it.
    pub create_index: Index,
    /// Index of the last write.
    pub modify_index: Index,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub modify_time: Timestamp,
}

/// A group's part in a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeploymentState {
    /// Go back to the last stable version on failure.
    pub auto_revert: bool,
    /// Promote by itself once all canaries are healthy.
    pub auto_promote: bool,
    /// Time within which progress must be made; zero: the first failure ends it.
    pub progress_deadline: Span,
    /// The instant by which the next progress must be made; zero when there is none.
    pub require_progress_by: Timestamp,
    /// Canaries were promoted.
    pub promoted: bool,
    /// The canaries placed.
    pub placed_canaries: Vec<AllocId>,
    /// How many canaries are wanted.
    pub desired_canaries: i64,
    /// How many allocations are wanted.
    pub desired_total: i64,
    /// How many were placed.
    pub placed_allocs: i64,
    /// How many are healthy.
    pub healthy_allocs: i64,
    /// How many are unhealthy.
    pub unhealthy_allocs: i64,
}

impl Deployment {
    /// The job's full name.
    #[must_use]
    pub fn job_key(&self) -> JobKey {
        JobKey::new(self.namespace.clone(), self.job_id.clone())
    }

    /// True while canaries wait for a promotion (spec/scheduler 2.7).
    #[must_use]
    pub fn requires_promotion(&self) -> bool {
        self.status == DeploymentStatus::Running
            && self
                .task_groups
                .values()
                .any(|group| group.desired_canaries > 0 && !group.promoted)
    }

    /// True when every group with canaries promotes by itself.
    #[must_use]
    pub fn has_auto_promote(&self) -> bool {
        self.status == DeploymentStatus::Running
            && self
                .task_groups
                .values()
                .all(|group| group.desired_canaries == 0 || group.auto_promote)
    }
}
