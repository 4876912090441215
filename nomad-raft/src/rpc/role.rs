//! Who speaks to whom, in which types.

use nomad_core::wire::node::{NodeAnswer, NodeRequest, Refusal};
use nomad_core::wire::operator::{OperatorAnswer, OperatorRefusal, OperatorRequest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Blob;

/// One kind of speaker.
pub trait Role: Send + Sync + 'static {
    /// Path of its requests, `/rpc/...`.
    const PATH: &'static str;
    /// Largest request in bytes.
    const REQUEST_BYTES_MAX: usize;
    /// True if executing a request twice does no harm, so that it may be sent again after a
    /// connection broke.
    const REPEATABLE: bool;
    /// What it may say.
    type Request: Serialize + DeserializeOwned + Send + 'static;
    /// What it hears.
    type Answer: Serialize + DeserializeOwned + Send + 'static;
    /// What it hears when it may not.
    type Refusal: Serialize + DeserializeOwned + Send + std::error::Error + 'static;
}

/// A client agent to a server. Registering, heartbeats, pulls and updates may be repeated.
#[derive(Debug, Clone, Copy)]
pub struct NodeRole;

impl Role for NodeRole {
    const PATH: &'static str = "/rpc/node";
    const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;
    const REPEATABLE: bool = true;
    type Request = NodeRequest;
    type Answer = NodeAnswer;
    type Refusal = Refusal;
}

/// A server, for an operator who asked it, to the leader.
#[derive(Debug, Clone, Copy)]
pub struct OperatorRole;

impl Role for OperatorRole {
    const PATH: &'static str = "/rpc/operator";
    const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;
    const REPEATABLE: bool = false;
    type Request = OperatorRequest;
    type Answer = OperatorAnswer;
    type Refusal = OperatorRefusal;
}

/// A server to another of its group: consensus.
#[derive(Debug, Clone, Copy)]
pub struct ServerRole;

/// Messages of consensus, see [`crate::node::Outgoing`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PeerMessage {
    /// In order, each for [`crate::node::Node::step`].
    pub frames: Vec<Blob>,
}

impl Role for ServerRole {
    const PATH: &'static str = "/rpc/server";
    const REQUEST_BYTES_MAX: usize = 256 * 1024 * 1024;
    const REPEATABLE: bool = true;
    type Request = PeerMessage;
    type Answer = ();
    type Refusal = Refusal;
}
