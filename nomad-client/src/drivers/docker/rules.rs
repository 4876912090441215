//! The plugin's configuration (spec/client 24.2).

use std::collections::BTreeMap;
use std::time::Duration;

/// Capabilities that tasks may have unless configured (spec/client 21).
pub(super) const ALLOWED_CAPS: [&str; 13] = [
    "audit_write",
    "chown",
    "dac_override",
    "fowner",
    "fsetid",
    "kill",
    "mknod",
    "net_bind_service",
    "setfcap",
    "setgid",
    "setpcap",
    "setuid",
    "sys_chroot",
];

/// What the agent allows and prefers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockerRules {
    /// Engine, such as `unix:///var/run/docker.sock`; `None`: as `DOCKER_HOST` says, or the default.
    pub endpoint: Option<String>,
    /// Tasks may mount directories of the host.
    pub volumes: bool,
    /// Tasks may be privileged.
    pub allow_privileged: bool,
    /// Capabilities that tasks may have; `all` for every one.
    pub allow_caps: Vec<String>,
    /// Runtimes that tasks may choose.
    pub allow_runtimes: Vec<String>,
    /// Further labels, as globs over their short names.
    pub extra_labels: Vec<String>,
    /// The engine's log driver.
    pub log_type: String,
    /// Its options.
    pub log_config: BTreeMap<String, String>,
    /// Most processes of a task; 0 = no limit.
    pub pids_limit: i64,
    /// How long an image may take to arrive.
    pub image_pull_timeout: Duration,
    /// The engine's output is not copied into the tasks' log files.
    pub disable_log_collection: bool,
    /// Containers are removed when their task is.
    pub remove_containers: bool,
    /// Cores for tasks without cores of their own, such as `0-3`; empty leaves it to the engine.
    pub shared_cores: String,
    /// Sum of all cores' MHz, for hard CPU limits; 0 when unknown.
    pub total_mhz: u64,
    /// Number of cores, for hard CPU limits.
    pub cores: u64,
}

impl Default for DockerRules {
    fn default() -> Self {
        let log = [("max-file", "2"), ("max-size", "2m")];
        Self {
            endpoint: None,
            volumes: false,
            allow_privileged: false,
            allow_caps: ALLOWED_CAPS.map(str::to_owned).to_vec(),
            allow_runtimes: vec!["runc".to_owned(), "nvidia".to_owned()],
            extra_labels: Vec::new(),
            log_type: "json-file".to_owned(),
            log_config: log
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            pids_limit: 0,
            image_pull_timeout: Duration::from_secs(5 * 60),
            disable_log_collection: false,
            remove_containers: true,
            shared_cores: String::new(),
            total_mhz: 0,
            cores: 0,
        }
    }
}
