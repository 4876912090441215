//! The node agent's way to the servers: inside this process, or over RPC.

use std::time::Duration;

use async_trait::async_trait;
use nomad_client::agent::CallFailure;
use nomad_client::shell::ServerLink;
use nomad_core::wire::node::{NodeAnswer, NodeCall, NodeRequest};
use nomad_raft::rpc::{CallError, Client, NodeRole};

use crate::server::ServerHandle;

/// The server in this process.
pub(super) struct InProcess(pub(super) ServerHandle);

#[async_trait]
impl ServerLink for InProcess {
    async fn request(&self, request: NodeRequest) -> Result<NodeAnswer, CallFailure> {
        self.0.node(request).await.map_err(CallFailure::Refused)
    }

    fn learn(&self, _servers: Vec<String>) {}
}

/// Time that an answer may take beyond what the call allows.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Servers in other processes. Pulls wait on connections of their own, so that they hold up
/// nothing else.
pub(super) struct Remote {
    calls: Client<NodeRole>,
    pulls: Client<NodeRole>,
}

impl Remote {
    pub(super) fn new(servers: Vec<String>) -> Self {
        Self {
            calls: Client::new(servers.clone()),
            pulls: Client::new(servers),
        }
    }
}

#[async_trait]
impl ServerLink for Remote {
    async fn request(&self, request: NodeRequest) -> Result<NodeAnswer, CallFailure> {
        let (client, wait) = match &request.call {
            NodeCall::PullAllocs { wait, .. } => (&self.pulls, wait.to_std()),
            _ => (&self.calls, Duration::ZERO),
        };
        client
            .call(&request, wait + ANSWER_WITHIN)
            .await
            .map_err(|error| match error {
                CallError::Refused(refusal) => CallFailure::Refused(refusal),
                other => CallFailure::Unreachable(other.to_string()),
            })
    }

    fn learn(&self, servers: Vec<String>) {
        self.calls.replace_servers(servers.clone());
        self.pulls.replace_servers(servers);
    }
}
