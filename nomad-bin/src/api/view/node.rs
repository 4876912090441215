//! Nodes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::nullable;
use crate::api::Moment;

/// A row of `/v1/nodes`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NodeStub {
    #[serde(rename = "ID")]
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) datacenter: String,
    pub(crate) node_pool: String,
    pub(crate) node_class: String,
    pub(crate) version: String,
    pub(crate) drain: bool,
    pub(crate) scheduling_eligibility: String,
    pub(crate) status: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) attributes: BTreeMap<String, String>,
}

/// A whole node, as far as it is shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Node {
    #[serde(rename = "ID")]
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) node_pool: String,
    pub(crate) node_class: String,
    pub(crate) datacenter: String,
    pub(crate) drain: bool,
    pub(crate) drain_strategy: Option<DrainStrategy>,
    pub(crate) scheduling_eligibility: String,
    pub(crate) status: String,
    #[serde(rename = "CSIControllerPlugins", deserialize_with = "nullable")]
    pub(crate) csi_controllers: BTreeMap<String, Value>,
    #[serde(rename = "CSINodePlugins", deserialize_with = "nullable")]
    pub(crate) csi_nodes: BTreeMap<String, Value>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) host_volumes: BTreeMap<String, HostVolume>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) host_networks: BTreeMap<String, HostNetwork>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) drivers: BTreeMap<String, Driver>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) attributes: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) meta: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) events: Vec<NodeEvent>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) node_resources: NodeResources,
    #[serde(deserialize_with = "nullable")]
    pub(crate) reserved_resources: NodeResources,
}

/// How a node is drained.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct DrainStrategy {
    pub(crate) force_deadline: Moment,
    pub(crate) ignore_system_jobs: bool,
}

/// A directory of the host that jobs may mount.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostVolume {
    pub(crate) read_only: bool,
    pub(crate) path: String,
}

/// A named network of the host.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostNetwork {
    #[serde(rename = "CIDR")]
    pub(crate) cidr: String,
    pub(crate) interface: String,
}

/// A task driver.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Driver {
    pub(crate) detected: bool,
    pub(crate) healthy: bool,
    pub(crate) health_description: String,
    pub(crate) update_time: Moment,
}

/// Something that happened to a node.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NodeEvent {
    pub(crate) message: String,
    pub(crate) subsystem: String,
    #[serde(deserialize_with = "nullable")]
    pub(crate) details: BTreeMap<String, String>,
    pub(crate) timestamp: Moment,
}

/// What a node has, or keeps for itself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NodeResources {
    pub(crate) cpu: NodeCpu,
    pub(crate) memory: NodeMemory,
    pub(crate) disk: NodeDisk,
}

/// Processor in MHz.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NodeCpu {
    pub(crate) cpu_shares: i64,
}

/// Memory in MiB.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NodeMemory {
    #[serde(rename = "MemoryMB")]
    pub(crate) memory_mb: i64,
}

/// Disk in MiB.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NodeDisk {
    #[serde(rename = "DiskMB")]
    pub(crate) disk_mb: i64,
}
