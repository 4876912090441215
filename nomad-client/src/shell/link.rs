//! The way to the servers.

use async_trait::async_trait;
use nomad_core::wire::node::{NodeAnswer, NodeRequest};

use crate::agent::CallFailure;

/// The way to the servers: over the agent RPC, or inside one process.
///
/// # Contract
///
/// `request` asks one server (whichever it thinks best) and answers within the time that the call
/// allows, plus a few seconds; it does not retry. Several calls may be under way at once; a waiting
/// `PullAllocs` must not hold up the others.
///
/// # Misuse
///
/// Blocking the thread stops every task runner of the node.
#[async_trait]
pub trait ServerLink: Send + Sync + 'static {
    /// Asks a server.
    ///
    /// # Errors
    /// [`CallFailure::Unreachable`] when none answered, [`CallFailure::Refused`] when one will not.
    async fn request(&self, request: NodeRequest) -> Result<NodeAnswer, CallFailure>;

    /// Takes note of the servers that there are, `host:port`, the leader first.
    fn learn(&self, servers: Vec<String>);
}
