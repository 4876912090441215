//! From a task to what the engine is asked for: a pure function.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerCreateBody, DeviceMapping, EndpointSettings, HealthConfig, HostConfig,
    HostConfigCgroupnsModeEnum, HostConfigLogConfig, NetworkingConfig, PortBinding, PortMap,
};

use super::binds::{binds, mounts};
use super::config::Config;
use super::privileges::{capabilities, check, ulimits};
use super::rules::DockerRules;
use crate::drivers::{MemoryMax, TaskResources, TaskSpec};

const MIB: i64 = 1024 * 1024;
/// Label by which containers are known to be ours.
pub(super) const ALLOC_LABEL: &str = "com.hashicorp.nomad.alloc_id";
/// CPU period unless the job file says otherwise, in microseconds.
const CPU_PERIOD: i64 = 100_000;

/// The body of the engine's call that creates the task's container (spec/client 24.5).
///
/// # Errors
/// A sentence: what the rules forbid, or what cannot be read.
pub fn container_body(
    spec: &TaskSpec,
    config: &Config,
    rules: &DockerRules,
) -> Result<ContainerCreateBody, String> {
    check(config, rules)?;
    let ports = ports(spec, config)?;
    let exposed: Vec<String> = ports.keys().cloned().collect();
    let env = spec
        .env
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    Ok(ContainerCreateBody {
        image: Some(config.image.clone()),
        hostname: some(&config.hostname),
        user: spec.user.clone(),
        tty: config.tty.then_some(true),
        open_stdin: config.interactive.then_some(true),
        env: Some(env.collect()),
        cmd: command(config),
        entrypoint: list(&config.entrypoint),
        working_dir: some(&config.work_dir),
        labels: Some(labels(spec, config, rules)),
        exposed_ports: list(&exposed),
        healthcheck: config.no_healthcheck.then(|| HealthConfig {
            test: Some(vec!["NONE".to_owned()]),
            // Engines refuse a check without an interval.
            interval: Some(1_000_000_000),
            ..HealthConfig::default()
        }),
        networking_config: aliases(config),
        host_config: Some(host_config(spec, config, rules, ports)?),
        ..ContainerCreateBody::default()
    })
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn list<T: Clone>(items: &[T]) -> Option<Vec<T>> {
    Some(items.to_vec()).filter(|items| !items.is_empty())
}

fn table(from: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    let table: HashMap<String, String> = from.clone().into_iter().collect();
    Some(table).filter(|table| !table.is_empty())
}

fn positive(number: i64) -> Option<i64> {
    Some(number).filter(|number| *number > 0)
}

fn command(config: &Config) -> Option<Vec<String>> {
    let words = some(&config.command).into_iter();
    let words: Vec<String> = words.chain(config.args.iter().cloned()).collect();
    list(&words)
}

fn labels(spec: &TaskSpec, config: &Config, rules: &DockerRules) -> HashMap<String, String> {
    let owner = &spec.owner;
    let known = [
        ("job_name", owner.job_name.clone()),
        ("job_id", owner.job.id.to_string()),
        ("task_group_name", owner.group.to_string()),
        ("task_name", owner.task.to_string()),
        ("namespace", owner.job.namespace.to_string()),
        ("node_name", owner.node_name.clone()),
        ("node_id", owner.node.to_string()),
    ];
    let mut labels: HashMap<String, String> = config.labels.clone().into_iter().collect();
    for (name, value) in known {
        if rules.extra_labels.iter().any(|glob| fits(glob, name)) {
            labels.insert(format!("com.hashicorp.nomad.{name}"), value);
        }
    }
    labels.insert(ALLOC_LABEL.to_owned(), owner.alloc.to_string());
    labels
}

/// `*` stands for any text.
fn fits(glob: &str, name: &str) -> bool {
    match glob.split_once('*') {
        None => glob == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            let mut cuts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            cuts.any(|at| rest.get(at..).is_some_and(|rest| fits(after, rest)))
        }),
    }
}

/// Each port for tcp and udp, on the host's address that was granted.
fn ports(spec: &TaskSpec, config: &Config) -> Result<PortMap, String> {
    let mut ports = PortMap::new();
    let mut publish = |inside: String, host_ip: &str, host_port: u16| {
        for protocol in ["tcp", "udp"] {
            let bindings = ports.entry(format!("{inside}/{protocol}")).or_default();
            bindings.get_or_insert_default().push(PortBinding {
                host_ip: Some(host_ip.to_owned()),
                host_port: Some(host_port.to_string()),
            });
        }
    };
    let find = |label: &String| {
        let found = spec.ports.iter().find(|port| port.label == *label);
        found.ok_or_else(|| format!("Port {label:?} not found, check network block"))
    };
    for label in &config.ports {
        let port = find(label)?;
        publish(port.to.to_string(), &port.host_ip, port.host_port);
    }
    for (label, inside) in &config.port_map {
        let port = find(label)?;
        publish(inside.clone(), &port.host_ip, port.host_port);
    }
    Ok(ports)
}

fn aliases(config: &Config) -> Option<NetworkingConfig> {
    if config.network_aliases.is_empty() && config.mac_address.is_empty() {
        return None;
    }
    let settings = EndpointSettings {
        aliases: list(&config.network_aliases),
        mac_address: some(&config.mac_address),
        ..EndpointSettings::default()
    };
    let network = some(&config.network_mode).unwrap_or_else(|| "bridge".to_owned());
    Some(NetworkingConfig {
        endpoints_config: Some(HashMap::from([(network, settings)])),
    })
}

/// Hard limit and reservation in bytes.
fn memory(
    resources: &TaskResources,
    config: &Config,
) -> Result<(Option<i64>, Option<i64>), String> {
    let bytes = |mib: u64| i64::try_from(mib).unwrap_or(i64::MAX).saturating_mul(MIB);
    let reserved = bytes(resources.memory_mib);
    let most = match resources.memory_max {
        MemoryMax::Unlimited => return Ok((None, Some(reserved))),
        MemoryMax::Mib(mib) => bytes(mib),
        MemoryMax::AsReserved => 0,
    };
    let hard = most.max(config.memory_hard_limit.saturating_mul(MIB));
    if hard <= 0 {
        return Ok((Some(reserved), None));
    }
    if reserved > hard {
        return Err(format!(
            "the memory of the task ({} MiB) is more than its hard limit ({} MiB)",
            resources.memory_mib,
            hard / MIB
        ));
    }
    Ok((
        Some(hard),
        Some(reserved).filter(|reserved| *reserved != hard),
    ))
}

/// Period and quota of a hard CPU limit: the task's part of all cores.
fn cpu_quota(
    resources: &TaskResources,
    config: &Config,
    rules: &DockerRules,
) -> (Option<i64>, Option<i64>) {
    if !config.cpu_hard_limit || rules.total_mhz == 0 {
        return (None, None);
    }
    let period = positive(config.cpu_cfs_period).unwrap_or(CPU_PERIOD);
    let part = resources.cpu_mhz as f64 / rules.total_mhz as f64;
    let quota = part * period as f64 * rules.cores as f64;
    (Some(period), Some(quota as i64))
}

fn cores(resources: &TaskResources, rules: &DockerRules) -> Option<String> {
    let own: Vec<String> = resources.cores.iter().map(u16::to_string).collect();
    some(&own.join(",")).or_else(|| some(&rules.shared_cores))
}

fn host_config(
    spec: &TaskSpec,
    config: &Config,
    rules: &DockerRules,
    ports: PortMap,
) -> Result<HostConfig, String> {
    let (cap_add, cap_drop) = capabilities(config, rules)?;
    let (memory, memory_reservation) = memory(&spec.resources, config)?;
    let (cpu_period, cpu_quota) = cpu_quota(&spec.resources, config, rules);
    let shares = i64::try_from(spec.resources.cpu_mhz).unwrap_or(i64::MAX);
    let devices = config.devices.iter().map(|device| DeviceMapping {
        path_on_host: Some(device.host_path.clone()),
        path_in_container: Some(device.container_path.clone()),
        cgroup_permissions: Some(device.permissions.clone()),
    });
    let mode = |name: &str| config.modes.get(name).and_then(|mode| some(mode));
    Ok(HostConfig {
        binds: Some(binds(config, &spec.dirs, rules)?),
        mounts: list(&mounts(config, &spec.dirs, rules)?),
        devices: list(&devices.collect::<Vec<_>>()),
        memory,
        memory_reservation,
        // Equal to the memory: no swap.
        memory_swap: memory,
        cpu_shares: Some(shares.clamp(2, 262_144)),
        cpuset_cpus: cores(&spec.resources, rules),
        cpu_period,
        cpu_quota,
        pids_limit: positive(config.pids_limit).or_else(|| positive(rules.pids_limit)),
        ulimits: list(&ulimits(config)?),
        sysctls: table(&config.sysctl),
        shm_size: positive(config.shm_size),
        oom_score_adj: Some(config.oom_score_adj).filter(|adj| *adj != 0),
        storage_opt: table(&config.storage_opt),
        volume_driver: some(&config.volume_driver),
        readonly_rootfs: config.readonly_rootfs.then_some(true),
        network_mode: Some(some(&config.network_mode).unwrap_or_else(|| "default".to_owned())),
        port_bindings: Some(ports).filter(|ports| !ports.is_empty()),
        dns: list(&config.dns_servers),
        dns_search: list(&config.dns_search_domains),
        dns_options: list(&config.dns_options),
        extra_hosts: list(&config.extra_hosts),
        privileged: config.privileged.then_some(true),
        cap_add: list(&cap_add),
        cap_drop: list(&cap_drop),
        group_add: list(&config.group_add),
        security_opt: list(&config.security_opt),
        runtime: some(&config.runtime),
        pid_mode: mode("pid_mode"),
        ipc_mode: mode("ipc_mode"),
        uts_mode: mode("uts_mode"),
        userns_mode: mode("userns_mode"),
        cgroupns_mode: cgroupns(config)?,
        init: config.init.then_some(true),
        log_config: Some(log_config(config, rules)),
        ..HostConfig::default()
    })
}

fn cgroupns(config: &Config) -> Result<Option<HostConfigCgroupnsModeEnum>, String> {
    match config.cgroupns.as_str() {
        "" => Ok(None),
        "host" => Ok(Some(HostConfigCgroupnsModeEnum::HOST)),
        "private" => Ok(Some(HostConfigCgroupnsModeEnum::PRIVATE)),
        other => Err(format!(
            "invalid cgroupns: {other:?}; \"host\" or \"private\" is needed"
        )),
    }
}

fn log_config(config: &Config, rules: &DockerRules) -> HostConfigLogConfig {
    let own = config.log_type.clone();
    let options = if own.is_some() || !config.log_config.is_empty() {
        &config.log_config
    } else {
        &rules.log_config
    };
    HostConfigLogConfig {
        typ: Some(own.unwrap_or_else(|| rules.log_type.clone())),
        config: Some(options.clone().into_iter().collect()),
    }
}
