//! What happens to the server machine, and what it wants done.

use std::collections::BTreeSet;
use std::sync::Arc;

use nomad_core::command::Entry;
use nomad_core::id::EvalId;
use nomad_core::model::Evaluation;
use nomad_core::schedule::Decision;
use nomad_core::state::{Snapshot, State, Topic};
use nomad_core::units::{Index, Timestamp};
use nomad_core::wire::node::{NodeAnswer, NodeRequest, Refusal};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRefusal, OperatorRequest};

pub use crate::broker::Token;

/// Names a request; chosen by the shell, which finds the waiting caller by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Names a proposal; chosen by the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProposalId(pub u64);

/// What happens to the server.
#[non_exhaustive]
pub enum Input {
    /// A node asks.
    Node {
        /// The caller.
        ticket: Ticket,
        /// What it asks.
        request: Box<NodeRequest>,
    },
    /// An operator asks.
    Operator {
        /// The caller.
        ticket: Ticket,
        /// What it asks.
        request: Box<OperatorRequest>,
    },
    /// The caller does not wait any more.
    Gone {
        /// The caller.
        ticket: Ticket,
    },
    /// The log agreed on an entry; entries come in order, each once.
    Committed {
        /// Its index.
        index: Index,
        /// The entry.
        entry: Box<Entry>,
        /// The proposal it came from, if it was this server's.
        proposal: Option<ProposalId>,
    },
    /// A proposal did not make it into the log, or nobody knows whether it did.
    Lost {
        /// The proposal.
        proposal: ProposalId,
    },
    /// A worker decided.
    Decided {
        /// The evaluation.
        eval: EvalId,
        /// The delivery that was decided.
        token: Token,
        /// What it decided.
        decision: Result<Box<Decision>, DecideError>,
    },
    /// This server leads now, or does not lead any more. When it becomes leader, every earlier
    /// entry has been handed in.
    Leading(bool),
    /// Replaces the whole state by a snapshot from another server.
    Install(Box<State>),
    /// Time has passed.
    Wake,
}

/// What the server wants done, in order.
#[non_exhaustive]
pub enum Effect {
    /// Put this entry into the log.
    Propose {
        /// To be named when it is committed or lost.
        proposal: ProposalId,
        /// The entry.
        entry: Box<Entry>,
    },
    /// Answer a node.
    AnswerNode {
        /// The caller.
        ticket: Ticket,
        /// The answer.
        answer: Result<NodeAnswer, Refusal>,
    },
    /// Answer an operator.
    AnswerOperator {
        /// The caller.
        ticket: Ticket,
        /// The answer.
        answer: Result<OperatorAnswer, OperatorRefusal>,
    },
    /// Decide an evaluation (on a worker thread) and hand the result back as [`Input::Decided`].
    Decide(Box<DecisionTask>),
    /// The state changed: show this snapshot to readers, then wake those who wait on the topics.
    Publish {
        /// The state now.
        snapshot: Snapshot,
        /// What changed.
        touched: BTreeSet<Topic>,
    },
}

/// An evaluation to decide.
#[derive(Clone)]
pub struct DecisionTask {
    /// The evaluation.
    pub eval: Arc<Evaluation>,
    /// The delivery.
    pub token: Token,
    /// What to look at.
    pub snapshot: Snapshot,
    /// When.
    pub now: Timestamp,
    /// For drawn ids and ties.
    pub seed: u64,
    /// Attempts that lost against other plans without any progress.
    pub attempts: u32,
}

/// Why a worker has no decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError {
    /// The worker panicked; the evaluation is tried again.
    #[error("decide the evaluation: the scheduler stopped with {message:?}")]
    Panicked {
        /// What it said.
        message: String,
    },
}
