//! What operators say about the machine.

use std::path::PathBuf;

/// A named network of the host, from the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostNetwork {
    /// Its name: the alias of its addresses.
    pub name: String,
    /// Address blocks such as `127.0.0.0/8`; empty is any.
    pub cidrs: Vec<String>,
    /// Interface; empty is any.
    pub interface: String,
    /// Ports that placement may not use there.
    pub reserved_ports: String,
}

/// The parts of the configuration that fingerprints look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Version of this program, such as `0.1.0`.
    pub version: String,
    /// Its commit, when known.
    pub revision: String,
    /// Address of the HTTP API that is told to others.
    pub advertise_http: String,
    /// Whether Nomad's own service discovery works here.
    pub service_discovery: bool,
    /// Parent of the control groups; told in the node.
    pub cgroup_parent: String,
    /// Directory of the allocations: its file system is the node's disk.
    pub alloc_dir: PathBuf,
    /// MHz of the whole machine when they are not to be found out.
    pub cpu_total_compute: Option<u64>,
    /// Cores that tasks may reserve, when not all.
    pub reservable_cores: Option<Vec<u16>>,
    /// Cores that are kept from tasks.
    pub reserved_cores: Vec<u16>,
    /// MHz that are kept from tasks.
    pub reserved_cpu_mhz: u64,
    /// MiB of memory when they are not to be found out.
    pub memory_total_mib: Option<u64>,
    /// MiB of disk when they are not to be found out.
    pub disk_total_mib: Option<u64>,
    /// The interface of tasks when it is not the one with the default route.
    pub network_interface: Option<String>,
    /// Megabits per second when they are not to be found out.
    pub network_speed: Option<u64>,
    /// Named networks.
    pub host_networks: Vec<HostNetwork>,
    /// First and last dynamic port; the usual range when not given.
    pub dynamic_ports: Option<(u16, u16)>,
}
