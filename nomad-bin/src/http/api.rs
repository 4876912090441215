//! What handlers work with: the server, the client, facts about the agent.

use std::sync::Arc;

use nomad_client::shell::ClientHandle;
use nomad_core::units::Timestamp;

use super::error::HttpError;
use crate::server::ServerHandle;

/// Facts about the agent that routes show.
#[derive(Debug, Clone, Default)]
pub struct AgentFacts {
    /// The agent's name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its datacenter.
    pub datacenter: String,
    /// Its configuration as `/v1/agent/self` shows it.
    pub config: serde_json::Value,
    /// Address of its HTTP API, `host:port`.
    pub http_addr: String,
    /// Address of its RPC, `host:port`.
    pub rpc_addr: String,
    /// Address of its gossip, `host:port`.
    pub serf_addr: String,
}

/// What handlers work with.
#[derive(Clone)]
pub struct Api {
    /// The server in this process, if there is one.
    pub server: Option<ServerHandle>,
    /// The client in this process, if there is one.
    pub client: Option<Arc<ClientHandle>>,
    /// Facts about the agent.
    pub facts: Arc<AgentFacts>,
}

impl Api {
    /// The server in this process.
    ///
    /// # Errors
    ///
    /// 501 on an agent that only runs a client.
    pub fn server(&self) -> Result<&ServerHandle, HttpError> {
        self.server.as_ref().ok_or_else(|| HttpError {
            status: hyper::StatusCode::NOT_IMPLEMENTED,
            text: "this agent runs no server; ask one that does (NOMAD_ADDR)".to_owned(),
        })
    }

    /// The instant that writes made now carry.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp(since.map_or(0, |since| {
            i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
        }))
    }
}
