//! Building the node agent of this process: node, drivers, directories.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nomad_client::agent::{AgentConfig as MachineConfig, Shutdown};
use nomad_client::cgroups::{Hierarchy, Tree};
use nomad_client::drivers::docker::{Docker, DockerRules, RulesError};
use nomad_client::drivers::mock::Mock;
use nomad_client::drivers::raw_exec::{RawExec, RawExecRules};
use nomad_client::executor::SupervisorProgram;
use nomad_client::fingerprint::{Machine, Settings, SurveyError, survey};
use nomad_client::shell::{Client, ClientConfig, ClientError, ClientHandle, Drivers, ServerLink};
use nomad_core::model::Node;

use super::config::AgentConfig;

/// Parent of the control groups of tasks.
const CGROUP_PARENT: &str = "nomad.slice";

/// Why the client cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientStartError {
    /// The machine cannot be fingerprinted.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The settings of `docker` cannot be used.
    #[error(transparent)]
    Docker(#[from] RulesError),
    /// A directory or the stored state cannot be used.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Starts the client of an agent.
pub(super) async fn start(
    config: &AgentConfig,
    name: &str,
    base: &Path,
    http_addr: &str,
    link: Arc<dyn ServerLink>,
) -> Result<ClientHandle, ClientStartError> {
    let dirs = Dirs::of(config, base);
    let _ = std::fs::create_dir_all(&dirs.alloc);
    let settings = settings(config, &dirs.alloc, http_addr);
    let mut node = node(config, name, http_addr);
    survey(&Machine::this(), &settings)?.apply(&mut node);
    let drivers = drivers(config, &node)?;
    let machine = MachineConfig {
        gc_max_allocs: config.client.gc_max_allocs.unwrap_or(50),
        max_kill_timeout: config
            .client
            .max_kill_timeout
            .unwrap_or(MachineConfig::default().max_kill_timeout),
        ..MachineConfig::default()
    };
    let at_end = if config.dev {
        Shutdown::RemoveAll
    } else {
        Shutdown::KeepTasks
    };
    let client = ClientConfig {
        node,
        region: config.region.clone(),
        state_dir: dirs.state,
        alloc_dir: dirs.alloc,
        driver_dir: dirs.drivers,
        host_env: host_env(),
        agent: machine,
        at_end,
    };
    Ok(Client::start(client, link, drivers).await?)
}

struct Dirs {
    state: Option<PathBuf>,
    alloc: PathBuf,
    drivers: PathBuf,
}

impl Dirs {
    fn of(config: &AgentConfig, base: &Path) -> Self {
        let state = config
            .client
            .state_dir
            .clone()
            .unwrap_or_else(|| base.join("client"));
        Self {
            alloc: config
                .client
                .alloc_dir
                .clone()
                .unwrap_or_else(|| base.join("alloc")),
            drivers: state.join("drivers"),
            state: (!config.dev).then_some(state),
        }
    }
}

fn settings(config: &AgentConfig, alloc_dir: &Path, http_addr: &str) -> Settings {
    let client = &config.client;
    Settings {
        version: crate::COMPATIBLE_VERSION.to_owned(),
        advertise_http: http_addr.to_owned(),
        alloc_dir: alloc_dir.to_owned(),
        cpu_total_compute: client.cpu_total_compute,
        memory_total_mib: client.memory_total_mb,
        reserved_cpu_mhz: client.reserved.cpu,
        network_interface: client.network_interface.clone(),
        dynamic_ports: client.dynamic_ports,
        ..Settings::default()
    }
}

fn node(config: &AgentConfig, name: &str, http_addr: &str) -> Node {
    let client = &config.client;
    let mut node = Node {
        name: name.to_owned(),
        datacenter: config.datacenter.clone(),
        http_addr: http_addr.to_owned(),
        node_pool: client.node_pool.clone(),
        node_class: client.node_class.clone(),
        meta: client.meta.clone(),
        ..Node::default()
    };
    let amount = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let reserved = &mut node.reserved_resources;
    reserved.cpu.cpu_shares = amount(client.reserved.cpu);
    reserved.memory.memory_mb = amount(client.reserved.memory);
    reserved.disk.disk_mb = amount(client.reserved.disk);
    reserved
        .networks
        .reserved_host_ports
        .clone_from(&client.reserved.reserved_ports);
    node
}

fn host_env() -> std::collections::BTreeMap<String, String> {
    nomad_client::env::filter_host(std::env::vars(), nomad_client::env::HOST_DENYLIST)
}

fn drivers(config: &AgentConfig, node: &Node) -> Result<Drivers, RulesError> {
    let cores = f64::from(node.node_resources.cpu.total_cpu_cores.max(1));
    let core_mhz = node.node_resources.cpu.cpu_shares as f64 / cores;
    let rules = RawExecRules {
        enabled: config.plugins.raw_exec,
        denied_host_uids: config.plugins.raw_exec_denied_uids.clone(),
        denied_host_gids: config.plugins.raw_exec_denied_gids.clone(),
        denied_envvars: config.plugins.raw_exec_denied_env.clone(),
    };
    let raw_exec = RawExec::new(rules, SupervisorProgram::this(), cgroups(), core_mhz);
    let docker = Docker::new(docker_rules(config, node)?, core_mhz);
    let drivers = Drivers::new()
        .with(Arc::new(raw_exec))
        .with(Arc::new(docker));
    Ok(match config.plugins.mock {
        true => drivers.with(Arc::new(Mock::new())),
        false => drivers,
    })
}

/// The rules of `docker`, with what they need to know of the machine.
fn docker_rules(config: &AgentConfig, node: &Node) -> Result<DockerRules, RulesError> {
    let cpu = &node.node_resources.cpu;
    Ok(DockerRules {
        shared_cores: match cpu.total_cpu_cores {
            0 => String::new(),
            1 => "0".to_owned(),
            cores => format!("0-{}", cores - 1),
        },
        total_mhz: u64::try_from(cpu.cpu_shares).unwrap_or(0),
        cores: u64::from(cpu.total_cpu_cores),
        ..DockerRules::read(&config.plugins.docker)?
    })
}

/// Removes the parent of the control groups when nothing is in it any more.
pub(super) fn remove_cgroups() {
    if let Some(hierarchy) = Hierarchy::of_host() {
        Tree::new(hierarchy, CGROUP_PARENT).remove_if_empty();
    }
}

/// The parent of tasks' control groups, where this user may make some.
fn cgroups() -> Option<Tree> {
    let tree = Tree::new(Hierarchy::of_host()?, CGROUP_PARENT);
    match tree.prepare() {
        Ok(()) => Some(tree),
        Err(error) => {
            tracing::warn!(%error, "tasks run without control groups, and so without limits");
            None
        }
    }
}
