//! What an operator asks a server to write. Reads need no request: they look at a snapshot.

use serde::{Deserialize, Serialize};

use crate::command::{ScalingEvent, Submission};
use crate::id::{AllocId, DeploymentId, EvalId, GroupName, JobKey, NodeId};
use crate::model::node::NodeEligibility;
use crate::model::{AllocClientStatus, Job, JobType, SchedulerConfiguration};
use crate::state::ApplyError;
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

/// Whose turn it is after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// What the request names is not there (404).
    Missing,
    /// The caller's request cannot be done as it is (400).
    Refused,
    /// The same request may succeed soon, or at another server (429, 503).
    Later,
    /// The server is broken or stopping (500).
    Broken,
}

/// Why a server does not do what an operator asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OperatorRefusal {
    /// The write was refused when it was applied.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A job's type never changes.
    #[error(
        "register job {job}: it is a {known} job and cannot become a {wanted} job; stop and purge it first"
    )]
    TypeChanged {
        /// The job.
        job: JobKey,
        /// Its type.
        known: JobType,
        /// The type asked for.
        wanted: JobType,
    },
    /// Periodic jobs stay periodic, others stay others; the same for parameterized ones.
    #[error("register job {job}: it cannot become, or stop being, {what}; stop and purge it first")]
    NatureChanged {
        /// The job.
        job: JobKey,
        /// `periodic`, `parameterized` or `dispatched`.
        what: String,
    },
    /// Registration of jobs is switched off.
    #[error("register job {job}: the cluster takes no jobs now; see the scheduler configuration")]
    RegistrationRejected {
        /// The job.
        job: JobKey,
    },
    /// Only jobs that run by themselves can be evaluated.
    #[error("evaluate job {job}: it is {what}")]
    NotEvaluable {
        /// The job.
        job: JobKey,
        /// `periodic` or `parameterized`.
        what: String,
    },
    /// A revert to the version that runs.
    #[error("revert job {job}: it is at version {version} already")]
    SameVersion {
        /// The job.
        job: JobKey,
        /// The version.
        version: JobVersion,
    },
    /// The job moved on since the caller looked at it.
    #[error("revert job {job}: its version is {found}, not {wanted}")]
    PriorVersion {
        /// The job.
        job: JobKey,
        /// What the caller saw.
        wanted: JobVersion,
        /// What it is.
        found: JobVersion,
    },
    /// The job has no such group.
    #[error("find task group {group} in job {job}: there is none")]
    UnknownGroup {
        /// The job.
        job: JobKey,
        /// The group.
        group: GroupName,
    },
    /// A count outside the group's scaling bounds.
    #[error("scale group {group}: group count was {} than scaling policy {}: {count} {} {bound}", if *.above { "greater" } else { "less" }, if *.above { "maximum" } else { "minimum" }, if *.above { ">" } else { "<" })]
    CountOutOfBounds {
        /// The group.
        group: GroupName,
        /// What was asked for.
        count: i64,
        /// The bound.
        bound: i64,
        /// The bound is the upper one.
        above: bool,
    },
    /// A negative count, or one above what a job may have.
    #[error("scale group {group}: its count cannot be {count}; the limit is {limit}")]
    BadCount {
        /// The group.
        group: GroupName,
        /// What was asked for.
        count: i64,
        /// The highest count.
        limit: i64,
    },
    /// Counts do not change while a deployment is active.
    #[error("scale job {job}: scaling is blocked due to active deployment {deployment}")]
    DeploymentActive {
        /// The job.
        job: JobKey,
        /// The deployment.
        deployment: DeploymentId,
    },
    /// A count and an error in one scaling event exclude each other.
    #[error("scale group {group}: a count and an error event exclude each other")]
    CountAndError {
        /// The group.
        group: GroupName,
    },
    /// An allocation that ended cannot be stopped.
    #[error("stop allocation {alloc}: it is {status} already")]
    AllocOver {
        /// The allocation.
        alloc: AllocId,
        /// Where it is.
        status: AllocClientStatus,
    },
    /// A draining node cannot be made eligible.
    #[error("make node {0} eligible: it is draining; stop the drain first")]
    Draining(NodeId),
    /// Resuming what is not paused, or pausing what is.
    #[error("change deployment {id}: it is {status} already")]
    SameStatus {
        /// The deployment.
        id: DeploymentId,
        /// Where it is.
        status: crate::model::DeploymentStatus,
    },
    /// The request names nothing.
    #[error("read the request: {what} must be given")]
    Empty {
        /// What is missing.
        what: String,
    },
    /// There is no leader, or it is not this server.
    #[error("write: this server is not the leader{}", .leader.as_ref().map(|at| format!("; ask {at}")).unwrap_or_default())]
    NotLeader {
        /// Where the leader is, if known.
        leader: Option<String>,
    },
    /// Too many writes wait already.
    #[error("write: {waiting} writes wait already; try again in a moment")]
    Busy {
        /// How many.
        waiting: u64,
    },
    /// The server is stopping or its log failed.
    #[error("write: {reason}")]
    Stopped {
        /// Why.
        reason: String,
    },
}

impl OperatorRefusal {
    /// Whose turn it is now.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::Apply(error) => match error {
                ApplyError::UnknownNode(_)
                | ApplyError::UnknownJob(_)
                | ApplyError::UnknownVersion { .. }
                | ApplyError::UnknownAlloc(_)
                | ApplyError::UnknownDeployment(_) => RefusalKind::Missing,
                ApplyError::OutOfOrder { .. } | ApplyError::Version { .. } => RefusalKind::Broken,
                _ => RefusalKind::Refused,
            },
            Self::NotLeader { .. } | Self::Busy { .. } => RefusalKind::Later,
            Self::Stopped { .. } => RefusalKind::Broken,
            _ => RefusalKind::Refused,
        }
    }
}
