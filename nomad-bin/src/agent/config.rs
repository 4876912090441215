//! What an agent is told: the merged configuration, complete and checked.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nomad_client::drivers::raw_exec::IdRanges;
use nomad_core::id::{PoolName, RegionName};

/// Usual port of the HTTP API.
pub const PORT_HTTP: u16 = 4646;
/// Usual port of the agent RPC.
pub const PORT_RPC: u16 = 4647;
/// Usual port of gossip.
pub const PORT_SERF: u16 = 4648;

/// What an agent is told.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// Everything in temporary directories, nothing outlives the agent.
    pub dev: bool,
    /// Its name; the host's when empty.
    pub name: String,
    /// Its region.
    pub region: RegionName,
    /// Its datacenter.
    pub datacenter: String,
    /// Where it keeps what must outlive it.
    pub data_dir: Option<PathBuf>,
    /// Address to listen on.
    pub bind_addr: String,
    /// Ports.
    pub ports: Ports,
    /// Addresses that differ from `bind_addr`.
    pub addresses: Addresses,
    /// Addresses that others use, `host` or `host:port`; found out when empty.
    pub advertise: Addresses,
    /// How much to log.
    pub log_level: LogLevel,
    /// Log lines as JSON.
    pub log_json: bool,
    /// Stop the tasks on SIGINT.
    pub leave_on_interrupt: bool,
    /// Stop the tasks on SIGTERM.
    pub leave_on_terminate: bool,
    /// The server's part.
    pub server: ServerPart,
    /// The client's part.
    pub client: ClientPart,
    /// Settings of drivers.
    pub plugins: Plugins,
    /// Configuration files read, in order.
    pub files: Vec<PathBuf>,
    /// What the operator should know about the files: keys without effect.
    pub remarks: Vec<String>,
    /// Take the next free port when one is taken.
    pub next_free_ports: bool,
}

/// Ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// HTTP API.
    pub http: u16,
    /// Agent RPC.
    pub rpc: u16,
    /// Gossip.
    pub serf: u16,
}

/// Addresses that differ from `bind_addr`; empty ones do not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// HTTP API.
    pub http: String,
    /// Agent RPC.
    pub rpc: String,
    /// Gossip.
    pub serf: String,
}

/// How much to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// Errors.
    Error,
    /// Warnings too.
    Warn,
    /// What happens.
    Info,
    /// Details.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// Reads a level, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_uppercase().as_str() {
            "OFF" => Self::Off,
            "ERROR" | "ERR" => Self::Error,
            "WARN" => Self::Warn,
            "INFO" => Self::Info,
            "DEBUG" => Self::Debug,
            "TRACE" => Self::Trace,
            _ => return None,
        })
    }

    /// As the banner shows it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

/// The server's part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerPart {
    /// Run a server.
    pub enabled: bool,
    /// Servers that found the group; 1 is what there is.
    pub bootstrap_expect: u32,
    /// Its directory, when not below `data_dir`.
    pub data_dir: Option<PathBuf>,
    /// Scheduler threads; one per processor when not given.
    pub num_schedulers: Option<usize>,
    /// Ages at which things are collected.
    pub gc: nomad_sched::collector::GcThresholds,
}

/// The client's part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientPart {
    /// Run a client.
    pub enabled: bool,
    /// Servers, `host` or `host:port` of their RPC.
    pub servers: Vec<String>,
    /// A label.
    pub node_class: String,
    /// Its pool.
    pub node_pool: PoolName,
    /// What operators say about the node.
    pub meta: BTreeMap<String, String>,
    /// What tasks may not use.
    pub reserved: Reserved,
    /// Directory of allocations, when not below `data_dir`.
    pub alloc_dir: Option<PathBuf>,
    /// Directory of the client's state, when not below `data_dir`.
    pub state_dir: Option<PathBuf>,
    /// Interface of tasks.
    pub network_interface: Option<String>,
    /// MHz of the machine, when not to be found out.
    pub cpu_total_compute: Option<u64>,
    /// MiB of memory, when not to be found out.
    pub memory_total_mb: Option<u64>,
    /// Allocations kept before ended ones are collected.
    pub gc_max_allocs: Option<usize>,
    /// First and last dynamic port.
    pub dynamic_ports: Option<(u16, u16)>,
    /// Longest time a task may take to stop, in nanoseconds; the usual when not given.
    pub max_kill_timeout: Option<nomad_core::units::Span>,
}

/// What tasks may not use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reserved {
    /// MHz.
    pub cpu: u64,
    /// MiB of memory.
    pub memory: u64,
    /// MiB of disk.
    pub disk: u64,
    /// Such as `22,80-90`.
    pub reserved_ports: String,
}

/// Settings of drivers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plugins {
    /// `raw_exec` may be used.
    pub raw_exec: bool,
    /// Patterns of variables that `raw_exec` tasks do not get.
    pub raw_exec_denied_env: Vec<String>,
    /// Users that `raw_exec` tasks may not be.
    pub raw_exec_denied_uids: IdRanges,
    /// Groups that `raw_exec` tasks may not be in.
    pub raw_exec_denied_gids: IdRanges,
    /// The test driver may be used.
    pub mock: bool,
    /// Settings of `docker`, as in its plugin block.
    pub docker: serde_json::Map<String, serde_json::Value>,
}

impl Default for AgentConfig {
    /// The original's defaults (spec/api-cli 5.3): neither server nor client.
    fn default() -> Self {
        Self {
            dev: false,
            name: String::new(),
            region: RegionName::default(),
            datacenter: "dc1".to_owned(),
            data_dir: None,
            bind_addr: "0.0.0.0".to_owned(),
            ports: Ports {
                http: PORT_HTTP,
                rpc: PORT_RPC,
                serf: PORT_SERF,
            },
            addresses: Addresses::default(),
            advertise: Addresses::default(),
            log_level: LogLevel::Info,
            log_json: false,
            leave_on_interrupt: false,
            leave_on_terminate: false,
            server: ServerPart::default(),
            client: ClientPart::default(),
            plugins: Plugins::default(),
            files: Vec::new(),
            remarks: Vec::new(),
            next_free_ports: false,
        }
    }
}

impl AgentConfig {
    /// Server and client in one process, on loopback, in temporary directories.
    #[must_use]
    pub fn dev() -> Self {
        Self {
            dev: true,
            bind_addr: "127.0.0.1".to_owned(),
            log_level: LogLevel::Debug,
            server: ServerPart {
                enabled: true,
                bootstrap_expect: 1,
                ..ServerPart::default()
            },
            client: ClientPart {
                enabled: true,
                network_interface: Some("lo".to_owned()),
                ..ClientPart::default()
            },
            plugins: Plugins {
                raw_exec: true,
                mock: true,
                docker: [("volumes".to_owned(), serde_json::json!({"enabled": true}))]
                    .into_iter()
                    .collect(),
                ..Plugins::default()
            },
            ..Self::default()
        }
    }

    /// Checks what must hold before anything is started.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn check(&self) -> Result<(), ConfigError> {
        if !self.server.enabled && !self.client.enabled {
            return Err(ConfigError::NothingEnabled);
        }
        if self.data_dir.is_none() && !self.dev {
            let lacks_client_dirs =
                self.client.alloc_dir.is_none() || self.client.state_dir.is_none();
            if self.server.enabled && self.server.data_dir.is_none() {
                return Err(ConfigError::NoDataDir);
            }
            if self.client.enabled && lacks_client_dirs {
                return Err(ConfigError::NoClientDirs);
            }
        }
        if let Some(dir) = self.data_dir.as_ref().filter(|dir| !dir.is_absolute()) {
            return Err(ConfigError::RelativeDataDir(dir.clone()));
        }
        if self.server.enabled && self.server.bootstrap_expect > 1 {
            return Err(ConfigError::BootstrapExpect(self.server.bootstrap_expect));
        }
        if self.datacenter.contains(['\0', '*']) {
            return Err(ConfigError::Datacenter(self.datacenter.clone()));
        }
        if let Some((first, last)) = self.client.dynamic_ports.filter(|(a, b)| a > b) {
            return Err(ConfigError::DynamicPorts(first, last));
        }
        if self.client.node_pool == "all" {
            return Err(ConfigError::PoolAll);
        }
        Ok(())
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Neither server nor client.
    #[error("Must specify either server, client or dev mode for the agent.")]
    NothingEnabled,
    /// A server needs a directory.
    #[error("Must specify \"data_dir\" config option or \"data-dir\" CLI flag")]
    NoDataDir,
    /// A client needs directories.
    #[error("Must specify the state_dir and alloc_dir of the client if data_dir is omitted.")]
    NoClientDirs,
    /// Directories are absolute.
    #[error("data_dir must be given as an absolute path: got {0:?}")]
    RelativeDataDir(PathBuf),
    /// More servers than there can be yet.
    #[error(
        "bootstrap_expect = {0} is not supported yet: one server per region; set bootstrap_expect = 1"
    )]
    BootstrapExpect(u32),
    /// A datacenter's name.
    #[error("Datacenter contains invalid characters (null or '*'): {0:?}")]
    Datacenter(String),
    /// The last dynamic port comes before the first.
    #[error("Invalid dynamic port range: min_dynamic_port={0} and max_dynamic_port={1}")]
    DynamicPorts(u16, u16),
    /// A node is in one pool.
    #[error("node_pool \"all\" selects nodes of every pool; a node cannot be in it")]
    PoolAll,
}
