//! An evaluation: the request to look at a job again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::job::{Job, JobType};
use super::metric::AllocMetric;
use super::plan::PlanAnnotations;
use crate::id::{DeploymentId, EvalId, GroupName, JobId, JobKey, NamespaceName, NodeId};
use crate::units::{Index, Span, Timestamp};

words! {
    /// Where an evaluation is (spec/scheduler 4.2).
    EvalStatus, "evaluation status" {
        #[default]
        Pending = "pending",
        Blocked = "blocked",
        Complete = "complete",
        Failed = "failed",
        Canceled = "canceled",
    }
}

impl EvalStatus {
    /// True when nothing will change any more.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Complete | Self::Failed | Self::Canceled)
    }
}

words! {
    /// What made an evaluation (spec/scheduler 4.1).
    Trigger, "evaluation trigger" {
        #[default]
        JobRegister = "job-register",
        JobDeregister = "job-deregister",
        PeriodicJob = "periodic-job",
        NodeDrain = "node-drain",
        NodeUpdate = "node-update",
        AllocStop = "alloc-stop",
        Scheduled = "scheduled",
        RollingUpdate = "rolling-update",
        DeploymentWatcher = "deployment-watcher",
        FailedFollowUp = "failed-follow-up",
        MaxPlans = "max-plan-attempts",
        RetryFailedAlloc = "alloc-failure",
        RescheduleLater = "alloc-reschedule",
        QueuedAllocs = "queued-allocs",
        Preemption = "preemption",
        Scaling = "job-scaling",
        MaxDisconnectTimeout = "max-disconnect-timeout",
        Reconnect = "reconnect",
    }
}

/// The request to look at a job again (spec/scheduler 2.6).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Evaluation {
    /// Its id.
    pub id: EvalId,
    /// Namespace of the job.
    pub namespace: NamespaceName,
    /// The job.
    pub job_id: JobId,
    /// Higher goes first.
    pub priority: i64,
    /// Which scheduler takes it.
    pub kind: JobType,
    /// What made it.
    pub triggered_by: Trigger,
    /// `JobModifyIndex` of the job when it was made.
    pub job_modify_index: Index,
    /// The node that made it, if one did.
    pub node_id: Option<NodeId>,
    /// `ModifyIndex` of that node.
    pub node_modify_index: Index,
    /// The deployment that made it, if one did.
    pub deployment_id: Option<DeploymentId>,
    /// Where it is.
    pub status: EvalStatus,
    /// Why it is there.
    pub status_description: String,
    /// Wait this long after creation.
    pub wait: Span,
    /// Wait until this instant; zero when it need not wait.
    pub wait_until: Timestamp,
    /// The evaluation that follows this one.
    pub next_eval: Option<EvalId>,
    /// The evaluation that this one follows.
    pub previous_eval: Option<EvalId>,
    /// The blocked evaluation that holds what could not be placed.
    pub blocked_eval: Option<EvalId>,
    /// Per group that could not be placed in full: why.
    pub failed_tg_allocs: BTreeMap<GroupName, AllocMetric>,
    /// What was decided, in numbers.
    pub plan_annotations: Option<PlanAnnotations>,
    /// Per computed node class: could it run the job?
    pub class_eligibility: BTreeMap<String, bool>,
    /// A constraint looks at more than the class.
    pub escaped_computed_class: bool,
    /// Things outside of nodes that were missing, such as `csi-volume:<namespace>:<id>`.
    pub missing_non_node_resources: Vec<String>,
    /// Quota that was reached.
    pub quota_limit_reached: String,
    /// Per group: allocations still wanting a node.
    pub queued_allocations: BTreeMap<GroupName, u64>,
    /// Annotate the plan (dry runs).
    pub annotate_plan: bool,
    /// Index of the snapshot that was looked at.
    pub snapshot_index: Index,
    /// Index of the write that made it.
    pub create_index: Index,
    /// Index of the last write.
    pub modify_index: Index,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub modify_time: Timestamp,
}

impl Evaluation {
    /// The evaluation that a registration of `job` makes.
    #[must_use]
    pub fn for_job(job: &Job, id: EvalId) -> Self {
        Self {
            id,
            namespace: job.namespace.clone(),
            job_id: job.id.clone(),
            priority: job.priority,
            kind: job.kind,
            job_modify_index: job.job_modify_index,
            ..Self::default()
        }
    }

    /// The job's full name.
    #[must_use]
    pub fn job_key(&self) -> JobKey {
        JobKey::new(self.namespace.clone(), self.job_id.clone())
    }
}
