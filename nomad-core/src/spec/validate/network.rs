//! Rules for networks and ports.

use std::collections::{BTreeMap, BTreeSet};

use super::{Collector, is_interpolated};
use crate::model::TaskGroupSpec;
use crate::model::network::{NetworkResourceSpec, PortSpec};

const PORT_MAX: i64 = 65_535;

/// Every port of a network, static ones first.
pub(super) fn ports(network: &NetworkResourceSpec) -> impl Iterator<Item = &PortSpec> {
    network
        .reserved_ports
        .iter()
        .chain(&network.dynamic_ports)
        .flatten()
}

/// Every network of a group, its tasks' included.
pub(super) fn networks(group: &TaskGroupSpec) -> impl Iterator<Item = &NetworkResourceSpec> {
    let of_tasks = group
        .tasks
        .iter()
        .flatten()
        .filter_map(|task| task.resources.as_ref());
    let of_tasks = of_tasks.flat_map(|resources| resources.networks.iter().flatten());
    group.networks.iter().flatten().chain(of_tasks)
}

pub(super) fn check_group(c: &mut Collector, group: &TaskGroupSpec) {
    let mut taken = BTreeMap::new();
    let shared = check_networks(
        c,
        group.networks.iter().flatten(),
        &BTreeSet::new(),
        &mut taken,
    );
    for task in group.tasks.iter().flatten() {
        let own = task
            .resources
            .iter()
            .flat_map(|asked| asked.networks.iter().flatten());
        check_networks(c, own, &shared, &mut taken);
    }
}

/// Checks `networks`, whose labels must not be among `used`; answers all labels in use now.
fn check_networks<'a>(
    c: &mut Collector,
    networks: impl Iterator<Item = &'a NetworkResourceSpec>,
    used: &BTreeSet<&'a str>,
    taken: &mut BTreeMap<(&'a str, i64), &'a str>,
) -> BTreeSet<&'a str> {
    let mut labels = used.clone();
    for network in networks {
        c.within("network".into(), |c| {
            check_network(c, network);
            for port in ports(network) {
                c.require(labels.insert(port.label.as_str()), || {
                    format!("port label {:?} already in use", port.label)
                });
                check_port(c, port, &network.mode);
                let slot = (port.host_network.as_str(), port.value);
                if port.value > 0
                    && !port.ignore_collision
                    && let Some(owner) = taken.insert(slot, &port.label)
                {
                    c.error(format!(
                        "static port {} already reserved by port {owner:?}",
                        port.value
                    ));
                }
            }
        });
    }
    labels
}

fn check_network(c: &mut Collector, network: &NetworkResourceSpec) {
    let mode = network.mode.as_str();
    let known = matches!(mode, "" | "host" | "bridge" | "none") || mode.starts_with("cni/");
    c.require(known, || {
        format!("invalid network mode {mode:?}; one of \"host\", \"bridge\", \"none\", \"cni/NAME\" is needed")
    });
    let name = network.hostname.as_str();
    let is_dns = name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
    c.require(name.is_empty() || is_interpolated(name) || is_dns, || {
        format!("hostname {name:?} is not a valid DNS name")
    });
}

fn check_port(c: &mut Collector, port: &PortSpec, mode: &str) {
    let label = port.label.as_str();
    c.require(!label.is_empty(), || "port label must not be empty".into());
    c.require(port.value <= PORT_MAX, || {
        format!(
            "port {label} ({}) cannot be greater than {PORT_MAX}",
            port.value
        )
    });
    c.require(port.value >= 0, || {
        format!("port {label} ({}) cannot be negative", port.value)
    });
    c.require((-1..=PORT_MAX).contains(&port.to), || {
        format!(
            "port {label} \"to\" ({}) must be between -1 and {PORT_MAX}",
            port.to
        )
    });
    c.require(
        !port.ignore_collision || matches!(mode, "" | "host"),
        || format!("port {label:?} collision may not be ignored on non-host network mode {mode:?}"),
    );
}
