//! What a node says to a server, and what it hears back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::AllocUpdate;
use crate::id::{AllocId, NodeId};
use crate::model::{Allocation, Job, Node, NodeStatus};
use crate::secret::Secret;
use crate::units::{Index, Span};

/// Updates that one [`NodeCall::UpdateAllocs`] may carry.
pub const ALLOC_UPDATES_MAX: usize = 4096;

/// A request of a node, with the proof that it is that node.
#[derive(Clone, Serialize, Deserialize)]
pub struct NodeRequest {
    /// The node.
    pub node_id: NodeId,
    /// Its secret.
    #[serde(with = "crate::secret::on_wire")]
    pub secret: Secret<String>,
    /// What it asks.
    pub call: NodeCall,
}

/// What a node may ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NodeCall {
    /// Take me in, or take my changed facts. Answered by [`NodeAnswer::Lease`].
    Register {
        /// The node as it sees itself; status and indexes are the server's.
        node: Box<Node>,
    },
    /// I am alive. Answered by [`NodeAnswer::Lease`].
    Heartbeat {
        /// My status: `ready` once set up.
        status: NodeStatus,
    },
    /// What should run here? Answered by [`NodeAnswer::Assigned`] when something changed after
    /// `seen`, or when `wait` is over.
    PullAllocs {
        /// Index of the last answer; 0 for the first time.
        seen: Index,
        /// How long to wait for a change.
        wait: Span,
    },
    /// This is how my allocations are. Answered by [`NodeAnswer::Done`].
    UpdateAllocs {
        /// At most [`ALLOC_UPDATES_MAX`].
        updates: Vec<AllocUpdate>,
    },
}

/// What a node hears back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NodeAnswer {
    /// The node counts as alive for `ttl`.
    Lease {
        /// Time until the next heartbeat is due.
        ttl: Span,
        /// Servers to talk to, `host:port` of their RPC address; the leader first.
        servers: Vec<String>,
        /// Index of the state that answered.
        index: Index,
        /// The server does not know the node's secret any more: register again.
        register_again: bool,
    },
    /// All that should run, and the bodies of what changed.
    Assigned {
        /// Index to wait on next.
        index: Index,
        /// Every allocation of the node that is not gone, with its `AllocModifyIndex`.
        all: Vec<(AllocId, Index)>,
        /// Bodies of those changed after `seen`.
        changed: Vec<Assignment>,
    },
    /// Written.
    Done {
        /// Index of the write.
        index: Index,
    },
}

/// An allocation with the job it runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assignment {
    /// The allocation.
    pub alloc: Arc<Allocation>,
    /// The version of the job that it runs.
    pub job: Arc<Job>,
}

/// Why a server does not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Refusal {
    /// The node's secret is wrong.
    #[error("authenticate node {node_id}: its secret does not match")]
    WrongSecret {
        /// The node.
        node_id: NodeId,
    },
    /// The node must register first.
    #[error("find node {node_id}: it is not registered")]
    UnknownNode {
        /// The node.
        node_id: NodeId,
    },
    /// The server has given the node up for a time: a heartbeat must bring it back first.
    #[error("take reports of node {node_id}: it counts as {status}; send a heartbeat first")]
    NotReady {
        /// The node.
        node_id: NodeId,
        /// What it counts as.
        status: NodeStatus,
    },
    /// There is no leader, or it is not this server.
    #[error("write: this server is not the leader{}", .leader.as_ref().map(|at| format!("; ask {at}")).unwrap_or_default())]
    NotLeader {
        /// Where the leader is, if known.
        leader: Option<String>,
    },
    /// A limit was exceeded.
    #[error("take {what}: {given} are more than {limit}")]
    TooMany {
        /// Of what.
        what: String,
        /// How many.
        given: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// The server is stopping or its log failed.
    #[error("write: {reason}")]
    Stopped {
        /// Why.
        reason: String,
    },
}
