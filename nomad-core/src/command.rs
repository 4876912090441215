//! Every write to the replicated state, as one versioned enum.
//!
//! A command holds all that `State::apply` needs: ids and times were drawn at the edge. It is what
//! the log stores, so variants and fields are only ever added.

use serde::{Deserialize, Serialize};

use crate::id::{AllocId, DeploymentId, EvalId, JobKey, NodeId};
use crate::model::alloc::{AllocClientStatus, AllocDeploymentStatus, DesiredTransition};
use crate::model::network::NetworkStatus;
use crate::model::node::{Node, NodeEligibility, NodeEvent, NodeStatus};
use crate::model::task_state::TaskState;
use crate::model::{DeploymentStatus, Evaluation, Job, PlanResult, SchedulerConfiguration};
use crate::secret::Secret;
use crate::units::{Index, JobVersion, Timestamp};

/// Version of the encoding of [`Entry`].
pub const ENTRY_VERSION: u8 = 1;

/// One entry of the replicated log.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Version of the encoding: [`ENTRY_VERSION`].
    pub version: u8,
    /// When the command was made; the only time that `apply` sees.
    pub now: Timestamp,
    /// The write.
    pub command: Command,
}

/// A write to the replicated state.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Command {
    /// A new leader's first entry; changes nothing.
    Noop,
    /// Makes or replaces a node (spec/scheduler 15.1).
    RegisterNode {
        /// The node.
        node: Box<Node>,
        /// The secret it must show from now on.
        #[serde(with = "crate::secret::on_wire")]
        secret: Secret<String>,
        /// Evaluations for jobs that the change concerns.
        evals: Vec<Evaluation>,
    },
    /// Changes a node's status.
    UpdateNodeStatus {
        /// The node.
        node_id: NodeId,
        /// Its new status.
        status: NodeStatus,
        /// What to record.
        event: Option<NodeEvent>,
        /// Evaluations for jobs that the change concerns.
        evals: Vec<Evaluation>,
    },
    /// Changes whether new allocations may go to a node.
    UpdateNodeEligibility {
        /// The node.
        node_id: NodeId,
        /// May they?
        eligibility: NodeEligibility,
        /// What to record.
        event: Option<NodeEvent>,
        /// Evaluations for jobs that the change concerns.
        evals: Vec<Evaluation>,
    },
    /// Removes nodes.
    DeregisterNodes {
        /// The nodes.
        node_ids: Vec<NodeId>,
        /// Evaluations for jobs that the change concerns.
        evals: Vec<Evaluation>,
    },
    /// Makes a job or a new version of it (spec/scheduler 3.5).
    RegisterJob {
        /// The job, canonical and valid.
        job: Box<Job>,
        /// What the user sent, for `job inspect`.
        submission: Option<Submission>,
        /// When given: the job's `JobModifyIndex` must be this (0: it must not exist).
        enforce_index: Option<Index>,
        /// Copy counts of same-named groups from the job as it stands.
        preserve_counts: bool,
        /// The evaluation; periodic and parameterized jobs get none.
        eval: Option<Evaluation>,
    },
    /// Stops a job, or removes it (spec/scheduler 3.8).
    DeregisterJob {
        /// The job.
        job: JobKey,
        /// Remove it with everything that belongs to it.
        purge: bool,
        /// Skip shutdown delays.
        no_shutdown_delay: bool,
        /// The evaluation.
        eval: Option<Evaluation>,
    },
    /// Marks a version of a job stable or not.
    SetJobStability {
        /// The job.
        job: JobKey,
        /// The version.
        version: JobVersion,
        /// Stable?
        stable: bool,
    },
    /// Makes or replaces evaluations.
    UpdateEvals {
        /// The evaluations.
        evals: Vec<Evaluation>,
    },
    /// Commits what the applier let through, many plans per entry.
    ApplyPlans {
        /// The plans, in order.
        results: Vec<PlanResult>,
        /// Evaluations for jobs that lost allocations to preemption.
        evals: Vec<Evaluation>,
    },
    /// What clients report about their allocations (spec/scheduler 15.3).
    UpdateAllocsFromClient {
        /// The reports.
        updates: Vec<AllocUpdate>,
        /// Evaluations for jobs that the change concerns.
        evals: Vec<Evaluation>,
    },
    /// Records wishes for allocations.
    UpdateDesiredTransitions {
        /// Per allocation.
        transitions: Vec<(AllocId, DesiredTransition)>,
        /// Evaluations for jobs that the change concerns.
        evals: Vec<Evaluation>,
    },
    /// Changes a deployment's status, perhaps going back to an older version.
    UpdateDeploymentStatus {
        /// The deployment.
        deployment_id: DeploymentId,
        /// Its new status.
        status: DeploymentStatus,
        /// Why.
        description: String,
        /// The job to go back to.
        revert_to: Option<Box<Job>>,
        /// The evaluation.
        eval: Option<Evaluation>,
    },
    /// Promotes canaries.
    PromoteDeployment {
        /// The deployment.
        deployment_id: DeploymentId,
        /// The groups; none = all.
        groups: Option<Vec<crate::id::GroupName>>,
        /// The evaluation.
        eval: Option<Evaluation>,
    },
    /// Says which allocations of a deployment are healthy.
    SetAllocHealth {
        /// The deployment.
        deployment_id: DeploymentId,
        /// Healthy ones.
        healthy: Vec<AllocId>,
        /// Unhealthy ones.
        unhealthy: Vec<AllocId>,
        /// The deployment's new status.
        status: Option<(DeploymentStatus, String)>,
        /// The job to go back to.
        revert_to: Option<Box<Job>>,
        /// The evaluation.
        eval: Option<Evaluation>,
    },
    /// Changes the schedulers' settings.
    SetSchedulerConfiguration {
        /// The settings.
        config: SchedulerConfiguration,
        /// When given: their `ModifyIndex` must be this.
        check_index: Option<Index>,
    },
    /// Removes what nobody needs any more (spec/scheduler 18).
    Collect {
        /// Evaluations.
        evals: Vec<EvalId>,
        /// Allocations.
        allocs: Vec<AllocId>,
        /// Deployments.
        deployments: Vec<DeploymentId>,
        /// Jobs with everything that belongs to them.
        jobs: Vec<JobKey>,
        /// Nodes.
        nodes: Vec<NodeId>,
    },
    /// Records that a count was, or was not, changed.
    RecordScaling {
        /// The job.
        job: JobKey,
        /// The group.
        group: crate::id::GroupName,
        /// What happened.
        event: ScalingEvent,
    },
}

/// What a client reports about an allocation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AllocUpdate {
    /// The allocation.
    pub id: AllocId,
    /// Its status.
    pub client_status: AllocClientStatus,
    /// In a sentence.
    pub client_description: String,
    /// Per task.
    pub task_states: std::collections::BTreeMap<crate::id::TaskName, TaskState>,
    /// Its health in its deployment, once decided.
    pub deployment_status: Option<AllocDeploymentStatus>,
    /// Network settings.
    pub network_status: Option<NetworkStatus>,
}

/// A job file as the user sent it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Submission {
    /// The text.
    pub source: String,
    /// `hcl2`, `hcl1` or `json`.
    pub format: String,
    /// Variables given as flags.
    pub variable_flags: crate::model::Table<String>,
    /// Text of the variable files.
    pub variables: String,
}

/// One change, or attempted change, of a group's count.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScalingEvent {
    /// When.
    #[serde(rename = "Time")]
    pub time: Timestamp,
    /// The new count.
    #[serde(rename = "Count")]
    pub count: Option<i64>,
    /// The count before.
    #[serde(rename = "PreviousCount")]
    pub previous_count: i64,
    /// A sentence.
    #[serde(rename = "Message")]
    pub message: String,
    /// It is an error.
    #[serde(rename = "Error")]
    pub error: bool,
    /// Facts.
    #[serde(rename = "Meta")]
    pub meta: Option<std::collections::BTreeMap<String, serde_json::Value>>,
    /// The evaluation.
    #[serde(rename = "EvalID")]
    pub eval_id: Option<EvalId>,
    /// Index of the write.
    #[serde(rename = "CreateIndex")]
    pub create_index: Index,
}
