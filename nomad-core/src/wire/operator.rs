//! What an operator asks a server to write. Reads need no request: they look at a snapshot.

use serde::{Deserialize, Serialize};

use crate::command::{ScalingEvent, Submission};
use crate::id::{AllocId, DeploymentId, EvalId, GroupName, JobKey, NodeId};
use crate::model::node::NodeEligibility;
use crate::model::{Job, SchedulerConfiguration};
use crate::units::{Index, JobVersion};

/// A write that an operator asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OperatorRequest {
    /// Register a job (spec/scheduler 3.5). Answered by [`OperatorAnswer::Job`].
    RegisterJob {
        /// Canonical and valid.
        job: Box<Job>,
        /// The text it came from.
        submission: Option<Submission>,
        /// The job's `JobModifyIndex` must be this; 0: it must not exist.
        enforce_index: Option<Index>,
        /// Keep the counts of the job as it stands.
        preserve_counts: bool,
        /// Priority of the evaluation; 0 = the job's.
        eval_priority: i64,
    },
    /// Stop or remove a job (3.8). Answered by [`OperatorAnswer::Job`].
    DeregisterJob {
        /// The job.
        job: JobKey,
        /// Remove it.
        purge: bool,
        /// Skip shutdown delays.
        no_shutdown_delay: bool,
        /// Priority of the evaluation; 0 = the job's.
        eval_priority: i64,
    },
    /// Look at a job again (3.9). Answered by [`OperatorAnswer::Job`].
    EvaluateJob {
        /// The job.
        job: JobKey,
        /// Replace failed allocations even if the policy says no.
        force_reschedule: bool,
    },
    /// Go back to an older version (3.6). Answered by [`OperatorAnswer::Job`].
    RevertJob {
        /// The job.
        job: JobKey,
        /// The version to go back to.
        version: JobVersion,
        /// The current version must be this.
        enforce_prior_version: Option<JobVersion>,
    },
    /// Mark a version stable or not. Answered by [`OperatorAnswer::Done`].
    SetJobStability {
        /// The job.
        job: JobKey,
        /// The version.
        version: JobVersion,
        /// Stable?
        stable: bool,
    },
    /// Change a group's count (3.9). Answered by [`OperatorAnswer::Job`].
    ScaleJob {
        /// The job.
        job: JobKey,
        /// The group.
        group: GroupName,
        /// The new count; without one only the event is recorded.
        count: Option<i64>,
        /// Scale even while a deployment is active (policy override).
        override_policy: bool,
        /// The job's `JobModifyIndex` must be this.
        job_modify_index: Option<Index>,
        /// What to record.
        event: ScalingEvent,
    },
    /// Stop an allocation and place it again (3.9). Answered by [`OperatorAnswer::Job`].
    StopAlloc {
        /// The allocation.
        alloc_id: AllocId,
        /// Skip the shutdown delay.
        no_shutdown_delay: bool,
        /// Mark it as rescheduled.
        reschedule: bool,
    },
    /// Change whether new allocations may go to a node. Answered by [`OperatorAnswer::Node`].
    SetNodeEligibility {
        /// The node.
        node_id: NodeId,
        /// May they?
        eligibility: NodeEligibility,
    },
    /// Look again at every job that has something on a node. Answered by [`OperatorAnswer::Node`].
    EvaluateNode {
        /// The node.
        node_id: NodeId,
    },
    /// Remove a node. Answered by [`OperatorAnswer::Node`].
    PurgeNode {
        /// The node.
        node_id: NodeId,
    },
    /// Promote canaries (14). Answered by [`OperatorAnswer::Deployment`].
    PromoteDeployment {
        /// The deployment.
        deployment_id: DeploymentId,
        /// The groups; none = all.
        groups: Option<Vec<GroupName>>,
    },
    /// Fail a deployment (14). Answered by [`OperatorAnswer::Deployment`].
    FailDeployment {
        /// The deployment.
        deployment_id: DeploymentId,
    },
    /// Pause or resume a deployment (14). Answered by [`OperatorAnswer::Deployment`].
    PauseDeployment {
        /// The deployment.
        deployment_id: DeploymentId,
        /// Pause, or go on.
        pause: bool,
    },
    /// Say which allocations of a deployment are healthy. Answered by
    /// [`OperatorAnswer::Deployment`].
    SetAllocHealth {
        /// The deployment.
        deployment_id: DeploymentId,
        /// Healthy ones.
        healthy: Vec<AllocId>,
        /// Unhealthy ones.
        unhealthy: Vec<AllocId>,
    },
    /// Change the schedulers' settings. Answered by [`OperatorAnswer::Done`].
    SetSchedulerConfiguration {
        /// The settings.
        config: SchedulerConfiguration,
        /// Their `ModifyIndex` must be this.
        check_index: Option<Index>,
    },
    /// Remove all that is terminal, now (18). Answered by [`OperatorAnswer::Done`].
    CollectGarbage,
}

/// What an operator hears back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OperatorAnswer {
    /// About a job.
    Job {
        /// Index of the write.
        index: Index,
        /// The evaluation, if one was made.
        eval_id: Option<EvalId>,
        /// Index of the write that made the evaluation.
        eval_create_index: Index,
        /// The job's `JobModifyIndex`.
        job_modify_index: Index,
        /// What to tell the user.
        warnings: String,
    },
    /// About a node.
    Node {
        /// Index of the write.
        index: Index,
        /// Evaluations made.
        eval_ids: Vec<EvalId>,
        /// Index of the write that made them.
        eval_create_index: Index,
        /// The node's `ModifyIndex`.
        node_modify_index: Index,
    },
    /// About a deployment.
    Deployment {
        /// Index of the write.
        index: Index,
        /// The evaluation, if one was made.
        eval_id: Option<EvalId>,
        /// Index of the write that made it.
        eval_create_index: Index,
        /// The deployment's `ModifyIndex`.
        deployment_modify_index: Index,
        /// The version that the job went back to.
        reverted_job_version: Option<JobVersion>,
    },
    /// Written.
    Done {
        /// Index of the write.
        index: Index,
        /// False when a check index did not match.
        updated: bool,
    },
}
