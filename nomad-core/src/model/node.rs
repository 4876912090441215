//! A node: a machine with a client agent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::device::NodeDevice;
use super::list::List;
use super::network::NetworkResource;
use crate::id::{NodeId, PoolName};
use crate::units::{Index, Timestamp};

/// Events kept per node; the oldest goes first.
pub const NODE_EVENTS_MAX: usize = 10;
/// First port of the dynamic range unless configured.
pub const DYNAMIC_PORT_MIN: i64 = 20_000;
/// Last port of the dynamic range unless configured.
pub const DYNAMIC_PORT_MAX: i64 = 32_000;

words! {
    /// Where a node is (spec/scheduler 15.1).
    NodeStatus, "node status" {
        #[default]
        Initializing = "initializing",
        Ready = "ready",
        Down = "down",
        Disconnected = "disconnected",
    }
}

words! {
    /// May new allocations go there?
    NodeEligibility, "scheduling eligibility" {
        #[default]
        Eligible = "eligible",
        Ineligible = "ineligible",
    }
}

/// A machine with a client agent (spec/scheduler 2.8). Its secret is kept apart, see
/// [`crate::secret`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Node {
    /// Its id.
    #[serde(rename = "ID")]
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// Datacenter.
    pub datacenter: String,
    /// Address of its agent's HTTP API, `host:port`.
    #[serde(rename = "HTTPAddr")]
    pub http_addr: String,
    /// Its pool.
    pub node_pool: PoolName,
    /// A label that operators give.
    pub node_class: String,
    /// Nodes of equal class are equal to constraints that do not look at unique attributes.
    pub computed_class: String,
    /// Parent of the cgroups it makes.
    pub cgroup_parent: String,
    /// Facts found by fingerprints.
    pub attributes: BTreeMap<String, String>,
    /// What operators say about it.
    pub meta: BTreeMap<String, String>,
    /// Addresses in other systems.
    pub links: BTreeMap<String, String>,
    /// Task drivers.
    pub drivers: BTreeMap<String, DriverInfo>,
    /// Volumes of the host.
    pub host_volumes: BTreeMap<String, HostVolume>,
    /// What it has.
    pub node_resources: NodeResources,
    /// What placement may not use.
    pub reserved_resources: ReservedResources,
    /// Highest number of allocations; 0 = no limit.
    pub node_max_allocs: i64,
    /// Where it is.
    pub status: NodeStatus,
    /// Why.
    pub status_description: String,
    /// Unix seconds of the last change of status.
    pub status_updated_at: i64,
    /// May new allocations go there?
    pub scheduling_eligibility: NodeEligibility,
    /// It is draining.
    pub drain: bool,
    /// How it drains; carried along.
    pub drain_strategy: Option<Value>,
    /// The last drain; carried along.
    pub last_drain: Option<Value>,
    /// What happened to it, oldest first.
    pub events: List<NodeEvent>,
    /// Index of the last missed heartbeat.
    pub last_missed_heartbeat_index: Index,
    /// Index of the last update of its allocations.
    pub last_alloc_update_index: Index,
    /// Index of the write that made it.
    pub create_index: Index,
    /// Index of the last write.
    pub modify_index: Index,
}

impl Node {
    /// New allocations may go there (spec/scheduler 2.8).
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status == NodeStatus::Ready
            && !self.drain
            && self.scheduling_eligibility == NodeEligibility::Eligible
    }
}

/// What a node says about a task driver.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DriverInfo {
    /// Facts about the driver.
    pub attributes: BTreeMap<String, String>,
    /// It is there.
    pub detected: bool,
    /// It works.
    pub healthy: bool,
    /// In a sentence.
    pub health_description: String,
    /// When this was last looked at.
    pub update_time: Timestamp,
}

/// A directory that operators offer as a volume.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct HostVolume {
    /// Its name.
    pub name: String,
    /// The directory.
    pub path: String,
    /// Nobody may write to it.
    pub read_only: bool,
}

/// What a node has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NodeResources {
    /// Processor.
    pub cpu: NodeCpu,
    /// Memory.
    pub memory: NodeMemory,
    /// Disk.
    pub disk: NodeDisk,
    /// Networks, the old form.
    pub networks: List<NetworkResource>,
    /// Networks with their addresses.
    pub node_networks: List<NodeNetwork>,
    /// Devices.
    pub devices: List<NodeDevice>,
    /// First port of the dynamic range.
    pub min_dynamic_port: i64,
    /// Last port of the dynamic range.
    pub max_dynamic_port: i64,
}

/// Processor of a node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NodeCpu {
    /// MHz of all cores together.
    pub cpu_shares: i64,
    /// Number of cores.
    pub total_cpu_cores: u16,
    /// Cores that tasks may reserve.
    pub reservable_cpu_cores: List<u16>,
}

/// Memory of a node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeMemory {
    /// MiB.
    #[serde(rename = "MemoryMB")]
    pub memory_mb: i64,
}

/// Disk of a node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeDisk {
    /// MiB.
    #[serde(rename = "DiskMB")]
    pub disk_mb: i64,
}

/// A network of a node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NodeNetwork {
    /// `host`, `bridge` or `cni/NAME`.
    pub mode: String,
    /// Device.
    pub device: String,
    /// Hardware address.
    pub mac_address: String,
    /// Megabits per second.
    pub speed: i64,
    /// Addresses.
    pub addresses: List<NodeAddress>,
}

/// An address of a node's network.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NodeAddress {
    /// `ipv4` or `ipv6`.
    pub family: String,
    /// Name of the host network, `default` unless configured.
    pub alias: String,
    /// The address.
    pub address: String,
    /// Ports that placement may not use, such as `22,80-90`.
    pub reserved_ports: String,
    /// Gateway.
    pub gateway: String,
}

/// What placement may not use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReservedResources {
    /// Processor.
    pub cpu: ReservedCpu,
    /// Memory.
    pub memory: NodeMemory,
    /// Disk.
    pub disk: NodeDisk,
    /// Ports.
    pub networks: ReservedNetworks,
}

/// Processor that placement may not use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReservedCpu {
    /// MHz.
    pub cpu_shares: i64,
    /// Cores.
    pub reserved_cpu_cores: List<u16>,
}

/// Ports that placement may not use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReservedNetworks {
    /// Such as `22,80-90`.
    pub reserved_host_ports: String,
}

/// Something that happened to a node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NodeEvent {
    /// A sentence.
    pub message: String,
    /// `Cluster`, `Drain`, `Driver: NAME`, ...
    pub subsystem: String,
    /// Facts.
    pub details: super::list::Table<String>,
    /// When.
    pub timestamp: Timestamp,
    /// Index of the write that recorded it.
    pub create_index: Index,
}
