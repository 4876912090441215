//! Would it fit, and what would it get?

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::amounts::Amounts;
use super::ask::{Ask, PortAsk, TaskAsk};
use super::check::{check_count, check_cpu, check_memory_and_disk, is_usable};
use super::devices::{DeviceOffer, offer};
use super::ledger::Ledger;
use super::misfit::Misfit;
use super::ports::{DEFAULT_ALIAS, addresses, dynamic_range, free_port};
use crate::expr::target::Target;
use crate::model::Node;
use crate::model::alloc::{
    AllocatedCpu, AllocatedMemory, AllocatedResources, AllocatedShared, AllocatedTask,
};
use crate::model::network::{GrantedPort, NetworkResource, Port};
use crate::seed::Seed;

/// What an allocation would get, before ports are drawn.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What the node would hold, this allocation included.
    pub used: Amounts,
    /// Sum of the weights of the device affinities that match, and of all their absolute weights.
    pub device_affinity: Option<(f64, f64)>,
    cores: Vec<Vec<u16>>,
    devices: Vec<Vec<DeviceOffer>>,
}

/// What an allocation gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// For the allocation.
    pub resources: AllocatedResources,
}

/// Judges whether `ask` fits on a node that holds `ledger`. Draws nothing.
///
/// # Errors
///
/// The first dimension that is short, in the order of spec/scheduler 6.11.
pub fn judge(node: &Node, ledger: &Ledger, ask: &Ask<'_>) -> Result<Judged, Misfit> {
    if ask.network.is_some() {
        judge_ports(node, ledger, ask)?;
    }
    let (mut cores, mut devices) = (Vec::new(), Vec::new());
    let mut used = ledger.used().plus(&ask.total);
    if ask.is_special() {
        let mut core_cpu = 0;
        (cores, devices) = judge_tasks(node, ledger, ask, &mut core_cpu)?;
        used.cpu = used.cpu.saturating_add(core_cpu);
    }
    check_count(node, ledger.allocs().saturating_add(1))?;
    check_cpu(node, &used)?;
    check_memory_and_disk(node, &used)?;
    let offers = devices.iter().flatten().filter(|offer| offer.weights > 0.0);
    let device_affinity = offers.fold(None, |sum: Option<(f64, f64)>, offer| {
        let (matched, weights) = sum.unwrap_or_default();
        Some((matched + offer.matched, weights + offer.weights))
    });
    Ok(Judged {
        used,
        device_affinity,
        cores,
        devices,
    })
}

type Special = (Vec<Vec<u16>>, Vec<Vec<DeviceOffer>>);

fn judge_tasks(
    node: &Node,
    ledger: &Ledger,
    ask: &Ask<'_>,
    core_cpu: &mut i64,
) -> Result<Special, Misfit> {
    let (mut cores, mut devices) = (Vec::new(), Vec::new());
    let (mut taken_cores, mut taken_devices) = (BTreeSet::new(), BTreeSet::new());
    for task in &ask.tasks {
        if task.has_network {
            return Err(Misfit::TaskNetwork);
        }
        let offers = task
            .devices
            .iter()
            .map(|ask| offer(node, ledger, &mut taken_devices, ask));
        devices.push(offers.collect::<Result<_, _>>()?);
        let own = choose_cores(node, ledger, &mut taken_cores, task)?;
        *core_cpu = core_cpu.saturating_add(mhz_of(node, own.len()));
        cores.push(own);
    }
    Ok((cores, devices))
}

/// MHz of `count` cores of a node whose cores are all alike.
fn mhz_of(node: &Node, count: usize) -> i64 {
    let cpu = &node.node_resources.cpu;
    let all = match cpu.total_cpu_cores {
        0 => cpu.reservable_cpu_cores.len().max(1),
        cores => usize::from(cores),
    };
    let each = cpu.cpu_shares / i64::try_from(all).unwrap_or(i64::MAX).max(1);
    each.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The lowest-numbered free cores.
fn choose_cores(
    node: &Node,
    ledger: &Ledger,
    taken: &mut BTreeSet<u16>,
    task: &TaskAsk<'_>,
) -> Result<Vec<u16>, Misfit> {
    if task.cores == 0 {
        return Ok(Vec::new());
    }
    let usable = node.node_resources.cpu.reservable_cpu_cores.iter().copied();
    let mut free: Vec<u16> = usable
        .filter(|core| is_usable(node, *core) && !ledger.holds_core(*core) && !taken.contains(core))
        .collect();
    free.sort_unstable();
    let asked = task.cores;
    if free.len() < asked {
        return Err(Misfit::Cores {
            asked,
            free: free.len(),
        });
    }
    free.truncate(asked);
    taken.extend(&free);
    Ok(free)
}

/// The host network that a port is taken from; a target names an attribute of the node.
fn alias<'a>(node: &'a Node, port: &PortAsk<'a>) -> Cow<'a, str> {
    if port.host_network.is_empty() {
        return DEFAULT_ALIAS.into();
    }
    match Target::parse(port.host_network) {
        Target::Literal(_) => port.host_network.into(),
        target => target
            .resolve(node)
            .map_or_else(|| port.host_network.into(), |text| text.into_owned().into()),
    }
}

/// The address that a static port is free on.
fn place_static<'n>(
    node: &'n Node,
    ledger: &Ledger,
    port: &PortAsk<'_>,
) -> Result<(&'n str, u16), Misfit> {
    let alias = alias(node, port);
    let found = addresses(node, Some(&alias)).map_err(Misfit::InvalidNode)?;
    let value =
        u16::try_from(port.value).map_err(|_| Misfit::PortOutOfRange { port: port.value })?;
    if found.is_empty() {
        let alias = alias.into_owned();
        return Err(Misfit::NoAddress { alias });
    }
    let is_free = |address: &str| !ledger.ports.is_held(address, value);
    found
        .iter()
        .find(|address| port.loose || (is_free(address.text) && !address.is_reserved(value)))
        .map(|address| (address.text, value))
        .ok_or_else(|| Misfit::PortTaken {
            label: port.label.to_owned(),
            port: port.value,
        })
}

fn judge_ports(node: &Node, ledger: &Ledger, ask: &Ask<'_>) -> Result<(), Misfit> {
    addresses(node, None).map_err(Misfit::InvalidNode)?;
    if let Some(port) = ledger.ports.clash(|_, _| false) {
        return Err(Misfit::OldPortClash { port });
    }
    for port in &ask.static_ports {
        place_static(node, ledger, port)?;
    }
    if !ask.dynamic_ports.is_empty() {
        // Whether the ports can be drawn does not depend on the seed.
        draw_ports(node, ledger, ask, &mut Seed::new(0))?;
    }
    Ok(())
}

/// Draws every port that is asked for.
fn draw_ports(
    node: &Node,
    ledger: &Ledger,
    ask: &Ask<'_>,
    seed: &mut Seed,
) -> Result<Vec<GrantedPort>, Misfit> {
    let mut granted: Vec<GrantedPort> = Vec::new();
    for port in &ask.static_ports {
        let (address, value) = place_static(node, ledger, port)?;
        granted.push(grant_port(port, address, value));
    }
    for port in &ask.dynamic_ports {
        let alias = alias(node, port);
        let found = addresses(node, Some(&alias)).map_err(Misfit::InvalidNode)?;
        if found.is_empty() {
            let alias = alias.into_owned();
            return Err(Misfit::NoAddress { alias });
        }
        let drawn = found.iter().find_map(|address| {
            let own = |value: u16| {
                granted
                    .iter()
                    .any(|port| port.host_ip == address.text && port.value == i64::from(value))
            };
            let value = free_port(&ledger.ports, address, dynamic_range(node), &own, seed)?;
            Some((address.text, value))
        });
        let (address, value) = drawn.ok_or(Misfit::NoDynamicPort)?;
        granted.push(grant_port(port, address, value));
    }
    Ok(granted)
}

fn grant_port(port: &PortAsk<'_>, address: &str, value: u16) -> GrantedPort {
    let value = i64::from(value);
    GrantedPort {
        label: port.label.to_owned(),
        value,
        to: if port.to == -1 { value } else { port.to },
        host_ip: address.to_owned(),
        ignore_collision: port.loose,
    }
}

/// Judges as [`judge`] does and grants: cores, devices and ports, the latter drawn from `seed`.
///
/// # Errors
///
/// The first dimension that is short.
pub fn fit(node: &Node, ledger: &Ledger, ask: &Ask<'_>, seed: &mut Seed) -> Result<Grant, Misfit> {
    let judged = judge(node, ledger, ask)?;
    grant(node, ledger, ask, judged, seed)
}

fn grant(
    node: &Node,
    ledger: &Ledger,
    ask: &Ask<'_>,
    judged: Judged,
    seed: &mut Seed,
) -> Result<Grant, Misfit> {
    let ports = draw_ports(node, ledger, ask, seed)?;
    let mut tasks = BTreeMap::new();
    let mut task_lifecycles = BTreeMap::new();
    let (mut cores, mut devices) = (judged.cores.into_iter(), judged.devices.into_iter());
    for task in &ask.tasks {
        let own = cores.next().unwrap_or_default();
        let devices = devices.next().unwrap_or_default();
        let cpu_shares = if own.is_empty() {
            task.cpu
        } else {
            mhz_of(node, own.len())
        };
        let granted = AllocatedTask {
            cpu: AllocatedCpu {
                cpu_shares,
                reserved_cores: own.into(),
            },
            memory: AllocatedMemory {
                memory_mb: task.memory,
                memory_max_mb: task.memory_max,
            },
            networks: Vec::new().into(),
            devices: devices.into_iter().map(|offer| offer.device).collect(),
        };
        tasks.insert(task.name.clone(), granted);
        task_lifecycles.insert(task.name.clone(), task.life.cloned());
    }
    let shared = AllocatedShared {
        networks: ask
            .network
            .map(|asked| grant_network(asked, &ports))
            .into_iter()
            .collect(),
        disk_mb: ask.total.disk,
        ports: ports.into(),
    };
    Ok(Grant {
        resources: AllocatedResources {
            tasks,
            task_lifecycles,
            shared,
        },
    })
}

/// The group's network with the granted ports filled in, as clients and services read it.
fn grant_network(asked: &NetworkResource, ports: &[GrantedPort]) -> NetworkResource {
    let fill = |list: &[Port]| {
        let filled = list
            .iter()
            .map(|port| match ports.iter().find(|p| p.label == port.label) {
                None => port.clone(),
                Some(granted) => Port {
                    value: granted.value,
                    to: granted.to,
                    ..port.clone()
                },
            });
        filled.collect()
    };
    NetworkResource {
        ip: ports
            .first()
            .map(|port| port.host_ip.clone())
            .unwrap_or_default(),
        reserved_ports: fill(&asked.reserved_ports),
        dynamic_ports: fill(&asked.dynamic_ports),
        ..asked.clone()
    }
}
