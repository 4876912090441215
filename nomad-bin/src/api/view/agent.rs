//! `/v1/agent/self` and `/v1/agent/members`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::nullable;

/// What an agent says about itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Agent {
    config: Value,
    stats: BTreeMap<String, Value>,
}

impl Agent {
    /// `ui { show_cli_hints }`; on unless it says no.
    pub(crate) fn shows_hints(&self) -> bool {
        self.config
            .pointer("/UI/ShowCLIHints")
            .and_then(Value::as_bool)
            .unwrap_or(true)
    }

    /// The node that this agent is, if it runs a client.
    pub(crate) fn node_id(&self) -> Option<&str> {
        self.stats
            .get("client")?
            .get("node_id")?
            .as_str()
            .filter(|id| !id.is_empty())
    }
}

/// One server.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) addr: String,
    pub(crate) port: u16,
    pub(crate) status: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) protocol_cur: u64,
}

impl Member {
    /// A gossip tag, or nothing.
    pub(crate) fn tag(&self, name: &str) -> &str {
        self.tags.get(name).map_or("", String::as_str)
    }
}

/// The list of servers.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Members {
    #[serde(deserialize_with = "nullable")]
    pub(crate) members: Vec<Member>,
}
