//! What a node agent is told when it starts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nomad_core::id::RegionName;
use nomad_core::model::Node;

use crate::agent::{AgentConfig, Shutdown};

/// What a node agent is told when it starts.
#[derive(Clone)]
pub struct ClientConfig {
    /// The node as configuration and fingerprints make it. Its id, status and drivers are filled in
    /// by the agent.
    pub node: Node,
    /// The agent's region.
    pub region: RegionName,
    /// Where identity and local state lie; `None`: nothing outlives the agent (development).
    pub state_dir: Option<PathBuf>,
    /// `ALLOCS`, the directories of allocations.
    pub alloc_dir: PathBuf,
    /// Where drivers keep notes about tasks; made with mode 0700.
    pub driver_dir: PathBuf,
    /// The agent's own variables that tasks on the host get, already without denied ones.
    pub host_env: BTreeMap<String, String>,
    /// Settings of the machine.
    pub agent: AgentConfig,
    /// What happens to tasks when the agent ends without being told.
    pub at_end: Shutdown,
}
