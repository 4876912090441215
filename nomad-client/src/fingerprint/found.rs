//! Facts on their way into the node.

use std::collections::BTreeMap;

use nomad_core::model::Node;
use nomad_core::model::network::NetworkResource;
use nomad_core::model::node::{NodeCpu, NodeNetwork};

/// What one fingerprint, or all of them together, found out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Attributes; an empty value removes one that was found before.
    pub attributes: BTreeMap<String, String>,
    /// Addresses in other systems.
    pub links: BTreeMap<String, String>,
    /// Processor, when it was looked at.
    pub cpu: Option<NodeCpu>,
    /// MiB of memory, when looked at.
    pub memory_mib: Option<u64>,
    /// MiB of disk, when looked at.
    pub disk_mib: Option<u64>,
    /// First and last dynamic port, when looked at.
    pub dynamic_ports: Option<(u16, u16)>,
    /// Networks in the old form, when looked at.
    pub networks: Option<Vec<NetworkResource>>,
    /// Networks with their addresses, when looked at.
    pub node_networks: Option<Vec<NodeNetwork>>,
}

impl Found {
    /// Adds an attribute.
    pub(super) fn set(&mut self, name: &str, value: impl ToString) {
        self.attributes.insert(name.to_owned(), value.to_string());
    }

    /// Takes over what another one found; the later one wins.
    pub fn merge(&mut self, later: Self) {
        self.attributes.extend(later.attributes);
        self.links.extend(later.links);
        self.cpu = later.cpu.or(self.cpu.take());
        self.memory_mib = later.memory_mib.or(self.memory_mib);
        self.disk_mib = later.disk_mib.or(self.disk_mib);
        self.dynamic_ports = later.dynamic_ports.or(self.dynamic_ports);
        self.networks = later.networks.or(self.networks.take());
        self.node_networks = later.node_networks.or(self.node_networks.take());
    }

    /// Writes the facts into the node and returns whether anything of it changed.
    pub fn apply(self, node: &mut Node) -> bool {
        let before = node.clone();
        for (into, facts) in [
            (&mut node.attributes, self.attributes),
            (&mut node.links, self.links),
        ] {
            for (name, value) in facts {
                match value.is_empty() {
                    true => into.remove(&name),
                    false => into.insert(name, value),
                };
            }
        }
        let resources = &mut node.node_resources;
        if let Some(cpu) = self.cpu {
            resources.cpu = cpu;
        }
        let amount = |mib: u64| i64::try_from(mib).unwrap_or(i64::MAX);
        if let Some(mib) = self.memory_mib {
            resources.memory.memory_mb = amount(mib);
        }
        if let Some(mib) = self.disk_mib {
            resources.disk.disk_mb = amount(mib);
        }
        if let Some((first, last)) = self.dynamic_ports {
            resources.min_dynamic_port = i64::from(first);
            resources.max_dynamic_port = i64::from(last);
        }
        if let Some(networks) = self.networks {
            resources.networks = networks.into();
        }
        if let Some(networks) = self.node_networks {
            resources.node_networks = networks.into();
        }
        *node != before
    }
}
