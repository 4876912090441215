//! What an applied entry changed, for those who wait on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::id::{AllocId, DeploymentId, EvalId, JobKey, NodeId};
use crate::model::Evaluation;
use crate::state::TableName;

/// Something that can be waited on. A query waits on the rows that it returned, a list on its
/// table, a node on its own assignments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// Any row of a table.
    Table(TableName),
    /// One node.
    Node(NodeId),
    /// The allocations of a node, whoever changed them.
    NodeAllocs(NodeId),
    /// What should run on a node: only changes by the server's side.
    NodeAssignments(NodeId),
    /// One job: its versions, status or submission.
    Job(JobKey),
    /// The summary of a job.
    JobSummary(JobKey),
    /// The evaluations of a job.
    JobEvals(JobKey),
    /// The allocations of a job.
    JobAllocs(JobKey),
    /// The deployments of a job.
    JobDeployments(JobKey),
    /// One allocation.
    Alloc(AllocId),
    /// One evaluation.
    Eval(EvalId),
    /// The allocations that an evaluation last changed.
    EvalAllocs(EvalId),
    /// One deployment.
    Deployment(DeploymentId),
    /// The allocations of a deployment.
    DeploymentAllocs(DeploymentId),
}

/// What an applied entry changed.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// Whom to wake.
    pub touched: BTreeSet<Topic>,
    /// Evaluations written, as they stand now, in order: the broker takes the pending ones, the
    /// blocked tracker the blocked ones, both forget the others.
    pub evals: Vec<Arc<Evaluation>>,
    /// Nodes on which room may have appeared: they became ready or eligible, or something on them
    /// came to its end.
    pub freed: BTreeSet<NodeId>,
    /// Jobs that were removed.
    pub purged: Vec<JobKey>,
}
