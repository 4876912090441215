//! The tables of the state and the indexes over them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};

use crate::command::{ScalingEvent, Submission};
use crate::fit::Ledger;
use crate::id::{AllocId, DeploymentId, EvalId, GroupName, JobKey, NodeId};
use crate::model::{Allocation, Deployment, Evaluation, Job, Node, SchedulerConfiguration};
use crate::secret::Secret;
use crate::units::{Index, JobVersion};

/// Untagged versions kept per job (spec/scheduler 3.6).
pub const JOB_VERSIONS_MAX: usize = 6;

words! {
    /// A table whose last write has an index of its own (spec/scheduler 2.1).
    TableName, "table" {
        #[default]
        Jobs = "jobs",
        JobVersions = "job_version",
        JobSummaries = "job_summary",
        Evals = "evals",
        Allocs = "allocs",
        Nodes = "nodes",
        Deployments = "deployment",
        SchedulerConfig = "scheduler_config",
        ScalingEvents = "scaling_event",
        Submissions = "job_submission",
    }
}

/// A job with what is kept about it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JobRecord {
    /// The current version.
    pub job: Arc<Job>,
    /// Older and current versions, by number. Beyond [`JOB_VERSIONS_MAX`] a version stays while an
    /// allocation runs it.
    pub versions: BTreeMap<JobVersion, Arc<Job>>,
    /// What users sent, by version.
    pub submissions: BTreeMap<JobVersion, Arc<Submission>>,
    /// Per group, newest first.
    pub scaling_events: BTreeMap<GroupName, Vec<ScalingEvent>>,
    /// Per group: how many allocations are in which state.
    pub summary: BTreeMap<GroupName, GroupSummary>,
    /// Index of the last write to the summary.
    pub summary_index: Index,
    /// Versions beyond retention that stay only because allocations run them; not shown.
    pub retired: BTreeSet<JobVersion>,
    /// What of the job is not over yet.
    pub open: OpenCounts,
}

/// How many things of a job are not over yet; its status follows from these (spec/scheduler 3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenCounts {
    /// Allocations that are neither server- nor client-terminal.
    pub allocs: u64,
    /// Evaluations that are pending or blocked.
    pub evals: u64,
    /// Active deployments.
    pub deployments: u64,
    /// There has been an evaluation, of whatever status, perhaps collected since.
    pub evals_ever: bool,
}

/// How many allocations of a group are in which state (spec/scheduler 3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GroupSummary {
    /// Wanting a node.
    pub queued: u64,
    /// Ended well.
    pub complete: u64,
    /// Failed.
    pub failed: u64,
    /// Running.
    pub running: u64,
    /// Placed, not yet running.
    pub starting: u64,
    /// On a node that is gone.
    pub lost: u64,
    /// On a node that does not answer.
    pub unknown: u64,
}

/// The replicated state.
#[derive(Clone, Default)]
pub struct State {
    pub(super) index: Index,
    pub(super) nodes: OrdMap<NodeId, Arc<Node>>,
    pub(super) node_secrets: OrdMap<NodeId, Arc<Secret<String>>>,
    pub(super) jobs: OrdMap<JobKey, Arc<JobRecord>>,
    pub(super) evals: OrdMap<EvalId, Arc<Evaluation>>,
    pub(super) evals_by_job: OrdSet<(JobKey, EvalId)>,
    pub(super) allocs: OrdMap<AllocId, Arc<Allocation>>,
    pub(super) allocs_by_job: OrdSet<(JobKey, AllocId)>,
    pub(super) allocs_by_node: OrdSet<(NodeId, AllocId)>,
    pub(super) allocs_by_eval: OrdSet<(EvalId, AllocId)>,
    pub(super) allocs_by_deployment: OrdSet<(DeploymentId, AllocId)>,
    pub(super) deployments: OrdMap<DeploymentId, Arc<Deployment>>,
    pub(super) deployments_by_job: OrdSet<(JobKey, DeploymentId)>,
    pub(super) scheduler_config: Arc<SchedulerConfiguration>,
    pub(super) table_indexes: OrdMap<TableName, Index>,
    /// Per node with allocations: what occupies it. Derived from the allocations.
    pub(super) ledgers: OrdMap<NodeId, Arc<Ledger>>,
    /// Per node: index of the last change by the server's side of what should run there.
    pub(super) node_assignments: OrdMap<NodeId, Index>,
}

/// An immutable view of the state at one index; cloning it costs one reference count.
#[derive(Clone, Default)]
pub struct Snapshot(pub(super) Arc<State>);

impl State {
    /// The state before any write.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// An immutable view of the state as it stands.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(Arc::new(self.clone()))
    }
}

impl std::ops::Deref for Snapshot {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}
