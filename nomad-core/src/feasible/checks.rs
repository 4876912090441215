//! The checks of a job and of a group, in the order in which they refuse.

use super::constraint::CompiledConstraint;
use super::refusal::Refusal;
use crate::expr::number::parse_bool;
use crate::expr::target::Target;
use crate::fit::{Ask, DeviceAsk, could_serve};
use crate::model::network::NetworkResource;
use crate::model::volume::VolumeRequest;
use crate::model::{Constraint, Job, Node, TaskGroup};

fn compile<'j>(constraints: impl Iterator<Item = &'j Constraint>) -> Vec<CompiledConstraint> {
    constraints
        .filter_map(CompiledConstraint::compile)
        .collect()
}

fn first_broken(constraints: &[CompiledConstraint], node: &Node) -> Result<(), Refusal> {
    match constraints
        .iter()
        .find(|constraint| !constraint.matcher.matches(node))
    {
        Some(broken) => Err(Refusal::Constraint(broken.text.clone())),
        None => Ok(()),
    }
}

/// The constraints of a job, compiled.
#[derive(Debug, Clone)]
pub struct JobChecks {
    constraints: Vec<CompiledConstraint>,
    /// Nodes of one class may differ.
    pub escapes: bool,
}

impl JobChecks {
    /// Compiles the job's own constraints.
    #[must_use]
    pub fn of(job: &Job) -> Self {
        let constraints = compile(job.constraints.iter());
        let escapes = constraints
            .iter()
            .any(|constraint| constraint.matcher.escapes);
        Self {
            constraints,
            escapes,
        }
    }

    /// Judges a node.
    ///
    /// # Errors
    ///
    /// The first constraint that it does not meet.
    pub fn judge(&self, node: &Node) -> Result<(), Refusal> {
        first_broken(&self.constraints, node)
    }
}

/// What a group requires of a node, compiled.
#[derive(Debug, Clone)]
pub struct GroupChecks<'j> {
    drivers: Vec<(&'j str, String)>,
    constraints: Vec<CompiledConstraint>,
    devices: Vec<DeviceAsk<'j>>,
    network: Option<&'j NetworkResource>,
    secrets: Vec<String>,
    volumes: Vec<&'j VolumeRequest>,
    /// Nodes of one class may differ.
    pub escapes: bool,
}

impl<'j> GroupChecks<'j> {
    /// Compiles a group and its tasks.
    #[must_use]
    pub fn of(group: &'j TaskGroup) -> Self {
        let mut drivers: Vec<(&str, String)> = Vec::new();
        for task in &group.tasks {
            if drivers.iter().all(|(name, _)| *name != task.driver) {
                drivers.push((&task.driver, format!("driver.{}", task.driver)));
            }
        }
        let of_tasks = group.tasks.iter().flat_map(|task| task.constraints.iter());
        let constraints = compile(group.constraints.iter().chain(of_tasks));
        let providers = group.tasks.iter().flat_map(|task| task.secrets.iter());
        let is_csi = |volume: &&VolumeRequest| volume.kind == "csi";
        let escapes = constraints
            .iter()
            .any(|constraint| constraint.matcher.escapes)
            || group.volumes.values().any(|volume| is_csi(&volume));
        Self {
            drivers,
            devices: Ask::of(group, false)
                .tasks
                .into_iter()
                .flat_map(|task| task.devices)
                .collect(),
            network: group.networks.first(),
            secrets: providers
                .map(|secret| format!("plugins.secrets.{}.version", secret.provider))
                .collect(),
            volumes: group.volumes.values().collect(),
            constraints,
            escapes,
        }
    }

    /// Judges what nodes of one class share.
    ///
    /// # Errors
    ///
    /// The first check that refuses.
    pub fn judge(&self, node: &Node) -> Result<(), Refusal> {
        if !self
            .drivers
            .iter()
            .all(|(name, attribute)| has_driver(node, name, attribute))
        {
            return Err(Refusal::Drivers);
        }
        first_broken(&self.constraints, node)?;
        let devices: Vec<_> = self.devices.iter().collect();
        if !could_serve(node, &devices) {
            return Err(Refusal::Devices);
        }
        if let Some(network) = self.network {
            judge_network(node, network)?;
        }
        if !self
            .secrets
            .iter()
            .all(|key| node.attributes.contains_key(key))
        {
            return Err(Refusal::SecretsProvider);
        }
        Ok(())
    }

    /// Judges volumes, which nodes of one class do not share. `index` is the number in the
    /// allocation's name, for volumes with one source each.
    ///
    /// # Errors
    ///
    /// The volumes that are missing.
    pub fn judge_volumes(&self, node: &Node, namespace: &str, index: u64) -> Result<(), Refusal> {
        let source = |volume: &VolumeRequest| match volume.per_alloc {
            true => format!("{}[{index}]", volume.source),
            false => volume.source.clone(),
        };
        let hosts = self.volumes.iter().filter(|volume| volume.kind != "csi");
        for volume in hosts {
            let usable = node
                .host_volumes
                .get(&source(volume))
                .is_some_and(|offered| {
                    volume.kind == "host"
                        && !volume.sticky
                        && (!offered.read_only || volume.read_only)
                });
            if !usable {
                return Err(Refusal::HostVolumes);
            }
        }
        // There is no table of CSI volumes yet, so each one asked for is missing.
        let csi = self.volumes.iter().filter(|volume| volume.kind == "csi");
        let missing: Vec<String> = csi.map(|volume| source(volume)).collect();
        let _ = namespace;
        match missing.is_empty() {
            true => Ok(()),
            false => Err(Refusal::CsiVolumes(missing.join(", "))),
        }
    }

    /// The resources outside of nodes that the group waits for.
    #[must_use]
    pub fn missing_resources(&self, namespace: &str) -> Vec<String> {
        let csi = self
            .volumes
            .iter()
            .filter(|volume| volume.kind == "csi" && !volume.per_alloc);
        csi.map(|volume| format!("csi-volume:{namespace}:{}", volume.source))
            .collect()
    }

    /// It has volumes, whose check nodes of one class do not share.
    #[must_use]
    pub fn has_volumes(&self) -> bool {
        !self.volumes.is_empty()
    }
}

fn has_driver(node: &Node, name: &str, attribute: &str) -> bool {
    match node.drivers.get(name) {
        Some(driver) => driver.detected && driver.healthy,
        None => node
            .attributes
            .get(attribute)
            .is_some_and(|value| parse_bool(value) == Some(true)),
    }
}

fn judge_network(node: &Node, asked: &NetworkResource) -> Result<(), Refusal> {
    let mode = if asked.mode.is_empty() {
        "host"
    } else {
        &asked.mode
    };
    if mode == "none" {
        return Ok(());
    }
    let resources = &node.node_resources;
    let has_mode = |wanted: &str| {
        resources
            .node_networks
            .iter()
            .any(|network| network.mode == wanted)
            || (wanted == "host" && !resources.networks.is_empty())
    };
    if !has_mode(mode) {
        return Err(Refusal::Network);
    }
    let ports = asked
        .reserved_ports
        .iter()
        .chain(asked.dynamic_ports.iter());
    for port in ports.filter(|port| !port.host_network.is_empty()) {
        let target = Target::parse(&port.host_network);
        let Some(alias) = target.resolve(node) else {
            let (network, port) = (port.host_network.clone(), port.label.clone());
            return Err(Refusal::HostNetworkTemplate { network, port });
        };
        let mut addresses = resources
            .node_networks
            .iter()
            .flat_map(|n| n.addresses.iter());
        if !addresses.any(|address| address.alias == *alias) {
            let (network, port) = (alias.into_owned(), port.label.clone());
            return Err(Refusal::HostNetwork { network, port });
        }
    }
    Ok(())
}
