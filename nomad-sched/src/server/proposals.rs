//! Proposals on their way, and who waits for each.

use std::collections::BTreeMap;

use nomad_core::id::{DeploymentId, EvalId, JobKey, NodeId};
use nomad_core::units::JobVersion;

use super::input::{ProposalId, Ticket, Token};

/// What happens once a proposal is committed or lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Waiting {
    /// Nobody waits.
    Nobody,
    /// A node waits for its lease.
    Lease { ticket: Ticket, node: NodeId },
    /// Nodes wait for their reports to be written.
    Updates { tickets: Vec<Ticket> },
    /// An operator waits.
    Operator { ticket: Ticket, about: About },
    /// Plans are committed.
    Plans { committed: Vec<PlanInFlight> },
    /// A decision without a plan: the evaluation is acknowledged.
    Settle { eval: EvalId, token: Token },
    /// A deployment was changed by the watcher.
    Deployment { id: DeploymentId },
    /// Something was collected; an operator may wait.
    Collected { ticket: Option<Ticket>, last: bool },
    /// The heartbeat of a node was missed, or the like.
    Node { node: NodeId },
}

/// What an operator's answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum About {
    Job {
        key: JobKey,
        eval: Option<EvalId>,
    },
    Node {
        node: NodeId,
        evals: Vec<EvalId>,
    },
    Deployment {
        id: DeploymentId,
        eval: Option<EvalId>,
        reverted: Option<JobVersion>,
    },
    Done,
}

/// A plan in an entry on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlanInFlight {
    pub(super) eval: EvalId,
    pub(super) token: Token,
    pub(super) full: bool,
    pub(super) progress: bool,
}

/// Proposals on their way.
#[derive(Default)]
pub(super) struct Proposals {
    waiting: BTreeMap<ProposalId, Waiting>,
    last: u64,
}

impl Proposals {
    /// Names a new proposal.
    pub(super) fn add(&mut self, waiting: Waiting) -> ProposalId {
        self.last = self.last.saturating_add(1);
        let id = ProposalId(self.last);
        self.waiting.insert(id, waiting);
        id
    }

    pub(super) fn take(&mut self, id: ProposalId) -> Option<Waiting> {
        self.waiting.remove(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}
