//! The `config` block of a task (spec/client 24.3).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::super::StartError;
use super::super::block::{Block, wrong};

/// Attributes and blocks that are understood.
const KNOWN: [&str; 52] = [
    "image",
    "command",
    "args",
    "entrypoint",
    "ports",
    "port_map",
    "volumes",
    "mount",
    "mounts",
    "network_mode",
    "network_aliases",
    "auth",
    "auth_soft_fail",
    "force_pull",
    "labels",
    "logging",
    "privileged",
    "cap_add",
    "cap_drop",
    "memory_hard_limit",
    "dns_servers",
    "dns_search_domains",
    "dns_options",
    "extra_hosts",
    "hostname",
    "init",
    "work_dir",
    "image_pull_timeout",
    "ulimit",
    "sysctl",
    "shm_size",
    "devices",
    "healthchecks",
    "pids_limit",
    "cpu_hard_limit",
    "cpu_cfs_period",
    "cpuset_cpus",
    "cgroupns",
    "ipc_mode",
    "pid_mode",
    "uts_mode",
    "userns_mode",
    "group_add",
    "interactive",
    "tty",
    "oom_score_adj",
    "readonly_rootfs",
    "runtime",
    "security_opt",
    "storage_opt",
    "mac_address",
    "volume_driver",
];

/// A mount that the job file spells out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct MountConfig {
    pub(super) kind: String,
    pub(super) target: String,
    pub(super) source: String,
    pub(super) read_only: bool,
    pub(super) propagation: String,
    pub(super) tmpfs_size: Option<i64>,
    pub(super) tmpfs_mode: Option<i64>,
    pub(super) no_copy: bool,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) driver: String,
    pub(super) driver_options: BTreeMap<String, String>,
}

/// A device of the host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct DeviceConfig {
    pub(super) host_path: String,
    pub(super) container_path: String,
    pub(super) permissions: String,
}

/// Who the registry is told to trust. No `Debug`: it holds a password.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct AuthConfig {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) email: String,
    pub(super) server: String,
}

/// What a task asks of the engine.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The image as the job file writes it, without `https://`.
    pub image: String,
    pub(super) command: String,
    pub(super) args: Vec<String>,
    pub(super) entrypoint: Vec<String>,
    pub(super) ports: Vec<String>,
    pub(super) port_map: BTreeMap<String, String>,
    pub(super) volumes: Vec<String>,
    pub(super) volume_driver: String,
    pub(super) mounts: Vec<MountConfig>,
    pub(super) devices: Vec<DeviceConfig>,
    pub(super) network_mode: String,
    pub(super) network_aliases: Vec<String>,
    pub(super) mac_address: String,
    pub(super) auth: Option<AuthConfig>,
    pub(super) auth_soft_fail: bool,
    pub(super) force_pull: bool,
    pub(super) pull_timeout: Option<Duration>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) log_type: Option<String>,
    pub(super) log_config: BTreeMap<String, String>,
    pub(super) privileged: bool,
    pub(super) cap_add: Vec<String>,
    pub(super) cap_drop: Vec<String>,
    pub(super) memory_hard_limit: i64,
    pub(super) dns_servers: Vec<String>,
    pub(super) dns_search_domains: Vec<String>,
    pub(super) dns_options: Vec<String>,
    pub(super) extra_hosts: Vec<String>,
    pub(super) hostname: String,
    pub(super) init: bool,
    pub(super) work_dir: String,
    pub(super) ulimit: BTreeMap<String, String>,
    pub(super) sysctl: BTreeMap<String, String>,
    pub(super) shm_size: i64,
    pub(super) no_healthcheck: bool,
    pub(super) pids_limit: i64,
    pub(super) cpu_hard_limit: bool,
    pub(super) cpu_cfs_period: i64,
    pub(super) modes: BTreeMap<&'static str, String>,
    pub(super) cgroupns: String,
    pub(super) group_add: Vec<String>,
    pub(super) interactive: bool,
    pub(super) tty: bool,
    pub(super) oom_score_adj: i64,
    pub(super) readonly_rootfs: bool,
    pub(super) runtime: String,
    pub(super) security_opt: Vec<String>,
    pub(super) storage_opt: BTreeMap<String, String>,
}

/// Modes that share a namespace with the host: privileged agents only.
pub(super) const SHARED_MODES: [&str; 4] = ["pid_mode", "ipc_mode", "uts_mode", "userns_mode"];

impl Config {
    /// Reads the block.
    ///
    /// # Errors
    /// [`StartError::Config`] with the attribute and what is wrong with it.
    pub fn read(config: &Map<String, Value>) -> Result<Self, StartError> {
        let block = Block(config);
        block.check(&KNOWN)?;
        let mut read = Self::default();
        read.read_process(block)?;
        read.read_image(block)?;
        read.read_network(block)?;
        read.read_files(block)?;
        read.read_limits(block)?;
        read.read_privileges(block)?;
        Ok(read)
    }

    fn read_process(&mut self, block: Block<'_>) -> Result<(), StartError> {
        self.command = block.word("command")?;
        if self.command.trim() != self.command {
            let problem = "the command must not begin or end with blanks";
            return Err(wrong("command", problem));
        }
        self.args = block.texts("args")?;
        self.entrypoint = match block.0.get("entrypoint") {
            Some(Value::String(one)) => vec![one.clone()],
            _ => block.texts("entrypoint")?,
        };
        self.work_dir = block.word("work_dir")?;
        self.init = block.flag("init")?;
        self.interactive = block.flag("interactive")?;
        self.tty = block.flag("tty")?;
        self.labels = block.table("labels")?;
        if let Some(logging) = block.block("logging")? {
            let kind = logging.text("type")?;
            self.log_type = kind.or(logging.text("driver")?);
            self.log_config = logging.table("config")?;
        }
        if let Some(checks) = block.block("healthchecks")? {
            self.no_healthcheck = checks.flag("disable")?;
        }
        Ok(())
    }

    fn read_image(&mut self, block: Block<'_>) -> Result<(), StartError> {
        let image = block.word("image")?;
        if image.is_empty() {
            let problem = "Missing required argument: The argument \"image\" is required, but no \
                           definition was found.";
            return Err(wrong("image", problem));
        }
        self.image = image.trim_start_matches("https://").to_owned();
        self.force_pull = block.flag("force_pull")?;
        self.auth_soft_fail = block.flag("auth_soft_fail")?;
        if let Some(auth) = block.block("auth")? {
            self.auth = Some(AuthConfig {
                username: auth.word("username")?,
                password: auth.word("password")?,
                email: auth.word("email")?,
                server: auth.word("server_address")?,
            });
        }
        self.pull_timeout = block.span("image_pull_timeout")?;
        Ok(())
    }

    fn read_network(&mut self, block: Block<'_>) -> Result<(), StartError> {
        self.ports = block.texts("ports")?;
        self.port_map = block.table("port_map")?;
        self.network_mode = block.word("network_mode")?;
        self.network_aliases = block.texts("network_aliases")?;
        self.mac_address = block.word("mac_address")?;
        self.hostname = block.word("hostname")?;
        self.extra_hosts = block.texts("extra_hosts")?;
        self.dns_servers = block.texts("dns_servers")?;
        self.dns_search_domains = block.texts("dns_search_domains")?;
        self.dns_options = block.texts("dns_options")?;
        Ok(())
    }

    fn read_files(&mut self, block: Block<'_>) -> Result<(), StartError> {
        self.volumes = block.texts("volumes")?;
        self.volume_driver = block.word("volume_driver")?;
        self.readonly_rootfs = block.flag("readonly_rootfs")?;
        self.storage_opt = block.table("storage_opt")?;
        for name in ["mount", "mounts"] {
            for mount in block.blocks(name)? {
                self.mounts.push(read_mount(mount)?);
            }
        }
        for device in block.blocks("devices")? {
            let host_path = device.word("host_path")?;
            let or = |text: String, other: &str| match text.is_empty() {
                true => other.to_owned(),
                false => text,
            };
            self.devices.push(DeviceConfig {
                container_path: or(device.word("container_path")?, &host_path),
                permissions: or(device.word("cgroup_permissions")?, "rwm"),
                host_path,
            });
        }
        Ok(())
    }

    fn read_limits(&mut self, block: Block<'_>) -> Result<(), StartError> {
        self.memory_hard_limit = block.number("memory_hard_limit")?.unwrap_or(0);
        self.ulimit = block.table("ulimit")?;
        self.sysctl = block.table("sysctl")?;
        self.shm_size = block.number("shm_size")?.unwrap_or(0);
        self.pids_limit = block.number("pids_limit")?.unwrap_or(0);
        self.cpu_hard_limit = block.flag("cpu_hard_limit")?;
        self.cpu_cfs_period = block.number("cpu_cfs_period")?.unwrap_or(0);
        self.oom_score_adj = block.number("oom_score_adj")?.unwrap_or(0);
        Ok(())
    }

    fn read_privileges(&mut self, block: Block<'_>) -> Result<(), StartError> {
        self.privileged = block.flag("privileged")?;
        self.cap_add = block.texts("cap_add")?;
        self.cap_drop = block.texts("cap_drop")?;
        self.group_add = block.texts("group_add")?;
        self.runtime = block.word("runtime")?;
        self.security_opt = block.texts("security_opt")?;
        self.cgroupns = block.word("cgroupns")?;
        for mode in SHARED_MODES {
            self.modes.insert(mode, block.word(mode)?);
        }
        Ok(())
    }
}

fn read_mount(mount: Block<'_>) -> Result<MountConfig, StartError> {
    let mut read = MountConfig {
        kind: mount.text("type")?.unwrap_or_else(|| "volume".to_owned()),
        target: mount.word("target")?,
        source: mount.word("source")?,
        read_only: mount.flag("readonly")?,
        ..MountConfig::default()
    };
    if let Some(bind) = mount.block("bind_options")? {
        read.propagation = bind.word("propagation")?;
    }
    if let Some(tmpfs) = mount.block("tmpfs_options")? {
        read.tmpfs_size = tmpfs.number("size")?;
        read.tmpfs_mode = tmpfs.number("mode")?;
    }
    if let Some(volume) = mount.block("volume_options")? {
        read.no_copy = volume.flag("no_copy")?;
        read.labels = volume.table("labels")?;
        if let Some(driver) = volume.block("driver_config")? {
            read.driver = driver.word("name")?;
            read.driver_options = driver.table("options")?;
        }
    }
    Ok(read)
}
