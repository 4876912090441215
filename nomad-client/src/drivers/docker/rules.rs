//! The plugin's configuration (spec/client 24.2).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::super::StartError;
use super::super::block::Block;

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

/// Settings that are understood.
const KNOWN: [&str; 11] = [
    "endpoint",
    "volumes",
    "allow_privileged",
    "allow_caps",
    "allow_runtimes",
    "extra_labels",
    "logging",
    "gc",
    "pids_limit",
    "image_pull_timeout",
    "disable_log_collection",
];
/// Settings of the reference that change nothing here yet.
const LATER: [&str; 9] = [
    "auth",
    "tls",
    "infra_image",
    "infra_image_pull_timeout",
    "container_exists_attempts",
    "pull_activity_timeout",
    "oom_score_adj",
    "nvidia_runtime",
    "allowed_modes",
];

/// The plugin's configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// A setting that this agent does not have yet.
    #[error("configure docker: not supported yet: {field}")]
    NotYet {
        /// The setting.
        field: String,
    },
    /// A setting that does not exist, or has a wrong value.
    #[error("configure docker: {0}")]
    Wrong(String),
}

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

impl DockerRules {
    /// Reads the plugin's block; what it leaves out keeps its default.
    ///
    /// # Errors
    /// [`RulesError`] for settings that do not exist, are not there yet, or have a wrong value.
    pub fn read(config: &Map<String, Value>) -> Result<Self, RulesError> {
        if let Some(field) = config.keys().find(|key| LATER.contains(&key.as_str())) {
            return Err(RulesError::NotYet {
                field: field.clone(),
            });
        }
        Self::read_block(Block(config)).map_err(|error| RulesError::Wrong(error.to_string()))
    }

    fn read_block(block: Block<'_>) -> Result<Self, StartError> {
        block.check(&KNOWN)?;
        let mut rules = Self {
            endpoint: block.text("endpoint")?,
            allow_privileged: block.flag("allow_privileged")?,
            extra_labels: block.texts("extra_labels")?,
            pids_limit: block.number("pids_limit")?.unwrap_or(0),
            disable_log_collection: block.flag("disable_log_collection")?,
            ..Self::default()
        };
        if block.0.contains_key("allow_caps") {
            rules.allow_caps = block.texts("allow_caps")?;
        }
        if block.0.contains_key("allow_runtimes") {
            rules.allow_runtimes = block.texts("allow_runtimes")?;
        }
        if let Some(limit) = block.span("image_pull_timeout")? {
            rules.image_pull_timeout = limit;
        }
        if let Some(volumes) = block.block("volumes")? {
            rules.volumes = volumes.flag("enabled")?;
        }
        if let Some(logging) = block.block("logging")? {
            rules.log_type = logging.text("type")?.unwrap_or(rules.log_type);
            rules.log_config = logging.table("config")?;
        }
        if let Some(gc) = block.block("gc")? {
            rules.remove_containers = !gc.0.contains_key("container") || gc.flag("container")?;
        }
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(config: Value) -> Result<DockerRules, RulesError> {
        DockerRules::read(config.as_object().unwrap())
    }

    #[test]
    fn what_the_block_leaves_out_keeps_its_default() {
        let rules = read(json!({"volumes": [{"enabled": true}], "gc": {"container": false}}));
        let expected = DockerRules {
            volumes: true,
            remove_containers: false,
            ..DockerRules::default()
        };
        assert_eq!(rules, Ok(expected));
    }

    #[test]
    fn what_is_not_there_yet_and_what_never_was_are_told_apart() {
        let later = read(json!({"tls": {}})).unwrap_err().to_string();
        assert_eq!(later, "configure docker: not supported yet: tls");
        let never = read(json!({"nonsense": 1})).unwrap_err().to_string();
        assert!(never.contains("named \"nonsense\""), "{never}");
    }
}
